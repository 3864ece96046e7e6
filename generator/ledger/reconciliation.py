"""Meters, reports and logged calls of one account on one axis: what moved, what the logs predict, what remains.

A remainder is no finding: it is what somebody has to explain. The prediction takes the account's own price of a point
(the median over its other windows), so use that is never logged and always there is part of that price, while use that
came only in this window is part of the remainder. Its interval takes the cheapest and the dearest point of the other
windows: with n of them an ordinary further window falls within it (n - 1) / (n + 1) of the time, whatever the
distribution (Hahn and Meeker 1991, Statistical Intervals, section 5.3). `MISSING` says what would decide.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import median

from generator.ledger.prices import cost
from generator.ledger.subjects import RESET_JITTER, Interval, Meter, Subjects
from generator.ledger.sums import day_sum, surface_days
from generator.records.results import Reconciliation, ReportLine, SurfaceDay, WindowBalance
from generator.records.rows import Difference, LogData, MatchKey, MeterReading, Request, Surface, UsageBucket

OTHERS = 3  # windows with a price, without which nothing is predicted
ROUNDING = 0.5  # points at either end: meters state whole points
LONG_GAP = timedelta(minutes=60)
DAY = timedelta(days=1)
ON_THE_METER = (Surface.CLAUDE_AI, Surface.CLAUDE_CODE, Surface.COWORK)
"""Surfaces that share one subscription's limits (support.claude.com, usage limits)."""
CHAT_EXPORT = "claude-export"  # tells when chats were held, though not what they cost
WHOLE = frozenset({Surface.API, Surface.ENTERPRISE})
"""A report of these covers calls whatever client made them."""

COUNTED_BY_LINE = frozenset({"stats-cache"})
"""Reports whose sums hold a call once for each line that its transcript has of it."""
BY_LINE = (
    "The client's own statistics count a call once for each line of its transcript, 1.8 to 3.7 times in files that "
    "were compared with their transcripts: that they are higher than the logs does not show that calls are missing."
)


@dataclass(frozen=True)
class Missing:
    """Something without which a remainder stays open, and how to get it."""

    text: str
    how: str


MISSING: dict[str, Missing] = {
    "no-meter": Missing(
        "No reading of a usage meter: what was counted against the limit is not known.",
        "Record the meter from now on with `witnessmark meter record`.",
    ),
    "no-calls": Missing(
        "No logged call: what was done is not known.",
        "Add transcripts, telemetry or a proxy log of the same days.",
    ),
    "no-report": Missing(
        "No usage or cost report of the service: what was billed is not known.",
        "Export the usage report of the Console or of the Admin API for the same days; a personal plan has none.",
    ),
    "meter-gaps": Missing(
        "The meter was not read for more than an hour inside a window: what moved it then cannot be dated.",
        "Read it every few minutes, also while nobody works.",
    ),
    "few-windows": Missing(
        "Fewer than four windows moved enough to set a price of a point: nothing can be predicted.",
        "Record more windows; four of them with a few points each are enough to begin.",
    ),
    "unpriced-calls": Missing(
        "Some calls have no known price, so their part of the prediction is missing.",
        "Nothing to do: the model's list price is not known to this version.",
    ),
    "no-claude-ai": Missing(
        "Chats on Claude.ai count against the same meter, and no log of them was given.",
        "Ask for the data export of the account: it has no tokens, but it tells at which times chats were held.",
    ),
    "no-claude-code": Missing(
        "Claude Code counts against the same meter, and no log of it was given.",
        "Add the transcripts of every computer on which the account is used.",
    ),
    "no-cowork": Missing(
        "Cowork counts against the same meter, and no log of it was given.",
        "Add the folder of local agent sessions; sessions in the cloud leave nothing on disk.",
    ),
    "other-computers": Missing(
        "Whether the account was used on another computer or by another person, no log of this computer can say.",
        "Add the logs of all computers, and look at the account's list of active sessions.",
    ),
}


RECOGNISED = {
    MatchKey.MESSAGE_ID: "recognised by message id",
    MatchKey.REQUEST_ID: "recognised by request id",
    MatchKey.COUNTS_AND_TIME: "recognised by equal counts within two minutes",
}
DIFFERENCES = {
    Difference.PLACEHOLDER_OUTPUT: "with a placeholder for the output count",
    Difference.FINAL_OUTPUT: "with another final output count",
    Difference.CACHE_AS_INPUT: "with the same prompt split otherwise into input, cache reads and writes",
    Difference.PROMPT: "with another size of the prompt",
}


def reconcile(reading: LogData, subjects: Subjects) -> Reconciliation:
    """Everything side by side."""
    windows = tuple(balance for meter in subjects.meters for balance in _balances(meter))
    return Reconciliation(
        windows=windows,
        lines=tuple(_lines(reading.buckets, reading.requests)),
        surfaces=surfaces_of(reading.requests),
        missing=tuple(_missing(reading, windows)),
    )


def _fresh(meter: Meter) -> Meter:
    """The meter without readings that a waiting client repeats: of an ended window, or below what was read before.

    A statusline shows the state of its session's last answer (log-formats 1.9). Inside one window a meter only rises.
    """
    highest: dict[datetime | None, float] = {}
    kept: list[MeterReading] = []
    for reading in meter.readings:
        resets = reading.resets_at
        if resets is not None and reading.at > resets + RESET_JITTER:
            continue
        if resets is not None and reading.used < highest.get(resets, 0.0):
            continue
        highest[resets] = reading.used
        kept.append(reading)
    return replace(meter, readings=tuple(kept))


def _balances(read: Meter) -> Iterator[WindowBalance]:
    meter = _fresh(read)
    if not meter.readings:
        return
    runs = [_until_full(run) for run in meter.windows]
    rates = [meter.window_rate(run) for run in runs]
    for place, run in enumerate(runs):
        others = [rate for other, rate in enumerate(rates) if other != place and rate is not None]
        moved = Interval(run[0], run[-1]).points
        spent = meter.cost_between(run[0].at, run[-1].at)
        predicted = low = high = None
        if len(others) >= OTHERS and len(run) > 1:
            predicted = spent / median(others)
            low, high = moved - 2 * ROUNDING - spent / min(others), moved + 2 * ROUNDING - spent / max(others)
        gaps = [int(Interval(before, after).seconds) for before, after in pairwise(run)]
        yield WindowBalance(
            account=meter.account,
            window=meter.window,
            start=run[0].at,
            end=run[-1].at,
            readings=len(run),
            longest_gap=max(gaps, default=0),
            moved=moved,
            calls=len(meter.requests_between(run[0].at, run[-1].at)),
            unpriced=meter.unpriced_between(run[0].at, run[-1].at),
            cost_usd=spent,
            others=len(others),
            predicted=predicted,
            low=low,
            high=high,
        )


def _until_full(run: Sequence[MeterReading]) -> Sequence[MeterReading]:
    """Readings up to the first at 100 %: a full meter stands still whatever is used, so it tells nothing after."""
    full = next((place for place, reading in enumerate(run) if reading.used >= 1), len(run))
    return run[: full + 1]


def _lines(buckets: Sequence[UsageBucket], requests: Sequence[Request]) -> Iterator[ReportLine]:
    """Reports by day and model. Of pages that group the same span differently, the finest is taken: they overlap."""
    spans: defaultdict[tuple[str, Surface, datetime, datetime], list[UsageBucket]] = defaultdict(list)
    for bucket in buckets:
        start, end = _span(bucket)
        spans[bucket.report, bucket.surface, start, end].append(bucket)
    calls = _Calls(requests if spans else ())
    for (report, surface, start, end), rows in sorted(spans.items()):
        finest = _finest(rows)
        models: defaultdict[str, list[UsageBucket]] = defaultdict(list)
        for row in rows:
            if row.grouping == finest:
                models[row.model].append(row)
        for model, same in sorted(models.items()):
            one_model = any(row.model != "other" for row in rows)
            logged = calls.between(start, end, None if surface in WHOLE else surface, model if one_model else None)
            yield ReportLine(
                report=report,
                surface=surface,
                start=start,
                end=end,
                model=model,
                grouping=same[0].grouping,
                requests=_sum(row.requests for row in same),
                input_tokens=_sum(row.input_tokens for row in same),
                cache_write_tokens=_sum(row.cache_write_tokens for row in same),
                cache_read_tokens=_sum(row.cache_read_tokens for row in same),
                output_tokens=_sum(row.output_tokens for row in same),
                mixed_tokens=_sum(row.mixed_tokens for row in same),
                cost_usd=_dollars(row.cost_usd for row in same),
                logged=day_sum(logged, start.date().isoformat(), model),
                logged_usd=sum(cost(call) or 0.0 for call in logged),
            )


def _span(bucket: UsageBucket) -> tuple[datetime, datetime]:
    """The UTC day of a bucket within one, else its own span."""
    start = bucket.start.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return (start, start + DAY) if bucket.end - start <= DAY else (bucket.start, bucket.end)


def _finest(rows: Sequence[UsageBucket]) -> str:
    """The grouping that covers most of the span, and among equals the one that tells most apart."""
    spans: defaultdict[str, set[tuple[datetime, datetime]]] = defaultdict(set)
    for row in rows:
        spans[row.grouping].add((row.start, row.end))

    def worth(grouping: str) -> tuple[timedelta, int, str]:
        covered = sum((end - start for start, end in spans[grouping]), timedelta())
        return covered, 0 if grouping == "none" else grouping.count("-") + 1, grouping

    return max(spans, key=worth)


class _Calls:
    """Logged calls by UTC day, for many questions."""

    def __init__(self, requests: Iterable[Request]) -> None:
        self.days: defaultdict[datetime, list[Request]] = defaultdict(list)
        for request in requests:
            self.days[request.first_seen.replace(hour=0, minute=0, second=0, microsecond=0)].append(request)

    def between(self, start: datetime, end: datetime, surface: Surface | None, model: str | None) -> list[Request]:
        """Calls whose answer began in [start, end), of one surface and model or of all."""
        return [
            call
            for day, calls in self.days.items()
            if day < end and day + DAY > start
            for call in calls
            if start <= call.first_seen < end
            and (surface is None or call.surface is surface)
            and (model is None or call.model == model)
        ]


def _sum(values: Iterable[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _dollars(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return round(sum(known), 6) if known else None


def surfaces_of(requests: Iterable[Request]) -> tuple[SurfaceDay, ...]:
    """Calls by UTC day and surface."""
    cells: defaultdict[tuple[str, Surface], list[Request]] = defaultdict(list)
    for request in requests:
        cells[request.first_seen.date().isoformat(), request.surface].append(request)
    return surface_days(cells)


def _missing(reading: LogData, windows: Sequence[WindowBalance]) -> Iterator[str]:
    """What would decide, in the order in which it is worth getting."""
    if not reading.meters:
        yield "no-meter"
    if not reading.requests:
        yield "no-calls"
    if windows and all(window.predicted is None for window in windows):
        yield "few-windows"
    if any(window.longest_gap > LONG_GAP.total_seconds() for window in windows):
        yield "meter-gaps"
    if any(window.unpriced for window in windows):
        yield "unpriced-calls"
    if reading.meters:
        told = {request.surface for request in reading.requests}
        if any(tally.importer == CHAT_EXPORT for tally in reading.tallies):
            told.add(Surface.CLAUDE_AI)
        yield from (f"no-{surface.value}" for surface in ON_THE_METER if surface not in told)
    if not reading.buckets:
        yield "no-report"
    yield "other-computers"
