"""Each statistic against a published worked example or a second implementation (statsmodels, scipy, plain loops)."""

import itertools
import math

import numpy as np
import pytest

from generator.statistics import change_points as cp
from generator.statistics import event_study as es
from generator.statistics.multiplicity import holm
from generator.statistics.power import ratio_power, shift_power, smallest_effect
from generator.statistics.ratios import (
    Counted,
    dispersion,
    exact_ratio,
    quasi_poisson_rate,
    quasi_poisson_ratio,
)

WEEKS = [6, 8, 6, 5, 8, 2, 0, 7, 5, 7, 10, 11, 10, 17, 17, 17, 5, 16, 10, 9, 13, 8, 13]
"""Incidents of the status page, by week from 17 November 2025."""
ONES = [1.0] * len(WEEKS)
DATES = (4, 16, 40, 50, 58)
"""The five releases that the article names, in days from 1 February."""
COAL = (  # disasters a year from 1851, Jarrett 1979, Biometrika 66:191-193
    "4 5 4 1 0 4 3 4 0 6 3 3 4 0 2 6 3 3 5 4 5 3 1 4 4 1 5 5 3 4 2 5 2 2 3 4 2 1 3 2 2 1 1 1 1 3 0 0 1 0 1 1 0 0 3 1 "
    "0 3 2 2 0 1 1 1 0 1 0 1 0 0 0 2 1 0 0 0 1 1 0 2 3 3 1 1 2 1 1 1 1 2 3 3 0 0 0 1 4 0 0 0 1 0 0 0 0 0 1 0 0 1 0 1"
)


def parts(*pairs):
    return [Counted(hits, exposure) for hits, exposure in pairs]


def test_exact_ratio_is_that_of_the_manual_of_r():
    """The second example of poisson.test: 11 in 800 against 21 in 3011."""
    found = exact_ratio(Counted(11, 800), Counted(6 + 8 + 7, 1083 + 1050 + 878))
    assert found.value == pytest.approx(1.971488, abs=1e-5)
    assert found.low == pytest.approx(0.8584264, abs=1e-5)
    assert found.high == pytest.approx(4.2772659, abs=1e-5)


def test_p_is_below_005_just_where_the_exact_interval_leaves_out_1():
    for one, other in itertools.product((0, 1, 2, 4, 8, 14), range(0, 160, 3)):
        found = exact_ratio(Counted(one, 7), Counted(other, 78))
        assert (found.p < 0.05) == (not found.low <= 1 <= found.high), (one, other)
        assert found.low <= found.high


def test_no_hits_give_no_ratio():
    found = exact_ratio(Counted(0, 1), Counted(0, 1))
    assert math.isnan(found.value)
    assert (found.low, found.high, found.p) == (0, math.inf, 1)
    assert exact_ratio(Counted(3, 1), Counted(0, 1)).value == math.inf


def glm(one, other):
    import statsmodels.api as sm

    every = [*one, *other]
    grouped = np.column_stack([np.ones(len(every)), [1.0] * len(one) + [0.0] * len(other)])
    exposure = [part.exposure for part in every]
    model = sm.GLM([part.hits for part in every], grouped, family=sm.families.Poisson(), exposure=exposure)
    return model.fit(scale="X2", use_t=True)


def test_quasi_poisson_is_that_of_statsmodels():
    one, other = parts((14, 7), (22, 7), (3, 5)), parts((5, 7), (2, 7), (9, 7), (1, 2))
    found, oracle = quasi_poisson_ratio(one, other), glm(one, other)
    assert dispersion((one, other)) == pytest.approx(oracle.pearson_chi2 / oracle.df_resid)
    assert found.value == pytest.approx(math.exp(oracle.params[1]))
    assert (found.low, found.high) == pytest.approx(tuple(np.exp(oracle.conf_int()[1])))
    assert found.p == pytest.approx(oracle.pvalues[1])


def test_counts_that_scatter_less_than_poisson_get_the_interval_of_poisson():
    one, other = parts((10, 1), (10, 1)), parts((5, 1), (5, 1), (5, 1))
    found = quasi_poisson_ratio(one, other)  # the dispersion is 0
    assert math.log(found.high / found.value) == pytest.approx(1.959964 * math.sqrt(1 / 20 + 1 / 15))


def test_a_rate_is_that_of_statsmodels():
    import statsmodels.api as sm

    week = parts((14, 7), (22, 7), (3, 5))
    oracle = sm.GLM(
        [one.hits for one in week], np.ones(3), family=sm.families.Poisson(), exposure=[one.exposure for one in week]
    ).fit(scale="X2", use_t=True)
    found = quasi_poisson_rate(week)
    assert (found.low, found.value, found.high) == pytest.approx(
        tuple(np.exp([oracle.conf_int()[0][0], oracle.params[0], oracle.conf_int()[0][1]]))
    )
    assert quasi_poisson_rate(parts((4, 2))).high == math.inf


def test_too_little_for_a_quasi_poisson_ratio_is_refused():
    with pytest.raises(ValueError, match="three parts"):
        quasi_poisson_ratio(parts((3, 1)), parts((2, 1)))
    with pytest.raises(ValueError, match="both groups"):
        quasi_poisson_ratio(parts((0, 1), (0, 1)), parts((2, 1), (3, 1)))


def test_the_step_in_coal_mining_disasters_is_where_it_was_published():
    """Carlin, Gelfand and Smith 1992, Applied Statistics 41:389-405: after 41 years, 3.1 a year and then 0.9."""
    counts = [int(one) for one in COAL.split()]
    found = cp.one_step(counts, [1.0] * len(counts))
    assert (len(counts), sum(counts), found.at) == (112, 191, 41)
    assert (round(found.before, 1), round(found.after, 1)) == (3.1, 0.9)
    assert cp.step_test(counts, [1.0] * len(counts), draws=199) == 1 / 200
    low, high = cp.date_interval(counts, [1.0] * len(counts))
    assert 34 <= low <= 39
    assert 43 <= high <= 48  # Raftery and Akman 1986: 1887 to 1895


@pytest.mark.parametrize("family", cp.Family)
def test_steps_of_the_table_are_those_of_ruptures(family):
    rng = np.random.default_rng(4)
    for _ in range(40):
        size = int(rng.integers(4, 30))
        exposure = [float(one) for one in rng.integers(20, 40, size)]
        hits = [int(one) for one in rng.binomial(20, 0.3, size)]
        gains = cp._gains(np.array([hits], float), np.array([exposure], float), family)
        found = cp.one_step(hits, exposure, family)
        assert gains.max() == pytest.approx(found.gain)
        assert gains[0][found.at - cp.SHORTEST] == pytest.approx(found.gain)


def test_gain_is_the_likelihood_ratio_of_scipy():
    from scipy.stats import binom, poisson

    hits, exposure = [3, 5, 4, 11, 9, 14], [20.0] * 6
    for family, log in ((cp.Family.COUNTS, poisson.logpmf), (cp.Family.SHARES, None)):
        found = cp.one_step(hits, exposure, family)
        low, high = (np.array(hits[: found.at]), np.array(hits[found.at :]))

        def told(counts, family=family, log=log):
            mean = counts.mean()
            return log(counts, mean).sum() if log else binom.logpmf(counts, 20, mean / 20).sum()

        assert found.gain == pytest.approx(2 * (told(low) + told(high) - told(np.array(hits))))


def test_steps_of_the_incidents():
    found = cp.one_step(WEEKS, ONES)
    assert (found.at, found.before, found.after) == (10, 5.4, 12.0)
    assert cp.steps(WEEKS, ONES, penalty=cp.penalty_of(len(WEEKS), 1.25)) == (10,)
    assert cp.steps(WEEKS, ONES, penalty=1e6) == ()
    assert cp.step_test(WEEKS, ONES) == pytest.approx(0.008, abs=0.006)
    single = np.random.default_rng(3).permuted(np.tile(np.array(WEEKS, float), (1999, 1)), axis=1)
    gains = cp._gains(single, np.ones_like(single), cp.Family.COUNTS).max(axis=1)
    assert np.mean(gains >= cp.one_step(WEEKS, ONES).gain) < 0.003  # weeks taken as independent, as in the review
    assert cp.second_step_test(WEEKS, ONES) > 0.3


def test_a_second_step_that_is_there_is_found():
    three = [5, 6, 4, 5, 6, 5, 4, 6, 15, 16, 14, 15, 16, 15, 14, 40, 41, 39, 38, 42, 40]
    assert cp.second_step_test(three, [1.0] * len(three), draws=499) < 0.01
    assert len(cp.steps(three, [1.0] * len(three), penalty=cp.penalty_of(len(three)))) == 2


def test_too_short_a_series_has_no_step():
    with pytest.raises(ValueError, match="stretches"):
        cp.one_step([1, 2, 3], [1.0] * 3)


def test_scattered_counts_have_the_variance_asked_for():
    drawn = cp.scattered(np.random.default_rng(1), np.full((1, 200_000), 6.0), 2.5)
    assert drawn.mean() == pytest.approx(6, rel=0.01)
    assert drawn.var() / drawn.mean() == pytest.approx(2.5, rel=0.02)


def test_shifts_are_those_of_a_plain_loop():
    rng = np.random.default_rng(2)
    counts, dates, lag = [int(one) for one in rng.poisson(2, 30)], [3, 11, 28], 4
    covered = {(date + later) % 30 for date in dates for later in range(lag + 1)}
    plain = [sum(counts[day] for day in range(30) if (day + shift) % 30 in covered) for shift in range(30)]
    found = es.follows(counts, dates, lag)
    assert found.observed == plain[0]
    assert found.expected == pytest.approx(sum(counts) * len(covered) / 30)
    assert found.p == sum(one >= plain[0] for one in plain) / 30
    every = es.follows_at_any(counts, dates, (0, 2, 4))
    assert every.p >= min(one.p for _, one in every.by_lag)
    assert dict(every.by_lag)[4] == found


def test_a_planted_echo_of_the_dates_is_found():
    dates = [4, 20, 41, 60]
    counts = [5 if any(0 <= day - date <= 3 for date in dates) else 1 for day in range(80)]
    assert es.follows(counts, dates, 3).p == 1 / 80
    longest = es.follows_at_any(counts, dates, (1, 3, 7, 14))
    assert (longest.p, longest.lag) == (1 / 80, 3)
    assert es.placebo(counts, dates, 3).p < 0.01


def test_nearness_of_the_articles_dates_is_that_of_the_review():
    """Days from 1 February: six dates of failures, five of releases. Two of 59 shifts are as near."""
    failures, releases = [5, 24, 46, 50, 50, 51], [4, 16, 40, 50, 58]
    found = es.nearness(failures, releases, 59)
    assert (found.observed, found.p) == (16, 2 / 59)
    ties = es.nearness([5, 24, 46, 50, 51], releases, 59)  # in means of fifths two of these five shifts are lost
    assert (ties.observed, ties.p) == (16, 5 / 59)


def test_placebo_dates_keep_the_weekday():
    counts = [1 if day % 7 == 2 else 0 for day in range(70)]
    found = es.placebo(counts, [2, 9], 0)
    assert (found.observed, found.expected, found.p) == (2, 2, 1)
    level = es.placebo([1] * 89, DATES, 7)
    assert (level.expected, level.p) == (40, 1)  # dates whose windows overlap would have fewer days


def test_adjusted_p_values_are_those_of_statsmodels():
    from statsmodels.stats.multitest import multipletests

    for p in ([0.01, 0.04, 0.03, 0.2, 0.005], [0.5, 0.5], [1.0, 0.0004, 0.9, 0.02]):
        assert holm(p) == pytest.approx(tuple(multipletests(p, method="holm")[1]))
    assert holm(()) == ()


def test_power_of_a_ratio_is_near_that_of_statsmodels():
    from statsmodels.stats.rates import power_poisson_ratio_2indep

    oracle = power_poisson_ratio_2indep(12 * 1.13, 12, nobs1=80, value=1, alternative="two-sided")
    found = ratio_power(1.13, ([12.0] * 80, [12.0] * 80), 1.0)
    assert found == pytest.approx(float(oracle.power), abs=0.05)  # the dispersion is estimated, which costs a little
    assert ratio_power(1.13, ([12.0] * 80, [12.0] * 80), 2.0) < found - 0.1


def test_power_of_shifts_is_that_of_the_test_itself():
    rng = np.random.default_rng(9)
    counts = [int(one) for one in rng.poisson(1.7, 89)]
    mask = es.after_dates(89, DATES, 7)
    found = 0
    for _ in range(300):
        turned = np.roll(counts, int(rng.integers(0, 89)))
        found += es.follows([int(one) for one in turned + rng.poisson(turned * mask)], DATES, 7).p <= 0.05
    assert shift_power(2.0, counts, DATES, 7) == pytest.approx(found / 300, abs=0.09)
    assert shift_power(1.0, counts, DATES, 7) <= 0.06
    assert shift_power(2.0, counts, DATES, 7, lags=(1, 3, 7, 14)) < shift_power(2.0, counts, DATES, 7)


def test_smallest_effect_is_where_power_reaches_what_is_wanted():
    assert smallest_effect(lambda effect: min(1.0, effect / 5)) == pytest.approx(4.0, abs=0.05)
    assert smallest_effect(lambda _: 0.1) is None
