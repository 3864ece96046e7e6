"""How much of a long list `make test` runs: a share that is the same every time. `make test-full` runs all of it."""

from __future__ import annotations

from collections import Counter

import pytest

FEWEST = 20
"""Examples that a property draws at least."""
_form = {"full": False}


def choose(*, full: bool) -> None:
    """Before tests are collected: which form the run has."""
    _form["full"] = full


def drawn(full: int) -> int:
    """Examples that a property draws of `full`: a fifth, not fewer than `FEWEST`, unless the run has the long form."""
    return full if _form["full"] else min(full, max(full // 5, FEWEST))


def mark_the_rest(items: list[pytest.Item]) -> None:
    """Of a parametrized test with the mark `sampled(n)` the first case and each n-th after it stay; the others are `full`."""
    seen: Counter[str] = Counter()
    for item in items:
        sampled = item.get_closest_marker("sampled")
        if sampled is None:
            continue
        test = item.nodeid.partition("[")[0]
        if seen[test] % sampled.args[0]:
            item.add_marker(pytest.mark.full)
        seen[test] += 1
