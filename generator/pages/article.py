"""The article: what it is, where it came out as far as that is on record, and its sections with their claims."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from generator.grading import ComputedGrade
from generator.pages.parts.base import Page, PageKind
from generator.pages.parts.cite import cite
from generator.pages.parts.claim_ledger import LedgerSection, ledger
from generator.pages.parts.twin import json_twin

if TYPE_CHECKING:
    from generator.curated.case import Case
    from generator.curated.claims import Claim
    from generator.dossier import Dossier


@dataclass(frozen=True)
class ArticleContext:
    """Variables of article.md.j2."""

    case: Case
    record: tuple[tuple[str, str], ...]
    """Where it came out: what is asked, and what is known; "" where nothing is on record."""
    sections: tuple[LedgerSection, ...]
    retold: dict[str, str]
    """Page of the analysis by section, below the case."""
    claims: int
    strip: tuple[tuple[ComputedGrade, tuple[Claim, ...]], ...]


def pages(dossier: Dossier) -> Iterator[Page]:
    """One page."""
    case = dossier.library.case
    path = f"{case.id}/article/"
    citation = cite(dossier, path, f"The article: {case.article}")
    found = ledger(dossier)
    published = case.published
    record = (
        ("Author", published.author or ""),
        ("Date", published.date.isoformat() if published.date else ""),
        ("Address", str(published.url) if published.url else ""),
    )
    context = ArticleContext(
        case=case,
        record=record,
        sections=found.sections,
        retold={section.section: f"analysis/{section.id}/" for section in dossier.library.sections},
        claims=found.distinct,
        strip=found.by_rules,
    )
    twin = {
        "title": case.article,
        "published": published.model_dump(mode="json"),
        "sections": [
            {"title": section.title, "claims": [[row.claim.id, row.verdict.grade.value] for row in section.rows]}
            for section in found.sections
        ],
    }
    yield Page(
        path=path,
        template="article.md.j2",
        title="The article",
        description=f"What \u201c{case.article}\u201d asserts, section by section, with the grade of each claim.",
        context=context,
        downloads=(json_twin("article", "article", twin, {"claims": f"{case.id}/claims/"}),),
        citation=citation,
    )


KIND = PageKind("article", pages)
