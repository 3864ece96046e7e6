"""What each input is: the logs of a user, a pack, or a table of events of many users."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from generator.base.problems import LogError, Problem
from generator.packs.manifest import MANIFEST

PARQUET = ".parquet"
MAGIC = b"PAR1"  # first and last four bytes of every file of the format
NO_USERS = "name a folder that holds a folder of each user, packs, or a table of events"


class Kind(StrEnum):
    """How an input is read."""

    LOGS = "logs"
    PACK = "pack"
    EVENTS = "events"


@dataclass(frozen=True)
class Source:
    """What is read at once: all logs of one user, one pack, or all tables of events, which name their users."""

    kind: Kind
    name: str  # of the user, which is private; "" for events
    paths: tuple[Path, ...]


@dataclass(frozen=True)
class Inputs:
    """All sources in the order of their names, and what was left out."""

    sources: tuple[Source, ...]
    problems: tuple[Problem, ...] = ()

    def of(self, kind: Kind) -> tuple[Source, ...]:
        """Those that are read in one way."""
        return tuple(source for source in self.sources if source.kind is kind)


def inputs_of(paths: Iterable[Path]) -> Inputs:
    """Every source below the paths. Folders of one name, wherever they lie, are one user's.

    Raises LogError where there is none.
    """
    problems: list[Problem] = []
    found: defaultdict[tuple[Kind, str], list[Path]] = defaultdict(list)
    for path in paths:
        for kind, name, place in _below(path.resolve(), problems):
            if place not in found[kind, name]:
                found[kind, name].append(place)
    sources = tuple(Source(kind, name, tuple(places)) for (kind, name), places in sorted(found.items()))
    if not sources:
        raise LogError(*problems or (Problem("fleet", 0, 0, "W-fleet-empty", "no input was named", NO_USERS),))
    return Inputs(sources, tuple(problems))


def _below(path: Path, problems: list[Problem]) -> Iterator[tuple[Kind, str, Path]]:
    if path.is_file():
        yield from _file(path, problems)
        return
    known = _folder(path, problems)
    if known is not None:
        yield from known
        return
    children = sorted(child for child in path.iterdir() if not child.name.startswith("."))
    folders = [child for child in children if child.is_dir() and not child.is_symlink()]
    if not folders:
        problems.append(Problem(str(path), 0, 0, "W-fleet-empty", "holds no folder of a user", NO_USERS))
        return
    loose = len(children) - len(folders)
    if loose:
        message = f"{loose:,} beside the folders of users left out: nobody knows whose they are"
        problems.append(Problem(str(path), 0, 0, "W-fleet-loose", message, "put them into the folder of their user"))
    for folder in folders:
        known = _folder(folder, problems)
        yield from ((Kind.LOGS, folder.name, folder),) if known is None else known


def _file(path: Path, problems: list[Problem]) -> Iterator[tuple[Kind, str, Path]]:
    if path.suffix != PARQUET:
        problems.append(Problem(str(path), 0, 0, "W-fleet-file", "is a single file of no known user", NO_USERS))
    elif _is_whole(path, problems):
        yield Kind.EVENTS, "", path


def _folder(path: Path, problems: list[Problem]) -> list[tuple[Kind, str, Path]] | None:
    """The pack or the tables that the folder is; None where it is neither."""
    if (path / MANIFEST).is_file():
        return [(Kind.PACK, path.name, path)]
    tables = sorted(path.glob(f"*{PARQUET}"))
    return [(Kind.EVENTS, "", table) for table in tables if _is_whole(table, problems)] if tables else None


def _is_whole(path: Path, problems: list[Problem]) -> bool:
    """Does the file begin and end as its format says? A copy that broke off does not."""
    with path.open("rb") as stream:
        begins = stream.read(len(MAGIC)) == MAGIC
        size = stream.seek(0, 2)
        stream.seek(max(0, size - len(MAGIC)))
        ends = stream.read() == MAGIC
    if not (begins and ends):
        hint = "copy it again; the other inputs were read"
        problems.append(Problem(str(path), 0, 0, "W-fleet-parquet", "is no whole Parquet file", hint))
    return begins and ends
