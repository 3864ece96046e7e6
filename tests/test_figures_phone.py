"""On a phone the cited break of a finding is in the picture, whatever its place; no chart of a finding is cut."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.charts import base, breaks_chart, days_chart, shares_chart, thread_chart
from generator.charts.phone import around_cited
from generator.dossier.rows import ThreadRow
from generator.records.results import DayShare, DaySum

FEW = 24


def row(position, *, reason=None, cited=False):
    return ThreadRow(
        position=position, request=f"req{position}", at=datetime(2026, 3, 17, tzinfo=UTC), expected=1000, read=900,
        written=10, uncached=0, output=5, pause=1.0, lifetime="1h", reason=reason, cited=cited, source="log-0001 line 1",
    )  # fmt: skip


def thread(length, **at):
    """Plain requests but for those named `p<place>`, each a reason: "" for cited alone."""
    named = {int(place[1:]): reason for place, reason in at.items()}
    return [row(n, cited=n in named, reason=(named.get(n) or None) if n in named else None) for n in range(length)]


def drawn_with():
    seen = []

    def draw(spec, data):
        seen.append((spec, data))
        return ("<svg/>", 1, 1)

    return seen, draw


@given(st.integers(1, 400), st.data())
def test_the_cited_break_is_always_shown_with_its_neighbours(length, data):
    place = data.draw(st.integers(0, length - 1))
    rows = thread(length, **{f"p{place}": "unexplained"})
    shown = around_cited(rows, FEW)
    assert rows[place] in shown
    assert len(shown) == min(FEW, length)
    assert [one.position for one in shown] == list(range(shown[0].position, shown[0].position + len(shown)))


def test_what_nothing_explains_goes_before_what_has_a_reason_and_that_before_what_is_only_cited():
    everything = thread(300, p3="", p80="lifetime-elapsed", p200="unexplained")
    assert everything[200] in around_cited(everything, FEW)
    two = thread(300, p3="", p80="lifetime-elapsed")
    assert two[80] in around_cited(two, FEW)
    one = thread(300, p150="")
    assert one[150] in around_cited(one, FEW)
    assert around_cited(thread(300), FEW)[0].position == 0


def test_the_picture_for_phones_shows_that_part_and_says_that_it_is_one():
    seen, draw = drawn_with()
    thread_chart(thread(300, p200="unexplained"), drawn=draw)
    (_, whole), (spec, part) = seen
    assert len({bar["place"] for bar in whole["bars"]}) == 300
    assert len({bar["place"] for bar in part["bars"]}) == FEW
    assert len(part["cited"]) == len(part["breaks"]) == 1
    assert spec["layer"][0]["encoding"]["x"]["title"] == "Position; 24 of 300 requests"
    assert sum(bool(label["label"]) for label in part["labels"]) <= 8
    seen.clear()
    thread_chart(thread(20, p19="unexplained"), drawn=draw)
    assert seen[1][0]["layer"][0]["encoding"]["x"]["title"] == "Request, by its position"
    assert len(seen[1][1]["breaks"]) == 1


@pytest.mark.parametrize("days", [1, 4, 40])
def test_every_chart_of_logs_has_a_form_for_phones(days):
    shares = [DayShare(day=f"2026-03-{n % 28 + 1:02}", hits=n, trials=50) for n in range(min(days, 28))]
    sums = [
        DaySum(
            day=f"2026-03-{n % 28 + 1:02}",
            model="m",
            requests=1,
            cache_read_tokens=5,
            cache_write_tokens=2,
            input_tokens=1,
            output_tokens=1,
        )
        for n in range(min(days, 28))
    ]
    charts = (
        thread_chart(thread(days, p0="unexplained")),
        breaks_chart({f"reason {n}": n + 1 for n in range(min(days, 20))}, 500),
        shares_chart(shares, "Newest entry"),
        days_chart(sums),
    )
    for chart in charts:
        assert chart.narrow.width <= base.NARROW + 12, chart.id
        assert chart.narrow_light in {file.name for file in chart.downloads()}
