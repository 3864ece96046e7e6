"""The doors of the building: what each surface is, what this site has from it, and what it has not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from generator.base.wording import plural
from generator.curated.claims import Claim
from generator.curated.models import Event, Report, SurfaceText
from generator.curated.written_in import file_of
from generator.pages.incidents import IncidentRow, incident_row
from generator.pages.logs import LogRow
from generator.pages.measurements import measured_with
from generator.pages.parts.base import Page, PageKind
from generator.pages.parts.cite import Cited, cite
from generator.pages.parts.coverage import answered, kinds, of_surface
from generator.pages.parts.matrix import Matrix, Periods, counted, matrix
from generator.pages.parts.neighbours import neighbours
from generator.pages.parts.read_share_figure import read_share_figure
from generator.pages.parts.report_lists import ReportMonth, report_months
from generator.pages.parts.sampling_bias import Spans, spans
from generator.pages.parts.twin import json_twin
from generator.records.rows import Surface

if TYPE_CHECKING:
    from generator.charts import Chart
    from generator.curated.measurements import Published
    from generator.detectors import Detector
    from generator.dossier import Dossier


@dataclass(frozen=True)
class SurfaceCounts:
    """What the site has of one surface. Logs and public reports are counted apart; simulated logs not at all."""

    surface: SurfaceText
    users: Periods
    numbered: Periods
    """Independent user reports with a number."""
    reports: int
    claims: int
    incidents: int
    unnamed: int
    """Incidents that name no product; they are not among `incidents`."""
    events: int
    logs: int
    """Bodies of own logs with a request of this surface."""
    findings: int
    """Findings in those logs."""


@dataclass(frozen=True)
class SurfacesContext:
    """Variables of surfaces.md.j2."""

    surfaces: tuple[SurfaceCounts, ...]
    spans: Spans


@dataclass(frozen=True)
class SurfaceContext:
    """Variables of surface.md.j2."""

    surface: SurfaceText
    counts: SurfaceCounts
    spans: Spans
    matrix: Matrix
    formats: tuple[LogRow, ...]
    """Logs of this surface that are read."""
    questions: int
    detectors: tuple[Detector, ...]
    """Those of the symptoms that user reports name here."""
    figure: Chart | None
    """Cache reads by client version in the public logs, on the page of the product whose logs they are."""
    published: tuple[Published, ...]
    claims: tuple[Claim, ...]
    """Repeats of an earlier claim are left out."""
    months: tuple[ReportMonth, ...]
    """Reports of the window."""
    others: tuple[ReportMonth, ...]
    """Reports of the months beside it."""
    incidents: tuple[IncidentRow, ...]
    events: tuple[Event, ...]
    previous: SurfaceText | None
    next: SurfaceText | None


def pages(dossier: Dossier) -> Iterator[Page]:
    """The index, then one page a surface."""
    case = dossier.library.case.id
    counts = {surface.id: _counts(surface, dossier) for surface in dossier.library.surfaces}
    yield Page(
        path=f"{case}/surfaces/",
        template="surfaces.md.j2",
        title="By product",
        description="The products that the claims name, and what this site has and has not from each.",
        context=SurfacesContext(tuple(counts.values()), spans(dossier.library)),
    )
    for before, surface, after in neighbours(dossier.library.surfaces):
        yield _surface_page(counts[surface.id], before, after, dossier)


KIND = PageKind("surfaces", pages)


def _counts(surface: SurfaceText, dossier: Dossier) -> SurfaceCounts:
    reports = dossier.reports_on(surface.id)
    logs = [
        body
        for body in dossier.packs
        if not body.simulated and any(request.surface == surface.id for request in body.requests)
    ]
    found = counted(reports)
    named = [incident for incident in dossier.incidents_on(surface.id) if "all" not in incident.scope]
    return SurfaceCounts(
        surface=surface,
        users=found.all,
        numbered=found.numbered,
        reports=len(reports),
        claims=sum(claim.same_as is None for claim in dossier.claims_on(surface.id)),
        incidents=len(named),
        unnamed=sum("all" in incident.scope for incident in dossier.library.incidents),
        events=len(dossier.events_on(surface.id)),
        logs=len(logs),
        findings=sum(run.found for body in logs for run in body.runs),
    )


def _surface_page(
    counts: SurfaceCounts, before: SurfaceText | None, after: SurfaceText | None, dossier: Dossier
) -> Page:
    library, surface = dossier.library, counts.surface
    reports = dossier.reports_on(surface.id)
    inside, beside = _split(reports)
    claims = tuple(claim for claim in dossier.claims_on(surface.id) if claim.same_as is None)
    table = matrix(reports, library.symptoms, library.case)
    read_off = {detector for row in table.rows for detector in row.symptom.detectors}
    figure = read_share_figure(dossier) if surface.id == Surface.CLAUDE_CODE else None
    context = SurfaceContext(
        surface=surface,
        counts=counts,
        spans=spans(library),
        matrix=table,
        formats=tuple(LogRow(one, kinds(one), len(answered(one))) for one in of_surface(surface.id)),
        questions=len(dossier.detectors),
        detectors=tuple(detector for detector in dossier.detectors if detector.id in read_off),
        figure=figure,
        published=measured_with(dossier.library.published, surface=surface.id),
        claims=claims,
        months=report_months(inside, dossier),
        others=report_months(beside, dossier),
        incidents=tuple(
            incident_row(incident, dossier)
            for incident in reversed(dossier.incidents_on(surface.id))
            if "all" not in incident.scope
        ),
        events=dossier.events_on(surface.id),
        previous=before,
        next=after,
    )
    links = {
        "logs": [f"{library.case.id}/logs/{row.importer.id}/" for row in context.formats],
        "claims": [f"{library.case.id}/c/{claim.id}/" for claim in claims],
        "reports": [f"{library.case.id}/r/{report.id}/" for report in reports],
        "incidents": [f"{library.case.id}/i/{row.incident.id}/" for row in context.incidents],
        "events": [f"{library.case.id}/e/{event.id}/" for event in context.events],
    }
    return Page(
        path=f"{library.case.id}/surface/{surface.id}/",
        template="surface.md.j2",
        title=surface.title,
        description=(
            f"{surface.title}: {plural(counts.reports, 'public report')}, {plural(counts.claims, 'claim')}, "
            "and what is missing."
        ),
        context=context,
        downloads=(
            json_twin("surface", surface.id, surface.model_dump(mode="json"), links),
            *(figure.downloads() if figure else ()),
        ),
        citation=cite(
            dossier,
            f"{library.case.id}/surface/{surface.id}/",
            f"By product: {surface.title}",
            Cited(kind="surface"),
            (figure,),
        ),
        written_in=file_of(surface),
    )


def _split(reports: tuple[Report, ...]) -> tuple[list[Report], list[Report]]:
    inside = [report for report in reports if report.period == "window"]
    return inside, [report for report in reports if report.period != "window"]
