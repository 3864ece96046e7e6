"""The list of findings, and a page for each: result, limits before the figure, thread, rows, how to repeat it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import msgspec

from generator.base.counting import FEWEST
from generator.base.drawing import Draw
from generator.base.wording import n, pct, plural, stat, usd, utc
from generator.charts import Chart, meter_chart, thread_chart
from generator.charts.files import csv_bytes
from generator.detectors.shared.attribution import LEANINGS
from generator.pages.parts.base import Download, Page, PageKind
from generator.pages.parts.cite import cite
from generator.pages.parts.notes import notes_on
from generator.pages.parts.sentences import period, quantity_text, sentence
from generator.pages.parts.twin import json_twin

if TYPE_CHECKING:
    from datetime import date

    from generator.base.counting import Counts
    from generator.curated.models import Claim
    from generator.detectors import Detector
    from generator.detectors.shared.attribution import Leaning
    from generator.detectors.shared.base import Benign
    from generator.dossier import Dossier, FindingView, ReadingRow, ThreadRow
    from generator.records.results import DayShare, Pack, Run
    from generator.records.rows import Tally

SIMULATED = "Simulated data."
COLUMNS = (
    "simulated", "finding", "position", "request", "time_utc", "expected_tokens", "read_tokens", "written_tokens",
    "uncached_tokens", "output_tokens", "pause_seconds", "lifetime", "reason", "cited", "source",
)  # fmt: skip


@dataclass(frozen=True)
class Listed:
    """One finding in a list, with its result in a sentence."""

    view: FindingView
    sentence: str


@dataclass(frozen=True)
class Answer:
    """What one detector said of one body of evidence; every outcome is an answer."""

    detector: Detector
    run: Run
    rate: Counts


@dataclass(frozen=True)
class EvidenceAnswers:
    """All detectors over one body of evidence."""

    evidence: Pack
    period: str
    answers: tuple[Answer, ...]
    findings: tuple[Listed, ...]


@dataclass(frozen=True)
class FindingsContext:
    """Variables of findings.md.j2."""

    own: tuple[EvidenceAnswers, ...]
    simulated: tuple[EvidenceAnswers, ...]
    stats: tuple[tuple[str, str], ...]  # own logs only


@dataclass(frozen=True)
class FindingContext:
    """Variables of finding.md.j2."""

    view: FindingView
    simulated: bool
    sentence: str
    period: str
    article_days: tuple[date, date] | None  # where the finding lies outside them
    counts: tuple[tuple[str, str], ...]
    facts: tuple[tuple[str, str], ...]
    leaning: Leaning
    quantities: tuple[tuple[str, str], ...]
    readings: tuple[ReadingRow, ...]
    days: tuple[tuple[str, int, int, str], ...]
    not_ruled_out: tuple[Benign, ...]
    ruled_out: tuple[Benign, ...]
    figure: Chart | None
    related: tuple[FindingView, ...]  # other findings about the same calls
    claims: tuple[Claim, ...]
    rows: tuple[ThreadRow, ...]
    cited_rows: int
    files: tuple[Tally, ...]
    expect_tokens: str
    expect_price: str | None
    cite_text: str
    previous: FindingView | None
    next: FindingView | None


def pages(dossier: Dossier) -> Iterator[Page]:
    """The list, then each finding; own logs before simulated ones."""
    case = dossier.library.case
    findings = dossier.findings
    own = sum(not view.pack.simulated for view in findings)
    yield Page(
        path=f"{case.id}/findings/",
        template="findings.md.j2",
        title="Findings",
        description=f"What the detectors found: {plural(own, 'finding')} in own logs; simulated ones are kept apart.",
        context=_list(dossier),
        boost=2,
    )
    for place, view in enumerate(findings):
        before = findings[place - 1] if place else None
        after = findings[place + 1] if place + 1 < len(findings) else None
        yield _finding_page(dossier, view, before, after)


def _list(dossier: Dossier) -> FindingsContext:
    bodies = tuple(_answers(dossier, evidence) for evidence in sorted(dossier.packs, key=lambda body: body.id))
    own = tuple(body for body in bodies if not body.evidence.simulated)
    outcomes = [answer.run.outcome.value for body in own for answer in body.answers]
    return FindingsContext(
        own=own,
        simulated=tuple(body for body in bodies if body.evidence.simulated),
        stats=(
            stat(sum(body.evidence.totals.requests for body in own), "call", after="in own logs"),
            stat(sum(answer.run.found for body in own for answer in body.answers), "finding", after="in them"),
            stat(outcomes.count("quiet"), "quiet answer"),
            (n(outcomes.count("not-measurable")), "not measurable"),
            (n(outcomes.count("failed")), "failed"),
        ),
    )


def _answers(dossier: Dossier, evidence: Pack) -> EvidenceAnswers:
    return EvidenceAnswers(
        evidence=evidence,
        period=period(evidence),
        answers=tuple(
            Answer(view.detector, run, rate)
            for view in dossier.detector_views
            for body, run, rate in view.runs
            if body is evidence
        ),
        findings=tuple(Listed(view, sentence(view)) for view in dossier.findings if view.pack is evidence),
    )


def _finding_page(dossier: Dossier, view: FindingView, before: FindingView | None, after: FindingView | None) -> Page:
    finding, detector, simulated = view.finding, view.detector, view.pack.simulated
    case = dossier.library.case
    days = (case.article_window_start, case.article_window_end)
    path = f"{case.id}/f/{finding.id}/"
    said = sentence(view)
    citation = cite(dossier, path, f"Finding {finding.id}: {detector.title}. {said}", simulated=simulated)
    figure = _figure(view, dossier.draw)
    figure = replace(figure, simulated=simulated) if figure else None
    context = FindingContext(
        view=view,
        simulated=simulated,
        sentence=said,
        period=period(view.pack),
        article_days=None if days[0] <= finding.at.date() <= days[1] else days,
        counts=_header_counts(view),
        facts=_facts(view),
        leaning=LEANINGS[finding.lean_reason],
        quantities=tuple(
            (one.name.replace("-", " "), quantity_text(one.value, one.unit)) for one in finding.quantities
        ),
        readings=view.readings,
        days=tuple((one.day, one.hits, one.trials, _share(one)) for one in finding.days),
        not_ruled_out=tuple(benign for benign in detector.benign if benign.id in finding.not_ruled_out),
        ruled_out=tuple(benign for benign in detector.benign if benign.id in finding.ruled_out),
        figure=figure,
        related=_related(dossier, view),
        claims=_claims(dossier, detector),
        rows=view.rows,
        cited_rows=sum(row.cited for row in view.rows),
        files=_files(view),
        expect_tokens=plural(finding.excess_tokens, "excess token"),
        expect_price=None if finding.excess_usd is None else usd(finding.excess_usd),
        cite_text=citation.text,
        previous=before,
        next=after,
    )
    return Page(
        path=path,
        template="finding.md.j2",
        title=f"{'Simulated: ' if simulated else ''}{detector.title}, {finding.id}",
        description=f"{'Simulated data. ' if simulated else ''}{said}",
        context=context,
        downloads=(
            *citation.downloads,
            *(figure.downloads() if figure else ()),
            Download("data.csv", csv_bytes(COLUMNS, _csv_rows(view))),
            json_twin("finding", finding.id, record(view), _links(context, case.id)),
        ),
        searchable=not simulated,
        notes=notes_on(dossier, f"f/{finding.id}"),
    )


def record(view: FindingView) -> dict[str, Any]:
    """The finding for machines; `simulated` stands first, so that nobody takes it for a measurement."""
    return {
        "simulated": view.pack.simulated,
        "evidence": view.pack.id,
        "sentence": sentence(view),
        **msgspec.to_builtins(view.finding),
        "base_rate": view.rate.json(),
        "counterfactual": view.detector.counterfactual,
    }


def _header_counts(view: FindingView) -> tuple[tuple[str, str], ...]:
    finding = view.finding
    price = () if not finding.excess_usd else ((usd(finding.excess_usd), "list price, not your bill"),)
    tokens = (stat(finding.excess_tokens, "excess token"),) if finding.excess_tokens or not finding.readings else ()
    return (
        *tokens,
        *price,
        stat(view.rate.hits, "finding", after=f"in {view.rate.units} of this evidence"),
        stat(len(finding.ruled_out), "explanation", after="ruled out"),
        stat(len(finding.not_ruled_out), "explanation", after="not ruled out"),
    )


def _facts(view: FindingView) -> tuple[tuple[str, str], ...]:
    finding = view.finding
    return (
        ("Detector", f"{view.detector.title} {finding.version}"),
        ("Evidence", view.pack.id),
        ("When", utc(finding.at) + (f" to {utc(finding.until)}" if finding.until else "")),
        ("About", _about(view)),
        ("Leans to", LEANINGS[finding.lean_reason].lean.value),
    )


def _about(view: FindingView) -> str:
    finding = view.finding
    if finding.window:
        return f"{finding.window.value.replace('-', ' ')} meter"
    if finding.client:
        return f"client {finding.client}"
    return f"thread {finding.session[:8]}" + (" (sub-agent)" if finding.agent else "")


def _share(day: DayShare) -> str:
    return pct(day.hits / day.trials) if day.trials >= FEWEST else ""


def _figure(view: FindingView, drawn: Draw) -> Chart | None:
    note = SIMULATED if view.pack.simulated else ""
    if view.readings:
        return meter_chart(view.readings, note=note, drawn=drawn)
    return thread_chart(view.rows, note=note, drawn=drawn) if view.rows else None


def _related(dossier: Dossier, view: FindingView) -> tuple[FindingView, ...]:
    """Other findings about the last of the same calls: one event seen by two detectors."""
    return tuple(
        other
        for other in dossier.findings
        if other is not view
        and other.pack is view.pack
        and view.finding.requests
        and view.finding.requests[-1] in other.finding.requests[-1:]
    )


def _claims(dossier: Dossier, detector: Detector) -> tuple[Claim, ...]:
    wanted = set(detector.symptoms)
    wanted.update(symptom.id for symptom in dossier.library.symptoms if detector.id in symptom.detectors)
    return tuple(
        claim for claim in dossier.library.claims if wanted.intersection(claim.symptoms) and claim.same_as is None
    )


def _files(view: FindingView) -> tuple[Tally, ...]:
    """Log files that the shown rows come from."""
    sources = (*(row.source for row in view.rows), *(row.source for row in view.readings))
    labels = {source.split(" ", 1)[0] for source in sources}
    return tuple(tally for tally in view.pack.tallies if tally.label in labels)


def _csv_rows(view: FindingView) -> Iterator[tuple[Any, ...]]:
    for row in view.rows:
        yield (
            view.pack.simulated, view.finding.id, row.position, row.request, row.at.isoformat(), row.expected,
            row.read, row.written, row.uncached, row.output, row.pause, row.lifetime, row.reason, row.cited, row.source,
        )  # fmt: skip


def _links(context: FindingContext, case: str) -> dict[str, Any]:
    """Paths from the site's root. A simulated finding is evidence for no claim, so it names none."""
    view = context.view
    return {
        "page": f"{case}/f/{view.finding.id}/",
        "findings": f"{case}/findings/",
        "detector": f"{case}/d/{view.detector.id}/",
        "evidence": f"{case}/evidence/{view.pack.id}/",
        "rows": f"{case}/f/{view.finding.id}/data.csv",
        "claims": [] if context.simulated else [f"{case}/c/{claim.id}/" for claim in context.claims],
    }


KIND = PageKind("findings", pages)
