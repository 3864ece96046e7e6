"""Measurements that bear on the claims: series and tables with their source, method, sample and our judgement."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError, ValidatorFunctionWrapHandler, WrapValidator
from pydantic_core import PydanticCustomError

from generator.base.problems import ContentError, Problem
from generator.curated.checking import did_you_mean
from generator.curated.listfile import read_list
from generator.curated.models import ClaimId, Line, Model, Slug, Text, WebUrl
from generator.curated.yamlfile import Document, Where, clipped

FILE = "measurements/published.yml"
_DAY = re.compile(r"20\d{2}-\d{2}-\d{2}")
_MONTH = re.compile(r"20\d{2}-(?:0[1-9]|1[0-2])")


def _one_message(value: object, handler: ValidatorFunctionWrapHandler) -> object:
    """A wrong cell is one mistake, not one for each kind of cell that it is not."""
    try:
        return handler(value)
    except ValidationError:
        raise PydanticCustomError("cell", "must be a number, one line of text, or empty") from None


Cell = Annotated[int | float | Line | None, WrapValidator(_one_message)]
"""A number, a word, or nothing where the source does not say."""


class Plot(Model):
    """How a table is drawn; every word names one of its columns.

    `bars`: one value a row, with an interval from `low` to `high` if both are named. `spans`: two days a row, from and
    to. `months`: a panel for each value, a month a row.
    """

    kind: Literal["bars", "spans", "months"]
    label: Line
    values: Annotated[tuple[Line, ...], Field(min_length=1, max_length=3)]
    group: Line | None = None  # what the colour means
    low: Line | None = None
    high: Line | None = None
    rule: float | None = None  # a line to compare with
    axis: Line
    sentence: Line  # what is to be seen, with its numbers


class PublishedTable(Model):
    """Figures of one measurement; each row has as many cells as there are columns."""

    id: Slug
    title: Line
    columns: Annotated[tuple[Line, ...], Field(min_length=2)]
    rows: tuple[tuple[Cell, ...], ...]
    note: Line | None = None
    plot: Plot | None = None


class Bearing(Model):
    """What the measurement says about one claim."""

    claim: ClaimId
    says: Line


class Published(Model):
    """One measurement, by others or by the curators; with `command`, also how to repeat it."""

    id: Slug
    title: Line
    result: Line  # one sentence with the number that carries most
    by: Line
    ours: bool = False  # the figures were taken by the curators of this case
    url: WebUrl
    more_urls: tuple[WebUrl, ...] = ()
    period: Line
    sample: Text
    method: Text
    command: Text | None = None
    measured: dt.date | None = None
    raw: Literal["public", "partly", "no"]  # can a stranger get the data behind the figures?
    raw_where: Text
    shows: Text
    shows_not: Text
    judgement: Text
    surfaces: tuple[Slug, ...] = ()
    symptoms: tuple[Slug, ...] = ()
    detectors: tuple[Slug, ...] = ()
    bears_on: tuple[Bearing, ...] = ()
    tables: tuple[PublishedTable, ...]


def load_published(content: Path, known: dict[str, frozenset[str]] | None = None) -> tuple[Published, ...]:
    """The records of content/measurements/published.yml in its order; none where the file is absent.

    `known` holds ids by the field that may name them: claims, surfaces, symptoms, detectors; a field that is not in it
    is left unchecked. Raises ContentError with every mistake.
    """
    path = content / FILE
    if not path.exists():
        return ()
    document, found = read_list(path, f"content/{FILE}", Published)
    problems = [
        *_twice(document, found),
        *(problem for index, one in enumerate(found) for problem in _tables(document, index, one)),
        *(problem for index, one in enumerate(found) for problem in _references(document, index, one, known or {})),
    ]
    if problems:
        raise ContentError(*problems)
    return found


def _twice(document: Document, found: tuple[Published, ...]) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    for index, one in enumerate(found):
        if one.id in seen:
            line = document.place((seen[one.id], "id")).line
            yield document.problem((index, "id"), "W-unique", "the id is taken", f"first in line {line}")
        seen.setdefault(one.id, index)


def _tables(document: Document, index: int, one: Published) -> Iterator[Problem]:
    """Lengths are checked here and not by the model, which counts only the sound entries of a list."""
    ids: set[str] = set()
    if not one.tables:
        yield document.problem((index, "tables"), "W-length", "a measurement needs a table")
    for place, table in enumerate(one.tables):
        where: Where = (index, "tables", place)
        if not table.rows:
            yield document.problem((*where, "rows"), "W-length", "a table needs a row")
        if table.id in ids:
            yield document.problem((*where, "id"), "W-unique", "the id is taken in this measurement")
        ids.add(table.id)
        if len(set(table.columns)) != len(table.columns):
            yield document.problem((*where, "columns"), "W-twice", "two columns have one name")
        uneven = [number for number, row in enumerate(table.rows) if len(row) != len(table.columns)]
        for number in uneven:
            message = f"the row has {len(table.rows[number])} cells, the table {len(table.columns)} columns"
            yield document.problem((*where, "rows", number), "W-length", message)
        if table.plot and not uneven:
            yield from _plot(document, where, table, table.plot)


def _plot(document: Document, where: Where, table: PublishedTable, plot: Plot) -> Iterator[Problem]:
    named = (("label", plot.label), ("group", plot.group), ("low", plot.low), ("high", plot.high))
    wanted: list[tuple[Where, str]] = [((name,), column) for name, column in named if column is not None]
    wanted += [(("values", number), column) for number, column in enumerate(plot.values)]
    unknown = [(path, column) for path, column in wanted if column not in table.columns]
    for path, column in unknown:
        hint = did_you_mean(column, table.columns)
        yield document.problem((*where, "plot", *path), "W-ref", f'no column "{clipped(column)}"', hint)
    if (plot.low is None) != (plot.high is None):
        yield document.problem((*where, "plot"), "W-missing", "an interval needs both low and high")
    counts = {"bars": (1, 1), "spans": (2, 2), "months": (1, 3)}[plot.kind]
    if not counts[0] <= len(plot.values) <= counts[1]:
        yield document.problem((*where, "plot", "values"), "W-length", f"{plot.kind} needs {counts[0]} values")
    if not unknown:
        yield from _drawn_cells(document, where, table, plot)


def _drawn_cells(document: Document, where: Where, table: PublishedTable, plot: Plot) -> Iterator[Problem]:
    """Days where spans begin and end, months where months are named, and numbers everywhere else."""
    forms = {plot.label: _MONTH} if plot.kind == "months" else {}
    if plot.kind == "spans":
        forms = dict.fromkeys(plot.values, _DAY)
    ends = (plot.low, plot.high)
    numbers = () if plot.kind == "spans" else (*plot.values, *(column for column in ends if column))
    for number, row in enumerate(table.rows):
        cells = dict(zip(table.columns, row, strict=True))
        for column, form in forms.items():
            if not form.fullmatch(str(cells[column])):
                place = (*where, "rows", number, table.columns.index(column))
                yield document.problem(place, "W-date", f'"{column}" of a figure of {plot.kind} is not such a date')
        for column in numbers:
            if isinstance(cells[column], str):
                place = (*where, "rows", number, table.columns.index(column))
                yield document.problem(place, "W-type", f'"{column}" is drawn, so it must be a number or empty')


def _references(document: Document, index: int, one: Published, known: dict[str, frozenset[str]]) -> Iterator[Problem]:
    named: list[tuple[str, Where, str]] = [
        ("claims", (index, "bears_on", place, "claim"), bearing.claim) for place, bearing in enumerate(one.bears_on)
    ]
    for name in ("surfaces", "symptoms", "detectors"):
        named += [(name, (index, name, place), id) for place, id in enumerate(getattr(one, name))]
    for name, where, id in named:
        if name in known and id not in known[name]:
            message = f'unknown {name.removesuffix("s")} "{clipped(id)}"'
            yield document.problem(where, "W-ref", message, did_you_mean(id, known[name]))
