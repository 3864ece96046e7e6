"""A page for each event: when, from which sources, and which claims and reports share them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from generator.charts.strip import ROWS
from generator.curated.claims import Claim
from generator.curated.models import Event, Incident, Report, Source
from generator.curated.written_in import file_of
from generator.dossier.applying.base import version_of
from generator.pages.parts.base import Page
from generator.pages.parts.cite import Cited, cite
from generator.pages.parts.entries import KINDS
from generator.pages.parts.neighbours import neighbours
from generator.pages.parts.notes import notes_on
from generator.pages.parts.position import place
from generator.pages.parts.spans import event_span
from generator.pages.parts.twin import json_twin

if TYPE_CHECKING:
    from generator.dossier import Dossier


@dataclass(frozen=True)
class EventContext:
    """Variables of event.md.j2."""

    event: Event
    kind: str
    row: str
    """Row of the strip it stands in."""
    surfaces: tuple[tuple[str, str], ...]
    """Title as the event names it, and id of the surface it belongs to."""
    at: date | datetime
    until: date | datetime | None
    sources: tuple[tuple[str, str, Source | None], ...]
    """Addresses, how they are shown, and their entry in the list of sources where there is one."""
    citing: tuple[Claim, ...]
    reports: tuple[Report, ...]
    incidents: tuple[Incident, ...]
    """Incidents of the status page that begin on the same day; nearness only."""
    in_article: bool
    ended_by: Event | None
    ends: tuple[Event, ...]
    """Events that this one put an end to."""
    previous: Event | None
    next: Event | None


def event_pages(dossier: Dossier) -> Iterator[Page]:
    """One page an event."""
    for before, event, after in neighbours(dossier.library.events):
        yield _event_page(event, before, after, dossier)


def _event_page(event: Event, before: Event | None, after: Event | None, dossier: Dossier) -> Page:
    case = dossier.library.case
    urls = tuple(dict.fromkeys((str(event.url), *map(str, event.more_urls))))
    day = event.start.date()
    events = {found.id: found for found in dossier.library.events}
    span = event_span(event, events)
    context = EventContext(
        event=event,
        kind=KINDS[event.kind],
        row=ROWS[event.kind],
        surfaces=tuple(
            (dossier.scope_title(scope), dossier.surfaces[scope].id if scope in dossier.surfaces else "")
            for scope in event.surfaces
        ),
        at=span.start,
        until=span.until,
        sources=tuple((url, place(url), dossier.sources.get(url)) for url in urls),
        citing=_once(claim for url in urls for claim in dossier.claims_citing(url)),
        reports=tuple(report for url in urls for report in dossier.reports_citing(url)),
        incidents=tuple(incident for incident in dossier.library.incidents if incident.start.date() == day),
        in_article=case.article_window_start <= day <= case.article_window_end,
        ended_by=events.get(event.ended_by or ""),
        ends=tuple(found for found in dossier.library.events if found.ended_by == event.id),
        previous=before,
        next=after,
    )
    links = {
        "sources": [f"{case.id}/s/{source.id}/" for _, _, source in context.sources if source],
        "claims_citing": [f"{case.id}/c/{claim.id}/" for claim in context.citing],
        "reports": [f"{case.id}/r/{report.id}/" for report in context.reports],
    }
    return Page(
        path=f"{case.id}/e/{event.id}/",
        template="event.md.j2",
        title=event.title,
        description=f"Event of {day.isoformat()}: {event.title}",
        context=context,
        downloads=(json_twin("event", event.id, event.model_dump(mode="json"), links),),
        citation=cite(
            dossier,
            f"{case.id}/e/{event.id}/",
            f"Event {event.id}, {day.isoformat()}: {event.title}",
            Cited(kind="event"),
        ),
        written_in=file_of(event),
        notes=notes_on(dossier, f"e/{event.id}"),
        asked=(*_released(event), *event.asked),
    )


def _released(event: Event) -> tuple[str, ...]:
    """The version that this event is the release of, as its title begins with it; a reader types that alone."""
    version = version_of(event)
    return (version,) if version else ()


def _once(claims: Iterable[Claim]) -> tuple[Claim, ...]:
    return tuple({claim.id: claim for claim in claims}.values())
