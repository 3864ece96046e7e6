"""The worst of several weeks is always bad: how bad would it be if all were alike?"""

from __future__ import annotations

from collections.abc import Sequence

EXTREME_SEED = 20260316
DRAWS = 20_000


def highest_by_chance(
    total: int, exposure: Sequence[float], highest: int, *, draws: int = DRAWS, seed: int = EXTREME_SEED
) -> float:
    """How often one of the parts gets `highest` hits or more, when the total is dealt out by exposure alone.

    Counts that are Poisson with one rate are multinomial given their sum (Levin 1981, Annals of Statistics 9:1123-1126,
    gives the exact value, which this simulates). Counts that scatter more have such a part more often than told.
    """
    import numpy as np

    shares = np.asarray(exposure, float) / sum(exposure)
    drawn = np.random.default_rng(seed).multinomial(total, shares, draws)
    return float((1 + (drawn.max(axis=1) >= highest).sum()) / (1 + draws))
