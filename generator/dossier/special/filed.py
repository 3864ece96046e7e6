"""How many issues were filed by a day: read from the numbers of issues whose day is known."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass

from generator.curated.models import Report
from generator.curated.registered import Stretch

_NUMBER = re.compile(r"cc-([0-9]{1,6})")
FEWEST = 20  # pairs of number and day


@dataclass(frozen=True)
class Filed:
    """A curve that never falls: the middle of a day, and the number that an issue of then has."""

    days: tuple[float, ...]
    numbers: tuple[float, ...]
    pairs: int
    misfit: float
    """The longest time between the day of an issue and where the curve has its number, in days."""

    def within(self, stretch: Stretch) -> float:
        """Issues and pull requests filed in it: numbers at its two ends, straight lines between known ones."""
        import numpy as np

        ends = (stretch.first.toordinal(), stretch.last.toordinal() + 1)
        first, last = np.interp(ends, self.days, self.numbers)
        return float(last - first)

    def covers(self, stretch: Stretch) -> bool:
        """Is there a known number before it and one after it?"""
        return self.days[0] <= stretch.first.toordinal() and stretch.last.toordinal() + 1 <= self.days[-1]


def pairs_of(reports: Iterable[Report]) -> list[tuple[dt.date, int]]:
    """Day and number of issues whose day was read and not guessed from their number."""
    found = ((report, _NUMBER.fullmatch(report.id)) for report in reports if report.date_basis == "posted")
    return sorted((report.date, int(match[1])) for report, match in found if match)


def filed(reports: Iterable[Report]) -> Filed | None:
    """Isotonic regression of numbers on days, each day at its middle (scipy); None for too few pairs."""
    import numpy as np
    from scipy.optimize import isotonic_regression

    pairs = pairs_of(reports)
    if len(pairs) < FEWEST:
        return None
    days = np.array([day.toordinal() + 0.5 for day, _ in pairs])
    numbers = np.array([number for _, number in pairs], float)
    fitted = isotonic_regression(numbers).x
    at, place = np.unique(days, return_inverse=True)
    heights = np.bincount(place, weights=fitted) / np.bincount(place)
    back = np.interp(numbers, heights, at)
    misfit = float(np.abs(back - days).max())
    return Filed(tuple(map(float, at)), tuple(map(float, heights)), len(pairs), misfit)
