"""How good the detectors are: every one on simulated logs with known truth, and on public logs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from generator.base.statistics import exact_rate, poisson_rate
from generator.base.wording import n
from generator.curated.judged import tally
from generator.pages.parts.base import Page, PageKind
from generator.pages.parts.calibration_rows import EXCESS_TOLERANCE
from generator.pages.parts.public_sets import public_total, read_by_hand
from generator.pages.parts.twin import json_twin

if TYPE_CHECKING:
    from generator.base.statistics import Rate
    from generator.curated.base_rates import Measurement
    from generator.curated.calibration import CalibratedDetector, Calibration
    from generator.curated.judged import Tally
    from generator.detectors import Detector
    from generator.dossier import Dossier
    from generator.pages.parts.public_sets import PublicTotal, ReadByHand


@dataclass(frozen=True)
class CalibratedRow:
    """One detector on the simulated logs; recall and precision are None where nothing of its kind was planted."""

    detector: Detector
    row: CalibratedDetector
    recall: Rate | None
    precision: Rate | None
    excess: float | None
    false_per_thousand: float
    false_at_most: float
    unseen_per_thousand: float
    missed: tuple[str, ...]  # measures below their bar


@dataclass(frozen=True)
class PublicRow:
    """One detector on all public sets; `by_hand` where its findings there were read."""

    detector: Detector
    total: PublicTotal | None
    by_hand: ReadByHand | None


@dataclass(frozen=True)
class CalibrationContext:
    """Variables of calibration.md.j2."""

    calibration: Calibration | None
    rows: tuple[CalibratedRow, ...]
    unplanted: tuple[Detector, ...]
    missed: tuple[CalibratedRow, ...]
    measurements: tuple[Measurement, ...]
    public: tuple[PublicRow, ...]
    judged: Tally
    stats: tuple[tuple[str, str], ...]


def pages(dossier: Dossier) -> Iterator[Page]:
    """The one page."""
    library = dossier.library
    case, calibration = library.case, library.calibration
    rows = tuple(_row(detector, row, calibration) for detector, row in calibrated(dossier)) if calibration else ()
    context = CalibrationContext(
        calibration=calibration,
        rows=rows,
        unplanted=tuple(item.detector for item in rows if item.row.not_planted),
        missed=tuple(item for item in rows if item.missed),
        measurements=library.measurements,
        public=tuple(
            PublicRow(
                view.detector,
                public_total(view.detector, library.measurements),
                read_by_hand(view.detector.id, library.judged),
            )
            for view in dossier.detector_views
        ),
        judged=tally(row for row in library.judged if row.what == "finding"),
        stats=_stats(calibration, rows) if calibration else (),
    )
    path = f"{case.id}/calibration/"
    yield Page(
        path=path,
        template="calibration.md.j2",
        title="How good the detectors are",
        description="Precision, recall and false alarms of every detector on simulated logs, beside public ones.",
        context=context,
        downloads=(json_twin("calibration", "simulated", _record(context), {"page": path}),),
        boost=1.5,
    )


def calibrated(dossier: Dossier) -> Iterator[tuple[Detector, CalibratedDetector]]:
    """Detectors with their calibration, in the order of the site."""
    known = {row.id: row for row in dossier.library.calibration.detectors} if dossier.library.calibration else {}
    for detector in dossier.detectors:
        if detector.id in known:
            yield detector, known[detector.id]


def _row(detector: Detector, row: CalibratedDetector, calibration: Calibration) -> CalibratedRow:
    false = poisson_rate(row.null_found, calibration.null_requests).per_thousand()
    unseen = poisson_rate(row.unseen_found, calibration.unseen_requests)
    excess = row.excess_found / row.excess_planted if row.excess_planted else None
    missed = (
        ("recall", bool(row.planted) and row.recall_bar is not None and row.recalled < row.recall_bar * row.planted),
        ("precision", bool(row.planted) and row.precision_bar is not None and row.hits < row.precision_bar * row.found),
        ("excess", excess is not None and abs(excess - 1) > EXCESS_TOLERANCE),
    )
    return CalibratedRow(
        detector=detector,
        row=row,
        recall=exact_rate(row.recalled, row.planted) if row.planted else None,
        precision=exact_rate(row.hits, row.found) if row.planted and row.found else None,
        excess=excess,
        false_per_thousand=false[0],
        false_at_most=false[2],
        unseen_per_thousand=unseen.per_thousand()[0],
        missed=tuple(name for name, below in missed if below),
    )


def _stats(calibration: Calibration, rows: tuple[CalibratedRow, ...]) -> tuple[tuple[str, str], ...]:
    return (
        (n(len(calibration.seeds)), f"seeds of {n(calibration.sessions)} sessions"),
        (n(calibration.requests), "calls with planted faults"),
        (n(calibration.null_requests), "calls without"),
        (n(sum(item.row.planted for item in rows)), "planted faults"),
        (n(sum(bool(item.missed) for item in rows)), "detectors below a bar"),
    )


def _record(context: CalibrationContext) -> dict[str, Any]:
    return {
        "simulated": context.calibration.model_dump(mode="json") if context.calibration else None,
        "public": [measured.model_dump(mode="json") for measured in context.measurements],
    }


KIND = PageKind("calibration", pages)
