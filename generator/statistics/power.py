"""Which effect could these data have shown? By simulation: the same test on made-up data with a planted effect."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from generator.statistics.change_points import scattered
from generator.statistics.event_study import after_dates, as_large, over_shifts

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[np.float64]]

WANTED = 0.8  # Cohen 1988, Statistical Power Analysis, section 2.4
LARGEST = 16.0  # effects beyond it are not looked for
LEVEL = 0.05
RUNS = 2000
POWER_SEED = 20260330


def smallest_effect(power: Callable[[float], float], *, wanted: float = WANTED, digits: float = 0.05) -> float | None:
    """The smallest ratio of rates that is found with the wanted probability, to `digits`; None beyond LARGEST.

    `power` gives the same answer for the same effect, and more for larger ones but for the noise of its simulation.
    """
    low, high = 1.0, LARGEST
    if power(high) < wanted:
        return None
    while high - low > digits:
        middle = (low + high) / 2
        low, high = (low, middle) if power(middle) >= wanted else (middle, high)
    return high


def ratio_power(
    effect: float,
    means: tuple[Sequence[float], Sequence[float]],
    dispersion: float,
    *,
    runs: int = RUNS,
    seed: int = POWER_SEED,
) -> float:
    """Share of simulated counts in which `quasi_poisson_ratio` finds the first group's rate raised `effect` times.

    `means` are the expected counts of the parts of both groups without an effect. The test of that function is repeated
    here on whole tables; the level is two-sided 0.05.
    """
    import numpy as np
    from scipy.stats import norm, t

    rng = np.random.default_rng(seed)
    first = np.asarray(means[0], float)
    second = np.asarray(means[1], float)
    one = scattered(rng, np.tile(first * effect, (runs, 1)), dispersion)
    other = scattered(rng, np.tile(second, (runs, 1)), dispersion)
    degrees = len(first) + len(second) - 2
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = (_squares(one, first) + _squares(other, second)) / degrees
        sums = one.sum(axis=1), other.sum(axis=1)
        log = np.log(sums[0] / sums[1] * second.sum() / first.sum())
        reach = np.where(spread > 1, t.ppf(1 - LEVEL / 2, degrees), norm.ppf(1 - LEVEL / 2))
        found = np.abs(log) > reach * np.sqrt(np.maximum(1.0, spread) * (1 / sums[0] + 1 / sums[1]))
    return float((found & (sums[0] > 0) & (sums[1] > 0)).mean())


def _squares(counts: Array, exposure: Array) -> Array:
    fitted = exposure * counts.sum(axis=1, keepdims=True) / exposure.sum()
    found: Array = ((counts - fitted) ** 2 / fitted).sum(axis=1)
    return found


def shift_power(
    effect: float,
    counts: Sequence[int],
    dates: Sequence[int],
    lag: int,
    *,
    lags: Sequence[int] = (),
    runs: int = RUNS,
    seed: int = POWER_SEED,
) -> float:
    """Share of series in which a rate that is `effect` times as high from a date to `lag` days after it is found.

    The test is `event_study.follows_at_any` with these lags (absent: the one lag), one-sided at 0.05. Each series is
    the real one of counts by day, turned to a random place of the calendar so that what it may have of its own after
    the dates is spread out; bursts and quiet weeks stay. Extra hits are then planted after the dates.
    """
    import numpy as np

    rng, size = np.random.default_rng(seed), len(counts)
    mask = after_dates(size, dates, lag)
    turned = (np.arange(size) + rng.integers(0, size, (runs, 1))) % size
    series = np.asarray(counts, float)[turned]
    planted = series + rng.poisson((effect - 1) * series * mask)
    ranks = [as_large(over_shifts(planted, after_dates(size, dates, one))) for one in lags or (lag,)]
    best = np.min(ranks, axis=0)
    return float(((best <= best[:, :1]).mean(axis=1) <= LEVEL).mean())
