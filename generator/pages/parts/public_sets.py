"""What detectors said of public transcripts: by set, over all sets, and what became of it when it was read by hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from generator.base.counting import counts
from generator.curated.judged import Judged, Tally, tally
from generator.detectors.shared.answers import ANSWERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from generator.base.counting import Counts
    from generator.curated.base_rates import MeasuredDetector, Measurement
    from generator.detectors import Detector


@dataclass(frozen=True)
class PublicRate:
    """What one detector said of one public set: the rate to compare with."""

    title: str
    url: str
    rate: Counts
    naive: int


@dataclass(frozen=True)
class PublicTotal:
    """The same over all sets that hold what it needs."""

    sets: int
    rate: Counts
    sessions: Counts | None  # with at least one finding; None where findings lie in no session
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
            measured_counts(detector, measured, row),
            row.naive,
        )
        for measured, row in _rows(detector, measurements)
    )


def measured_counts(detector: Detector | None, measured: Measurement, row: MeasuredDetector) -> Counts:
    """What one detector said of one set; None for a detector that this program does not have."""
    return counts(
        row.findings,
        row.examined,
        share=detector is not None and detector.one_a_unit,
        unit=detector.unit if detector else "units",
        one=detector.unit_one if detector else "",
        answered=row.outcome in ANSWERS,
        sessions=_sessions([(measured, row)]),
    )


def public_total(detector: Detector, measurements: Iterable[Measurement]) -> PublicTotal | None:
    """All sets together; None where none holds what the detector needs."""
    known = [(measured, row) for measured, row in _rows(detector, measurements) if row.outcome in ANSWERS]
    if not known:
        return None
    found, examined = sum(row.findings for _, row in known), sum(row.examined for _, row in known)
    sessions = _sessions(known)
    return PublicTotal(
        sets=len(known),
        rate=counts(
            found,
            examined,
            share=detector.one_a_unit,
            unit=detector.unit,
            one=detector.unit_one,
            sessions=sessions,
        ),
        sessions=counts(*sessions, share=True, unit="sessions") if sessions else None,
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


def _sessions(known: Sequence[tuple[Measurement, MeasuredDetector]]) -> tuple[int, int] | None:
    """Sessions with a finding, and all of the same sets."""
    counted = [(row.sessions, measured.sessions) for measured, row in known if row.sessions is not None]
    if not counted or not sum(every for _, every in counted):
        return None
    return sum(found for found, _ in counted), sum(every for _, every in counted)
