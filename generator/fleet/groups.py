"""Which files of one user belong together: those that share a call, a mark or a session, directly or over others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain

from generator.importers.fold import Extract
from generator.records.rows import FormatTotals, LogData, MarkKind, Request, SourceRef


def names_in(extract: Extract) -> frozenset[str]:
    """Everything by which two files can be about the same: calls, marks and sessions, as pseudonyms."""
    return frozenset(_names(extract))


def _names(extract: Extract) -> Iterator[str]:
    for key, copy in extract.calls.items():
        yield key
        if copy.request.session:
            yield f"session {copy.request.session}"
    for mark in extract.marks:
        if mark.mark.session:
            yield f"session {mark.mark.session}"
        if mark.id:
            yield f"mark {mark.id}"
    yield from (f"session {reading.session}" for reading in extract.counters)
    if extract.meters or extract.buckets:
        yield "account"  # whose readings are settled together


def components(files: Mapping[int, Collection[str]]) -> dict[int, int]:
    """The group of each file: the smallest number of a file in it. `files`: names in each, by its number."""
    above = {file: file for file in files}

    def root(file: int) -> int:
        while above[file] != file:
            above[file] = above[above[file]]
            file = above[file]
        return file

    first: dict[str, int] = {}
    for file in sorted(files):
        for name in files[file]:
            one, two = root(first.setdefault(name, file)), root(file)
            above[max(one, two)] = min(one, two)
    return {file: root(file) for file in sorted(files)}


def together(parts: Sequence[LogData]) -> LogData:
    """Readings of groups of files of one format, which share no call, mark or session, as the reading of all files."""
    repeated: Counter[MarkKind] = Counter()
    for part in parts:
        repeated.update(part.repeated_marks)
    every = chain.from_iterable
    return LogData(
        requests=tuple(sorted(every(part.requests for part in parts), key=_place)),
        rounds=tuple(sorted(every(part.rounds for part in parts), key=_place)),
        marks=tuple(sorted(every(part.marks for part in parts), key=lambda mark: (mark.at, mark.source, mark.kind))),
        meters=tuple(every(part.meters for part in parts)),
        buckets=tuple(every(part.buckets for part in parts)),
        counters=tuple(
            sorted(every(part.counters for part in parts), key=lambda row: (row.at, row.source, row.counter))
        ),
        tallies=tuple(sorted(every(part.tallies for part in parts), key=lambda tally: tally.label)),
        formats=_formats([part.formats for part in parts]),
        repeated_marks=dict(sorted(repeated.items())),
        clock_shift=parts[0].clock_shift,
    )


def _place(request: Request) -> tuple[datetime, SourceRef, str]:
    return (request.first_seen, request.source, request.id)


def _formats(parts: Sequence[tuple[FormatTotals, ...]]) -> tuple[FormatTotals, ...]:
    """The account of the one format, added up."""
    every = [account for part in parts for account in part]
    if not every:
        return ()
    counts = ("calls", "only_here", "input_tokens", "cache_write_tokens", "cache_read_tokens", "output_tokens")
    return (
        FormatTotals(importer=every[0].importer, **{name: sum(getattr(one, name) for one in every) for name in counts}),
    )
