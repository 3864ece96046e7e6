"""What the readings must show of the meter's planted faults: a fault that no reading caught is no fault to find."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby, pairwise

from generator.simulator.account import Refusal
from generator.simulator.meter_faults import LATE, Glitch, Plan
from generator.simulator.meters import Shown, TrueMeter
from generator.simulator.truth import Fault

CLOSE, LONG, BLIND = timedelta(minutes=15), timedelta(minutes=15), timedelta(hours=1)
POLICY = 2.5  # times the usual points, which rules on hours can make
IDLE = 0.5  # points
NEARLY_FULL = 90  # points
PLANTED = 2.0  # points out of nothing, below which the steps of the display drown them


def observed(meter: TrueMeter, readings: Sequence[Shown], made: Plan, refusals: Iterable[Refusal]) -> Iterator[Fault]:
    """Faults of the five-hour meter, by its readings in the order of time."""
    inside = [pair for pair in pairwise(readings) if pair[0].span is not None and pair[0].span == pair[1].span]
    for before, after in inside:
        if meter.planted(before.at, after.at) >= PLANTED:
            yield from _jump(meter, before, after)
    yield from _advances(meter, readings)
    yield from _gaps(meter, readings)
    for glitch in made.glitches:
        yield from _glitch(readings, glitch)
    for start, end in made.clusters:
        falls = sum(b.points < a.points for a, b in inside if start <= a.at and b.at <= end + timedelta(minutes=1))
        if falls >= 3:  # noqa: PLR2004
            yield _fault("recount-cluster", start, end)
    yield from _refused(meter, readings, refusals)


def _jump(meter: TrueMeter, before: Shown, after: Shown) -> Iterator[Fault]:
    points = after.points - before.points
    usual = meter.predicted(before.at - LATE, after.at)
    if after.at - before.at <= CLOSE and points >= 3 and points >= 2 * usual + 2.5:  # noqa: PLR2004
        yield _fault("block-jump", before.at, after.at)


def _advances(meter: TrueMeter, readings: Sequence[Shown]) -> Iterator[Fault]:
    """Stretches of readings without calls in which the meter rose."""
    for span, run in groupby(readings, key=lambda reading: reading.span):
        shown = list(run)
        first = 0
        while span is not None and first < len(shown):
            last = first
            while last + 1 < len(shown) and meter.predicted(shown[first].at, shown[last + 1].at) < IDLE:
                last += 1
            end = shown[last]
            start = next(
                one for one in shown[first : last + 1] if one is end or meter.predicted(one.at - LATE, end.at) < IDLE
            )
            rose = end.points - start.points >= PLANTED and meter.planted(start.at, end.at) >= PLANTED
            if rose and end.at - start.at >= LONG:
                yield _fault("idle-advance", start.at, end.at)
            first = max(last, first + 1)


def _gaps(meter: TrueMeter, readings: Sequence[Shown]) -> Iterator[Fault]:
    """Whole windows in which the meter moved by twice what the calls are worth and more."""
    for shown in _runs(readings):
        if len(shown) < 4 or shown[0].points > 5:  # noqa: PLR2004
            continue
        blind = any(later.at - earlier.at > BLIND for earlier, later in pairwise(shown))
        points = shown[-1].points - shown[0].points
        usual = meter.predicted(shown[0].at, shown[-1].at)
        odd = points >= 10 and points >= 2 * usual + 3  # noqa: PLR2004
        if (span := shown[-1].span) and meter.ruled(span) and points <= POLICY * usual:
            continue  # a rule on hours can be all of it
        if odd and not blind and meter.planted(shown[0].at, shown[-1].at) >= PLANTED:
            yield _fault("meter-cost-gap", shown[0].at, shown[-1].at)


def _runs(readings: Sequence[Shown]) -> Iterator[list[Shown]]:
    """Readings by window, with those before it that show no window yet."""
    idle: list[Shown] = []
    for span, run in groupby(readings, key=lambda reading: reading.span):
        if span is None:
            idle = list(run)
        else:
            yield [*idle, *run]
            idle = []


def _glitch(readings: Sequence[Shown], glitch: Glitch) -> Iterator[Fault]:
    place = next((place for place, reading in enumerate(readings) if glitch.start <= reading.at < glitch.end), 0)
    if not place:
        return
    near = readings[place - 1 : place + 4]
    fell = near[1].points - near[0].points <= -2  # noqa: PLR2004
    if fell and any(b.points - a.points >= 2 for a, b in pairwise(near[1:])):  # noqa: PLR2004
        yield _fault("negative-delta", near[0].at, near[-1].at)


def _refused(meter: TrueMeter, readings: Sequence[Shown], refusals: Iterable[Refusal]) -> Iterator[Fault]:
    """Refusals while a fresh reading of each window was low."""
    times = [reading.at for reading in readings]
    for refusal in refusals:
        place = bisect_right(times, refusal.at) - 1
        if place < 0 or refusal.at - times[place] > LATE:
            continue
        reading = readings[place]
        ended = [one.span.end for one in readings[max(0, place - 5) : place + 1] if one.span]
        if (
            not any(refusal.at - LATE < end <= refusal.at for end in ended)
            and max(reading.points, meter.week(reading.at)[0]) < NEARLY_FULL
        ):
            yield _fault("low-meter-refusal", refusal.at - timedelta(minutes=1), refusal.at + timedelta(minutes=1))


def _fault(detector: str, start: datetime, end: datetime) -> Fault:
    return Fault(detector, "", (), 0, start=start, end=end)
