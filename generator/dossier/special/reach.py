"""Which effect these data could have shown. It is asked before the results, and of the same tests."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from generator.curated.registered import Registered, Stretch
from generator.dossier.special.base import Cell, Section, Table, lowered, rounded, told
from generator.dossier.special.series import blocks, by_day, counted
from generator.statistics.estimate import Estimate
from generator.statistics.power import RUNS, ratio_power, shift_power, smallest_effect
from generator.statistics.ratios import Counted, dispersion, together

METHOD = f"{RUNS:,} simulated series at each effect, which scatter as the real ones do"
HALF_WORSE, TWICE = 1.5, 2.0


def reach(incidents: Sequence[dt.date], complaints: Sequence[dt.date], plan: Registered, article: Stretch) -> Section:
    """Power of the headline tests for a rise by half and by twice, and the smallest effect with power 0.8."""
    asked: list[tuple[str, str, Callable[[float], float], int, str]] = []
    for name, days, whole in (("Incidents", incidents, plan.compared), ("Complaints", complaints, plan.studied)):
        if not sum(day in plan.studied for day in days):
            continue
        rest = counted(days, blocks(whole, article))
        asked.append((f"{name} in the article's week", "week", _week(rest), len(rest), "weeks to compare with"))
        asked.append(
            (
                f"{name} in the {plan.lag} days after the five releases",
                "dates",
                _dates(days, plan),
                plan.studied.days,
                "days",
            )
        )
    rows: list[tuple[Cell, ...]] = []
    estimates = []
    for what, _, power, count, of in asked:
        least = smallest_effect(power)
        rows.append(
            (what, rounded(power(HALF_WORSE)), rounded(power(TWICE)), None if least is None else rounded(least, 1))
        )
        if least is not None:
            unit = "times as many"
            estimates.append((f"Smallest rise found with probability 0.8: {lowered(what)}",
                              Estimate(round(least, 1), None, None, count, of, unit, METHOD)))  # fmt: skip
    return Section(
        id="power",
        title="What these data could have shown",
        says=_says(rows),
        function="generator.dossier.special.reach:reach",
        estimates=tuple(estimates),
        tables=(
            Table(
                id="power-table",
                title="Probability that a rise would have been found",
                columns=("Test", "A rise by half", "Twice as many", "Smallest rise found with 0.8"),
                rows=tuple(rows),
                note=METHOD + ". Empty: none up to sixteen times.",
            ),
        ),
    )


def _week(rest: Sequence[Counted]) -> Callable[[float], float]:
    whole = together(rest)
    rate = whole.hits / whole.exposure
    means = ((rate,), tuple(rate * part.exposure for part in rest))
    scatter = max(1.0, dispersion((rest,)))
    return lambda effect: ratio_power(effect, means, scatter)


def _dates(days: Sequence[dt.date], plan: Registered) -> Callable[[float], float]:
    counts = by_day(days, plan.studied)
    places = [(one.day - plan.studied.first).days for one in plan.rollouts]
    return lambda effect: shift_power(effect, counts, places, plan.lag, lags=plan.lags)


def _says(rows: Sequence[tuple[Cell, ...]]) -> str:
    """The rows in one sentence each for both effects."""
    half = told([f"{row[1]} for {lowered(row[0])}" for row in rows])
    twice = told([f"{row[2]} for {lowered(row[0])}" for row in rows])
    return f"A test finds twice as many with probability {twice}, and half as many again with probability {half}."
