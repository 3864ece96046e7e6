"""Measurements: the list, and a page for each with its figures, its method, and what it can and cannot show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from generator.base.wording import plural
from generator.charts import Chart, published_chart
from generator.charts.card import card_svg
from generator.curated.written_in import file_of
from generator.pages.parts.base import Page, PageKind
from generator.pages.parts.cite import Cited, cite
from generator.pages.parts.neighbours import neighbours
from generator.pages.parts.notes import notes_on
from generator.pages.parts.position import place
from generator.pages.parts.read_share_figure import read_share_figure
from generator.pages.parts.twin import json_twin

if TYPE_CHECKING:
    from generator.curated.claims import Claim
    from generator.curated.measurements import Published, PublishedTable
    from generator.curated.models import SurfaceText, Symptom
    from generator.curated.registered import Registered
    from generator.detectors import Detector
    from generator.dossier import Dossier
    from generator.dossier.computed import Computed

READ_SHARE = "cache-read-by-version"
"""The measurement of others that the public logs of this site can be set beside."""
RAW = {
    "public": "the raw data is public",
    "partly": "part of the raw data is public",
    "no": "the raw data is not public",
}


@dataclass(frozen=True)
class MeasurementsContext:
    """Variables of measurements.md.j2."""

    published: tuple[Published, ...]
    raw: dict[str, str]
    open: int
    """With public raw data."""
    ours: int
    plan: Registered | None
    special: str | None
    """Whether the window was special, in one sentence; None where that is not tested."""


@dataclass(frozen=True)
class Part:
    """One table of a measurement, drawn where it can be."""

    table: PublishedTable
    chart: Chart | None


@dataclass(frozen=True)
class MeasurementContext:
    """Variables of measurement.md.j2."""

    one: Published
    computed: Computed | None
    parts: tuple[Part, ...]
    beside: Chart | None
    """The same in the public logs of this site, where they can say it; cited on the page of the product."""
    raw: str
    places: tuple[tuple[str, str], ...]
    """Addresses of the sources, each with a form short enough for a line."""
    bearings: tuple[tuple[Claim, str], ...]
    surfaces: tuple[SurfaceText, ...]
    symptoms: tuple[Symptom, ...]
    detectors: tuple[Detector, ...]
    previous: Published | None
    next: Published | None


def measured_with(published: Iterable[Published], *, symptom: str = "", surface: str = "") -> tuple[Published, ...]:
    """Measurements about a symptom, or about a surface, in the order of the site."""
    return tuple(one for one in published if symptom in one.symptoms or surface in one.surfaces)


def pages(dossier: Dossier) -> Iterator[Page]:
    """The list, then one page a measurement."""
    found = dossier.library.published
    yield Page(
        path=f"{dossier.library.case.id}/measurements/",
        template="measurements.md.j2",
        title="Measurements",
        description=f"{plural(len(found), 'measurement')} about claims, each with method, sample and judgement.",
        context=MeasurementsContext(
            published=found,
            raw=RAW,
            open=sum(one.raw == "public" for one in found),
            ours=sum(one.ours for one in found),
            plan=dossier.library.case.registered,
            special=dossier.special.answer if dossier.special else None,
        ),
    )
    for before, one, after in neighbours(found):
        yield _page(one, before, after, dossier)


def _page(one: Published, before: Published | None, after: Published | None, dossier: Dossier) -> Page:
    case = dossier.library.case.id
    path = f"{case}/m/{one.id}/"
    computed = dossier.computed.get(one.id)
    parts = tuple(
        Part(table, published_chart(table, table.plot, drawn=dossier.draw) if table.plot else None)
        for table in (*(computed.tables if computed else ()), *one.tables)
    )
    beside = read_share_figure(dossier) if one.id == READ_SHARE else None
    charts = tuple(part.chart for part in parts)
    said = Cited(computed.answer if computed else one.result, kind="measurement")
    citation = cite(dossier, path, f"Measurement: {one.title}", said, charts)
    context = MeasurementContext(
        one=one,
        computed=computed,
        parts=parts,
        beside=beside,
        raw=RAW[one.raw],
        places=tuple((str(url), place(url)) for url in (one.url, *one.more_urls)),
        bearings=tuple((dossier.claims[bearing.claim], bearing.says) for bearing in one.bears_on),
        surfaces=tuple(dossier.surfaces[surface] for surface in one.surfaces if surface in dossier.surfaces),
        symptoms=tuple(dossier.symptoms[symptom] for symptom in one.symptoms if symptom in dossier.symptoms),
        detectors=tuple(detector for detector in dossier.detectors if detector.id in one.detectors),
        previous=before,
        next=after,
    )
    links = {
        "page": path,
        "measurements": f"{case}/measurements/",
        "claims": [f"{case}/c/{bearing.claim}/" for bearing in one.bears_on],
        "symptoms": [f"{case}/symptom/{symptom.id}/" for symptom in context.symptoms],
        "surfaces": [f"{case}/surface/{surface.id}/" for surface in context.surfaces],
        "detectors": [f"{case}/d/{detector.id}/" for detector in context.detectors],
    }
    return Page(
        path=path,
        template="measurement.md.j2",
        title=one.title,
        description=one.result,
        context=context,
        downloads=(
            json_twin("measurement", one.id, _record(one, computed), links),
            *(download for chart in (*charts, beside) if chart for download in chart.downloads()),
        ),
        citation=citation,
        card=card_svg(said.sentence, over=f"Measurement: {one.title}"),
        written_in=file_of(one),
        tags=one.symptoms,
        notes=notes_on(dossier, f"m/{one.id}"),
        asked=one.asked,
    )


def _record(one: Published, computed: Computed | None) -> dict[str, Any]:
    worked_out = (
        {
            "function": computed.function,
            "answer": computed.answer,
            "estimates": [{"what": what, **estimate.json()} for what, estimate in computed.estimates],
            "tables": [table.model_dump(mode="json", exclude={"plot"}) for table in computed.tables],
        }
        if computed
        else None
    )
    return {**one.model_dump(mode="json"), "worked_out": worked_out}


KIND = PageKind("measurements", pages)
