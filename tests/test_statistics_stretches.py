"""Stretches ranked, and exact comparisons of two shares: held to counting by hand, to other libraries, to null series."""

from __future__ import annotations

from datetime import date, timedelta
from statistics import mean

import numpy as np
import pytest
from scipy.stats import barnard_exact, hypergeom

from generator.statistics.ratios import exact_odds
from generator.statistics.stretches import window_rank

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


@pytest.mark.parametrize("many", [60, pytest.param(500, marks=pytest.mark.full)])
def test_nothing_is_found_too_often_where_nothing_happened(many):
    """At 0.05, plus what chance adds to so few series (three standard errors)."""
    rng = np.random.default_rng(17)
    close = [alike(55, rng, 0.6) for _ in range(many)]
    slack = 3 * (0.05 * 0.95 / many) ** 0.5
    assert mean(window_rank(days, span(24, 30)).p <= 0.05 for days in close) <= 0.05 + slack


def test_a_stretch_needs_values_inside_and_outside():
    days = alike(20, np.random.default_rng(1), 0)
    for wrong in (span(30, 40), span(0, 19)):
        with pytest.raises(ValueError, match="inside and outside"):
            window_rank(days, wrong)


@pytest.mark.parametrize("many", [100, pytest.param(500, marks=pytest.mark.full)])
def test_fishers_p_is_small_no_more_often_than_it_says(many):
    rng = np.random.default_rng(19)
    found = [exact_odds(rng.binomial(230, 0.005), 230, rng.binomial(829, 0.005), 829).p <= 0.05 for _ in range(many)]
    assert mean(found) <= 0.05 + 3 * (0.05 * 0.95 / many) ** 0.5
