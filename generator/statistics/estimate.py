"""A number that was estimated, with all that a reader needs to judge it; none reaches a page without."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

PLACES = 3  # significant digits: more than any interval here supports


@dataclass(frozen=True)
class Estimate:
    """A value with its 95 % interval, what it rests on, and how both came about.

    `low` and `high` are None where no interval can be given, and then `method` says why; infinite where a side is open.
    `p` is None where nothing was tested.
    """

    value: float
    low: float | None
    high: float | None
    n: int
    of: str  # what n counts, in the plural: "weeks", "steps in 87 sessions"
    unit: str  # of the value: "incidents a week"; "" for a ratio
    method: str  # "exact conditional interval", with the function's source in its docstring
    p: float | None = None

    @property
    def text(self) -> str:
        """12.0 incidents a week (95 % interval 10.2 to 13.9; 12 weeks; p 0.002)."""
        notes = [self.interval, f"{self.n:,} {self.of}", self.p_text]
        return f"{figure(self.value)}{self.unit and ' '}{self.unit} ({'; '.join(filter(None, notes))})"

    @property
    def interval(self) -> str:
        """95 % interval 10.2 to 13.9; "" where there is none."""
        if self.low is None or self.high is None:
            return ""
        if math.isinf(self.high):
            return f"95 % interval {figure(self.low)} or more"
        return f"95 % interval {figure(self.low)} to {figure(self.high)}"

    @property
    def p_text(self) -> str:
        """The p-value in two digits, or under 0.001; "" where nothing was tested."""
        if self.p is None:
            return ""
        return "p under 0.001" if self.p < 0.001 else f"p {figure(self.p, 2)}"  # noqa: PLR2004  no test here says more

    def json(self) -> dict[str, Any]:
        """For programs; an open end is null, and so is a value without bound, as of a ratio to nothing."""
        value, low, high = (
            None if one is None or not math.isfinite(one) else one for one in (self.value, self.low, self.high)
        )
        return {
            "value": value,
            "interval_95": None if low is None and high is None else [low, high],
            "n": self.n,
            "of": self.of,
            "unit": self.unit,
            "method": self.method,
            "p": self.p,
        }


def figure(value: float, places: int = PLACES) -> str:
    """The number in significant digits, without an exponent: 12.0, 0.0342, 1,250."""
    if not math.isfinite(value):
        return "no bound"
    if value == 0:
        return "0"
    digits = max(0, places - 1 - math.floor(math.log10(abs(value))))
    return f"{value:,.{digits}f}"
