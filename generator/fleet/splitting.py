"""The transcripts of one user who has many, in tasks: read file by file, judged group by group, then put together.

A call stands in several files, and a thread's calls must meet in one task. So each file is read by itself, the user's
files are grouped by what they share (`groups.py`), and each group is folded and judged. Only what looks at the whole
account is judged when all groups are together; `merged` makes one run of the parts, equal to that of one machine.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from generator.base.problems import LogError
from generator.detectors import DETECTORS
from generator.detectors.shared.parts import Part, merged, partial
from generator.fleet.answers import Answer, Trouble
from generator.fleet.groups import names_in, together
from generator.fleet.inputs import Kind, Source
from generator.fleet.judging import Settings, answered, silent, strange
from generator.importers import discover
from generator.importers.claude.claude_code import CLAUDE_CODE
from generator.importers.fold import Extract, fold
from generator.importers.reading import assembled
from generator.ledger.subjects import Scope, subjects
from generator.records.rows import LogData

WIDE = (Scope.METER, Scope.ACCOUNT)
"""Scopes whose subjects see calls of all threads."""


class Piece(msgspec.Struct, frozen=True):
    """What one group of files gave: its reading, and what each detector of threads and counters says."""

    reading: LogData
    parts: dict[str, Part]


class Split(msgspec.Struct, frozen=True):
    """One user's transcripts in the order of their numbers, and what lies beside them. Paths are private."""

    name: str
    files: tuple[str, ...]
    troubles: tuple[Trouble, ...]


def split_of(source: Source, settings: Settings) -> Split | None:
    """The user's transcripts, where they are worth several tasks.

    Files of several formats tell the same calls in ways that only all of them together can match.
    """
    if source.kind is not Kind.LOGS:
        return None
    try:
        found = discover(source.paths)
        size = sum(file.path.stat().st_size for file in found.claimed)
    except (LogError, OSError):
        return None  # whoever reads it says so
    if size < settings.split_bytes or any(file.importer is not CLAUDE_CODE for file in found.claimed):
        return None
    return Split(source.name, tuple(str(file.path) for file in found.claimed), strange(found))


def extract_of(path: str, number: int, settings: Settings) -> bytes | None:
    """What one file gave, packed; None where it cannot be read."""
    gc.disable()
    try:
        return msgspec.msgpack.encode(CLAUDE_CODE.parse(Path(path), number, settings.key))
    except OSError:
        return None


def shared_names(packed: bytes) -> frozenset[str]:
    """What a packed file can have in common with others."""
    return names_in(_decode(packed))


def piece_of(packed: Iterable[bytes], settings: Settings) -> bytes:
    """The files of one group, folded and judged."""
    gc.disable()
    reading = assembled(fold(_decoded(packed)), [CLAUDE_CODE], settings.key)
    shown = subjects(reading)
    parts = {detector.id: partial(detector, shown) for detector in DETECTORS if detector.scope not in WIDE}
    return msgspec.msgpack.encode(Piece(reading, parts))


def answer_of_pieces(split: Split, packed: Iterable[bytes], settings: Settings) -> Answer:
    """The answer of all groups of one user."""
    gc.disable()
    user = settings.named(split.name)
    pieces = [_decode_piece(one) for one in packed]
    reading = together([piece.reading for piece in pieces])
    shown = subjects(reading)
    runs = tuple(
        merged(
            detector,
            [partial(detector, shown)] if detector.scope in WIDE else [piece.parts[detector.id] for piece in pieces],
        )
        for detector in DETECTORS
    )
    troubles = (*split.troubles, *silent(split.files, reading.tallies))
    return answered(user, reading, settings, troubles=troubles, shown=shown, runs=runs)


_decode = msgspec.msgpack.Decoder(Extract).decode
_decode_piece = msgspec.msgpack.Decoder(Piece).decode


def _decoded(packed: Iterable[bytes]) -> Iterator[Extract]:
    return map(_decode, packed)
