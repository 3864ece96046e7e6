"""The cost of the same tasks, run by run: data and words are those of the table, and names have a place."""

from __future__ import annotations

import re
from statistics import median

import pytest
import real_case
from public_library import dossier

from generator.charts import base, published_chart
from generator.charts.runs import apart, runs
from generator.curated.measurements import Plot, PublishedTable
from generator.pages import claims
from generator.pages.parts.drawn import pictured, same_work

COLUMNS = ("Day", "Hour", "Version", "Group", "USD")
PLOT = Plot(
    kind="runs", label="Day", hour="Hour", name="Version", group="Group", values=("USD",), axis="USD a run",
    band=("2026-03-17", "2026-03-23"), band_label="article", sentence="Seen.",
)  # fmt: skip
ROWS = (
    *((f"2026-03-{day:02}", "07:24", "2.1.71", "to 2.1.71", 11.0) for day in range(1, 10)),
    *((f"2026-03-{day:02}", "15:27", "2.1.74", "2.1.73 and later", 17.0) for day in range(12, 31)),
    ("2026-03-31", "07:32", "2.1.88", "2.1.88", 11.25),
    ("2026-03-31", "15:27", "2.1.87", "2.1.73 and later", 16.78),
)


def records(rows=ROWS):
    return [dict(zip(COLUMNS, row, strict=True)) for row in rows]


def test_every_run_is_a_point_at_its_hour_and_every_group_has_its_median():
    (_, data), (_, phone) = runs(records(), PLOT)
    assert [(point["at"], point["value"]) for point in data["points"]] == [
        (f"{day}T{hour}:00Z", usd) for day, hour, _, _, usd in ROWS
    ]
    assert {level["group"]: level["value"] for level in data["levels"]} == {
        group: median(row[4] for row in ROWS if row[3] == group) for group in {row[3] for row in ROWS}
    }
    assert phone["points"] == data["points"]
    assert {tuple(name["lines"]) for name in data["names"]} == {("to 2.1.71: 11.00",), ("2.1.73 and later: 17.00",)}


def test_the_two_versions_of_one_day_that_differ_most_are_named_and_no_other_two():
    one, other = apart(records(), PLOT)
    assert (one["Version"], other["Version"]) == ("2.1.88", "2.1.87")
    (_, data), _ = runs(records(), PLOT)
    assert [line for label in data["pair"] for line in label["lines"]] == [
        "31 Mar, 07:32", "2.1.88: 11.25", "31 Mar, 15:27", "2.1.87: 16.78",
    ]  # fmt: skip
    same = [row for row in ROWS if row[2] != "2.1.87"]
    assert apart(records(same), PLOT) is None
    assert runs(records(same), PLOT)[0][1]["pair"] == []
    assert apart(records(), PLOT.model_copy(update={"name": None})) is None


def test_axis_begins_at_zero_and_leaves_room_for_the_names():
    for spec, _ in runs(records(), PLOT):
        domains = [layer["encoding"]["y"].get("scale", {}).get("domain") for layer in spec["layer"]]
        assert {tuple(domain) for domain in domains if domain}
        assert all(domain[0] == 0 and domain[1] > 17 for domain in domains if domain)


def test_one_run_alone_and_groups_without_a_name_can_be_drawn():
    for rows, plot in ((ROWS[:1], PLOT), (ROWS, PLOT.model_copy(update={"group": None, "band": (), "hour": None}))):
        table = PublishedTable(id="one", title="One", columns=COLUMNS, rows=rows, plot=plot)
        chart = published_chart(table, plot)
        assert chart.narrow.width <= base.NARROW + 20
        assert chart.width <= base.WIDTH + 20  # no label pushes the picture out of its width
        assert set(re.findall(r"#[0-9a-f]{6}\b", chart.svg)) <= set(base._DARK)


@pytest.mark.slow
def test_sentence_of_the_real_runs_says_what_the_table_holds():
    computed = real_case.dossier().computed["same-tasks"]
    table = computed.tables[0]
    days = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    before = median(row["USD a run"] for row in days if row["Day"] <= "2026-03-04")
    week = median(row["USD a run"] for row in days if "2026-03-17" <= row["Day"] <= "2026-03-23")
    ratio = computed.estimates[0][1]
    said = table.plot.sentence
    assert f"{before:.2f} USD a run until 4 March and {week:.2f} in the article's week" in said
    assert ratio.interval in said
    pair = apart(days, table.plot)
    assert all(f"{row['USD a run']:.2f}" in said and row["Client version"] in said for row in pair)


@pytest.mark.slow
def test_picture_is_where_the_case_argues_with_it():
    real = real_case.dossier()
    assert same_work(real).id == "cost-by-run"
    shown = {
        bearing.claim: bearing.picture for one in real.library.published for bearing in one.bears_on if bearing.picture
    }
    assert {"C-100", "C-101", "C-012"} <= set(shown)
    for one in real.library.published:
        for bearing in one.bears_on:
            assert not bearing.picture or pictured(real, one, bearing.picture), bearing
    page = next(page for page in claims.pages(real) if page.path.endswith("c/C-101/"))
    names = {file.name for file in page.downloads}
    assert {file.name for _, chart in page.context.pictures for file in chart.downloads()} <= names
    assert not page.citation.figures  # it is cited on the page of its measurement


def test_no_measurement_no_picture():
    assert same_work(dossier()) is None
