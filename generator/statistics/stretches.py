"""A stretch of days beside all stretches of as many days: right also where neighbouring days resemble each other.

Coarse, as a short series has few stretches that do not overlap.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import isfinite
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import numpy as np

Days = Mapping[date, Sequence[float]]
"""Values by day; what was measured on one day stays together."""

Middle = Literal["median", "mean"]

Span = tuple[date, date]
"""First and last day."""


@dataclass(frozen=True)
class Rank:
    """How many of all stretches of as many days differ as much from the rest as this one does; itself counted."""

    difference: float
    as_high: int
    windows: int

    @property
    def p(self) -> float:
        """One-sided: the share of stretches that are as high. Never below one in their number."""
        return self.as_high / self.windows


def window_rank(days: Days, span: Span, *, of: Middle = "median") -> Rank:
    """The span among all stretches of as many calendar days of the series, overlapping ones too; higher counts.

    A stretch that has no value inside, or none outside, is left out. Raises ValueError where the span itself is one,
    or a value is not a number.
    """
    if any(not isfinite(value) for values in days.values() for value in values):
        msg = "a value is not a number, or is endless"
        raise ValueError(msg)
    series = _Series(days)
    length = span[1] - span[0]
    own = series.difference(span[0], span[1], of)
    if own is None:
        msg = "the span needs values inside and outside"
        raise ValueError(msg)
    first, last = min(series.days[0], span[0]), max(series.days[-1], span[1])
    starts = [first + timedelta(days=place) for place in range((last - length - first).days + 1)]
    found = [series.difference(start, start + length, of) for start in starts]
    differences = [one for one in found if one is not None]
    slack = 1e-9 * max(1.0, abs(own))  # a sum in another order is not another value
    return Rank(own, sum(one >= own - slack for one in differences), len(differences))


class _Series:
    """All values sorted once, so that a middle of any choice of days is a running count."""

    def __init__(self, days: Days) -> None:
        import numpy as np

        self.days = sorted(day for day in days if len(days[day]))
        values = np.array([value for day in self.days for value in days[day]], dtype=float)
        owner = np.array([place for place, day in enumerate(self.days) for _ in days[day]], dtype=np.int64)
        order = np.argsort(values, kind="stable")
        self._values, self._owner = values[order], owner[order]

    def middle(self, weights: np.ndarray[Any, Any], of: Middle) -> np.ndarray[Any, Any]:
        """Of the days as often as `weights` (…, days) takes each; at least one must be taken."""
        import numpy as np

        taken = weights[..., self._owner]
        if of == "mean":
            return np.asarray((taken * self._values).sum(axis=-1) / taken.sum(axis=-1))
        running = np.cumsum(taken, axis=-1)
        count = running[..., -1:]
        lower = np.argmax(running >= (count + 1) // 2, axis=-1)
        upper = np.argmax(running >= count // 2 + 1, axis=-1)
        return np.asarray((self._values[lower] + self._values[upper]) / 2)

    def difference(self, first: date, last: date, of: Middle) -> float | None:
        """Inside minus outside; None where a side is empty."""
        import numpy as np

        inside = np.array([first <= day <= last for day in self.days], dtype=np.int64)
        if not 0 < inside.sum() < len(inside):
            return None
        return float(self.middle(inside, of) - self.middle(1 - inside, of))
