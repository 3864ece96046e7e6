"""The headline question: two explanations in equal space, and the tests on which they differ."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from generator.curated.headline import Leaning
from generator.pages.parts.base import Page, PageKind
from generator.pages.parts.cite import cite
from generator.pages.parts.evidence_view import Way
from generator.pages.parts.sentence_view import Told, fact_told, leads
from generator.pages.parts.twin import json_twin

if TYPE_CHECKING:
    from generator.curated.headline import Headline, Hypothesis, HypothesisTest
    from generator.dossier import Dossier


@dataclass(frozen=True)
class Explanation:
    """One of the two explanations."""

    hypothesis: Hypothesis
    fits: tuple[Told, ...]
    strains: tuple[Told, ...]


@dataclass(frozen=True)
class Trial:
    """One test with what was seen."""

    test: HypothesisTest
    leaning: str  # in words
    ways: tuple[Way, ...]


@dataclass(frozen=True)
class HeadlineContext:
    """Variables of headline.md.j2."""

    headline: Headline
    first: Explanation
    second: Explanation
    trials: tuple[Trial, ...]


def pages(dossier: Dossier) -> Iterator[Page]:
    """The headline page; none where content/ has no hypotheses."""
    headline = dossier.library.headline
    if headline is None:
        return
    path = f"{dossier.library.case.id}/headline/"
    citation = cite(dossier, path, headline.title)
    first, second = (_explained(dossier, hypothesis) for hypothesis in headline.hypotheses)
    titles = _titles(headline)
    context = HeadlineContext(
        headline=headline,
        first=first,
        second=second,
        trials=tuple(Trial(test, titles[test.leaning], _ways(dossier, test)) for test in headline.tests),
    )
    yield Page(
        path=path,
        template="headline.md.j2",
        title=headline.title,
        description="One shared back-end fault or several causes: predictions, observations, what would refute each.",
        context=context,
        downloads=(json_twin("headline", "headline", _record(context), {}),),
        citation=citation,
    )


KIND = PageKind("headline", pages)


def _explained(dossier: Dossier, hypothesis: Hypothesis) -> Explanation:
    return Explanation(
        hypothesis,
        fits=tuple(fact_told(dossier, fact) for fact in hypothesis.fits),
        strains=tuple(fact_told(dossier, fact) for fact in hypothesis.strains),
    )


def _ways(dossier: Dossier, test: HypothesisTest) -> tuple[Way, ...]:
    """Where the sources lead, without the pages of sources: a cell of a table is narrow."""
    return tuple(way for way in leads(dossier, test.sources) if not (way.page or "").startswith("s/"))


def _titles(headline: Headline) -> dict[Leaning, str]:
    first, second = (hypothesis.title for hypothesis in headline.hypotheses)
    return {
        Leaning.FIRST: f"fits better: {first[0].lower()}{first[1:]}",
        Leaning.SECOND: f"fits better: {second[0].lower()}{second[1:]}",
        Leaning.BOTH: "fits both",
        Leaning.OPEN: "open",
    }


def _record(context: HeadlineContext) -> dict[str, Any]:
    return context.headline.model_dump(mode="json", exclude_none=True)
