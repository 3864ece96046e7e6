"""The same tasks run twice a day: does their cost follow the client's version or the date, and does their time?"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from statistics import median
from typing import TYPE_CHECKING

from generator.curated.computed_inputs import ARTICLE, BEFORE_CHANGE, OUTSIDE_ARTICLE, OUTSIDE_PLATEAU, PLATEAU, Span
from generator.dossier.computed.base import Computed
from generator.dossier.computed.run_tables import run_tables
from generator.dossier.computed.runs import Run, by_day, middle, runs_of, same_day, within
from generator.statistics.estimate import Estimate, figure
from generator.statistics.neighbours import neighbours_ratio
from generator.statistics.ratios import exact_odds
from generator.statistics.stretches import window_rank

if TYPE_CHECKING:
    from generator.curated.measurements import Published
    from generator.records.results import Pack

_ALIKE = (
    "ratio of geometric means of days, each day by the median of its runs; days may resemble their neighbours by any "
    "correlation"
)
_RANKED = "one-sided p: share of all stretches of as many days that are as high"

_PAIR = "Two versions on one day, "

Rows = list[tuple[str, Estimate]]


def same_tasks(one: Published, _: tuple[Pack, ...]) -> Computed:
    """Cost by client version and time by day, from the runs in the record's own table."""
    runs = runs_of(one)
    pairs, costs = _pair_of_versions(runs), _cost(runs)
    return Computed(
        function="generator/dossier/computed/same_tasks.py:same_tasks",
        answer=_answer(runs, costs[0][1], pairs),
        estimates=(*costs, *pairs, *_time(runs), *_slow(runs)),
        tables=run_tables(runs, _cost_sentence(runs, costs[0][1])),
        cautions=(
            "The cost is added up by the client from token counts and its own price list. No bill was seen, so a count "
            "that was wrong in some versions would look the same.",
            "Runs of neighbouring days resemble each other. Intervals and p allow for that, so they are wider than "
            "those of independent runs; and nothing here counts runs of one day as independent.",
            "The stretch from 14 to 27 March was chosen after the runs had been seen. That its days are those of the "
            "doubled allowance is a coincidence in time.",
        ),
    )


def _cost(runs: Sequence[Run]) -> Rows:
    values: tuple[tuple[str, Callable[[Run], float]], ...] = (
        ("a run", lambda run: run.usd),
        ("the median task", lambda run: run.usd_task),
    )
    return [
        _compared(
            f"Cost of {words} in USD, 17 to 23 March against 21 February to 4 March",
            runs,
            value,
            ARTICLE,
            (BEFORE_CHANGE,),
        )
        for words, value in values
    ]


def _cost_sentence(runs: Sequence[Run], ratio: Estimate) -> str:
    """Before, in the article's week, how many times as much; then the two versions of one day."""
    before, week = (middle(runs, span, lambda run: run.usd) for span in (BEFORE_CHANGE, ARTICLE))
    said = (
        f"The same tasks cost {figure(before, 4)} USD a run until 4 March and {figure(week, 4)} in the article's week; "
        f"day for day that is {figure(ratio.value)} times as much ({ratio.interval})."
    )
    differing = [pair for pair in same_day(runs) if pair[0].version != pair[1].version]
    if not differing:
        return said
    one, other = max(differing, key=lambda pair: abs(pair[0].usd - pair[1].usd))
    return (
        f"{said} On {one.day:%-d %B} version {one.version} cost {figure(one.usd, 4)} USD at {one.hour} UTC and "
        f"version {other.version} {figure(other.usd, 4)} at {other.hour}."
    )


def _pair_of_versions(runs: Sequence[Run]) -> Rows:
    """Days on which two versions ran: the version test, as the day is the same."""
    pairs = tuple(same_day(runs))
    alike = [abs(before.usd - after.usd) for before, after in pairs if before.version == after.version]
    method = (
        "difference of two runs; p: rank among all pairs of runs of one day and one version; no interval from one pair"
    )
    return [
        (
            f"{_PAIR}{before.day:%-d %B}: {after.version} at {after.hour} minus {before.version} at {before.hour} UTC",
            Estimate(
                value=after.usd - before.usd,
                low=None,
                high=None,
                n=len(alike),
                of="pairs of runs of one day and one version to compare with",
                unit="USD a run",
                method=method,
                p=(1 + sum(one >= abs(after.usd - before.usd) for one in alike)) / (1 + len(alike)),
            ),
        )
        for before, after in pairs
        if before.version != after.version
    ]


def _time(runs: Sequence[Run]) -> Rows:
    found: Rows = []
    days = by_day(runs, _seconds)
    spans: tuple[tuple[str, Span, tuple[Span, ...]], ...] = (
        ("17 to 23 March", ARTICLE, OUTSIDE_ARTICLE),
        ("14 to 27 March", PLATEAU, OUTSIDE_PLATEAU),
    )
    for words, span, outside in spans:
        found.append(_compared(f"Seconds a task, {words} against all other days", runs, _seconds, span, outside))
        rank = window_rank(days, span)
        length = (span[1] - span[0]).days + 1
        found.append(
            (
                f"Seconds a task, {words}: stretches of {length} days that are as high, itself counted "
                f"({rank.as_high} of {rank.windows})",
                Estimate(rank.p, None, None, rank.windows, "overlapping stretches", "of all", _RANKED, rank.p),
            )
        )
    return found


def _seconds(run: Run) -> float:
    return run.seconds


def _slow(runs: Sequence[Run]) -> Rows:
    inside = [run for run in runs if within(run, ARTICLE)]
    others = [run for run in runs if not within(run, ARTICLE)]
    counts = [(sum(run.over for run in side), sum(run.tasks for run in side)) for side in (inside, others)]
    odds = exact_odds(*counts[0], *counts[1])
    words = f"{counts[0][0]} of {counts[0][1]:,} against {counts[1][0]} of {counts[1][1]:,}"
    slow = "Slow tasks (95th percentile of a run, seconds), 17 to 23 March against all other days"
    rows: Rows = [_compared(slow, runs, lambda run: run.slow, ARTICLE, OUTSIDE_ARTICLE)]
    if math.isfinite(odds.value):  # where nothing hung on other days there is no ratio
        method = "odds ratio with the exact conditional interval; p of Fisher's test"
        whole = counts[0][1] + counts[1][1]
        what = f"Tasks of more than 120 seconds, 17 to 23 March against all other days ({words})"
        rows.append((what, Estimate(odds.value, odds.low, odds.high, whole, "tasks", "times", method, odds.p)))
    return rows


def _compared(
    what: str, runs: Sequence[Run], value: Callable[[Run], float], span: Span, outside: Sequence[Span]
) -> tuple[str, Estimate]:
    """The two middles in words, and their ratio."""
    sides = [[run for run in runs if any(within(run, one) for one in spans)] for spans in ((span,), outside)]
    days = {day: median(values) for day, values in sorted(by_day([*sides[0], *sides[1]], value).items())}
    ratio = neighbours_ratio(
        [day.toordinal() for day in days], list(days.values()), [span[0] <= day <= span[1] for day in days]
    )
    middles = (figure(median(value(run) for run in side), 4) for side in sides)
    words = f"{what} ({' against '.join(middles)})"
    return words, Estimate(ratio.value, ratio.low, ratio.high, len(days), "days", "times", _ALIKE, ratio.p)


def _answer(runs: Sequence[Run], ratio: Estimate, pairs: Rows) -> str:
    """The ratio is that of the estimate, by days: a ratio of the two medians would be another number for one thing."""
    before, week = (middle(runs, span, lambda run: run.usd) for span in (BEFORE_CHANGE, ARTICLE))
    said = (
        f"The same tasks cost {figure(week, 4)} USD a run in the article's week and {figure(before, 4)} until 4 March "
        f"({figure(ratio.value)} times, day for day)"
    )
    if pairs:
        what, estimate = max(pairs, key=lambda pair: abs(pair[1].value))
        day = what.removeprefix(_PAIR).partition(":")[0]
        said += f"; on {day} two client versions differed by {figure(abs(estimate.value))} USD"
    inside = middle(runs, PLATEAU, lambda run: run.seconds)
    outside = median(run.seconds for run in runs if not within(run, PLATEAU))
    return (
        f"{said}. A task took {figure(inside, 4)} seconds from 14 to 27 March and {figure(outside, 4)} on other days."
    )
