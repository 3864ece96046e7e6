"""Rates with exact intervals. No bare share reaches a page; whether one may be said is decided in counting.py."""

from __future__ import annotations

from dataclasses import dataclass

from generator.statistics.tails import beta_quantile


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


def poisson_rate(events: int, exposure: int) -> Rate:
    """Events per unit of exposure with the exact interval of a Poisson count (Garwood 1936, Biometrika 28:437-442)."""
    from scipy.special import gammaincinv  # scipy.stats takes a second to import, and asks this very function

    if not exposure:
        return Rate(hits=events, trials=0, low=0.0, high=1.0)
    low = float(gammaincinv(events, 0.025)) if events else 0.0
    return Rate(events, exposure, low / exposure, float(gammaincinv(events + 1, 0.975)) / exposure)


def exact_interval(events: int, exposure: float) -> tuple[float, float]:
    """Ends of the exact 95 % interval of a Poisson rate per unit of exposure, which is above 0 (Garwood 1936)."""
    found = poisson_rate(events, 1)
    return found.low / exposure, found.high / exposure


def exact_rate(hits: int, trials: int) -> Rate:
    """Clopper-Pearson interval (Clopper and Pearson 1934, Biometrika 26:404-413). 0 of 0 spans [0, 1]."""
    if hits < 0 or hits > trials:
        msg = "hits lie between 0 and trials"
        raise ValueError(msg)
    low = beta_quantile(hits, trials - hits + 1, 0.025) if hits else 0.0
    high = beta_quantile(hits + 1, trials - hits, 0.975) if hits < trials else 1.0
    return Rate(hits=hits, trials=trials, low=low, high=high)
