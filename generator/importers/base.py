r"""What an importer is, and how a log file becomes lines.

Bytes are split at `\n` only: text methods also split at U+2028 and \x0b, which JSON strings may hold. A live log is
read while it is written, so a last line without its end is pending, unless it is whole: an object that parses, since
no beginning of an object does.
"""

from __future__ import annotations

import errno
import os
import stat
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import BinaryIO

from generator.importers.fold import Extract
from generator.importers.guide import Guide
from generator.importers.json_lines import is_whole_object
from generator.records.rows import SkipReason, Surface, Tally

HEAD_BYTES = 64 * 1024  # what `sniff` gets to see
BUFFER_BYTES = 256 * 1024  # of an open log; larger ones are no quicker
SWALLOW_BYTES = 1024 * 1024
LONGEST_LINE = 32 * 1024 * 1024  # bytes, what the API accepts; a longer line is skipped without being held
LARGEST_COUNT = 10**12  # tokens; beyond it a number is damage, not a count
YEARS = range(2000, 2200)  # of any time in a log; another one is damage, or a clock that was never set
NEWLINE = ord("\n")


class SkipLineError(Exception):
    """This line is not used; carries the reason and nothing of the line."""

    def __init__(self, reason: SkipReason) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True)
class LogFile:
    """A file and the importer that claims it."""

    path: Path
    importer: Importer


@dataclass(frozen=True)
class Importer:
    """One log format. `sniff(path, head)` claims a file by its first 64 KiB; `read(stream, path, index, key)` reads it.

    `how` says in one or two sentences where a user finds or how they record such a log; `guide` says it at length.
    `gives` are ids of what detectors need (detectors/shared/needs.py) and this format meets. `spelling`: byte strings
    that stand in the head of nearly every such file: they name the nearest candidates of a file that nobody claims.
    `authority` orders formats that tell the same call: the smallest owns its place and thread.
    """

    id: str
    title: str
    how: str
    surface: Surface
    sniff: Callable[[Path, bytes], bool]
    read: Callable[[BinaryIO, Path, int, bytes], Extract]
    guide: Guide
    gives: frozenset[str] = frozenset()
    reports: bool = False  # holds sums over a span of time (UsageBucket), which are no calls
    spelling: tuple[bytes, ...] = ()
    authority: int = 50

    def parse(self, path: Path, index: int, key: bytes) -> Extract:
        """Read one file, the `index`-th of its evidence. Raises OSError, also where it is no file any more."""
        with open(path, "rb", buffering=BUFFER_BYTES, opener=_regular) as stream:
            return self.read(stream, path, index, key)


def _regular(path: str, flags: int) -> int:
    """Descriptor of a regular file; a pipe put in its place since it was found would let the reader wait for ever."""
    descriptor = os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return descriptor
    os.close(descriptor)
    raise OSError(errno.EINVAL, "is not a regular file any more", path)


def utc(at: datetime | None) -> datetime:
    """The time in UTC. Raises SkipLineError where there is none, its zone is not stated, or it is not of `YEARS`.

    Whoever adds an hour or a day to such a time, or takes one away, stays within what a datetime can hold.
    """
    if at is None:
        raise SkipLineError(SkipReason.NO_TIME)
    if at.tzinfo is None:
        raise SkipLineError(SkipReason.NAIVE_TIME)
    if at.tzinfo is not UTC:
        try:
            at = at.astimezone(UTC)
        except OverflowError:
            raise SkipLineError(SkipReason.BAD_FIELD) from None
    if at.year not in YEARS:
        raise SkipLineError(SkipReason.BAD_FIELD)
    return at


def utc_or_none(at: datetime | None) -> datetime | None:
    """The time in UTC, or nothing where it cannot be told."""
    if at is None or (at.tzinfo is UTC and at.year in YEARS):  # nearly all of them
        return at
    try:
        return utc(at)
    except SkipLineError:
        return None


def file_label(index: int) -> str:
    """Name of a file wherever one is shown: log-0001 for the first. Paths are private."""
    return f"log-{index + 1:04d}"


@dataclass
class Count:
    """Running account of one file; `tally` closes it.

    `read` counts rows. Objects that two writers put on one line are a row each; `line` tells where the last one is.
    """

    bytes: int = 0
    read: int = 0
    glued: int = 0  # rows that stand behind another one on the same line
    used: int = 0
    other: int = 0
    recovered: int = 0
    pending: int = 0
    blank: int = 0
    usage_lines: int = 0
    skipped: dict[SkipReason, int] = field(default_factory=dict)
    types: Counter[str] = field(default_factory=Counter)  # of lines that were understood

    def skip(self, reason: SkipReason) -> None:
        """Account for a line that is not used."""
        self.skipped[reason] = self.skipped.get(reason, 0) + 1

    @property
    def line(self) -> int:
        """1-based number of the line, element or row of a table that the row just given stands on."""
        return self.read - self.glued

    def next_on_line(self) -> None:
        """Begin a row that stands behind another one on the same line."""
        self.read += 1
        self.glued += 1

    def tally(self, index: int, importer: str) -> Tally:
        """The account as a record."""
        return Tally(
            label=file_label(index),
            importer=importer,
            bytes=self.bytes,
            read=self.read,
            used=self.used,
            other=self.other,
            recovered=self.recovered,
            pending=self.pending,
            blank=self.blank,
            skipped=dict(sorted(self.skipped.items())),
            types=dict(sorted(self.types.items())),
            usage_lines=self.usage_lines,
        )


def lines(stream: BinaryIO, count: Count, *, longest: int = LONGEST_LINE) -> Iterator[bytes]:
    """Whole, non-blank lines, with the end that they have, of at most `longest` bytes before it.

    All others go straight into `count`, where `line` is the 1-based number of the line just given. Memory stays
    within about twice `longest`.
    """
    for line in iter(partial(stream.readline, longest + 1), b""):
        count.read += 1
        count.bytes += len(line)
        if line[-1] != NEWLINE:
            if len(line) <= longest and is_whole_object(line):
                yield line
                return
            ended = len(line) > longest and _swallow(stream, count)
            if not ended:
                count.pending += 1
                return
            count.skip(SkipReason.TOO_LONG)
        elif line.isspace():
            count.blank += 1
        else:
            yield line


def _swallow(stream: BinaryIO, count: Count) -> bool:
    """Read on to the end of a line that is too long; False where the file ends first."""
    for part in iter(partial(stream.readline, SWALLOW_BYTES), b""):
        count.bytes += len(part)
        if part[-1] == NEWLINE:
            return True
    return False
