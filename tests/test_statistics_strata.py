"""Two groups within strata: a published example, Fisher's exact test, and every table of given margins counted by hand.

And a search through many tests at once: where nothing is there, it finds something no more often than it says.
"""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from scipy.stats import fisher_exact
from scipy.stats.contingency import odds_ratio
from test_statistics_null import FORMS

from generator.statistics.multiplicity import false_discoveries
from generator.statistics.rates import exact_rate
from generator.statistics.strata import Stratum, common_odds, fewest, least_p, possible_p, same_odds_p

RABBITS = (Stratum(0, 6, 0, 5), Stratum(3, 6, 0, 6), Stratum(6, 6, 2, 6), Stratum(5, 6, 6, 6), Stratum(2, 2, 5, 5))
"""Rabbits cured by penicillin at once or after 1.5 hours, by dose: Agresti 1990, Categorical Data Analysis, 231-237."""
MANY = [Stratum(900, 3_000, 100, 3_000), Stratum(9_999, 10_000, 1, 10_000), Stratum(1, 9, 9, 90_000)]
"""So many that the chances at their far ends are smaller than any number there is."""
ONES = [Stratum(13, 25, 17, 57), Stratum(0, 9, 4, 7), Stratum(5, 5, 1, 30), Stratum(3, 26, 1, 58), Stratum(1, 1, 1, 1)]
SEVERAL = [
    (Stratum(2, 4, 1, 5), Stratum(1, 3, 0, 2)),
    (Stratum(0, 3, 2, 3), Stratum(2, 2, 1, 4), Stratum(1, 5, 1, 1)),
    (Stratum(3, 3, 0, 4), Stratum(2, 3, 1, 4)),
    (Stratum(0, 2, 0, 6), Stratum(1, 4, 2, 4)),
]


def counted(strata):
    """How many ways there are to draw each number of hits of the first group, every subset of trials taken in turn."""
    ways = {0: 1}
    for one in strata:
        both, hits = one.trials + one.base_trials, one.hits + one.base_hits
        found = {}
        for chosen in itertools.combinations(range(both), hits):
            place = sum(trial < one.trials for trial in chosen)
            found[place] = found.get(place, 0) + 1
        sums = {}
        for (a, n), (b, m) in itertools.product(ways.items(), found.items()):
            sums[a + b] = sums.get(a + b, 0) + n * m
        ways = sums
    return ways


def by_hand(strata, hits):
    ways = counted(strata)
    total = sum(ways.values())
    at_most, at_least = (
        Fraction(sum(n for place, n in ways.items() if side(place)), total)
        for side in (lambda place: place <= hits, lambda place: place >= hits)
    )
    return float(min(1, 2 * min(at_most, at_least)))


def test_the_rabbits_are_those_of_the_book():
    """The manual of R's mantelhaen.test gives p 0.040 two-sided and 0.020 for more cures at once; odds in R: 10.361."""
    found = common_odds(RABBITS, "rabbits")
    assert round(found.p, 3) == 0.040
    assert round(found.p / 2, 3) == 0.020
    assert found.value == pytest.approx(10.361, abs=0.001)
    assert (found.n, found.of) == (54, "rabbits")


@pytest.mark.parametrize("one", ONES)
def test_one_stratum_is_fishers_test(one):
    table = [[one.hits, one.trials - one.hits], [one.base_hits, one.base_trials - one.base_hits]]
    tails = [fisher_exact(table, alternative=side).pvalue for side in ("less", "greater")]
    assert same_odds_p([one]) == pytest.approx(min(1, 2 * min(tails)))


@pytest.mark.parametrize("one", [*ONES[:4], *MANY])
def test_the_odds_of_one_stratum_and_their_interval_are_those_of_scipy(one):
    oracle = odds_ratio([[one.hits, one.trials - one.hits], [one.base_hits, one.base_trials - one.base_hits]])
    with np.errstate(divide="raise", invalid="raise"):
        found = common_odds([one], "sessions")
    assert found.value == pytest.approx(oracle.statistic, rel=1e-5)
    assert (found.low, found.high) == pytest.approx(tuple(oracle.confidence_interval()), rel=1e-5)


@pytest.mark.parametrize("strata", SEVERAL)
def test_of_several_strata_every_table_is_counted(strata):
    hits = sum(one.hits for one in strata)
    assert same_odds_p(strata) == pytest.approx(by_hand(strata, hits))
    ways = counted(strata)
    assert fewest(strata) == min(ways)
    assert possible_p(strata) == pytest.approx([by_hand(strata, place) for place in sorted(ways)])
    assert least_p(strata) == pytest.approx(min(by_hand(strata, place) for place in ways))


@pytest.mark.parametrize("strata", SEVERAL)
def test_the_common_odds_make_the_count_what_is_expected_and_their_ends_leave_a_tail(strata):
    found, hits = common_odds(strata, "sessions"), sum(one.hits for one in strata)
    ways = counted(strata)

    def at(odds):
        weights = {place: n * odds**place for place, n in ways.items()}
        return {place: weight / sum(weights.values()) for place, weight in weights.items()}

    assert found.low <= found.value <= found.high
    if hits == min(ways):
        assert (found.value, found.low) == (0, 0)
    elif hits == max(ways):
        assert (found.value, found.high) == (math.inf, math.inf)
    else:
        assert sum(place * share for place, share in at(found.value).items()) == pytest.approx(hits)
    if hits > min(ways):
        assert sum(share for place, share in at(found.low).items() if place >= hits) == pytest.approx(0.025)
    if hits < max(ways):
        assert sum(share for place, share in at(found.high).items() if place <= hits) == pytest.approx(0.025)


def test_strata_that_differ_do_not_make_a_difference_of_groups():
    """Each stratum has equal shares; added up, the first group looks twice as good."""
    strata = (Stratum(40, 80, 10, 20), Stratum(2, 20, 8, 80))
    assert same_odds_p(strata) == 1
    added = Stratum(*(sum(getattr(one, name) for one in strata) for name in Stratum.__dataclass_fields__))
    assert same_odds_p([added]) < 0.001
    assert common_odds(strata, "sessions").value == pytest.approx(1)


@pytest.mark.parametrize(
    "strata",
    [(), (Stratum(0, 5, 0, 9),), (Stratum(2, 5, 0, 0),), (Stratum(0, 0, 3, 9),), (Stratum(4, 4, 6, 6),), (Stratum(0, 0, 0, 0),)],
)  # fmt: skip
def test_where_nothing_can_be_compared_p_is_one_and_there_are_no_odds(strata):
    assert same_odds_p(strata) == least_p(strata) == 1
    with pytest.raises(ValueError, match="no stratum has"):
        common_odds(strata, "sessions")


@pytest.mark.parametrize("counts", [(3, 2, 0, 1), (0, 2, 4, 3), (-1, 2, 0, 1), (0, 1, -1, 1)])
def test_more_hits_than_trials_are_no_stratum(counts):
    with pytest.raises(ValueError, match="from 0 to the number of trials"):
        Stratum(*counts)


# ---- many tests at once ----


def sessions(rng, detectors=20, effect=()):
    """Findings of many detectors in three sets, whose shares differ, as do those of sessions; week and other weeks.

    Detectors share what is wrong with a session, so their tests are not independent.
    """
    found = [[] for _ in range(detectors)]
    for trials, base_trials, share in ((25, 57, 0.3), (10, 30, 0.1), (2, 8, 0.6)):
        troubled = rng.random(trials + base_trials) < share
        for place, one in enumerate(found):
            odds = np.where(troubled, 0.6, 0.15) * (1 + place % 3) / 3
            odds[:trials] += 0.55 * (place in effect)
            hit = rng.random(trials + base_trials) < odds
            one.append(Stratum(int(hit[:trials].sum()), trials, int(hit[trials:].sum()), base_trials))
    return found


@pytest.mark.parametrize("sets", FORMS)
def test_where_nothing_is_there_a_search_finds_something_no_more_often_than_it_says(sets):
    rng = np.random.default_rng(11)
    found = alone = single = 0
    for _ in range(sets):
        p = [same_odds_p(strata) for strata in sessions(rng) if least_p(strata) < 0.05]
        found += min(false_discoveries(p)) <= 0.05
        alone += min(p) <= 0.05
        single += p[0] <= 0.05
    print(f"a discovery in {found} of {sets}; without the control {alone}; one test {single}")
    assert exact_rate(found, sets).low <= 0.05
    assert exact_rate(single, sets).low <= 0.05
    assert exact_rate(alone, sets).low > 0.05, "without the control this search would not need it"


@pytest.mark.parametrize("sets", FORMS)
def test_of_what_a_search_finds_few_are_wrong_and_most_of_what_is_there_is_found(sets):
    rng, effect = np.random.default_rng(12), range(0, 20, 4)
    wrong, right = [], 0
    for _ in range(sets):
        adjusted = false_discoveries([same_odds_p(strata) for strata in sessions(rng, effect=effect)])
        found = {place for place, p in enumerate(adjusted) if p <= 0.05}
        wrong.append(len(found - set(effect)) / max(1, len(found)))
        right += len(found & set(effect))
    print(f"{np.mean(wrong):.3f} of findings wrong; {right} of {sets * len(effect)} found")
    assert np.mean(wrong) <= 0.05
    assert right / (sets * len(effect)) > 0.8


def test_false_discoveries_are_those_of_statsmodels_and_of_the_definition():
    from statsmodels.stats.multitest import multipletests

    for p in ([0.01, 0.04, 0.03, 0.2, 0.005], [0.5, 0.5], [1.0, 0.0004, 0.9, 0.02], [0.03]):
        assert false_discoveries(p) == pytest.approx(tuple(multipletests(p, method="fdr_bh")[1]))
    assert false_discoveries([0.01, 0.04, 0.03]) == pytest.approx((0.03, 0.04, 0.04))
    assert false_discoveries(()) == ()
    with pytest.raises(ValueError, match="between 0 and 1"):
        false_discoveries([1.2])
