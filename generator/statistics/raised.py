"""From which day to which a share is raised: two change points of a binomial share, with their uncertainty.

Outside of the raised days one share holds, inside another, higher one; the days are those under which what was
counted is likeliest (Hinkley 1970, Biometrika 57:1-17, for one change point). Two ranges say how sure a day is: days
that are within the 95 % likelihood ratio of the best (which grows where days without trials lie between), and the
days found when whole clusters are drawn again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from generator.statistics.clusters import TAILS, Cluster, redrawn

WITHIN = 1.92  # half of the 95 % point of chi-square with one degree of freedom
DRAWS = 500


@dataclass(frozen=True)
class Edge:
    """First or last raised day."""

    day: date
    likely: tuple[date, date]  # days that the counts leave open
    drawn: tuple[date, date]  # 95 % of the days found with clusters drawn again


@dataclass(frozen=True)
class Raised:
    """Days of a raised share, as counted days name them."""

    first: Edge
    last: Edge
    outside: float  # share on the other days
    inside: float
    gain: float  # log likelihood over one share for all days


def raised(clusters: Sequence[Mapping[date, Cluster]]) -> Raised | None:
    """Where the share is highest over what it is elsewhere. `clusters`: the counts by day of each cluster.

    None where fewer than three days were counted, or no stretch of days has a higher share than the others.
    """
    import numpy as np

    days = sorted({day for cluster in clusters for day in cluster})
    if len(days) < 3:  # noqa: PLR2004  one inside, one before, one after
        return None
    hits = np.array([[cluster[day].hits if day in cluster else 0 for day in days] for cluster in clusters])
    trials = np.array([[cluster[day].trials if day in cluster else 0 for day in days] for cluster in clusters])
    begins, ends = np.triu_indices(len(days))
    shortest = np.argsort(ends - begins, kind="stable")  # of equals the first: no day without trials at either end
    begins, ends = begins[shortest], ends[shortest]
    all_hits, all_trials = hits.sum(0)[None], trials.sum(0)[None]
    gains = _gains(all_hits, all_trials, begins, ends)[0]
    best = int(np.argmax(gains))
    if gains[best] <= 0:
        return None
    weights = redrawn(len(clusters), DRAWS)
    drawn = np.argmax(_gains(weights @ hits, weights @ trials, begins, ends), axis=1)
    open_ = gains >= gains[best] - WITHIN

    def edge(places: Any) -> Edge:
        low, high = np.percentile(places[drawn], TAILS, method="nearest")
        return Edge(
            days[places[best]],
            (days[places[open_].min()], days[places[open_].max()]),
            (days[int(low)], days[int(high)]),
        )

    inside = slice(begins[best], ends[best] + 1)
    hit, tried = int(all_hits[0, inside].sum()), int(all_trials[0, inside].sum())
    others = int(all_trials.sum()) - tried
    return Raised(
        edge(begins),
        edge(ends),
        (int(all_hits.sum()) - hit) / others if others else 0.0,
        hit / tried,
        float(gains[best]),
    )


def _gains(hits: Any, trials: Any, begins: Any, ends: Any) -> Any:
    """Log likelihood of each stretch over one share for all days, one row a draw; 0 where the share is not higher."""
    import numpy as np

    def inside(counts: Any) -> Any:
        summed = np.concatenate([np.zeros((len(counts), 1)), np.cumsum(counts, axis=1)], axis=1)
        return summed[:, ends + 1] - summed[:, begins]

    k, n = inside(hits), inside(trials)
    all_k, all_n = hits.sum(1)[:, None], trials.sum(1)[:, None]
    gain = _likelihood(k, n) + _likelihood(all_k - k, all_n - n) - _likelihood(all_k, all_n)
    return np.where(k * (all_n - n) > (all_k - k) * n, gain, 0.0)


def _likelihood(hits: Any, trials: Any) -> Any:
    from scipy.special import xlogy

    misses = trials - hits
    return xlogy(hits, hits) + xlogy(misses, misses) - xlogy(trials, trials)
