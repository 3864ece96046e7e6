"""Which files lie below some paths, and in which state, before any of them is opened."""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from generator.base.problems import Problem


@dataclass(frozen=True)
class Seen:
    """A file that may be a log, with its state just before it was looked at. `named`: the user gave its own path."""

    path: Path
    status: os.stat_result
    named: bool = False


@dataclass(frozen=True)
class Listing:
    """All regular files below some paths, sorted, each once, before any is opened; links; what cannot be read."""

    files: tuple[Seen, ...] = ()
    links: tuple[Path, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Unclaimed:
    """A file that no importer knows: ids of the formats it comes nearest to, and what to do with it ("" = nothing)."""

    path: Path
    nearest: tuple[str, ...] = ()
    advice: str = ""


@dataclass(frozen=True)
class LeftOut:
    """Files that may be logs and that nobody claims, and all others that are not read.

    `companions`: files that lie beside logs and hold no usage, by kind. `strangers`: files that are no logs.
    """

    unclaimed: tuple[Unclaimed, ...] = ()
    companions: Counter[str] = field(default_factory=Counter)
    strangers: tuple[Path, ...] = ()
    links: tuple[Path, ...] = ()  # not followed: they lead out of the folder, or to a file that is found anyway

    @property
    def others(self) -> Counter[str]:
        """How many of the files that are no logs have which suffix."""
        return Counter(path.suffix.lower() for path in self.strangers)


def listed(paths: Sequence[Path]) -> Listing:
    """Every regular file below `paths`, with its state."""
    problems: list[Problem] = []
    links: list[Path] = []
    named = {path.resolve() for path in paths if path.is_file()}
    states = dict(_files(paths, links, problems))
    files: list[Seen] = []
    inodes: set[tuple[int, int]] = set()
    for path in sorted(states):
        status = states[path]
        if not stat.S_ISREG(status.st_mode) or (status.st_dev, status.st_ino) in inodes:
            continue
        inodes.add((status.st_dev, status.st_ino))
        files.append(Seen(path, status, path in named))
    return Listing(tuple(files), tuple(sorted(set(links))), tuple(problems))


def _files(paths: Iterable[Path], links: list[Path], problems: list[Problem]) -> Iterator[tuple[Path, os.stat_result]]:
    for path in paths:
        if path.is_dir():
            yield from _walk(path, links, problems)
        elif path.is_file():
            resolved = path.resolve()
            yield resolved, resolved.stat()
        else:
            problems.append(unreadable(path))


def _walk(top: Path, links: list[Path], problems: list[Problem]) -> Iterator[tuple[Path, os.stat_result]]:
    """Files below the folder. Links are kept apart: they lead out of it, or to a file found anyway.

    Strings and one call to the system a file: `os.walk` and paths take four times as long.
    """
    folders = [str(top.resolve())]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(folder) as scanned:
                entries = list(scanned)
        except OSError:
            problems.append(unreadable(Path(folder)))
            continue
        for entry in entries:
            if entry.is_symlink():
                links.append(Path(entry.path))
            elif entry.is_dir(follow_symlinks=False):
                folders.append(entry.path)
            elif entry.is_file(follow_symlinks=False):
                try:
                    yield Path(entry.path), os.stat(entry.path)  # noqa: PTH116
                except FileNotFoundError:  # gone since the folder was listed, as if it had never been there
                    continue
                except OSError:
                    problems.append(unreadable(Path(entry.path)))


def unreadable(path: Path) -> Problem:
    """What is said of a path that the system refuses."""
    return Problem(str(path), 0, 0, "L01", "cannot be read", "name a log, or a folder that holds some")
