"""Logs of the proxy of claude-usage-dashboard: one line a completed answer, without any text of it.

Where
    `~/.claude/anthropic-proxy-logs/proxy-<date>.ndjson`, or the folder in ANTHROPIC_PROXY_LOG_DIR.
Which records
    `ts_start`, `ts_end`, `duration_ms`, `path`, `upstream_status`, `usage`, `request_hints.model`,
    `response_hints.stop_reason`, `response_anthropic_headers`. A line with usage and a good status is a call, one with
    status 400 or more a mark. The API's message id is not there; the `request-id` header is, in newer logs, and
    otherwise a call is recognised in a transcript by its counts and its time.
Units
    ISO times with a zone, tokens as the API states them (input without cache), utilization in headers as fractions.
    A 429 without `cf-ray` was made on the way and not by the service (the tool's data-formats page), so it is other.
Never read
    Paths beyond the name of the endpoint, request_meta, alignment with files.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import BinaryIO

import msgspec
from msgspec import Raw, Struct

from generator.importers.base import Importer
from generator.importers.captures import messages_api
from generator.importers.captures.headers import request_id, unified_meters, unknown_windows, wanted
from generator.importers.captures.http_exchange import FAILED, FAILURE, NO_USAGE, REFUSED_BY_LIMIT, failure
from generator.importers.claude.lines import Message, Usage
from generator.importers.fold import Extract
from generator.importers.guide import Guide, Verified
from generator.importers.rows import RowResult, read_lines
from generator.importers.values import ABSENT, Stamped, captured, claims, is_stated
from generator.records.models import public_model
from generator.records.rows import SourceRef, Surface

MESSAGES = "/v1/messages"
CALL, REFUSED_ON_THE_WAY, OTHER_PATH = "messages", "local-refusal", "other"


class RequestHints(Struct, gc=False, frozen=True):
    """`request_hints`."""

    model: str | None = None


class ResponseHints(Struct, gc=False, frozen=True):
    """`response_hints`."""

    stop_reason: str | None = None
    model: str | None = None


class Line(Struct, gc=False, frozen=True):
    """One line. `response_model` is in newer logs; before, only the model that was asked for is known."""

    ts_start: Raw = ABSENT
    ts_end: Raw = ABSENT
    duration_ms: float | None = None
    path: str | None = None
    upstream_status: int | None = None
    usage: Usage | None = None
    request_hints: RequestHints | None = None
    response_hints: ResponseHints | None = None
    response_model: str | None = None
    response_anthropic_headers: dict[str, Raw] | None = None


class _Outline(Struct, gc=False, frozen=True):
    ts_start: Raw = ABSENT
    ts_end: Raw = ABSENT
    upstream_status: Raw = ABSENT


_decode = msgspec.json.Decoder(Line).decode
_decode_outline = msgspec.json.Decoder(_Outline).decode


def sniff(_path: Path, head: bytes) -> bool:
    """Is any line of the head spelled as this proxy writes it?"""
    return claims(head, _is_line)


def _is_line(raw: bytes) -> bool:
    line = _decode_outline(raw)
    return is_stated(line.upstream_status) and (is_stated(line.ts_end) or is_stated(line.ts_start))


def take(raw: bytes, source: SourceRef, *, key: bytes) -> RowResult:
    """What one line gives."""
    line = _decode(raw)
    if line.path is not None and line.path.partition("?")[0].rstrip("/") != MESSAGES:
        return RowResult(OTHER_PATH)
    status = line.upstream_status or 0
    headers = wanted((line.response_anthropic_headers or {}).items())
    if status == REFUSED_BY_LIMIT and line.response_anthropic_headers and "cf-ray" not in headers:
        return RowResult(REFUSED_ON_THE_WAY)
    ended = captured(Stamped(timestamp=line.ts_end), Stamped(timestamp=line.ts_start))
    meters, unknown = unified_meters(headers, ended, source, key), unknown_windows(headers)
    if status >= FAILED:
        mark = failure(status, ended, source, format=PROXY_NDJSON.id, raw_id=request_id(headers), key=key)
        return RowResult(FAILURE, meters, marks=(mark,), unknown_windows=unknown)
    if line.usage is None:
        return RowResult(NO_USAGE, meters, unknown_windows=unknown)
    hints, answered = line.request_hints or RequestHints(), line.response_hints or ResponseHints()
    model = line.response_model or answered.model
    call = messages_api.call(
        messages_api.Answer(
            Message(model=model or hints.model, stop_reason=answered.stop_reason, usage=line.usage),
            is_final=answered.stop_reason is not None,
        ),
        format=PROXY_NDJSON.id,
        surface=Surface.CLAUDE_CODE,
        source=source,
        key=key,
        began=captured(Stamped(timestamp=line.ts_start)) if is_stated(line.ts_start) else None,
        ended=ended,
        request_id=request_id(headers),
        requested=public_model(hints.model) if model and hints.model else None,
        own_id=f"{ended.isoformat()}/{_counts(line.usage)}",
    )
    return RowResult(CALL, meters, calls=(call,), unknown_windows=unknown)


def _counts(usage: Usage) -> str:
    """What tells two calls apart that ended in the same millisecond."""
    counts = (usage.input_tokens, usage.cache_read_tokens, usage.cache_write_tokens, usage.output_tokens)
    return "/".join(str(count) for count in counts)


def read(stream: BinaryIO, _path: Path, index: int, key: bytes) -> Extract:
    """Read one open file, the `index`-th of its evidence."""
    return read_lines(stream, index, PROXY_NDJSON.id, partial(take, key=key))


PROXY_NDJSON = Importer(
    id="proxy-ndjson",
    title="Proxy logs of claude-usage-dashboard",
    how="Run the proxy of claude-usage-dashboard and start Claude Code with ANTHROPIC_BASE_URL set to it. It writes "
    "~/.claude/anthropic-proxy-logs/proxy-<date>.ndjson.",
    surface=Surface.CLAUDE_CODE,
    sniff=sniff,
    read=read,
    guide=Guide(
        where="In ~/.claude/anthropic-proxy-logs, one file a day, if you have run this proxy. The folder can be moved "
        "with ANTHROPIC_PROXY_LOG_DIR.",
        get=(
            "Start the proxy of the tool, as its manual says; it listens on port 8080 of your own computer.",
            "Start Claude Code with the address of the proxy: ANTHROPIC_BASE_URL=http://127.0.0.1:8080 claude",
            "Take the files proxy-*.ndjson. They hold no prompts and no answers, unless you switched bodies on.",
        ),
        shows=(
            "Each answer with its tokens, its time and the status of the service.",
            "The meters of the subscription after each answer, from its headers.",
            "Refusals, and which of them came from the service.",
        ),
        hides=(
            "Which session or sub-agent asked, and the API's own message id.",
            "Lines of older versions name only the model that was asked for, so a substitution cannot be seen.",
            "Without a request id, the same call in a transcript is recognised by its counts and its time.",
            "A transcript counted line by line shows about twice the cache reads of this log. The log is right.",
        ),
        private="When you worked, the state of your subscription, and the id of your organisation. No text.",
        verified=Verified.THIRD_PARTY,
        sources=("https://github.com/fgrosswig/claude-usage-dashboard/blob/main/docs/en/09-data-formats.md",),
    ),
    gives=frozenset({"lifetime-split", "meter", "refusals", "requested-model", "token-counts"}),
    spelling=(
        b'"ts_end"',
        b'"upstream_status"',
        b'"request_hints"',
        b'"response_anthropic_headers"',
        b'"cache_health"',
    ),
    authority=20,
)
