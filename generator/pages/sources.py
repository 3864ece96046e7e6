"""The documents that claims and events lean on: a list, and a page for each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from generator.base.wording import plural
from generator.curated.claims import Claim
from generator.curated.models import Event, Report, Source
from generator.curated.written_in import file_of
from generator.grading import STRENGTHS, TITLES
from generator.pages.parts.base import Page, PageKind
from generator.pages.parts.cite import Cited, cite
from generator.pages.parts.neighbours import neighbours
from generator.pages.parts.notes import notes_on
from generator.pages.parts.position import place
from generator.pages.parts.twin import json_twin

if TYPE_CHECKING:
    from generator.dossier import Dossier


@dataclass(frozen=True)
class Citing:
    """What leans on one source."""

    source: Source
    place: str
    """Its address, short enough for a line."""
    claims: tuple[Claim, ...]
    events: tuple[Event, ...]
    reports: tuple[Report, ...]
    """Reports whose address it is."""

    @property
    def title(self) -> str:
        """Its kind and address; no source has a title of its own."""
        kind = TITLES[self.source.kind]
        return f"{kind[0].upper()}{kind[1:]}: {self.place}"


@dataclass(frozen=True)
class SourceGroup:
    """Sources of one type; those that most records lean on come first."""

    type: str
    title: str
    rows: tuple[Citing, ...]


@dataclass(frozen=True)
class SourcesContext:
    """Variables of sources.md.j2."""

    total: int
    undated: int
    archived: int
    groups: tuple[SourceGroup, ...]


@dataclass(frozen=True)
class SourceContext:
    """Variables of source.md.j2."""

    source: Source
    strength: str  # what evidence from it weighs at most
    citing: Citing
    previous: Citing | None
    next: Citing | None


def pages(dossier: Dossier) -> Iterator[Page]:
    """The list, then one page a source."""
    citing = {source.id: _citing(source, dossier) for source in dossier.library.sources}
    yield _list_page(tuple(citing.values()), dossier)
    for before, found, after in neighbours(tuple(citing.values())):
        yield _source_page(found, before, after, dossier)


KIND = PageKind("sources", pages)


def _citing(source: Source, dossier: Dossier) -> Citing:
    url = str(source.url)
    return Citing(
        source=source,
        place=place(url),
        claims=dossier.claims_citing(url),
        events=dossier.events_citing(url),
        reports=dossier.reports_citing(url),
    )


def _list_page(rows: tuple[Citing, ...], dossier: Dossier) -> Page:
    groups: defaultdict[str, list[Citing]] = defaultdict(list)
    for row in rows:
        groups[TITLES[row.source.kind]].append(row)
    context = SourcesContext(
        total=len(rows),
        undated=sum(row.source.date is None for row in rows),
        archived=sum(row.source.archive_url is not None for row in rows),
        groups=tuple(
            SourceGroup(_anchor(title), title[0].upper() + title[1:], tuple(sorted(found, key=_rank)))
            for title, found in sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))
        ),
    )
    return Page(
        path=f"{dossier.library.case.id}/sources/",
        template="sources.md.j2",
        title="Sources",
        description=f"{plural(context.total, 'document')} that claims and events lean on, with how each was read.",
        context=context,
    )


def _anchor(title: str) -> str:
    return title.replace(" ", "-").replace("'", "")


def _rank(row: Citing) -> tuple[int, str]:
    return (-len(row.claims) - len(row.events), row.source.id)


def _source_page(citing: Citing, before: Citing | None, after: Citing | None, dossier: Dossier) -> Page:
    case = dossier.library.case.id
    source = citing.source
    links = {
        "claims": [f"{case}/c/{claim.id}/" for claim in citing.claims],
        "events": [f"{case}/e/{event.id}/" for event in citing.events],
        "reports": [f"{case}/r/{report.id}/" for report in citing.reports],
    }
    return Page(
        path=f"{case}/s/{source.id}/",
        template="source.md.j2",
        title=citing.title,
        description=f"Leaning on it: {plural(len(citing.claims), 'claim')}, {plural(len(citing.events), 'event')}.",
        context=SourceContext(
            source=source,
            strength=STRENGTHS[source.kind].name.lower().replace("none", "nothing"),
            citing=citing,
            previous=before,
            next=after,
        ),
        downloads=(json_twin("source", source.id, source.model_dump(mode="json"), links),),
        citation=cite(dossier, f"{case}/s/{source.id}/", f"Source {source.id}: {citing.place}", Cited(kind="source")),
        written_in=file_of(source),
        notes=notes_on(dossier, f"s/{source.id}"),
    )
