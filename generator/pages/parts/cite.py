"""How a page and its figures are cited: one line of text, BibTeX, CSL-JSON and RIS, pinned to the snapshot.

A citation holds the sentence, the grade and the digest of the records, so that it says what was cited when the page
has changed since. Before the site has an address it gives the path, and says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from generator.dossier.changes import pinned
from generator.pages.parts.base import Citation, Download
from generator.pages.parts.cite_formats import Reference, bibtex, csl_json, ris
from generator.pages.parts.figure_place import figure_place

if TYPE_CHECKING:
    from generator.charts import Chart
    from generator.dossier import Dossier

NO_ADDRESS = "the address is set by whoever publishes this site"
_UNSEEN = re.compile(r"[\s\x00-\x1f\x7f]+")
_KEY = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True)
class Cited:
    """What is said on the page, where it says one thing: its sentence if that is not the title, and its grade."""

    sentence: str = ""
    grade: str = ""  # in words: "by rules: plausible"
    kind: str = "page"  # of record: claim, finding, report, ...; "data" for files


def cite(
    dossier: Dossier, path: str, title: str, cited: Cited = Cited(), figures: Iterable[Chart | None] = ()
) -> Citation:  # fmt: skip
    """Citation of the page at `path` and of its figures."""
    page = _reference(dossier, path, title, cited)
    charts = tuple(figure for figure in figures if figure is not None)
    places = {chart.id: figure_place(dossier, path, chart, cited.kind) for chart in charts}
    named = tuple(_figure(dossier, page, path, places[chart.id], chart) for chart in charts)
    whole = (page, *named)
    return Citation(
        text=page.text,
        figures={chart.id: one.text for chart, one in zip(charts, named, strict=True)},
        downloads=(
            Download("cite.txt", "".join(f"{one.text}\n" for one in whole).encode()),
            Download("cite.bib", "\n".join(map(bibtex, whole)).encode()),
            Download("cite.json", csl_json(whole)),
            Download("cite.ris", "".join(map(ris, whole)).encode()),
        ),
        title=page.title,
        sentence=page.sentence or page.title,
        grade=page.grade,
        kind=cited.kind,
        charts=charts,
        places=places,
    )


def _figure(dossier: Dossier, page: Reference, path: str, place: str, chart: Chart) -> Reference:
    """A figure of the page at `path`: cited by its own page at `place`, or by its place on this one."""
    title = f"Figure: {chart.title}. {page.title.rstrip('.')}"
    one = _reference(dossier, place, title, Cited(chart.sentence, kind="figure"))
    if place != path:
        return one
    mark = f"#{chart.id}"
    key = f"{page.key}-figure-{_KEY.sub('-', chart.id)}"
    return replace(one, key=key, url=one.url and one.url + mark, path=one.path + mark)


def _reference(dossier: Dossier, path: str, title: str, cited: Cited) -> Reference:
    case, edition = dossier.library.case, dossier.edition
    kept = pinned(dossier.periods, dossier.library.snapshots, path.removeprefix(f"{case.id}/").strip("/"))
    url = edition.url(f"v/{kept}/{path}" if kept else path)
    return Reference(
        key="-".join(("witnessmark", *(path.strip("/").split("/") if path.strip("/") else ()))),
        title=_line(title),
        sentence=_line(cited.sentence),
        grade=_line(cited.grade),
        day=dossier.day,
        url=url,
        path=path,
        case=case.id,
        container=_line(case.title),
        snapshot=kept or dossier.snapshot,
        version=dossier.version,
        records="" if kept else edition.records,  # those of this build; the snapshot was made from others
        without_address="" if url else NO_ADDRESS,
        is_data=cited.kind == "data",
        abstract=_line(_abstract(cited)),
    )


ARTICLE_SAYS = "The article says, in our words: "


def _abstract(cited: Cited) -> str:
    """The sentence; that of a claim is the article's and no finding of ours, and says so with its grade."""
    if cited.kind != "claim":
        return cited.sentence
    graded = f" Grade {cited.grade}." if cited.grade else ""
    return f"{ARTICLE_SAYS}{cited.sentence}{graded}"


def _line(text: str) -> str:
    return _UNSEEN.sub(" ", text).strip()
