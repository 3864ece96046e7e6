"""Sums of calls by day: the same figures whoever groups the calls (evidence, comparison with reports, small cells)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import fsum

from generator.ledger.prices import cost
from generator.records.results import DaySum, SurfaceDay
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
