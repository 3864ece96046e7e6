"""Two spans of days compared where runs of one day, and of neighbouring days, resemble each other.

Days are permuted: right if neighbouring days do not resemble each other. Stretches of as many days are compared: right
also if they do, and coarse, as a short series has few. And an interval comes from drawn blocks of days. Every number
drawn has a fixed seed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import numpy as np

Days = Mapping[date, Sequence[float]]
"""Values by day; what was measured on one day stays together."""

Middle = Literal["median", "mean"]

Span = tuple[date, date]
"""First and last day."""

DRAWS = 9_999
SEED = 20260317


@dataclass(frozen=True)
class Permuted:
    """Middle of a span minus that of all other days, in the unit of the values, with the two-sided p."""

    inside: float
    outside: float
    p: float

    @property
    def difference(self) -> float:
        """Inside minus outside."""
        return self.inside - self.outside


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


@dataclass(frozen=True)
class Interval:
    """A value with a 95 % interval and, where something was tested, the p."""

    value: float
    low: float
    high: float
    p: float | None = None


def permuted(days: Days, span: Span, *, of: Middle = "median", draws: int = DRAWS, seed: int = SEED) -> Permuted:
    """Whole days change sides, so runs of one day are not counted as independent (scipy.stats.permutation_test).

    Days are taken for exchangeable. Where neighbours are alike the p is too small: in simulated series of eight weeks
    with a correlation of 0.6 from day to day it was 0.05 or less in 18 of 100 cases without any difference; see
    `window_rank`, which said so in 3 of 100.
    Raises ValueError where a side has no day.
    """
    import numpy as np
    from scipy.stats import permutation_test

    series = _Series(days)
    inside = np.array([span[0] <= day <= span[1] for day in series.days], dtype=np.int64)
    if not 0 < inside.sum() < len(inside):
        msg = "both sides need a day"
        raise ValueError(msg)

    def statistic(sides: np.ndarray[Any, Any], axis: int = -1) -> np.ndarray[Any, Any]:
        weights = np.moveaxis(sides, axis, -1)
        return np.asarray(series.middle(weights, of) - series.middle(1 - weights, of))

    found = permutation_test(
        (inside,),
        statistic,
        permutation_type="pairings",
        vectorized=True,
        n_resamples=draws,
        batch=1_000,
        rng=np.random.default_rng(seed),
    )
    return Permuted(float(series.middle(inside, of)), float(series.middle(1 - inside, of)), float(found.pvalue))


def window_rank(days: Days, span: Span, *, of: Middle = "median") -> Rank:
    """The span among all stretches of as many calendar days of the series, overlapping ones too; higher counts.

    A stretch that has no value inside, or none outside, is left out. Raises ValueError where the span itself is one.
    """
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


def block_ratio(
    days: Days, inside: Span, outside: Sequence[Span], *, length: int = 7, draws: int = 4_000, seed: int = SEED
) -> Interval:
    """Median inside over median outside; interval from moving blocks of days (Kuensch 1989, Ann. Statist. 17:1217).

    Each value is divided by the median of its own side; blocks of `length` neighbouring days are drawn from what is
    left, of both sides together, because a week alone is too short to say how much weeks differ. So the scatter is
    taken to be the same on both sides. For a week among eight it is somewhat too narrow: in simulated series it held
    the truth in 86 to 88 of 100 cases, whether neighbouring days were alike (correlation 0.6) or not. Raises ValueError
    where a side has no day, or a median is not above 0.
    """
    import numpy as np

    series, random = _Series(days), np.random.default_rng(seed)
    sides = (series.places((inside,)), series.places(outside))
    if not all(len(places) for places in sides):
        msg = "both sides need a day"
        raise ValueError(msg)
    medians = [float(series.middle(series.counted(places[None, :]), "median")[0]) for places in sides]
    if min(medians) <= 0:
        msg = "a ratio needs values above 0"
        raise ValueError(msg)
    divisors = {place: medians[side] for side in (1, 0) for place in sides[side]}
    left = _Series({series.days[at]: [value / by for value in days[series.days[at]]] for at, by in divisors.items()})
    drawn = [
        left.middle(left.counted(_blocks(len(left.days), len(to), length, draws, random)), "median") for to in sides
    ]
    low, high = np.quantile(drawn[0] / drawn[1], (0.025, 0.975))
    ratio = medians[0] / medians[1]
    return Interval(ratio, ratio * float(low), ratio * float(high))


def exact_odds(hits: int, trials: int, other_hits: int, other_trials: int) -> Interval:
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
    return Interval(float(found.statistic), float(ends.low), float(ends.high), float(fisher_exact(table).pvalue))


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

    def places(self, spans: Sequence[Span]) -> np.ndarray[Any, Any]:
        """Of the days within the spans, in order."""
        import numpy as np

        found = [place for place, day in enumerate(self.days) if any(first <= day <= last for first, last in spans)]
        return np.array(found, dtype=np.int64)

    def counted(self, taken: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """How often each day was taken: (draws, places) to (draws, days)."""
        import numpy as np

        counts = np.zeros((len(taken), len(self.days)), dtype=np.int64)
        np.add.at(counts, (np.arange(len(taken))[:, None], taken), 1)
        return counts

    def difference(self, first: date, last: date, of: Middle) -> float | None:
        """Inside minus outside; None where a side is empty."""
        import numpy as np

        inside = np.array([first <= day <= last for day in self.days], dtype=np.int64)
        if not 0 < inside.sum() < len(inside):
            return None
        return float(self.middle(inside, of) - self.middle(1 - inside, of))


def _blocks(days: int, wanted: int, length: int, draws: int, random: np.random.Generator) -> np.ndarray[Any, Any]:
    """(draws, wanted): places of days, in blocks of neighbours; the last block of a draw is cut."""
    import numpy as np

    size = max(1, min(length, days // 4))  # fewer, longer blocks would hardly differ from draw to draw
    starts = random.integers(0, days - size + 1, (draws, -(-wanted // size), 1))
    return np.asarray((starts + np.arange(size)).reshape(draws, -1)[:, :wanted])
