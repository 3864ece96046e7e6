"""What users see: each symptom with its definition, its look-alikes, and the reports and claims that show it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from generator.base.wording import plural
from generator.curated.claims import Claim
from generator.curated.models import Symptom
from generator.curated.written_in import file_of
from generator.pages.measurements import measured_with
from generator.pages.parts.base import Page, PageKind
from generator.pages.parts.cite import Cited, cite
from generator.pages.parts.matrix import Matrix, Periods, counted, matrix, periods
from generator.pages.parts.neighbours import neighbours
from generator.pages.parts.report_lists import ReportMonth, report_months
from generator.pages.parts.sampling_bias import Spans, spans
from generator.pages.parts.sentences import sentence
from generator.pages.parts.twin import json_twin

if TYPE_CHECKING:
    from generator.curated.measurements import Published
    from generator.detectors import Detector
    from generator.dossier import Dossier
    from generator.dossier.rows import FindingView


@dataclass(frozen=True)
class SymptomRow:
    """One symptom in the index."""

    symptom: Symptom
    users: Periods
    numbered: Periods
    """Independent user reports with a number."""
    claims: int
    detectors: tuple[Detector, ...]


@dataclass(frozen=True)
class SymptomsContext:
    """Variables of symptoms.md.j2."""

    rows: tuple[SymptomRow, ...]
    spans: Spans
    matrix: Matrix


@dataclass(frozen=True)
class SymptomContext:
    """Variables of symptom.md.j2."""

    symptom: Symptom
    row: SymptomRow
    spans: Spans
    matrix: Matrix
    """The row of this symptom alone."""
    surfaces: tuple[tuple[str, str, Periods], ...]
    """Id and title of each surface with user reports of this symptom, and their counts."""
    published: tuple[Published, ...]
    claims: tuple[Claim, ...]
    findings: tuple[FindingView, ...]
    """In real logs, by detectors that speak to it."""
    on_article_days: tuple[tuple[FindingView, str], ...]
    """Those of the article's days, with their sentences."""
    reports: int
    """All reports with the symptom, also those of the press and the vendor, and echoes."""
    months: tuple[ReportMonth, ...]
    previous: Symptom | None
    next: Symptom | None


def pages(dossier: Dossier) -> Iterator[Page]:
    """The index, then one page a symptom."""
    library = dossier.library
    rows = {symptom.id: _row(symptom, dossier) for symptom in library.symptoms}
    yield Page(
        path=f"{library.case.id}/symptoms/",
        template="symptoms.md.j2",
        title="Symptoms",
        description=f"{plural(len(rows), 'thing')} that users describe, defined, with counts by months.",
        context=SymptomsContext(
            rows=tuple(sorted(rows.values(), key=lambda row: (-row.users.window, row.symptom.title))),
            spans=spans(library),
            matrix=matrix(library.reports, library.symptoms, library.case),
        ),
    )
    for before, symptom, after in neighbours(library.symptoms):
        yield _symptom_page(rows[symptom.id], before, after, dossier)


KIND = PageKind("symptoms", pages)


def _row(symptom: Symptom, dossier: Dossier) -> SymptomRow:
    found = counted(dossier.reports_with(symptom.id))
    return SymptomRow(
        symptom=symptom,
        users=found.all,
        numbered=found.numbered,
        claims=len(dossier.claims_with(symptom.id)),
        detectors=tuple(detector for detector in dossier.detectors if detector.id in symptom.detectors),
    )


def _symptom_page(row: SymptomRow, before: Symptom | None, after: Symptom | None, dossier: Dossier) -> Page:
    library, symptom = dossier.library, row.symptom
    reports = dossier.reports_with(symptom.id)
    claims = dossier.claims_with(symptom.id)
    findings = tuple(view for view in dossier.findings if view.detector in row.detectors)
    by_surface = [
        (
            surface.id,
            surface.title,
            periods(report for report in reports if surface.id in dossier.surface_ids(report.surfaces)),
        )
        for surface in library.surfaces
    ]
    context = SymptomContext(
        symptom=symptom,
        row=row,
        spans=spans(library),
        matrix=matrix(reports, (symptom,), library.case),
        published=measured_with(dossier.library.published, symptom=symptom.id),
        findings=findings,
        on_article_days=tuple(
            (view, sentence(view))
            for view in findings
            if view.is_within(library.case.article_window_start, library.case.article_window_end)
        ),
        surfaces=tuple(by_surface),
        claims=claims,
        reports=len(reports),
        months=report_months(reports, dossier),
        previous=before,
        next=after,
    )
    links = {
        "claims": [f"{library.case.id}/c/{claim.id}/" for claim in claims],
        "reports": [f"{library.case.id}/r/{report.id}/" for report in reports],
        "detectors": [f"{library.case.id}/d/{detector.id}/" for detector in row.detectors],
        "findings": [f"{library.case.id}/f/{view.finding.id}/" for view in findings],
    }
    return Page(
        path=f"{library.case.id}/symptom/{symptom.id}/",
        template="symptom.md.j2",
        title=f"Symptom: {symptom.title}",
        description=symptom.question,
        context=context,
        downloads=(json_twin("symptom", symptom.id, symptom.model_dump(mode="json"), links),),
        citation=cite(
            dossier,
            f"{library.case.id}/symptom/{symptom.id}/",
            f"Symptom: {symptom.title}",
            Cited(symptom.question, kind="symptom"),
        ),
        written_in=file_of(symptom),
    )
