"""Figures: the list, and a page for each with its table, its files and how to cite it; made of pages that show them.

A figure of a finding, of a detector or of simulated data has that page, and none here (parts/figure_place.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from generator.base.problems import ContentError, Problem
from generator.base.wording import plural
from generator.charts.card import card_svg
from generator.charts.files import Download
from generator.curated.checking import did_you_mean
from generator.curated.figure_ids import LONGEST_ID, too_long
from generator.dossier.facts import LONGEST
from generator.pages.parts.base import Page
from generator.pages.parts.cite import Cited, cite
from generator.pages.parts.figure_place import FOLDER
from generator.pages.parts.neighbours import neighbours
from generator.pages.parts.notes import notes_on
from generator.pages.parts.twin import json_twin

if TYPE_CHECKING:
    from generator.charts import Chart
    from generator.curated.locked import Locked
    from generator.dossier import Dossier

GROUPS = (
    ("measurements", "Measurements", ("m",)),
    ("records", "Reports, incidents, timeline", ("reports", "incidents", "timeline")),
    ("claims", "Claims and grades", ("claims", "c", "analysis", "method")),
    ("rules", "Detectors and products", ("detectors", "other-tools", "surface")),
    ("logs", "Logs used as evidence", ("evidence",)),
)
"""Groups of the list: anchor, title, and the first folders of the pages that show their figures."""
_REST = ("others", "Others")


@dataclass(frozen=True)
class Figure:
    """A figure with a page of its own."""

    id: str
    path: str
    title: str  # no other figure has it
    chart: Chart
    owner: Page  # the page that it is explained on
    others: tuple[Page, ...]  # that show it too


@dataclass(frozen=True)
class Group:
    """Figures of one kind of page."""

    id: str
    title: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class FiguresContext:
    """Variables of figures.md.j2."""

    groups: tuple[Group, ...]


@dataclass(frozen=True)
class FigureContext:
    """Variables of figure.md.j2."""

    id: str
    chart: Chart
    owner: Page
    others: tuple[Page, ...]
    previous: Figure | None
    next: Figure | None


def pages(dossier: Dossier, made: Sequence[Page]) -> Iterator[Page]:
    """The list, then a page a figure of the pages `made`; nothing where none has a figure.

    Raises ContentError where two figures have one address, where one that was public is nowhere, and where words about
    a figure name none.
    """
    found = figures_of(dossier, made)
    _refuse_lost(dossier, found)
    _refuse_unknown(dossier, found)
    if not found:
        return
    groups = _groups(dossier, found)
    ordered = [figure for group in groups for figure in group.figures]
    case = dossier.library.case.id
    yield Page(
        path=f"{case}/figures/",
        template="figures.md.j2",
        title="Figures",
        description=f"{plural(len(found), 'figure')} of the case, each as one sentence with its page.",
        context=FiguresContext(groups),
        asked=("charts", "pictures"),
    )
    for before, figure, after in neighbours(ordered):
        yield _page(dossier, figure, before, after)


def figures_of(dossier: Dossier, made: Sequence[Page]) -> tuple[Figure, ...]:
    """Every figure that has a page of its own, by id.

    Raises ContentError where two have one address, and where an id is too long to be kept.
    """
    case = dossier.library.case.id
    shown: dict[str, list[tuple[Chart, Page]]] = {}
    for page in made:
        for chart in page.citation.charts if page.citation else ():
            place = page.citation.places[chart.id] if page.citation else ""
            if place.startswith(f"{case}/{FOLDER}/"):
                shown.setdefault(place, []).append((chart, page))
    for place, all_ in shown.items():
        id = place.rstrip("/").rpartition("/")[2]
        if len(id) > LONGEST_ID:
            said = too_long(id)
            raise ContentError(Problem(all_[0][1].written_in, 0, 0, "W-length", *said))
        if len({chart.svg for chart, _ in all_}) > 1:
            names = " and ".join(sorted(page.path for _, page in all_))
            hint = "give one of the tables another id"
            raise ContentError(
                Problem(all_[0][1].written_in, 0, 0, "W-twice", f"{names} have two figures at {place}", hint)
            )
    titles = Counter(all_[0][0].title for all_ in shown.values())
    found = []
    for place, all_ in sorted(shown.items()):
        # The home of the case shows what is explained elsewhere.
        (chart, owner), *others = sorted(all_, key=lambda one: one[1].path == f"{case}/")
        title = f"{chart.title} ({owner.title})" if titles[chart.title] > 1 else chart.title
        id = place.rstrip("/").rpartition("/")[2]
        found.append(Figure(id, place, title, chart, owner, tuple(page for _, page in others)))
    return tuple(found)


def new_figures(dossier: Dossier, made: Sequence[Page]) -> Iterator[tuple[str, str]]:
    """Id and title of each figure of these pages that the list of ids does not have."""
    known = {row.id for row in dossier.library.locked if row.kind == "figure"}
    return ((one.id, one.title[:LONGEST]) for one in figures_of(dossier, made) if one.id not in known)


def _refuse_lost(dossier: Dossier, found: Sequence[Figure]) -> None:
    known = {figure.id for figure in found}
    lost = [row for row in dossier.library.locked if row.kind == "figure" and not row.gone and row.id not in known]
    if lost:
        raise ContentError(*map(_lost, lost))


def _refuse_unknown(dossier: Dossier, found: Sequence[Figure]) -> None:
    """Before the first `witnessmark lock` no list has the figures, so that only their pages tell."""
    library = dossier.library
    places = {f"{FOLDER}/{figure.id}" for figure in found} | {row.place for row in library.locked}
    named = [("content/corrections.yml", one.page) for one in library.corrections]
    named += [("content/asked.yml", one.page) for one in library.asked]
    named += [(f"content/replies/{one.id}.yml", one.page) for one in library.replies]
    wrong = [
        Problem(file, 0, 0, "W-ref", f'unknown page "{page}"', did_you_mean(page, places))
        for file, page in named
        if page and page.startswith(f"{FOLDER}/") and page not in places
    ]
    if wrong:
        raise ContentError(*wrong)


def _lost(row: Locked) -> Problem:
    message = f'the figure "{row.id}" was public and is on no page any more'
    hint = f'bring it back, or: witnessmark bury {row.place} --reason "..."'
    return Problem("content/ids.lock.yml", 0, 0, "W-lost", message, hint)


def _groups(dossier: Dossier, found: Sequence[Figure]) -> tuple[Group, ...]:
    case = dossier.library.case.id
    plan = dossier.library.case.registered
    groups = ((("special", plan.title, (plan.page,)),) if plan else ()) + GROUPS
    known = {folder: id for id, _, folders in groups for folder in folders}
    placed: dict[str, list[Figure]] = {}
    for figure in found:
        folder = figure.owner.path.removeprefix(f"{case}/").partition("/")[0]
        placed.setdefault(known.get(folder, _REST[0]), []).append(figure)
    titled = (*((id, title) for id, title, _ in groups), _REST)
    return tuple(Group(id, title, _by_page(placed[id])) for id, title in titled if id in placed)


def _by_page(figures: Sequence[Figure]) -> tuple[Figure, ...]:
    return tuple(sorted(figures, key=lambda one: (one.owner.path, one.id)))


def _page(dossier: Dossier, figure: Figure, before: Figure | None, after: Figure | None) -> Page:
    chart, owner = figure.chart, figure.owner
    about = owner.citation.title if owner.citation else owner.title
    said = Cited(chart.sentence, kind="figure")
    citation = cite(dossier, figure.path, f"Figure: {chart.title}. {about.rstrip('.')}", said)
    kept = {chart.csv, chart.svg_light, chart.spec}
    links = {"page": figure.path, "shown_on": [owner.path, *(page.path for page in figure.others)]}
    return Page(
        path=figure.path,
        template="figure.md.j2",
        title=figure.title,
        description=chart.sentence,
        context=FigureContext(figure.id, chart, owner, figure.others, before, after),
        downloads=(
            *(file for file in chart.downloads() if file.name in kept),
            _twin(figure, links),
        ),
        notes=notes_on(dossier, f"{FOLDER}/{figure.id}"),
        citation=replace(citation, charts=(chart,), places={chart.id: figure.path}),
        written_in=owner.written_in,
        card=card_svg(chart.sentence, over=f"Figure: {chart.title}"),
    )


def _twin(figure: Figure, links: Mapping[str, object]) -> Download:
    chart = figure.chart
    record = {
        "title": chart.title,
        "sentence": chart.sentence,
        "note": chart.note,
        "columns": list(chart.columns),
        "rows": [
            [value if isinstance(value, int | float | str | None) else str(value) for value in row]
            for row in chart.rows
        ],
        "files": [name for name in (chart.csv, chart.svg_light, chart.png, chart.spec) if name],
    }
    return json_twin("figure", figure.id, record, links)
