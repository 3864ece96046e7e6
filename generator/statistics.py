"""Rates with exact intervals. No bare share reaches a page."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rate:
    """`hits` of `trials` with the exact two-sided 95 % interval; all shares 0-1."""

    hits: int
    trials: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """Observed share; 0 where nothing was examined."""
        return self.hits / self.trials if self.trials else 0.0

    def per_thousand(self) -> tuple[float, float, float]:
        """(rate, low, high) per 1,000 trials."""
        return (self.value * 1000, self.low * 1000, self.high * 1000)


def exact_rate(hits: int, trials: int) -> Rate:
    """Clopper-Pearson interval (Clopper and Pearson 1934, Biometrika 26:404-413). 0 of 0 spans [0, 1]."""
    from scipy.stats import beta

    if hits < 0 or hits > trials:
        msg = "hits lie between 0 and trials"
        raise ValueError(msg)
    low = float(beta.ppf(0.025, hits, trials - hits + 1)) if hits else 0.0
    high = float(beta.ppf(0.975, hits + 1, trials - hits)) if hits < trials else 1.0
    return Rate(hits=hits, trials=trials, low=low, high=high)
