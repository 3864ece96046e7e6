"""How the tests are run: what is long, what comes first, and what is said of its cost."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import costs
import pytest
import shares
import turns


def item(file, case="", marks=(), needs=()):
    """A collected test, as far as it is asked."""
    made = SimpleNamespace(nodeid=f"{file}::test{case}", path=Path(file), fixturenames=needs, marks=list(marks))
    made.get_closest_marker = lambda name: next((mark for mark in made.marks if mark.name == name), None)
    made.add_marker = lambda mark: made.marks.append(mark.mark)
    return made


def test_of_a_sampled_test_the_first_and_each_nth_case_stay_and_the_others_are_the_long_form():
    cases = [item("a", f"[{number}]", [pytest.mark.sampled(3).mark]) for number in range(7)]
    other = item("a", "s[0]")
    shares.mark_the_rest([cases[0], other, *cases[1:]])
    assert [one.get_closest_marker("full") is None for one in cases] == [True, False, False, True, False, False, True]
    assert other.get_closest_marker("full") is None


@pytest.mark.parametrize(("full", "fast"), [(1000, 200), (100, 20), (60, 20), (10, 10)])
def test_the_long_form_draws_every_example_and_the_fast_one_a_fifth(full, fast, monkeypatch):
    monkeypatch.setitem(shares._form, "full", False)
    assert shares.drawn(full) == fast
    monkeypatch.setitem(shares._form, "full", True)
    assert shares.drawn(full) == full


def test_each_shared_site_is_begun_by_a_file_of_its_own_and_quick_files_come_last():
    slow = [pytest.mark.slow.mark]
    both = item("both", marks=slow, needs=("full_site", "story"))
    full, story = item("full", marks=slow, needs=("full_site",)), item("story", marks=slow, needs=("story",))
    more, alone, quick = item("more", marks=slow, needs=("story",)), item("alone", marks=slow), item("quick")
    given = [quick, both, alone, story, more, full]
    assert turns.arranged(given) == [full, story, alone, both, more, quick]


def test_files_are_told_by_cost_and_a_dear_test_without_the_mark_is_named():
    tests = Counter({"a::one": 4.0, "b::one": 11.0, "b::two": 12.0, **{f"{n}::x": 0.1 for n in range(20)}})
    said = costs.summary(tests, {"a::one", "b::one"})
    assert [line.split()[-1] for line in said[1:3]] == ["b", "a"]
    assert len(said) == 1 + costs.FILES + 1
    assert said[-1].startswith("warning: b::one cost 11 s")


def test_a_run_that_only_collects_says_nothing_of_costs():
    assert costs.summary(Counter(), set()) == []
