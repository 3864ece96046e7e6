"""The meter jumps by several points between two close readings, and the calls do not pay for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from generator.detectors.shared.base import Benign, Detector, Explained, Judgement, Parameter, Reference, meter_finding
from generator.detectors.shared.meters import (
    GLITCH,
    LATE,
    LATE_PARAMETER,
    LATE_POSTING,
    METER_DATA,
    NEARBY_PARAMETER,
    OTHER_CLIENT,
    POLLER_REFUSED,
    STATUSLINE_DOCS,
    STOOD_STILL,
    WRONG_READING,
    explained_points,
    has_rate,
    settled_points,
    standing_since,
    unconfirmed,
)
from generator.detectors.shared.needs import METER, TOKENS
from generator.ledger.subjects import Meter, Scope
from generator.records.results import Finding, FindingGrade, Quantity, Unit

CLOSE = timedelta(minutes=15)
JUMP = 3.0  # points
SLACK = 2.5  # points
SCATTER = 2.0  # times the prediction
NAIVE_RISE = 2.0  # points


def _paid(points: float, predicted: float) -> bool:
    return points < SCATTER * predicted + SLACK


def _rule(meter: Meter) -> Iterator[Judgement]:
    for index, interval in enumerate(meter.intervals):
        if interval.points < JUMP:
            continue
        benign = _benign(meter, index)
        yield Explained(benign) if benign else _jump(meter, index)


def _benign(meter: Meter, index: int) -> str | None:  # noqa: PLR0911  one return an explanation
    interval = meter.intervals[index]
    start, end = interval.before.at, interval.after.at
    if not interval.same_window:
        return "reset"  # benign: reset
    if end - start > CLOSE:
        return "poll-gap"  # benign: poll-gap
    if settled_points(meter, index, index + 1) < JUMP:
        return "glitch"  # benign: glitch
    if _paid(interval.points, explained_points(meter, start, end)):
        return "explained-by-calls"  # benign: explained-by-calls
    if _paid(interval.points, explained_points(meter, start - LATE, end)):
        return "late-posting"  # benign: late-posting
    if _paid(interval.points, explained_points(meter, standing_since(meter, index), end)):
        return "stood-still"  # benign: stood-still
    return None


def _jump(meter: Meter, index: int) -> Finding:
    interval = meter.intervals[index]
    predicted = explained_points(meter, interval.before.at - LATE, interval.after.at)
    return meter_finding(
        BLOCK_JUMP,
        meter,
        (interval,),
        FindingGrade.C,
        Quantity("rise", interval.points, Unit.POINTS),
        Quantity("predicted", round(predicted, 3), Unit.POINTS),
        Quantity("span", interval.seconds, Unit.SECONDS),
        unasked=unconfirmed(meter, index + 1),
    )


BLOCK_JUMP = Detector(
    id="block-jump",
    version="1.0.0",
    title="Meter jumps in blocks",
    question="Does the meter jump by more than the calls between two readings can have cost?",
    scope=Scope.METER,
    unit="rises",
    rule_text=(
        "Two readings of one reset window, at most 15 minutes apart, differ by at least three points. The logged "
        "calls from ten minutes before explain so little that even twice their prediction and two and a half points "
        "more do not reach the jump, and no innocent explanation holds."
    ),
    formula="rise >= 3 points in <= 15 min  and  rise >= 2 x predicted + 2.5",
    naive_text="Every rise of two points or more between two readings.",
    naive_unit="rises",
    finding_unit="rises",
    counterfactual="The rise that the logged calls predict. Points, not tokens: no bill follows from a meter.",
    needs=(METER, TOKENS),
    benign=(
        Benign("reset", "A reset came between the readings, so the difference says nothing."),
        Benign("poll-gap", "The readings are more than 15 minutes apart: a sum of small steps looks like one jump."),
        GLITCH,
        Benign("explained-by-calls", "The calls between the readings cost as much, within the scatter of the meter."),
        LATE_POSTING,
        STOOD_STILL,
        OTHER_CLIENT,
        Benign(
            "batched-posting",
            "Usage is posted in batches later than ten minutes, while the display moved for other reasons.",
            decidable=False,
        ),
    ),
    limits=(
        "Whether usage is metered in blocks is not decidable from this log: the display is rounded to whole points and "
        "hides every smaller step.",
        "Single rises scatter widely around what the calls predict, so one finding carries little; look for many.",
    ),
    parameters=(
        Parameter(
            Quantity("smallest-jump", JUMP, Unit.POINTS), "More than two steps of a display that rounds to one point."
        ),
        Parameter(
            Quantity("farthest-apart", CLOSE.total_seconds(), Unit.SECONDS), "Three readings at the usual 5 min."
        ),
        Parameter(Quantity("slack", SLACK, Unit.POINTS), "Two steps, and half a one for rounding."),
        Parameter(
            Quantity("scatter", SCATTER, Unit.RATIO),
            "By window, prices explain 70 % of the variance in public meter data; by single row, none of it.",
        ),
        LATE_PARAMETER,
        NEARBY_PARAMETER,
    ),
    references=(
        STATUSLINE_DOCS,
        METER_DATA,
        POLLER_REFUSED,
        WRONG_READING,
        Reference(
            "Report of a meter that runs from 13 to 90 percent in steps",
            "https://github.com/anthropics/claude-code/issues/74803",
        ),
    ),
    rule=_rule,
    measurable=has_rate,
    examined=lambda meter: sum(interval.points > 0 for interval in meter.intervals),
    naive=lambda meter: sum(interval.points >= NAIVE_RISE for interval in meter.intervals),
    symptoms=("meter-blocks",),
    surest=FindingGrade.C,
    proxy_for="discrete blocks in which usage is metered",
    decided_by="the unrounded usage after each call, as the service keeps it",
)
