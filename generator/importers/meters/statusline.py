"""What Claude Code hands to a statusline command, appended to a file by the user's own script.

Where
    Nowhere by default: the command gets one JSON object on standard input (Claude Code docs, statusline) and
    nothing stores it. Scripts that do add a time (`timestamp`, `captured_at`, `ts` or `time`) and put the object at
    the top level or under `statusline`, `input` or `data`; some keep only the two windows of `rate_limits`.
Which records
    `rate_limits` gives readings of the account's meters (clients from 2.1.80; Pro and Max, after the first answer of a
    session; each window may be absent; weekly windows of one family of models since about 2.1.237). `context_window`
    and `cost` give readings of the session's running counters.
Units
    `used_percentage` is percent 0-100 and `resets_at` seconds since 1970. `total_*_tokens` are sums of the session
    before 2.1.132 and what is in context after, so the version goes with every reading. Cost is the client's own
    estimate in USD; it and `total_duration_ms` begin anew at /clear. A session that waits repeats the meters of its
    last answer, so lines of several sessions can show a meter going back.
Never read
    Folders, names, paths of transcripts. The account is not stated: all files of one user count as one.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import BinaryIO

import msgspec
from msgspec import Raw, Struct, field

from generator.importers.base import Importer
from generator.importers.fold import Extract
from generator.importers.guide import Guide, Verified
from generator.importers.rows import UNKNOWN, RowResult, read_objects
from generator.importers.values import (
    ABSENT,
    EPOCH_SECONDS,
    Stamped,
    account,
    amount,
    captured,
    claims_any,
    is_object,
    share,
    to_minute,
)
from generator.importers.windows import KEYS, is_window, unknown
from generator.records.models import public_model
from generator.records.pseudonyms import known_version, pseudonym
from generator.records.rows import Counter, CounterReading, MeterReading, SourceRef, Surface


class Limit(Struct, gc=False, frozen=True):
    """One window of `rate_limits`."""

    used_percentage: float | None = None
    resets_at: float | None = None


class ContextWindow(Struct, gc=False, frozen=True):
    """`context_window`."""

    total_input_tokens: float | None = None
    total_output_tokens: float | None = None


class Cost(Struct, gc=False, frozen=True):
    """`cost`."""

    total_cost_usd: float | None = None
    total_duration_ms: float | None = None


class Model(Struct, gc=False, frozen=True):
    """`model`."""

    id: str | None = None


class Snapshot(Stamped, gc=False, frozen=True):
    """One line, or the object inside it."""

    session_id: str | None = None
    version: str | None = None
    model: Model | str | None = None
    rate_limits: dict[str, Raw] | None = None
    context_window: ContextWindow | None = None
    cost: Cost | None = None
    five_hour: Raw = ABSENT
    seven_day: Raw = ABSENT
    seven_day_opus: Raw = ABSENT
    seven_day_sonnet: Raw = ABSENT
    seven_day_haiku: Raw = ABSENT
    seven_day_fable: Raw = ABSENT
    seven_day_mythos: Raw = ABSENT
    seven_day_overage_included: Raw = ABSENT
    statusline: Raw = ABSENT
    nested_input: Raw = field(name="input", default=ABSENT)
    data: Raw = ABSENT


_decode = msgspec.json.Decoder(Snapshot).decode
_decode_limit = msgspec.json.Decoder(Limit | None).decode


def sniff(_path: Path, head: bytes) -> bool:
    """Does any row of the head hold a figure that this importer reads?"""
    return claims_any(head, lambda line: _body(_decode(line)) is not None)


def _body(line: Snapshot) -> Snapshot | None:
    """The object that holds figures: the line itself or one inside it."""
    if _has_figures(line):
        return line
    nested = (_decode(raw) for raw in (line.statusline, line.nested_input, line.data) if is_object(raw))
    return next((body for body in nested if _has_figures(body)), None)


def _has_figures(body: Snapshot) -> bool:
    limits, context, cost = _limits(body), body.context_window, body.cost
    return (
        any(limit is not None for limit in limits.values())
        or (context is not None and (context.total_input_tokens, context.total_output_tokens) != (None, None))
        or (cost is not None and cost.total_cost_usd is not None)
    )


def _limits(body: Snapshot) -> dict[str, Limit | None]:
    """The windows of `rate_limits` by name, or those that stand by themselves in its spelling."""
    if body.rate_limits is not None:
        return {name: _decode_limit(raw) for name, raw in body.rate_limits.items() if is_window(name)}
    return {name: _alone(getattr(body, name)) for name in KEYS}


def _alone(raw: Raw) -> Limit | None:
    """A window outside of `rate_limits`; the usage endpoint has windows of the same names in another spelling."""
    return _decode_limit(raw) if is_object(raw) and b'"used_percentage"' in bytes(raw) else None


def take(raw: bytes, source: SourceRef, *, key: bytes) -> RowResult:
    """The readings of one line."""
    line = _decode(raw)
    body = _body(line)
    if body is None:
        return RowResult(UNKNOWN)
    at = captured(line, body)
    stated = {
        name: (limit.used_percentage, limit.resets_at)
        for name, limit in _limits(body).items()
        if limit is not None and limit.used_percentage is not None
    }
    meters = tuple(
        MeterReading(
            account=account(None, key),
            window=window,
            at=at,
            used=share(stated[name][0]),
            resets_at=_reset(stated[name][1]),
            source=source,
        )
        for name, window in KEYS.items()
        if name in stated
    )
    return RowResult("statusline", meters, _counters(body, at, source, key), unknown_windows=unknown(stated))


def _reset(seconds: float | None) -> datetime | None:
    """When the window resets; 0 and other impossible times mean that nothing is said of it."""
    if seconds is None or not EPOCH_SECONDS[0] <= seconds < EPOCH_SECONDS[1]:
        return None
    return to_minute(datetime.fromtimestamp(seconds, UTC))


def _counters(body: Snapshot, at: datetime, source: SourceRef, key: bytes) -> tuple[CounterReading, ...]:
    """Readings of the session's counters; none without a session, since counters of several would look like one."""
    if not body.session_id:
        return ()
    context, cost = body.context_window or ContextWindow(), body.cost or Cost()
    model = body.model.id if isinstance(body.model, Model) else body.model
    values = {
        Counter.INPUT_TOKENS: context.total_input_tokens,
        Counter.OUTPUT_TOKENS: context.total_output_tokens,
        Counter.COST: cost.total_cost_usd,
    }
    return tuple(
        CounterReading(
            session=pseudonym("session", body.session_id, key),
            counter=counter,
            at=at,
            value=amount(value),
            uptime=None if cost.total_duration_ms is None else amount(cost.total_duration_ms) / 1000,
            version=known_version(body.version or ""),
            model=public_model(model) if model else None,
            source=source,
        )
        for counter, value in values.items()
        if value is not None
    )


def read(stream: BinaryIO, _path: Path, index: int, key: bytes) -> Extract:
    """Read one open file, the `index`-th of its evidence."""
    return read_objects(stream, index, STATUSLINE.id, partial(take, key=key))


STATUSLINE = Importer(
    id="statusline",
    title="Statusline snapshots of Claude Code",
    how="Nothing keeps them by default. Set the command of statusLine in the client's settings to: witnessmark meter "
    "record. Or let your own append what it reads, with the time: jq -c '. + {timestamp: now}' >> ~/statusline.jsonl",
    surface=Surface.CLAUDE_CODE,
    sniff=sniff,
    read=read,
    guide=Guide(
        where="Nowhere by default. Claude Code hands one JSON object to the command of your status line after each "
        "answer; only a command that stores it makes this file.",
        get=(
            "Set statusLine in the client's settings to: witnessmark meter record",
            "Or let your own command append what it reads, with the time: jq -c '. + {timestamp: now}' >> file.jsonl",
            "Keep it running also on days on which nothing seems wrong: a meter not read then cannot be read later.",
        ),
        shows=(
            "The five-hour and the seven-day meter of a Pro or Max plan, from client 2.1.80 on, after each answer; "
            "newer clients hand over the weekly meters of some models too.",
            "The client's running counters of tokens and cost.",
        ),
        hides=(
            "Nothing is written while no session is open: a gap is not a zero.",
            "The cost counter starts anew at /clear, and before client 2.1.132 the token counters were sums of the "
            "session: a fall is not a refund.",
            "A session that waits repeats the meter of its last answer; our recorder leaves such a line out.",
        ),
        private="Paths of your folders and of the transcript. None of it is kept.",
        verified=Verified.DOCUMENTED,
        sources=("https://code.claude.com/docs/en/statusline",),
    ),
    gives=frozenset({"meter", "counters"}),
    spelling=(b'"rate_limits"', b'"used_percentage"', b'"context_window"', b'"total_cost_usd"', b'"session_id"'),
    authority=45,
)
