"""Response headers that somebody saved, one answer a line, for the meters they state.

Where
    Files of people who log the headers of each answer with a script or a proxy of their own.
Which records
    JSON lines with a time and the headers, under `headers` or `response_headers` or beside the time. Headers
    `anthropic-ratelimit-unified-5h-*` and `-7d-*` of subscriptions are readings of meters, and so are those of one
    family of models (`-7d_opus-*`, `-7d_oi-*`). Those of an API key
    (`anthropic-ratelimit-requests-*`, `-tokens-*`) tell what is left of a rate and no use: such a row is other. A row
    with `status` or `status_code` of 400 or more is a mark.
Units
    Utilization is a fraction of one, where the usage endpoint and the statusline state percent. Resets are seconds
    since 1970. Times of rows as in all snapshots; the `date` header is taken where the row has none.
Never read
    Any other header.
"""

from __future__ import annotations

from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import partial
from pathlib import Path
from typing import BinaryIO

import msgspec
from msgspec import Raw

from generator.importers.base import Importer, SkipLineError, utc
from generator.importers.captures.headers import LIMITS, request_id, unified_meters, unknown_windows, wanted
from generator.importers.captures.http_exchange import FAILED, FAILURE, failure
from generator.importers.fold import Extract, MarkCopy
from generator.importers.guide import Guide, Verified
from generator.importers.rows import UNKNOWN, RowResult, read_objects
from generator.importers.values import ABSENT, Stamped, captured, claims_any, is_object, is_stated
from generator.records.rows import SkipReason, SourceRef, Surface

HEADERS, API_LIMITS = "headers", "api-limits"
PLACES = ("headers", "response_headers")
TIMES = ("timestamp", "captured_at", "ts", "time")
FOREIGN = frozenset(
    {"request", "response", "body", "message", "result", "output", "usage", "upstream_status", "log", "type"}
)
"""Keys of rows that hold more than headers, and have formats of their own."""

_decode = msgspec.json.Decoder(dict[str, Raw]).decode
_decode_status = msgspec.json.Decoder(int).decode


def sniff(_path: Path, head: bytes) -> bool:
    """Does any row of the head hold limit headers and nothing of an exchange?"""
    return claims_any(head, _is_mine)


def _is_mine(raw: bytes) -> bool:
    row = _decode(raw)
    return not FOREIGN & row.keys() and any(name.lower().startswith(LIMITS) for name in _all(row))


def _all(row: dict[str, Raw]) -> dict[str, Raw]:
    """Headers of a row, wherever they stand."""
    nested = next((row[place] for place in PLACES if is_object(row.get(place, ABSENT))), None)
    return row if nested is None else _decode(nested)


def take(raw: bytes, source: SourceRef, *, key: bytes) -> RowResult:
    """What one row gives."""
    row = _decode(raw)
    headers = wanted(_all(row).items())
    limits = [name for name in headers if name.startswith(LIMITS)]
    status = _status(row)
    if not limits and status < FAILED:
        return RowResult(UNKNOWN)
    at = _time(row, headers)
    meters = unified_meters(headers, at, source, key)
    unknown = unknown_windows(headers)
    if not meters and not unknown and any(name.endswith("-utilization") for name in limits):
        raise SkipLineError(SkipReason.BAD_FIELD)
    marks: tuple[MarkCopy, ...] = ()
    if status >= FAILED:
        raw_id = request_id(headers)
        marks = (failure(status, at, source, format=RATE_LIMIT_HEADERS.id, raw_id=raw_id, key=key),)
    kind = HEADERS if meters or unknown else FAILURE if marks else API_LIMITS
    return RowResult(kind, meters, marks=marks, unknown_windows=unknown)


def _status(row: dict[str, Raw]) -> int:
    stated = next((row[name] for name in ("status", "status_code") if is_stated(row.get(name, ABSENT))), None)
    return _decode_status(stated) if stated is not None and bytes(stated).isdigit() else 0


def _time(row: dict[str, Raw], headers: dict[str, str]) -> datetime:
    stamped = [Stamped(timestamp=row[name]) for name in TIMES if name in row]
    if any(is_stated(one.timestamp) for one in stamped) or not headers.get("date"):
        return captured(*stamped)
    try:
        return utc(parsedate_to_datetime(headers["date"]))
    except (TypeError, ValueError, OverflowError):
        raise SkipLineError(SkipReason.BAD_FIELD) from None


def read(stream: BinaryIO, _path: Path, index: int, key: bytes) -> Extract:
    """Read one open file, the `index`-th of its evidence."""
    return read_objects(stream, index, RATE_LIMIT_HEADERS.id, partial(take, key=key))


RATE_LIMIT_HEADERS = Importer(
    id="rate-limit-headers",
    title="Saved headers of limits",
    how="Let your program or proxy append the response headers that begin with anthropic-ratelimit- as a line of JSON "
    "with the time under timestamp.",
    surface=Surface.API,
    sniff=sniff,
    read=read,
    guide=Guide(
        where="Nowhere until you save them: a header comes with an answer and is gone after it.",
        get=(
            "In a program or proxy of your own, append the headers of each answer as one line of JSON: "
            '{"timestamp": "2026-03-03T10:00:00Z", "headers": {...}}.',
            "Names that begin with anthropic-ratelimit- and request-id are enough. Leave out all others.",
        ),
        shows=(
            "The five-hour and the seven-day meters of a subscription after each answer, those of one family of models "
            "included.",
        ),
        hides=(
            "Which call moved a meter, and calls of other devices in between.",
            "Headers of an API key tell how many requests and tokens of the present minute are left, rounded to "
            "thousands. That is not a meter, and such rows give nothing.",
            "The utilization is a fraction: 1 is all of it. In the usage endpoint 1 is one percent.",
            "The names for subscriptions are not documented and may change.",
        ),
        private="The id of your organisation. It leaves as a pseudonym.",
        verified=Verified.REAL_FILES,
        tried="Headers of 74 answers of 2024 and 2025 in recordings of traceloop/openllmetry: all of API keys, "
        "which state no use, and taken so.",
        sources=(
            "https://platform.claude.com/docs/en/api/rate-limits",
            "https://github.com/ArkNill/claude-code-hidden-problem-analysis/blob/main/02_RATELIMIT-HEADERS.md",
        ),
    ),
    gives=frozenset({"meter", "refusals"}),
    spelling=(b"anthropic-ratelimit-unified", b"-utilization", b'"headers"', b"anthropic-ratelimit-"),
    authority=20,
)
