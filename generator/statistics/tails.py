"""Tails of the binomial distribution from the standard library alone, for the commands of the small install.

SciPy is 210 MB with NumPy. Where it is installed, as for the site, the ends of intervals are its own, so that
published figures keep their last digit; elsewhere they are found here, equal to at least eight digits.
"""

from __future__ import annotations

from math import exp, lgamma, log, log1p

_SMALLEST = 1e-300  # stands for 0 in a divisor (Lentz 1976, Applied Optics 15:668-671)
_NEAR = 1e-15  # relative change at which a sum has ended
_STEPS = 20_000  # of the fraction; it needs a few times the root of the larger parameter
_HALVINGS = 200


def binomial_at_least(hits: int, trials: int, share: float) -> float:
    """Probability of `hits` or more in `trials`, each with this share (0-1).

    Raises ValueError where there are fewer trials than hits, or the share is none.
    """
    if not 0 <= hits <= trials or not 0 <= share <= 1:
        msg = "hits are between 0 and trials, and a share between 0 and 1"
        raise ValueError(msg)
    return 1.0 if hits == 0 else beta_share(hits, trials - hits + 1, share)


def beta_share(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function I_x(a, b) of positive a and b (https://dlmf.nist.gov/8.17.E22)."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):  # where the fraction of the other side ends sooner
        return 1.0 - beta_share(b, a, 1.0 - x)
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)) / a
    return front * _fraction(a, b, x)


def beta_quantile(a: float, b: float, share: float) -> float:
    """The x at which I_x(a, b) is this share."""
    try:
        from scipy.special import betaincinv
    except ImportError:
        return halved(a, b, share)
    return float(betaincinv(a, b, share))


def halved(a: float, b: float, share: float) -> float:
    """The same by halving the interval until no number is between its ends."""
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if beta_share(a, b, middle) < share else (low, middle)
    return (low + high) / 2


def _fraction(a: float, b: float, x: float) -> float:
    """The continued fraction 1 / (1 + d1 / (1 + d2 / ...)) of 8.17.22, by the method of Lentz."""
    value = above = _SMALLEST
    below = 0.0
    for step in range(_STEPS):
        part = 1.0 if step == 0 else _part(a, b, x, step)
        below = 1.0 / (1.0 + part * below or _SMALLEST)
        above = 1.0 + part / above or _SMALLEST
        value *= above * below
        if step and abs(1.0 - above * below) < _NEAR:
            break
    return value


def _part(a: float, b: float, x: float, step: int) -> float:
    """The numerator d[step] of 8.17.23."""
    m = step // 2
    if step % 2:
        return -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
    return m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
