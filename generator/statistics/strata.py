"""Two groups compared within strata: exact, given the margins of every stratum.

Counts of strata that differ must not be added up: the group that has more of its trials in the better stratum would
look better. Within a stratum, given its margins, the hits of one group are hypergeometric where both groups have the
same odds; over strata they are a sum of such variables, and its chances are the convolution of theirs. For one stratum
this is Fisher's exact test.
Method: Mehta, Patel and Gray 1985, Journal of the American Statistical Association 80:969-973; Breslow and Day 1980,
Statistical Methods in Cancer Research, volume 1, chapter 4.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from generator.statistics.estimate import Estimate

if TYPE_CHECKING:
    from numpy.typing import NDArray

TAIL = 0.025  # of each side of a 95 % interval
FARTHEST = 40.0  # logarithm of the largest odds ratio that is looked for; e^40 is beyond any interval of real counts
METHOD = "exact interval of a common odds ratio, given the margins of every stratum"


@dataclass(frozen=True)
class Stratum:
    """Hits among the trials of one group, and of the group it is compared with.

    Raises ValueError where there are more hits than trials, or fewer than none.
    """

    hits: int
    trials: int
    base_hits: int
    base_trials: int

    def __post_init__(self) -> None:
        """There is no table of such counts."""
        if not (0 <= self.hits <= self.trials and 0 <= self.base_hits <= self.base_trials):
            msg = "hits are from 0 to the number of trials"
            raise ValueError(msg)

    @property
    def lowest(self) -> int:
        """Fewest hits that the first group can have, given the margins."""
        return max(0, self.hits + self.base_hits - self.base_trials)

    @property
    def highest(self) -> int:
        """Most hits that it can have."""
        return min(self.trials, self.hits + self.base_hits)


def same_odds_p(strata: Sequence[Stratum]) -> float:
    """Two-sided p of the same odds in both groups of every stratum: twice the smaller tail, at most 1."""
    return float(possible_p(strata)[_place(strata)])


def least_p(strata: Sequence[Stratum]) -> float:
    """The smallest p that any hits could give with these margins; 1 where no stratum has both groups and a hit.

    It depends on the margins alone, so a family of tests may be chosen by it (Tarone 1990, Biometrics 46:515-522).
    """
    return float(possible_p(strata).min())


def possible_p(strata: Sequence[Stratum]) -> NDArray[Any]:
    """The p of each number of hits that the first group can have, from the fewest on."""
    import numpy as np

    chances = np.exp(_logs(strata))
    at_most, at_least = np.cumsum(chances), np.cumsum(chances[::-1])[::-1]
    found: NDArray[Any] = np.minimum(1.0, 2 * np.minimum(at_most, at_least))
    return found


def fewest(strata: Sequence[Stratum]) -> int:
    """Fewest hits that the first group can have in all strata together: the place of the first p of `possible_p`."""
    return sum(one.lowest for one in strata)


def common_odds(strata: Sequence[Stratum], of: str) -> Estimate:
    """The odds ratio that all strata share, with its exact interval and p. `of` names the trials in the plural.

    The value is the conditional maximum likelihood estimate: infinite where the first group has all hits that it can
    have, 0 where it has the fewest. Raises ValueError where the margins leave just one number of hits.
    """
    logs, place = _logs(strata), _place(strata)
    last = len(logs) - 1
    if not last:
        msg = "no stratum has both groups, a hit and a miss"
        raise ValueError(msg)
    low = 0.0 if place == 0 else _odds(logs, lambda shares: float(shares[place:].sum()) - TAIL)
    high = float("inf") if place == last else _odds(logs, lambda shares: TAIL - float(shares[: place + 1].sum()))
    value = {0: 0.0, last: float("inf")}.get(place)
    if value is None:
        value = _odds(logs, lambda shares: float(shares @ range(last + 1)) - place)
    trials = sum(one.trials + one.base_trials for one in strata)
    return Estimate(value, low, high, trials, of, "", METHOD, same_odds_p(strata))


def _logs(strata: Sequence[Stratum]) -> NDArray[Any]:
    """Logarithms of how likely each number of hits of the first group is where the odds are the same.

    From the fewest on. Logarithms, as the far ends of a long row of chances are smaller than any number there is.
    """
    import numpy as np
    from scipy.stats import hypergeom  # slow to import

    found: NDArray[Any] = np.zeros(1)
    for one in strata:
        if both := one.trials + one.base_trials:
            counts = np.arange(one.lowest, one.highest + 1)
            found = _convolved(hypergeom.logpmf(counts, both, one.hits + one.base_hits, one.trials), found)
    return found


def _convolved(first: NDArray[Any], second: NDArray[Any]) -> NDArray[Any]:
    import numpy as np

    found = np.full(len(first) + len(second) - 1, -np.inf)
    for place, log in enumerate(first):
        part = found[place : place + len(second)]
        part[:] = np.logaddexp(part, log + second)
    return found


def _place(strata: Sequence[Stratum]) -> int:
    return sum(one.hits - one.lowest for one in strata)


def _odds(logs: NDArray[Any], rising: Callable[[NDArray[Any]], float]) -> float:
    """The odds ratio at which a function of the chances, which rises with it, is zero."""
    import numpy as np
    from scipy.optimize import brentq

    counts = np.arange(len(logs))

    def at(log_odds: float) -> float:
        weights = logs + counts * log_odds
        shares = np.exp(weights - weights.max())
        return rising(shares / shares.sum())

    return float(np.exp(brentq(at, -FARTHEST, FARTHEST, xtol=1e-10)))
