"""Many tests at once: p-values that hold for all of them together."""

from __future__ import annotations

from collections.abc import Sequence


def holm(p: Sequence[float]) -> tuple[float, ...]:
    """Adjusted p-values, in the order given: under 0.05 none is wrongly found but in 5 % of all such families.

    Holm 1979, Scandinavian Journal of Statistics 6:65-70. For a few headline tests, which may depend on each other.
    """
    order = sorted(range(len(p)), key=lambda place: p[place])
    adjusted, worst = [0.0] * len(p), 0.0
    for rank, place in enumerate(order):
        worst = max(worst, min(1.0, p[place] * (len(p) - rank)))
        adjusted[place] = worst
    return tuple(adjusted)


def false_discoveries(p: Sequence[float]) -> tuple[float, ...]:
    """Adjusted p-values, in the order given: of those under 0.05, 5 % are expected to be wrongly found.

    Benjamini and Hochberg 1995, Journal of the Royal Statistical Society B 57:289-300. For a search through many tests
    whose findings are read by hand afterwards: Holm guards against a single wrong one, and with many tests hides most
    of what is there. Where nothing is there to be found, any finding is wrong, and both keep the chance of one to 5 %.
    It holds for tests that are independent or rise together (Benjamini and Yekutieli 2001, Annals of Statistics
    29:1165-1188). Raises ValueError where a p is not from 0 to 1.
    """
    from scipy.stats import false_discovery_control  # slow to import

    return tuple(float(one) for one in false_discovery_control(p)) if p else ()
