"""Asking the detectors, in one process or in several, with the same answers."""

from __future__ import annotations

import multiprocessing
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import partial as bound

import msgspec

from generator.base.progress import Track, silent
from generator.base.workers import answers
from generator.detectors import Detector, run
from generator.detectors.shared.parts import Part, merged, partial
from generator.ledger.shares import shares
from generator.ledger.subjects import Scope, Subjects
from generator.records.results import Run

WORTH_A_PROCESS = 10_000  # calls; below it a second process costs more than it saves
SHARES_PER_JOB = 2  # the account is judged beside them, and late shares even out the load
ASKING = "Running detectors"

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(dict[str, Part]).decode


def ask(detectors: Sequence[Detector], shown: Subjects, *, jobs: int = 1, track: Track = silent) -> tuple[Run, ...]:
    """The runs of the detectors in their order, equal to the byte whatever `jobs` is.

    Raises WorkerError where the system killed a worker.
    """
    calls = sum(len(thread.requests) for thread in shown.threads)
    if jobs <= 1 or calls < WORTH_A_PROCESS or "fork" not in multiprocessing.get_all_start_methods():
        return tuple(run(detector, shown) for detector in track(detectors, ASKING))
    pieces = (shown, *shares(shown, jobs * SHARES_PER_JOB))
    parts: defaultdict[str, list[Part]] = defaultdict(list)
    with answers(bound(_judged, detectors), pieces, jobs) as packed:
        for answer in track(packed, ASKING):
            for name, part in _decode(answer).items():
                parts[name].append(part)
    return tuple(merged(detector, parts[detector.id]) for detector in detectors)


def _judged(detectors: Sequence[Detector], piece: Subjects) -> bytes:
    """Parts of the detectors on one piece, by their ids, packed: smaller and quicker than what pickle makes of them."""
    return _encode({detector.id: partial(detector, piece) for detector in _of(detectors, piece)})


def _of(detectors: Sequence[Detector], piece: Subjects) -> Iterator[Detector]:
    """The detectors that a piece is for: the whole is there for the account alone, a share for all others."""
    return (detector for detector in detectors if (detector.scope is Scope.ACCOUNT) is piece.whole)
