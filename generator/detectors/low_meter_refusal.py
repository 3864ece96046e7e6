"""A call is refused with a limit message while every meter of the account shows room."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from generator.detectors.shared.base import (
    Benign,
    Detector,
    Explained,
    Judgement,
    Parameter,
    Reference,
    day,
    finding,
)
from generator.detectors.shared.covering import counted
from generator.detectors.shared.meters import LIMITS_DOCS
from generator.detectors.shared.needs import METER, REFUSALS
from generator.ledger.subjects import MODEL_WINDOWS, Meter, Scope
from generator.records.results import Finding, FindingGrade, Quantity, Unit
from generator.records.rows import MeterReading, Window

FULL = 0.9
FIRST_MODELS = frozenset({Window.SEVEN_DAY_OPUS, Window.SEVEN_DAY_SONNET})
FRESH = timedelta(minutes=10)
BURST = timedelta(minutes=10)

Readings = Sequence[MeterReading]


def _others(meter: Meter) -> tuple[Readings, ...]:
    """Readings of the account's other limits; extra usage is no limit but what lies beyond them."""
    found: defaultdict[Window, list[MeterReading]] = defaultdict(list)
    for row in meter.siblings:
        if row.window is not Window.EXTRA_USAGE:
            found[row.window].append(row)
    return tuple(found[window] for window in sorted(found))


def _latest(readings: Readings, at: datetime) -> MeterReading | None:
    """The last reading before, where it is fresh and of the window that was open then."""
    index = bisect_right(readings, at, key=lambda row: row.at)
    row = readings[index - 1] if index else None
    if row is None or at - row.at > FRESH or (row.resets_at is not None and row.resets_at <= at):
        return None
    return row


def _full(readings: Readings, at: datetime) -> bool:
    """Does the last reading before or the first after show a full window? A meter can lag behind the limiter."""
    index = bisect_right(readings, at, key=lambda row: row.at)
    around = readings[max(0, index - 1) : index + 1]
    return any(row.used >= FULL and abs(row.at - at) <= FRESH for row in around)


def _just_reset(readings: Readings, at: datetime) -> bool:
    return any(row.resets_at is not None and at - FRESH < row.resets_at <= at for row in readings)


def _rule(meter: Meter) -> Iterator[Judgement]:
    others = _others(meter)
    unexplained: list[datetime] = []
    for mark in meter.refusals:
        benign = _benign(meter, others, mark.at)
        if benign:
            yield Explained(benign)
        else:
            unexplained.append(mark.at)
    for burst in _bursts(unexplained):
        yield _refused(meter, others, burst)


def _benign(meter: Meter, others: Sequence[Readings], at: datetime) -> str | None:
    if _full(meter.readings, at):
        return "meter-full"  # benign: meter-full
    if any(_full(rows, at) for rows in others):
        return "other-window-full"  # benign: other-window-full
    if any(_just_reset(rows, at) for rows in (meter.readings, *others)):
        return "just-reset"  # benign: just-reset
    if any(_latest(rows, at) is None for rows in (meter.readings, *others)):
        return "stale-reading"  # benign: stale-reading
    return None


def _bursts(times: Sequence[datetime]) -> Iterator[list[datetime]]:
    """Refusals that follow each other within ten minutes are one event: clients ask again."""
    burst: list[datetime] = []
    for at in times:
        if burst and at - burst[-1] > BURST:
            yield burst
            burst = []
        burst.append(at)
    if burst:
        yield burst


def _refused(meter: Meter, others: Sequence[Readings], burst: Sequence[datetime]) -> Finding:
    shown = [row for rows in (meter.readings, *others) if (row := _latest(rows, burst[0])) is not None]
    made = finding(
        LOW_METER_REFUSAL,
        (),
        key=(meter.account, meter.window.value, day(burst[0])),
        at=burst[0],
        until=burst[-1],
        grade=FindingGrade.B,
        quantities=(
            Quantity("refusals", len(burst), Unit.EVENTS),
            Quantity("highest-meter", max(row.used for row in shown), Unit.SHARE),
            Quantity("oldest-reading", max((burst[0] - row.at).total_seconds() for row in shown), Unit.SECONDS),
        ),
        lean="no-layer",
        unasked=() if _states_models({row.window for row in meter.siblings}) else ("other-window-full",),
    )
    cited = tuple(dict.fromkeys(row.source for row in shown))
    return replace(made, account=meter.account, window=meter.window, readings=cited)


def _states_models(windows: set[Window]) -> bool:
    """Does the source state the weekly limits of single models? Statuslines state none, or opus and sonnet only."""
    newer = MODEL_WINDOWS.keys() - FIRST_MODELS
    return windows >= FIRST_MODELS or bool(windows & newer)


LOW_METER_REFUSAL = Detector(
    id="low-meter-refusal",
    version="1.0.0",
    title="Refused with room on the meter",
    question="Is a call refused with a limit message while every meter shows room?",
    scope=Scope.METER,
    unit="refusals",
    rule_text=(
        "A call was refused with a limit message. In the ten minutes before it every window of the account's meter "
        "was read, each below 90 %; no reading of the ten minutes after is above that either, and no window was reset "
        "in the ten minutes before. Refusals that follow each other within ten minutes are one finding."
    ),
    formula="limit message at t  and  every window: last reading in [t - 10 min, t] < 90 %",
    naive_text="Every limit message.",
    naive_unit="limit messages",
    finding_unit="runs of limit messages",
    counterfactual="The call would have been answered. A refused call has no tokens and no price.",
    needs=(METER, REFUSALS),
    benign=(
        Benign("meter-full", "The five-hour window was at 90 % or more just before or just after."),
        Benign(
            "other-window-full",
            "Another window of the account was at 90 % or more: the week, or the week of one family of models.",
        ),
        Benign("just-reset", "A window was reset in the ten minutes before; meter and limiter may differ then."),
        Benign(
            "stale-reading",
            "One of the windows was not read within the ten minutes before, or only one that had ended.",
        ),
        Benign(
            "short-term-limit",
            "Limits on calls and tokens a minute are refused in like words and are shown by no meter.",
            decidable=False,
        ),
        Benign("other-account", "The refused call was made with another account than the meter's.", decidable=False),
    ),
    limits=(
        "The weekly window must have been read too, else it cannot be excluded. Weekly limits of one model are "
        "compared where they were read; the statusline shows none or not all of them, and then they are not ruled out.",
        "The client writes the line on an answer of the service or of its own accord; the line looks the same. Whether "
        "the meter or the limiter was wrong, no log of the user shows.",
    ),
    parameters=(
        Parameter(Quantity("full-from", FULL, Unit.SHARE), "A margin of ten points for a meter that lags."),
        Parameter(Quantity("freshest", FRESH.total_seconds(), Unit.SECONDS), "Two usual polls of five minutes."),
        Parameter(Quantity("burst", BURST.total_seconds(), Unit.SECONDS), "Clients and people try again within that."),
    ),
    references=(
        LIMITS_DOCS,
        Reference("Report: limit reached at 84 percent", "https://github.com/anthropics/claude-code/issues/19673"),
        Reference("Report: limit reached at 16 percent", "https://github.com/anthropics/claude-code/issues/29579"),
        Reference(
            "Report of 23 March: refused at 0 to 1 percent", "https://github.com/anthropics/claude-code/issues/37856"
        ),
    ),
    rule=_rule,
    measurable=lambda meter: (
        meter.window is Window.FIVE_HOUR and any(row.window is Window.SEVEN_DAY for row in meter.siblings)
    ),
    examined=lambda meter: len(meter.refusals),
    naive=lambda meter: len(meter.refusals),
    one_a_unit=False,
    covers=counted("refusals"),
    symptoms=("rate-limit-message",),
    surest=FindingGrade.B,
)
