"""Breaks of the cache identity by reason: rows with shares, sums over logs, and their picture."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import fsum

from generator.base.drawing import Draw
from generator.charts import Chart, breaks_chart
from generator.ledger.explanations import EXPLANATIONS, UNEXPLAINED
from generator.records.results import BreakCount, Pack

REASONS = {explanation.id: explanation.text for explanation in EXPLANATIONS} | {
    UNEXPLAINED: "None of the innocent explanations holds."
}


@dataclass(frozen=True)
class BreakRow:
    """All breaks with one reason, with their share of all breaks and of the excess tokens."""

    reason: str
    text: str
    count: int
    share: float
    excess_tokens: int
    excess_share: float
    excess_usd: float


def added_breaks(packs: Iterable[Pack]) -> tuple[BreakCount, ...]:
    """Breaks of several bodies of evidence together, the most frequent reason first."""
    by_reason: defaultdict[str, list[BreakCount]] = defaultdict(list)
    for pack in packs:
        for row in pack.breaks:
            by_reason[row.reason].append(row)
    added = (
        BreakCount(
            reason=reason,
            count=sum(row.count for row in rows),
            excess_tokens=sum(row.excess_tokens for row in rows),
            excess_usd=fsum(row.excess_usd for row in rows),
        )
        for reason, rows in by_reason.items()
    )
    return tuple(sorted(added, key=lambda row: (-row.count, row.reason)))


def break_rows(breaks: Sequence[BreakCount]) -> tuple[BreakRow, ...]:
    """Breaks by reason with their shares of all of these."""
    count = sum(row.count for row in breaks)
    tokens = sum(row.excess_tokens for row in breaks)
    return tuple(
        BreakRow(
            reason=row.reason,
            text=REASONS.get(row.reason, ""),
            count=row.count,
            share=row.count / count,
            excess_tokens=row.excess_tokens,
            excess_share=row.excess_tokens / tokens if tokens else 0.0,
            excess_usd=row.excess_usd,
        )
        for row in breaks
    )


def breaks_figure_of(evidence: Pack, drawn: Draw) -> Chart | None:
    """Reasons of breaks as a chart; None where nothing broke."""
    if not evidence.breaks:
        return None
    counts = {row.reason.replace("-", " "): row.count for row in evidence.breaks}
    note = "Simulated data." if evidence.simulated else ""
    chart = breaks_chart(counts, evidence.totals.steps, f"breaks-{evidence.id}", note=note, drawn=drawn)
    return replace(chart, title=f"{chart.title}: {evidence.id}", simulated=evidence.simulated)
