"""Which files are logs, which importer claims each of them, and what the others are.

Every file below a folder is looked at, whatever its name. It is claimed, or known to lie beside logs without usage of
its own, or named with the formats it comes nearest to; none is passed over in silence.
"""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from generator.base.problems import LogError, Problem
from generator.importers.base import HEAD_BYTES, Importer, LogFile
from generator.importers.companions import companion

NEAREST = 3  # candidates named
LOG_SUFFIXES = frozenset(
    {
        ".csv", ".db", ".gz", ".har", ".json", ".jsonl", ".log", ".ndjson", ".sqlite", ".sqlite3", ".tsv", ".txt",
        ".xlsx", ".zip", ".zst",
    }
)  # fmt: skip
"""Suffixes of files that may well be logs; others are counted by suffix and not named one by one."""
PACKED = {
    b"\x1f\x8b": "gzip-compressed: unpack it first",
    b"\x28\xb5\x2f\xfd": "zstd-compressed: unpack it first",
    b"PK\x03\x04": "an archive: unpack it first",
    b"\xff\xfe": "text in UTF-16: save it as UTF-8",
    b"\xfe\xff": "text in UTF-16: save it as UTF-8",
}


@dataclass(frozen=True)
class Unclaimed:
    """A file that no importer knows: ids of the formats it comes nearest to, and what to do with it ("" = nothing)."""

    path: Path
    nearest: tuple[str, ...] = ()
    advice: str = ""


@dataclass(frozen=True)
class Discovery:
    """Files that an importer claims, those that may be logs and that none claims, and counts of all others.

    `companions`: files that lie beside logs and hold no usage, by kind. `others`: files that are no logs, by suffix.
    """

    claimed: tuple[LogFile, ...] = ()
    unclaimed: tuple[Unclaimed, ...] = ()
    companions: Counter[str] = field(default_factory=Counter)
    others: Counter[str] = field(default_factory=Counter)
    links: tuple[Path, ...] = ()  # not followed: they lead out of the folder, or to a file that is found anyway


def discover_with(importers: Sequence[Importer], paths: Sequence[Path]) -> Discovery:
    """All logs below `paths`, sorted, each file once however many paths lead to it.

    Raises LogError for a path that cannot be read.
    """
    found = _Found(importers)
    problems: list[Problem] = []
    named = {path.resolve() for path in paths if path.is_file()}
    seen: set[tuple[int, int]] = set()
    for path in sorted(set(_files(paths, problems))):
        try:
            status = path.stat()
            if not stat.S_ISREG(status.st_mode) or (status.st_dev, status.st_ino) in seen:
                continue
            seen.add((status.st_dev, status.st_ino))
            with path.open("rb") as stream:
                head = stream.read(HEAD_BYTES)
        except OSError:
            problems.append(_unreadable(path))
            continue
        found.sort(path, head, named=path in named)
    if problems:
        raise LogError(*problems)
    links = _links(path for path in paths if path.is_dir())
    return Discovery(tuple(found.claimed), tuple(found.unclaimed), found.companions, found.others, links)


class _Found:
    """Files by what they were taken for."""

    def __init__(self, importers: Sequence[Importer]) -> None:
        self.importers = importers
        self.claimed: list[LogFile] = []
        self.unclaimed: list[Unclaimed] = []
        self.companions: Counter[str] = Counter()
        self.others: Counter[str] = Counter()

    def sort(self, path: Path, head: bytes, *, named: bool) -> None:
        """Give the file its place. One that the user `named` is never merely counted."""
        kind = None if named else companion(path, head)
        if kind is not None:
            self.companions[kind] += 1
            return
        importer = self._claiming(path, head)
        if importer is not None:
            self.claimed.append(LogFile(path, importer))
        elif named or path.suffix.lower() in LOG_SUFFIXES or not path.suffix:
            self.unclaimed.append(Unclaimed(path, nearest(self.importers, head), _advice(head)))
        else:
            self.others[path.suffix.lower()] += 1

    def _claiming(self, path: Path, head: bytes) -> Importer | None:
        return next((importer for importer in self.importers if importer.sniff(path, head)), None)


def nearest(importers: Sequence[Importer], head: bytes) -> tuple[str, ...]:
    """Ids of the formats whose spelling the head comes nearest to, best first; none with nothing in common."""
    lowered = head.lower()
    scores = {
        importer.id: sum(spelled.lower() in lowered for spelled in importer.spelling) / len(importer.spelling)
        for importer in importers
        if importer.spelling
    }
    ranked = sorted((name for name, score in scores.items() if score > 0), key=lambda name: (-scores[name], name))
    return tuple(ranked[:NEAREST])


def _advice(head: bytes) -> str:
    return next((advice for magic, advice in PACKED.items() if head.startswith(magic)), "")


def _files(paths: Iterable[Path], problems: list[Problem]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from _walk(path, problems)
        elif path.is_file():
            yield path.resolve()
        else:
            problems.append(_unreadable(path))


def _walk(folder: Path, problems: list[Problem]) -> Iterator[Path]:
    """Regular files below the folder. Links are skipped: they lead out of it, or to a file found anyway."""

    def refused(error: OSError) -> None:
        problems.append(_unreadable(Path(error.filename or folder)))

    for root, folders, names in os.walk(folder.resolve(), onerror=refused, followlinks=False):
        folders.sort()
        for name in names:
            path = Path(root, name)
            if not path.is_symlink() and path.is_file():
                yield path


def _links(paths: Iterable[Path]) -> tuple[Path, ...]:
    """Links below the folders, which are not followed, each once."""
    found: set[Path] = set()
    for path in paths:
        for root, folders, names in os.walk(path.resolve(), followlinks=False):
            found.update(link for name in (*folders, *names) if (link := Path(root, name)).is_symlink())
    return tuple(sorted(found))


def _unreadable(path: Path) -> Problem:
    return Problem(str(path), 0, 0, "L01", "cannot be read", "name a log, or a folder that holds some")
