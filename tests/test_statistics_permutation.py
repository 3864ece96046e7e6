"""Days permuted, stretches ranked and blocks drawn: held to exact enumeration, to other libraries and to null series."""

from __future__ import annotations

import random
from datetime import date, timedelta
from itertools import combinations
from statistics import mean, median

import numpy as np
import pytest
from scipy.stats import barnard_exact, hypergeom, permutation_test

from generator.statistics.permutation import block_ratio, exact_odds, permuted, window_rank

FIRST = date(2026, 2, 21)


def series(values, first=FIRST):
    """One list of values a day."""
    return {first + timedelta(days=place): found for place, found in enumerate(values)}


def span(begin, end, first=FIRST):
    """The days at two places."""
    return first + timedelta(days=begin), first + timedelta(days=end)


def alike(days, rng, correlation):
    """Two runs a day of a series whose neighbouring days are alike; nothing happens in it."""
    level, found = 0.0, []
    for place in range(days):
        step = rng.normal()
        level = step if place == 0 else correlation * level + (1 - correlation**2) ** 0.5 * step
        found.append(list(11 + 0.8 * level + 0.5 * rng.normal(size=2)))
    return series(found)


# ---- days permuted ----


@pytest.mark.parametrize(("of", "middle"), [("median", median), ("mean", mean)])
def test_permuted_days_give_the_p_of_all_choices_of_days(of, middle):
    """Eight uneven days, three inside: all 56 choices counted by hand, twice the smaller tail as in scipy."""
    days = series([[1.0, 2.0], [3.5], [2.0, 2.5, 9.0], [4.0], [0.5, 1.5], [7.0], [2.2], [3.1, 3.2]])
    values = list(days.values())

    def difference(inside):
        one = [value for place in inside for value in values[place]]
        other = [value for place in range(8) if place not in inside for value in values[place]]
        return middle(one) - middle(other)

    own = difference((2, 3, 4))
    every = [difference(inside) for inside in combinations(range(8), 3)]
    tails = [sum(one >= own - 1e-12 for one in every) / 56, sum(one <= own + 1e-12 for one in every) / 56]
    found = permuted(days, span(2, 4), of=of, draws=100_000)
    assert found.difference == pytest.approx(own)
    assert found.p == pytest.approx(min(1, 2 * min(tails)), abs=0.01)


def test_one_run_a_day_agrees_with_scipy_on_two_samples():
    rng = np.random.default_rng(3)
    values = rng.normal(size=30)
    values[10:17] += 0.8
    found = permuted(series([[value] for value in values]), span(10, 16), of="mean")
    other = permutation_test(
        (values[10:17], np.delete(values, range(10, 17))),
        lambda one, two, axis: one.mean(axis=axis) - two.mean(axis=axis),
        vectorized=True,
        rng=np.random.default_rng(4),
    )
    assert found.difference == pytest.approx(other.statistic)
    assert found.p == pytest.approx(other.pvalue, abs=4 * 2 * (2 * 0.25 / 9_999) ** 0.5)  # both are drawn


def test_runs_of_one_day_change_sides_together():
    """Fifty equal runs of one day are one day: the p is that of two days in six, not of fifty runs."""
    days = series([[1.0] * 50, [1.0] * 50, [2.0] * 50, [1.0] * 50, [1.0] * 50, [1.0] * 50])
    assert permuted(days, span(2, 2), of="mean").p == pytest.approx(2 / 6, abs=0.02)


def test_same_seed_gives_the_same_p_and_sides_must_not_be_empty():
    days = alike(20, np.random.default_rng(1), 0)
    assert permuted(days, span(3, 9)) == permuted(days, span(3, 9))
    assert block_ratio(days, span(3, 9), (span(10, 19),)) == block_ratio(days, span(3, 9), (span(10, 19),))
    for wrong in (span(30, 40), span(0, 19)):
        with pytest.raises(ValueError, match="both sides"):
            permuted(days, wrong)
        with pytest.raises(ValueError, match="inside and outside"):
            window_rank(days, wrong)
    with pytest.raises(ValueError, match="both sides"):
        block_ratio(days, span(30, 40), (span(0, 19),))
    with pytest.raises(ValueError, match="above 0"):
        block_ratio(series([[1.0], [0.0]]), span(0, 0), (span(1, 1),))


# ---- stretches ranked ----


def test_rank_counts_the_stretches_that_are_as_high():
    """2, 3 and 4 inside a row of ones: the stretch with all three has the highest mean; equal ones share a rank."""
    days = series([[1.0], [1.0], [2.0], [3.0], [4.0], [1.0], [1.0], [1.0]])
    assert [window_rank(days, span(2, 4), of=of).as_high for of in ("mean", "median")] == [1, 2]
    assert window_rank(days, span(2, 4)).windows == 6
    assert window_rank(days, span(5, 7)).p == 1
    flat = series([[5.0]] * 8)
    assert (window_rank(flat, span(1, 2)).as_high, window_rank(flat, span(1, 2)).windows) == (7, 7)


def test_stretches_are_calendar_days_and_empty_ones_do_not_count():
    days = {**series([[1.0], [1.0], [9.0]]), FIRST + timedelta(days=20): [1.0]}
    found = window_rank(days, span(2, 3))
    assert (found.as_high, found.windows) == (1, 4)  # of 20 stretches those that begin on days 0, 1, 2 and 19
    wide = window_rank(series([[1.0], [9.0]]), span(1, 4))
    assert wide.windows >= 1  # a span that ends after the series


# ---- blocks drawn ----


def test_ratio_is_that_of_the_medians_and_its_interval_holds_it():
    days = series([[10.0, 10.2], [10.1], [9.9, 10.0], [15.1], [15.0, 15.2], [14.9]])
    found = block_ratio(days, span(3, 5), (span(0, 2),))
    assert found.value == pytest.approx(15.05 / 10.0)
    assert found.low < found.value < found.high
    assert found.high - found.low < 0.1


def test_days_that_are_alike_widen_the_interval():
    """The same days with their order shuffled look independent, and the interval is narrower."""
    days = alike(56, np.random.default_rng(11), 0.9)
    shuffled = list(days.values())
    random.Random(1).shuffle(shuffled)
    widths = [
        found.high - found.low
        for found in (block_ratio(one, span(24, 30), (span(0, 23), span(31, 55))) for one in (days, series(shuffled)))
    ]
    assert widths[0] > 1.1 * widths[1]


# ---- exact comparisons ----


def test_fisher_agrees_with_the_hypergeometric_tail_and_the_interval_with_the_test():
    found = exact_odds(4, 230, 1, 829)
    tail = hypergeom(1059, 5, 230).pmf
    assert found.p == pytest.approx(sum(tail(k) for k in range(6) if tail(k) <= tail(4) * (1 + 1e-9)))
    assert found.p == pytest.approx(0.00903, abs=1e-5)
    assert found.low > 1
    assert barnard_exact([[4, 226], [1, 828]]).pvalue < 0.05
    none = exact_odds(0, 656, 14, 403)
    assert (none.value, none.low) == (0, 0)
    assert none.p < 1e-5
    for wrong in ((5, 4, 0, 1), (0, 1, 2, 1), (-1, 1, 0, 1)):
        with pytest.raises(ValueError, match="hits"):
            exact_odds(*wrong)


# ---- nothing happened: how often is something found? ----


@pytest.mark.parametrize("many", [60, pytest.param(500, marks=pytest.mark.slow)])
def test_nothing_is_found_too_often_where_nothing_happened(many):
    """At 0.05, plus what chance adds to so few series (three standard errors)."""
    rng = np.random.default_rng(17)
    week, others = span(24, 30), (span(0, 23), span(31, 54))
    apart = [alike(55, rng, 0) for _ in range(many)]
    close = [alike(55, rng, 0.6) for _ in range(many)]
    slack = 3 * (0.05 * 0.95 / many) ** 0.5
    assert mean(permuted(days, week, draws=499).p <= 0.05 for days in apart) <= 0.05 + slack
    assert mean(window_rank(days, week).p <= 0.05 for days in close) <= 0.05 + slack
    for found in (apart, close):  # the docstring says 86 to 88 of 100
        ratios = [block_ratio(days, week, others, draws=400) for days in found]
        assert mean(one.low <= 1 <= one.high for one in ratios) >= 0.86 - 3 * (0.86 * 0.14 / many) ** 0.5


@pytest.mark.slow
def test_permuted_days_find_too_much_where_days_are_alike():
    """Why the pages warn: without any difference, days with a correlation of 0.6 give a small p far too often."""
    rng = np.random.default_rng(18)
    found = [permuted(alike(55, rng, 0.6), span(24, 30), draws=499).p <= 0.05 for _ in range(300)]
    assert 0.12 <= mean(found) <= 0.28


@pytest.mark.parametrize("many", [100, pytest.param(500, marks=pytest.mark.slow)])
def test_fishers_p_is_small_no_more_often_than_it_says(many):
    rng = np.random.default_rng(19)
    found = [exact_odds(rng.binomial(230, 0.005), 230, rng.binomial(829, 0.005), 829).p <= 0.05 for _ in range(many)]
    assert mean(found) <= 0.05 + 3 * (0.05 * 0.95 / many) ** 0.5
