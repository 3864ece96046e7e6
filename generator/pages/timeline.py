"""The timeline: events and incidents in one ordered list, and a page for each event."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import TYPE_CHECKING

from generator.charts import Chart, timeline_chart
from generator.charts.strip import ROWS
from generator.curated.models import Case, Claim, Event, Incident, Report, Source
from generator.pages.base import Page, PageKind
from generator.pages.neighbours import neighbours
from generator.pages.place import place
from generator.pages.twin import json_twin

if TYPE_CHECKING:
    from generator.dossier import Dossier

LOOKS = {
    "cli_release": "release",
    "model_release": "release",
    "product_launch": "release",
    "product_ga": "release",
    "user_report": "report",
    "incident": "outage",
    "statement": "official",
    "policy_change": "official",
    "doc_fact": "official",
    "limit_reset": "official",
    "promotion": "official",
    "regression": "fault",
    "fix": "fault",
    "leak": "fault",
}
"""Shape of each kind on the line; the kind is also written out."""

KINDS = {
    "cli_release": "release",
    "model_release": "model",
    "product_launch": "product",
    "product_ga": "product",
    "user_report": "report",
    "incident": "outage",
    "statement": "statement",
    "policy_change": "policy",
    "doc_fact": "docs",
    "limit_reset": "limits",
    "promotion": "promotion",
    "regression": "regression",
    "fix": "fix",
    "leak": "leak",
}
"""One word for each kind."""


@dataclass(frozen=True)
class TimelineItem:
    """One entry: an event, an incident, or a mark where the article's window begins or ends."""

    anchor: str
    at: date | datetime
    """A date where only the day is known."""
    until: date | datetime | None
    hour_known: bool
    look: str
    kind: str
    title: str
    path: str
    """Page of the entry inside the case; empty for a mark."""
    note: str


@dataclass(frozen=True)
class TimelineMonth:
    """The entries of one month."""

    anchor: str
    first: date
    items: tuple[TimelineItem, ...]
    folded: bool
    """A month outside the window of the case, folded away until asked for."""


@dataclass(frozen=True)
class TimelineContext:
    """Variables of timeline.md.j2."""

    events: int
    incidents: int
    day_only: int
    periods: int
    low: int
    """Events with low confidence."""
    chart: Chart
    months: tuple[TimelineMonth, ...]


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
    previous: Event | None
    next: Event | None


def pages(dossier: Dossier) -> Iterator[Page]:
    """The timeline, then one page an event."""
    yield _timeline_page(dossier)
    for before, event, after in neighbours(dossier.library.events):
        yield _event_page(event, before, after, dossier)


KIND = PageKind("timeline", pages)


def _timeline_page(dossier: Dossier) -> Page:
    library = dossier.library
    chart = timeline_chart(dossier)
    items = [*map(_event_item, library.events), *map(_incident_item, library.incidents), *_window_marks(dossier)]
    context = TimelineContext(
        events=len(library.events),
        incidents=len(library.incidents),
        day_only=sum(event.day_only and event.end is None for event in library.events),
        periods=sum(event.end is not None for event in library.events),
        low=sum(event.confidence == "low" for event in library.events),
        chart=chart,
        months=tuple(_months(items, library.case)),
    )
    return Page(
        path=f"{library.case.id}/timeline/",
        template="timeline.md.j2",
        title="Timeline",
        description=f"{context.events} dated events and {context.incidents} incidents in order, with their sources.",
        context=context,
        downloads=chart.downloads(),
    )


def _months(items: Iterable[TimelineItem], case: Case) -> Iterator[TimelineMonth]:
    ordered = sorted(items, key=lambda item: (_order(item.at), item.anchor))
    for first, found in groupby(ordered, key=lambda item: _day(item.at).replace(day=1)):
        window = case.window_start.replace(day=1) <= first <= case.window_end
        yield TimelineMonth(f"m-{first:%Y-%m}", first, tuple(found), folded=not window)


def _order(at: date | datetime) -> tuple[date, int]:
    """Entries whose hour is not known come first in their day."""
    return (_day(at), at.hour * 60 + at.minute + 1) if isinstance(at, datetime) else (at, 0)


def _day(at: date | datetime) -> date:
    return at.date() if isinstance(at, datetime) else at


def _event_item(event: Event) -> TimelineItem:
    return TimelineItem(
        anchor=event.id,
        at=_known(event.start, event),
        until=None if event.end is None else _known(event.end, event),
        hour_known=not event.day_only,
        look=LOOKS[event.kind],
        kind=KINDS[event.kind],
        title=event.title,
        path=f"e/{event.id}/",
        note=f"{'official' if event.official else 'not official'}, {event.confidence} confidence",
    )


def _incident_item(incident: Incident) -> TimelineItem:
    return TimelineItem(
        anchor=f"i-{incident.id}",
        at=incident.start,
        until=None,
        hour_known=True,
        look="outage",
        kind="status",
        title=incident.title,
        path=f"i/{incident.id}/",
        note="" if incident.impact == "none" else f"{incident.impact} impact",
    )


def _window_marks(dossier: Dossier) -> tuple[TimelineItem, TimelineItem]:
    case = dossier.library.case
    begin = ("window-begins", case.article_window_start, "The article's own window begins")
    end = ("window-ends", case.article_window_end, "The last day of the article's own window")
    first, last = (
        TimelineItem(anchor, day, None, hour_known=False, look="window", kind="window", title=title, path="", note="")
        for anchor, day, title in (begin, end)
    )
    return first, last


def _known(at: datetime, event: Event) -> date | datetime:
    return at.date() if event.day_only else at


def _event_page(event: Event, before: Event | None, after: Event | None, dossier: Dossier) -> Page:
    case = dossier.library.case
    urls = tuple(dict.fromkeys((str(event.url), *map(str, event.more_urls))))
    day = event.start.date()
    context = EventContext(
        event=event,
        kind=KINDS[event.kind],
        row=ROWS[event.kind],
        surfaces=tuple(
            (dossier.scope_title(scope), dossier.surfaces[scope].id if scope in dossier.surfaces else "")
            for scope in event.surfaces
        ),
        at=_known(event.start, event),
        until=None if event.end is None else _known(event.end, event),
        sources=tuple((url, place(url), dossier.sources.get(url)) for url in urls),
        citing=_once(claim for url in urls for claim in dossier.claims_citing(url)),
        reports=tuple(report for url in urls for report in dossier.reports_citing(url)),
        incidents=tuple(incident for incident in dossier.library.incidents if incident.start.date() == day),
        in_article=case.article_window_start <= day <= case.article_window_end,
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
    )


def _once(claims: Iterable[Claim]) -> tuple[Claim, ...]:
    return tuple({claim.id: claim for claim in claims}.values())
