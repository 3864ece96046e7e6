"""Explore: claims, reports, events, incidents and own findings in one table that can be filtered and sorted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from generator.base.wording import plural
from generator.grading import ComputedGrade
from generator.pages.parts.base import Page, PageKind
from generator.pages.parts.entries import Entry, entries
from generator.pages.parts.facets import RECORD_TITLES, Facet, facets, tokens

if TYPE_CHECKING:
    from generator.dossier import Dossier

FACETS = ("record", "surface", "symptom", "layer", "grade", "source", "week")
"""What the table can be filtered by."""


@dataclass(frozen=True)
class ExploreRow:
    """One record with its facets in words."""

    entry: Entry
    tokens: str
    surfaces: str
    symptoms: str
    layer: str
    grades: tuple[tuple[ComputedGrade, tuple[str, ...]], ...]
    """Each grade with the claims that have it."""
    sources: str


@dataclass(frozen=True)
class ExploreGroup:
    """Rows of one type of record."""

    record: str
    title: str
    rows: tuple[ExploreRow, ...]


@dataclass(frozen=True)
class ExploreContext:
    """Variables of explore.md.j2."""

    total: int
    facets: tuple[Facet, ...]
    groups: tuple[ExploreGroup, ...]


def pages(dossier: Dossier) -> Iterator[Page]:
    """The one page."""
    found = entries(dossier)
    offered = facets(FACETS, found, dossier)
    context = ExploreContext(
        total=len(found),
        facets=offered,
        groups=tuple(_groups(found, offered)),
    )
    yield Page(
        path=f"{dossier.library.case.id}/explore/",
        template="explore.md.j2",
        title="All records",
        description=f"{plural(len(found), 'record')} in one table: by surface, symptom, grade, source and week.",
        context=context,
        searchable=False,  # every row has a page of its own, which search finds
    )


KIND = PageKind("explore", pages)


def _groups(found: Sequence[Entry], offered: Sequence[Facet]) -> Iterator[ExploreGroup]:
    by_name = {facet.name: facet for facet in offered}
    for record, title in RECORD_TITLES.items():
        rows = tuple(_row(entry, by_name) for entry in found if entry.record == record)
        if rows:
            yield ExploreGroup(record, title, rows)


def _row(entry: Entry, offered: dict[str, Facet]) -> ExploreRow:
    def words(name: str, values: Sequence[str]) -> str:
        return ", ".join(offered[name].label(value) for value in values)

    grades = dict.fromkeys(grade for _, grade in entry.graded)
    return ExploreRow(
        entry=entry,
        tokens=tokens(entry, FACETS),
        surfaces=words("surface", entry.surfaces),
        symptoms=words("symptom", entry.symptoms),
        layer="" if entry.layer == "none" else words("layer", (entry.layer,)),
        grades=tuple((grade, tuple(claim for claim, other in entry.graded if other is grade)) for grade in grades),
        sources=words("source", entry.sources),
    )
