"""The article retold in our words: a page a section, each assertion beside its grade, and what stands against it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from generator.grading import ComputedGrade
from generator.pages.parts.base import Page, PageKind
from generator.pages.parts.cite import cite
from generator.pages.parts.claim_ledger import grades_figure
from generator.pages.parts.evidence_view import EvidenceItem, weighed
from generator.pages.parts.sentence_view import Cited, Told, cited, fact_told, told
from generator.pages.parts.twin import json_twin

if TYPE_CHECKING:
    from generator.charts import Chart
    from generator.curated.analysis import Section
    from generator.dossier import Dossier

Counts = tuple[tuple[ComputedGrade, int], ...]


@dataclass(frozen=True)
class Passage:
    """A paragraph, with a heading where the article has one."""

    heading: str | None
    sentences: tuple[Told, ...]


@dataclass(frozen=True)
class Side:
    """What stands on one side of one claim."""

    cited: Cited
    items: tuple[EvidenceItem, ...]


@dataclass(frozen=True)
class Unchecked:
    """Claims that nothing public settles; `raises` says what would, for each of them."""

    claims: tuple[Cited, ...]
    raises: tuple[str, ...]


@dataclass(frozen=True)
class SectionContext:
    """Variables of analysis_section.md.j2. Repeats of a claim are linked and not counted."""

    section: Section
    counts: Counts
    claims: int
    repeats: int
    passages: tuple[Passage, ...]
    record: tuple[Told, ...]
    against: tuple[Side, ...]
    supports: tuple[Side, ...]
    unknown: tuple[Told, ...]
    unchecked: tuple[Unchecked, ...]
    previous: Section | None
    next: Section | None


@dataclass(frozen=True)
class SectionRow:
    """One section in the list; `anchor` is its place in the list of claims."""

    section: Section
    claims: int
    repeats: int
    counts: Counts


@dataclass(frozen=True)
class AnalysisContext:
    """Variables of analysis.md.j2."""

    article: str
    rows: tuple[SectionRow, ...]
    total: int
    counts: Counts
    headline: bool
    figure: Chart | None
    """Claims by section and grade."""


def pages(dossier: Dossier) -> Iterator[Page]:
    """The list of sections, then each section in the order of the article."""
    library = dossier.library
    case, sections = library.case, library.sections
    rows = tuple(_row(dossier, section) for section in sections)
    figure = grades_figure(dossier)
    yield Page(
        path=f"{case.id}/analysis/",
        template="analysis.md.j2",
        title="Section by section",
        description="The article section by section: each assertion with its grade, and the evidence against it.",
        context=AnalysisContext(
            article=case.article,
            rows=rows,
            total=sum(row.claims for row in rows),
            counts=_summed(rows),
            headline=library.headline is not None,
            figure=figure,
        ),
        downloads=figure.downloads() if figure else (),
        citation=cite(dossier, f"{case.id}/analysis/", "Section by section", figures=(figure,)),
    )
    for index, section in enumerate(sections):
        before = sections[index - 1] if index else None
        after = sections[index + 1] if index + 1 < len(sections) else None
        yield _section_page(dossier, section, before, after)


KIND = PageKind("analysis", pages)


def _section_page(dossier: Dossier, section: Section, before: Section | None, after: Section | None) -> Page:
    path = f"{dossier.library.case.id}/analysis/{section.id}/"
    citation = cite(dossier, path, f"The article retold: {section.title}")
    named = cited(dossier, dict.fromkeys(claim for sentence in section.sentences for claim in sentence.claims))
    row = _row(dossier, section)
    judged = [
        (one, weighed(dossier, one.claim)) for one in named if one.claim.same_as is None
    ]  # a repeat has its evidence with the claim it repeats
    context = SectionContext(
        section=section,
        counts=row.counts,
        claims=row.claims,
        repeats=row.repeats,
        passages=tuple(
            Passage(paragraph.heading, tuple(told(dossier, sentence) for sentence in paragraph.sentences))
            for paragraph in section.paragraphs
        ),
        record=tuple(fact_told(dossier, fact) for fact in section.record),
        against=tuple(Side(one, found.opposes) for one, found in judged if found.opposes),
        supports=tuple(Side(one, found.supports) for one, found in judged if found.supports),
        unknown=tuple(told(dossier, sentence) for sentence in section.unknown),
        unchecked=_unchecked(dossier, named),
        previous=before,
        next=after,
    )
    return Page(
        path=path,
        template="analysis_section.md.j2",
        title=f"{section.number}. {section.title}" if section.number else section.title,
        description=section.summary,
        context=context,
        downloads=(json_twin("analysis", section.id, _record(context), _links(dossier, context)),),
        citation=citation,
    )


def _unchecked(dossier: Dossier, named: tuple[Cited, ...]) -> tuple[Unchecked, ...]:
    groups: dict[tuple[str, ...], list[Cited]] = {}
    for one in named:
        if one.grade is ComputedGrade.NOT_CHECKABLE and one.claim.same_as is None:
            groups.setdefault(dossier.verdicts[one.claim.id].raises, []).append(one)
    return tuple(Unchecked(tuple(claims), raises) for raises, claims in groups.items())


def _row(dossier: Dossier, section: Section) -> SectionRow:
    named = cited(dossier, dict.fromkeys(claim for sentence in section.sentences for claim in sentence.claims))
    first = [one for one in named if one.claim.same_as is None]
    counted = Counter(one.grade for one in first)
    counts = tuple((grade, counted[grade]) for grade in ComputedGrade if counted[grade])
    return SectionRow(section, len(first), len(named) - len(first), counts)


def _summed(rows: tuple[SectionRow, ...]) -> Counts:
    total: Counter[ComputedGrade] = Counter()
    for row in rows:
        total.update(dict(row.counts))
    return tuple((grade, total[grade]) for grade in ComputedGrade if total[grade])


def _record(context: SectionContext) -> dict[str, Any]:
    def said(one: Told) -> dict[str, Any]:
        return {"text": one.text, "claims": [{"id": to.claim.id, "grade": to.grade.value} for to in one.claims]}

    return {
        "number": context.section.number,
        "title": context.section.title,
        "summary": context.section.summary,
        "sentences": [said(sentence) for passage in context.passages for sentence in passage.sentences],
        "record": [{**said(fact), "sources": [way.url or way.label for way in fact.ways]} for fact in context.record],
        "not_checkable_outside": [said(sentence) for sentence in context.unknown],
    }


def _links(dossier: Dossier, context: SectionContext) -> dict[str, Any]:
    claims = dict.fromkeys(
        one.claim.id for passage in context.passages for sentence in passage.sentences for one in sentence.claims
    )
    return {"claims": [f"{dossier.library.case.id}/c/{claim}/" for claim in claims]}
