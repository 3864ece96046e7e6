"""What is public stays public: the ids that were ever shown, those that are gone, and addresses that moved.

`ids.lock.yml` has a row for every record that a page was made of: `witnessmark lock` adds them, `witnessmark bury` says
why one is gone. A row is never removed, so an id is never lost in silence and never used again for something else.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Literal

from pydantic import StringConstraints

from generator.base.problems import Problem
from generator.curated.entries import Entry, Outside, Records, sound
from generator.curated.models import Id, Line, Model
from generator.curated.yamlfile import clipped

LETTERS = {
    "claim": "c",
    "event": "e",
    "figure": "g",
    "finding": "f",
    "incident": "i",
    "measurement": "m",
    "report": "r",
    "source": "s",
}
"""Kinds of records that have a page each, with the letter of its place below the case."""
FILE = "ids.lock.yml"
TIMES = 100  # as large as the usual file: about 100,000 records
Place = Annotated[
    str, StringConstraints(pattern=rf"^(?:{'|'.join(LETTERS.values())})/[A-Za-z0-9][A-Za-z0-9-]{{1,63}}$")
]
_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,126}[A-Za-z0-9_-])?"  # no dot at its end: some disks drop it
Address = Annotated[str, StringConstraints(pattern=rf"^(?:{_NAME}/)+(?:#[^\s#]{{1,128}})?$")]
"""A page of the site from its root, such as 2026-03/d/cache-break/, or a place on it after a #."""
_HEAD = (
    "# Every id that was ever public. Written by `witnessmark lock` and `witnessmark bury`; rows are never removed.\n"
    "# An id that has neither its record nor `gone` here stops every check and every build.\n"
)


class Gone(Model):
    """Why a record is no longer shown, since when, and which record took its place."""

    day: dt.date
    reason: Line
    to: Place | None = None


class Locked(Model):
    """One public id: the day it was first seen, and the title it had then."""

    kind: Literal["claim", "event", "figure", "finding", "incident", "measurement", "report", "source"]
    id: Id
    first: dt.date
    title: Line
    gone: Gone | None = None

    @property
    def place(self) -> str:
        """Place of its page below the case: r/cc-46829."""
        return f"{LETTERS[self.kind]}/{self.id}"


class Moved(Model):
    """An address that led to a page of another kind than one record, or to a place on a page, and where it is now."""

    old: Address
    new: Address | None = None  # None = it is gone, and the reason is all there is
    day: dt.date
    why: Line


def rows_of(locked: Iterable[Locked]) -> dict[str, Locked]:
    """The rows by their place."""
    return {row.place: row for row in locked}


def lock_text(rows: Iterable[Locked]) -> str:
    """The file: sorted by kind and id, texts in quotes that no reader of YAML can take for anything else."""
    return _HEAD + "".join(_row(row) for row in sorted(rows, key=lambda row: (row.kind, row.id)))


def _row(row: Locked) -> str:
    lines = [
        f"- kind: {row.kind}",
        f"  id: {_quoted(row.id)}",
        f"  first: {row.first}",
        f"  title: {_quoted(row.title)}",
    ]
    if row.gone:
        lines += ["  gone:", f"    day: {row.gone.day}", f"    reason: {_quoted(row.gone.reason)}"]
        lines += [f"    to: {row.gone.to}"] if row.gone.to else []
    return "\n".join((*lines, ""))


def _quoted(text: str) -> str:
    """A JSON string is a YAML one. Without brackets in the file it is read by the quick parser (yamlfile.py)."""
    return json.dumps(text, ensure_ascii=False).replace("[", "\\u005b").replace("{", "\\u007b")


def gone_ids(entries: Iterable[Entry]) -> frozenset[tuple[str, str]]:
    """Kind and id of every record that has a tombstone."""
    return frozenset((row.kind, row.id) for _, row in sound(entries, Locked) if row.gone)


def lost_ids(records: Records) -> Iterator[Problem]:
    """Ids of the lock that have neither a record nor a tombstone."""
    for entry, row in sound(records.of_word("locked id"), Locked):
        known = records.ids(row.kind)
        if row.gone is None and known is not None and row.id not in known:
            message = f'the {row.kind} "{clipped(row.id)}" was public and has no record any more'
            hint = f'bring it back, or: witnessmark bury {row.place} --reason "..."'
            yield entry.problem(("id",), "W-lost", message, hint)


def tombstones_lead_to_records(entries: Sequence[Entry], _: Outside) -> Iterator[Problem]:
    """What took the place of a record is itself there."""
    rows = rows_of(row for _, row in sound(entries, Locked))
    for entry, row in sound(entries, Locked):
        if row.gone is None or row.gone.to is None:
            continue
        after = rows.get(row.gone.to)
        if after is None:
            hint = "witnessmark lock adds new records"
            yield entry.problem(("gone", "to"), "W-ref", f'"{clipped(row.gone.to)}" is not in this list', hint)
        elif after.gone:
            yield entry.problem(("gone", "to"), "W-ref", f'"{clipped(row.gone.to)}" is gone itself')


def moves_end(entries: Sequence[Entry], _: Outside) -> Iterator[Problem]:
    """An address moved once, and does not move on from where it came to."""
    olds = {row.old for _, row in sound(entries, Moved)}
    for entry, row in sound(entries, Moved):
        if row.new and {row.new, row.new.partition("#")[0]} & olds:
            yield entry.problem(("new",), "W-self", "this address has moved on", "write where it is now")
        if "#" in row.old and row.new and row.new.partition("#")[0] != row.old.partition("#")[0]:
            yield entry.problem(("new",), "W-value", "a place on a page can only move on its page")


def kept_out(gone: Iterable[tuple[str, str]], ids: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """Ids from outside content without those that have a tombstone."""
    lost: dict[str, set[str]] = {}
    for kind, id in gone:
        lost.setdefault(kind, set()).add(id)
    return {kind: known - lost.get(kind, set()) for kind, known in ids.items()}
