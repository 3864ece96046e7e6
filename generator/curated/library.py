"""All of content/, read, checked and cross-checked in one go: the only way in."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

from generator.base.problems import ContentError
from generator.curated.checking import M
from generator.curated.crosscheck import problems_between
from generator.curated.entries import Entry, Kind, Outside, Records, sound
from generator.curated.folder import read_folder, strange_files
from generator.curated.keeping import Kept
from generator.curated.kinds import Library, kinds_of
from generator.curated.locked import gone_ids, kept_out
from generator.curated.vendor_files import VendorFile, use_files

L = TypeVar("L", bound=Library)


def load(content: Path, outside: Outside | None = None, kept: Kept | None = None) -> Library:
    """The library; what `outside` does not know is not looked up there. Names of evidence packs are read from disk.

    Raises ContentError with every problem of every file, sorted by place.
    """
    return load_into(Library, content, outside, kept)


def load_into(table: type[L], content: Path, outside: Outside | None = None, kept: Kept | None = None) -> L:
    """The same by another table of kinds."""
    known = with_packs(outside or Outside(), content / "evidence")
    kinds = kinds_of(table)
    records, problems = read_folder(content, kinds, known, kept)
    records = without_gone(records)
    use_files(one for _, one in sound(records.of_word("vendor"), VendorFile))
    problems += strange_files(content, kinds)
    problems += problems_between(records)
    if problems:
        raise ContentError(*problems)
    return table(**{kind.attribute: _value(kind, records.of(kind)) for kind in kinds})


def load_kind(content: Path, model: type[M], outside: Outside | None = None) -> tuple[M, ...]:
    """The records of one kind alone, in the order of the library; ids of other kinds are looked up in `outside`.

    Raises ContentError with every problem of its files, and LookupError if no kind has the model.
    """
    kinds = tuple(kind for kind in kinds_of(Library) if kind.model is model)
    if not kinds:
        raise LookupError(f"no kind of content has the model {model.__name__}")
    records, problems = read_folder(content, kinds, outside or Outside())
    problems += problems_between(records)
    if problems:
        raise ContentError(*problems)
    return _sorted(kinds[0], records.of(kinds[0]))


def without_gone(records: Records) -> Records:
    """The records without those that have a tombstone: their files may stay, and nobody may lean on them."""
    gone = gone_ids(records.of_word("locked id"))
    if not gone:
        return records
    entries = tuple(one for one in records.entries if (one.kind.word, one.value("id")) not in gone)
    outside = dataclasses.replace(records.outside, ids=kept_out(gone, records.outside.ids))
    return dataclasses.replace(records, entries=entries, outside=outside, gone=gone)


def with_packs(outside: Outside, folder: Path) -> Outside:
    """Packs are known by their folders, also one that cannot be read: that is its own mistake."""
    packs = frozenset(path.name for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else frozenset()
    return dataclasses.replace(outside, ids={"pack": packs, **outside.ids})


def _value(kind: Kind, entries: Iterable[Entry]) -> Any:
    found = _sorted(kind, entries)
    return found if kind.many else next(iter(found), None)


def _sorted(kind: Kind, entries: Iterable[Entry]) -> tuple[Any, ...]:
    records = [entry.record for entry in entries]
    if kind.order:
        records.sort(key=lambda one: tuple(getattr(one, name) for name in kind.order), reverse=kind.newest_first)
    return tuple(records)
