"""Inside one reset window the meter falls and then rises again."""

from __future__ import annotations

from collections.abc import Iterator

from generator.detectors.shared.base import Benign, Detector, Explained, Judgement, Parameter, Reference, meter_finding
from generator.detectors.shared.covering import readings_apart
from generator.detectors.shared.meters import (
    NEARBY,
    OLD_VALUE,
    STATUSLINE_DOCS,
    WRONG_READING,
    is_old_value,
    states_resets,
)
from generator.detectors.shared.needs import METER
from generator.ledger.subjects import Meter, Scope
from generator.records.results import Finding, FindingGrade, Quantity, Unit

FALL = 2.0  # points
RISE = 2.0  # points


def _rule(meter: Meter) -> Iterator[Judgement]:
    covered = 0
    for index, interval in enumerate(meter.intervals):
        if index < covered or interval.points >= 0:
            continue
        rise = _rise_after(meter, index)
        benign = _benign(meter, index, rise)
        if benign:
            yield Explained(benign)
        elif rise is not None:
            covered = rise
            yield _fall_and_rise(meter, index, rise)


def _benign(meter: Meter, index: int, rise: int | None) -> str | None:
    interval = meter.intervals[index]
    if not interval.same_window:
        return "reset"  # benign: reset
    if interval.points > -FALL:
        return "one-step"  # benign: one-step
    if rise is None:
        return "no-rise"  # benign: no-rise
    if is_old_value(meter, index + 1):
        return "old-value"  # benign: old-value
    return None


def _rise_after(meter: Meter, fall: int) -> int | None:
    """Index of the interval with the rise, within three of the fall and in the same window."""
    for index in range(fall + 1, min(fall + 1 + NEARBY, len(meter.intervals))):
        if not meter.intervals[index].same_window:
            return None
        if meter.intervals[index].points >= RISE:
            return index
    return None


def _fall_and_rise(meter: Meter, fall: int, rise: int) -> Finding:
    intervals = meter.intervals[fall : rise + 1]
    return meter_finding(
        NEGATIVE_DELTA,
        meter,
        intervals,
        FindingGrade.B,
        Quantity("fall", -intervals[0].points, Unit.POINTS),
        Quantity("rise", intervals[-1].points, Unit.POINTS),
        Quantity("span", sum(interval.seconds for interval in intervals), Unit.SECONDS),
        lean="display",
    )


NEGATIVE_DELTA = Detector(
    id="negative-delta",
    version="1.0.0",
    title="Meter falls, then rises",
    question="Does the meter fall inside one reset window and rise again soon after?",
    scope=Scope.METER,
    unit="intervals",
    rule_text=(
        "Two neighbouring readings give the same reset time, and the later one is lower by at least two points. "
        "The lower value is new in its window, and within the next three intervals of the window the meter rises by at "
        "least two points."
    ),
    formula="u[i] - u[i-1] <= -2 points  and  u[j] - u[j-1] >= 2 points for a j in i+1 ... i+3, one reset time",
    naive_text="Every fall of the meter, resets included.",
    naive_unit="falls",
    finding_unit="falls with the rise after them",
    counterfactual="Inside a window the meter only grows. It is a display: no tokens and no bill follow from it.",
    needs=(METER,),
    benign=(
        Benign("reset", "A reset came between the readings, or no reset time is given, so that one may have come."),
        Benign("one-step", "It fell by less than two points: one step of the display, and its rounding."),
        Benign("no-rise", "It fell and stayed: a correction, also that of one wrong high reading."),
        OLD_VALUE,
        Benign("wrong-reading", "The usage endpoint, or its reader, gave one wrong value.", decidable=False),
        Benign("other-account", "The reader was signed in to another account or workspace.", decidable=False),
        Benign("fraction-or-percent", "The reader took a fraction for a percentage, or wrote zero.", decidable=False),
    ),
    limits=(
        "It shows a fault of the display or of what it reads, and never that usage was charged wrongly.",
        "Readings without a reset time cannot be judged.",
    ),
    parameters=(
        Parameter(Quantity("smallest-fall", FALL, Unit.POINTS), "Two steps of a display that rounds to one point."),
        Parameter(Quantity("smallest-rise", RISE, Unit.POINTS), "The same two steps, upwards."),
        Parameter(Quantity("rise-within", NEARBY, Unit.READINGS), "Near enough to belong to the fall."),
    ),
    references=(
        STATUSLINE_DOCS,
        WRONG_READING,
        Reference(
            "Report of a zero shown where the usage endpoint had refused the reader",
            "https://github.com/ericjypark/codex-island/issues/35",
        ),
    ),
    rule=_rule,
    measurable=lambda meter: any(map(states_resets, meter.intervals)),
    examined=lambda meter: sum(map(states_resets, meter.intervals)),
    naive=lambda meter: sum(interval.points < 0 for interval in meter.intervals),
    one_a_unit=False,
    covers=readings_apart,
    symptoms=("negative-delta",),
    surest=FindingGrade.B,
)
