"""The method: first what the evidence cannot show, then every rule by which a number came about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from generator.base.counting import counts
from generator.base.wording import duration
from generator.charts import Chart, agreement_chart, breaks_chart
from generator.detectors.shared.answers import naive_note
from generator.detectors.shared.attribution import LEAN_WORDS, LEANINGS, Leaning
from generator.grading import RULES, WEIGHTS, ComputedGrade, KindWeight, Rule
from generator.grading.agreement import agree, cross_table, first_sentence
from generator.grading.weights import POINTS
from generator.ledger.explanations import EXPLANATIONS, UNDECIDABLE, UNEXPLAINED
from generator.ledger.steps import BAND_AFTER, BAND_BEFORE, BREAK_BELOW, MIN_EXPECTED
from generator.pages.parts.base import Page, PageKind
from generator.pages.parts.breaks import BreakRow, added_breaks, break_rows
from generator.pages.parts.cite import cite
from generator.pages.parts.public_sets import measured_counts

if TYPE_CHECKING:
    from generator.base.counting import Counts
    from generator.curated.base_rates import Measurement
    from generator.curated.case import Person
    from generator.curated.claims import Claim
    from generator.detectors import Detector
    from generator.dossier import Dossier
    from generator.grading import Verdict
    from generator.records.results import BreakCount


@dataclass(frozen=True)
class BaseRate:
    """One detector over one public set of transcripts."""

    detector: str
    known: bool  # the detector has a page on this site
    rate: Counts
    naive: int
    naive_note: str


@dataclass(frozen=True)
class MeasuredSet:
    """A public set of transcripts with shares and intervals worked out."""

    measurement: Measurement
    breaks: tuple[tuple[str, int, float, int, float], ...]  # reason, count, share, excess tokens, USD
    break_rate: Counts
    unexplained_rate: Counts
    rates: tuple[BaseRate, ...]


@dataclass(frozen=True)
class Difference:
    """A claim whose two grades differ, with the sentence that says why."""

    claim: Claim
    verdict: Verdict
    sentence: str


@dataclass(frozen=True)
class LeftOut:
    """Claims that have another grade without a class of sources, each with that grade."""

    what: str
    claims: tuple[tuple[str, ComputedGrade], ...]


@dataclass(frozen=True)
class MethodContext:
    """Variables of method.md.j2."""

    explanations: tuple[tuple[int, str, str], ...]  # place, id, text
    undecidable: tuple[tuple[str, str], ...]
    rules: tuple[tuple[int, Rule, int], ...]  # place, rule, claims that it graded
    weights: tuple[KindWeight, ...]
    crossed: Chart | None  # grade by rules against the reviewer's
    differing: tuple[Difference, ...]
    claims: int
    points: dict[str, int]  # by strength
    firm: int  # claims whose grade no single origin and no single weight decides
    left_out: tuple[LeftOut, ...]
    detectors: tuple[Detector, ...]
    leans: tuple[tuple[str, tuple[Leaning, ...]], ...]  # to what a finding can lean, with each reason
    breaks: tuple[BreakRow, ...]  # of all real logs together
    figure: Chart | None
    measured: tuple[MeasuredSet, ...]
    reports: int
    independent: int
    echoes: int
    people: tuple[Person, ...]
    caution: str
    real_logs: int
    simulated_logs: int
    break_below: str
    smallest: int
    before_band: str
    after_band: str
    timed: bool  # there is a page that says how fast `scan` is


def pages(dossier: Dossier) -> Iterator[Page]:
    """One page."""
    case, library = dossier.library.case, dossier.library
    breaks = added_breaks(dossier.real_packs)
    figure = _figure(dossier, breaks)
    judged = [(claim, dossier.verdicts[claim.id]) for claim in library.claims if claim.same_as is None]
    pairs = cross_table((verdict.grade, claim.grade) for claim, verdict in judged)
    crossed = agreement_chart(pairs, drawn=dossier.draw) if judged else None
    fired = Counter(verdict.rule.id for _, verdict in judged)
    yield Page(
        path=f"{case.id}/method/",
        template="method.md.j2",
        title="Method",
        description="What the evidence cannot show, and by which rules each grade, reason and number came about.",
        context=MethodContext(
            explanations=tuple(
                (place, explanation.id, explanation.text) for place, explanation in enumerate(EXPLANATIONS, start=1)
            ),
            undecidable=UNDECIDABLE,
            rules=tuple((place, rule, fired[rule.id]) for place, rule in enumerate(RULES, start=1)),
            weights=WEIGHTS,
            crossed=crossed,
            differing=tuple(
                Difference(claim, verdict, first_sentence(claim))
                for claim, verdict in judged
                if not agree(verdict.grade, claim.grade)
            ),
            claims=len(judged),
            points={strength.name: points for strength, points in POINTS.items()},
            firm=sum(dossier.sensitivities[claim.id].firm for claim, _ in judged),
            left_out=_left_out(dossier, [claim.id for claim, _ in judged]),
            detectors=dossier.detectors,
            leans=tuple(
                (words, tuple(one for one in LEANINGS.values() if one.lean is lean))
                for lean, words in LEAN_WORDS.items()
            ),
            breaks=break_rows(breaks),
            figure=figure,
            measured=tuple(_measured(dossier, measurement) for measurement in dossier.library.measurements),
            reports=len(library.reports),
            independent=len(dossier.independent_reports),
            echoes=len(library.reports) - len(dossier.independent_reports),
            people=case.people,
            caution=case.caution,
            real_logs=len(dossier.real_packs),
            simulated_logs=len(dossier.packs) - len(dossier.real_packs),
            break_below=f"{(1 - BREAK_BELOW) * 100:g} %",
            smallest=MIN_EXPECTED,
            before_band=duration(BAND_BEFORE),
            after_band=duration(BAND_AFTER),
            timed=library.speed is not None,
        ),
        downloads=tuple(file for one in (figure, crossed) if one for file in one.downloads()),
        citation=cite(dossier, f"{case.id}/method/", "Method", figures=(figure, crossed)),
        asked=("who made this", "who wrote this", "who is behind this", "how are grades made"),
    )


def _left_out(dossier: Dossier, ids: list[str]) -> tuple[LeftOut, ...]:
    found: dict[str, list[tuple[str, ComputedGrade]]] = {}
    for id in ids:
        for one in dossier.sensitivities[id].classes:
            row = found.setdefault(one.what, [])
            if one.grade is not dossier.verdicts[id].grade:
                row.append((id, one.grade))
    return tuple(LeftOut(what, tuple(claims)) for what, claims in found.items())


def _figure(dossier: Dossier, breaks: tuple[BreakCount, ...]) -> Chart | None:
    counts = {row.reason.replace("-", " "): row.count for row in breaks}
    steps = sum(pack.totals.steps for pack in dossier.real_packs)
    return breaks_chart(counts, steps, "breaks", drawn=dossier.draw) if counts else None


def _measured(dossier: Dossier, measurement: Measurement) -> MeasuredSet:
    known = {detector.id: detector for detector in dossier.detectors}
    count = sum(row.count for row in measurement.breaks)
    unexplained = sum(row.count for row in measurement.breaks if row.reason == UNEXPLAINED)
    return MeasuredSet(
        measurement=measurement,
        breaks=tuple(
            (row.reason, row.count, row.count / count if count else 0.0, row.excess_tokens, row.usd)
            for row in sorted(measurement.breaks, key=lambda row: (-row.count, row.reason))
        ),
        break_rate=counts(count, measurement.steps, share=True, unit="steps"),
        unexplained_rate=counts(unexplained, measurement.steps, share=True, unit="steps"),
        rates=tuple(
            BaseRate(
                row.id,
                row.id in known,
                measured_counts(known.get(row.id), measurement, row),
                row.naive,
                naive_note(known[row.id], row.naive, row.findings) if row.id in known else "",
            )
            for row in measurement.detectors
        ),
    )


KIND = PageKind("method", pages)
