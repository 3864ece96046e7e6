"""Lists of reports by month; an echo is folded under the report that it repeats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING

from generator.curated.counting import states_a_number

if TYPE_CHECKING:
    from generator.curated.models import Report, Symptom
    from generator.dossier import Dossier


@dataclass(frozen=True)
class ReportRow:
    """One report in a list."""

    report: Report
    surfaces: tuple[str, ...]
    symptoms: tuple[Symptom, ...]
    numbered: bool
    """It is counted among the independent reports with a number."""
    echoes: tuple[Report, ...]
    """Echoes of it in the same list; they have no row of their own."""


@dataclass(frozen=True)
class ReportMonth:
    """The reports of one month."""

    anchor: str
    first: date
    rows: tuple[ReportRow, ...]


def report_months(reports: Sequence[Report], dossier: Dossier) -> tuple[ReportMonth, ...]:
    """Reports by month, newest month first and newest report first in it."""
    listed = {report.id for report in reports}
    own = [report for report in reports if report.echo_of not in listed]
    newest = sorted(own, key=lambda report: (report.date, report.id), reverse=True)
    return tuple(
        ReportMonth(
            anchor=f"m-{first:%Y-%m}",
            first=first,
            rows=tuple(_row(report, listed, dossier) for report in found),
        )
        for first, found in groupby(newest, key=lambda report: report.date.replace(day=1))
    )


def _row(report: Report, listed: set[str], dossier: Dossier) -> ReportRow:
    return ReportRow(
        report=report,
        surfaces=tuple(dossier.scope_title(scope) for scope in report.surfaces),
        symptoms=tuple(dossier.symptoms[symptom] for symptom in report.symptoms if symptom in dossier.symptoms),
        numbered=states_a_number(report),
        echoes=tuple(echo for echo in dossier.echoes_of(report.id) if echo.id in listed),
    )
