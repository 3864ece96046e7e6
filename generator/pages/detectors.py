"""The list of detectors, and a page for each: everything on it is read off the detector's value and its examples."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from generator.base.wording import n, stat
from generator.ledger.subjects import Scope
from generator.pages.findings import Listed, listed
from generator.pages.parts.base import Page, PageKind
from generator.pages.parts.calibration_rows import ScoreRow, score_rows
from generator.pages.parts.cite import Cited, cite
from generator.pages.parts.coverage import answering, giving
from generator.pages.parts.finding import finding_figure
from generator.pages.parts.naive_figure import naive_figure
from generator.pages.parts.public_sets import public_rates, read_by_hand
from generator.pages.parts.sentences import period, quantity_text, sentence
from generator.pages.parts.twin import json_twin
from generator.pages.parts.worked_examples import CALL_COLUMNS, READING_COLUMNS, WorkedExample, worked_example

if TYPE_CHECKING:
    from generator.base.counting import Counts
    from generator.charts import Chart
    from generator.curated.calibration import Calibration
    from generator.curated.models import Symptom
    from generator.detectors import Detector
    from generator.detectors.shared.base import Benign
    from generator.detectors.shared.needs import Need
    from generator.dossier import DetectorView, Dossier
    from generator.dossier.rows import FindingView
    from generator.importers import Importer
    from generator.pages.parts.public_sets import PublicRate, ReadByHand
    from generator.records.results import Pack, Run

SCOPES = {
    Scope.THREAD: "one thread of calls at a time (a session's main thread, or a sub-agent's)",
    Scope.METER: "one usage meter at a time, beside all calls of the same logs",
    Scope.COUNTER: "one running counter of a session at a time",
    Scope.ACCOUNT: "all calls of the logs together",
}


@dataclass(frozen=True)
class ExplanationView:
    """An innocent explanation with the example that shows it."""

    benign: Benign
    worked: WorkedExample | None


@dataclass(frozen=True)
class ParameterRow:
    """A threshold in words."""

    name: str
    value: str
    source: str


@dataclass(frozen=True)
class Result:
    """The detector's run over one body of evidence."""

    evidence: Pack
    period: str
    run: Run
    rate: Counts


@dataclass(frozen=True)
class ExplainedRow:
    """Candidates that one explanation took, in all real logs."""

    benign: str
    count: int


@dataclass(frozen=True)
class Summary:
    """A detector in the list."""

    detector: Detector
    results: tuple[Result, ...]


@dataclass(frozen=True)
class DetectorsContext:
    """Variables of detectors.md.j2."""

    figure: Chart | None
    """Simple and careful counts on the public logs."""
    summaries: tuple[Summary, ...]


@dataclass(frozen=True)
class Specimen:
    """A simulated finding: what one looks like."""

    view: FindingView
    sentence: str
    quantities: tuple[tuple[str, str], ...]
    figure: Chart | None


@dataclass(frozen=True)
class DetectorContext:
    """Variables of detector.md.j2."""

    detector: Detector
    counts: tuple[tuple[str, str], ...]
    facts: tuple[tuple[str, str], ...]
    scope_text: str
    formats: tuple[Importer, ...]
    """Logs that hold all it needs."""
    inputs: tuple[tuple[Need, tuple[Importer, ...]], ...]
    calibration: Calibration | None
    score: tuple[ScoreRow, ...]
    parameters: tuple[ParameterRow, ...]
    columns: tuple[str, ...]
    reading_columns: tuple[str, ...]
    basics: tuple[WorkedExample, ...]
    decidable: tuple[ExplanationView, ...]
    undecidable: tuple[ExplanationView, ...]
    results: tuple[Result, ...]
    base_rates: tuple[PublicRate, ...]
    by_hand: ReadByHand | None
    explained: tuple[ExplainedRow, ...]
    found: tuple[Listed, ...]
    specimen: Specimen | None
    symptoms: tuple[Symptom, ...]
    previous: Detector | None
    next: Detector | None


def pages(dossier: Dossier) -> Iterator[Page]:
    """The list, then each detector in the order of the site."""
    case, views = dossier.library.case, dossier.detector_views
    counted = naive_figure(dossier)
    yield Page(
        path=f"{case.id}/detectors/",
        template="detectors.md.j2",
        title="Detectors",
        description="The questions put to logs, each with its rule, its innocent explanations and its results.",
        context=DetectorsContext(counted, tuple(Summary(view.detector, _results(view)) for view in views)),
        downloads=counted.downloads() if counted else (),
        citation=cite(dossier, f"{case.id}/detectors/", "Detectors", figures=(counted,)),
    )
    for place, view in enumerate(views):
        before = views[place - 1].detector if place else None
        after = views[place + 1].detector if place + 1 < len(views) else None
        context = _context(dossier, view, before, after)
        path = f"{case.id}/d/{view.detector.id}/"
        said = Cited(view.detector.question, kind="detector")
        figure = context.specimen.figure if context.specimen else None
        yield Page(
            path=path,
            template="detector.md.j2",
            title=view.detector.title,
            description=view.detector.question,
            context=context,
            downloads=(
                *(figure.downloads() if figure else ()),
                json_twin("detector", view.detector.id, _record(context), _links(context, case.id)),
            ),
            citation=cite(dossier, path, f"Detector: {view.detector.title}", said, (figure,)),
            written_in=f"generator/detectors/{view.detector.id.replace('-', '_')}.py",
            simulated=context.specimen is not None,
        )


def _context(dossier: Dossier, view: DetectorView, before: Detector | None, after: Detector | None) -> DetectorContext:
    detector = view.detector
    worked = {example.name: worked_example(detector, example) for example in view.examples}
    shown = {example.benign: worked[example.name] for example in view.examples if example.benign}
    explanations = tuple(ExplanationView(benign, shown.get(benign.id)) for benign in detector.benign)
    found = tuple(listed(dossier, one) for one in view.findings)
    results = _results(view)
    return DetectorContext(
        detector=detector,
        counts=(
            stat(len(detector.decidable), "explanation", after="tried"),
            (n(len(detector.undecidable)), "that no log can exclude"),
            stat(len(found), "finding", after="in logs"),
        ),
        facts=(
            ("Version", detector.version),
            ("Looks at", detector.unit),
            ("Needs", ", ".join(need.id.replace("-", " ") for need in detector.needs)),
        ),
        scope_text=SCOPES[detector.scope],
        formats=answering(detector),
        inputs=tuple((need, giving(need)) for need in detector.needs),
        calibration=dossier.library.calibration,
        score=score_rows(dossier.library.calibration, detector.id),
        parameters=tuple(
            ParameterRow(
                parameter.quantity.name.replace("-", " "),
                quantity_text(parameter.quantity.value, parameter.quantity.unit),
                parameter.source,
            )
            for parameter in detector.parameters
        ),
        columns=CALL_COLUMNS,
        reading_columns=READING_COLUMNS,
        basics=tuple(worked[example.name] for example in view.examples if example.benign is None),
        decidable=tuple(item for item in explanations if item.benign.decidable),
        undecidable=tuple(item for item in explanations if not item.benign.decidable),
        results=results,
        base_rates=() if dossier.real_packs else public_rates(detector, dossier.library.measurements),
        by_hand=read_by_hand(detector.id, dossier.library.judged),
        explained=_explained(detector, results),
        found=found,
        specimen=_specimen(dossier, detector),
        symptoms=tuple(dossier.symptoms[id] for id in detector.symptoms if id in dossier.symptoms),
        previous=before,
        next=after,
    )


def _results(view: DetectorView) -> tuple[Result, ...]:
    results = (Result(evidence, period(evidence), run, rate) for evidence, run, rate in view.runs)
    return tuple(sorted(results, key=lambda result: (result.evidence.simulated, result.evidence.id)))


def _explained(detector: Detector, results: tuple[Result, ...]) -> tuple[ExplainedRow, ...]:
    """Candidates in real logs that each explanation took, those of all logs together."""
    real = [result.run.explained for result in results if not result.evidence.simulated]
    rows = (ExplainedRow(benign, sum(run.get(benign, 0) for run in real)) for benign in detector.decidable)
    return tuple(row for row in rows if row.count)


def _specimen(dossier: Dossier, detector: Detector) -> Specimen | None:
    view = dossier.specimens.get(detector.id)
    if view is None:
        return None
    quantities = ((one.name.replace("-", " "), quantity_text(one.value, one.unit)) for one in view.finding.quantities)
    return Specimen(view, sentence(view), tuple(quantities), finding_figure(view, dossier.draw))


def _record(context: DetectorContext) -> dict[str, Any]:
    detector = context.detector
    return {
        "version": detector.version,
        "title": detector.title,
        "question": detector.question,
        "unit": detector.unit,
        "rule": detector.rule_text,
        "formula": detector.formula,
        "naive_rule": detector.naive_text,
        "naive_unit": detector.naive_unit,
        "finding_unit": detector.finding_unit or detector.unit,
        "counterfactual": detector.counterfactual,
        "needs": [need.id for need in detector.needs],
        "logs": [importer.id for importer in context.formats],
        "explanations": [
            {"id": benign.id, "text": benign.text, "decidable": benign.decidable} for benign in detector.benign
        ],
        "limits": list(detector.limits),
        "parameters": [{"name": row.name, "value": row.value, "source": row.source} for row in context.parameters],
        "references": [{"title": reference.title, "url": reference.url} for reference in detector.references],
        "results": [
            {
                "evidence": result.evidence.id,
                "simulated": result.evidence.simulated,
                "outcome": result.run.outcome.value,
                "naive": result.run.naive,
                "explained": result.run.explained,
                **result.rate.json(),
            }
            for result in context.results
        ],
        "read_by_hand": [row.model_dump(mode="json") for row in context.by_hand.rows] if context.by_hand else [],
    }


def _links(context: DetectorContext, case: str) -> dict[str, Any]:
    return {
        "page": f"{case}/d/{context.detector.id}/",
        "detectors": f"{case}/detectors/",
        "logs": [f"{case}/logs/{importer.id}/" for importer in context.formats],
        "evidence": [f"{case}/evidence/{result.evidence.id}/" for result in context.results],
        "findings": [f"{case}/f/{item.view.finding.id}/" for item in context.found],
    }


KIND = PageKind("detectors", pages)
