"""Which files are logs, and which importer claims each of them."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from generator.importers.base import HEAD_BYTES, Importer, LogFile
from generator.problems import LogError, Problem

SUFFIX = ".jsonl"


@dataclass(frozen=True)
class Discovery:
    """Files that an importer claims, and those that none does."""

    claimed: tuple[LogFile, ...] = ()
    unclaimed: tuple[Path, ...] = ()


def discover_with(importers: Sequence[Importer], paths: Sequence[Path]) -> Discovery:
    """All logs below `paths`, sorted, each file once however many paths lead to it.

    Folders are searched for `*.jsonl`; a file given by name counts whatever its suffix. Raises LogError for a
    path that cannot be read.
    """
    claimed: list[LogFile] = []
    unclaimed: list[Path] = []
    problems: list[Problem] = []
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
        importer = next((importer for importer in importers if importer.sniff(path, head)), None)
        if importer is None:
            unclaimed.append(path)
        else:
            claimed.append(LogFile(path, importer))
    if problems:
        raise LogError(*problems)
    return Discovery(tuple(claimed), tuple(unclaimed))


def _files(paths: Iterable[Path], problems: list[Problem]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from _walk(path, problems)
        elif path.is_file():
            yield path.resolve()
        else:
            problems.append(_unreadable(path))


def _walk(folder: Path, problems: list[Problem]) -> Iterator[Path]:
    """Regular `*.jsonl` files below the folder. Links are skipped: they lead out of it, or to a file found anyway."""

    def refused(error: OSError) -> None:
        problems.append(_unreadable(Path(error.filename or folder)))

    for root, folders, names in os.walk(folder.resolve(), onerror=refused, followlinks=False):
        folders.sort()
        for name in names:
            path = Path(root, name)
            if name.endswith(SUFFIX) and not path.is_symlink() and path.is_file():
                yield path


def _unreadable(path: Path) -> Problem:
    return Problem(str(path), 0, 0, "L01", "cannot be read", "name a transcript, or a folder that holds some")
