"""Calibration in words: recall, precision, false alarms, excess; each with its exact interval and its bar.

First what counts: precision and recall where causes act that no log shows. Then the same where the log names them all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from generator.base.wording import interval, n, plural
from generator.statistics.rates import exact_rate, poisson_rate

if TYPE_CHECKING:
    from generator.curated.calibration import CalibratedDetector, Calibration

EXCESS_TOLERANCE = 0.05  # share of the planted excess


@dataclass(frozen=True)
class ScoreRow:
    """One measure of one detector. `bar` is what it is held to, "" where to nothing."""

    name: str
    value: str
    bar: str = ""
    missed: bool = False


NOT_PLANTED = ScoreRow("Recall and precision", "not known: the simulator plants no fault of this kind")


def score_rows(calibration: Calibration | None, detector: str) -> tuple[ScoreRow, ...]:
    """The measures of one detector; false alarms only where nothing was planted, none where it was not calibrated."""
    row = next((one for one in calibration.detectors if one.id == detector), None) if calibration else None
    if calibration is None or row is None:
        return ()
    planted = (
        (_unseen_precision(row), _unseen_recall(row), _recall(row), _precision(row), _excess(row))
        if row.planted
        else (NOT_PLANTED,)
    )
    rest = (_unseen(row, calibration), _false_alarms(row, calibration), _naive(row))
    return tuple(one for one in (*planted, *rest) if one is not None)


def _unseen_precision(row: CalibratedDetector) -> ScoreRow:
    return _held("Precision where causes act that no log shows", row.unseen_hits, row.unseen_found, row.precision_bar)


def _unseen_recall(row: CalibratedDetector) -> ScoreRow:
    return _held("Recall in the same logs", row.unseen_recalled, row.unseen_planted, row.recall_bar)


def _recall(row: CalibratedDetector) -> ScoreRow:
    return _held("Recall where the log names every cause", row.recalled, row.planted, row.recall_bar)


def _precision(row: CalibratedDetector) -> ScoreRow:
    return _held("Precision in the same logs", row.hits, row.found, row.named_bar)


def _held(name: str, hits: int, trials: int, bar: float | None) -> ScoreRow:
    return ScoreRow(name, _share(hits, trials), "" if bar is None else f"at least {bar:g}", is_below(hits, trials, bar))


def is_below(hits: int, trials: int, bar: float | None) -> bool:
    """Is the share below what it is held to?"""
    return bar is not None and trials > 0 and hits < bar * trials


def _excess(row: CalibratedDetector) -> ScoreRow | None:
    if not row.excess_planted:
        return None
    ratio = row.excess_found / row.excess_planted
    missed = abs(ratio - 1) > EXCESS_TOLERANCE
    return ScoreRow("Excess tokens found, of those planted", f"{ratio:.3f}", "0.95 to 1.05", missed)


def _false_alarms(row: CalibratedDetector, calibration: Calibration) -> ScoreRow:
    rate = poisson_rate(row.null_found, calibration.null_requests)
    value, _, high = rate.per_thousand()
    return ScoreRow(
        "False alarms per 1,000 calls without faults",
        f"{value:.4f}, at most {high:.4f} ({n(row.null_found)} in {plural(calibration.null_requests, 'call')})",
    )


def _unseen(row: CalibratedDetector, calibration: Calibration) -> ScoreRow:
    rate = poisson_rate(row.unseen_found - row.unseen_hits, calibration.unseen_requests)
    value, low, high = rate.per_thousand()
    return ScoreRow(
        "False alarms per 1,000 calls where causes act that no log shows",
        f"{value:.3f} (95 % interval {low:.3f} to {high:.3f})",
    )


def _naive(row: CalibratedDetector) -> ScoreRow:
    return ScoreRow(
        "The naive rule on the same logs",
        f"{n(row.naive)} reports for {n(row.planted)} planted faults; {n(row.null_naive)} where none was planted",
    )


def _share(hits: int, trials: int) -> str:
    if not trials:
        return "nothing found"
    rate = exact_rate(hits, trials)
    return f"{n(hits)} of {n(trials)}: {interval(rate.value, rate.low, rate.high)}"
