"""Data exports of claude.ai: when somebody wrote and when an answer came. No token, no model, no meter.

Where
    The ZIP archive that claude.ai mails after Settings > Privacy > Export data, read as it is or unpacked:
    conversations.json, with users.json and projects.json beside it (large accounts get several archives).
Which records
    Each message is a row: a person's is a mark of a prompt with its number of words, an answer a mark of another
    kind. A conversation is a row without a record. The list is linear: branches of a conversation are copied into one.
Units
    `created_at` is ISO 8601 with its zone. Words are counted in `text`, or in the blocks of `content` where it is
    empty. Messages carry the same id in every later export, so two exports count once.
Never read
    Names, e-mail addresses, titles, summaries, files; users.json and projects.json are looked at only to be known.
    Archives are strangers' files: see `archives`. One that breaks a bound is a row that was skipped as unsafe.
"""

from __future__ import annotations

import re
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, cast

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from generator.importers import archives
from generator.importers.base import Importer, SkipLineError
from generator.importers.documents import elements
from generator.importers.fold import Extract, MarkCopy
from generator.importers.guide import Guide, Verified
from generator.importers.json_lines import BOM
from generator.importers.rows import UNKNOWN, RowReader, RowResult
from generator.importers.values import iso_time
from generator.records.pseudonyms import pseudonym
from generator.records.rows import Mark, MarkKind, SkipReason, SourceRef, Surface

LIST = "conversations.json"
BESIDE = {"users.json": "users", "projects.json": "projects"}
PLACE = "claude.ai/"  # before the conversation's id: it is no session of Claude Code
LONGEST = 12 * 1024 * 1024  # bytes of one conversation
LARGEST_HEAD = 64 * 1024  # bytes of a member that are looked at to know it
TAIL = 64 * 1024  # bytes at an archive's end, where the names of its members stand

_MESSAGES = re.compile(rb'"chat_messages"\s*:')
_USERS = (b'"full_name"', b'"email_address"', b'"verified_phone_number"')
_PROJECTS = (b'"is_starter_project"', b'"prompt_template"', b'"docs"')


class Block(Struct, gc=False, frozen=True):
    """One block of `content`."""

    type: str | None = None
    text: str | None = None


class Message(Struct, gc=False, frozen=True):
    """One of `chat_messages`."""

    uuid: str | None = None
    sender: str | None = None
    created_at: str | None = None
    text: str | None = None
    content: list[Block] | None = None


class Conversation(Struct, gc=False, frozen=True):
    """One element of conversations.json; those of the other files have no messages."""

    uuid: str | None = None
    chat_messages: list[Raw] | UnsetType | None = UNSET


_decode = msgspec.json.Decoder(Conversation).decode
_decode_message = msgspec.json.Decoder(Message).decode


def sniff(path: Path, head: bytes) -> bool:
    """Is it such an archive, or one of its files by itself?"""
    if head.startswith(archives.MAGIC):
        return _is_export(path, head)
    start = head.removeprefix(BOM).lstrip()
    return start.startswith(b"[") and (
        _MESSAGES.search(start) is not None
        or all(name in start for name in _USERS)
        or all(name in start for name in _PROJECTS)
    )


def _is_export(path: Path, head: bytes) -> bool:
    """Does its list hold conversations of this service? Other services name theirs alike."""
    named = LIST.encode() in head or LIST.encode() in _tail(path)
    if not named:
        return False
    try:
        with path.open("rb") if path.is_file() else BytesIO(head) as stream:
            archive = archives.opened(stream)
            names = {archives.base_name(member): member for member in archive.members}
            if LIST not in names:
                return True  # by a path that leads out of it: ours to refuse
            with archive.open(names[LIST]) as member:
                return _MESSAGES.search(member.read(LARGEST_HEAD)) is not None or not names.keys().isdisjoint(BESIDE)
    except (archives.UnsafeArchiveError, *archives.BROKEN):
        return True


def _tail(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            stream.seek(max(0, path.stat().st_size - TAIL))
            return stream.read(TAIL)
    except OSError:
        return b""


def read(stream: BinaryIO, _path: Path, index: int, key: bytes) -> Extract:
    """Read one open file, the `index`-th of its evidence."""
    rows = RowReader(index, CLAUDE_EXPORT.id)
    if stream.read(len(archives.MAGIC)) == archives.MAGIC:
        _read_archive(stream, rows, key)
        rows.count.bytes = stream.seek(0, 2)
    else:
        stream.seek(0)
        _read_list(stream, rows, key)
    return rows.extract()


def _read_archive(stream: BinaryIO, rows: RowReader, key: bytes) -> None:
    """Each member is a row, and each row of a list of conversations."""
    try:
        archive = archives.opened(stream)
        for member in archive.members:
            name = archives.base_name(member)
            if name == LIST:
                with archive.open(member) as unpacked:
                    _read_list(cast("BinaryIO", unpacked), rows, key)
            else:
                rows.count.read += 1
                rows.plain(member.filename.replace("\\", "/").endswith("/" + LIST), partial(_beside, name))
    except archives.UnsafeArchiveError:
        rows.count.read += 1
        rows.count.skip(SkipReason.UNSAFE)
    except archives.BROKEN:
        rows.count.read += 1
        rows.count.skip(SkipReason.INCOMPLETE)


def _beside(name: str, is_list: bool, _source: SourceRef) -> RowResult:  # noqa: FBT001  what `plain` hands on
    if is_list:  # of a name that leads out of the archive
        raise SkipLineError(SkipReason.UNSAFE)
    return RowResult(BESIDE.get(name, "other-member"))


def _read_list(stream: BinaryIO, rows: RowReader, key: bytes) -> None:
    for element in elements(stream, rows.count, (), longest=LONGEST):
        messages: list[tuple[str, Raw]] = []
        rows.json(element, partial(_take_conversation, messages=messages))
        for session, message in messages:
            rows.count.read += 1
            rows.json(bytes(message), partial(_take_message, session=session, key=key))


def _take_conversation(raw: bytes, _source: SourceRef, *, messages: list[tuple[str, Raw]]) -> RowResult:
    conversation = _decode(raw)
    if conversation.chat_messages is UNSET:
        return RowResult(next((kind for names, kind in _KINDS if all(name in raw for name in names)), UNKNOWN))
    messages += [(conversation.uuid or "", message) for message in conversation.chat_messages or ()]
    return RowResult("conversation")


_KINDS = ((_USERS, BESIDE["users.json"]), (_PROJECTS, BESIDE["projects.json"]))


def _take_message(raw: bytes, source: SourceRef, *, session: str, key: bytes) -> RowResult:
    message = _decode_message(raw)
    if message.sender not in ("human", "assistant"):
        return RowResult(UNKNOWN)
    if not message.created_at:
        raise SkipLineError(SkipReason.NO_TIME)
    is_human = message.sender == "human"
    mark = Mark(
        kind=MarkKind.PROMPT if is_human else MarkKind.OTHER,
        session=pseudonym("session", PLACE + session if session else "", key),
        at=iso_time(message.created_at),
        value=_words(message) if is_human else None,
        source=source,
    )
    name = pseudonym("line", PLACE + message.uuid if message.uuid else "", key)
    return RowResult(message.sender, marks=(MarkCopy(name, mark, named=False, format=CLAUDE_EXPORT.id),))


def _words(message: Message) -> int:
    if message.text:
        return len(message.text.split())
    blocks = message.content or ()
    return sum(len(block.text.split()) for block in blocks if block.type == "text" and block.text)


CLAUDE_EXPORT = Importer(
    id="claude-export",
    title="Data export of claude.ai",
    how="On claude.ai: Settings, Privacy, Export data. A link to a ZIP archive comes by e-mail. It shows when you "
    "worked, and no token counts.",
    surface=Surface.CLAUDE_AI,
    sniff=sniff,
    read=read,
    guide=Guide(
        where="Nowhere until you ask for it. Claude.ai makes a ZIP archive of your conversations and mails you a link.",
        get=(
            "Open claude.ai in a browser or the desktop program, click your initials, then Settings, then Privacy.",
            "Choose Export data and confirm. On a Team plan only the primary owner can do this; on an Enterprise plan "
            "the primary owner finds it under Admin settings, Data and privacy. The phone programs cannot.",
            "The link comes by e-mail and is valid for 24 hours. Large accounts get several archives: take all.",
            "Give the archive to the tool as it is; it is not unpacked to disk. The unpacked conversations.json works "
            "too.",
        ),
        shows=(
            "When you wrote to Claude on the web, the desktop program or the phone, how many words, and when each "
            "answer came: so it can tell whether something else was at work while a meter moved.",
        ),
        hides=(
            "There are no token counts, no models and no meters in it, so nothing can be priced from it.",
            "Versions of a message that you edited follow each other in one row, as if all had been asked.",
            "Deleted conversations are missing. A conversation longer than 12 MB is counted as too long and not read.",
        ),
        private="Everything you ever wrote there, attached files, your name, e-mail address and telephone number. "
        "Only times and numbers of words are kept, with pseudonyms for conversations.",
        verified=Verified.THIRD_PARTY,
        sources=(
            "https://support.claude.com/en/articles/9450526",
            "https://github.com/brandtcormorant/claude-json-schema",
        ),
    ),
    spelling=(b"conversations.json", b'"chat_messages"', b'"sender"', b'"human"', b'"created_at"'),
)
