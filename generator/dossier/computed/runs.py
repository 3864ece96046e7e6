"""Runs of one benchmark as a record's table holds them: groups of client versions, and steps from run to run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations, pairwise
from statistics import median

from generator.curated.computed_inputs import Span, input_rows
from generator.curated.measurements import Published

GROUPS: tuple[tuple[str, tuple[int, ...]], ...] = (
    ("to 2.1.71", (2, 1, 71)),
    ("2.1.72", (2, 1, 72)),
    ("2.1.73 to 2.1.87", (2, 1, 87)),
    ("2.1.88", (2, 1, 88)),
    ("2.1.89 and later", (10_000,)),  # above any version that a record may hold
)
"""Client versions with the last of each group; cut where the cost of a run changes, so a picture and no test."""


@dataclass(frozen=True)
class Run:
    """One run of all tasks; money is USD at list price as the client adds it up, times are seconds a task."""

    day: date
    hour: str
    version: str
    tasks: int
    usd: float
    usd_task: float  # median
    seconds: float  # median
    slow: float  # 95th percentile
    over: int  # tasks of more than 120 s

    @property
    def group(self) -> str:
        """The group of its client version."""
        return next(words for words, last in GROUPS if numbers(self.version) <= last)


def numbers(version: str) -> tuple[int, ...]:
    """2.1.88 as numbers that can be compared."""
    return tuple(int(part) for part in version.split("."))


def runs_of(one: Published) -> tuple[Run, ...]:
    """Of the record's table, in order of time; the cells were checked when the record was read."""
    found = [Run(date.fromisoformat(day), *rest) for day, *rest in input_rows(one)]
    return tuple(sorted(found, key=lambda run: (run.day, run.hour)))


def by_day(runs: Sequence[Run], value: Callable[[Run], float]) -> dict[date, list[float]]:
    """One value of each run, by its day."""
    found: defaultdict[date, list[float]] = defaultdict(list)
    for run in runs:
        found[run.day].append(value(run))
    return dict(found)


def same_day(runs: Sequence[Run]) -> Iterator[tuple[Run, Run]]:
    """Every two runs of one day, the earlier first."""
    days: defaultdict[date, list[Run]] = defaultdict(list)
    for run in runs:
        days[run.day].append(run)
    for found in days.values():
        yield from combinations(found, 2)


def steps(runs: Sequence[Run], usd: float) -> tuple[tuple[Run, Run], ...]:
    """Two runs in a row whose cost differs by more than so many USD."""
    return tuple((before, after) for before, after in pairwise(runs) if abs(after.usd - before.usd) > usd)


def middle(runs: Sequence[Run], span: Span, value: Callable[[Run], float]) -> float:
    """Median of the runs of a span, of which there must be one."""
    return median(value(run) for run in runs if within(run, span))


def within(run: Run, span: Span) -> bool:
    """Did it run on a day of the span?"""
    return span[0] <= run.day <= span[1]
