"""Ratios of two rates of counts: exact where counts are Poisson, wider where they scatter more than that.

`Counted` is hits with the exposure (days, weeks, issues filed) that they were counted in; a list of them is what shows
whether the counts scatter more than Poisson ones would.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from generator.statistics.rates import exact_rate

LEVEL = 0.95


@dataclass(frozen=True)
class Ratio:
    """A ratio of two rates with its 95 % interval; `p` is two-sided, None where the method has none."""

    value: float
    low: float
    high: float
    p: float | None


@dataclass(frozen=True)
class Counted:
    """Hits in an exposure greater than 0."""

    hits: int
    exposure: float


def together(parts: Sequence[Counted]) -> Counted:
    """All of them as one."""
    return Counted(sum(part.hits for part in parts), sum(part.exposure for part in parts))


def exact_ratio(one: Counted, other: Counted) -> Ratio:
    """The rate of one over that of the other, with the exact conditional interval.

    Given the sum, the hits of one are binomial with share r*t1 / (r*t1 + t2) (Przyborowski and Wilenski 1940,
    Biometrika 31:313-323); the interval of the share is that of Clopper and Pearson, and p is twice the smaller tail,
    so that p is below 0.05 when, and only when, the interval leaves out 1. No hits at all give no ratio: 0 to infinity.
    """
    from scipy.stats import binom

    total = one.hits + other.hits
    if total == 0:
        return Ratio(math.nan, 0.0, math.inf, 1.0)
    found = exact_rate(one.hits, total)
    scale = other.exposure / one.exposure
    share = one.exposure / (one.exposure + other.exposure)
    tails = binom.cdf(one.hits, total, share), binom.sf(one.hits - 1, total, share)
    value = one.hits / other.hits * scale if other.hits else math.inf
    return Ratio(value, _odds(found.low) * scale, _odds(found.high) * scale, min(1.0, 2 * float(min(tails))))


def _odds(share: float) -> float:
    return math.inf if share >= 1 else float(share) / (1 - float(share))


def dispersion(groups: Sequence[Sequence[Counted]]) -> float:
    """Pearson's chi-squared over its degrees of freedom, each group with a rate of its own; 1 = as Poisson counts do.

    McCullagh and Nelder 1989, Generalized Linear Models, 2nd edition, section 6.2.3. NaN where no degree is left.
    """
    squares, parts, fitted = 0.0, 0, 0
    for group in groups:
        whole = together(group)
        if not whole.hits:
            continue
        rate = whole.hits / whole.exposure
        squares += sum((part.hits - rate * part.exposure) ** 2 / (rate * part.exposure) for part in group)
        parts, fitted = parts + len(group), fitted + 1
    return squares / (parts - fitted) if parts > fitted else math.nan


def quasi_poisson_ratio(one: Sequence[Counted], other: Sequence[Counted]) -> Ratio:
    """The ratio where counts scatter more: the variance is the mean times the dispersion, never less than the mean.

    Wedderburn 1974, Biometrika 61:439-447; with a dispersion from n parts, the logarithm of the ratio has Student's t
    with n - 2 degrees (McCullagh and Nelder 1989, section 4.5). Where the parts scatter no more than Poisson ones, the
    dispersion is 1 and known, and the normal distribution is enough: else intervals hold the truth in 97 to 98 %.
    Raises ValueError for fewer than three parts or a group without hits, for which there is no such interval.
    """
    first, second, degrees = together(one), together(other), len(one) + len(other) - 2
    if degrees < 1 or not first.hits or not second.hits:
        msg = "needs three parts, and hits in both groups"
        raise ValueError(msg)
    found = dispersion((one, other))
    error = math.sqrt(max(1.0, found) * (1 / first.hits + 1 / second.hits))
    log = math.log(first.hits / first.exposure * second.exposure / second.hits)
    spread = _spread(found, degrees)
    reach = float(spread.ppf((1 + LEVEL) / 2)) * error
    p = 2 * float(spread.sf(abs(log) / error))
    return Ratio(math.exp(log), math.exp(log - reach), math.exp(log + reach), p)


def _spread(found: float, degrees: int) -> Any:
    from scipy.stats import norm, t

    return t(degrees) if found > 1 else norm()


def quasi_poisson_rate(parts: Sequence[Counted]) -> Ratio:
    """Hits per exposure with the interval of the same model; fewer than two parts or no hits leave it open above."""
    whole = together(parts)
    if len(parts) < 2 or not whole.hits:  # noqa: PLR2004
        return Ratio(whole.hits / whole.exposure, 0.0, math.inf, None)
    found = dispersion((parts,))
    reach = float(_spread(found, len(parts) - 1).ppf((1 + LEVEL) / 2)) * math.sqrt(max(1.0, found) / whole.hits)
    rate = whole.hits / whole.exposure
    return Ratio(rate, rate * math.exp(-reach), rate * math.exp(reach), None)


def exact_odds(hits: int, trials: int, other_hits: int, other_trials: int) -> Ratio:
    """Odds ratio of two shares with the exact conditional interval, and Fisher's p (scipy.stats.contingency).

    For rare events the odds ratio is nearly the ratio of the shares. Infinite where the other side has no hit. Raises
    ValueError where hits exceed trials.
    """
    from scipy.stats import fisher_exact
    from scipy.stats.contingency import odds_ratio

    if not (0 <= hits <= trials and 0 <= other_hits <= other_trials):
        msg = "hits are between 0 and trials"
        raise ValueError(msg)
    table = [[hits, trials - hits], [other_hits, other_trials - other_hits]]
    found = odds_ratio(table)
    ends = found.confidence_interval(0.95)
    return Ratio(float(found.statistic), float(ends.low), float(ends.high), float(fisher_exact(table).pvalue))
