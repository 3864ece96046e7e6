"""The row of a content kind, one record as its file holds it, and all records of one reading."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from generator.base.problems import Problem
from generator.curated.checking import M, value_at
from generator.curated.models import Model
from generator.curated.yamlfile import Document, Where


@dataclass(frozen=True)
class Outside:
    """What records may name though it is not in content/. What is absent here is not looked up."""

    ids: Mapping[str, frozenset[str]] = field(default_factory=dict)  # by target: "detector", "finding"
    explanations: Mapping[str, frozenset[str]] = field(default_factory=dict)  # benign ids by detector
    today: dt.date | None = None  # the day up to which a price that still holds is compared; later ones are to come


Check = Callable[[Sequence["Entry"], Outside], Iterable[Problem]]
"""A check of one kind that is no reference, over its entries in the order read."""


@dataclass(frozen=True)
class Kind:
    """One kind of content; a row of the table in `kinds.py`. Paths of fields are dotted and run through lists.

    `files` is a path below content/. With {id} it is one record a file, which the file is named after; with another
    word, such as {month}, lists of records, each file named after that attribute of its records.
    """

    word: str  # one record of it, in messages and as a target of references
    files: str
    listed: bool = False  # the file holds a list of records
    part: str = ""  # key of the list, where a file has several
    needed: bool = False  # the file must be there
    names: tuple[str, ...] = ("id",)  # fields that give ids of this kind; each id is unique
    space: str = ""  # kinds of one space share their ids; absent, the kind has its own
    unique: tuple[tuple[str, ...], ...] = ()  # fields whose values together occur once; instead of `names` where given
    refers: Mapping[str, str] = field(default_factory=dict)  # target by field
    rings: tuple[str, ...] = ()  # fields that name a record of the same kind and must not lead back
    spans: tuple[tuple[str, str], ...] = ()  # fields of which the second must not be earlier than the first
    past: tuple[str, ...] = ()  # days and moments that have come: what is told of them has been seen
    order: tuple[str, ...] = ()  # fields that the records are sorted by; absent, the order of the file
    newest_first: bool = False
    schema: str = ""  # name of its JSON Schema, if it is not the word or the name of the file
    by_hand: bool = True  # people write it, so editors want a schema
    also: tuple[Check, ...] = ()
    times: int = 1  # how much larger than usual its file may be
    whole: bool = False  # JSON that a command wrote: the model reads it as it is, and no place in it is known
    attribute: str = ""  # of the Library; these three are read from the field that carries the row
    model: type[Model] = Model
    many: bool = True

    @property
    def folder(self) -> str:
        """Folder of the files; "" for a file at the top of content/."""
        return self.files.rpartition("/")[0]

    @property
    def named_after(self) -> str:
        """Attribute that gives a file its name; "" for a single file."""
        return self.files.partition("{")[2].partition("}")[0]


@dataclass(frozen=True)
class Entry:
    """One record as it stands in its file; `record` is None if it breaks its schema."""

    kind: Kind
    record: Model | None
    document: Document
    where: Where
    stem: str  # name of the file

    def value(self, path: str) -> Any:
        """What is written in a field, also of a record that breaks its schema; None if nothing is."""
        return value_at(self.document.value, (*self.where, *path.split(".")))

    def leaves(self, path: str) -> Iterator[tuple[Where, Any]]:
        """Each value written at the path and its place in the record; lists on the way are walked through."""
        return _leaves(value_at(self.document.value, self.where), (), path.split("."))

    def problem(self, path: Where, code: str, message: str, hint: str = "") -> Problem:
        """A mistake in one field."""
        return self.document.problem((*self.where, *path), code, message, hint)


def _leaves(value: Any, where: Where, steps: list[str]) -> Iterator[tuple[Where, Any]]:
    if isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _leaves(inner, (*where, index), steps)
    elif not steps:
        yield where, value
    elif isinstance(value, dict) and steps[0] in value:
        yield from _leaves(value[steps[0]], (*where, steps[0]), steps[1:])


def sound(entries: Iterable[Entry], model: type[M]) -> Iterator[tuple[Entry, M]]:
    """Entries of the model that keep to their schema, each with its record."""
    for entry in entries:
        if isinstance(entry.record, model):
            yield entry, entry.record


@dataclass(frozen=True)
class Records:
    """What a reading of the folder found."""

    kinds: tuple[Kind, ...]  # that were looked for
    entries: tuple[Entry, ...]
    lost: frozenset[tuple[str, str]]  # word and id of records whose file could not be read: known all the same
    broken: frozenset[str]  # words of kinds of which a file could not be read, so that ids cannot be judged
    outside: Outside
    gone: frozenset[tuple[str, str]] = frozenset()  # word and id of records that have a tombstone

    def of(self, kind: Kind) -> tuple[Entry, ...]:
        """Entries of the kind, in the order read."""
        return self.of_word(kind.word)

    def of_word(self, word: str) -> tuple[Entry, ...]:
        """Entries of the kind with this word; none if it was not looked for."""
        return self._by_word.get(word, ())

    @cached_property
    def _by_word(self) -> dict[str, tuple[Entry, ...]]:
        return {
            kind.word: tuple(entry for entry in self.entries if entry.kind.word == kind.word) for kind in self.kinds
        }

    def ids(self, word: str) -> frozenset[str] | None:
        """Known ids of a kind, or of a target outside; None if they cannot be known."""
        return self._ids[word] if word in self._ids else self.outside.ids.get(word)

    @cached_property
    def _ids(self) -> dict[str, frozenset[str] | None]:
        return {kind.word: self._named(kind, kind.names[:1]) for kind in self.kinds}

    @cached_property
    def spaces(self) -> dict[str, frozenset[str] | None]:
        """All ids of kinds that share a space."""
        found: dict[str, frozenset[str] | None] = {}
        for kind in self.kinds:
            if kind.space:
                known, others = self._named(kind, kind.names), found.get(kind.space, frozenset())
                found[kind.space] = None if known is None or others is None else known | others
        return found

    def _named(self, kind: Kind, names: tuple[str, ...]) -> frozenset[str] | None:
        if kind.word in self.broken:
            return None
        written = {
            value
            for entry in self.of(kind)
            for path in names
            for _, value in entry.leaves(path)
            if isinstance(value, str)
        }
        return frozenset(written | {id for word, id in self.lost if word == kind.word})
