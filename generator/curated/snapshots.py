"""A snapshot as it is kept for ever: what the records said on its day, and every address that there was.

`witnessmark snapshot` writes one JSON file each. Later builds compare with it: what was added, regraded, renamed or
withdrawn since, and whether an address would be lost. JSON, since a list of places would make the YAML reader slow.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Annotated, Literal

from pydantic import StringConstraints

from generator.base.problems import Problem
from generator.curated.entries import Entry, Outside, sound
from generator.curated.locked import LETTERS
from generator.curated.models import Model

SnapshotId = Annotated[str, StringConstraints(pattern=r"^20[0-9]{2}-[0-9]{2}-[0-9]{2}\.[1-9][0-9]{0,2}$")]
FOLDER = "snapshots"


class Fact(Model):
    """One record on one day. `digest` changes with anything that the record says."""

    kind: Literal["claim", "event", "finding", "incident", "measurement", "report", "source"]
    id: str
    title: str
    digest: str
    grade: str = ""  # of claims, by rules
    rule: str = ""  # the id of the rule that gave it
    why: str = ""  # what counted on each side
    evidence: tuple[str, ...] = ()  # "for report:cc-46829"
    withdrawn: bool = False  # a claim that its author took back

    @property
    def place(self) -> str:
        """Place of its page below the case."""
        return f"{LETTERS[self.kind]}/{self.id}"


class PageGroup(Model):
    """Pages that have the same places on them. `at` are addresses from the root of the site."""

    fragments: tuple[str, ...]
    at: tuple[str, ...]


class Snapshot(Model):
    """The site on one day."""

    format: Literal[1]
    id: SnapshotId
    day: dt.date
    number: int  # from 1 on, on each day
    version: str
    records: tuple[Fact, ...]
    corrections: tuple[str, ...] = ()
    pages: tuple[PageGroup, ...] = ()

    @cached_property
    def facts(self) -> Mapping[str, Fact]:
        """Records by their place."""
        return {fact.place: fact for fact in self.records}

    @cached_property
    def addresses(self) -> Mapping[str, frozenset[str]]:
        """Places on each page, by the address of the page."""
        return {page: frozenset(group.fragments) for group in self.pages for page in group.at}


def next_number(snapshots: Sequence[Snapshot], day: dt.date) -> int:
    """The number of a snapshot that is taken on this day."""
    return max((one.number for one in snapshots if one.day == day), default=0) + 1


def taken_on(day: dt.date, number: int, version: str, records: tuple[Fact, ...]) -> Snapshot:
    """A snapshot of these records."""
    return Snapshot(format=1, id=f"{day}.{number}", day=day, number=number, version=version, records=records)


def snapshot_text(snapshot: Snapshot) -> str:
    """The file: a line a record, so that two of them can be compared by eye."""
    plain = snapshot.model_dump(mode="json", exclude_defaults=True) | {"format": snapshot.format}
    parts = []
    for name, value in plain.items():
        if name in {"records", "pages"}:
            rows = ",\n  ".join(json.dumps(row, ensure_ascii=False) for row in value)
            parts.append(f' "{name}": [\n  {rows}\n ]')
        else:
            parts.append(f' "{name}": {json.dumps(value, ensure_ascii=False)}')
    return "{\n" + ",\n".join(parts) + "\n}\n"


def numbers_are_days(entries: Sequence[Entry], _: Outside) -> Iterator[Problem]:
    """A snapshot is called after its day and its number on that day."""
    for entry, one in sound(entries, Snapshot):
        if one.id != f"{one.day}.{one.number}":
            yield entry.problem(("id",), "W-whole", f"is called {one.id}, and is of {one.day}.{one.number}")
