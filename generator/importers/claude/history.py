"""The client's list of what was typed: one line a prompt, of all sessions. A clock for "a human was there".

Where
    `history.jsonl` below `~/.claude` (or `$CLAUDE_CONFIG_DIR`). It is kept when transcripts are deleted. Its shape is
    not documented; many third-party tools read it.
Which records
    Every line is a prompt, a slash command or a shell command (`!`) at the moment it was entered. Lines of older
    clients name no session: they cannot be told from the same prompts in transcripts, and are skipped.
Units
    `timestamp` is milliseconds since 1970. The value is the number of words of `display`, in which pasted text stands
    as a short placeholder. A prompt also stands in its transcript, at most some seconds later unless it had to wait
    for the model; both count once where they are within ten seconds (importers/match.py).
Never read
    Texts: they are split into words to be counted. Folders and pasted contents.
"""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import BinaryIO

import msgspec
from msgspec import Raw, field

from generator.importers.base import Importer, SkipLineError
from generator.importers.claude.marks import Found as Entered
from generator.importers.claude.marks import command_named
from generator.importers.fold import Extract, MarkCopy
from generator.importers.guide import Guide, Verified
from generator.importers.rows import RowResult, read_lines
from generator.importers.values import ABSENT, Stamped, captured, claims, is_stated
from generator.records.pseudonyms import pseudonym
from generator.records.rows import Mark, MarkKind, SkipReason, SourceRef, Surface, Trigger

_COMMAND = re.compile(r"/([A-Za-z][A-Za-z0-9:_-]{0,60})(?=\s|$)")
SHELL = "!"


class Entry(Stamped, gc=False, frozen=True):
    """One line."""

    display: str | None = None
    project: Raw = ABSENT
    session_id: str | None = field(name="sessionId", default=None)
    type: Raw = ABSENT


_decode = msgspec.json.Decoder(Entry).decode


def sniff(_path: Path, head: bytes) -> bool:
    """Does any line of the head hold a typed text, its time and its project, and no record type?"""
    return claims(head, lambda line: _is_entry(_decode(line)))


def _is_entry(line: Entry) -> bool:
    stated = is_stated(line.timestamp) and is_stated(line.project)
    return line.display is not None and stated and not is_stated(line.type)


def take(raw: bytes, source: SourceRef, *, key: bytes) -> RowResult:
    """The mark of one line."""
    line = _decode(raw)
    entered = _entered(line.display or "")
    if entered is None:
        return RowResult("blank")
    at = captured(line)
    if not line.session_id:
        raise SkipLineError(SkipReason.NO_ID)
    mark = Mark(
        kind=entered.kind,
        session=pseudonym("session", line.session_id, key),
        at=at,
        trigger=entered.trigger,
        value=entered.value,
        source=source,
    )
    name = pseudonym("line", f"{line.session_id} {at.isoformat()}", key)  # copies of the file tell it again
    return RowResult(
        "command" if entered.kind is MarkKind.COMMAND else "prompt",
        marks=(MarkCopy(name, mark, named=False, format=HISTORY.id),),
    )


def _entered(text: str) -> Entered | None:
    """What was typed. A slash or shell command is no prompt."""
    if not text.strip():
        return None
    command = _COMMAND.match(text)
    if command is not None:
        return command_named(command.group(1))
    if text.startswith(SHELL):
        return Entered(MarkKind.COMMAND, trigger=Trigger.OTHER)
    return Entered(MarkKind.PROMPT, len(text.split()))


def read(stream: BinaryIO, _path: Path, index: int, key: bytes) -> Extract:
    """Read one open file, the `index`-th of its evidence."""
    return read_lines(stream, index, HISTORY.id, partial(take, key=key))


HISTORY = Importer(
    id="history",
    title="Prompt history of Claude Code",
    how="Claude Code writes it by itself: history.jsonl in the folder .claude of your home folder. It reaches further "
    "back than the transcripts.",
    surface=Surface.CLAUDE_CODE,
    sniff=sniff,
    read=read,
    guide=Guide(
        where="On the computer where you work, the file history.jsonl in the folder .claude of your home folder, or in "
        "the folder that the variable CLAUDE_CONFIG_DIR names. The client uses it for the arrow-up key.",
        get=(
            "Open the folder .claude in your home folder (its name begins with a dot, so it may be hidden).",
            "Copy the file history.jsonl and put it beside the transcripts.",
        ),
        shows=(
            "When you typed a prompt or a command, and in which session, also where the transcript is deleted.",
            "So that use at a time at which nobody typed anything can be told from use at which somebody did.",
        ),
        hides=(
            "It holds no tokens.",
            "Lines of older clients name no session and are not used.",
            "Pasted text counts as the few words of its placeholder.",
            "A prompt that waited while the model worked is here at the time it was typed and in the transcript at the "
            "time it was sent: if they are more than ten seconds apart, both are kept.",
        ),
        private="Everything you typed, and the folders you worked in. Texts are counted in words and dropped.",
        verified=Verified.REAL_FILES,
        tried="A file of a public repository, 411 rows of February and March 2026: every row was used.",
        sources=("https://code.claude.com/docs/en/claude-directory",),
    ),
    spelling=(b'"display"', b'"pastedContents"', b'"timestamp"', b'"project"', b'"sessionId"'),
)
