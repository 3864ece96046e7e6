"""Rows of gateways and observability tools: one shape as JSON lines, a JSON document or a table, and what it gives.

A gateway knows no thread of a conversation: its calls carry no session and are never put into a thread.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, TypeVar

import msgspec
from msgspec import Raw, Struct

from generator.importers import documents, tables
from generator.importers.base import HEAD_BYTES, SkipLineError, lines, utc
from generator.importers.fold import Extract, MarkCopy, RequestCopy
from generator.importers.gateways.counts import Counts
from generator.importers.json_lines import BOM, REFUSED, has_later_object
from generator.importers.rows import RowReader, RowResult, Take
from generator.records.pseudonyms import pseudonym
from generator.records.rows import Mark, MarkKind, ModelId, Request, SkipReason, SourceRef, Surface

NULL = b"null"
EMPTY = b'""'
OTHER_VENDOR, OWN_CACHE, NO_CACHE_COUNTS, NO_TOKENS = "other-vendor", "own-cache", "cache-unknown", "no-tokens"
UNCLEAR = "unclear-input"
FAILURE = "failure"
REFUSED_FROM = 400  # HTTP status
MESSAGE, REQUEST = "msg_", "req_"  # how the API's own ids begin
_STATUS = re.compile(rb'"?([1-5][0-9]{2})"?')
_decode_text = msgspec.json.Decoder(str).decode
ValueT = TypeVar("ValueT")


def spells(head: bytes, *names: str) -> bool:
    """Does the head hold all of these keys, not counting those inside of strings?"""
    return all(re.search(rb'(?<!\\)"%s"\s*:' % re.escape(name.encode()), head) for name in names)


def heads(head: bytes, *names: str) -> bool:
    """Is the head that of a table with all of these columns?"""
    return set(names) <= set(tables.header(head))


def columns(*shapes: type[Struct]) -> dict[str, str]:
    """Keys of the shapes by their name in lower case, as `tables` gives columns."""
    return {one.encode_name.lower(): one.encode_name for shape in shapes for one in msgspec.structs.fields(shape)}


def read_rows(
    stream: BinaryIO,
    index: int,
    importer: str,
    take: Take,
    *,
    named: dict[str, str],
    paths: Iterable[documents.Path] = ((), ("data",)),
) -> Extract:
    """Read one open file; a row of a table becomes the object that the same row is in JSON, empty cells left out."""
    head = stream.read(HEAD_BYTES)
    stream.seek(0)
    rows = RowReader(index, importer)
    given: Iterable[bytes]
    if len(named.keys() & set(tables.header(head))) > 1:
        given = (_as_object(row, named) for row in tables.rows(stream, rows.count))
    elif _is_lines(head.removeprefix(BOM).lstrip(), [path[0] for path in paths if path]):
        given = lines(stream, rows.count)
    else:
        given = documents.elements(stream, rows.count, *paths)
    for row in given:
        rows.json(row, take)
    return rows.extract()


def _is_lines(head: bytes, lists: Collection[str]) -> bool:
    """Is the file one of JSON lines, even if its first line is damaged, is the only one, or is longer than the head?"""
    if has_later_object(head):
        return True
    if head.startswith(b"["):
        return False
    first, _, rest = head.partition(b"\n")
    if rest.strip() and _is_whole(first):
        return True
    if any(spells(first, name) for name in lists):
        return False
    return not head.startswith(b"{") or not rest.strip() or _is_whole(rest.split(b"\n", 1)[0])


def _is_whole(line: bytes) -> bool:
    try:
        return bytes(msgspec.json.decode(line, type=Raw)).startswith(b"{")
    except REFUSED:
        return False


def _as_object(row: tables.Row, named: dict[str, str]) -> bytes:
    return msgspec.json.encode({named[name]: cell for name, cell in row.items() if cell and name in named})


def inner(raw: Raw, decode: Callable[[bytes], ValueT]) -> ValueT | None:
    """A value that is an object, or a string that holds one. Raises what the decoder raises."""
    value = bytes(raw)
    if value.startswith(b'"'):
        value = _decode_text(value).encode()
    return decode(value) if value and value != NULL else None


def is_true(raw: Raw) -> bool:
    """Is the value true, as a word or as such?"""
    return bytes(raw).strip(b'"').lower() == b"true"


def status(raw: Raw) -> int | None:
    """An HTTP status, as a number or as digits."""
    found = _STATUS.fullmatch(bytes(raw))
    return int(found.group(1)) if found else None


def moment(text: str | None) -> datetime:
    """A time of a source that states them in UTC, with or without a zone. Raises SkipLineError."""
    if not text:
        raise SkipLineError(SkipReason.NO_TIME)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise SkipLineError(SkipReason.BAD_FIELD) from None
    return utc(at.replace(tzinfo=UTC) if at.tzinfo is None else at)


def call(
    own: str,
    model: ModelId,
    counts: Counts,
    times: Collection[datetime | None],
    *,
    format: str,
    source: SourceRef,
    key: bytes,
    requested: ModelId | None = None,
) -> RequestCopy:
    """The call of one row. `own` is the raw id; `times` are of the request, of the first token and of the end.

    Raises SkipLineError without an id.
    """
    if not own:
        raise SkipLineError(SkipReason.NO_ID)
    started, first, end = times
    ended = max(at for at in (started, first, end) if at is not None)
    name, message, request_id = _names(own, format, key)
    request = Request(
        id=name,
        session="",
        surface=Surface.API,
        model=model,
        started=started,
        first_seen=first or ended,
        ended=ended,
        input_tokens=counts.uncached,
        cache_read_tokens=counts.read,
        cache_write_tokens=counts.written,
        cache_write_5m_tokens=counts.written_5m,
        cache_write_1h_tokens=counts.written_1h,
        output_tokens=counts.output,
        output_reliable=True,
        requested_model=requested,
        source=source,
    )
    began = started or request.first_seen
    return RequestCopy(
        request, sidechain=False, named=False, began=began, format=format, message=message, request_id=request_id
    )


def _names(own: str, format: str, key: bytes) -> tuple[str, bool, str]:
    if own.startswith(MESSAGE):
        return pseudonym("message", own, key), True, ""
    if own.startswith(REQUEST):
        name = pseudonym("request", own, key)
        return name, False, name
    return pseudonym("call", f"{format}/{own}", key), False, ""


def failure(own: str, at: datetime, value: int | None, *, format: str, source: SourceRef, key: bytes) -> RowResult:
    """A row that tells of an error of the service: no call, nothing billed."""
    mark = Mark(kind=MarkKind.API_ERROR, session="", at=at, value=value, source=source)
    return RowResult(FAILURE, marks=(MarkCopy(pseudonym("line", own, key), mark, named=False, format=format),))


def counted(own: str, copy: RequestCopy, counts: Counts) -> RowResult:
    """A row that gave a call, by the name under which the tally counts it."""
    return RowResult(own if counts.is_clear else UNCLEAR, calls=(copy,))


def claimed(_path: Path, head: bytes, keys: Iterable[Collection[str]], tables_with: Iterable[Collection[str]]) -> bool:
    """Does the head spell one of these sets of keys, or is it a table with one of these sets of columns?"""
    return any(spells(head, *names) for names in keys) or any(heads(head, *names) for names in tables_with)
