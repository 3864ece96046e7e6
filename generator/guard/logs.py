"""Private logs as pieces of text, in whatever format: the bytes flow past, at most a few hundred kilobytes at a time.

No importer is asked, since what it does not read can leak as well. Databases are read as bytes (SQLite keeps text as
it is), archives and gzip are unpacked in the flow.
"""

from __future__ import annotations

import gzip
import os
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from generator.importers.archives import BROKEN, MAGIC, UnsafeArchiveError, opened

PIECE = 256 * 1024  # bytes
OVERLAP = 2 * 1024  # bytes of a cut line that are read twice
GZIP = b"\x1f\x8b"
UNPACKED = 4 * 1024**3  # bytes of one gzip file
SEALED = (b"\x28\xb5\x2f\xfd", b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf", b"Rar!")  # packings that nothing here undoes
UTF16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}


class Source(Protocol):
    """Anything that gives bytes."""

    def read(self, size: int, /) -> bytes:
        """The next bytes."""


@dataclass(frozen=True)
class Piece:
    """Some text of a file, beginning at `line` (1-based)."""

    label: str
    line: int
    text: str


@dataclass(frozen=True)
class Unreadable:
    """A file that cannot be looked through."""

    label: str


def pieces(paths: Sequence[Path]) -> Iterator[Piece | Unreadable]:
    """All text of all files below the paths, under the labels of `labelled`."""
    for label, path in labelled(paths):
        try:
            yield from _of_file(path, label)
        except (*BROKEN, UnsafeArchiveError):
            yield Unreadable(label)


def labelled(paths: Sequence[Path]) -> Iterator[tuple[str, Path]]:
    """log-0001 and so on with their files: in the order of the paths, below each by name. Links are not followed.

    A label is all that is told of a file: its path names its owner, a project or a client.
    """
    for number, path in enumerate(_files(paths), 1):
        yield f"log-{number:04}", path


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        for root, folders, names in os.walk(path, followlinks=False):
            folders.sort()
            yield from (Path(root, name) for name in sorted(names) if not Path(root, name).is_symlink())


def _of_file(path: Path, label: str) -> Iterator[Piece | Unreadable]:
    if not path.is_file():  # a pipe or a device can be read once, if at all
        yield Unreadable(label)
        return
    with path.open("rb") as stream:
        head = stream.read(8)
        stream.seek(0)
        if head.startswith(SEALED):
            yield Unreadable(label)
        elif head.startswith(GZIP):
            with gzip.open(stream) as unpacked:
                yield from _flow(_Counted(unpacked), label)
        elif head.startswith(MAGIC):
            archive = opened(stream)
            for member in (one for one in archive.members if not one.is_dir()):
                with archive.open(member) as inside:
                    yield from _flow(inside, label)
        else:
            yield from _flow(stream, label, UTF16.get(head[:2], "utf-8"))


class _Counted:
    """Bytes of a gzip file, up to UNPACKED."""

    def __init__(self, stream: Source) -> None:
        self.stream, self.left = stream, UNPACKED

    def read(self, size: int, /) -> bytes:
        data = self.stream.read(size)
        self.left -= len(data)
        if self.left < 0:
            raise zlib.error
        return data


def _flow(stream: Source, label: str, coding: str = "utf-8") -> Iterator[Piece]:
    """Whole lines together, PIECE bytes; a longer line is cut, and the end of each part read again with the next."""
    line, kept = 1, b""
    while block := stream.read(PIECE):
        data = kept + block
        end = _cut(data, coding)
        yield Piece(label, line, data[:end].decode(coding, "replace"))
        whole = data[end - 1 : end] == b"\n" or coding != "utf-8"
        kept = data[end:] if whole else data[max(0, end - OVERLAP) :]
        line += data[: len(data) - len(kept)].count(b"\n")
    if kept:
        yield Piece(label, line, kept.decode(coding, "replace"))


def _cut(data: bytes, coding: str) -> int:
    """Where to cut: after the last whole line, or at the end where no line ends."""
    if coding != "utf-8":
        return len(data) & ~1
    return data.rfind(b"\n") + 1 or len(data)
