"""How to get a log: which one to take, a page for each format, and what each can answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from generator.detectors import DETECTORS, Detector
from generator.importers import IMPORTERS, Importer
from generator.importers.guide import Verified
from generator.pages.parts.base import Page, PageKind
from generator.pages.parts.coverage import Kind, answered, giving, kinds, lacking, numbered, of_surface
from generator.pages.parts.neighbours import neighbours
from generator.pages.parts.twin import json_twin
from generator.records.rows import Surface

if TYPE_CHECKING:
    from generator.detectors.shared.needs import Need
    from generator.dossier import Dossier

SURFACES = (Surface.CLAUDE_CODE, Surface.API, Surface.CLAUDE_AI, Surface.COWORK, Surface.ENTERPRISE)
NAMES = {
    Surface.CLAUDE_CODE: "Claude Code",
    Surface.API: "Claude API",
    Surface.CLAUDE_AI: "Claude.ai",
    Surface.COWORK: "Cowork",
    Surface.ENTERPRISE: "Team and Enterprise",
}


@dataclass(frozen=True)
class Problem:
    """What somebody comes with, and the logs to take for it, the easiest first."""

    text: str
    because: str
    take: tuple[str, ...]


PROBLEMS = (
    Problem(
        "My use of Claude Code makes no sense",
        "It shows each call with what it read, wrote and cost, and what happened between calls.",
        ("claude-code", "otel-events", "stream-json"),
    ),
    Problem(
        "My bill of the API makes no sense",
        "Only the record of your own program or gateway shows each call; the Console shows sums.",
        ("api-responses", "litellm-spend", "har"),
    ),
    Problem(
        "My limit on Claude.ai makes no sense",
        "No file holds the cost of a chat. What can be kept is the meter, from now on.",
        ("usage-endpoint", "meter-snapshots"),
    ),
    Problem(
        "My use of Cowork makes no sense",
        "Where the program keeps its sessions, they show each call.",
        ("cowork-audit", "claude-code", "otel-events"),
    ),
    Problem(
        "The bill of our organisation makes no sense",
        "It breaks the sum down by person, product, model or day, which tells where to look further.",
        ("spend-csv", "enterprise-cost", "claude-code-analytics"),
    ),
    Problem(
        "My limit was gone too soon, or moved while nobody worked",
        "A series of readings shows when the meter moved. Take a log of calls beside it, to see what moved it.",
        ("statusline", "usage-endpoint", "meter-snapshots"),
    ),
    Problem(
        "A counter on my screen fell or started anew",
        "A series of readings shows when, and how far.",
        ("statusline", "stream-json"),
    ),
    Problem(
        "What I was charged and what I count differ",
        "It is what was counted for the bill. Compare it with a log of calls from the same days.",
        ("console-cost-csv", "console-usage-csv", "admin-cost"),
    ),
    Problem(
        "Another model answered than I asked for",
        "Only a recorded request holds the model that was asked for.",
        ("raw-bodies", "claude-trace", "har"),
    ),
)
"""Advice, so kept by hand; the lists of formats below it are not."""


@dataclass(frozen=True)
class Choice:
    """A problem and the logs to take for it, best first."""

    problem: Problem
    first: Importer
    others: tuple[Importer, ...]


@dataclass(frozen=True)
class LogRow:
    """A format in the list."""

    importer: Importer
    kinds: tuple[Kind, ...]
    answered: int


@dataclass(frozen=True)
class SurfaceLogs:
    """The formats of one surface. `page` tells whether the case has a page of the surface."""

    id: str
    title: str
    page: bool
    rows: tuple[LogRow, ...]


@dataclass(frozen=True)
class LogsContext:
    """Variables of logs.md.j2."""

    choices: tuple[Choice, ...]
    surfaces: tuple[SurfaceLogs, ...]
    formats: int
    questions: int
    sure: tuple[Verified, ...]


@dataclass(frozen=True)
class Unanswered:
    """A detector that a format cannot feed alone, with the inputs that are missing."""

    detector: Detector
    missing: tuple[Need, ...]


@dataclass(frozen=True)
class Input:
    """An input and the formats that give it."""

    need: Need
    formats: tuple[Importer, ...]


@dataclass(frozen=True)
class LogContext:
    """Variables of log.md.j2."""

    importer: Importer
    kinds: tuple[Kind, ...]
    surface: str
    questions: int
    answered: tuple[Detector, ...]
    unanswered: tuple[Unanswered, ...]
    missing: tuple[Input, ...]
    previous: Importer | None
    next: Importer | None


@dataclass(frozen=True)
class Cell:
    """A format and a detector: the missing inputs with their numbers; none = it can be measured."""

    importer: Importer
    missing: tuple[tuple[int, Need], ...]


@dataclass(frozen=True)
class DetectorRow:
    """A detector with each format."""

    detector: Detector
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class TableContext:
    """Variables of logs_detectors.md.j2."""

    surfaces: tuple[SurfaceLogs, ...]
    rows: tuple[DetectorRow, ...]
    totals: tuple[LogRow, ...]
    inputs: tuple[tuple[int, Input], ...]


def pages(dossier: Dossier) -> Iterator[Page]:
    """The hub, the table of formats and detectors, then a page for each format."""
    case = dossier.library.case.id
    surfaces = tuple(group for surface in SURFACES if (group := _surface(surface, dossier)).rows)
    yield Page(
        path=f"{case}/logs/",
        template="logs.md.j2",
        title="Get your logs",
        description="Which records of your own use exist, where they are, and what each can answer.",
        context=LogsContext(
            choices=tuple(_choices()),
            surfaces=surfaces,
            formats=len(IMPORTERS),
            questions=len(DETECTORS),
            sure=tuple(Verified),
        ),
        asked=("where are my logs", "export my data"),
    )
    yield _table(case, surfaces)
    in_order = [row.importer for surface in surfaces for row in surface.rows]
    for before, importer, after in neighbours(in_order):
        yield _log_page(case, importer, before, after)


KIND = PageKind("logs", pages)


def _choices() -> Iterator[Choice]:
    formats = {importer.id: importer for importer in IMPORTERS}
    for problem in PROBLEMS:
        first, *others = (formats[id] for id in problem.take)
        yield Choice(problem, first, tuple(others))


def _surface(surface: Surface, dossier: Dossier) -> SurfaceLogs:
    rows = tuple(LogRow(one, kinds(one), len(answered(one))) for one in of_surface(surface))
    return SurfaceLogs(surface.value, NAMES[surface], surface.value in dossier.surfaces, rows)


def _log_page(case: str, importer: Importer, before: Importer | None, after: Importer | None) -> Page:
    unanswered = tuple(
        Unanswered(detector, missing) for detector in DETECTORS if (missing := lacking(importer, detector))
    )
    wanted = {need.id for row in unanswered for need in row.missing}
    context = LogContext(
        importer=importer,
        kinds=kinds(importer),
        surface=NAMES[importer.surface],
        questions=len(DETECTORS),
        answered=answered(importer),
        unanswered=unanswered,
        missing=tuple(Input(need, giving(need)) for _, need in numbered() if need.id in wanted),
        previous=before,
        next=after,
    )
    return Page(
        path=f"{case}/logs/{importer.id}/",
        template="log.md.j2",
        title=importer.title,
        description=f"{importer.title}: where they are, how to export them, and what they can and cannot show.",
        context=context,
        downloads=(json_twin("log", importer.id, _record(context), _links(context, case)),),
    )


def _record(context: LogContext) -> dict[str, Any]:
    importer, guide = context.importer, context.importer.guide
    return {
        "title": importer.title,
        "surface": importer.surface.value,
        "holds": [kind.value for kind in context.kinds],
        "gives": sorted(importer.gives),
        "where": guide.where,
        "get": list(guide.get),
        "shows": list(guide.shows),
        "hides": list(guide.hides),
        "private": guide.private,
        "verified": guide.verified.value,
        "tried": guide.tried,
        "sources": list(guide.sources),
        "answers_alone": [detector.id for detector in context.answered],
        "missing": {row.detector.id: [need.id for need in row.missing] for row in context.unanswered},
    }


def _links(context: LogContext, case: str) -> dict[str, Any]:
    return {
        "page": f"{case}/logs/{context.importer.id}/",
        "logs": f"{case}/logs/",
        "detectors": [f"{case}/d/{detector.id}/" for detector in context.answered],
    }


def _table(case: str, surfaces: tuple[SurfaceLogs, ...]) -> Page:
    numbers = {need.id: number for number, need in numbered()}
    totals = tuple(row for surface in surfaces for row in surface.rows)
    rows = tuple(
        DetectorRow(
            detector,
            tuple(
                Cell(
                    row.importer,
                    tuple(
                        sorted(
                            ((numbers[need.id], need) for need in lacking(row.importer, detector)), key=itemgetter(0)
                        )
                    ),
                )
                for row in totals
            ),
        )
        for detector in DETECTORS
    )
    context = TableContext(
        surfaces, rows, totals, tuple((number, Input(need, giving(need))) for number, need in numbered())
    )
    record = {
        row.detector.id: {cell.importer.id: [need.id for _, need in cell.missing] for cell in row.cells} for row in rows
    }
    return Page(
        path=f"{case}/logs/detectors/",
        template="logs_detectors.md.j2",
        title="What each log can answer",
        description="Every log format with every detector: measurable or not, and which input is missing.",
        context=context,
        downloads=(json_twin("logs-detectors", "detectors", record, {"logs": f"{case}/logs/"}),),
    )
