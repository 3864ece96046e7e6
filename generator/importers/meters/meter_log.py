"""Rows that claude-code-meter and the cache-fix proxy append, one a call: its tokens, and the meters after it.

Where
    `~/.claude/usage.jsonl` of the proxy, and the meter's own log; rows with `v` of 1.
Which records
    `ts`, `model`, the four token counts, `ephemeral_1h/5m_input_tokens`, `speed`, `service_tier` give the call; `q5h`,
    `q7d` with `q5h_reset`, `q7d_reset` the meters. `request_id` (since cache-fix 4.1) is the service's and joins a row
    to a transcript; older rows are recognised by their counts and their time.
Units
    `q5h` and `q7d` are fractions of one, up to 2. Resets are seconds since 1970. Input excludes cache tokens. A row of
    an API key has no meters: both fractions are 0 and no reset is set, which is a gap and no zero.
Never read
    `sid` names the run of the proxy and no session of the client, so calls are of no thread here. Differences and rates
    that the tool computed.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import BinaryIO

import msgspec
from msgspec import Raw, Struct

from generator.importers.base import Importer
from generator.importers.captures import messages_api
from generator.importers.captures.headers import LARGEST_SHARE
from generator.importers.claude.lines import CacheCreation, Message, Usage
from generator.importers.fold import Extract
from generator.importers.guide import Guide, Verified
from generator.importers.rows import UNKNOWN, RowResult, read_objects
from generator.importers.values import ABSENT, EPOCH_SECONDS, Stamped, account, amount, captured, claims_any, to_minute
from generator.records.models import public_model
from generator.records.rows import MeterReading, SourceRef, Surface, Window

ROW, VERSION = "row", 1


class Line(Struct, gc=False, frozen=True):
    """One row."""

    v: int | None = None
    ts: Raw = ABSENT
    model: str | None = None
    requested_model: str | None = None
    speed: str | None = None
    service_tier: str | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_creation_input_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    ephemeral_1h_input_tokens: int | None = None
    ephemeral_5m_input_tokens: int | None = None
    q5h: float | None = None
    q7d: float | None = None
    q5h_reset: float | None = None
    q7d_reset: float | None = None
    qstatus: str | None = None
    org_id: str | None = None
    request_id: str | None = None


_decode = msgspec.json.Decoder(Line).decode


def sniff(_path: Path, head: bytes) -> bool:
    """Does any row of the head hold both the meters and the tokens as these tools spell them?"""
    return claims_any(head, lambda raw: _is_row(_decode(raw)))


def _is_row(line: Line) -> bool:
    return line.v is not None and line.q5h is not None and line.q7d is not None and line.input_tokens is not None


def take(raw: bytes, source: SourceRef, *, key: bytes) -> RowResult:
    """What one row gives."""
    line = _decode(raw)
    if line.v != VERSION or line.input_tokens is None:
        return RowResult(UNKNOWN)
    at = captured(Stamped(timestamp=line.ts))
    call = messages_api.call(
        messages_api.Answer(Message(model=line.model, usage=_usage(line, line.input_tokens)), is_final=True),
        format=METER_LOG.id,
        surface=Surface.CLAUDE_CODE,
        source=source,
        key=key,
        began=None,
        ended=at,
        request_id=line.request_id or "",
        requested=public_model(line.requested_model) if line.requested_model else None,
        own_id=f"{at.isoformat()}/{line.input_tokens}/{line.cache_read_input_tokens}/{line.output_tokens}",
    )
    return RowResult(ROW, _meters(line, at, source, key), calls=(call,))


def _usage(line: Line, uncached: int) -> Usage:
    split = CacheCreation(line.ephemeral_5m_input_tokens, line.ephemeral_1h_input_tokens)
    return Usage(
        input_tokens=uncached,
        cache_write_tokens=line.cache_creation_input_tokens,
        cache_read_tokens=line.cache_read_input_tokens,
        cache_creation=None if split == CacheCreation() else split,
        output_tokens=line.output_tokens or 0,
        service_tier=line.service_tier,
        speed=line.speed,
    )


def _meters(line: Line, at: datetime, source: SourceRef, key: bytes) -> tuple[MeterReading, ...]:
    given = ((Window.FIVE_HOUR, line.q5h, line.q5h_reset), (Window.SEVEN_DAY, line.q7d, line.q7d_reset))
    return tuple(
        MeterReading(
            account=account(line.org_id, key),
            window=window,
            at=at,
            used=amount(used, LARGEST_SHARE),
            resets_at=_reset(reset),
            source=source,
        )
        for window, used, reset in given
        if used is not None and (line.qstatus or used or reset)
    )


def _reset(seconds: float | None) -> datetime | None:
    if seconds is None or not EPOCH_SECONDS[0] <= seconds < EPOCH_SECONDS[1]:
        return None
    return to_minute(datetime.fromtimestamp(seconds, UTC))


def read(stream: BinaryIO, _path: Path, index: int, key: bytes) -> Extract:
    """Read one open file, the `index`-th of its evidence."""
    return read_objects(stream, index, METER_LOG.id, partial(take, key=key))


METER_LOG = Importer(
    id="meter-log",
    title="Rows of claude-code-meter",
    how="Install claude-code-meter, or the cache-fix proxy with its usage log. Each call appends one row to "
    "~/.claude/usage.jsonl.",
    surface=Surface.CLAUDE_CODE,
    sniff=sniff,
    read=read,
    guide=Guide(
        where="In ~/.claude/usage.jsonl where the cache-fix proxy writes it. It exists only if you ran one of these "
        "tools before.",
        get=(
            "Install the tool as its manual says and run its setup; from then on each call of Claude Code adds a row.",
            "Take the file usage.jsonl. It holds numbers only.",
            "With the cache-fix proxy, keep its setting for request ids on: they join the rows to your transcripts.",
        ),
        shows=(
            "The meters of the subscription beside the tokens of the very call that moved them.",
            "The split of cache writes by lifetime, and the model that was asked for, in newer rows.",
        ),
        hides=(
            "Which session asked: sid names the run of the tool.",
            "q5h and q7d are fractions of one. 1 is the whole window, not one percent.",
            "What other devices or claude.ai used shows only as a meter that moved more than the row's tokens explain.",
        ),
        private="When you worked and how much; newer rows a hashed id of your organisation. No text.",
        verified=Verified.THIRD_PARTY,
        sources=("https://github.com/cnighswonger/claude-code-meter/blob/main/src/log/schema.mjs",),
    ),
    gives=frozenset({"lifetime-split", "meter", "requested-model", "token-counts"}),
    spelling=(b'"q5h"', b'"q7d"', b'"qstatus"', b'"ephemeral_1h_input_tokens"', b'"cache_hit_rate"'),
    authority=20,
)
