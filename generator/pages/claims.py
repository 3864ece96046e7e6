"""The claim ledger, and a page for each assertion of the article."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from generator.charts.card import card_svg
from generator.curated.claims import Claim, Grade
from generator.curated.models import Event, Report, Source, Symptom
from generator.curated.written_in import file_of
from generator.grading import TITLES, ComputedGrade
from generator.pages.parts.base import Page, PageKind
from generator.pages.parts.cite import Cited, cite
from generator.pages.parts.claim_ledger import LedgerSection, grades_figure, ledger, reports_at
from generator.pages.parts.deciding import would_decide
from generator.pages.parts.drawn import pictured
from generator.pages.parts.evidence_view import Weighed, verdict_record, weighed
from generator.pages.parts.firmness import Firmness, firmness
from generator.pages.parts.notes import notes_on
from generator.pages.parts.position import place
from generator.pages.parts.sentences import sentence
from generator.pages.parts.stated import stated
from generator.pages.parts.twin import json_twin
from generator.records.results import Outcome, Run

if TYPE_CHECKING:
    from generator.charts import Chart
    from generator.curated.measurements import Published
    from generator.detectors import Detector
    from generator.dossier import Dossier
    from generator.dossier.rows import FindingView

ANSWERED = {Outcome.FOUND, Outcome.QUIET}
FEW_EVENTS = 8  # that one source may tie to a claim
NEAR = 2  # claims of the section before and after


@dataclass(frozen=True)
class CitedSource:
    """A document that the reviewer leaned on; `source` is None where it is not in the list of sources."""

    url: str
    label: str  # the address without its scheme
    source: Source | None
    kind: str  # of the document, in words


@dataclass(frozen=True)
class DetectorAnswer:
    """What a detector said of all real logs of this site together."""

    detector: Detector
    outcome: str  # "found" in any of them, else "quiet" in any, else "not-measurable"
    logs: int  # that hold what it needs
    found: int
    examined: int
    doubtful: int  # of those found whose lines were read
    on_its_days: tuple[tuple[FindingView, str], ...]  # with their sentences


@dataclass(frozen=True)
class ClaimContext:
    """Variables of claim.md.j2."""

    claim: Claim
    weighed: Weighed
    firmness: Firmness
    facts: tuple[tuple[str, str], ...]  # label and text, beside the page
    section: str  # its anchor in the ledger
    beside: tuple[Claim, ...]  # of the same section, the nearest
    original: Claim | None
    repeats: tuple[Claim, ...]
    sources: tuple[CitedSource, ...]
    supporting: tuple[Report, ...]
    contradicting: tuple[Report, ...]
    reports: tuple[Report, ...]
    events: tuple[Event, ...]
    measured: tuple[tuple[Published, str], ...]  # measurements that bear on it, and what each says of it
    pictures: tuple[tuple[Published, Chart], ...]  # of those whose picture tells it
    symptoms: tuple[Symptom, ...]
    detectors: tuple[Detector, ...]
    deciding: tuple[Detector, ...]  # would decide it on the author's own logs
    answers: tuple[DetectorAnswer, ...]
    lacking: tuple[Detector, ...]  # no log holds what they need
    days: tuple[date, date]  # that findings are looked for on
    checkable_by: str | None
    previous: Claim | None
    next: Claim | None


def pages(dossier: Dossier) -> Iterator[Page]:
    """The ledger, then the claims in the order of the article."""
    case = dossier.library.case
    claims = dossier.library.claims
    listed, figure = ledger(dossier), grades_figure(dossier)
    yield Page(
        path=f"{case.id}/claims/",
        template="claims.md.j2",
        title="Claims",
        description=f"Every assertion of the article, graded by rules and by a reviewer: {len(claims)} claims.",
        context=replace(listed, figure=figure),
        downloads=figure.downloads() if figure else (),
        citation=cite(dossier, f"{case.id}/claims/", "Claims", figures=(figure,)),
    )
    sections = {row.claim.id: section for section in listed.sections for row in section.rows}
    for index, claim in enumerate(claims):
        before = claims[index - 1] if index else None
        after = claims[index + 1] if index + 1 < len(claims) else None
        yield _claim_page(dossier, claim, sections[claim.id], (before, after))


def _events_at(dossier: Dossier, claim: Claim) -> tuple[Event, ...]:
    """Events with the same source; a page that dozens of events lean on (a changelog) ties them to no claim."""
    citing = [dossier.events_citing(str(url)) for url in claim.sources]
    found = {event.id: event for events in citing if len(events) <= FEW_EVENTS for event in events}
    return tuple(sorted(found.values(), key=lambda event: (event.start, event.id)))


def _beside(section: LedgerSection, claim: Claim) -> tuple[Claim, ...]:
    """Two before it and two after it in its section; more where one side has fewer."""
    claims = [row.claim for row in section.rows]
    at = max(0, min(claims.index(claim) - NEAR, len(claims) - 2 * NEAR - 1))
    return tuple(other for other in claims[at : at + 2 * NEAR + 1] if other is not claim)


def _claim_page(
    dossier: Dossier, claim: Claim, section: LedgerSection, around: tuple[Claim | None, Claim | None]
) -> Page:
    case = dossier.library.case
    path = f"{case.id}/c/{claim.id}/"
    detectors = _detectors(dossier, claim)
    reports = dossier.library.reports
    found, events = reports_at(dossier, claim), _events_at(dossier, claim)
    judged = weighed(dossier, claim)
    graded = f"by rules: {_words(judged.verdict.grade)}"
    pictures = _pictures(dossier, claim)
    # Pictures are cited on the page of their measurement: one address each.
    citation = cite(dossier, path, f"Claim {claim.id}: {claim.statement}", Cited(claim.statement, graded, "claim"))
    answers = _answers(dossier, claim, detectors)
    written = [item.written for item in judged.verdict.items if item.written]
    typed = {item.report for item in written} | {item.event for item in written}
    addresses = {str(dossier.sources_by_id[item.source].url) for item in written if item.source}
    addresses |= {str(dossier.reports[item.report].url) for item in written if item.report}
    context = ClaimContext(
        claim=claim,
        weighed=judged,
        firmness=firmness(dossier, claim),
        facts=_facts(dossier, claim),
        section=section.anchor,
        beside=_beside(section, claim),
        original=dossier.claims[claim.same_as] if claim.same_as else None,
        repeats=tuple(other for other in dossier.library.claims if other.same_as == claim.id),
        sources=tuple(_cited(dossier, url) for url in dossier.addresses[claim.id]),
        supporting=tuple(report for report in reports if claim.id in report.supports and report.id not in typed),
        contradicting=tuple(report for report in reports if claim.id in report.contradicts and report.id not in typed),
        reports=tuple(one for one in found if one.id not in typed and str(one.url) not in addresses),
        events=tuple(event for event in events if event.id not in typed),
        measured=tuple(
            (one, bearing.says)
            for one in dossier.library.published
            for bearing in one.bears_on
            if bearing.claim == claim.id
        ),
        pictures=pictures,
        symptoms=tuple(dossier.symptoms[id] for id in claim.symptoms if id in dossier.symptoms),
        detectors=detectors,
        deciding=tuple(detector for detector in dossier.detectors if detector.id in claim.tested_by),
        answers=answers,
        lacking=tuple(answer.detector for answer in answers if answer.outcome == "not-measurable"),
        days=_days(dossier, claim),
        checkable_by=would_decide(claim, detectors, judged.verdict.grade),
        previous=around[0],
        next=around[1],
    )
    return Page(
        path=path,
        template="claim.md.j2",
        title=f"{claim.id}: {claim.statement}",
        description=(
            f"Claim of the article. Grade by rules: {_words(judged.verdict.grade)}; "
            f"by a reviewer: {_words(claim.grade)}."
        ),
        asked=claim.asked,
        context=context,
        downloads=(
            json_twin("claim", claim.id, _record(context, found, events), _links(context, found, case.id)),
            *(download for _, chart in pictures for download in chart.downloads()),
        ),
        citation=citation,
        card=card_svg(claim.statement, over=f"Claim {claim.id} of the article", grade=_words(judged.verdict.grade)),
        written_in=file_of(claim),
        notes=notes_on(dossier, f"c/{claim.id}"),
    )


def _pictures(dossier: Dossier, claim: Claim) -> tuple[tuple[Published, Chart], ...]:
    """Charts of measurements that say which of theirs is about the claim; each chart once."""
    found = {
        chart.id: (one, chart)
        for one in dossier.library.published
        for bearing in one.bears_on
        if bearing.claim == claim.id and bearing.picture
        if (chart := pictured(dossier, one, bearing.picture))
    }
    return tuple(found.values())


def _cited(dossier: Dossier, url: str) -> CitedSource:
    source = dossier.sources.get(url)
    return CitedSource(url, place(url), source, TITLES[source.kind] if source else "")


def _facts(dossier: Dossier, claim: Claim) -> tuple[tuple[str, str], ...]:
    surfaces = ", ".join(dossier.scope_title(id) for id in claim.surfaces)
    plain = claim.model_dump(mode="json")
    dates = stated(plain, "dates.text", lambda text: text.replace("..", " to ")) if claim.dates else ""
    found = (("Dates", dates), ("Surfaces", surfaces))
    return tuple((label, text) for label, text in found if text)


def _detectors(dossier: Dossier, claim: Claim) -> tuple[Detector, ...]:
    named = {
        id for symptom in claim.symptoms if symptom in dossier.symptoms for id in dossier.symptoms[symptom].detectors
    }
    wanted = set(claim.symptoms)
    return tuple(
        detector for detector in dossier.detectors if detector.id in named or wanted.intersection(detector.symptoms)
    )


def _answers(dossier: Dossier, claim: Claim, detectors: tuple[Detector, ...]) -> tuple[DetectorAnswer, ...]:
    """Outcomes on real logs. Simulated evidence says nothing about the world, so it is left out."""
    first, last = _days(dossier, claim)
    return tuple(
        DetectorAnswer(
            view.detector,
            _outcome([run for _, run, _ in real]),
            sum(run.outcome in ANSWERED for _, run, _ in real),
            sum(run.found for _, run, _ in real),
            sum(run.examined for _, run, _ in real),
            sum(one.detector == view.detector.id and one.is_doubtful for one in dossier.library.judged),
            tuple((found, sentence(found)) for found in view.findings if found.is_within(first, last)),
        )
        for view in dossier.detector_views
        if view.detector in detectors
        if (real := [row for row in view.runs if not row[0].simulated])
    )


def _days(dossier: Dossier, claim: Claim) -> tuple[date, date]:
    """The days that the claim speaks of; where it gives none, those of the article."""
    case = dossier.library.case
    start, end = (claim.dates.start, claim.dates.end) if claim.dates else (None, None)
    if start is None and end is None:
        return case.article_window_start, case.article_window_end
    return start or end or case.article_window_start, end or case.article_window_end


def _outcome(runs: list[Run]) -> str:
    said = {run.outcome for run in runs}
    return next((one.value for one in (Outcome.FOUND, Outcome.QUIET, Outcome.FAILED) if one in said), "not-measurable")


def _words(grade: Grade | ComputedGrade) -> str:
    return grade.value.replace("_", " ")


def _record(context: ClaimContext, found: tuple[Report, ...], events: tuple[Event, ...]) -> dict[str, Any]:
    """The claim and what is tied to it, for machines."""
    return {
        **context.claim.model_dump(mode="json"),
        "grade": context.weighed.verdict.grade.value,
        "grade_by": "rules",
        "reviewed_grade": context.claim.grade.value,
        "computed": verdict_record(context.weighed.verdict),
        "grades_agree": context.weighed.agrees,
        "without": [
            {"left_out": one.what, "items": one.items, "grade": one.grade.value}
            for one in (*context.firmness.classes, *context.firmness.origins)
        ],
        "reports": [report.id for report in found],
        "supporting_reports": [report.id for report in context.supporting],
        "contradicting_reports": [report.id for report in context.contradicting],
        "events": [event.id for event in events],
        "detectors": [
            {
                "id": answer.detector.id,
                "outcome": answer.outcome,
                "logs": answer.logs,
                "found": answer.found,
                "examined": answer.examined,
                "findings_on_its_days": [view.finding.id for view, _ in answer.on_its_days],
            }
            for answer in context.answers
        ],
        "checkable_by": context.checkable_by,
    }


def _links(context: ClaimContext, found: tuple[Report, ...], case: str) -> dict[str, Any]:
    """Paths of what the claim is tied to, from the site's root."""
    claim = context.claim
    return {
        "page": f"{case}/c/{claim.id}/",
        "claims": f"{case}/claims/",
        "same_as": f"{case}/c/{claim.same_as}/" if claim.same_as else None,
        "sources": [f"{case}/s/{cited.source.id}/" for cited in context.sources if cited.source],
        "reports": [f"{case}/r/{report.id}/" for report in found],
        "measurements": [f"{case}/m/{one.id}/" for one, _ in context.measured],
        "symptoms": [f"{case}/symptom/{symptom.id}/" for symptom in context.symptoms],
        "tested_by": [f"{case}/d/{detector.id}/" for detector in context.deciding],
        "detectors": [f"{case}/d/{detector.id}/" for detector in context.detectors],
    }


KIND = PageKind("claims", pages)
