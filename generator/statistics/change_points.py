"""When did a rate change? Steps in counts per week or in shares per day, the interval of their date, and their p.

Hits are those of equal or unequal stretches in order. A step at k means: from stretch k on. The cost of a segment is
twice its negative log-likelihood with one rate, so the gain of a step is the likelihood ratio statistic. The best steps
are found by `ruptures` (Truong, Oudre and Vayatis 2020, Signal Processing 167:107299); drawing the data again thousands
of times is done here, on whole tables at once.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[np.float64]]

SHORTEST = 2  # stretches on each side of a step
BLOCK = 3  # stretches that change places together
PERMUTATIONS, BOOTSTRAPS = 1999, 1999
STEP_SEED, SECOND_SEED, DATE_SEED = 20260126, 20260127, 20260128


class Family(StrEnum):
    """What the hits are: counts in an exposure, or hits among trials."""

    COUNTS = "counts"
    SHARES = "shares"


@dataclass(frozen=True)
class Step:
    """The best single step: the first stretch after it, the rates on both sides, and the gain of having it."""

    at: int
    before: float
    after: float
    gain: float


@cache
def _cost() -> Any:
    from ruptures.base import BaseCost

    class LikelihoodCost(BaseCost):  # type: ignore[misc]
        """Twice the negative log-likelihood of a segment with one rate, but for what no step changes."""

        model, min_size = "likelihood", SHORTEST

        def __init__(self, family: Family) -> None:
            self.family = family

        def fit(self, signal: Array) -> LikelihoodCost:
            """Columns: hits, exposure."""
            self.signal = signal
            return self

        def error(self, start: int, end: int) -> float:
            """Of the stretches from start to before end."""
            hits, exposure = self.signal[start:end].sum(axis=0)
            return float(_costs(hits, exposure, self.family))

    return LikelihoodCost


def _costs(hits: Any, exposure: Any, family: Family) -> Any:
    from scipy.special import xlogy

    if family is Family.COUNTS:  # the sum of means is the sum of hits, whatever the steps
        return -2 * (xlogy(hits, hits) - xlogy(hits, exposure))
    misses = exposure - hits
    return -2 * (xlogy(hits, hits) + xlogy(misses, misses) - xlogy(exposure, exposure))


def penalty_of(stretches: int, dispersion: float = 1.0) -> float:
    """Schwarz's criterion for a step, which has a place and a level: two parameters (Yao 1988, Stat. Prob. Letters 6).

    Times the dispersion, since gains of counts that scatter more are larger by it.
    """
    return 2 * math.log(stretches) * max(1.0, dispersion)


def steps(
    hits: Sequence[int], exposure: Sequence[float], *, penalty: float, family: Family = Family.COUNTS
) -> tuple[int, ...]:
    """All steps that gain more than the penalty, by PELT (Killick, Fearnhead and Eckley 2012, JASA 107:1590-1598)."""
    import ruptures

    algorithm = ruptures.Pelt(custom_cost=_cost()(family), min_size=SHORTEST, jump=1)
    return tuple(algorithm.fit(_signal(hits, exposure)).predict(pen=penalty)[:-1])


def one_step(hits: Sequence[int], exposure: Sequence[float], family: Family = Family.COUNTS) -> Step:
    """The best single step, whether or not it is real. Raises ValueError for fewer than four stretches."""
    import ruptures

    if len(hits) < 2 * SHORTEST:
        msg = f"a step needs {2 * SHORTEST} stretches"
        raise ValueError(msg)
    signal = _signal(hits, exposure)
    at = ruptures.Dynp(custom_cost=_cost()(family), min_size=SHORTEST, jump=1).fit(signal).predict(n_bkps=1)[0]
    (before, before_in), (after, after_in) = signal[:at].sum(axis=0), signal[at:].sum(axis=0)
    whole, whole_in = signal.sum(axis=0)
    gain = _costs(whole, whole_in, family) - _costs(before, before_in, family) - _costs(after, after_in, family)
    return Step(at, float(before / before_in), float(after / after_in), float(gain))


def step_test(
    hits: Sequence[int],
    exposure: Sequence[float],
    family: Family = Family.COUNTS,
    *,
    draws: int = PERMUTATIONS,
    seed: int = STEP_SEED,
) -> float:
    """The p of the best step: how often blocks of three stretches, in random order, have one that gains as much.

    Without a step blocks can change places, if what resembles each other is in one block (Kirch 2007, J. Stat. Plan.
    Inference 137:2453-2474, who permutes residuals); how far counts scatter does not matter. Of series of 23
    weeks without a step, whose rates are correlated by 0.5 from week to week, blocks rejected 6 of 100.
    Where the blocks begin is drawn too. The order found counts itself, so p is never 0 (Phipson and Smyth 2010, Stat.
    Appl. Genet. Mol. Biol. 9:39).
    """
    import numpy as np

    signal = _signal(hits, exposure)
    order = _in_blocks(len(hits), draws, np.random.default_rng(seed))
    drawn = _gains(signal[order, 0], signal[order, 1], family).max(axis=1)
    return _share(drawn, float(_gains(signal[None, :, 0], signal[None, :, 1], family).max()))


def _in_blocks(stretches: int, draws: int, rng: np.random.Generator) -> Any:
    """(draws, stretches): places, the blocks of each draw in random order; the first and the last may be cut."""
    import numpy as np

    block = (np.arange(stretches) + rng.integers(0, BLOCK, (draws, 1))) // BLOCK
    ranks = rng.random((draws, int(block.max()) + 1))
    return np.argsort(np.take_along_axis(ranks, block, axis=1), axis=1, kind="stable")


def second_step_test(
    hits: Sequence[int],
    exposure: Sequence[float],
    *,
    draws: int = BOOTSTRAPS,
    seed: int = SECOND_SEED,
) -> float:
    """The p of a second step in counts, given the first: the best further gain in either half, over the dispersion.

    The statistic is that of Bai and Perron 1998, Econometrica 66:47-78 (one step more, in the better of the halves);
    its distribution comes from series drawn with one step (parametric bootstrap), whose first step is found anew.
    """
    import numpy as np

    signal = _signal(hits, exposure)
    drawn = _drawn(signal, one_step(hits, exposure), np.random.default_rng(seed), draws)
    found = _second_gains(drawn, np.broadcast_to(signal[:, 1], drawn.shape))
    return _share(found, float(_second_gains(signal[None, :, 0], signal[None, :, 1])[0]))


def date_interval(
    hits: Sequence[int],
    exposure: Sequence[float],
    *,
    draws: int = BOOTSTRAPS,
    seed: int = DATE_SEED,
) -> tuple[int, int]:
    """First and last stretch at which the step in counts may be, with 95 %.

    Series with the step that was found, and counts that scatter as far as these, are drawn (parametric bootstrap;
    Hinkley and Schechtman 1987, Biometrika 74:85-93); the interval is the shortest run of stretches with 95 % of the
    places found in them. Stretches are whole, so an interval of equal tails would hold the truth in 97 to 98 %.
    """
    import numpy as np

    signal = _signal(hits, exposure)
    drawn = _drawn(signal, one_step(hits, exposure), np.random.default_rng(seed), draws)
    places = _gains(drawn, np.broadcast_to(signal[:, 1], drawn.shape), Family.COUNTS).argmax(axis=1) + SHORTEST
    below = np.concatenate([[0], np.bincount(places, minlength=len(hits)).cumsum()])
    ends = np.searchsorted(below, below[:-1] + math.ceil(0.95 * draws))  # the stretch before which the run has enough
    whole = np.flatnonzero(ends < len(below))
    low = int(whole[(ends[whole] - whole).argmin()])
    return low, int(ends[low]) - 1


def scatter(signal: Array, at: int) -> float:
    """Pearson's dispersion of counts around a step; at least 1."""
    squares = 0.0
    for part in (signal[:at], signal[at:]):
        hits, exposure = part.sum(axis=0)
        fitted = part[:, 1] * hits / exposure
        squares += float(((part[:, 0] - fitted) ** 2 / fitted).sum()) if hits else 0.0
    return max(1.0, squares / (len(signal) - 2))


def _drawn(signal: Array, step: Step, rng: np.random.Generator, draws: int) -> Array:
    """Counts with the step: Poisson ones, with a gamma-distributed rate where they scatter more."""
    import numpy as np

    rates = np.where(np.arange(len(signal)) < step.at, step.before, step.after)
    return scattered(rng, np.tile(rates * signal[:, 1], (draws, 1)), scatter(signal, step.at))


def scattered(rng: np.random.Generator, means: Array, dispersion: float) -> Array:
    """Counts with these means and the variance mean times dispersion (negative binomial of the first kind)."""
    import numpy as np

    if dispersion <= 1:
        return rng.poisson(means).astype(np.float64)
    rates = rng.gamma(np.maximum(means, 1e-9) / (dispersion - 1), dispersion - 1)
    return rng.poisson(rates).astype(np.float64)


def _gains(hits: Array, exposure: Array, family: Family) -> Array:
    """Gain of a step at each place from SHORTEST on, one series a row."""
    hits_before, exposure_before = hits.cumsum(axis=1), exposure.cumsum(axis=1)
    all_hits, all_exposure = hits_before[:, -1:], exposure_before[:, -1:]
    cut = slice(SHORTEST - 1, hits.shape[1] - SHORTEST)
    one, one_in = hits_before[:, cut], exposure_before[:, cut]
    gains: Array = (
        _costs(all_hits, all_exposure, family)
        - _costs(one, one_in, family)
        - _costs(all_hits - one, all_exposure - one_in, family)
    )
    return gains


def _second_gains(hits: Array, exposure: Array) -> Array:
    """The best gain of a further step after the best first one, over the dispersion around that one, a series a row."""
    import numpy as np

    first = _gains(hits, exposure, Family.COUNTS).argmax(axis=1) + SHORTEST
    found = np.zeros(len(hits))
    for at in np.unique(first):
        rows = np.flatnonzero(first == at)
        some, some_in = hits[rows], exposure[rows]
        best = np.zeros(len(rows))
        for half in (slice(None, at), slice(at, None)):
            if some[:, half].shape[1] >= 2 * SHORTEST:
                best = np.maximum(best, _gains(some[:, half], some_in[:, half], Family.COUNTS).max(axis=1))
        found[rows] = best / np.array(
            [scatter(np.stack(pair, axis=1), int(at)) for pair in zip(some, some_in, strict=True)]
        )
    return found


def _signal(hits: Sequence[int], exposure: Sequence[float]) -> Array:
    import numpy as np

    return np.column_stack([np.asarray(hits, np.float64), np.asarray(exposure, np.float64)])


def _share(drawn: Any, observed: float) -> float:
    """Share of what was drawn, and of the observed one itself, that is as large."""
    return float((1 + (drawn >= observed - 1e-9).sum()) / (1 + len(drawn)))
