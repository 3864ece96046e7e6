"""Helicone: requests that went through its proxy or gateway.

Where
    JSON lines or JSON of the tool @helicone/export or of /v1/request/query-clickhouse, CSV of the web page.
Which records
    Calls of Claude models; a request of /v1/messages/count_tokens is none. A status from 400 on is a mark. A row that
    Helicone answered from its own cache and one without cache counts are counted by name and give no record (the tool's
    CSV leaves the cache columns out).
Units
    Times are UTC, often without a zone (formatTimeString in ClickhouseWrapper.ts). `prompt_tokens` of the provider
    ANTHROPIC is the API's `input_tokens`, without cached ones (anthropicUsageProcessor.ts); of others, what fits
    decides (gateway_counts). `total_tokens` is prompt + completion and tells nothing. `delay_ms` is milliseconds.
Never read
    Requests, responses but for the id and usage of an answer, users, properties, addresses, dollars.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import BinaryIO

import msgspec
from msgspec import Raw, Struct

from generator.importers.base import Importer
from generator.importers.captures import messages_api
from generator.importers.fold import Extract, RequestCopy
from generator.importers.gateways.counts import Counts, checked, uncached
from generator.importers.gateways.models import gateway_model
from generator.importers.gateways.rows import (
    MESSAGE,
    NO_CACHE_COUNTS,
    NO_TOKENS,
    OTHER_VENDOR,
    OWN_CACHE,
    REFUSED_FROM,
    call,
    claimed,
    columns,
    counted,
    failure,
    moment,
    read_rows,
)
from generator.importers.guide import Guide, Verified
from generator.importers.json_lines import REFUSED
from generator.importers.rows import COUNTING, RowResult, is_counting
from generator.importers.values import ABSENT, is_object
from generator.records.rows import ModelId, SourceRef, Surface

REQUEST, UNFINISHED = "request", "unfinished"
NOT_CACHED = ("", "00000000-0000-0000-0000-000000000000")
EXACT = frozenset({"ANTHROPIC"})
LONGEST_DELAY = 86_400_000  # ms; beyond a day the figure is damage
SUCCESS = range(200, 300)


class Row(Struct, frozen=True):
    """One request."""

    request_id: str | None = None
    response_id: str | None = None
    request_created_at: str | None = None
    response_created_at: str | None = None
    response_status: int | None = None
    request_model: str | None = None
    response_model: str | None = None
    model: str | None = None
    provider: str | None = None
    delay_ms: float | None = None
    time_to_first_token: float | None = None
    prompt_tokens: int | None = None
    prompt_cache_write_tokens: int | None = None
    prompt_cache_read_tokens: int | None = None
    completion_tokens: int | None = None
    cache_reference_id: str | None = None
    request_path: Raw = ABSENT
    target_url: Raw = ABSENT
    response_body: Raw = ABSENT


class Body(Struct, frozen=True):
    """What tells an answer of the Messages API from others."""

    type: str = ""
    id: str = ""


_decode = msgspec.json.Decoder(Row, strict=False).decode
_decode_body = msgspec.json.Decoder(Body).decode
COLUMNS = columns(Row)
KEYS = (("request_id", "request_created_at", "response_status"),)
TABLES = (("request_created_at", "response_status"),)


def take(raw: bytes, source: SourceRef, *, key: bytes) -> RowResult:
    """The call or the failure of one row."""
    row = _decode(raw)
    own = row.request_id or row.response_id or ""
    asked = gateway_model(row.request_model or "")
    model = gateway_model(row.response_model or row.request_model or row.model or "")
    if model is None or is_counting(row.request_path, row.target_url):
        return RowResult(OTHER_VENDOR if model is None else COUNTING)
    times = _times(row)
    if row.response_status is not None and row.response_status >= REFUSED_FROM:
        return failure(own, times[2], row.response_status, format=HELICONE.id, source=source, key=key)
    unsent = _unsent(row, own)
    if unsent:
        return RowResult(unsent)
    requested = asked if row.response_model and row.request_model else None
    stated = _stated(row, times, requested, source, key)
    if stated is not None:
        return RowResult(REQUEST, calls=(stated,))
    counts = _counts(row)
    if counts is None or not any(counts[:4]):
        return RowResult(NO_CACHE_COUNTS if counts is None else NO_TOKENS)
    copy = call(own, model, counts, times, format=HELICONE.id, source=source, key=key, requested=requested)
    return counted(REQUEST, copy, counts)


def _unsent(row: Row, own: str) -> str:
    """Why a row is no answer of the service; "" where it is one."""
    if row.response_status is not None and row.response_status not in SUCCESS:
        return UNFINISHED  # negative: cancelled, timed out or blocked by Helicone itself
    return "" if (row.cache_reference_id or "") in (*NOT_CACHED, own) else OWN_CACHE


def _times(row: Row) -> tuple[datetime, datetime | None, datetime]:
    """When the request was sent, its first token came, and its answer ended. Raises SkipLineError."""
    started = moment(row.request_created_at)
    delay = row.delay_ms if row.delay_ms is not None and 0 <= row.delay_ms <= LONGEST_DELAY else 0
    ended = moment(row.response_created_at) if row.response_created_at else _later(started, delay)
    wait = row.time_to_first_token
    first = _later(started, wait) if wait and 0 < wait <= LONGEST_DELAY else None
    return started, first if first and first <= ended else None, max(started, ended)


def _later(at: datetime, milliseconds: float) -> datetime:
    try:
        return at + timedelta(milliseconds=milliseconds)
    except OverflowError:
        return at


def _counts(row: Row) -> Counts | None:
    """Counts of the row; None where it does not say what was cached. Raises SkipLineError."""
    read, written = row.prompt_cache_read_tokens, row.prompt_cache_write_tokens
    if read is None or written is None:
        return None
    prompt = row.prompt_tokens or 0
    own, is_clear = (prompt, True) if (row.provider or "").upper() in EXACT else uncached(prompt, read, written)
    return checked(Counts(own, written, read, row.completion_tokens or 0, is_clear))


def _stated(
    row: Row,
    times: tuple[datetime, datetime | None, datetime],
    requested: ModelId | None,
    source: SourceRef,
    key: bytes,
) -> RequestCopy | None:
    """The call as the API's own answer states it, where the export holds bodies; None where it does not."""
    if not is_object(row.response_body):
        return None
    try:
        body = _decode_body(row.response_body)
        found = messages_api.body_answer(bytes(row.response_body)) if body.type == "message" else None
    except REFUSED:
        return None
    if found is None or not body.id.startswith(MESSAGE):
        return None
    copy = messages_api.call(
        found,
        format=HELICONE.id,
        surface=Surface.API,
        source=source,
        key=key,
        began=times[0],
        ended=times[2],
        requested=requested,
    )
    named = gateway_model(found.message.model or "") or copy.request.model
    return msgspec.structs.replace(copy, request=msgspec.structs.replace(copy.request, model=named))


def sniff(path: Path, head: bytes) -> bool:
    """Are there requests as Helicone exports them?"""
    return claimed(path, head, KEYS, TABLES)


def read(stream: BinaryIO, _path: Path, index: int, key: bytes) -> Extract:
    """Read one open file, the `index`-th of its evidence."""
    return read_rows(stream, index, HELICONE.id, partial(take, key=key), named=COLUMNS)


HELICONE = Importer(
    id="helicone",
    title="Helicone requests",
    how="The tool @helicone/export writes all requests as JSON lines: npx @helicone/export --format jsonl.",
    surface=Surface.API,
    sniff=sniff,
    read=read,
    guide=Guide(
        where="In your Helicone account, which keeps every request that went through it.",
        get=(
            "Make an API key in Helicone's settings and put it into the environment variable HELICONE_API_KEY.",
            "Run: npx @helicone/export --start-date 2026-03-01 --end-date 2026-03-31 --format jsonl, with --region eu "
            "for an account in Europe. The file is output.jsonl.",
            "Choose jsonl or json and not csv: the CSV has no columns for cached tokens. With --include-body the "
            "API's message id is in the file too, and all your prompts.",
        ),
        shows=(
            "Input, output and cached tokens of each call, its model, when it began and how long it took.",
            "Calls that failed, with their HTTP status.",
        ),
        hides=(
            "total_tokens leaves cached tokens out, while pages of the service put them in.",
            "A row without cache counts, as in the CSV of the tool, gives no call: what it cost cannot be known.",
            "Rows that Helicone answered from its own cache were never sent to the service and are left out.",
            "The id of a response is Helicone's own, so a call is matched with other logs by its counts and time, "
            "unless bodies are in the file.",
            "Bedrock and Vertex AI have caches of their own. For providers but Anthropic it is not certain whether "
            "prompt_tokens holds cached tokens; they are taken out, and the row is counted as unclear-input.",
        ),
        private="Prompts and answers with --include-body; user ids, properties and countries always. None is read.",
        verified=Verified.THIRD_PARTY,
        sources=(
            "https://docs.helicone.ai/rest/request/post-v1requestquery-clickhouse",
            "https://github.com/Helicone/helicone/tree/main/examples/export/typescript",
            "https://github.com/Helicone/helicone/blob/main/packages/cost/usage/anthropicUsageProcessor.ts",
            "https://github.com/Helicone/helicone/blob/main/valhalla/jawn/src/lib/db/ClickhouseWrapper.ts",
        ),
    ),
    gives=frozenset({"lifetime-split", "requested-model", "token-counts"}),
    spelling=(b"request_created_at", b"response_status", b"prompt_cache_read_tokens", b"delay_ms", b"request_model"),
    authority=40,
)
