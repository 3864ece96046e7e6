"""Packs of public logs: SHA-256 of each file and of each line that a row names, so that anybody can compare."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from generator.records.results import Pack, PublicLine
from generator.records.rows import SourceRef


def with_lines(evidence: Pack, files: Sequence[Path]) -> Pack:
    """The evidence with the digests of its `files`, which are in the order of its tallies. Raises OSError.

    A line is its bytes with its line end, as `sed -n 812p` prints it; so the hash can be made without this program. A
    file whose rows are not its lines (a list, a table, two objects on a line) has no lines to link to.
    """
    wanted: defaultdict[int, set[int]] = defaultdict(set)
    for source in _named(evidence):
        wanted[source.file].add(source.line)
    digests: list[str] = []
    lines: list[PublicLine] = []
    for place, path in enumerate(files):
        whole, number = hashlib.sha256(), 0
        found: list[PublicLine] = []
        with path.open("rb") as stream:
            for number, line in enumerate(stream, start=1):
                whole.update(line)
                if number in wanted[place]:
                    found.append(PublicLine(SourceRef(place, number), hashlib.sha256(line).hexdigest()))
        digests.append(whole.hexdigest())
        if number == evidence.tallies[place].read:
            lines += found
    return msgspec.structs.replace(evidence, origin=tuple(digests), lines=tuple(lines))


def _named(evidence: Pack) -> Iterator[SourceRef]:
    yield from (request.source for request in evidence.requests)
    yield from (place for run in evidence.runs for finding in run.findings for place in finding.readings)
