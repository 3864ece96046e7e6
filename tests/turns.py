"""The order of test files, which workers take one at a time: none waits for a site that another builds, none is left with a
long file at the end.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

SHARED = ("full_site", "story", "built_case")
"""Fixtures that are built once for all workers, the dearest first."""
BEGINS, ALONE, READS, QUICK = range(4)


def arranged(items: list[pytest.Item]) -> list[pytest.Item]:
    """A file for each shared site to begin with, then slow files that share none, those that read one, and quick ones."""
    turns = turns_of(items)
    return sorted(items, key=lambda item: turns[item.path])


def turns_of(items: list[pytest.Item]) -> dict[Path, tuple[int, int]]:
    """The turn of each file; less is earlier."""
    needs: dict[Path, set[str]] = defaultdict(set)
    slow: set[Path] = set()
    for item in items:
        needs[item.path] |= set(SHARED) & set(getattr(item, "fixturenames", ()))
        if item.get_closest_marker("slow"):
            slow.add(item.path)
    turns = {
        path: (ALONE if not shared else READS, 0) if path in slow else (QUICK, 0) for path, shared in needs.items()
    }
    for place, site in enumerate(SHARED):
        first = next((path for path, shared in needs.items() if shared == {site} and path in slow), None)
        if first is not None:
            turns[first] = (BEGINS, place)
    return turns
