"""Which files are logs, which importer claims each of them, and what the others are.

Every file below a folder is looked at, whatever its name. It is claimed, or known to lie beside logs without usage of
its own, or named with the formats it comes nearest to; none is passed over in silence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from generator.base.listing import LeftOut, Listing, Seen, Unclaimed, listed, unreadable
from generator.base.problems import LogError
from generator.importers.base import HEAD_BYTES, Importer, LogFile
from generator.importers.companions import companion

NEAREST = 3  # candidates named
NONE_KNOWN: Mapping[Path, str] = MappingProxyType({})
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
class Discovery(LeftOut):
    """Files that an importer claims, beside all that none does."""

    claimed: tuple[LogFile, ...] = ()


def discover_with(importers: Sequence[Importer], paths: Sequence[Path]) -> Discovery:
    """All logs below `paths`, sorted, each file once however many paths lead to it.

    Raises LogError for a path that cannot be read.
    """
    return sorted_out(importers, listed(paths))


def sorted_out(importers: Sequence[Importer], listing: Listing, known: Mapping[Path, str] = NONE_KNOWN) -> Discovery:
    """The files by who reads them. `known`: ids of importers that claimed files which have not changed since then.

    Raises LogError for a file that cannot be read.
    """
    found = _Found(importers)
    by_id = {importer.id: importer for importer in importers}
    problems = list(listing.problems)
    for file in listing.files:
        if (importer := by_id.get(known.get(file.path, ""))) is not None:
            found.claimed.append(LogFile(file.path, importer, file.status))
            continue
        try:
            with file.path.open("rb") as stream:
                head = stream.read(HEAD_BYTES)
        except OSError:
            problems.append(unreadable(file.path))
            continue
        found.sort(file, head)
    if problems:
        raise LogError(*problems)
    return Discovery(
        unclaimed=tuple(found.unclaimed),
        companions=found.companions,
        strangers=tuple(found.strangers),
        links=listing.links,
        claimed=tuple(found.claimed),
    )


class _Found:
    """Files by what they were taken for."""

    def __init__(self, importers: Sequence[Importer]) -> None:
        self.importers = importers
        self.claimed: list[LogFile] = []
        self.unclaimed: list[Unclaimed] = []
        self.companions: Counter[str] = Counter()
        self.strangers: list[Path] = []

    def sort(self, file: Seen, head: bytes) -> None:
        """Give the file its place. One that the user named is never merely counted."""
        path, named = file.path, file.named
        kind = None if named else companion(path, head)
        if kind is not None:
            self.companions[kind] += 1
            return
        importer = self._claiming(path, head)
        if importer is not None:
            self.claimed.append(LogFile(path, importer, file.status))
        elif named or path.suffix.lower() in LOG_SUFFIXES or not path.suffix:
            self.unclaimed.append(Unclaimed(path, nearest(self.importers, head), _advice(head)))
        else:
            self.strangers.append(path)

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
