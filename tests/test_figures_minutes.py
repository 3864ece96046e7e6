"""Minutes a week with an open announcement: overlaps once, weeks cut at Monday, never more than a week has."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
import real_case
from hypothesis import given
from hypothesis import strategies as st
from public_library import LIBRARY, dossier, incident

from generator.charts import base, incidents_chart, minutes_chart
from generator.charts.minutes import OF_A_WEEK, merged, minutes_by_week
from generator.charts.weeks import WEEK, monday
from generator.pages import incidents

MONDAY = datetime(2026, 3, 16, tzinfo=UTC)


def spell(hours, length, *, scope=("claude-code",), id="inc"):
    start = MONDAY + timedelta(hours=hours)
    return incident(id, start, scope, end=start + timedelta(hours=length))


def test_announcements_that_overlap_touch_or_lie_within_are_counted_once():
    assert minutes_by_week([spell(0, 2), spell(1, 2)]) == {date(2026, 3, 16): 180}
    assert minutes_by_week([spell(0, 2), spell(2, 1)]) == {date(2026, 3, 16): 180}
    assert minutes_by_week([spell(0, 9), spell(1, 2), spell(8, 2)]) == {date(2026, 3, 16): 600}
    assert minutes_by_week([spell(0, 1), spell(5, 1)]) == {date(2026, 3, 16): 120}
    assert minutes_by_week([spell(3, 0)]) == {}


def test_an_announcement_over_midnight_on_sunday_is_in_both_weeks():
    assert minutes_by_week([spell(-1, 3)]) == {date(2026, 3, 9): 60, date(2026, 3, 16): 120}
    assert minutes_by_week([spell(-1, 24 * 15)]) == {
        date(2026, 3, 9): 60, date(2026, 3, 16): OF_A_WEEK, date(2026, 3, 23): OF_A_WEEK, date(2026, 3, 30): 23 * 60,
    }  # fmt: skip


SPELLS = st.lists(st.tuples(st.integers(-400, 400), st.integers(0, 500)), min_size=1, max_size=30)


@given(SPELLS)
def test_no_week_has_more_than_its_minutes_and_none_is_lost(spells):
    found = [spell(*one) for one in spells]
    minutes = minutes_by_week(found)
    assert all(0 < count <= OF_A_WEEK and week.weekday() == 0 for week, count in minutes.items())
    once = {hour for start, length in spells for hour in range(start, start + length)}
    assert round(sum(minutes.values())) == 60 * len(once)
    spans = merged((one.start, one.end) for one in found)
    assert all(end < begin for (_, end), (begin, _) in pairwise(spans))


def chart_of(*found):
    return minutes_chart(dossier(library=LIBRARY.model_copy(update={"incidents": found})))


def test_table_sentence_and_weeks_agree():
    found = (
        spell(-24 * 7, 3, scope=("claude-ai", "claude-code"), id="inc-a"),
        spell(2, 1, scope=("all",), id="inc-b"),
        spell(2, 5, scope=("claude-code",), id="inc-c"),
        spell(24 * 8, 2, scope=("api",), id="inc-d"),
    )
    chart = chart_of(*found)
    by_column = dict(zip(chart.columns, zip(*chart.rows, strict=True), strict=True))
    assert by_column["All incidents"] == (180, 300, 120)
    assert by_column["Claude Code"] == (180, 300, 0)
    assert by_column["claude.ai"] == (180, 0, 0)  # "all" names no product
    assert by_column["API"] == (0, 0, 120)
    assert by_column["All incidents, percent of the week"] == (1.8, 3.0, 1.2)
    assert "4 announcements" in chart.sentence
    assert "600 minutes in 3 weeks" in chart.sentence
    assert "16 Mar has most, 300 minutes, 3.0 % of the week" in chart.sentence
    assert set(re.findall(r"#[0-9a-f]{6}\b", chart.svg)) <= set(base._DARK)


def test_weeks_without_an_announcement_are_there_and_empty():
    chart = chart_of(spell(0, 1, id="inc-a"), spell(24 * 22, 1, id="inc-b"))
    assert [row[1] for row in chart.rows] == [60, 0, 0, 60]


def test_no_incident_no_picture():
    with pytest.raises(ValueError, match="no incident"):
        chart_of()
    page = next(incidents.pages(dossier(library=LIBRARY.model_copy(update={"incidents": ()}))))
    assert page.context.minutes is None
    assert page.downloads == ()


def test_the_month_chart_speaks_of_products_that_were_affected_and_not_of_titles():
    chart = incidents_chart(dossier())
    assert "titles" not in chart.title + chart.sentence + chart.note
    assert "affected" in chart.title


@pytest.mark.slow
def test_real_minutes_are_within_their_weeks_and_no_product_has_more_than_all():
    chart = minutes_chart(real_case.dossier())
    for row in chart.rows:
        assert 0 <= max(row[2:-1]) <= row[1] <= OF_A_WEEK
    assert all(later[0] - row[0] == WEEK for row, later in pairwise(chart.rows))
    assert chart.rows[0][0] == monday(real_case.library().incidents[0].start.date())


def test_a_window_outside_the_weeks_shown_widens_no_picture():
    chart = chart_of(spell(24 * 200, 2))
    assert chart.width <= base.WIDTH + 12
    assert chart.narrow.width <= base.NARROW + 20
    assert "1 announcement of 2 October 2026 was open for 120 minutes" in chart.sentence
