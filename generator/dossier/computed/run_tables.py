"""Tables and pictures of the runs of one benchmark: each run, groups of versions, steps, weekdays."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from statistics import median

from generator.curated.computed_inputs import ARTICLE, PLATEAU
from generator.curated.measurements import Mark, Plot, PublishedTable
from generator.dossier.computed.runs import GROUPS, Run, middle, steps, within
from generator.statistics.estimate import figure

_STEP = 1.0  # USD; two runs of one version differ by 0.2 in the middle
_FRIDAY = 4


def run_tables(runs: Sequence[Run], cost: str) -> tuple[PublishedTable, ...]:
    """Two pictures of all runs, then what they sum up to. `cost` is the sentence of the first."""
    return (_cost_by_run(runs, cost), _time_by_run(runs), _groups(runs), _steps(runs), _weekdays(runs))


def _cost_by_run(runs: Sequence[Run], sentence: str) -> PublishedTable:
    return PublishedTable(
        id="cost-by-run",
        title="The same tasks, run by run: what they cost follows the client's version",
        columns=("Day", "Hour UTC", "Client version", "Versions", "USD a run"),
        rows=tuple((run.day.isoformat(), run.hour, run.version, run.group, run.usd) for run in runs),
        note=(
            "USD at list price, added up by the client. A run is one sum of all its tasks, so it has no interval of "
            "its own. Broad lines are the middle of each group of versions. Ringed: two versions on one day."
        ),
        plot=Plot(
            kind="runs",
            label="Day",
            hour="Hour UTC",
            name="Client version",
            values=("USD a run",),
            group="Versions",
            band=ARTICLE,
            band_label="article",
            axis="USD a run",
            sentence=sentence,
        ),
    )


def _time_by_run(runs: Sequence[Run]) -> PublishedTable:
    return PublishedTable(
        id="time-by-run",
        title="Seconds for a task, median of each run",
        columns=("Day", "Hour UTC", "Client version", "Kind of day", "Seconds"),
        rows=tuple((run.day.isoformat(), run.hour, run.version, _kind_of_day(run.day), run.seconds) for run in runs),
        note="From start to end of a task, with the start of the client. Shaded: 17 to 23 March.",
        plot=Plot(
            kind="days",
            label="Day",
            values=("Seconds",),
            group="Kind of day",
            band=ARTICLE,
            dates=(
                Mark(day=PLATEAU[0], word="allowance doubled"),
                Mark(day=date(2026, 3, 28), word="ends"),
            ),
            axis="Seconds a task",
            sentence=(
                f"{figure(middle(runs, PLATEAU, lambda run: run.seconds), 4)} seconds a task from 14 to 27 March, "
                f"{figure(median(run.seconds for run in runs if not within(run, PLATEAU)), 4)} on other days; the "
                "change keeps to dates and not to client versions."
            ),
        ),
    )


def _groups(runs: Sequence[Run]) -> PublishedTable:
    rows = []
    for words, _ in GROUPS:
        own = [run for run in runs if run.group == words]
        if own:
            usd = [run.usd for run in own]
            rows.append(
                (
                    words,
                    own[0].day.isoformat(),
                    own[-1].day.isoformat(),
                    len(own),
                    round(median(usd), 2),
                    min(usd),
                    max(usd),
                    round(median(run.seconds for run in own), 2),
                )
            )
    return PublishedTable(
        id="by-version",
        title="Cost of a run by groups of client versions",
        columns=("Versions", "First run", "Last run", "Runs", "Median USD", "Lowest", "Highest", "Median seconds"),
        rows=tuple(rows),
        note="The groups are cut where the cost changes, so that they differ is no finding; when and how sharply is.",
    )


def _steps(runs: Sequence[Run]) -> PublishedTable:
    rows = tuple(
        (
            f"{before.day:%-d %b} {before.hour}",
            f"{after.day:%-d %b} {after.hour}",
            before.version,
            after.version,
            before.usd,
            after.usd,
            "yes" if before.version != after.version else "no",
        )
        for before, after in steps(runs, _STEP)
    )
    changes = sum(before.version != after.version for before, after in pairwise(runs))
    return PublishedTable(
        id="steps",
        title="Every change of more than one dollar from one run to the next",
        columns=(
            "Run before",
            "Run after",
            "Version before",
            "Version after",
            "USD before",
            "USD after",
            "Version changed",
        ),
        rows=rows or (("none", None, None, None, None, None, None),),
        note=f"The version changed {changes} times in {len(runs)} runs.",
    )


def _weekdays(runs: Sequence[Run]) -> PublishedTable:
    rows = []
    for words, chosen in (("14 to 27 March", True), ("all other days", False)):
        for kind in ("weekday", "weekend"):
            own = [run for run in runs if within(run, PLATEAU) == chosen and _kind_of_day(run.day) == kind]
            if own:
                seconds = [run.seconds for run in own]
                rows.append((words, kind, len(own), round(median(seconds), 2), min(seconds), max(seconds)))
    return PublishedTable(
        id="weekdays",
        title="Seconds for a task on weekdays and at weekends",
        columns=("Days", "Kind of day", "Runs", "Median seconds", "Lowest", "Highest"),
        rows=tuple(rows),
        note="Days by UTC. Not tested: the longer stretch has two weekends.",
    )


def _kind_of_day(day: date) -> str:
    return "weekday" if day.weekday() <= _FRIDAY else "weekend"
