"""Counts of user reports: by period, by symptom and week, by symptom and surface. Echoes and the press never count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from generator.charts.weeks import monday, short_day, touches_article, weeks
from generator.curated.case import Case
from generator.curated.counting import in_window, is_user_report, states_a_number
from generator.curated.models import Report, Symptom

if TYPE_CHECKING:
    from generator.curated.models import SurfaceText
    from generator.dossier import Dossier

_LEVELS = 4


@dataclass(frozen=True)
class Periods:
    """User reports in the three periods that were searched; what lies outside them is in no count."""

    before: int
    window: int
    after: int


@dataclass(frozen=True)
class Counted:
    """All user reports, and apart from them those that are independent and state a number."""

    all: Periods
    numbered: Periods


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
    numbered: Periods


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
    numbered: Periods


@dataclass(frozen=True)
class SurfaceCell:
    """User reports of one symptom on one surface; the shade is that of the window."""

    periods: Periods
    level: int


@dataclass(frozen=True)
class SurfaceRow:
    """One symptom on each surface."""

    symptom: Symptom
    cells: tuple[SurfaceCell, ...]


@dataclass(frozen=True)
class SurfaceMatrix:
    """Symptom by surface; a report that names two surfaces stands in two columns."""

    surfaces: tuple[SurfaceText, ...]
    rows: tuple[SurfaceRow, ...]
    all: tuple[Periods, ...]


def periods(reports: Iterable[Report], kept: Callable[[Report], bool] = is_user_report) -> Periods:
    """User reports of each period, or those of them that are `kept`."""
    counts = Counter(report.period for report in reports if is_user_report(report) and kept(report))
    return Periods(counts["control-before"], counts["window"], counts["control-after"])


def counted(reports: Iterable[Report]) -> Counted:
    """Both counts of the same reports."""
    found = tuple(reports)
    return Counted(periods(found), periods(found, states_a_number))


def matrix(reports: Iterable[Report], symptoms: Iterable[Symptom], case: Case) -> Matrix:
    """Table of the user reports among `reports`; the symptoms with most of them in the window come first."""
    users = [report for report in reports if is_user_report(report)]
    inside = [report for report in users if in_window(report.date, case)]
    mondays = weeks(case.window_start, case.window_end)
    found = Counter((symptom, monday(report.date)) for report in inside for symptom in report.symptoms)
    rows = []
    for symptom in symptoms:
        counts = counted(report for report in users if symptom.id in report.symptoms)
        cells = tuple(_cell(found[symptom.id, week]) for week in mondays)
        rows.append(MatrixRow(symptom, cells, counts.all, counts.numbered))
    all_weeks = Counter(monday(report.date) for report in inside)
    total = counted(users)
    return Matrix(
        weeks=tuple(MatrixWeek(week, short_day(week), touches_article(week, case)) for week in mondays),
        rows=tuple(sorted((row for row in rows if any_report(row.periods)), key=_rank)),
        all=tuple(all_weeks[week] for week in mondays),
        periods=total.all,
        numbered=total.numbered,
    )


def surface_matrix(reports: Iterable[Report], dossier: Dossier) -> SurfaceMatrix:
    """The same reports by symptom and surface, in the order of `matrix`."""
    users = [report for report in reports if is_user_report(report)]
    surfaces = dossier.library.surfaces
    on = {surface.id: [one for one in users if surface.id in dossier.surface_ids(one.surfaces)] for surface in surfaces}
    ranked = matrix(users, dossier.library.symptoms, dossier.library.case).rows
    rows = []
    for row in ranked:
        found = [periods(one for one in on[surface.id] if row.symptom.id in one.symptoms) for surface in surfaces]
        rows.append(SurfaceRow(row.symptom, tuple(SurfaceCell(counts, _level(counts.window)) for counts in found)))
    return SurfaceMatrix(surfaces, tuple(rows), tuple(periods(on[surface.id]) for surface in surfaces))


def any_report(counts: Periods) -> bool:
    """Is there any report in the three periods?"""
    return bool(counts.before or counts.window or counts.after)


def _cell(count: int) -> Cell:
    return Cell(count, _level(count))


def _level(count: int) -> int:
    return min(count.bit_length(), _LEVELS)


def _rank(row: MatrixRow) -> tuple[int, int, str]:
    return (-row.periods.window, -row.periods.before - row.periods.after, row.symptom.id)
