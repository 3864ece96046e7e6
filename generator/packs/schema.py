"""What a pack holds beside its rows, and the ladder by which packs of older schemas are read.

Packs must be read for longer than their logs live. The rules:

- A field or column with a default may be added at any time: packs without it take the default.
- A field, column or table that is renamed, moved or dropped, a type that changes, and an id that leaves a registry
  (detectors, explanations, leans, needs, formats, quantities) raise SCHEMA_VERSION, with one step of the ladder
  that turns the older form into the newer one: a retired id becomes its heir, or goes with what names it.
- A pack with a field or column that the program does not know is refused, at any schema: it is newer than the program,
  or it carries what nobody checked.
- Nothing of the ladder is ever taken away. `tests/packs` keeps a pack of each schema.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from generator.records.results import Digest, Pack, PublicLine
from generator.records.rows import SCHEMA_VERSION, CounterReading, Mark, MeterReading, Request, Slug, UsageBucket

TABLES: dict[str, type[msgspec.Struct]] = {
    "requests": Request,
    "rounds": Request,
    "marks": Mark,
    "meters": MeterReading,
    "buckets": UsageBucket,
    "counters": CounterReading,
    "lines": PublicLine,
}
Plain = dict[str, Any]


class TableEntry(msgspec.Struct, frozen=True):
    """One Parquet file of a pack. The digest is of published bytes, not of private data."""

    rows: int
    bytes: int
    sha256: Digest


class Manifest(msgspec.Struct, frozen=True):
    """`pack.json`."""

    schema: int
    tables: dict[Slug, TableEntry]
    evidence: Pack  # its row tuples are empty; the rows are in the tables


def _same(document: Plain) -> Plain:
    return document


@dataclass(frozen=True)
class Step:
    """What changed from one schema to the next.

    `document` turns the plain values of pack.json into those of the next schema; it may raise KeyError, TypeError or
    AttributeError on what no program wrote. `columns` gives new names of columns, by table. `new_tables` are those
    that the older schema did not have.
    """

    document: Callable[[Plain], Plain] = _same
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    new_tables: tuple[str, ...] = ()


def _threads_are_threads(document: Plain) -> Plain:
    totals = dict(document["evidence"]["totals"])
    totals["threads"] = totals.pop("chains")
    return {**document, "evidence": {**document["evidence"], "totals": totals}}


NO_SIDE = frozenset({"nothing-read", "stated-missing"})
"""Reasons that leaned to the service up to schema 4, and lean to nobody since public logs were looked at for them."""


def _two_reasons_lean_to_no_side(document: Plain) -> Plain:
    runs = [{**run, "findings": list(map(_no_side, run["findings"]))} for run in document["evidence"]["runs"]]
    return {**document, "evidence": {**document["evidence"], "runs": runs}}


def _no_side(finding: Plain) -> Plain:
    return {**finding, "lean": "open"} if finding.get("lean_reason") in NO_SIDE else finding


UPGRADES: dict[int, Step] = {
    1: Step(new_tables=("counters",)),  # all that came with schema 2 has defaults but this table
    2: Step(),  # reconciliation, formats, columns of buckets: defaults, and no program wrote a bucket before schema 3
    3: Step(document=_threads_are_threads),
    4: Step(document=_two_reasons_lean_to_no_side, new_tables=("rounds",)),
    5: Step(new_tables=("lines",)),  # of public logs
}


def steps_from(schema: int) -> tuple[Step, ...]:
    """Steps from a known schema to the one of this program."""
    return tuple(UPGRADES[older] for older in range(schema, SCHEMA_VERSION))


def upgraded(document: Plain, schema: int) -> Plain:
    """pack.json of `schema` as the plain values of the present one. Raises what a step raises on damaged values."""
    for step in steps_from(schema):
        document = step.document(document)
    return {**document, "schema": SCHEMA_VERSION}


def renamed(table: str, column: str, schema: int) -> str:
    """Today's name of a column."""
    for step in steps_from(schema):
        column = step.columns.get(table, {}).get(column, column)
    return column


def tables_of(schema: int) -> tuple[str, ...]:
    """Tables that a pack of this schema has."""
    later = {name for step in steps_from(schema) for name in step.new_tables}
    return tuple(name for name in TABLES if name not in later)
