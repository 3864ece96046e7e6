"""Data without an effect: no test of the site rejects more often than it says. With one: intervals hold the truth.

The data sets look like those of the page: 23 weeks, or 89 days, with the rates and the scatter of the incidents. A test at
0.05 may reject so many of n that the lower end of the exact 95 % interval of its share is not above 0.05. The fast form
draws fewer sets than the long one, whose figures the page of methods tells.
"""

import math

import numpy as np
import pytest

from generator.statistics import change_points as cp
from generator.statistics import event_study as es
from generator.statistics.multiplicity import holm
from generator.statistics.neighbours import neighbours_ratio
from generator.statistics.rates import exact_rate
from generator.statistics.ratios import (
    Counted,
    exact_ratio,
    quasi_poisson_rate,
    quasi_poisson_ratio,
)

FORMS = [pytest.param(40, id="fast"), pytest.param(500, id="full", marks=pytest.mark.full)]
LONG = [pytest.param(80, id="fast"), pytest.param(2000, id="full", marks=pytest.mark.full)]
WEEKS, DAYS, DATES, LAGS = 23, 89, (4, 16, 40, 50, 58), (1, 3, 7, 14)
ONES = [1.0] * WEEKS
SCATTER = 1.25


def _counts(rng, means, dispersion):
    return [int(one) for one in cp.scattered(rng, np.array([means], float), dispersion)[0]]


def _week_and_rest(rng, ratio=1.0):
    """A week of its own and 12 others, the first as many times worse."""
    weeks = [Counted(one, 7) for one in _counts(rng, [11.9 * ratio] + [11.9] * 12, SCATTER)]
    return weeks[:1], weeks[1:]


def _halves(rng, ratio=1.0, dispersion=SCATTER):
    weeks = [Counted(one, 7) for one in _counts(rng, [9.0 * ratio] * 12 + [9.0] * 11, dispersion)]
    return weeks[:12], weeks[12:]


def _daily(rng):
    """Counts by day in bursts and with quiet Sundays: what a shift keeps."""
    weekday = np.where(np.arange(DAYS) % 7 == 6, 0.5, 1.1)
    return _counts(rng, 1.7 * weekday, 1.4)


def _drifting(rng, alike):
    """Weeks of a rate that drifts: its logarithm is correlated from week to week; counts scatter twice as far."""
    level = [rng.normal()]
    for _ in range(WEEKS - 1):
        level.append(alike * level[-1] + (1 - alike**2) ** 0.5 * rng.normal())
    spread = math.log1p(1 / 9)
    return [int(one) for one in rng.poisson(9 * np.exp(spread**0.5 * np.array(level) - spread / 2))]


def _neighbours(weeks, ratio=1.0):
    """The first twelve against the others, the first as many times worse."""
    values = [(hits + 0.5) * (ratio if at < 12 else 1) for at, hits in enumerate(weeks)]
    return neighbours_ratio(range(WEEKS), values, [at < 12 for at in range(WEEKS)])


TESTS = {
    "exact ratio, Poisson counts": lambda rng: (
        exact_ratio(Counted(int(rng.poisson(12)), 7), Counted(int(rng.poisson(133)), 78)).p
    ),
    "quasi-Poisson ratio, a week": lambda rng: quasi_poisson_ratio(*_week_and_rest(rng)).p,
    "quasi-Poisson ratio, halves": lambda rng: quasi_poisson_ratio(*_halves(rng)).p,
    "a step": lambda rng: cp.step_test(_counts(rng, [9.0] * WEEKS, 2.0), ONES, draws=199),
    "a step, weeks like their neighbours": lambda rng: cp.step_test(_drifting(rng, 0.5), ONES, draws=199),
    "weeks like their neighbours, halves": lambda rng: _neighbours(_drifting(rng, 0.5)).p,
    "a second step": lambda rng: cp.second_step_test(_counts(rng, [5.4] * 10 + [12.0] * 13, SCATTER), ONES, draws=199),
    "after dates": lambda rng: es.follows(_daily(rng), DATES, 7).p,
    "after dates, any lag": lambda rng: es.follows_at_any(_daily(rng), DATES, LAGS).p,
    "placebo dates": lambda rng: es.placebo(_daily(rng), DATES, 7, draws=199).p,
    "nearness to dates": lambda rng: es.nearness([int(one) for one in rng.integers(0, 59, 6)], DATES, 59).p,
    "Holm over four": lambda rng: min(
        holm(
            [
                quasi_poisson_ratio(*_week_and_rest(rng)).p,
                quasi_poisson_ratio(*_halves(rng)).p,
                es.follows_at_any(_daily(rng), DATES, LAGS).p,
                es.follows_at_any(_daily(rng), DATES, LAGS).p,
            ]
        )
    ),
}


@pytest.mark.parametrize("sets", FORMS)
@pytest.mark.parametrize("name", TESTS)
def test_no_test_rejects_more_often_than_it_says(name, sets):
    rng = np.random.default_rng(sorted(TESTS).index(name))
    rejected = sum(TESTS[name](rng) <= 0.05 for _ in range(sets))
    print(f"{name}: {rejected} of {sets}")
    assert exact_rate(rejected, sets).low <= 0.05, f"{name} rejects {rejected} of {sets} data sets without an effect"


def _date(rng):
    low, high = cp.date_interval(_counts(rng, [5.4] * 10 + [12.0] * 13, SCATTER), ONES, draws=199)
    return low <= 10 <= high


def _holds(found, truth):
    return found.low <= truth <= found.high


INTERVALS = {
    "exact ratio, Poisson counts": lambda rng: _holds(
        exact_ratio(Counted(int(rng.poisson(150)), 55), Counted(int(rng.poisson(75)), 55)), 2.0
    ),
    "quasi-Poisson ratio, a week": lambda rng: _holds(quasi_poisson_ratio(*_week_and_rest(rng, 2.0)), 2.0),
    "quasi-Poisson ratio, halves": lambda rng: _holds(quasi_poisson_ratio(*_halves(rng, 2.0, 2.4)), 2.0),
    "quasi-Poisson rate": lambda rng: _holds(
        quasi_poisson_rate([Counted(one, 1) for one in _counts(rng, [12.0] * 13, SCATTER)]), 12.0
    ),
    "date of a step": _date,
    "weeks like their neighbours, halves": lambda rng: _holds(_neighbours(_drifting(rng, 0.5), 2.0), 2.0),
    "weeks not like them, halves": lambda rng: _holds(_neighbours(_counts(rng, [9.0] * WEEKS, SCATTER), 2.0), 2.0),
}


@pytest.mark.parametrize("sets", LONG)
@pytest.mark.parametrize("name", INTERVALS)
def test_intervals_hold_the_truth_as_often_as_they_say(name, sets):
    """Between 93 and 97 %: of 2,000 sets, 1,000 times the interval of that share is 1 point wide to each side."""
    rng = np.random.default_rng(100 + sorted(INTERVALS).index(name))
    held = sum(INTERVALS[name](rng) for _ in range(sets))
    print(f"{name}: {held} of {sets}")
    found = exact_rate(held, sets)
    assert found.high >= 0.93
    assert found.low <= 0.97
    if sets >= 2000:
        assert 0.93 <= found.value <= 0.97, f"{name} holds the truth in {held} of {sets}"


def test_a_planted_effect_is_seen():
    """The tests can reject: of data sets with a large effect nearly all."""
    rng = np.random.default_rng(5)
    assert sum(quasi_poisson_ratio(*_halves(rng, 2.0)).p < 0.05 for _ in range(40)) >= 36
    found = sum(
        cp.step_test(_counts(rng, [5.0] * 11 + [15.0] * 12, SCATTER), ONES, draws=199) < 0.05 for _ in range(40)
    )
    assert found >= 36
    mask = es.after_dates(DAYS, DATES, 7)
    raised = sum(
        es.follows(_counts(rng, 1.7 * np.where(mask > 0, 3.0, 1.0), 1.4), DATES, 7).p <= 0.05 for _ in range(40)
    )
    assert raised >= 36
    assert not math.isnan(raised)
