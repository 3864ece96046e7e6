"""Sums of calls by day and of breaks by reason: the same figures whoever groups them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from math import fsum

from generator.ledger.prices import cost
from generator.ledger.steps import Step, excess_cost
from generator.records.results import BreakCount, DaySum, SurfaceDay
from generator.records.rows import ModelId, Request, Surface


def day_sum(calls: Sequence[Request], day: str, model: ModelId) -> DaySum:
    """Tokens of the calls, as those of one UTC day (YYYY-MM-DD) and model."""
    return DaySum(
        day=day,
        model=model,
        requests=len(calls),
        input_tokens=sum(call.input_tokens for call in calls),
        cache_write_tokens=sum(call.cache_write_tokens for call in calls),
        cache_read_tokens=sum(call.cache_read_tokens for call in calls),
        output_tokens=sum(call.output_tokens for call in calls),
    )


def day_sums(cells: Mapping[tuple[str, ModelId], Sequence[Request]]) -> tuple[DaySum, ...]:
    """Tokens of each day and model, in their order."""
    return tuple(day_sum(calls, day, model) for (day, model), calls in sorted(cells.items()))


def surface_days(cells: Mapping[tuple[str, Surface], Sequence[Request]]) -> tuple[SurfaceDay, ...]:
    """Calls and list price in USD (without calls that have none) of each day and surface, in their order."""
    return tuple(
        SurfaceDay(
            day=day,
            surface=surface,
            requests=len(calls),
            cost_usd=round(fsum(cost(call) or 0.0 for call in calls), 6),
        )
        for (day, surface), calls in sorted(cells.items())
    )


def break_counts(steps: Iterable[Step]) -> tuple[BreakCount, ...]:
    """Breaks among the steps by reason, the most frequent first; USD without those that have no known price."""
    counts: Counter[str] = Counter()
    tokens: Counter[str] = Counter()
    dollars: defaultdict[str, list[float]] = defaultdict(list)
    for step in steps:
        if step.reason is None:
            continue
        counts[step.reason] += 1
        tokens[step.reason] += step.excess_tokens
        dollars[step.reason].append(excess_cost(step) or 0.0)
    return tuple(
        BreakCount(reason=reason, count=count, excess_tokens=tokens[reason], excess_usd=fsum(dollars[reason]))
        for reason, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    )
