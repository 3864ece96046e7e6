"""What detectors said of public transcripts: by set, over all sets, and what became of it when it was read by hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from generator.base.statistics import exact_rate, finding_rate
from generator.curated.judged import Judged, Tally, tally

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from generator.base.statistics import Rate
    from generator.curated.base_rates import MeasuredDetector, Measurement
    from generator.detectors import Detector


@dataclass(frozen=True)
class PublicRate:
    """What one detector said of one public set: the rate to compare with."""

    title: str
    url: str
    rate: Rate
    sessions: Rate | None  # with at least one finding; None where findings lie in no session
    naive: int


@dataclass(frozen=True)
class PublicTotal:
    """The same over all sets that hold what it needs."""

    sets: int
    rate: Rate
    sessions: Rate | None
    naive: int


@dataclass(frozen=True)
class ReadByHand:
    """Findings of one detector that were read in their lines, and single steps where it counts those."""

    findings: Tally
    steps: Tally
    rows: tuple[Judged, ...]


def public_rates(detector: Detector, measurements: Iterable[Measurement]) -> tuple[PublicRate, ...]:
    """One a set that was measured with the detector."""
    return tuple(
        PublicRate(
            measured.title,
            str(measured.url),
            finding_rate(row.findings, row.examined, share=detector.one_a_unit),
            _sessions([(measured, row)]),
            row.naive,
        )
        for measured, row in _rows(detector, measurements)
    )


def public_total(detector: Detector, measurements: Iterable[Measurement]) -> PublicTotal | None:
    """All sets together; None where none holds what the detector needs."""
    known = [(measured, row) for measured, row in _rows(detector, measurements) if row.outcome in {"found", "quiet"}]
    if not known:
        return None
    found, examined = sum(row.findings for _, row in known), sum(row.examined for _, row in known)
    return PublicTotal(
        sets=len(known),
        rate=finding_rate(found, examined, share=detector.one_a_unit),
        sessions=_sessions(known),
        naive=sum(row.naive for _, row in known),
    )


def read_by_hand(detector: str, judged: Iterable[Judged]) -> ReadByHand | None:
    """What was read of the detector; None where nothing was."""
    rows = tuple(row for row in judged if row.detector == detector)
    if not rows:
        return None
    return ReadByHand(
        findings=tally(row for row in rows if row.what == "finding"),
        steps=tally(row for row in rows if row.what == "step"),
        rows=rows,
    )


def _rows(detector: Detector, measurements: Iterable[Measurement]) -> Iterable[tuple[Measurement, MeasuredDetector]]:
    return ((measured, row) for measured in measurements for row in measured.detectors if row.id == detector.id)


def _sessions(known: Sequence[tuple[Measurement, MeasuredDetector]]) -> Rate | None:
    counted = [(row.sessions, measured.sessions) for measured, row in known if row.sessions is not None]
    if not counted or not sum(every for _, every in counted):
        return None
    return exact_rate(sum(found for found, _ in counted), sum(every for _, every in counted))
