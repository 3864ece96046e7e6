"""Exact intervals against published and derivable values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.statistics.rates import exact_rate, poisson_rate


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
