"""Counts of user reports: by period of the case, and symptom by week. Echoes and the press never count here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from generator.charts.weeks import in_window, is_user_report, monday, short_day, touches_article, weeks
from generator.curated.models import Case, Report, Symptom

_LEVELS = 4


@dataclass(frozen=True)
class Periods:
    """User reports in the three periods that were searched; what lies outside them is in no count."""

    before: int
    window: int
    after: int


@dataclass(frozen=True)
class Cell:
    """Reports of one symptom in one week. `level` is the shade: 1, from 2, from 4, from 8; the same on all pages."""

    count: int
    level: int


@dataclass(frozen=True)
class MatrixRow:
    """One symptom through the weeks of the window."""

    symptom: Symptom
    cells: tuple[Cell, ...]
    periods: Periods


@dataclass(frozen=True)
class MatrixWeek:
    """Head of a column. `article` marks weeks that share a day with the window of the article."""

    first: date
    label: str
    article: bool


@dataclass(frozen=True)
class Matrix:
    """Symptom by week; a report with two symptoms stands in two rows and once in `all`."""

    weeks: tuple[MatrixWeek, ...]
    rows: tuple[MatrixRow, ...]
    all: tuple[int, ...]
    periods: Periods


def periods(reports: Iterable[Report]) -> Periods:
    """User reports of each period."""
    counts = Counter(report.period for report in reports if is_user_report(report))
    return Periods(counts["control-before"], counts["window"], counts["control-after"])


def matrix(reports: Iterable[Report], symptoms: Iterable[Symptom], case: Case) -> Matrix:
    """Table of the user reports among `reports`; the symptoms with most of them in the window come first."""
    counted = [report for report in reports if is_user_report(report)]
    inside = [report for report in counted if in_window(report.date, case)]
    mondays = weeks(case.window_start, case.window_end)
    found = Counter((symptom, monday(report.date)) for report in inside for symptom in report.symptoms)
    rows = [
        MatrixRow(
            symptom=symptom,
            cells=tuple(_cell(found[symptom.id, week]) for week in mondays),
            periods=periods(report for report in counted if symptom.id in report.symptoms),
        )
        for symptom in symptoms
    ]
    all_weeks = Counter(monday(report.date) for report in inside)
    return Matrix(
        weeks=tuple(MatrixWeek(week, short_day(week), touches_article(week, case)) for week in mondays),
        rows=tuple(sorted((row for row in rows if any_report(row.periods)), key=_rank)),
        all=tuple(all_weeks[week] for week in mondays),
        periods=periods(counted),
    )


def any_report(counts: Periods) -> bool:
    """Is there any report in the three periods?"""
    return bool(counts.before or counts.window or counts.after)


def _cell(count: int) -> Cell:
    return Cell(count, min(count.bit_length(), _LEVELS))


def _rank(row: MatrixRow) -> tuple[int, int, str]:
    return (-row.periods.window, -row.periods.before - row.periods.after, row.symptom.id)
