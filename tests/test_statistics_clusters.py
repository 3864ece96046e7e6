"""Shares of clusters and the days between which a share is raised, each against a second way of working it out."""

from __future__ import annotations

import math
import random
from datetime import date, timedelta
from itertools import combinations_with_replacement
from statistics import variance

import numpy as np
import pytest
from scipy.stats import beta, binomtest, t

from generator.statistics.clusters import Cluster, cluster_share, conditional_p, estimated_ratio, exact_share, redrawn
from generator.statistics.raised import raised
from generator.statistics.rates import exact_rate

FIRST = date(2026, 3, 1)


def by_hand(clusters):
    """Korn and Graubard with scipy.stats, and the variance of leaving out one by its pseudo-values."""
    hits, trials, count = sum(one.hits for one in clusters), sum(one.trials for one in clusters), len(clusters)
    share = hits / trials
    pseudo = [count * share - (count - 1) * (hits - one.hits) / (trials - one.trials) for one in clusters if one.trials]
    worth = min(trials, share * (1 - share) / (variance(pseudo) / count))
    worth *= (t.ppf(0.975, trials - 1) / t.ppf(0.975, count - 1)) ** 2
    return beta.ppf(0.025, share * worth, worth * (1 - share) + 1), beta.ppf(
        0.975, share * worth + 1, worth * (1 - share)
    )


def test_the_interval_of_clusters_is_that_of_a_second_implementation():
    clusters = [Cluster(hits, trials) for hits, trials in [(0, 40), (1, 10), (9, 60), (1, 5), (3, 30), (2, 80), (0, 7)]]
    share = cluster_share([*clusters, Cluster(0, 0)], "steps")
    assert share.value == pytest.approx(16 / 232)
    assert (share.low, share.high) == pytest.approx(by_hand(clusters))
    assert (share.n, share.of) == (232, "steps")


def test_clusters_that_are_all_alike_are_worth_no_more_than_their_trials():
    alike, exact = cluster_share([Cluster(3, 30)] * 200, "steps"), exact_share(600, 6000, "steps")
    assert (alike.low, alike.high) == pytest.approx((exact.low, exact.high), abs=0.0005)
    assert alike.low <= exact.low
    assert exact.high <= alike.high


@pytest.mark.parametrize("many", [80, pytest.param(2000, marks=pytest.mark.full)])
@pytest.mark.parametrize("count", [5, 10, 30, 90])
@pytest.mark.parametrize(("share", "alike"), [(0.05, 0.05), (0.3, 0.2), (0.02, 0.03)])
def test_the_interval_holds_the_truth_as_often_as_it_says(share, alike, count, many):
    """Sessions of 10 to 100 steps, each with a share of its own (beta-binomial)."""
    rng = np.random.default_rng(round(1000 * share) + count)
    held = 0
    for _ in range(many):
        trials = np.maximum(2, rng.lognormal(3.5, 0.7, count)).astype(int)
        own = rng.beta(share * (1 - alike) / alike, (1 - share) * (1 - alike) / alike, count)
        counts = zip(rng.binomial(trials, own).tolist(), trials.tolist(), strict=True)
        found = cluster_share([Cluster(*pair) for pair in counts], "steps")
        held += found.low <= share <= found.high
    print(f"{count} clusters, share {share}, correlation {alike}: {held} of {many}")
    told = exact_rate(held, many)
    assert told.high >= 0.93
    assert told.low <= 0.975  # a little too wide for five clusters


def test_trials_that_hang_together_give_a_wider_interval_than_exact():
    """Ten sessions, in each all or nothing: the exact interval takes 200 trials as independent, and is too narrow."""
    clusters = [Cluster(20 * (place < 3), 20) for place in range(10)]
    drawn, exact = cluster_share(clusters, "steps"), exact_share(60, 200, "steps")
    assert drawn.value == exact.value == 0.3
    assert drawn.high - drawn.low > 3 * (exact.high - exact.low)


def test_trials_that_do_not_hang_together_give_the_same_interval():
    clusters = [Cluster(int(place % 10 < 3), 1) for place in range(300)]
    drawn, exact = cluster_share(clusters, "steps"), exact_share(90, 300, "steps")
    assert (drawn.low, drawn.high) == pytest.approx((exact.low, exact.high), abs=0.01)


def test_without_a_hit_drawing_again_says_nothing_and_the_exact_interval_is_given():
    share = cluster_share([Cluster(0, 200), Cluster(0, 232)], "steps", scale=100)
    assert (share.value, share.low) == (0, 0)
    assert share.high == pytest.approx(100 * beta.ppf(0.975, 1, 432))
    assert share.method.startswith("exact")


def test_where_every_trial_is_a_hit_the_interval_is_exact_too():
    share = cluster_share([Cluster(20, 20), Cluster(6, 6)], "sub-agents")
    assert (share.value, share.high) == (1, 1)
    assert share.low == pytest.approx(0.025 ** (1 / 26))


def test_more_hits_than_trials_are_refused():
    with pytest.raises(ValueError, match="between 0 and trials"):
        cluster_share([Cluster(13, 10), Cluster(5, 10)], "steps")


def test_one_cluster_has_no_interval():
    share = cluster_share([Cluster(3, 20), Cluster(0, 0)], "steps")
    assert (share.value, share.low, share.high) == (0.15, None, None)
    assert "one cluster" in share.method


def test_every_cluster_is_drawn_with_the_same_chance_and_as_many_as_there_are():
    weights = redrawn(5, 2000)
    assert set(weights.sum(axis=1)) == {5}
    assert weights.mean(axis=0) == pytest.approx([1] * 5, abs=0.1)
    assert (weights == redrawn(5, 2000)).all()


def test_a_share_of_nothing_is_refused():
    with pytest.raises(ValueError, match="nothing"):
        exact_share(0, 0, "steps")
    with pytest.raises(ValueError, match="trials"):
        estimated_ratio(0, 10, 0, 10, "steps")


@pytest.mark.parametrize(
    ("hits", "trials", "base", "base_trials"), [(3, 680, 43, 25_981), (9, 110, 1, 356), (0, 50, 4, 60)]
)
def test_the_ratio_is_that_of_the_binomial_of_its_hits(hits, trials, base, base_trials):
    found = estimated_ratio(hits, trials, base, base_trials, "steps")
    test = binomtest(hits, hits + base, trials / (trials + base_trials))
    ends = test.proportion_ci(method="exact")
    odds = base_trials / trials
    assert found.low == pytest.approx(odds * ends.low / (1 - ends.low))
    assert found.high == pytest.approx(odds * ends.high / (1 - ends.high))
    tails = [binomtest(hits, hits + base, trials / (trials + base_trials), one).pvalue for one in ("less", "greater")]
    assert found.p == pytest.approx(min(1, 2 * min(tails)))


def test_a_ratio_to_nothing_has_no_upper_end():
    found = estimated_ratio(9, 110, 0, 356, "steps")
    assert math.isinf(found.value)
    assert math.isinf(found.high)
    assert found.low == pytest.approx(356 / 110 * (0.025 ** (1 / 9)) / (1 - 0.025 ** (1 / 9)))


def test_equal_shares_are_told_apart_about_as_often_as_is_said():
    chance = random.Random(3)
    trials = 400
    wrong = 0
    for _ in range(400):
        one, two = (sum(chance.random() < 0.05 for _ in range(trials)) for _ in range(2))
        wrong += float(conditional_p(one, two, trials, trials)) < 0.05
    assert wrong / 400 < 0.06


def sample(counts, sessions=1):
    """One cluster a day and session, from (hits, trials) by day."""
    return [
        {FIRST + timedelta(days=day): Cluster(hits, trials)}
        for _ in range(sessions)
        for day, (hits, trials) in enumerate(counts)
    ]


def by_brute_force(counts):
    """Every stretch of days with the standard library: likelihood of two shares."""

    def likelihood(pairs):
        hits, trials = sum(k for k, _ in pairs), sum(n for _, n in pairs)
        return sum(part * math.log(part / trials) for part in (hits, trials - hits) if part)

    found = []
    for begin, end in combinations_with_replacement(range(len(counts)), 2):
        inside, outside = counts[begin : end + 1], counts[:begin] + counts[end + 1 :]
        k, n, other_k, other_n = (sum(pair[side] for pair in part) for part in (inside, outside) for side in (0, 1))
        if k * other_n > other_k * n:
            found.append((likelihood(inside) + likelihood(outside) - likelihood(counts), -begin, -end))
    gain, begin, end = max(found)
    return gain, -begin, -end


@pytest.mark.parametrize("seed", range(5))
def test_the_raised_days_are_those_of_every_stretch_tried(seed):
    chance = random.Random(seed)
    counts = [(0, chance.randint(5, 80)) for _ in range(12)]
    for day in range(4, 9):
        trials = counts[day][1]
        counts[day] = (sum(chance.random() < 0.2 for _ in range(trials)), trials)
    counts[1] = (1, counts[1][1])
    found = raised(sample(counts))
    gain, begin, end = by_brute_force(counts)
    assert found.gain == pytest.approx(gain)
    assert (found.first.day, found.last.day) == (FIRST + timedelta(days=begin), FIRST + timedelta(days=end))


def test_days_without_trials_leave_the_day_open_and_days_with_many_close_it():
    """After the last raised day come two trials, which could be of either kind, and then hundreds."""
    counts = [(0, 300), (0, 300), (30, 300), (30, 300), (0, 2), (0, 300), (0, 300)]
    found = raised(sample(counts))
    assert found.first.likely == (FIRST + timedelta(days=2), FIRST + timedelta(days=2))
    assert found.last.day == FIRST + timedelta(days=3)
    assert found.last.likely == (FIRST + timedelta(days=3), FIRST + timedelta(days=4))
    assert (found.inside, found.outside) == (0.1, 0)


def test_a_share_that_one_session_carries_has_a_wide_range_of_days():
    """All hits of the first day are of one session among many: without it the rise begins later."""
    later = [{FIRST + timedelta(days=3 + day): Cluster(2, 20)} for day in range(2) for _ in range(6)]
    before = [{FIRST + timedelta(days=day): Cluster(0, 100)} for day in range(2) for _ in range(3)]
    after = [{FIRST + timedelta(days=6 + day): Cluster(0, 100)} for day in range(2) for _ in range(3)]
    found = raised([*before, {FIRST + timedelta(days=2): Cluster(4, 40)}, *later, *after])
    assert found.first.day == FIRST + timedelta(days=2)
    assert found.first.drawn[1] == FIRST + timedelta(days=3)


@pytest.mark.parametrize("counts", [[(0, 10)] * 5, [(1, 10)] * 5, [(1, 10), (0, 10)]])
def test_nothing_is_raised_where_all_days_are_alike_or_too_few(counts):
    assert raised(sample(counts)) is None
