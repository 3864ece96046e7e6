"""Exact intervals against published and derivable values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.statistics.rates import exact_rate, poisson_rate
from generator.statistics.tails import beta_quantile, beta_share, binomial_at_least, halved


def test_zero_of_n_has_the_closed_form_upper_bound():
    """For 0 of n the upper bound is 1 - (alpha/2)^(1/n)."""
    rate = exact_rate(0, 5000)
    assert rate.low == 0
    assert rate.high == pytest.approx(1 - 0.025 ** (1 / 5000))


def test_a_textbook_case():
    """10 of 100 gives 4.90 % to 17.62 % (Clopper-Pearson table, e.g. Newcombe 1998, Stat Med 17:857)."""
    rate = exact_rate(10, 100)
    assert (rate.low, rate.high) == pytest.approx((0.0490, 0.1762), abs=5e-5)


def test_nothing_examined_says_nothing():
    rate = exact_rate(0, 0)
    assert (rate.value, rate.low, rate.high) == (0.0, 0.0, 1.0)


@given(st.integers(0, 10**6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_contains_the_share(pair):
    hits, trials = pair
    rate = exact_rate(hits, trials)
    assert rate.low <= rate.value <= rate.high


def test_more_hits_than_trials_is_refused():
    with pytest.raises(ValueError, match="between"):
        exact_rate(3, 2)


def test_a_count_that_is_no_share_has_the_exact_poisson_interval():
    """Garwood's limits for 0 and 10 events: 3.689 and 4.795 to 18.390 (tables of Pearson and Hartley)."""
    none, ten = poisson_rate(0, 1000), poisson_rate(10, 1)
    assert none.low == 0
    assert none.high == pytest.approx(3.6889 / 1000, rel=1e-4)
    assert (ten.low, ten.high) == (pytest.approx(4.7954, rel=1e-4), pytest.approx(18.3904, rel=1e-4))
    assert ten.value == 10


@pytest.mark.parametrize("trials", [1, 2, 7, 100, 27_169, 1_000_000])
@pytest.mark.parametrize("part", [0, 0.001, 0.3, 0.99, 1])
def test_ends_of_intervals_without_scipy_are_those_of_scipy(trials, part):
    """The small install has no scipy."""
    hits = round(trials * part)
    if hits:
        assert halved(hits, trials - hits + 1, 0.025) == pytest.approx(
            beta_quantile(hits, trials - hits + 1, 0.025), rel=1e-8
        )
    if hits < trials:
        assert halved(hits + 1, trials - hits, 0.975) == pytest.approx(
            beta_quantile(hits + 1, trials - hits, 0.975), rel=1e-8
        )


@given(st.integers(1, 30_000).flatmap(lambda n: st.tuples(st.integers(0, min(n, 60)), st.just(n))))
def test_the_tail_that_a_detector_decides_by_is_that_of_scipy(counts):
    from scipy.stats import binom

    hits, trials = counts
    assert binomial_at_least(hits, trials, 0.0005) == pytest.approx(
        float(binom.sf(hits - 1, trials, 0.0005)), rel=1e-8, abs=1e-300
    )


def test_the_tail_at_its_ends():
    assert (binomial_at_least(0, 5, 0.3), binomial_at_least(5, 5, 1), binomial_at_least(1, 5, 0)) == (1, 1, 0)
    assert (beta_share(2, 3, 0), beta_share(2, 3, 1)) == (0, 1)
    with pytest.raises(ValueError, match="hits"):
        binomial_at_least(6, 5, 0.5)
