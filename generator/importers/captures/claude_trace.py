"""Logs of claude-trace, a tool that starts Claude Code and keeps every request with its answer.

Where
    `.claude-trace/log-<time>.jsonl` in the folder in which it was started; one exchange a line.
Which records
    `request` {timestamp, method, url, headers, body}, `response` {timestamp, status_code, headers, `body` for JSON or
    `body_raw` for the text of an event stream} and `logged_at`. A response of null is a request that was never
    answered. Calls, refusals and meters as in any recording (captures/http_exchange.py).
Units
    Times of request and response are seconds since 1970. That of the response is of its headers, so `logged_at`, which
    follows the body, is taken as the end of the answer where it is there.
Never read
    Every header but the few named in captures/headers.py; the tool shortens keys and cookies, but does not remove
    them. Prompts and answers are decoded no further than usage, model, ids and the thread need.
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import BinaryIO

import msgspec
from msgspec import Raw, Struct

from generator.importers.base import Importer, SkipLineError
from generator.importers.captures import http_exchange
from generator.importers.captures.headers import wanted
from generator.importers.captures.http_exchange import Exchange, Kind
from generator.importers.fold import Extract
from generator.importers.guide import Guide, Verified
from generator.importers.json_lines import BOM
from generator.importers.rows import UNKNOWN, RowResult, read_lines
from generator.importers.values import ABSENT, Stamped, captured, claims, is_object, is_stated
from generator.records.rows import SkipReason, SourceRef, Surface

NEVER_ANSWERED = "unanswered"
_CUT = re.compile(
    rb'\s*\{\s*"request"\s*:\s*\{\s*"timestamp"\s*:\s*[0-9.]+\s*,\s*"method"\s*:\s*"[A-Z]+"\s*,\s*"url"\s*:'
)


class Sent(Struct, gc=False, frozen=True):
    """`request`."""

    timestamp: float | None = None
    method: str = ""
    url: str = ""
    headers: dict[str, Raw] | None = None
    body: Raw = ABSENT


class Received(Struct, gc=False, frozen=True):
    """`response`."""

    timestamp: Raw = ABSENT
    status_code: int | None = None
    headers: dict[str, Raw] | None = None
    body: Raw = ABSENT
    body_raw: Raw = ABSENT


class Pair(Struct, gc=False, frozen=True):
    """One line."""

    request: Sent | None = None
    response: Received | None = None
    logged_at: Raw = ABSENT


class _Outline(Struct, gc=False, frozen=True):
    request: Raw = ABSENT
    response: Raw = ABSENT
    logged_at: Raw = ABSENT


_decode = msgspec.json.Decoder(Pair).decode
_decode_outline = msgspec.json.Decoder(_Outline).decode
_decode_sent = msgspec.json.Decoder(Sent).decode
_decode_text = msgspec.json.Decoder(str).decode


def sniff(_path: Path, head: bytes) -> bool:
    """Is any line an exchange as this tool writes it? The first line is often longer than the head."""
    return _CUT.match(head.removeprefix(BOM)) is not None or claims(head, _is_pair)


def _is_pair(line: bytes) -> bool:
    outline = _decode_outline(line)
    if not is_object(outline.request) or not is_stated(outline.logged_at):
        return False
    sent = _decode_sent(outline.request)
    return bool(sent.url and sent.method and sent.timestamp is not None)


def take(raw: bytes, source: SourceRef, *, key: bytes) -> RowResult:
    """What one exchange gives."""
    pair = _decode(raw)
    sent, received = pair.request, pair.response
    if sent is None:
        return RowResult(UNKNOWN)
    about = http_exchange.kind(sent.method, sent.url)
    if received is None:
        return RowResult(NEVER_ANSWERED)
    status = received.status_code or 0
    outside = http_exchange.unanswered(sent.method, status)
    if outside or about in {Kind.OTHER, Kind.COMPLETION}:
        return RowResult(outside or about.value)
    found = Exchange(
        path=http_exchange.address(sent.url)[1],
        status=status,
        sent=wanted((sent.headers or {}).items()),
        received=wanted((received.headers or {}).items()),
        request=_text(sent.body),
        body=_text(received.body_raw) or _text(received.body),
        began=_began(sent.timestamp),
        ended=captured(Stamped(timestamp=pair.logged_at), Stamped(timestamp=received.timestamp)),
    )
    if about is Kind.USAGE:
        return http_exchange.poll(found, source, key)
    return http_exchange.messages(found, source, format=CLAUDE_TRACE.id, key=key)


def _began(seconds: float | None) -> datetime | None:
    if seconds is None:
        return None
    try:
        return captured(Stamped(timestamp=Raw(msgspec.json.encode(seconds))))
    except SkipLineError as skipped:
        if skipped.reason is SkipReason.NO_TIME:
            return None
        raise


def _text(raw: Raw) -> bytes:
    """A body as bytes: the text of a string, or the JSON value itself."""
    value = bytes(raw)
    if value == b"null":
        return b""
    return _decode_text(raw).encode("utf-8", "surrogatepass") if value.startswith(b'"') else value


def read(stream: BinaryIO, _path: Path, index: int, key: bytes) -> Extract:
    """Read one open file, the `index`-th of its evidence."""
    return read_lines(stream, index, CLAUDE_TRACE.id, partial(take, key=key))


CLAUDE_TRACE = Importer(
    id="claude-trace",
    title="Logs of claude-trace",
    how="Start Claude Code through claude-trace. It writes .claude-trace/log-<time>.jsonl in the folder you are in.",
    surface=Surface.CLAUDE_CODE,
    sniff=sniff,
    read=read,
    guide=Guide(
        where="In a folder named .claude-trace, in every folder in which you started the tool. Only sessions that were "
        "started through it are there.",
        get=(
            "Install the tool with: npm install -g @mariozechner/claude-trace",
            "Start your session with claude-trace in place of claude. With --include-all-requests it also keeps short "
            "requests, which it leaves out otherwise.",
            "Take the files .claude-trace/log-*.jsonl. The HTML files beside them are the same for reading.",
        ),
        shows=(
            "Each request of the client with the tokens of its answer, also those that transcripts leave out, such as "
            "titles and checks.",
            "The model that was asked for beside the one that answered, the client's version and the session.",
            "Refused attempts, and the meters of the subscription in the headers of each answer.",
        ),
        hides=(
            "By default requests with few messages are left out: a smaller total than on the bill does not prove "
            "anything.",
            "It works by changing the client while it runs, and no longer does with clients that come as one program "
            "file; forks of the tool use a proxy.",
            "Which sub-agent asked is stated by clients from 2.1.139 on. Before, threads are told apart by their first "
            "message.",
        ),
        private="Whole conversations, file contents and the beginnings of keys. None of it is kept.",
        verified=Verified.THIRD_PARTY,
        sources=(
            "https://github.com/badlogic/lemmy/tree/main/apps/claude-trace",
            "https://code.claude.com/docs/en/llm-gateway-protocol",
        ),
    ),
    gives=frozenset(
        {"client-versions", "first-lines", "lifetime-split", "meter", "requested-model", "threads", "token-counts"}
    ),
    spelling=(b'"request"', b'"response"', b'"status_code"', b'"body_raw"', b'"logged_at"'),
    authority=20,
)
