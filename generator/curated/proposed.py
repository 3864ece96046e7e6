"""A record that is not written yet, held to all that `check` asks of it beside the records that are there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from generator.base.problems import ContentError, Problem
from generator.curated.crosscheck import problems_between
from generator.curated.entries import Entry, Kind, Outside, Records
from generator.curated.folder import read_folder, read_one
from generator.curated.kinds import Library, kinds_of
from generator.curated.library import with_packs, without_gone


@dataclass(frozen=True)
class Reading:
    """All of content/ as it is now. Its mistakes are those of other people, and none of a new record."""

    content: Path
    records: Records
    problems: tuple[Problem, ...]

    def kind(self, word: str) -> Kind:
        """The row of the table of kinds. Raises LookupError."""
        return next(kind for kind in self.records.kinds if kind.word == word)


def reading_of(content: Path, outside: Outside) -> Reading:
    """Read the folder; mistakes in it are kept, and stop nothing."""
    records, problems = read_folder(content, kinds_of(Library), with_packs(outside, content / "evidence"))
    return Reading(content, without_gone(records), tuple(problems))


def problems_of(reading: Reading, shown: str, data: bytes) -> tuple[Problem, ...]:
    """The mistakes that content/ would have with this file in it, and does not have without it.

    `shown` is the path below the root. What depends on grades and on packs is judged by `check` alone.
    """
    kinds = tuple(kind for kind in reading.records.kinds if _may_be(kind, shown))
    try:
        entries, problems = read_one(shown, data, kinds)
    except ContentError as error:
        return error.problems
    others = tuple(entry for entry in reading.records.entries if entry.document.path != shown)
    after = replace(reading.records, entries=_placed(others, entries))
    found = {*problems, *problems_between(after)}
    if not found:
        return ()
    return tuple(sorted(found - {*reading.problems, *problems_between(reading.records)}))


def _placed(others: tuple[Entry, ...], entries: list[Entry]) -> tuple[Entry, ...]:
    """New records come last, so that a double is told at the new one."""
    return (*others, *entries)


def _may_be(kind: Kind, shown: str) -> bool:
    folder, _, name = shown.removeprefix("content/").rpartition("/")
    if folder != kind.folder:
        return False
    return bool(kind.named_after) or kind.files.rpartition("/")[2] == name
