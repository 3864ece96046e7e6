"""Stretches compared where neighbours are alike: against the whole covariance matrix, Student's t, and simulated series."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal, t, ttest_ind

from generator.statistics.neighbours import ALIKE, TRIED, neighbours_ratio
from generator.statistics.rates import exact_rate


def by_matrices(places, values, inside):
    """The same from the covariance matrix of all values; the likelihood without level, effect and scale by quadrature."""
    logs, places = np.log(values), np.asarray(places)
    design = np.column_stack([np.ones(len(logs)), np.asarray(inside, float)])
    degrees, apart = len(logs) - 2, np.abs(places[:, None] - places)
    weights, parts = [], []
    for alike in np.linspace(*ALIKE, TRIED):
        inverse = np.linalg.inv(np.sign(alike) ** apart * np.abs(alike) ** apart)
        known = np.linalg.inv(design.T @ inverse @ design)
        found = known @ design.T @ inverse @ logs
        rest = logs - design @ found
        squares = rest @ inverse @ rest
        weights.append(
            0.5 * np.linalg.slogdet(inverse)[1] + 0.5 * np.linalg.slogdet(known)[1] - degrees / 2 * np.log(squares)
        )
        parts.append(t(degrees, found[1], np.sqrt(squares / degrees * known[1, 1])))
    weights = np.exp(np.array(weights) - max(weights))
    grid = np.linspace(-3, 3, 60_001)
    below = sum(weight * part.cdf(grid) for weight, part in zip(weights / weights.sum(), parts, strict=True))
    return np.exp(np.interp((0.025, 0.5, 0.975), below, grid))


@pytest.mark.parametrize("seed", range(4))
def test_it_is_the_same_as_by_the_covariance_of_all_values(seed):
    rng = np.random.default_rng(seed)
    places = sorted(rng.choice(40, 24, replace=False).tolist())  # with gaps
    values, inside = np.exp(rng.normal(size=24) * 0.2), [8 <= at < 15 for at in range(24)]
    found = neighbours_ratio(places, values, inside)
    assert (found.low, found.value, found.high) == pytest.approx(by_matrices(places, values, inside), rel=2e-3)


def test_one_correlation_alone_has_the_likelihood_of_the_normal_distribution():
    """The weights: the restricted likelihood is the normal one integrated over level and effect, at the scale found."""
    rng = np.random.default_rng(9)
    logs, sides = rng.normal(size=6), np.array([0, 0, 1, 1, 0, 0.0])
    from generator.statistics.neighbours import _fit

    def marginal(alike):
        apart = np.abs(np.arange(6)[:, None] - np.arange(6))
        wide = 1e5 * (np.ones((6, 6)) + np.outer(sides, sides))  # level and effect can be anything
        scales = np.exp(np.linspace(-2, 3, 400))
        found = [
            multivariate_normal.pdf(logs, np.zeros(6), scale**2 * np.sign(alike) ** apart * abs(alike) ** apart + wide)
            for scale in scales
        ]
        return np.log(np.trapezoid(found, np.log(scales)))

    told = [_fit(np.ones(5, int), logs, sides, alike)[2] for alike in (0.1, 0.7)]
    assert told[1] - told[0] == pytest.approx(marginal(0.7) - marginal(0.1), abs=0.02)


def test_days_that_are_alike_widen_the_interval():
    """The same days with their order shuffled look independent, and the interval is narrower; of twenty series."""
    rng, inside = np.random.default_rng(11), [24 <= at <= 30 for at in range(56)]

    def width(values):
        found = neighbours_ratio(range(56), values, inside)
        return np.log(found.high / found.low)

    days = [series(rng, 56, 0.8) for _ in range(20)]
    assert np.median([width(one) / width(rng.permutation(one)) for one in days]) > 1.3


def test_independent_days_give_nearly_the_interval_of_student():
    rng = np.random.default_rng(4)
    logs, inside = rng.normal(size=300) * 0.1, rng.random(300) < 0.4
    found, usual = neighbours_ratio(range(300), np.exp(logs), inside), ttest_ind(logs[inside], logs[~inside])
    ends = usual.confidence_interval()
    assert np.log([found.low, found.high]) == pytest.approx([ends.low, ends.high], abs=0.1 * (ends.high - ends.low))
    assert found.p == pytest.approx(usual.pvalue, abs=0.1)


@pytest.mark.parametrize(
    ("values", "inside"),
    [([1, 2, 3], [True, False, True]), ([1, 2, 3, 4], [True] * 4), ([1, 2, 0, 4], [True, False, True, False])],
)
def test_what_cannot_be_compared_is_refused(values, inside):
    with pytest.raises(ValueError, match="places"):
        neighbours_ratio(range(len(values)), values, inside)


def test_sides_without_any_scatter_have_a_ratio_and_no_width():
    found = neighbours_ratio(range(6), [2.0] * 3 + [4.0] * 3, [False] * 3 + [True] * 3)
    assert (found.low, found.high) == pytest.approx((2, 2))


def series(rng, days, correlation, runs=2):
    """One value a day, the middle of two runs; nothing happens in it."""
    level = np.empty(days)
    level[0] = rng.normal()
    for day in range(1, days):
        level[day] = correlation * level[day - 1] + (1 - correlation**2) ** 0.5 * rng.normal()
    return np.median(np.exp(0.08 * level[:, None] + 0.05 * rng.normal(size=(days, runs))), axis=1)


CASES = [
    (57, 24, 31, 0.0),
    (57, 24, 31, 0.6),
    (57, 24, 38, 0.0),
    (57, 24, 38, 0.6),
    (19, 12, 19, 0.0),
    (19, 12, 19, 0.6),
]


@pytest.mark.parametrize("many", [60, pytest.param(1000, marks=pytest.mark.full)])
@pytest.mark.parametrize(("days", "begin", "end", "correlation"), CASES)
def test_it_holds_the_truth_as_often_as_it_says(days, begin, end, correlation, many):
    """A week or a fortnight of eight weeks, and a week beside twelve days, as the pages compare them; and its p with it."""
    rng = np.random.default_rng(round(100 * correlation) + days + end)
    inside = [begin <= at < end for at in range(days)]
    found = [neighbours_ratio(range(days), series(rng, days, correlation), inside) for _ in range(many)]
    held, rejected = sum(one.low <= 1 <= one.high for one in found), sum(one.p < 0.05 for one in found)
    print(f"{days} days, {end - begin} inside, correlation {correlation}: {held} of {many}")
    assert held + rejected == many
    share = exact_rate(held, many)
    assert share.high >= 0.93
    assert share.low <= 0.975  # where neighbours are not alike it is somewhat too wide
