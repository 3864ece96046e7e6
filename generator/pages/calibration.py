"""How good the detectors are: every one on simulated logs with known truth, and on public logs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from generator.base.wording import plural, stat
from generator.curated.judged import tally
from generator.pages.parts.base import Page, PageKind
from generator.pages.parts.calibration_rows import EXCESS_TOLERANCE, is_below
from generator.pages.parts.public_sets import public_total, read_by_hand
from generator.pages.parts.twin import json_twin
from generator.statistics.rates import exact_rate, poisson_rate

if TYPE_CHECKING:
    from generator.curated.base_rates import Measurement
    from generator.curated.calibration import CalibratedCause, CalibratedDetector, Calibration
    from generator.curated.judged import Tally
    from generator.detectors import Detector
    from generator.dossier import Dossier
    from generator.pages.parts.public_sets import PublicTotal, ReadByHand
    from generator.statistics.rates import Rate


@dataclass(frozen=True)
class CalibratedRow:
    """One detector on the simulated logs; recall and precision are None where nothing of its kind was planted.

    `unseen_` is of the logs in which causes act that none of their lines shows; `needed` faults a thousand calls would
    have to be there for its precision to reach the bar.
    """

    detector: Detector
    row: CalibratedDetector
    unseen_recall: Rate | None
    unseen_precision: Rate | None
    unseen_per_thousand: float
    planted_per_thousand: float
    needed: float | None
    recall: Rate | None
    precision: Rate | None
    excess: float | None
    false_at_most: float
    missed: tuple[str, ...]  # measures below their bar


@dataclass(frozen=True)
class MissedBar:
    """A detector below its bar, with the causes that it took for faults, the most frequent first."""

    item: CalibratedRow
    causes: tuple[tuple[CalibratedCause, int], ...]


@dataclass(frozen=True)
class CauseRow:
    """A cause that no log shows, and the findings that took it for a fault, by detector."""

    cause: CalibratedCause
    counts: tuple[tuple[Detector, int], ...]


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
    missed: tuple[MissedBar, ...]
    causes: tuple[CauseRow, ...]
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
        missed=tuple(MissedBar(item, _causes(item, calibration)) for item in rows if calibration and item.missed),
        causes=tuple(_cause(cause, rows) for cause in calibration.causes) if calibration else (),
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
    )


def calibrated(dossier: Dossier) -> Iterator[tuple[Detector, CalibratedDetector]]:
    """Detectors with their calibration, in the order of the site."""
    known = {row.id: row for row in dossier.library.calibration.detectors} if dossier.library.calibration else {}
    for detector in dossier.detectors:
        if detector.id in known:
            yield detector, known[detector.id]


def _row(detector: Detector, row: CalibratedDetector, calibration: Calibration) -> CalibratedRow:
    false = poisson_rate(row.null_found, calibration.null_requests).per_thousand()
    unseen = 1000 * (row.unseen_found - row.unseen_hits) / calibration.unseen_requests
    excess = row.excess_found / row.excess_planted if row.excess_planted else None
    bar = row.precision_bar
    missed = (
        ("precision", is_below(row.unseen_hits, row.unseen_found, bar)),
        ("recall", is_below(row.unseen_recalled, row.unseen_planted, row.recall_bar)),
        ("recall where the log names every cause", is_below(row.recalled, row.planted, row.recall_bar)),
        ("precision where the log names every cause", is_below(row.hits, row.found, row.named_bar)),
        ("excess", excess is not None and abs(excess - 1) > EXCESS_TOLERANCE),
    )
    return CalibratedRow(
        detector=detector,
        row=row,
        unseen_recall=_rate(row.unseen_recalled, row.unseen_planted),
        unseen_precision=_rate(row.unseen_hits, row.unseen_found if row.unseen_planted else 0),
        unseen_per_thousand=unseen,
        planted_per_thousand=1000 * row.unseen_planted / calibration.unseen_requests,
        needed=None if bar is None else unseen * bar / (1 - bar),
        recall=_rate(row.recalled, row.planted),
        precision=_rate(row.hits, row.found if row.planted else 0),
        excess=excess,
        false_at_most=false[2],
        missed=tuple(name for name, below in missed if below and not row.not_planted),
    )


def _rate(hits: int, trials: int) -> Rate | None:
    return exact_rate(hits, trials) if trials else None


def _causes(item: CalibratedRow, calibration: Calibration) -> tuple[tuple[CalibratedCause, int], ...]:
    known = {cause.id: cause for cause in calibration.causes}
    return tuple((known[one.id], one.count) for one in item.row.unseen_causes if one.id in known)


def _cause(cause: CalibratedCause, rows: Sequence[CalibratedRow]) -> CauseRow:
    counts = [(item.detector, one.count) for item in rows for one in item.row.unseen_causes if one.id == cause.id]
    return CauseRow(cause, tuple(sorted(counts, key=lambda count: -count[1])))


def _stats(calibration: Calibration, rows: tuple[CalibratedRow, ...]) -> tuple[tuple[str, str], ...]:
    return (
        stat(len(calibration.seeds), "seed", after=f"of {plural(calibration.sessions, 'session')}"),
        stat(calibration.unseen_requests, "call", after="with causes that no log shows"),
        stat(calibration.requests, "call", after="with named causes only"),
        stat(sum(item.row.planted + item.row.unseen_planted for item in rows), "planted fault"),
        stat(sum(bool(item.missed) for item in rows), "detector", after="below a bar"),
    )


def _record(context: CalibrationContext) -> dict[str, Any]:
    return {
        "simulated": context.calibration.model_dump(mode="json") if context.calibration else None,
        "public": [measured.model_dump(mode="json") for measured in context.measurements],
    }


KIND = PageKind("calibration", pages)
