"""Incidents of the vendor's status page: a list by month, and a page for each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING

from generator.base.wording import in_words, plural, utc
from generator.charts import Chart, incidents_chart, minutes_chart
from generator.curated.claims import Claim
from generator.curated.models import Event, Incident, Report
from generator.curated.written_in import file_of
from generator.pages.parts.base import Page, PageKind
from generator.pages.parts.cite import Cited, cite
from generator.pages.parts.neighbours import neighbours
from generator.pages.parts.notes import notes_on
from generator.pages.parts.twin import json_twin

if TYPE_CHECKING:
    from generator.dossier import Dossier

IMPACTS = {
    "critical": "critical impact",
    "major": "major impact",
    "minor": "minor impact",
    "none": "no stated impact",
}


@dataclass(frozen=True)
class IncidentRow:
    """One incident in a list."""

    incident: Incident
    seconds: float
    """How long the announcement was open."""
    scope: tuple[str, ...]
    impact: str


@dataclass(frozen=True)
class IncidentMonth:
    """The incidents of one month."""

    anchor: str
    first: date
    rows: tuple[IncidentRow, ...]


@dataclass(frozen=True)
class IncidentsContext:
    """Variables of incidents.md.j2."""

    total: int
    first: date | None
    last: date | None
    """First and last day in the list; None where it is empty."""
    impacts: tuple[tuple[int, str], ...]
    unnamed: int
    """Incidents whose announcement and title name no product."""
    chart: Chart | None
    minutes: Chart | None
    """How long announcements were open, week by week."""
    months: tuple[IncidentMonth, ...]


@dataclass(frozen=True)
class IncidentContext:
    """Variables of incident.md.j2."""

    row: IncidentRow
    products: tuple[tuple[str, str], ...]
    """Each product that was affected, with the id of the surface it belongs to."""
    in_article: bool
    """Does the announcement begin in the window of the article?"""
    reports: tuple[Report, ...]
    events: tuple[Event, ...]
    citing: tuple[Claim, ...]
    same_day: tuple[Incident, ...]
    previous: Incident | None
    next: Incident | None


def incident_row(incident: Incident, dossier: Dossier) -> IncidentRow:
    """Row of a list of incidents."""
    return IncidentRow(
        incident=incident,
        seconds=(incident.end - incident.start).total_seconds(),
        scope=tuple("no product named" if scope == "all" else dossier.scope_title(scope) for scope in incident.scope),
        impact=IMPACTS[incident.impact],
    )


def pages(dossier: Dossier) -> Iterator[Page]:
    """The list, then one page an incident."""
    yield _list_page(dossier)
    for before, incident, after in neighbours(dossier.library.incidents):
        yield _incident_page(incident, before, after, dossier)


KIND = PageKind("incidents", pages)


def _list_page(dossier: Dossier) -> Page:
    incidents = dossier.library.incidents
    chart = incidents_chart(dossier, drawn=dossier.draw) if incidents else None
    minutes = minutes_chart(dossier, drawn=dossier.draw) if incidents else None
    impacts = Counter[str](incident.impact for incident in incidents)
    newest = sorted(incidents, key=lambda incident: (incident.start, incident.id), reverse=True)
    context = IncidentsContext(
        total=len(incidents),
        first=incidents[0].start.date() if incidents else None,
        last=incidents[-1].start.date() if incidents else None,
        impacts=tuple((impacts[impact], words) for impact, words in IMPACTS.items()),
        unnamed=sum("all" in incident.scope for incident in incidents),
        chart=chart,
        minutes=minutes,
        months=tuple(
            IncidentMonth(f"m-{first:%Y-%m}", first, tuple(incident_row(incident, dossier) for incident in found))
            for first, found in groupby(newest, key=lambda incident: incident.start.date().replace(day=1))
        ),
    )
    return Page(
        path=f"{dossier.library.case.id}/incidents/",
        template="incidents.md.j2",
        title="Incidents of the status page",
        description=f"{plural(context.total, 'incident')} of the vendor's status page, by month and product.",
        context=context,
        downloads=tuple(file for one in (chart, minutes) if one for file in one.downloads()),
        asked=("status page",),
        citation=cite(
            dossier, f"{dossier.library.case.id}/incidents/", "Incidents of the status page", figures=(chart, minutes)
        ),
    )


def _moment(incident: Incident, dossier: Dossier) -> str:
    """Its day, with the hour where another of that title began on the day: many announcements have one title."""
    day = incident.start.date()
    alike = [one for one in dossier.library.incidents if one.title == incident.title and one.start.date() == day]
    return utc(incident.start) if len(alike) > 1 else in_words(day)


def _incident_page(incident: Incident, before: Incident | None, after: Incident | None, dossier: Dossier) -> Page:
    case = dossier.library.case
    day = incident.start.date()
    url = str(incident.url)
    row = incident_row(incident, dossier)
    context = IncidentContext(
        row=row,
        products=tuple(
            (title, dossier.surfaces[scope].id if scope in dossier.surfaces else "")
            for title, scope in zip(row.scope, incident.scope, strict=True)
        ),
        in_article=case.article_window_start <= day <= case.article_window_end,
        reports=dossier.reports_citing(url),
        events=dossier.events_citing(url),
        citing=dossier.claims_citing(url),
        same_day=tuple(
            other for other in dossier.library.incidents if other.start.date() == day and other.id != incident.id
        ),
        previous=before,
        next=after,
    )
    links = {
        "reports": [f"{case.id}/r/{report.id}/" for report in context.reports],
        "events": [f"{case.id}/e/{event.id}/" for event in context.events],
        "claims_citing": [f"{case.id}/c/{claim.id}/" for claim in context.citing],
    }
    return Page(
        path=f"{case.id}/i/{incident.id}/",
        template="incident.md.j2",
        title=f"{incident.title}, {_moment(incident, dossier)}",
        description=f"Status-page incident of {day.isoformat()}: {incident.title}",
        context=context,
        downloads=(json_twin("incident", incident.id, incident.model_dump(mode="json"), links),),
        citation=cite(
            dossier,
            f"{case.id}/i/{incident.id}/",
            f"Incident of {day.isoformat()}: {incident.title}",
            Cited(kind="incident"),
        ),
        written_in=file_of(incident),
        notes=notes_on(dossier, f"i/{incident.id}"),
    )
