"""The table of `witnessmark calibrate`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator.base.wording import plural
from generator.cli.terminal.tables import table
from generator.statistics.rates import poisson_rate

if TYPE_CHECKING:
    from rich.console import Console

    from generator.curated.calibration import Calibration


def print_calibration(console: Console, calibration: Calibration) -> None:
    """The table of `witnessmark calibrate`; per thousand calls with the upper end of the exact 95 % interval."""
    made = table(
        "Detector", "Unlogged causes: planted", "Recall", "Findings", "Precision",
        "Named causes: planted", "Recall", "Findings", "Precision", "Excess ratio", "False per 1,000 (up to)",
        title=f"\n{plural(len(calibration.seeds), 'seed')} of {plural(calibration.sessions, 'session')}: "
        f"{plural(calibration.unseen_requests, 'call')} with faults and causes that no log shows, "
        f"{calibration.requests:,} with faults, {calibration.null_requests:,} with neither",
    )  # fmt: skip
    for row in calibration.detectors:
        false_alarms = poisson_rate(row.null_found, calibration.null_requests).per_thousand()
        made.add_row(
            row.id,
            f"{row.unseen_planted:,}",
            _held(row.unseen_recalled, row.unseen_planted, row.recall_bar),
            f"{row.unseen_found:,}",
            _held(row.unseen_hits, row.unseen_found if row.unseen_planted else 0, row.precision_bar),
            "not planted" if row.not_planted else f"{row.planted:,}",
            _held(row.recalled, row.planted, row.recall_bar),
            f"{row.found:,}",
            _held(row.hits, row.found if row.planted else 0, row.named_bar),
            f"{row.excess_found / row.excess_planted:.3f}" if row.excess_planted else "-",
            f"{row.null_found:,}: {false_alarms[0]:.4f} ({false_alarms[2]:.4f})",
        )
    console.print(made)


def _held(hits: int, trials: int, bar: float | None) -> str:
    """A share, in red where it lies below its bar."""
    if not trials:
        return "-"
    share = hits / trials
    return f"[red]{share:.3f} < {bar}[/]" if bar is not None and share < bar else f"{share:.3f}"
