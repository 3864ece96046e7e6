"""By simulation: the smallest rise of a rare share that a sample of sessions would show."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from generator.statistics.clusters import SEED, Cluster, conditional_p

DRAWS = 2_000
POWER, ALPHA = 0.8, 0.05
RISES = (1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 12.0, 15.0, 20.0)


def spread(clusters: Sequence[Cluster]) -> float:
    """Variance of the sessions' rates over the square of their mean, by moments; 0 where they differ by chance only."""
    rate = sum(one.hits for one in clusters) / sum(one.trials for one in clusters)
    if not rate:
        return 0.0
    expected = [rate * one.trials for one in clusters]
    over = sum((one.hits - mean) ** 2 - mean for one, mean in zip(clusters, expected, strict=True))
    return max(0.0, over / sum(mean**2 for mean in expected))


def power(rise: float, sample: Sequence[Cluster], base: Sequence[Cluster]) -> float:
    """Probability that the sample, its share `rise` times that of the base, is found to differ at 0.05."""
    import numpy as np

    trials, base_trials = (sum(one.trials for one in side) for side in (sample, base))
    rate, wide = sum(one.hits for one in base) / base_trials, spread(base)
    random = np.random.default_rng(SEED)

    def drawn(side: Sequence[Cluster], times: float) -> object:
        means = rate * times * np.array([one.trials for one in side], dtype=float)
        if wide:
            means = means * random.gamma(1 / wide, wide, size=(DRAWS, len(means)))
        return random.poisson(means, size=(DRAWS, len(side))).sum(axis=1)

    p = conditional_p(drawn(sample, rise), drawn(base, 1.0), trials, base_trials)
    return float((p < ALPHA).mean())


def smallest_ratio(sample: Sequence[Cluster], base: Sequence[Cluster]) -> float | None:
    """The first of `RISES` with a power of 0.8; None where none has, or the base has no hit at all.

    The power grows with the rise, so half of what is left is asked each time.
    """
    if not any(one.hits for one in base):
        return None
    place = bisect_left(RISES, POWER, key=lambda rise: power(rise, sample, base))
    return RISES[place] if place < len(RISES) else None
