"""What the build works out from figures that strangers published, and what is said of a record that lacks its input."""

from __future__ import annotations

import csv
import json
import random
import re
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import real_case
from conftest import CORPORA

from generator.base.problems import ContentError
from generator.charts import published_chart
from generator.charts.days import days as days_picture
from generator.curated.computed_inputs import ARTICLE, INPUTS, PLATEAU
from generator.curated.library import load_kind
from generator.curated.measurements import Computation, Mark, Plot, Published, PublishedTable
from generator.dossier.computed import COMPUTED
from generator.dossier.computed.runs import runs_of, steps

ROOT = Path(__file__).parent.parent
MEASURED = CORPORA.parent.parent / "curated" / "measured"


@pytest.fixture(scope="module")
def records():
    """The measurements of this site, by id."""
    return {one.id: one for one in load_kind(ROOT / "content", Published)}


@pytest.fixture(scope="module")
def computed(records):
    """What the two records are worked out to."""
    return {name: COMPUTED[records[name].computed](records[name], ()) for name in ("same-tasks", "agent-errors")}


def estimate(computed, *words):
    """The one figure whose name has all these words."""
    found = [one for what, one in computed.estimates if all(word in what for word in words)]
    assert len(found) == 1, (words, [what for what, _ in computed.estimates])
    return found[0]


def rows(table):
    """Rows by the names of their columns."""
    return [dict(zip(table.columns, row, strict=True)) for row in table.rows]


def table(one, id):
    """A table of a record or of what was worked out."""
    return next(found for found in one.tables if found.id == id)


# ---- the same tasks ----


def test_cost_rose_by_half_with_the_client_version(computed):
    found = computed["same-tasks"]
    run, task = (estimate(found, f"Cost of {words}") for words in ("a run", "the median task"))
    assert run.value == pytest.approx(17.05 / 11.19, abs=0.02)  # of days, where the review has the medians of runs
    assert task.value == pytest.approx(1.51, abs=0.04)
    assert 1.42 < run.low < run.value < run.high < 1.62
    assert run.p < 0.001
    assert "17.05" in found.answer
    assert "11.19" in found.answer
    assert "5.53" in found.answer


def test_on_one_day_two_versions_had_two_prices(computed):
    """31 March: 2.1.88 at 07:32 cost 11.25, 2.1.87 at 15:27 16.78; runs of one day and version differ by far less."""
    pair = estimate(computed["same-tasks"], "31 March", "2.1.87", "2.1.88")
    assert pair.value == pytest.approx(16.78 - 11.25)
    assert pair.p == pytest.approx(1 / (1 + pair.n))
    assert pair.n == 56
    other = estimate(computed["same-tasks"], "one day, 4 March")
    assert other.value == pytest.approx(11.03 - 11.34)
    assert other.p > 0.2


def test_cost_by_groups_of_versions_and_every_step(computed, records):
    groups = {row["Versions"]: row for row in rows(table(computed["same-tasks"], "by-version"))}
    medians = {words: row["Median USD"] for words, row in groups.items()}
    assert medians == pytest.approx(
        {"to 2.1.71": 11.2, "2.1.72": 13.2, "2.1.73 to 2.1.87": 17.1, "2.1.88": 11.25, "2.1.89 and later": 12.4},
        abs=0.06,
    )
    assert sum(row["Runs"] for row in groups.values()) == 111
    runs = runs_of(records["same-tasks"])
    assert [(before.version, after.version) for before, after in steps(runs, 1.0)][2:] == [
        ("2.1.71", "2.1.71"), ("2.1.71", "2.1.72"), ("2.1.72", "2.1.74"), ("2.1.87", "2.1.88"), ("2.1.88", "2.1.87"),
        ("2.1.87", "2.1.89"),
    ]  # fmt: skip


def test_time_follows_the_date_and_the_week_of_the_article_is_not_unusual(computed):
    found = computed["same-tasks"]
    week = estimate(found, "Seconds a task, 17 to 23 March against", "(11.94 against 10.90)")
    assert week.low < 1 < week.value < week.high
    assert week.p > 0.05
    rank = estimate(found, "17 to 23 March", "stretches of 7 days")
    assert (rank.n, rank.value, rank.p) == (49, pytest.approx(9 / 49), pytest.approx(9 / 49))
    plateau = estimate(found, "14 to 27 March", "stretches of 14 days")
    assert (plateau.n, plateau.value) == (42, pytest.approx(1 / 42))
    ratio = estimate(found, "14 to 27 March against", "(12.25 against 10.79)")
    assert 1.03 < ratio.low < ratio.value < ratio.high < 1.25


def test_slow_tasks_and_two_minutes_are_as_at_other_times(computed):
    found = computed["same-tasks"]
    assert estimate(found, "Slow tasks").p > 0.3
    over = estimate(found, "120 seconds", "1 of 2,460 against 14 of 15,744")
    assert over.low < 1 < over.high
    assert over.n == 111 * 164


def test_weekdays_are_slower_most_of_all_in_the_fortnight(computed):
    found = {(row["Days"], row["Kind of day"]): row for row in rows(table(computed["same-tasks"], "weekdays"))}
    gaps = [
        found[words, "weekday"]["Median seconds"] - found[words, "weekend"]["Median seconds"]
        for words in ("14 to 27 March", "all other days")
    ]
    assert gaps == pytest.approx([1.51, 0.57], abs=0.02)


def test_runs_of_the_record_are_those_that_were_handed_over(records):
    if not MEASURED.is_dir():
        pytest.skip("the figures that were handed over are not beside this repository")
    wanted = [
        (f"{row['run_utc'][:10]}", f"{row['run_utc'][11:13]}:{row['run_utc'][13:]}", row["client_version"],
         *(float(row[name]) for name in ("tasks", "cost_usd_total", "cost_usd_median", "duration_s_median",
                                         "duration_s_p95", "output_tokens_mean", "tasks_over_120_s")))
        for row in csv.DictReader((MEASURED / "same-tasks-by-run.csv").read_text().splitlines())
    ]  # fmt: skip
    assert [tuple(row) for row in table(records["same-tasks"], "runs").rows] == wanted
    weeks = [
        (row["week_from_monday"], *(int(value) for name, value in row.items() if name != "week_from_monday"))
        for row in csv.DictReader((MEASURED / "agent-sessions-by-week.csv").read_text().splitlines())
    ]
    assert [tuple(row) for row in table(records["agent-errors"], "weeks").rows] == weeks


# ---- errors of agents ----


def test_server_errors_of_the_week_with_sessions_days_and_stretches_as_units(computed):
    found = computed["agent-errors"]
    sessions = estimate(found, "Server errors", "4 of 230 against 1 of 829")
    assert sessions.p == pytest.approx(0.00903, abs=1e-4)
    assert sessions.low > 1
    named = estimate(found, "from 15 March", "4 of 230 against 1 of 588")
    assert named.p == pytest.approx(0.024, abs=0.002)
    unnamed = estimate(found, "unnamed", "4 of 230 against 10 of 829")
    assert unnamed.low < 1
    assert unnamed.p > 0.4
    days = estimate(found, "Days with a server error", "2 of 7 against 1 of 38")
    assert days.p == pytest.approx(0.059, abs=0.002)
    rank = estimate(found, "stretches of seven days")
    assert (rank.n, rank.value) == (58, pytest.approx(4 / 58))


def test_limits_begin_after_the_promotion(computed):
    found = computed["agent-errors"]
    for words in ("0 of 656 against 14 of 403", "0 of 415 against 14 of 403", "0 of 14 against 11 of 17"):
        one = estimate(found, words)
        assert (one.value, one.low) == (0, 0)
        assert one.high < 0.3
        assert one.p < 0.001


def test_days_add_up_to_the_weeks_of_another_counting(records):
    """The days were counted again from the originals; the weeks are those that were handed over."""
    sums = defaultdict(lambda: [0, 0, 0])
    for row in rows(table(records["agent-errors"], "days")):
        day = date.fromisoformat(row["Day"])
        for place, column in enumerate(("Sessions", "Server errors", "Limit refusals")):
            sums[day - timedelta(days=day.weekday())][place] += row[column]
    weeks = {
        date.fromisoformat(row["Week from Monday"]): [row["Sessions"], row["Server errors"], row["Limit refusals"]]
        for row in rows(table(records["agent-errors"], "weeks"))
    }
    assert dict(sums) == weeks


def announced(first, last):
    """Incidents of the API or of all surfaces that touch a span: how many, their hours added, and counted once."""
    found = sorted(
        (max(one.start, first), min(one.end, last), one.end - one.start)
        for one in real_case.library().incidents
        if one.end and {"api", "all"} & set(one.scope) and one.start < last and one.end > first
    )
    once, until = timedelta(), first
    for start, end, _ in found:
        once += max(timedelta(), end - max(start, until))
        until = max(until, end)
    return len(found), sum((whole for *_, whole in found), timedelta()) / timedelta(hours=1), once / timedelta(hours=1)


@pytest.mark.slow
def test_hours_that_the_vendor_announced_follow_from_its_incidents(records):
    days = [
        datetime(2026, month, day, tzinfo=UTC) for month, day in ((3, 16), (4, 27), (3, 20), (4, 1), (3, 17), (3, 24))
    ]
    whole, march, week = (announced(*ends) for ends in zip(days[::2], days[1::2], strict=True))
    one = records["monitor-blind"]
    hours = [row["Hours"] for row in rows(table(one, "hours"))]
    assert hours[:3] == pytest.approx([whole[2], march[2], week[2]], abs=0.06)
    assert (whole[0], march[0]) == (39, 8)
    assert march[1] == pytest.approx(32.2, abs=0.06)  # AIWatch adds 32.5, with one that names no component of the API
    assert "39 incidents" in one.shows


@pytest.mark.slow
def test_errors_are_inside_the_incidents_that_the_table_names(records):
    incidents = [one for one in real_case.library().incidents if {"api", "all"} & set(one.scope)]
    for row in rows(table(records["agent-errors"], "hours")):
        at = re.match(r"(\d+) March (\d\d):(\d\d)(?:$|:| and)", row["Time UTC"])
        if at:
            moment = datetime(2026, 3, *map(int, at.groups()), tzinfo=UTC)
            around = [one for one in incidents if one.start <= moment <= (one.end or one.start)]
            assert bool(around) == (row["Announced incident"] != "none"), row


@pytest.mark.slow
def test_article_and_promotion_are_those_of_the_case():
    case = real_case.library().case
    assert (case.article_window_start, case.article_window_end) == ARTICLE
    promotion = next(event for event in real_case.library().events if event.id == "E-049")
    assert promotion.start.date() + timedelta(days=1) == PLATEAU[0]
    assert promotion.end.date() - timedelta(days=1) == PLATEAU[1]


# ---- nothing happened ----


def changed(one, columns):
    """The record with other cells: a function by column, of the number of the row and its old cell."""
    needed = INPUTS[one.computed].table
    tables = []
    for old in one.tables:
        found = old
        if old.id == needed:
            new = [
                tuple(
                    columns[name](number, cell) if name in columns else cell
                    for name, cell in zip(found.columns, row, strict=True)
                )
                for number, row in enumerate(found.rows)
            ]
            found = old.model_copy(update={"rows": tuple(new)})
        tables.append(found)
    return one.model_copy(update={"tables": tuple(tables)})


def test_even_runs_give_no_difference(records):
    even = dict.fromkeys(("USD a run", "USD a task", "Seconds", "Slow seconds"), lambda *_: 10.0)
    found = COMPUTED[Computation.SAME_TASKS](changed(records["same-tasks"], even | {"Over 120 s": lambda *_: 0}), ())
    assert estimate(found, "Cost of a run").value == pytest.approx(1)
    assert estimate(found, "Seconds a task, 17 to 23 March against").p == 1
    assert estimate(found, "14 to 27 March", "stretches").p == 1
    assert table(found, "steps").rows[0][0] == "none"
    assert not [what for what, _ in found.estimates if "120 seconds" in what]


def test_seconds_in_another_order_are_seldom_unusual(records):
    """The same seconds, days shuffled: the p is small about as often as it says."""
    one, small = records["same-tasks"], 0
    seconds = [row["Seconds"] for row in rows(table(one, "runs"))]
    for seed in range(12):
        shuffled = seconds[:]
        random.Random(seed).shuffle(shuffled)
        found = COMPUTED[Computation.SAME_TASKS](changed(one, {"Seconds": lambda number, _, s=shuffled: s[number]}), ())
        small += estimate(found, "Seconds a task, 14 to 27 March against").p <= 0.05
    assert small <= 3


@pytest.mark.parametrize("name", ["same-tasks", "agent-errors"])
def test_whatever_the_figures_are_a_page_can_be_made_of_them(records, name):
    """No errors, errors everywhere, one session: no exception, and every number is one that JSON can hold."""
    kinds = [lambda *_: 0, lambda number, _: number % 3]
    for kind in kinds:
        count = dict.fromkeys(("Server errors", "Limit refusals", "Unnamed failures", "Over 120 s"), kind)
        sessions = {
            "Sessions": lambda *_: 6,
            "Client version": lambda number, _: f"{(2, 2, 9999, 1)[number % 4]}.1.{number}",
        }
        found = COMPUTED[records[name].computed](changed(records[name], count | sessions), ())
        json.dumps([one.json() for _, one in found.estimates], allow_nan=False)
        assert all(one.text for _, one in found.estimates)
        for made in found.tables:
            assert not made.plot or published_chart(made, made.plot).svg


# ---- a record that lacks its input ----


HEAD = """\
- {id: one, title: One, result: One., by: A, url: "https://example.org/", period: March, sample: S, method: M, raw: public,
   raw_where: W, shows: S, shows_not: N, judgement: J, computed: COMPUTED, tables: [
"""
AGENTS = HEAD.replace("COMPUTED", "agent-errors") + """\
  {id: days, title: Days, columns: [Day, Sessions, Server errors, Limit refusals, Unnamed failures], rows: [
    ['2026-03-02', 5, 0, 0, 0],
    ['2026-03-03', 5, 0, 0, 0],
    ['2026-03-17', 5, 1, 0, 0],
    ['2026-03-18', 5, 1, 0, 0],
    ['2026-04-01', 5, 0, 1, 0],
    ['2026-04-02', 5, 0, 1, 1]]}]}
"""  # fmt: skip
RUNS = HEAD.replace("COMPUTED", "same-tasks") + """\
  {id: runs, title: Runs, columns: [Day, Hour, Client version, Tasks, USD a run, USD a task, Seconds, Slow seconds, Over 120 s], rows: [
    ['2026-03-02', '07:10', 2.1.50, 9, 5, 1, 5, 9, 0],
    ['2026-03-03', '07:10', 2.1.50, 9, 5.5, 1, 5, 9, 0],
    ['2026-03-17', '07:10', 2.1.77, 9, 7, 1, 5, 9, 0],
    ['2026-03-18', '07:10', 2.1.77, 9, 7.5, 1, 5, 9, 0]]}]}
"""  # fmt: skip


def problems(tmp_path, text):
    """The mistakes of such a file: line, column, code and message."""
    (tmp_path / "measurements").mkdir()
    (tmp_path / "measurements" / "published.yml").write_text(text, encoding="utf-8")
    with pytest.raises(ContentError) as caught:
        load_kind(tmp_path, Published)
    return [(one.line, one.column, one.code, f"{one.message} {one.hint}") for one in caught.value.problems]


@pytest.mark.parametrize("text", [AGENTS, RUNS])
def test_a_small_record_with_all_that_is_read_is_worked_out(tmp_path, text):
    (tmp_path / "measurements").mkdir()
    (tmp_path / "measurements" / "published.yml").write_text(text, encoding="utf-8")
    (one,) = load_kind(tmp_path, Published)
    found = COMPUTED[one.computed](one, ())
    json.dumps([made.json() for _, made in found.estimates], allow_nan=False)
    assert found.answer


@pytest.mark.parametrize(
    ("text", "old", "new", "line", "code", "words"),
    [
        (AGENTS, "id: days", "id: other", 2, "W-missing", 'a table "days"'),
        (AGENTS, "Limit refusals,", "Limits,", 3, "W-missing", 'a column "Limit refusals"'),
        (RUNS, "USD a task", "Usd a Task", 3, "W-missing", 'did you mean "Usd a Task"'),
        (RUNS, "Slow seconds, ", "", 3, "W-missing", '"Slow seconds"'),
        (AGENTS, "'2026-03-17', 5, 1", "'2026-03-17', 5, many", 6, "W-value", '"many" in "Server errors"'),
        (AGENTS, "'2026-03-17', 5, 1", "'2026-03-17', 5, -1", 6, "W-value", '"-1" in "Server errors"'),
        (AGENTS, "'2026-03-17', 5, 1", "'2026-03-17', 5, 1.5", 6, "W-value", "whole number"),
        (AGENTS, "'2026-03-17', 5, 1", "'2026-03-17', 9000000000, 1", 6, "W-value", "whole number"),
        (AGENTS, "'2026-03-17', 5, 1", "'2026-03-17', 5, null", 6, "W-value", '"None" in "Server errors"'),
        (AGENTS, "'2026-03-17'", "'2026-02-30'", 6, "W-value", "a day of 2026"),
        (AGENTS, "'2026-03-17'", "'1026-03-17'", 6, "W-value", "a day of 2026"),
        (AGENTS, "'2026-03-17'", "17", 6, "W-value", "a day of 2026"),
        (AGENTS, "'2026-03-17', 5, 1", "'2026-03-17', 5, 6", 6, "W-order", 'than in "Sessions"'),
        (RUNS, "'07:10', 2.1.77, 9, 7,", "'25:10', 2.1.77, 9, 7,", 6, "W-value", "an hour"),
        (RUNS, "2.1.77, 9, 7,", "newest, 9, 7,", 6, "W-value", "a version"),
        (RUNS, "2.1.77, 9, 7,", "2.1.77, 9, 0,", 6, "W-value", "above 0"),
        (RUNS, "2.1.77, 9, 7,", "2.1.77, 9, -7,", 6, "W-value", "above 0"),
        (RUNS, "2.1.77, 9, 7, 1, 5, 9, 0", "2.1.77, 9, 7, 1, 5, 9, 10", 6, "W-order", 'than in "Tasks"'),
        (RUNS, "'2026-03-17'", "'2026-04-17'", 3, "W-length", "17 to 23 March"),
        (RUNS, "'2026-03-02'", "'2026-02-02'", 3, "W-length", "21 February to 4 March"),
        (AGENTS, "'2026-04-02', 5", "'2026-04-01', 5", 3, "W-length", "from 30 March"),
        (AGENTS, "'2026-03-18', 5, 1,", "'2026-03-18', 0, 0,", 3, "W-length", "17 to 23 March"),
    ],
)  # fmt: skip
def test_what_is_missing_is_said_at_its_place(tmp_path, text, old, new, line, code, words):  # noqa: PLR0917
    assert old in text
    found = problems(tmp_path, text.replace(old, new, 1))
    assert any(at == line and kind == code and words in message for at, _, kind, message in found), found
    assert all(column > 0 for _, column, _, _ in found)


def test_an_uneven_row_is_reported_once_and_not_worked_out(tmp_path):
    found = problems(tmp_path, AGENTS.replace("'2026-03-17', 5, 1, 0, 0", "'2026-03-17', 5, 1, 0"))
    assert [(line, code) for line, _, code, _ in found] == [(6, "W-length")]


# ---- the picture ----


def plot(**fields):
    given = {"kind": "days", "label": "Day", "values": ("Count",), "axis": "Count", "sentence": "Few."}
    return Plot.model_validate(given | fields)


def drawn(plot_, records_):
    """Specification and rows by kind of the wide picture and of the one for phones."""
    found = []
    for spec, data in days_picture(records_, plot_):
        kinds = defaultdict(list)
        for row in data["rows"]:
            kinds[row["kind"]].append(row)
        found.append((spec, kinds))
    return found


def test_words_of_days_that_are_close_are_above_each_other_and_the_last_keeps_inside():
    days = [{"Day": f"2026-03-{day:02}", "Count": day} for day in range(1, 31)]
    marks = tuple(
        Mark(day=date(2026, 3, day), word=word) for day, word in ((10, "first"), (11, "second"), (30, "a long word"))
    )
    for _, kinds in drawn(plot(dates=marks), days):
        first, second, last = kinds["mark"]
        assert first["up"] > second["up"], "the second is written higher"
        assert last["side"] == "right"
    apart = tuple(Mark(day=date(2026, 3, day), word=word) for day, word in ((3, "one"), (18, "two")))
    assert {row["up"] for row in drawn(plot(dates=apart), days)[0][1]["mark"]} == {-3}


def test_panels_share_an_axis_unless_their_values_are_far_apart_and_words_are_written_once():
    days = [
        {"Day": f"2026-03-{day:02}", "Count": day * size, "Panel": f"panel {size}"}
        for size in (1, 100)
        for day in range(1, 9)
    ]
    marks = (Mark(day=date(2026, 3, 4), word="here"),)
    (spec, kinds), _ = drawn(plot(panel="Panel", dates=marks, band=("2026-03-02", "2026-03-03")), days)
    assert spec["resolve"]["scale"] == {"y": "independent"}
    assert [row.get("word") for row in kinds["mark"]] == ["here", None]
    assert len(kinds["band"]) == 2
    (near, _), _ = drawn(plot(panel="Panel"), [row | {"Count": 5} for row in days])
    assert "scale" not in near["resolve"]


@pytest.mark.parametrize("axis", ["Percent of requests", "Share of steps"])
def test_panels_of_parts_of_a_whole_share_an_axis_however_far_apart_they_are(axis):
    days = [{"Day": f"2026-03-0{day}", "Count": size, "Panel": f"panel {size}"} for size in (1, 100) for day in (1, 2)]
    for spec, _ in drawn(plot(panel="Panel", axis=axis), days):
        assert "scale" not in spec["resolve"]


@pytest.mark.parametrize(
    ("sizes", "said"), [((1, 100), "A note. Each panel has a scale of its own."), ((1, 2), "A note.")]
)
def test_a_picture_whose_panels_have_scales_of_their_own_says_so(sizes, said):
    rows = tuple((f"2026-03-0{day}", size, f"panel {size}") for size in sizes for day in (1, 2))
    table = PublishedTable(id="far", title="X", columns=("Day", "Count", "Panel"), rows=rows, note="A note.")
    chart = published_chart(table, plot(panel="Panel"), drawn=lambda *_: ("<svg/>", 1, 1))
    assert chart.note == said


def test_picture_of_days_fits_a_page_and_a_phone():
    columns, cells = (
        ("Day", "Count", "What"),
        (("2026-03-01", 1, "a rather long name of a panel"), ("2026-03-09", 90, "b")),
    )
    made = PublishedTable(id="t1", title="T", columns=columns, rows=cells, plot=plot(panel="What"))
    chart = published_chart(made, made.plot)
    assert chart.width <= 644
    assert chart.narrow.width <= 328
    assert "a rather long name of a panel" in chart.svg
