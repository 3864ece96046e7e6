"""The list of findings by body of evidence, and a page for each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from generator.base.wording import plural
from generator.pages.parts.base import Page, PageKind
from generator.pages.parts.finding import finding_page, judged_of
from generator.pages.parts.sentences import period, sentence
from generator.records.results import Outcome

if TYPE_CHECKING:
    from generator.base.counting import Counts
    from generator.curated.origins import Origin
    from generator.detectors import Detector
    from generator.dossier import Dossier
    from generator.dossier.rows import FindingView
    from generator.records.results import Pack, Run


@dataclass(frozen=True)
class Listed:
    """One finding in a list, with its result in a sentence."""

    view: FindingView
    sentence: str
    verdict: str  # of whoever read its lines; "" where nobody did


def listed(dossier: Dossier, view: FindingView) -> Listed:
    """A finding for a list."""
    judged = judged_of(dossier, view)
    return Listed(view, sentence(view), judged.verdict.value if judged else "")


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
    origin: Origin | None  # of a public log
    title: str
    period: str
    answers: tuple[Answer, ...]  # found, or failed
    silent: tuple[Answer, ...]  # quiet
    idle: tuple[Answer, ...]  # quiet, with nothing to look at
    lacking: tuple[Answer, ...]  # not measurable
    findings: tuple[Listed, ...]


@dataclass(frozen=True)
class FindingsContext:
    """Variables of findings.md.j2."""

    own: tuple[EvidenceAnswers, ...]
    others: tuple[EvidenceAnswers, ...]  # public logs
    findings: int
    calls: int
    article_calls: int  # on the article's days
    article_findings: int
    verdicts: tuple[tuple[str, int], ...]  # of findings read by hand, each with its count


def pages(dossier: Dossier) -> Iterator[Page]:
    """The list, then each finding. Simulated ones are on the pages of their detectors."""
    case = dossier.library.case
    findings = dossier.findings
    yield Page(
        path=f"{case.id}/findings/",
        template="findings.md.j2",
        title="Findings",
        description=f"{plural(dossier.found, 'thing')} that the detectors found in logs, down to the line.",
        context=_list(dossier),
    )
    for place, view in enumerate(findings):
        before = findings[place - 1] if place else None
        after = findings[place + 1] if place + 1 < len(findings) else None
        yield finding_page(dossier, view, before, after)


def _list(dossier: Dossier) -> FindingsContext:
    case = dossier.library.case
    bodies = tuple(_answers(dossier, evidence) for evidence in dossier.real_packs)
    first, last = case.article_window_start, case.article_window_end
    days = [day for body in bodies for day in body.evidence.days]
    return FindingsContext(
        own=tuple(body for body in bodies if body.origin is None),
        others=tuple(body for body in bodies if body.origin is not None),
        findings=dossier.found,
        calls=sum(body.evidence.totals.requests for body in bodies),
        article_calls=sum(day.requests for day in days if first.isoformat() <= day.day <= last.isoformat()),
        verdicts=tuple(Counter(one.verdict for body in bodies for one in body.findings if one.verdict).most_common()),
        article_findings=sum(view.is_within(first, last) for view in dossier.findings),
    )


def _answers(dossier: Dossier, evidence: Pack) -> EvidenceAnswers:
    answers = tuple(
        Answer(view.detector, run, rate)
        for view in dossier.detector_views
        for body, run, rate in view.runs
        if body is evidence
    )
    quiet = [answer for answer in answers if answer.run.outcome is Outcome.QUIET]
    return EvidenceAnswers(
        evidence=evidence,
        origin=dossier.origins.get(evidence.id),
        title=dossier.title_of(evidence),
        period=period(evidence),
        answers=tuple(answer for answer in answers if answer.run.outcome in {Outcome.FOUND, Outcome.FAILED}),
        silent=tuple(answer for answer in quiet if answer.run.examined),
        idle=tuple(answer for answer in quiet if not answer.run.examined),
        lacking=tuple(answer for answer in answers if answer.run.outcome is Outcome.NOT_MEASURABLE),
        findings=tuple(listed(dossier, view) for view in dossier.findings if view.pack is evidence),
    )


KIND = PageKind("findings", pages)
