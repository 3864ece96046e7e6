"""Recordings of a browser's or a proxy's network traffic: HAR 1.2, one JSON document of exchanges.

Where
    The network panel of a browser's developer tools ("Save all as HAR"), mitmproxy, Charles, Proxyman and others.
Which records
    Elements of `log.entries`. A POST to api.anthropic.com/v1/messages with an answer that states usage (JSON, or the
    text of its event stream) is a call; one that was refused is a mark. Answers of /api/oauth/usage and
    /api/organizations/<id>/usage are readings of meters, and so are the `anthropic-ratelimit-unified-*` headers.
    Preflights, redirects, answers out of the cache, aborted entries, other hosts and chats on claude.ai, whose
    streams state no usage, are counted as other.
Units
    `startedDateTime` is ISO 8601 with a zone, `time` milliseconds of the whole http_exchange. `utilization` of a usage
    answer is percent, of a header a fraction. A body may be in base64 (`content.encoding`).
Never read
    Cookies, authorization, query strings and every header but the few named in captures/headers.py: their values
    are not even decoded. Prompts and answers are decoded no further than usage, model and ids need.
"""

from __future__ import annotations

import base64
import binascii
import re
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import BinaryIO

import msgspec
from msgspec import Raw, Struct, field

from generator.importers.base import Importer, SkipLineError
from generator.importers.captures import http_exchange
from generator.importers.captures.headers import wanted
from generator.importers.captures.http_exchange import Exchange, Kind
from generator.importers.documents import elements
from generator.importers.fold import Extract
from generator.importers.guide import Guide, Verified
from generator.importers.json_lines import BOM
from generator.importers.rows import RowReader, RowResult, read_each
from generator.importers.values import ABSENT, iso_time
from generator.records.rows import SkipReason, SourceRef, Surface

ENTRIES = ("log", "entries")
LONGEST_ENTRY = 16 * 1024 * 1024  # bytes; an entry is held as text and as the bodies in it, several times its size
LONGEST_MS = 86_400_000  # an exchange that took more than a day is damage
_DOCUMENT = re.compile(rb'\s*\{\s*"log"\s*:\s*\{.*?"(?:creator|entries|pages|browser)"\s*:\s*[\[{]', re.DOTALL)


class Header(Struct, gc=False, frozen=True):
    """One header; its value is decoded only where it is wanted."""

    name: str = ""
    value: Raw = ABSENT


class Post(Struct, gc=False, frozen=True):
    """`request.postData`."""

    text: str | None = None


class Asked(Struct, gc=False, frozen=True, rename="camel"):
    """`request`."""

    method: str = ""
    url: str = ""
    headers: Raw = ABSENT
    post_data: Raw = ABSENT


class Content(Struct, gc=False, frozen=True):
    """`response.content`."""

    text: str | None = None
    encoding: str | None = None


class Answered(Struct, gc=False, frozen=True):
    """`response`. A status of 0 is an exchange that was cut off, or blocked."""

    status: int | float | None = None
    headers: Raw = ABSENT
    content: Raw = ABSENT


class Entry(Struct, gc=False, frozen=True):
    """One http_exchange. `_fromCache` is Chrome's word for an answer that no server gave."""

    request: Asked
    response: Answered = Answered()
    started: Raw = field(name="startedDateTime", default=ABSENT)
    time: float | None = None
    from_cache: str | bool | None = field(name="_fromCache", default=None)


_decode = msgspec.json.Decoder(Entry).decode
_decode_headers = msgspec.json.Decoder(list[Header] | None).decode
_decode_post = msgspec.json.Decoder(Post | None).decode
_decode_content = msgspec.json.Decoder(Content | None).decode
_decode_text = msgspec.json.Decoder(str).decode


def sniff(_path: Path, head: bytes) -> bool:
    """Does the document begin as HAR does?"""
    return _DOCUMENT.match(head.removeprefix(BOM)[:4096]) is not None


def take(raw: bytes, source: SourceRef, *, key: bytes) -> RowResult:
    """What one entry gives."""
    entry = _decode(raw)
    asked, answered = entry.request, entry.response
    about = http_exchange.kind(asked.method, asked.url)
    status = int(answered.status or 0)
    outside = http_exchange.unanswered(asked.method, status, cached=bool(entry.from_cache))
    if outside or about in {Kind.OTHER, Kind.COMPLETION}:
        return RowResult(outside or about.value)
    began = _began(entry)
    found = Exchange(
        path=http_exchange.address(asked.url)[1],
        status=status,
        sent=_headers(asked.headers),
        received=_headers(answered.headers),
        request=_sent(asked),
        body=_body(answered),
        began=began,
        ended=began + _length(entry),
    )
    if about is Kind.USAGE:
        return http_exchange.poll(found, source, key)
    return http_exchange.messages(found, source, format=HAR.id, key=key)


def _began(entry: Entry) -> datetime:
    if not bytes(entry.started).startswith(b'"'):
        raise SkipLineError(SkipReason.NO_TIME)
    return iso_time(_decode_text(entry.started))


def _length(entry: Entry) -> timedelta:
    """How long the exchange took; -1 and null mean that nothing is said of it."""
    length = entry.time or 0.0
    return timedelta(milliseconds=length) if 0 < length <= LONGEST_MS else timedelta()


def _headers(raw: Raw) -> dict[str, str]:
    return wanted((header.name, header.value) for header in _decode_headers(raw) or ())


def _sent(asked: Asked) -> bytes:
    post: Post | None = _decode_post(asked.post_data)
    return (post.text or "").encode("utf-8", "surrogatepass") if post else b""


def _body(answered: Answered) -> bytes:
    """The body as bytes; never larger than the entry that holds it. Raises SkipLineError."""
    content: Content | None = _decode_content(answered.content)
    if content is None or not content.text:
        return b""
    if content.encoding != "base64":
        return content.text.encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(content.text)
    except (binascii.Error, ValueError):
        raise SkipLineError(SkipReason.BAD_FIELD) from None


def read(stream: BinaryIO, _path: Path, index: int, key: bytes) -> Extract:
    """Read one open file, the `index`-th of its evidence."""
    rows = RowReader(index, HAR.id)
    return read_each(elements(stream, rows.count, ENTRIES, longest=LONGEST_ENTRY), rows, partial(take, key=key))


HAR = Importer(
    id="har",
    title="Recordings of network traffic (HAR)",
    how="In a browser: developer tools, Network, keep the log while you work, then save all as HAR with content. "
    "Proxies such as mitmproxy export the same format.",
    surface=Surface.API,
    sniff=sniff,
    read=read,
    guide=Guide(
        where="Nowhere until you record it. A browser records what its tabs do; for Claude Code or a program of your "
        "own you need a proxy that you trust, on your own computer.",
        get=(
            "Meters on claude.ai: open the site in Chrome or Edge, press F12, choose Network, tick Preserve log, then "
            "open Settings, Usage and reload that page from time to time.",
            "Save with the export button of the panel (Save all as HAR). Newer Chrome leaves cookies out unless you "
            "allow it in the settings of the developer tools: leave it so.",
            "In Firefox: F12, Network, Persist Logs in the gear menu, then right-click a row and choose Save All As "
            "HAR.",
            "For programs that call the API: record with mitmproxy and write the file with its hardump option.",
        ),
        shows=(
            "Each call of the API with its tokens, the model that was asked for beside the one that answered, and the "
            "time it took.",
            "Attempts that were refused: they are marks and have no tokens.",
            "The meters of a subscription, from the usage pages and from the headers of answers.",
        ),
        hides=(
            "A chat on claude.ai states no tokens in its stream: such entries are counted and give no call.",
            "Browsers often save event streams without their body. Such a call is counted as one without usage.",
            "A preflight (OPTIONS), a redirect and an answer out of the cache are not further calls.",
            "A client that is refused asks again by itself: two entries with two request ids are one call of yours.",
            "utilization in a usage answer is percent, in a header a fraction of one.",
        ),
        private="Everything: cookies that log in as you, keys, whole conversations. Do not send a HAR file to anybody. "
        "Cookies and keys are not decoded here, and no text is kept.",
        verified=Verified.REAL_FILES,
        tried="Answers in recordings of pydantic/pydantic-ai, traceloop/openllmetry and simonw/llm-anthropic, 185 "
        "of them put into this form for the trial: calls and sums of tokens equal an independent count. No "
        "file that a browser saved was at hand.",
        sources=(
            "https://w3c.github.io/web-performance/specs/HAR/Overview.html",
            "https://developer.chrome.com/docs/devtools/network/reference",
            "https://platform.claude.com/docs/en/api/rate-limits",
        ),
    ),
    gives=frozenset(
        {
            "client-versions",
            "first-lines",
            "lifetime-split",
            "meter",
            "refusals",
            "requested-model",
            "threads",
            "token-counts",
        }
    ),
    spelling=(b'"log"', b'"creator"', b'"entries"', b'"startedDateTime"', b'"postData"', b'"httpVersion"'),
    authority=20,
)
