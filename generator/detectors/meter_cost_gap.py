"""Over a whole five-hour window the meter rises by much more than the logged calls cost in other windows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import pairwise
from statistics import median
from zoneinfo import ZoneInfo

from generator.detectors.shared.base import Benign, Detector, Explained, Judgement, Parameter, Reference, meter_finding
from generator.detectors.shared.meters import (
    LATE,
    LATE_PARAMETER,
    LIMITS_DOCS,
    METER_DATA,
    OTHER_CLIENT,
    explained_points,
)
from generator.detectors.shared.needs import METER, TOKENS
from generator.ledger.subjects import MIN_RATED_POINTS, Interval, Meter, Scope
from generator.records.results import Finding, FindingGrade, Quantity, Unit
from generator.records.rows import MeterReading, Window

ENOUGH = 10.0  # points
FACTOR = 2.0
NAIVE_FACTOR = 1.5
MARGIN = 3.0  # points
READINGS = 4
OTHERS = 3  # windows with a price
FROM_START = 0.05
POLL_GAP = timedelta(minutes=60)
POLICY = 2.5  # times the prediction
MOSTLY = 0.5
PACIFIC = "America/Los_Angeles"
PEAK_HOURS = range(5, 11)
PEAK_SINCE = datetime(2026, 3, 26, tzinfo=UTC)
PROMOTION = (datetime(2026, 3, 13, tzinfo=UTC), datetime(2026, 3, 28, 6, 59, tzinfo=UTC))

Run = Sequence[MeterReading]


@dataclass(frozen=True)
class _Judged:
    """One reset window and the others that set its price."""

    meter: Meter
    run: Run
    others: tuple[Run, ...]

    @property
    def points(self) -> float:
        """Points from the first reading to the last."""
        return Interval(self.run[0], self.run[-1]).points

    @cached_property
    def predicted(self) -> float:
        """Points at the median price of the other windows."""
        price = median(rate for run in self.others if (rate := self.meter.window_rate(run)) is not None)
        return explained_points(self.meter, self.run[0].at - LATE, self.run[-1].at, price)

    @property
    def is_high(self) -> bool:
        """Does the meter outrun the calls?"""
        return self.points >= ENOUGH and self.points >= FACTOR * self.predicted + MARGIN

    @property
    def within_policy(self) -> bool:
        """Is it no higher than a rule on hours can make it?"""
        return self.points <= POLICY * self.predicted

    @property
    def hangs_on_last_reading(self) -> bool:
        """Does one reading, which no later one confirms, bring more than half of the rise and decide the question?"""
        last = Interval(self.run[-2], self.run[-1]).points
        return last > MOSTLY * self.points and not replace(self, run=self.run[:-1]).is_high

    def mostly(self, holds: Callable[[datetime], bool]) -> bool:
        """Does more than half of the window's cost fall at times of which it holds?"""
        return _mostly(self.meter, self.run, holds)

    def others_mostly(self, holds: Callable[[datetime], bool]) -> bool:
        """Is that so for more than half of the other windows?"""
        return sum(_mostly(self.meter, run, holds) for run in self.others) > MOSTLY * len(self.others)


def _mostly(meter: Meter, run: Run, holds: Callable[[datetime], bool]) -> bool:
    calls = meter.requests_between(run[0].at, run[-1].at)
    inside = sum(meter.cost(call) for call in calls if holds(call.ended))
    return inside > MOSTLY * sum(map(meter.cost, calls))


def _working_hours(at: datetime) -> bool:
    local = at.astimezone(ZoneInfo(PACIFIC))
    return local.weekday() < 5 and local.hour in PEAK_HOURS  # noqa: PLR2004  Saturday is 5


def _peak(at: datetime) -> bool:
    return at >= PEAK_SINCE and _working_hours(at)


def _promoted(at: datetime) -> bool:
    return PROMOTION[0] <= at < PROMOTION[1] and not _working_hours(at)


def _judged(meter: Meter) -> Iterator[_Judged]:
    rated = [run for run in meter.windows if meter.window_rate(run) is not None]
    for run in meter.windows:
        others = tuple(other for other in rated if other is not run)
        if len(run) >= READINGS and run[-1].used <= 1 and len(others) >= OTHERS:
            yield _Judged(meter, run, others)


def _rule(meter: Meter) -> Iterator[Judgement]:
    for window in _judged(meter):
        if not window.is_high:
            continue
        benign = _benign(window)
        yield Explained(benign) if benign else _gap(window)


def _benign(window: _Judged) -> str | None:
    if window.run[0].used > FROM_START:
        return "started-late"  # benign: started-late
    if any(later.at - first.at > POLL_GAP for first, later in pairwise(window.run)):
        return "poll-gap"  # benign: poll-gap
    if window.within_policy and window.others_mostly(_promoted) and not window.mostly(_promoted):
        return "promotion-ended"  # benign: promotion-ended
    if window.within_policy and window.mostly(_peak) and not window.others_mostly(_peak):
        return "peak-hours"  # benign: peak-hours
    if window.hangs_on_last_reading:
        return "last-reading"  # benign: last-reading
    return None


def _gap(window: _Judged) -> Finding:
    predicted = window.predicted
    ratio = (Quantity("ratio", round(window.points / predicted, 2), Unit.RATIO),) if predicted else ()
    return meter_finding(
        METER_COST_GAP,
        window.meter,
        tuple(Interval(first, second) for first, second in pairwise(window.run)),
        FindingGrade.C,
        Quantity("rise", window.points, Unit.POINTS),
        Quantity("predicted", round(predicted, 3), Unit.POINTS),
        *ratio,
    )


def _naive(meter: Meter) -> int:
    tokens = [
        (100 * (run[-1].used - run[0].used), sum(call.total_tokens + call.output_tokens for call in calls))
        for run in meter.windows
        if (calls := meter.requests_between(run[0].at, run[-1].at))
    ]
    shares = [points / total for points, total in tokens if points >= MIN_RATED_POINTS and total]
    return sum(share > NAIVE_FACTOR * median(shares) for share in shares)


METER_COST_GAP = Detector(
    id="meter-cost-gap",
    version="1.0.0",
    title="Meter outruns the calls",
    question="Does the meter of a five-hour window rise by much more than the same calls cost in other windows?",
    scope=Scope.METER,
    unit="reset windows",
    rule_text=(
        "For each five-hour window with at least four readings, the list price of its calls without cache reads is "
        "turned into points at the median price of at least three other windows. The meter rose by at least ten "
        "points, and by at least twice the prediction plus three points; it was read from its start "
        "without long gaps; and no rule on hours accounts for it."
    ),
    formula="rise >= 10 points  and  rise >= 2 x cost(window) / median cost of a point in other windows + 3",
    naive_text="Every window whose points for each token, cache reads included, exceed 1.5 times the median.",
    naive_unit="windows, by their tokens",
    finding_unit="windows, by the price of their calls",
    counterfactual="The rise at the median price of the other windows. Points, not tokens: no bill follows from it.",
    needs=(METER, TOKENS),
    benign=(
        Benign("started-late", "The first reading is above 5 %: part of the window was not seen."),
        Benign("poll-gap", "Two readings of the window are more than an hour apart."),
        Benign(
            "promotion-ended",
            "The price was measured in the off-peak hours of 13-27 March, when usage was doubled, and this window was "
            "not.",
        ),
        Benign(
            "peak-hours",
            "Most of its cost falls on a weekday from 5 to 11 am Pacific; from 26 March the meter runs faster then.",
        ),
        Benign(
            "last-reading",
            "More than half of the rise rests on the window's last reading alone, and one reading may be wrong.",
        ),
        OTHER_CLIENT,
    ),
    limits=(
        "The weights of the meter are not published. List prices without cache reads explain 70 % of the variance "
        "between windows in the best public data.",
        "In that data 4 of 90 windows would be findings, for no known reason: compare with that rate, not with zero.",
        "All logs of all clients of the account are needed, and clients such as claude.ai write none.",
        "No multiplier was published for the peak hours; up to 2.5 times is put down to them.",
    ),
    parameters=(
        Parameter(Quantity("smallest-rise", ENOUGH, Unit.POINTS), "Ten steps of the display, so rounding is small."),
        Parameter(
            Quantity("factor", FACTOR, Unit.RATIO),
            "In 90 public windows 4 exceed it; at 1.5 times, 11 to 14 would, which is scatter.",
        ),
        Parameter(Quantity("margin", MARGIN, Unit.POINTS), "Rounding at both ends, and one step posted late."),
        Parameter(Quantity("readings", READINGS, Unit.READINGS), "Fewer do not show how a window went."),
        Parameter(Quantity("other-windows", OTHERS, Unit.EVENTS), "With three, one that is disturbed sets no median."),
        Parameter(Quantity("seen-from", FROM_START, Unit.SHARE), "Nearly the whole window was seen."),
        Parameter(Quantity("longest-gap", POLL_GAP.total_seconds(), Unit.SECONDS), "A fifth of the window."),
        Parameter(
            Quantity("policy", POLICY, Unit.RATIO), "Double usage in the promotion, and a quarter more for scatter."
        ),
        LATE_PARAMETER,
    ),
    references=(
        LIMITS_DOCS,
        METER_DATA,
        Reference(
            "Anthropic help centre: usage promotion of March 2026",
            "https://support.claude.com/en/articles/14063676-claude-march-2026-usage-promotion",
        ),
        Reference(
            "Press on the peak-hour rule of 26 March 2026",
            "https://newclawtimes.com/articles/anthropic-claude-peak-hour-usage-caps-openclaw-agent-compute-strain/",
        ),
    ),
    rule=_rule,
    measurable=lambda meter: meter.window is Window.FIVE_HOUR and any(True for _ in _judged(meter)),
    examined=lambda meter: sum(1 for _ in _judged(meter)),
    naive=_naive,
    symptoms=("metering-anomaly",),
    surest=FindingGrade.C,
)
