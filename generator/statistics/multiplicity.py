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
