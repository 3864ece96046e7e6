"""The list of public reports, and a page for each: what somebody said, and what that can carry."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from generator.base.wording import plural
from generator.charts import Chart, reports_chart
from generator.curated.claims import Claim
from generator.curated.counting import is_independent, is_user_report
from generator.curated.models import Detail, EvidenceClass, Figure, Report, SurfaceText, Symptom
from generator.curated.written_in import file_of
from generator.pages.parts.base import Page, PageKind
from generator.pages.parts.cite import Cited, cite
from generator.pages.parts.drawn import rates
from generator.pages.parts.matrix import (
    Counted,
    Matrix,
    Periods,
    SurfaceMatrix,
    counted,
    matrix,
    periods,
    surface_matrix,
)
from generator.pages.parts.neighbours import neighbours
from generator.pages.parts.notes import notes_on
from generator.pages.parts.position import place
from generator.pages.parts.report_lists import ReportMonth, report_months
from generator.pages.parts.report_words import found_how, linked
from generator.pages.parts.sampling_bias import MonthRow, Spans, collected, spans
from generator.pages.parts.twin import json_twin

if TYPE_CHECKING:
    from generator.dossier import Dossier

_LONG_NUMBER = re.compile(r"(?<![0-9.,])[0-9]{5,15}(?![0-9.,])")

CAN_SHOW = {
    EvidenceClass.USER_REPORT: "that somebody described this in public, in these words or like them, by this date",
    EvidenceClass.PRESS_OR_BLOG: "that it was written about by this date, and whom the writer leaned on",
    EvidenceClass.ECHO: "that an earlier report was repeated; it adds no observation of its own",
    EvidenceClass.OFFICIAL_STATUS: "that the vendor announced a fault, and when the announcement was open",
    EvidenceClass.OFFICIAL_STATEMENT: "what the vendor said on this date; it is the vendor's view of itself",
    EvidenceClass.INDEX: "that somebody listed such reports; the entries were not all opened",
}
"""What a report of each class can show."""

CANNOT_SHOW = {
    EvidenceClass.USER_REPORT: "how many others were affected, or whether client, server or account was at fault",
    EvidenceClass.PRESS_OR_BLOG: "anything that its own sources do not show",
    EvidenceClass.ECHO: "that a second person saw the same",
    EvidenceClass.OFFICIAL_STATUS: "who was affected, for how long, or whether usage was counted wrongly",
    EvidenceClass.OFFICIAL_STATEMENT: "that the statement is complete; nobody outside has checked it",
    EvidenceClass.INDEX: "that any one entry in it is right",
}
"""What it cannot show, however it is read."""

CHECKABLE = {
    Detail.NONE: "It gives no steps, figures with a method, or logs, so a reader can check nothing in it.",
    Detail.STEPS: "It gives steps that a reader can repeat, on the client of their own day.",
    Detail.MEASUREMENTS: "It gives measured figures; how they were taken is for the reader to judge.",
    Detail.LOGS: "It gives log lines or request ids, which the vendor could look up; a reader cannot.",
}
"""What a stranger can check in it."""


@dataclass(frozen=True)
class SurfaceCounts:
    """Counts of one surface; a report that names several surfaces is in each of them."""

    surface: SurfaceText
    users: Periods
    numbered: Periods
    official: int
    """Status entries and statements of the vendor in the window."""
    press: int
    """Press and blogs in the window."""


@dataclass(frozen=True)
class ReportsContext:
    """Variables of reports.md.j2."""

    total: int
    users: int
    echoes: int
    unopened: int
    venue: str
    """The one place that most user reports stand in."""
    venue_share: float
    bare_share: float
    """Share of user reports without steps, measurements or logs."""
    counted: Counted
    spans: Spans
    collected: tuple[MonthRow, ...]
    """Issues filed and reports kept by month; empty where nobody counted them."""
    surfaces: tuple[SurfaceCounts, ...]
    matrix: Matrix
    grid: SurfaceMatrix
    rates: Chart | None
    """Complaints for each 1,000 issues filed, with intervals; None where issues filed are not known."""
    chart: Chart
    months: tuple[ReportMonth, ...]


@dataclass(frozen=True)
class StatedFigure:
    """A number as the report gives it, set for reading."""

    metric: str
    stated: str
    note: tuple[tuple[str, str], ...]  # in pieces, each with the report it names


@dataclass(frozen=True)
class ReportContext:
    """Variables of report.md.j2."""

    report: Report
    place: str
    """Address of the original, short enough for a line."""
    figures: tuple[StatedFigure, ...]
    surfaces: tuple[tuple[str, str], ...]
    """Title as the report names it, and id of the surface it belongs to."""
    symptoms: tuple[Symptom, ...]
    original: Report | None
    """The report that this one repeats."""
    echoes: tuple[Report, ...]
    citing: tuple[Claim, ...]
    """Claims whose reviewer cites the address."""
    supports: tuple[Claim, ...]
    contradicts: tuple[Claim, ...]
    can_show: str
    cannot_show: str
    checkable: str
    because: tuple[tuple[str, str], ...]  # why it points where it points, in pieces with the report each names
    independence: tuple[tuple[str, str], ...]
    found_how: str
    previous: Report | None
    next: Report | None


def pages(dossier: Dossier) -> Iterator[Page]:
    """The list, then one page a report."""
    yield _list_page(dossier)
    for before, report, after in neighbours(dossier.library.reports):
        yield _report_page(report, before, after, dossier)


KIND = PageKind("reports", pages)


def _list_page(dossier: Dossier) -> Page:
    library = dossier.library
    users = [report for report in library.reports if is_user_report(report)]
    venue, found = Counter(map(_venue, users)).most_common(1)[0] if users else ("", 0)
    chart, rated = reports_chart(dossier, drawn=dossier.draw), rates(dossier)
    context = ReportsContext(
        total=len(library.reports),
        users=len(users),
        echoes=sum(report.echo_of is not None for report in library.reports),
        unopened=sum(not report.opened for report in library.reports),
        venue=venue,
        venue_share=_share(found, len(users)),
        bare_share=_share(sum(report.detail is Detail.NONE for report in users), len(users)),
        counted=counted(users),
        spans=spans(library),
        collected=collected(dossier),
        surfaces=tuple(_surface_counts(surface, dossier) for surface in library.surfaces),
        matrix=matrix(users, library.symptoms, library.case),
        grid=surface_matrix(users, dossier),
        rates=rated,
        chart=chart,
        months=report_months(library.reports, dossier),
    )
    return Page(
        path=f"{library.case.id}/reports/",
        template="reports.md.j2",
        title="Public reports",
        description=f"{plural(context.total, 'public report')}, {context.users} of them by users, by date and surface.",
        context=context,
        downloads=tuple(file for one in (rated, chart) if one for file in one.downloads()),
        citation=cite(dossier, f"{library.case.id}/reports/", "Public reports", figures=(rated, chart)),
    )


def _venue(report: Report) -> str:
    """Host, and on a code host the repository too."""
    host = report.url.host or ""
    repository = (report.url.path or "").strip("/").split("/")[:2]
    return "/".join((host, *repository)) if report.source_type == "issue" else host


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _surface_counts(surface: SurfaceText, dossier: Dossier) -> SurfaceCounts:
    reports = dossier.reports_on(surface.id)
    inside = Counter(
        report.evidence_class for report in reports if report.period == "window" and is_independent(report)
    )
    return SurfaceCounts(
        surface=surface,
        users=periods(reports),
        numbered=counted(reports).numbered,
        official=inside[EvidenceClass.OFFICIAL_STATUS] + inside[EvidenceClass.OFFICIAL_STATEMENT],
        press=inside[EvidenceClass.PRESS_OR_BLOG],
    )


def _report_page(report: Report, before: Report | None, after: Report | None, dossier: Dossier) -> Page:
    named = dossier.reports.keys() - {report.id}
    context = ReportContext(
        report=report,
        place=place(report.url),
        figures=tuple(StatedFigure(one.metric, _stated(one), linked(one.note or "", named)) for one in report.figures),
        surfaces=tuple(
            (dossier.scope_title(scope), dossier.surfaces[scope].id if scope in dossier.surfaces else "")
            for scope in report.surfaces
        ),
        symptoms=tuple(dossier.symptoms[symptom] for symptom in report.symptoms if symptom in dossier.symptoms),
        original=dossier.reports.get(report.echo_of) if report.echo_of else None,
        echoes=dossier.echoes_of(report.id),
        citing=dossier.claims_citing(str(report.url)),
        supports=tuple(dossier.claims[claim] for claim in report.supports),
        contradicts=tuple(dossier.claims[claim] for claim in report.contradicts),
        can_show=CAN_SHOW[report.evidence_class],
        cannot_show=CANNOT_SHOW[report.evidence_class],
        checkable=CHECKABLE[report.detail],
        because=linked(report.layer_reason or "", named),
        independence=linked(report.independence, named),
        found_how=found_how(report.provenance),
        previous=before,
        next=after,
    )
    return Page(
        path=f"{dossier.library.case.id}/r/{report.id}/",
        template="report.md.j2",
        title=report.title,
        description=f"Public report of {report.date.isoformat()}, paraphrased: {report.title}",
        context=context,
        downloads=(json_twin("report", report.id, report.model_dump(mode="json"), _links(context, dossier)),),
        citation=cite(
            dossier,
            f"{dossier.library.case.id}/r/{report.id}/",
            f"Public report of {report.date.isoformat()}, paraphrased: {report.title}",
            Cited(kind="report"),
        ),
        written_in=file_of(report),
        tags=report.symptoms,
        notes=notes_on(dossier, f"r/{report.id}"),
    )


def _stated(figure: Figure) -> str:
    value = figure.value if figure.value is not None else f"{figure.start or '?'} to {figure.end or '?'}"
    grouped = _LONG_NUMBER.sub(lambda match: f"{int(match[0]):,}", value)
    return f"{grouped} {figure.unit}" if figure.unit and figure.unit != "count" else grouped


def _links(context: ReportContext, dossier: Dossier) -> dict[str, object]:
    case = dossier.library.case.id
    return {
        "claims_citing": [f"{case}/c/{claim.id}/" for claim in context.citing],
        "echo_of": f"{case}/r/{context.original.id}/" if context.original else None,
        "echoes": [f"{case}/r/{echo.id}/" for echo in context.echoes],
        "symptoms": [f"{case}/symptom/{symptom.id}/" for symptom in context.symptoms],
        "surfaces": [f"{case}/surface/{surface}/" for _, surface in context.surfaces if surface],
    }
