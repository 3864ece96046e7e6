"""What the page shows: sections with estimates and tables, all plain values, so that they can be kept in a folder."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from generator.curated.registered import Tested
from generator.statistics.estimate import Estimate
from generator.statistics.ratios import Ratio

Cell = int | float | str | None


@dataclass(frozen=True)
class Drawn:
    """How a table of days is drawn: a panel a series, with shaded days and named dates (ISO)."""

    value: str
    axis: str
    sentence: str
    band: tuple[str, str]
    band_label: str
    dates: tuple[tuple[str, str], ...]
    label: str = "Middle"
    panel: str = "Series"
    low: str | None = None
    high: str | None = None
    """Columns of a 95 % interval."""


@dataclass(frozen=True)
class Table:
    """One table of the page, drawn where it can be."""

    id: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    drawn: Drawn | None = None


@dataclass(frozen=True)
class Section:
    """One question: what was found in words, the numbers, the tables, and the function that made them."""

    id: str
    title: str
    says: str
    function: str
    estimates: tuple[tuple[str, Estimate], ...] = ()
    tables: tuple[Table, ...] = ()
    cautions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """One headline test: its p alone, and with Holm's correction over all of them."""

    test: Tested
    question: str
    result: str
    p: float
    adjusted: float

    @property
    def found(self) -> bool:
        """Is there an effect, with all tests taken together?"""
        return self.adjusted < 0.05  # noqa: PLR2004  the level of the site


@dataclass(frozen=True)
class Special:
    """The page, worked out."""

    answer: str
    sentences: tuple[str, ...]
    power: Section
    sections: tuple[Section, ...]
    verdicts: tuple[Verdict, ...]
    cannot: tuple[str, ...]
    plan: str


def estimated(ratio: Ratio, n: int, of: str, method: str, unit: str = "", *, tested: bool = True) -> Estimate:
    """A ratio or rate as a number of a page."""
    return Estimate(ratio.value, ratio.low, ratio.high, n, of, unit, method, ratio.p if tested else None)


def rounded(value: float, digits: int = 2) -> float:
    """For the cell of a table."""
    return round(float(value), digits)


def day_told(day: dt.date) -> str:
    """23 March."""
    return f"{day.day} {day:%B}"


def told(names: Sequence[str]) -> str:
    """A, B and C."""
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def lowered(what: Cell) -> str:
    """As it is written within a sentence."""
    return f"{str(what)[0].lower()}{str(what)[1:]}"
