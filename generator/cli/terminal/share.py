"""`scan --share`: ratios that are safe to paste. No tokens, no prices, no times, no versions, no names of the log."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from generator.cli.terminal.view import View
from generator.cli.terminal.words import BY_ID
from generator.detectors.shared.answers import counts_of_run
from generator.records.results import Outcome, Run
from generator.records.rows import Request

DIGITS = 2  # significant; more would tell the numbers that a ratio was made of
FEW = 5  # units; a ratio of fewer is left out, as it is nearly a count


def shared(view: View) -> str:
    """The block. Ratios are those of the chosen days; detectors are named by their public ids."""
    broken = sum(entry.count for entry in view.breaks)
    lost = view.unexplained
    whole = view.usage.cost_usd
    paid = sum(entry.excess_usd for entry in view.breaks)
    lines = [
        "witnessmark scan --share: ratios of one person's own logs",
        _line("prompt tokens read from cache, median call", median_share(view.requests)),
        _line("prompt tokens read from cache, all calls", read_share(view.requests)),
        _line("steps that lost their cache", ratio(broken, view.steps)),
        _line("  of these with a reason in the log", ratio(broken - lost.count, broken)),
        _line("list price paid again, with a reason", None if not whole else (paid - lost.excess_usd) / whole),
        _line("list price paid again, without one", None if not whole else lost.excess_usd / whole),
        "found, as a share of what was examined:",
    ]
    rates = [_rate(view, run) for run, _ in view.found]
    lines += rates or ["  nothing"]
    unmeasured = len(view.with_outcome(Outcome.NOT_MEASURABLE))
    lines.append(_line("questions that these logs cannot answer", ratio(unmeasured, len(view.evidence.runs), fewest=1)))
    return "\n".join(lines)


def _rate(view: View, run: Run) -> str:
    """The share of the units examined that findings are about: each one, or those that it says it covers."""
    if not view.span.whole:  # what was examined is known for all calls only
        return f"  {run.detector}"
    detector = BY_ID.get(run.detector)
    told = counts_of_run(detector, run, simulated=view.evidence.simulated)
    part = run.found if detector and detector.one_a_unit else told.covered
    return f"  {run.detector}" + ("" if part is None else f": {percent(ratio(part, run.examined))}")


def _line(name: str, share: float | None) -> str:
    return f"{name}: {percent(share)}"


def ratio(part: int, whole: int, *, fewest: int = FEW) -> float | None:
    """Share of a count; None where it is a share of few."""
    return part / whole if whole >= fewest else None


def percent(share: float | None) -> str:
    """Two significant digits: 0.24 %, 5.9 %, 97 %; never a 0 or a 100 that is not exact."""
    if share is None:
        return "too few to say"
    value = 100 * share
    if value in {0, 100}:
        return f"{value:.0f} %"
    if value > 99:  # noqa: PLR2004  100 would be said of 99.6
        return "over 99 %"
    if 0 < value < 0.01:  # noqa: PLR2004
        return "under 0.01 %"
    return f"{float(f'{value:.{DIGITS}g}'):g} %"


def read_share(requests: Sequence[Request]) -> float | None:
    """Tokens read from cache of all prompt tokens."""
    read = sum(request.cache_read_tokens for request in requests)
    return ratio(read, sum(request.total_tokens for request in requests))


def median_share(requests: Sequence[Request]) -> float | None:
    """The same of each call, the one in the middle."""
    shares = [request.cache_read_tokens / request.total_tokens for request in requests if request.total_tokens]
    return median(shares) if len(shares) >= FEW else None
