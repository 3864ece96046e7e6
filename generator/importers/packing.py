"""What one file gave, as bytes that can be kept, and taken up again at another place among the files."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import NamedTuple, Protocol, TypeVar

import msgspec
from msgspec.structs import replace

from generator.importers.base import LogFile, file_label
from generator.importers.fold import Extract, MarkCopy, RequestCopy
from generator.records.rows import CounterReading, Mark, MeterReading, Request, SourceRef, UsageBucket

LEVEL = 1  # of zlib: it takes three times as long to save another tenth

Sourced = TypeVar("Sourced", Request, Mark, MeterReading, UsageBucket, CounterReading)


class Packed(NamedTuple):
    """What a file gave when it was at this place among the files, from 0."""

    place: int
    content: bytes


class Memory(Protocol):
    """What earlier runs read of files that have not changed since."""

    def recall(self, file: LogFile) -> Packed | None:
        """What the file gave; None where it has to be read."""

    def keep(self, file: LogFile, packed: Packed) -> None:
        """Take what the file gave just now."""


def packed(extract: Extract, index: int) -> Packed:
    """What one file gave, as the `index`-th."""
    return Packed(index, zlib.compress(msgspec.msgpack.encode(extract), LEVEL))


def unpacked(kept: Packed, index: int) -> Extract:
    """The same as `parse` would give, were the file read as the `index`-th now."""
    extract = _decode(zlib.decompress(kept.content))
    return extract if kept.place == index else _moved(extract, index)


_decode: Callable[[bytes], Extract] = msgspec.msgpack.Decoder(Extract).decode


def _moved(extract: Extract, index: int) -> Extract:
    """Each record names its file by its place, and the places of files change as others come and go."""

    def at(record: Sourced) -> Sourced:
        return replace(record, source=SourceRef(index, record.source.line))

    def call(copy: RequestCopy) -> RequestCopy:
        return replace(copy, request=at(copy.request), rounds=tuple(map(at, copy.rounds)))

    def mark(copy: MarkCopy) -> MarkCopy:
        return replace(copy, mark=at(copy.mark))

    (tally,) = extract.tallies.values()
    return Extract(
        calls={name: call(copy) for name, copy in extract.calls.items()},
        marks=list(map(mark, extract.marks)),
        meters=list(map(at, extract.meters)),
        buckets=list(map(at, extract.buckets)),
        counters=list(map(at, extract.counters)),
        tallies={index: replace(tally, label=file_label(index))},
        repeated=extract.repeated,
    )
