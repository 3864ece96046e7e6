"""Folders of raw API bodies that Claude Code writes when its telemetry is told to (`OTEL_LOG_RAW_API_BODIES=file:`).

Where
    `<uuid>.request.json` and `<request id>.response.json`, one document each, since client 2.1.111. Since 2.1.274 also
    `index.jsonl`, a line each answer: when it came, of which session and caller, and which two files belong together.
Which records
    A response is a call, by its message id. The index beside it says its time, session, caller and request file;
    without an index the file of the same stem is its request. The request says which model was asked for. Requests
    and the index give no record of their own: requests are written for every attempt, answered or not.
Units
    Tokens as the API bills them, final. The documents hold no time: without an index (or a key `timestamp` that
    somebody's script added) a response cannot be used. The time of the file itself is not taken: copying changes it.
Never read
    Prompts, answers, tool inputs. Other files are opened only where the given path is a real file: those in its own
    folder, by name, regular files only, and no more of them than the API accepts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache, partial
from pathlib import Path, PureWindowsPath
from stat import S_ISREG
from typing import BinaryIO, NamedTuple

import msgspec
from msgspec import Struct

from generator.importers.base import LONGEST_LINE, Count, Importer, lines
from generator.importers.captures import messages_api
from generator.importers.documents import whole
from generator.importers.fold import Extract
from generator.importers.guide import Guide, Verified
from generator.importers.json_lines import BOM, REFUSED, mended
from generator.importers.otel.otlp import threaded
from generator.importers.rows import COUNTING, UNKNOWN, RowReader, RowResult, is_counting, read_lines
from generator.importers.values import Stamped, captured, claims, iso_time
from generator.records.rows import SourceRef, Surface

REQUEST, RESPONSE, INDEX = ".request.json", ".response.json", "index.jsonl"
LONGEST_INDEX = 64 * 1024 * 1024  # bytes
MOST_ANSWERS = 50_000  # of one index: their requests would fill some 50 GB

_REQUEST_ID = re.compile(r"req_[0-9A-Za-z]{1,64}")
_ANSWERED = re.compile(rb'"type"\s*:\s*"message"|"id"\s*:\s*"msg_|"usage"\s*:')
_ASKS = re.compile(rb'"(?:messages|model|max_tokens|system|tools)"\s*:')


class Indexed(Struct, gc=False, frozen=True):
    """One line of the index."""

    timestamp: str = ""
    session_id: str = ""
    query_source: str | None = None
    request_id: str | None = None
    request_file: str = ""
    response_file: str = ""


class _Object(Struct, gc=False, frozen=True):
    """Any object, of which nothing is read."""


class Beside(NamedTuple):
    """What other files say of a response."""

    indexed: Indexed | None = None
    asked: messages_api.Asked = messages_api.Asked(None, "")


_decode_indexed = msgspec.json.Decoder(Indexed).decode
_decode_stamped = msgspec.json.Decoder(Stamped).decode
_decode_object = msgspec.json.Decoder(_Object).decode


def sniff(path: Path, head: bytes) -> bool:
    """Is it a body by its name and its keys, or an index by its lines? A lone answer under another name is no body."""
    start = head.removeprefix(BOM).lstrip()
    if path.name.endswith(RESPONSE):
        return start.startswith(b"{") and _ANSWERED.search(head) is not None
    if path.name.endswith(REQUEST):
        return start.startswith(b"{") and _ASKS.search(head) is not None
    return claims(head, _is_indexed)


def _is_indexed(line: bytes) -> bool:
    found = _decode_indexed(line)
    return found.request_file.endswith(REQUEST) or found.response_file.endswith(RESPONSE)


def take(raw: bytes, source: SourceRef, *, beside: Beside, request_id: str, key: bytes) -> RowResult:
    """The call that one response is."""
    answer = messages_api.body_answer(raw)
    if answer is None:
        return RowResult(UNKNOWN)
    indexed = beside.indexed or Indexed()
    if is_counting((indexed.query_source or "").encode()):
        return RowResult(COUNTING)
    call = messages_api.call(
        answer._replace(is_final=answer.message.stop_reason is not None),
        format=RAW_BODIES.id,
        surface=Surface.CLAUDE_CODE,
        source=source,
        key=key,
        began=None,
        ended=_ended(indexed, raw),
        session=threaded(indexed.session_id or beside.asked.session, indexed.query_source or ""),
        request_id=indexed.request_id or request_id,
        requested=beside.asked.model,
    )
    return RowResult("response", calls=(call,))


def _ended(indexed: Indexed, raw: bytes) -> datetime:
    return iso_time(indexed.timestamp) if indexed.timestamp else captured(_decode_stamped(raw))


def take_other(raw: bytes, _source: SourceRef, *, name: str) -> RowResult:
    """A request or a line of the index: accounted for, and nothing else."""
    _decode_object(raw)
    return RowResult(name)


def read(stream: BinaryIO, path: Path, index: int, key: bytes) -> Extract:
    """Read one open file, the `index`-th of its evidence, and of a response what stands beside it."""
    if not path.name.endswith((REQUEST, RESPONSE)):
        return read_lines(stream, index, RAW_BODIES.id, partial(take_other, name="index"))
    rows = RowReader(index, RAW_BODIES.id)
    document = whole(stream, rows.count, longest=LONGEST_LINE)
    if not document:
        return rows.extract()
    if path.name.endswith(REQUEST):
        rows.json(document, partial(take_other, name="request"))
        return rows.extract()
    stem = path.name.removesuffix(RESPONSE)
    request_id = stem if _REQUEST_ID.fullmatch(stem) else ""
    beside = _beside(path)
    rows.json(document, partial(take, beside=beside, request_id=request_id, key=key))
    return rows.extract()


def _beside(path: Path) -> Beside:
    """What the index and the request say; nothing where the path is no file, as for logs that are read in memory."""
    if _status(path) is None:
        return Beside()
    indexed = _index_of(path.parent / INDEX).get(path.name)
    named = PureWindowsPath(indexed.request_file).name if indexed else ""  # knows both kinds of separator
    name = named if named.endswith(REQUEST) else path.name.removesuffix(RESPONSE) + REQUEST
    body = _content(path.parent / name)
    return Beside(indexed, messages_api.asked(body) if body else messages_api.Asked(None, ""))


def _status(path: Path) -> tuple[int, int] | None:
    """Size and time of change of a regular file, None for anything else."""
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    return (status.st_size, status.st_mtime_ns) if S_ISREG(status.st_mode) else None


def _content(path: Path) -> bytes:
    status = _status(path)
    if status is None or status[0] > LONGEST_LINE:
        return b""
    try:
        with path.open("rb") as stream:
            return stream.read(LONGEST_LINE)
    except OSError:
        return b""


def _index_of(path: Path) -> Mapping[str, Indexed]:
    status = _status(path)
    return {} if status is None or status[0] > LONGEST_INDEX else _indexed(path, *status)


@lru_cache(maxsize=2)
def _indexed(path: Path, _size: int, _changed: int) -> Mapping[str, Indexed]:
    """The index by name of response file. Kept, since each of thousands of responses asks for it."""
    found: dict[str, Indexed] = {}
    try:
        with path.open("rb") as stream:
            for line in lines(stream, Count()):
                try:
                    entry = _decode_indexed(mended(line))
                except REFUSED:
                    continue
                found[PureWindowsPath(entry.response_file).name] = entry
                if len(found) >= MOST_ANSWERS:
                    break
    except OSError:
        return {}
    return found


RAW_BODIES = Importer(
    id="raw-bodies",
    title="Raw API bodies",
    how="Tell Claude Code to write the bodies of its calls into a folder: set CLAUDE_CODE_ENABLE_TELEMETRY=1 and "
    "OTEL_LOG_RAW_API_BODIES=file: followed by the folder's path before it starts.",
    surface=Surface.CLAUDE_CODE,
    sniff=sniff,
    read=read,
    guide=Guide(
        where="In the folder that the variable OTEL_LOG_RAW_API_BODIES names: files that end in .request.json and "
        ".response.json, and index.jsonl.",
        get=(
            "Update Claude Code to version 2.1.274 or later. Earlier ones (from 2.1.111) write no index, and without "
            "it nothing says when an answer came: their files are counted but cannot be used.",
            "Before you start Claude Code set CLAUDE_CODE_ENABLE_TELEMETRY=1, OTEL_LOGS_EXPORTER=console or otlp, and "
            "OTEL_LOG_RAW_API_BODIES=file:/path/to/a/folder.",
            "Do this only where nobody else can read the folder, and delete it when you are done: every request holds "
            "the whole conversation again, a megabyte or more each.",
            "Give the whole folder to witnessmark, with index.jsonl in it.",
        ),
        shows=(
            "Every answer with its four token counts, the lifetime of what was cached, and why a cache was missed "
            "where the service says so.",
            "The model that was asked for beside the model that answered, which no transcript tells.",
        ),
        hides=(
            "When an answer came, if the index is missing. The date of the file is not used instead: copying changes "
            "it.",
            "Calls that failed: a request is written for every attempt, a response only for an answer. Counting "
            "requests counts attempts.",
            "Thinking, which the client removes from these files; its tokens are in the counts.",
            "Which sub-agent a call was of: only its kind is named, so such calls are counted but not put in a thread.",
        ),
        private="Everything: prompts, code, file contents, tool results and answers of the whole conversation. Only "
        "counts, times, models and pseudonyms are kept.",
        verified=Verified.DOCUMENTED,
        sources=(
            "https://code.claude.com/docs/en/monitoring-usage",
            "https://code.claude.com/docs/en/agent-sdk/observability",
        ),
    ),
    gives=frozenset({"lifetime-split", "requested-model", "threads", "token-counts", "tool-uses"}),
    spelling=(b'"request_file"', b'"response_file"', b'"stop_reason"', b'"usage"', b'"max_tokens"', b'"messages"'),
    authority=20,
    beside=True,
)
