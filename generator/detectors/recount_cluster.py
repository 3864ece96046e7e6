"""Several falls of the meter inside its reset windows within ten minutes: the nearest thing to a "recount"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from generator.detectors.shared.base import Benign, Detector, Explained, Judgement, Parameter, meter_finding
from generator.detectors.shared.covering import readings_apart
from generator.detectors.shared.meters import OLD_VALUE, STATUSLINE_DOCS, WRONG_READING, is_old_value, states_resets
from generator.detectors.shared.needs import METER
from generator.ledger.subjects import Interval, Meter, Scope
from generator.records.results import Finding, FindingGrade, Quantity, Unit

FALL = 1.0  # point
CLUSTER = 3  # falls
WITHIN = timedelta(minutes=10)


def _falls(meter: Meter) -> tuple[tuple[int, Interval], ...]:
    """Falls with the index of the reading that is lower."""
    return tuple((index, one) for index, one in enumerate(meter.intervals, start=1) if one.points <= -FALL)


def _rule(meter: Meter) -> Iterator[Judgement]:
    inside = [(index, fall) for index, fall in _falls(meter) if fall.same_window]
    fresh = [fall for index, fall in inside if not is_old_value(meter, index)]
    clusters = tuple(_clusters(fresh))
    for cluster in clusters:
        yield _cluster_finding(meter, cluster)
    if not clusters and _naive(meter):
        yield Explained(_benign(len(inside), len(fresh)))


def _benign(inside: int, fresh: int) -> str:
    if fresh >= CLUSTER:
        return "spread-out"  # benign: spread-out
    if inside >= CLUSTER:
        return "old-value"  # benign: old-value
    return "reset"  # benign: reset


def _clusters(falls: Sequence[Interval]) -> Iterator[tuple[Interval, ...]]:
    """Runs of falls within ten minutes of their first, not overlapping."""
    start = 0
    while start < len(falls):
        cluster = tuple(fall for fall in falls[start:] if fall.after.at - falls[start].after.at <= WITHIN)
        if len(cluster) >= CLUSTER:
            yield cluster
        start += len(cluster) if len(cluster) >= CLUSTER else 1


def _cluster_finding(meter: Meter, cluster: Sequence[Interval]) -> Finding:
    first, last = cluster[0].before.at, cluster[-1].after.at
    return meter_finding(
        RECOUNT_CLUSTER,
        meter,
        tuple(one for one in meter.intervals if first <= one.before.at and one.after.at <= last),
        FindingGrade.D,
        Quantity("falls", len(cluster), Unit.EVENTS),
        Quantity("points-taken-back", -sum(fall.points for fall in cluster), Unit.POINTS),
        Quantity("span", (last - first).total_seconds(), Unit.SECONDS),
        lean="display",
    )


def _naive(meter: Meter) -> int:
    return int(len(_falls(meter)) >= CLUSTER)


RECOUNT_CLUSTER = Detector(
    id="recount-cluster",
    version="1.0.0",
    title="Cluster of corrections",
    question="Is the meter taken back several times within ten minutes?",
    scope=Scope.METER,
    unit="intervals",
    rule_text=(
        "At least three times within ten minutes a reading is lower by a point or more than the one before it, "
        "although both are in one reset window and the lower value is new in it. It replaces the article's "
        "recount triggers, which no public source defines."
    ),
    formula="3 intervals with u[i] - u[i-1] <= -1 point inside reset windows within 10 min",
    naive_text="Every meter with three or more falls, however far apart and resets included.",
    naive_unit="meters",
    finding_unit="clusters of falls, of which a meter can have several",
    counterfactual="Inside a window the meter only grows. It is a display: no tokens and no bill follow from it.",
    needs=(METER,),
    benign=(
        Benign("reset", "The falls are resets, or no reset time is given, so that they may be."),
        Benign("spread-out", "Falls inside windows, but never three within ten minutes."),
        OLD_VALUE,
        Benign(
            "display-refresh",
            "The display was refreshed from sources of different age, whose values were not all read.",
            decidable=False,
        ),
    ),
    limits=(
        "What a recount is, and so whether one took place, is not decidable from this log.",
        "Readings without a reset time cannot be judged.",
    ),
    parameters=(
        Parameter(Quantity("smallest-fall", FALL, Unit.POINTS), "The step of the display: a meter cannot fall at all."),
        Parameter(
            Quantity("cluster", CLUSTER, Unit.EVENTS), "One is a wrong reading, two are its two sides; three is more."
        ),
        Parameter(Quantity("within", WITHIN.total_seconds(), Unit.SECONDS), "Two usual polls of five minutes."),
    ),
    references=(STATUSLINE_DOCS, WRONG_READING),
    rule=_rule,
    measurable=lambda meter: any(map(states_resets, meter.intervals)),
    examined=lambda meter: sum(map(states_resets, meter.intervals)),
    naive=_naive,
    one_a_unit=False,
    covers=readings_apart,
    symptoms=("recount-cluster",),
    surest=FindingGrade.D,
    proxy_for="recount triggers, as the article calls them",
    decided_by="the author's own definition of a recount, or a log of the client's token-counting calls",
)
