"""Measurements that bear on the claims: series and tables with their source, method, sample and our judgement."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, ValidationError, ValidatorFunctionWrapHandler, WrapValidator
from pydantic_core import PydanticCustomError

from generator.base.problems import Problem
from generator.curated.checking import did_you_mean
from generator.curated.entries import Entry, Outside, sound
from generator.curated.figure_ids import LONGEST_ID, figure_id, too_long
from generator.curated.models import Asked, ClaimId, EvidenceKind, Line, Model, Slug, Text, WebUrl
from generator.curated.yamlfile import Where, clipped


def _one_message(value: object, handler: ValidatorFunctionWrapHandler) -> object:
    """A wrong cell is one mistake, not one for each kind of cell that it is not."""
    try:
        return handler(value)
    except ValidationError:
        raise PydanticCustomError("cell", "must be a number, one line of text, or empty") from None


Cell = Annotated[int | float | Line | None, WrapValidator(_one_message)]
"""A number, a word, or nothing where the source does not say."""


_LICENCE = r"[A-Za-z0-9][A-Za-z0-9.+-]{0,63}"
Licence = Annotated[
    str, StringConstraints(pattern=rf"^(not stated|{_LICENCE}( (AND|OR|WITH) {_LICENCE})*)$", max_length=200)
]
"""An SPDX expression (https://spdx.github.io/spdx-spec/v2.3/SPDX-license-expressions/), or "not stated"."""


class Mark(Model):
    """A day of a picture with a line and a word."""

    day: dt.date
    word: Line


class Plot(Model):
    """How a table is drawn; every word names one of its columns.

    `bars`: one value a row, with an interval from `low` to `high` if both are named. `spans`: two days a row, from and
    to. `months`: a panel for each value, a month a row. `days`: a point for each row at its day, with an interval from
    `low` to `high` if both are named; `label` names the column of days, `panel` that of the pictures below each other.
    `runs`: as `days`, each at its `hour`, groups named at their level; of the two of one day that have another `name`
    and differ most, both are named. In `months` the interval is that of the first value.
    """

    kind: Literal["bars", "spans", "months", "days", "runs"]
    label: Line
    values: Annotated[tuple[Line, ...], Field(min_length=1, max_length=3)]
    group: Line | None = None  # what the colour means
    panel: Line | None = None
    hour: Line | None = None  # column of hours, such as 07:24
    name: Line | None = None  # what each point is called
    band: Annotated[tuple[dt.date, ...], Field(max_length=2)] = ()  # first and last day that are shaded
    band_label: Line | None = None
    dates: tuple[Mark, ...] = ()  # days with a line and a word
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


class Computation(StrEnum):
    """What is worked out when the site is built; `dossier/computed` has the function of each."""

    UNREAD_LAST_WRITE = "unread-last-write"
    CACHE_LIFE = "cache-life"
    BREAKS_BY_WEEK = "breaks-by-week"
    DETECTORS_BY_WEEK = "detectors-by-week"
    SAME_TASKS = "same-tasks"
    AGENT_ERRORS = "agent-errors"
    ISSUES_BY_MONTH = "issues-by-month"


class Bearing(Model):
    """What the measurement says about one claim."""

    claim: ClaimId
    says: Line
    picture: Slug | None = None  # id of the table whose picture the claim's page shows


class Applied(Model):
    """A change that was measured, with its days: somebody who used the product then can have met it."""

    first: dt.date
    last: dt.date | None = None  # None = no end is known
    says: Line  # what changed, in one sentence
    fault: bool = True  # False: a change that harms nobody by itself, such as a choice of the vendor or of the client


class Published(Model):
    """One measurement, by others or by the curators; with `command`, also how to repeat it."""

    id: Slug
    title: Line
    result: Line  # one sentence with the number that carries most
    by: Line
    ours: bool = False  # the figures were taken by the curators of this case
    url: WebUrl
    archive_url: WebUrl | None = None
    more_urls: tuple[WebUrl, ...] = ()
    period: Line
    sample: Text
    method: Text
    command: Text | None = None
    measured: dt.date | None = None
    raw: Literal["public", "partly", "no"]  # can a stranger get the data behind the figures?
    raw_where: Text
    licence: Licence | None = None  # of the data that the figures rest on; absent where nobody has looked
    shows: Text
    shows_not: Text
    judgement: Text
    surfaces: tuple[Slug, ...] = ()
    symptoms: tuple[Slug, ...] = ()
    detectors: tuple[Slug, ...] = ()
    bears_on: tuple[Bearing, ...] = ()
    kind: EvidenceKind | None = None  # where `raw` does not say what evidence it is: arithmetic
    data: Slug | None = None  # the data set it rests on, where others rest on the same
    tables: tuple[PublishedTable, ...] = ()
    applied: Applied | None = None  # listed by "Was it me?"
    computed: Computation | None = None  # figures and tables that the build works out, shown before those written here
    asked: Asked = ()


def tables_are_even(entries: Sequence[Entry], _: Outside) -> Iterator[Problem]:
    """Rows are as long as their table is wide; what is drawn of them is checked in plots.py."""
    for entry, one in sound(entries, Published):
        yield from _tables(entry, one)


def _tables(entry: Entry, one: Published) -> Iterator[Problem]:
    """Lengths are checked here and not by the model, which counts only the sound entries of a list."""
    ids: set[str] = set()
    yield from _pictures(entry, one)
    if not one.tables and one.computed is None:
        yield entry.problem(("tables",), "W-length", "a measurement needs a table")
    for place, table in enumerate(one.tables):
        where: Where = ("tables", place)
        if not table.rows:
            yield entry.problem((*where, "rows"), "W-length", "a table needs a row")
        if table.id in ids:
            yield entry.problem((*where, "id"), "W-unique", "the id is taken in this measurement")
        ids.add(table.id)
        if len(set(table.columns)) != len(table.columns):
            yield entry.problem((*where, "columns"), "W-twice", "two columns have one name")
        uneven = [number for number, row in enumerate(table.rows) if len(row) != len(table.columns)]
        for number in uneven:
            message = f"the row has {len(table.rows[number])} cells, the table {len(table.columns)} columns"
            yield entry.problem((*where, "rows", number), "W-length", message)


def _pictures(entry: Entry, one: Published) -> Iterator[Problem]:
    """Pictures that claims show, and ids of figures, which are kept for ever."""
    drawn = {table.id for table in one.tables if table.plot}
    for place, bearing in enumerate(one.bears_on):
        if bearing.picture and one.computed is None and bearing.picture not in drawn:  # else the build knows its tables
            message = f'no table "{clipped(bearing.picture)}" of this measurement is drawn'
            yield entry.problem(("bears_on", place, "picture"), "W-ref", message, did_you_mean(bearing.picture, drawn))
    for place, table in enumerate(one.tables):
        if table.plot and len(id := figure_id(f"m/{one.id}/", table.id)) > LONGEST_ID:
            yield entry.problem(("tables", place, "id"), "W-length", *too_long(id))
