"""Charts: what they count, what they say, and that the same data gives the same bytes everywhere."""

from __future__ import annotations

import csv
import hashlib
import io
import os
import re
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from public_library import LIBRARY, dossier, event, report

from generator.charts import (
    base,
    breaks_chart,
    days_chart,
    incidents_chart,
    reports_chart,
    thread_chart,
    timeline_chart,
)
from generator.charts.files import csv_bytes
from generator.charts.logs import thread_data, thread_template
from generator.charts.public import surface_group
from generator.charts.strip import ROWS, mark_of
from generator.charts.weeks import day_range, monday, touches_article, weeks
from generator.curated.counting import is_user_report
from generator.dossier.rows import ThreadRow
from generator.records.results import DaySum

DAYS = st.dates(date(2024, 1, 1), date(2027, 12, 31))


def row(position, expected, read, written, *, reason=None, cited=False):
    at = datetime(2026, 3, 17, 14, position, tzinfo=UTC)
    return ThreadRow(
        position, f"r{position}", at, expected, read, written, 3, 200, 20.0, "5m", reason, cited, "log-0001 line 8"
    )


CHAIN = (
    row(1, None, 20_000, 1_000),
    row(2, 21_000, 21_000, 900),
    row(3, 21_900, 0, 22_500, reason="unexplained", cited=True),
    row(4, 22_500, 22_500, 800, cited=True),
    row(5, 23_300, 4_000, 20_000, reason="expired-lifetime"),
)
SUMS = tuple(
    DaySum(
        day=f"2026-03-{day}",
        model=model,
        requests=1,
        input_tokens=10,
        cache_write_tokens=200,
        cache_read_tokens=3000,
        output_tokens=50,
    )
    for day, model in (("18", "claude-opus-4-6"), ("17", "claude-opus-4-6"), ("17", "claude-sonnet-4-6"))
)


@cache
def charts():
    whole = dossier()
    return (
        thread_chart(CHAIN),
        breaks_chart({"compaction": 30, "unexplained": 10}, 4_000),
        days_chart(SUMS),
        reports_chart(whole),
        incidents_chart(whole),
        timeline_chart(whole),
    )


def pictures():
    return [
        (f"{chart.id}{suffix}", svg)
        for chart in charts()
        for suffix, svg in (("", chart.svg), ("-narrow", chart.narrow.svg if chart.narrow else ""))
        if svg
    ]


def colours(svg):
    return set(re.findall(r'(?:fill|stroke)="([^"]+)"', svg)) - {"none", "transparent"}


def luminance(colour):
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.slow
def test_same_data_gives_the_same_bytes_in_every_time_zone():
    program = (
        "import hashlib, public_library as p, generator.charts as c\n"
        "d = p.dossier()\n"
        "print(hashlib.sha256(''.join(f(d).svg for f in (c.reports_chart, c.timeline_chart)).encode()).hexdigest())"
    )
    here = hashlib.sha256("".join(charts()[place].svg for place in (3, 5)).encode()).hexdigest()
    for zone in ("America/Los_Angeles", "UTC"):
        environment = os.environ | {"TZ": zone, "PYTHONPATH": str(Path(__file__).parent)}
        answer = subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
        )
        assert answer.stdout.strip() == here


def test_drawing_one_chart_leaves_the_next_one_alone():
    assert thread_chart(CHAIN).svg == charts()[0].svg
    assert "datasets" not in thread_template()


def text_chart(text):
    return f'<svg><g aria-label="{base.SOFT}"><text fill="{base.INK}">{text.replace("<", "&lt;").replace(">", "&gt;")}</text></g></svg>'


def test_every_colour_has_a_dark_twin_so_that_none_is_left_behind():
    for name, svg in pictures():
        assert colours(svg) <= set(base._DARK), name
        assert not colours(base.dark(svg)) & (set(base._DARK) - set(base._DARK.values())), name


def test_dark_picture_differs_in_colours_only():
    for _, svg in pictures():
        assert re.sub(r"#[0-9a-f]{6}", "", svg) == re.sub(r"#[0-9a-f]{6}", "", base.dark(svg))


def test_a_label_that_names_a_colour_keeps_its_word():
    said = f"a <{base.INK}> of b"
    chart = text_chart(said)
    assert base.INK in base.dark(chart).replace(f'"{base.INK}"', "")
    assert re.sub(r">[^<]*<", "", base.dark(chart)) != re.sub(r">[^<]*<", "", chart)


@pytest.mark.parametrize("theme", [lambda colour: colour, base._DARK.get], ids=["light", "dark"])
def test_text_and_marks_stand_out_from_the_card(theme):
    card = theme(base.CARD)
    assert all(contrast(theme(colour), card) >= 4.5 for colour in (base.INK, base.SOFT))
    assert all(contrast(theme(colour), card) >= 3 for colour in (base.ALERT, base.SERIES[0]))
    assert all(contrast(theme(text), theme(base.BAND)) >= 4.5 for text in (base.INK, base.SOFT))


def test_series_can_be_told_apart_without_seeing_hues():
    for palette in (base.SERIES, [base._DARK[colour] for colour in base.SERIES]):
        assert min(contrast(one, other) for place, one in enumerate(palette) for other in palette[place + 1 :]) > 1.25


def test_text_is_never_under_12_px_where_a_phone_shows_it():
    for name, svg in pictures():
        scale = 300 / base.NARROW if name.endswith("narrow") else 520 / base.WIDTH
        sizes = [float(size) for size in re.findall(r'font-size="([\d.]+)px"', svg)]
        assert sizes, name
        assert min(sizes) * scale >= 10.5, name  # small print: the position of a request


def test_pictures_load_nothing_and_carry_no_script():
    for name, svg in pictures():
        assert not re.search(r"href=|<script|<style|<foreignObject|url\((?!#)", svg), name


def test_downloads_are_what_the_page_names():
    for chart in charts():
        names = {file.name for file in chart.downloads()}
        assert {chart.svg_light, chart.svg_dark, chart.csv} <= names
        assert {chart.narrow_light, chart.narrow_dark} - {""} <= names
        table = next(file.content for file in chart.downloads() if file.name == chart.csv).decode()
        rows = list(csv.reader(io.StringIO(table)))
        assert rows[0] == list(chart.columns)
        assert len(rows) == len(chart.rows) + 1


def test_csv_never_begins_a_cell_with_a_formula():
    cells = ("=1+1", "+1", "-1", "@x", "\tx", "plain", None, -5, date(2026, 3, 1))
    written = next(csv.reader(io.StringIO(csv_bytes(["=head"] * len(cells), [cells]).decode().splitlines()[1])))
    assert written == ["'=1+1", "'+1", "'-1", "'@x", "'\tx", "plain", "", "-5", "2026-03-01"]
    assert csv_bytes(["=head"], []) == b"'=head\r\n"


def test_thread_sentence_sets_expected_against_read_of_the_cited_requests():
    sentence = charts()[0].sentence
    assert "5 requests of one thread, 2 of them cited" in sentence
    assert "a read of 44,400 tokens was expected of the cited ones, 22,500 were read" in sentence
    assert "2 breaks, 1 unexplained" in sentence


def test_thread_sentence_sums_the_request_of_the_finding_and_not_the_call_before_it_that_is_explained():
    """As F-7BRBRXYP: two are cited, and the loss of the first has an explanation."""
    rows = (
        row(4, 36_145, 28_228, 10_663, reason="unread-last-write", cited=True),
        row(5, 38_891, 36_273, 3_101, reason="unexplained", cited=True),
    )
    said = "a read of 38,891 tokens was expected of 1 request of the finding, 36,273 were read"
    assert said in thread_chart(rows, loss=(38_891, 36_273)).sentence
    said = "a read of 36,145 tokens was expected of 1 request of the finding, 28,228 were read"
    assert said in thread_chart(rows, loss=(36_145, 28_228)).sentence


def test_thread_sentence_sums_all_requests_that_the_finding_sums():
    rows = (
        row(4, 100, 90, 10, reason="retry", cited=True),
        row(5, 1_000, 0, 1_000, reason="unexplained", cited=True),
        row(6, 2_000, 0, 2_000, reason="unexplained", cited=True),
    )
    said = "a read of 3,000 tokens was expected of 2 requests of the finding, 0 were read"
    assert said in thread_chart(rows, loss=(3_000, 0)).sentence
    assert "expected of the cited ones, 90 were read" in thread_chart(rows, loss=(7, 7)).sentence


def test_a_share_that_is_not_nothing_is_never_written_as_nothing():
    chart = breaks_chart({"unexplained": 1, "retry": 9, "interrupt": 996}, 25_333)
    assert [line[3] for line in chart.rows] == ["3.9 %", "0.036 %", "0.0039 %"]
    assert [line[2] for line in chart.rows] == ["99.0 %", "0.9 %", "0.099 %"]
    assert "1 of these breaks (0.099 %) stay unexplained" in chart.sentence


def test_thread_draws_no_expectation_where_the_log_has_none():
    data = thread_data(CHAIN)
    assert [mark["place"] for mark in data["expected"]] == [1, 2, 3, 4]
    assert [mark["place"] for mark in data["cited"]] == [2, 3]
    assert [(mark["place"], mark["mark"]) for mark in data["breaks"]] == [(2, "Unexplained"), (4, "Explained break")]


def test_long_threads_label_few_positions():
    labels = [mark["label"] for mark in thread_data([row(place, 9, 9, 9) for place in range(60)])["labels"]]
    assert 10 < sum(map(bool, labels)) <= 24


@pytest.mark.parametrize("empty", [lambda: thread_chart(()), lambda: breaks_chart({}, 5), lambda: days_chart(())])
def test_no_data_is_an_error_and_no_empty_picture(empty):
    with pytest.raises(ValueError, match="no"):
        empty()


def test_breaks_are_ranked_and_carry_their_share_of_breaks_and_of_steps():
    chart = charts()[1]
    assert chart.rows == (("compaction", 30, "75.0 %", "0.8 %"), ("unexplained", 10, "25.0 %", "0.2 %"))
    assert (
        "Of 4,000 steps, 40 (1.0 %) broke the identity; 10 of these breaks (25.0 %) stay unexplained" in chart.sentence
    )


def test_days_add_models_up_and_stand_in_order():
    assert charts()[2].rows == (("2026-03-17", 6000, 400, 20, 100), ("2026-03-18", 3000, 200, 10, 50))


def test_reports_count_users_once_and_neither_echo_nor_press_nor_vendor():
    chart = charts()[3]
    counted = {week: total for week, *_, total in chart.rows}
    assert sum(counted.values()) == 4
    assert counted[date(2026, 3, 16)] == 2
    assert counted[date(2026, 3, 23)] == 1
    assert all(sum(parts) == total for _, *parts, total in chart.rows)
    assert chart.sentence.startswith("4 user reports from 1 February to 30 April 2026")
    assert "17 to 23 March 2026, have 2." in chart.sentence
    assert chart.sentence.endswith("Control months: 1 before the window, 1 after it.")


def test_report_of_several_surfaces_is_in_no_single_one():
    by_id = {found.id: surface_group(found, dossier()) for found in LIBRARY.reports}
    assert by_id["several"] == "Other or several"
    assert by_id["last-of-article"] == "claude.ai", "a variant belongs to its surface"
    assert surface_group(report("firm", date(2026, 3, 1), surfaces=("enterprise",)), dossier()) == "Other or several"


def test_incident_months_have_no_gap_and_titles_without_product_stand_apart():
    chart = charts()[4]
    assert [line[0] for line in chart.rows] == ["2025-12", "2026-01", "2026-02", "2026-03", "2026-04"]
    march = dict(zip(chart.columns, chart.rows[3], strict=True))
    assert march["All incidents"] == 1
    assert march["No product named"] == 1
    assert march["Claude Code"] == 0
    assert "0 to 1 in each month before the window" in chart.sentence
    assert "Only in the table: Enterprise and Team (0)" in chart.note


def test_strip_draws_a_day_as_a_whole_day_and_a_moment_as_a_line():
    start = datetime(2026, 3, 20, tzinfo=UTC)
    assert mark_of(event("E-001", start, day_only=True), date(2026, 4, 30))["to"] == "2026-03-21T00:00:00Z"
    assert "to" not in mark_of(event("E-001", start), date(2026, 4, 30))


def test_strip_cuts_a_period_at_the_end_of_the_window_and_ends_with_its_last_day():
    start = datetime(2026, 4, 20, tzinfo=UTC)
    long = event("E-001", start, end=start + timedelta(days=30), day_only=True)
    short = event("E-001", start, end=start + timedelta(days=2), day_only=True)
    assert mark_of(long, date(2026, 4, 30))["to"] == "2026-05-01T00:00:00Z"
    assert mark_of(short, date(2026, 4, 30))["to"] == "2026-04-23T00:00:00Z"


def test_every_kind_of_event_has_a_row():
    kinds = type(LIBRARY.events[0]).model_fields["kind"].annotation.__args__
    assert set(ROWS) == set(kinds)


def test_events_outside_the_window_are_left_to_the_list_and_counted():
    chart = charts()[5]
    assert [line[0] for line in chart.rows] == ["E-002", "E-003", "E-004"]
    assert chart.rows[0][1:3] == ("2026-03-18 22:28", None)
    assert chart.rows[2][1:3] == ("2026-04-20", "2026-05-09")
    assert "in the list only: 1." in chart.note


@given(DAYS, st.integers(0, 400))
def test_weeks_are_mondays_without_gap_that_hold_both_ends(first, length):
    last = first + timedelta(days=length)
    found = weeks(first, last)
    assert all(week.weekday() == 0 for week in found)
    assert all(after - before == timedelta(days=7) for before, after in pairwise(found))
    assert found[0] <= first < found[0] + timedelta(days=7)
    assert found[-1] <= last < found[-1] + timedelta(days=7)


def test_weeks_of_the_article_are_those_that_share_a_day_with_it():
    marked = [week for week in weeks(date(2026, 3, 1), date(2026, 4, 5)) if touches_article(week, LIBRARY.case)]
    assert marked == [date(2026, 3, 16), date(2026, 3, 23)]


def test_user_report_is_first_hand_and_no_echo():
    kept = [found.id for found in LIBRARY.reports if is_user_report(found)]
    assert kept == ["before-one", "first-monday", "in-article", "last-of-article", "several", "after-one"]
    assert monday(date(2026, 3, 22)) == date(2026, 3, 16)


@pytest.mark.parametrize(
    ("first", "last", "text"),
    [
        (date(2026, 3, 17), date(2026, 3, 23), "17 to 23 March 2026"),
        (date(2026, 2, 1), date(2026, 4, 30), "1 February to 30 April 2026"),
        (date(2025, 11, 17), date(2026, 4, 30), "17 November 2025 to 30 April 2026"),
    ],
)
def test_ranges_of_days_name_each_part_once(first, last, text):
    assert day_range(first, last) == text
