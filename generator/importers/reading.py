"""Reading many logs, in one process or in several, with the same result."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from io import BytesIO
from itertools import chain
from pathlib import Path

import msgspec

from generator.base.progress import Track, silent
from generator.base.workers import answers
from generator.importers.base import HEAD_BYTES, Importer, LogFile
from generator.importers.buckets import settled
from generator.importers.fold import Extract, fold
from generator.importers.match import joined, marks_once, one_account
from generator.importers.packing import Memory, Packed, packed, unpacked
from generator.importers.values import account
from generator.records.pseudonyms import clock_shift
from generator.records.rows import LogData, Request

WORTH_A_PROCESS = 30_000_000  # bytes; below it a second process costs more than it saves
HANDS_PER_JOB = 8  # files are dealt into more hands than processes: late ones even out the load


class Hand(msgspec.Struct, array_like=True):
    """What some files gave: folded, and where somebody keeps it, packed file by file too."""

    folded: Extract
    packed: list[Packed] = []


def read(
    files: Sequence[LogFile],
    *,
    key: bytes,
    jobs: int = 1,
    track: Track = silent,
    memory: Memory | None = None,
) -> LogData:
    """Everything the files hold: each call, mark and reading once, oldest first, and one tally a file in their order.

    Two runs over the same files agree to the byte whatever `jobs` is, and whatever the `memory` holds. A file that
    vanished since it was found raises OSError.
    """
    importers = [file.importer for file in files]
    known = _recalled(files, memory)
    left = [index for index in range(len(files)) if index not in known]
    sizes = [os.stat(files[index].path).st_size for index in left]  # noqa: PTH116  one call, no Path arithmetic
    recalled = (unpacked(packed, index) for index, packed in known.items())
    if min(jobs, len(left)) <= 1 or sum(sizes) < WORTH_A_PROCESS:
        fresh = _kept(files, left, _extracts(files, left, key, track), memory)
        return assembled(fold(chain(recalled, fresh)), importers, key)
    hands = [tuple(left[place] for place in hand) for hand in deal(sizes, min(len(left), jobs * HANDS_PER_JOB))]
    with answers(partial(_read_hand, files, key, memory is not None), hands, jobs) as encoded:
        fresh = _decoded(files, track(encoded, "reading logs"), memory)
        return assembled(fold(chain(recalled, fresh)), importers, key)


def _recalled(files: Sequence[LogFile], memory: Memory | None) -> dict[int, Packed]:
    if memory is None:
        return {}
    found = {index: memory.recall(file) for index, file in enumerate(files)}
    return {index: packed for index, packed in found.items() if packed is not None}


def read_in_memory(importers: Sequence[Importer], files: Mapping[str, bytes], *, key: bytes) -> LogData:
    """The same from the bytes of files by their path; those that no importer claims are left out."""
    claimed = [
        (Path(name), data, importer)
        for name, data in sorted(files.items())
        if (importer := next((one for one in importers if one.sniff(Path(name), data[:HEAD_BYTES])), None))
    ]
    extracts = (importer.read(BytesIO(data), path, index, key) for index, (path, data, importer) in enumerate(claimed))
    return assembled(fold(extracts), [importer for _, _, importer in claimed], key)


def deal(sizes: Sequence[int], hands: int) -> list[tuple[int, ...]]:
    """Indices of `sizes` in `hands` hands of about equal sums, heaviest hand first."""
    dealt: list[list[int]] = [[] for _ in range(hands)]
    sums = [0] * hands
    for index in sorted(range(len(sizes)), key=lambda index: (-sizes[index], index)):
        lightest = min(range(hands), key=lambda hand: (sums[hand], hand))
        dealt[lightest].append(index)
        sums[lightest] += sizes[index]
    order = sorted(range(hands), key=lambda hand: (-sums[hand], hand))
    return [tuple(dealt[hand]) for hand in order if dealt[hand]]


def _extracts(files: Sequence[LogFile], indices: Sequence[int], key: bytes, track: Track) -> Iterator[Extract]:
    for index in track(indices, "reading logs"):
        yield files[index].importer.parse(files[index].path, index, key)


def _kept(
    files: Sequence[LogFile], indices: Sequence[int], extracts: Iterable[Extract], memory: Memory | None
) -> Iterator[Extract]:
    """The extracts of the files, each kept as it comes."""
    for index, extract in zip(indices, extracts, strict=True):
        if memory is not None:
            memory.keep(files[index], packed(extract, index))
        yield extract


def _read_hand(files: Sequence[LogFile], key: bytes, keeping: bool, hand: Sequence[int]) -> bytes:  # noqa: FBT001
    """One hand, folded before it travels; msgpack keeps it smaller and quicker than pickle."""
    parts: list[Packed] = []

    def seen() -> Iterator[Extract]:
        for index, extract in zip(hand, _extracts(files, hand, key, silent), strict=True):
            if keeping:
                parts.append(packed(extract, index))
            yield extract

    return msgspec.msgpack.encode(Hand(fold(seen()), parts))


def _decoded(files: Sequence[LogFile], encoded: Iterable[bytes], memory: Memory | None) -> Iterator[Extract]:
    decoder = msgspec.msgpack.Decoder(Hand)
    for answer in encoded:
        hand = decoder.decode(answer)
        if memory is not None:
            for part in hand.packed:
                memory.keep(files[part.place], part)
        yield hand.folded


def assembled(folded: Extract, importers: Sequence[Importer], key: bytes) -> LogData:
    """The folded extracts as records, formats joined; `importers` are those of the files, by index."""
    authority = {importer.id: importer.authority for importer in importers}
    calls = joined(folded.calls.values(), authority)
    copies, repeated = marks_once(folded.marks, authority)
    marks = (copy.mark for copy in copies)
    for kind, count in repeated.items():
        folded.repeated[kind] = folded.repeated.get(kind, 0) + count
    return LogData(
        requests=_in_order(calls.requests),
        rounds=_in_order(calls.rounds),
        marks=tuple(sorted(marks, key=lambda mark: (mark.at, mark.source, mark.kind))),
        meters=tuple(
            sorted(
                one_account(folded.meters, account(None, key)), key=lambda meter: (meter.at, meter.source, meter.window)
            )
        ),
        buckets=tuple(sorted(settled(folded.buckets), key=lambda bucket: (bucket.start, bucket.end, bucket.source))),
        counters=tuple(sorted(folded.counters, key=lambda row: (row.at, row.source, row.counter))),
        tallies=tuple(tally for _, tally in sorted(folded.tallies.items())),
        formats=calls.formats,
        repeated_marks=dict(sorted(folded.repeated.items())),
        clock_shift=clock_shift(key),
    )


def _in_order(requests: Iterable[Request]) -> tuple[Request, ...]:
    return tuple(sorted(requests, key=lambda request: (request.first_seen, request.source, request.id)))
