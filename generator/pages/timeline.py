"""The timeline: everything dated in one ordered list that can be filtered, with the periods behind it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING

from generator.base.wording import plural
from generator.charts import Chart, timeline_chart
from generator.charts.weeks import DAY
from generator.curated.case import Case
from generator.pages.events import event_pages
from generator.pages.parts.base import Page, PageKind
from generator.pages.parts.cite import cite
from generator.pages.parts.entries import Entry, entries, happenings
from generator.pages.parts.facets import Facet, facets, tokens
from generator.pages.parts.spans import Span
from generator.pages.parts.timeline_bands import BandGroup, band_groups

if TYPE_CHECKING:
    from generator.dossier import Dossier

FACETS = ("kind", "surface", "symptom", "layer", "grade")
"""What the list can be filtered by."""


@dataclass(frozen=True)
class TimelineItem:
    """One entry, or a mark where the article's window begins or ends."""

    anchor: str
    span: Span
    title: str
    entry: Entry | None
    """None for a mark."""
    tokens: str = ""
    note: str = ""


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
    reports: int
    findings: int
    day_only: int
    periods: int
    uncertain: int
    low: int
    """Events with low confidence."""
    chart: Chart
    article: Span
    bands: tuple[BandGroup, ...]
    span: Span
    """What the strip shows; the end is the first day that it does not."""
    facets: tuple[Facet, ...]
    months: tuple[TimelineMonth, ...]


def pages(dossier: Dossier) -> Iterator[Page]:
    """The timeline, then one page an event."""
    yield _timeline_page(dossier)
    yield from event_pages(dossier)


KIND = PageKind("timeline", pages)


def _timeline_page(dossier: Dossier) -> Page:
    library, case = dossier.library, dossier.library.case
    chart = timeline_chart(dossier, drawn=dossier.draw)
    found = tuple(happenings(entries(dossier)))
    offered = facets(FACETS, found, dossier)
    items = [*(_item(entry, {facet.name: facet for facet in offered}) for entry in found), *_window_marks(case)]
    spans = [entry.span for entry in found if entry.span]
    context = TimelineContext(
        events=len(library.events),
        incidents=len(library.incidents),
        reports=len(library.reports),
        findings=sum(entry.record == "finding" for entry in found),
        day_only=sum(event.day_only and event.end is None for event in library.events),
        periods=sum(span.until is not None and not span.uncertain for span in spans),
        uncertain=sum(span.uncertain for span in spans),
        low=sum(event.confidence == "low" for event in library.events),
        chart=chart,
        article=Span(case.article_window_start, case.article_window_end),
        bands=band_groups(dossier),
        span=Span(case.window_start, case.window_end + DAY),
        facets=offered,
        months=tuple(_months(items, case)),
    )
    return Page(
        path=f"{case.id}/timeline/",
        template="timeline.md.j2",
        title="Timeline",
        description=(
            f"{plural(context.events, 'dated event')}, {plural(context.incidents, 'incident')} and "
            f"{plural(context.reports, 'report')} in order, "
            "with their sources."
        ),
        context=context,
        downloads=chart.downloads(),
        citation=cite(dossier, f"{case.id}/timeline/", "Timeline", figures=(chart,)),
    )


def _months(items: Iterable[TimelineItem], case: Case) -> Iterator[TimelineMonth]:
    ordered = sorted(items, key=lambda item: (item.span.order, item.anchor))
    for first, found in groupby(ordered, key=lambda item: item.span.day.replace(day=1)):
        window = case.window_start.replace(day=1) <= first <= case.window_end
        yield TimelineMonth(f"m-{first:%Y-%m}", first, tuple(found), folded=not window)


def _item(entry: Entry, offered: Mapping[str, Facet]) -> TimelineItem:
    """What can be filtered by is also written out, so that the list can be read without filters."""
    assert entry.span is not None, "only claims are undated"
    surfaces = ", ".join(offered["surface"].label(value) for value in entry.surfaces)
    layer = f"points to: {entry.layer}" if entry.layer not in ("none", "unknown") else ""
    symptoms = ", ".join(offered["symptom"].label(value).lower() for value in entry.symptoms)
    return TimelineItem(
        anchor=entry.anchor,
        span=entry.span,
        title=entry.title,
        entry=entry,
        tokens=tokens(entry, FACETS),
        note=" \u00b7 ".join(part for part in (surfaces, symptoms, layer, entry.note) if part),
    )


def _window_marks(case: Case) -> tuple[TimelineItem, TimelineItem]:
    return (
        TimelineItem("window-begins", Span(case.article_window_start), "The article's own window begins", None),
        TimelineItem("window-ends", Span(case.article_window_end), "The last day of the article's own window", None),
    )
