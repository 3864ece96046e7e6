"""Figures: each keeps what it was drawn from, says the same as its table, and has a page, a PNG and an address for good."""

from __future__ import annotations

import importlib.resources
import json
import re
import struct
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache

import jsonschema
import pytest
from public_library import LIBRARY, dossier
from test_charts import CHAIN, SUMS

from generator.base import bundle as bundles
from generator.base.cards import draw_card
from generator.base.drawing import CLOCK, Picture, draw, filled
from generator.base.problems import ContentError
from generator.charts import (
    base,
    breaks_chart,
    days_chart,
    incidents_chart,
    meter_chart,
    published_chart,
    reports_chart,
    shares_chart,
    thread_chart,
    timeline_chart,
)
from generator.charts.base import Chart
from generator.charts.usage_overview import account_chart
from generator.curated.figure_ids import figure_id
from generator.curated.locked import Gone, Locked
from generator.curated.measurements import Plot, PublishedTable
from generator.dossier.rows import ReadingRow
from generator.pages import figures, plan
from generator.records.results import DayShare, Reconciliation, WindowBalance
from generator.records.rows import Window
from generator.site.context import SiteContext
from generator.site.twin import stamped

AT = datetime(2026, 3, 17, 9, tzinfo=UTC)
READINGS = tuple(
    ReadingRow(AT + timedelta(hours=hour), value, "percent", None, hour == 2, "log-0001")
    for hour, value in enumerate((3.0, 3.5, 41.0, 41.0))
)
SHARES = tuple(DayShare(day=f"2026-03-{day}", hits=hits, trials=20) for day, hits in (("17", 2), ("18", 11)))
DAYS = PublishedTable(
    id="runs",
    title="Cost of a run",
    columns=("Day", "USD", "Low", "High", "Version"),
    rows=(("2026-03-01", 11.25, 10.0, 12.5, "2.1.63"), ("2026-03-02", 17.5, 16.0, 19.0, "2.1.74 [a.b] <i>&amp;")),
    note=None,
    plot=None,
)
BARS = PublishedTable(
    id="bars",
    title="Share by version",
    columns=("Version", "Percent", "Low", "High"),
    rows=(("2.1.63", 36, 20, 50), ("2.1.74", 98, 90, 99)),
    note=None,
    plot=None,
)
MONTHS = PublishedTable(
    id="months", title="Issues", columns=("Month", "Issues"), rows=(("2026-02", 120), ("2026-03", 340)), plot=None
)
SPANS = PublishedTable(
    id="spans",
    title="Lifetimes",
    columns=("What", "First", "Last"),
    rows=(("five minutes", "2026-02-01", "2026-03-05"), ("one hour", "2026-03-06", "2026-03-20")),
    plot=None,
)


def window(**given):
    known = {"account": "a" * 16, "window": Window.FIVE_HOUR, "start": AT, "end": AT + timedelta(hours=5)}
    known |= {"readings": 9, "longest_gap": 60, "moved": 40.0, "calls": 12, "unpriced": 0, "cost_usd": 3.0, "others": 4}
    return WindowBalance(**{**known, **given})


ACCOUNT = Reconciliation(
    windows=(window(predicted=177.3, low=-274.2, high=-17.6), window(start=AT + timedelta(days=1)))
)


def plotted(table, kind, **given):
    return published_chart(table, Plot(kind=kind, sentence="A sentence.", axis="Number", **given))


@cache
def charts():
    whole = dossier()
    return {
        "thread": thread_chart(CHAIN),
        "breaks": breaks_chart({"compaction": 30, "unexplained": 10}, 4_000),
        "days": days_chart(SUMS),
        "reports": reports_chart(whole),
        "incidents": incidents_chart(whole),
        "timeline": timeline_chart(whole),
        "meter": meter_chart(READINGS),
        "shares": shares_chart(SHARES, "Refusals"),
        "account": account_chart(ACCOUNT),
        "runs": plotted(DAYS, "days", label="Day", values=("USD",), low="Low", high="High"),
        "bars": plotted(BARS, "bars", label="Version", values=("Percent",), low="Low", high="High"),
        "months": plotted(MONTHS, "months", label="Month", values=("Issues",)),
        "spans": plotted(SPANS, "spans", label="What", values=("First", "Last")),
    }


NAMES = ("thread", "breaks", "days", "reports", "incidents", "timeline", "meter", "shares", "account", "runs", "bars",
         "months", "spans")  # fmt: skip


def spec_of(chart):
    files = {file.name: file.content for file in chart.downloads()}
    return json.loads(files[chart.spec])


@cache
def validator():
    text = importlib.resources.files("altair.vegalite.v6.schema").joinpath("vega-lite-schema.json").read_text("utf-8")
    return jsonschema.Draft7Validator(json.loads(text))


def views(part):
    if isinstance(part, dict):
        if "mark" in part:
            yield part
        for name, value in part.items():
            if name not in {"datasets", "config"}:
                yield from views(value)
    elif isinstance(part, list):
        for one in part:
            yield from views(one)


# ---- the specification ----


@pytest.mark.parametrize("name", NAMES)
def test_a_specification_is_one_of_vega_lite_with_its_data_inside(name):
    chart = charts()[name]
    spec = spec_of(chart)
    assert [error.message[:200] for error in validator().iter_errors(spec)] == []
    assert spec["description"] == chart.sentence
    assert spec["usermeta"]["figure"] == chart.id
    assert spec["datasets"]
    assert '"url"' not in json.dumps(spec)
    live = json.loads(chart.live)
    assert [error.message[:200] for error in validator().iter_errors(live["wide"])] == []
    if chart.narrow:
        assert [error.message[:200] for error in validator().iter_errors({**live["wide"], **live["narrow"]})] == []
        assert drawn_of({**live["wide"], **live["narrow"]}).width == chart.narrow.width
    else:
        assert live["narrow"] is None


def numbers(values):
    return sorted(value for value in values if isinstance(value, int | float) and not isinstance(value, bool))


DRAWN = {
    "thread": lambda data, rows: (
        numbers(row["tokens"] for row in data["bars"]), numbers(value for row in rows for value in row[2:4])
    ),
    "breaks": lambda data, rows: (numbers(row["count"] for row in data["rows"]), numbers(row[1] for row in rows)),
    "days": lambda data, rows: (
        numbers(row["tokens"] for row in data["rows"]), numbers(value for row in rows for value in row[1:])
    ),
    "reports": lambda data, rows: (
        numbers(row["count"] for row in data["bars"]), numbers(value for row in rows for value in row[1:-1] if value)
    ),
    "meter": lambda data, rows: (numbers(row["value"] for row in data["rows"]), numbers(row[1] for row in rows)),
    "shares": lambda data, rows: (
        numbers(row["share"] for row in data["rows"]), numbers(row[1] / row[2] for row in rows)
    ),
    "runs": lambda data, rows: (
        numbers(row.get(key) for row in data["rows"] for key in ("value", "low", "high")),
        numbers(value for row in rows for value in row[1:4]),
    ),
    "bars": lambda data, rows: (
        numbers(row.get(key) for row in data["rows"] for key in ("value", "low", "high")),
        numbers(value for row in rows for value in row[1:4]),
    ),
    "months": lambda data, rows: (numbers(row["value"] for row in data["rows"]), numbers(row[1] for row in rows)),
    "spans": lambda data, rows: (
        sorted(row["from"][:10] for row in data["rows"]), sorted(row[1] for row in rows)
    ),
    "timeline": lambda data, rows: (
        sorted(row["id"] for name in ("bars", "ticks") for row in data[name] if row.get("id", "").startswith("E-")),
        sorted(row[0] for row in rows),
    ),
    "account": lambda data, rows: (numbers(row["moved"] for row in data["windows"]), numbers(row[3] for row in rows)),
}  # fmt: skip


@pytest.mark.parametrize("name", DRAWN)
def test_what_is_drawn_are_the_values_of_the_table(name):
    chart = charts()[name]
    drawn, told = DRAWN[name](spec_of(chart)["datasets"], chart.rows)
    assert drawn == pytest.approx(told) if told and isinstance(told[0], float) else drawn == told
    assert told


def test_months_of_incidents_are_those_of_the_table():
    chart = charts()["incidents"]
    cells = {(row[0], head): row[place] for row in chart.rows for place, head in enumerate(chart.columns)}
    drawn = spec_of(chart)["datasets"]["rows"]
    assert drawn
    assert all(cells[row["name"], row["panel"]] == row["count"] for row in drawn)


@pytest.mark.parametrize("name", NAMES)
def test_every_mark_that_is_told_has_its_field_in_the_data(name):
    """A tooltip of a field that no row has would be an empty line; one at least is told."""
    spec = spec_of(charts()[name])
    known = {key for rows in spec["datasets"].values() for row in rows for key in row}
    told = [one for view in views(spec) for one in view["encoding"].get("tooltip", ())]
    assert told
    assert {one["field"] for one in told} <= known
    assert all(one["title"] for one in told)


def test_words_of_a_tooltip_are_those_of_the_table():
    spec = spec_of(charts()["runs"])
    told = next(view["encoding"]["tooltip"] for view in views(spec) if "tooltip" in view["encoding"])
    assert [one["title"] for one in told] == list(DAYS.columns)
    rows = [row for row in spec["datasets"]["rows"] if row["kind"] == "row"]
    assert [rows[1][one["field"]] for one in told] == ["2026-03-02", "17.5", "16", "19", "2.1.74 [a.b] <i>&amp;"]


def test_no_text_of_a_record_ends_the_element_that_the_live_chart_is_in():
    live = charts()["runs"].live
    assert not set("<>&") & set(live)
    assert "<i>&amp;" in json.loads(live)["wide"]["datasets"]["rows"][1]["told4"]


def test_a_picture_that_was_drawn_in_another_way_has_no_specification():
    chart = replace(charts()["meter"], svg=str.__str__(charts()["meter"].svg), narrow=None)
    assert (chart.spec, chart.live) == ("", "")
    assert not [file.name for file in chart.downloads() if file.name.endswith(".json")]


def test_simulated_data_says_so_wherever_its_specification_is_drawn():
    chart = replace(charts()["meter"], simulated=True)
    assert spec_of(chart)["title"]["text"] == "SIMULATED"
    assert json.loads(chart.live)["wide"]["title"]["text"] == "SIMULATED"
    assert "SIMULATED" in drawn_of(spec_of(chart)).svg
    assert "title" not in spec_of(charts()["meter"])


def drawn_of(spec):
    return draw({name: value for name, value in spec.items() if name != "datasets"}, spec["datasets"])


def test_the_specification_names_its_page_snapshot_and_licence():
    chart, site = charts()["meter"], SiteContext.of(dossier())
    file = next(file for file in chart.downloads() if file.name == chart.spec)
    said = json.loads(stamped(file, site, "2026-03/g/x/").content)["usermeta"]
    assert said["page"].endswith("2026-03/g/x/")
    assert said["snapshot"] == site.snapshot
    assert said["licence"] == site.licence
    assert said["title"] == chart.title


# ---- axes ----


@pytest.mark.parametrize("name", NAMES)
def test_no_picture_tells_the_hour_by_am_and_pm(name):
    for svg in (charts()[name].svg, charts()[name].narrow.svg if charts()[name].narrow else ""):
        assert not re.search(r">[^<]*\b[AP]M\b[^<]*</text>", svg)


def test_an_axis_of_time_without_a_format_gets_the_clock_and_one_with_a_format_keeps_it():
    def axis(**given):
        x = {"field": "at", "type": "temporal", **given}
        other = {"mark": "point", "encoding": {"x": {"field": "at", "type": "temporal"}}}
        return filled({"layer": [{"mark": "line", "encoding": {"x": x}}, other]}, {})["layer"]

    assert [one["encoding"]["x"]["axis"]["labelExpr"] for one in axis()] == [CLOCK, CLOCK]
    assert axis(axis={"format": "%b"})[1]["encoding"]["x"].get("axis") is None
    assert axis(axis=None)[0]["encoding"]["x"]["axis"] is None
    panels = filled({"vconcat": [{"mark": "line", "encoding": {"x": {"field": "at", "type": "temporal"}}}]}, {})
    assert panels["vconcat"][0]["encoding"]["x"]["axis"]["labelExpr"] == CLOCK


def test_a_meter_ends_at_a_hundred_and_a_counter_does_not():
    def labels(chart):
        return [float(word.replace(",", "")) for word in re.findall(r">([\d,]+)</text>", chart.svg)]

    assert max(labels(charts()["meter"])) == 100
    counter = meter_chart(tuple(replace(one, unit="tokens", value=one.value * 1000) for one in READINGS))
    assert max(labels(counter)) == 40_000


def test_an_axis_of_percent_ends_at_a_hundred_though_labels_need_room():
    def ticks(axis):
        chart = published_chart(BARS, Plot(kind="bars", sentence="x", axis=axis, label="Version", values=("Percent",)))
        views_ = [view["encoding"]["x"] for view in views(spec_of(chart))]
        return next(x["axis"].get("values") for x in views_ if x.get("field") == "value" and "axis" in x)

    assert ticks("Percent of requests") == [0, 25, 50, 75, 100]
    assert ticks("Requests") is None


def test_a_prediction_beyond_the_meter_ends_with_an_arrow_and_is_told_whole():
    rows = spec_of(charts()["account"])["datasets"]["windows"]
    assert (rows[0]["predicted"], rows[0]["high"], rows[0]["beyond"]) == (None, 100, 100)
    assert [rows[0][f"told{place}"] for place in range(1, 5)] == ["40", "177.3", "57.6", "314.2"]
    assert rows[1]["beyond"] is None
    scales = [view["encoding"]["y"]["scale"]["domain"] for view in views(spec_of(charts()["account"]))]
    assert scales == [[0, 100]] * len(scales)


def test_an_interval_of_the_table_is_drawn():
    for name in ("runs", "bars"):
        rules = [view for view in views(spec_of(charts()[name])) if view["mark"]["type"] == "rule"]
        assert any(
            {"low", "high"} <= {one.get("field") for one in view["encoding"].values() if isinstance(one, dict)}
            for view in rules
        )


# ---- in pixels ----


@pytest.mark.parametrize("name", ["meter", "bars"])
def test_a_png_is_the_light_picture_on_white_twice_as_large(name):
    chart = charts()[name]
    png = draw_card(chart.on_paper)
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">IIBB", png[16:26]) == (2 * chart.width, 2 * chart.height, 8, 3)
    palette = png[png.index(b"PLTE") + 4 :]
    assert palette[:3] == b"\xff\xff\xff"
    assert b"tRNS" not in png
    assert "SIMULATED" in replace(chart, simulated=True).on_paper


# ---- pages ----


@cache
def planned():
    return dossier(), plan(dossier())


def made_of(whole):
    return plan(whole)


def test_each_figure_of_the_case_has_a_page_that_says_how_to_cite_it():
    whole, pages = planned()
    by_path = {page.path: page for page in pages}
    shown = [
        (page, chart)
        for page in pages
        for chart in (page.citation.charts if page.citation else ())
        if page.citation.places[chart.id] != page.path
    ]
    assert shown
    for owner, chart in shown:
        page = by_path[owner.citation.places[chart.id]]
        names = {file.name for file in page.files}
        assert {
            chart.csv,
            chart.svg_light,
            chart.spec,
            "index.json",
            "cite.bib",
            "cite.json",
            "cite.ris",
            "cite.txt",
        } <= names
        assert [one.png for one in page.citation.at_home(page.path)] == [chart.png]
        assert page.path in page.citation.text
        assert chart.sentence in page.citation.text
        assert page.path in owner.citation.figures[chart.id]
    hub = by_path[f"{whole.library.case.id}/figures/"]
    assert {one.path for group in hub.context.groups for one in group.figures} == {
        owner.citation.places[chart.id] for owner, chart in shown
    }


def test_the_figure_of_a_finding_has_the_page_of_the_finding():
    assert figure_id("m/same-tasks/", "cost-by-run") == "same-tasks-cost-by-run"
    assert figure_id("reports/", "reports-by-week") == "reports-by-week"
    assert figure_id("evidence/agentv/", "breaks-agentv") == "breaks-agentv"
    assert figure_id("evidence/specimen/account/", "account-chart") == "specimen-account-chart"
    assert figure_id("", "Weeks of_March") == "weeks-of-march"


def test_two_figures_at_one_address_are_refused():
    whole, pages = planned()
    chart = next(chart for page in pages if page.citation for chart in page.citation.charts)
    owner = next(page for page in pages if page.citation and chart in page.citation.charts)
    other = replace(chart, svg=Picture(chart.svg + " ", {}))
    twice = replace(owner, path="2026-03/other/", citation=replace(owner.citation, charts=(other,)))
    with pytest.raises(ContentError, match="have two figures at"):
        figures.figures_of(whole, (*pages, twice))
    same = replace(twice, citation=owner.citation)
    assert len(figures.figures_of(whole, (*pages, same))) == len(figures.figures_of(whole, pages))


def locked(id, **given):
    return Locked(kind="figure", id=id, first=date(2026, 11, 30), title="Reports", **given)


def test_a_figure_that_was_public_cannot_go_in_silence():
    _, pages = planned()
    made = [page for page in pages if "/g/" not in page.path and not page.path.endswith("/figures/")]
    lacking = dossier(locked=(*LIBRARY.locked, locked("no-more")))
    with pytest.raises(ContentError, match=r'the figure "no-more" was public .*witnessmark bury g/no-more'):
        tuple(figures.pages(lacking, made))
    buried = dossier(locked=(locked("no-more", gone=Gone(day=date(2026, 12, 1), reason="It was wrong.")),))
    assert tuple(figures.pages(buried, made))


def test_a_withdrawn_figure_has_a_tombstone_and_no_page_of_its_own():
    gone = Gone(day=date(2026, 12, 1), reason="It counted one week twice.")
    pages = {page.path: page for page in made_of(dossier(locked=(locked("reports-by-week", gone=gone),)))}
    assert pages["2026-03/g/reports-by-week/"].template == "gone.md.j2"
    reports = pages["2026-03/reports/"]
    assert reports.citation.places["reports-by-week"] == reports.path


def test_new_figures_are_those_that_the_list_of_ids_does_not_have():
    whole, pages = planned()
    new = dict(figures.new_figures(whole, pages))
    assert "reports-by-week" in new
    known = dossier(locked=(locked("reports-by-week"),))
    assert set(figures.new_figures(known, pages)) == set(new.items()) - {("reports-by-week", new["reports-by-week"])}


# ---- the script ----


def test_the_script_is_kept_and_named_by_what_decides_its_bytes(tmp_path, monkeypatch):
    made = []
    monkeypatch.setattr(bundles, "bundle", lambda: made.append(1) or "(() => {})();\n")
    for _ in range(2):
        assert bundles.kept_in(tmp_path)() == "(() => {})();\n"
    assert made == [1]
    name = bundles.file_name()
    assert re.fullmatch(r"vega-[0-9a-f]{12}\.js", name)
    monkeypatch.setattr(bundles, "SNIPPET", "window.other = 1;")
    assert bundles.file_name() != name


def test_colours_and_fonts_of_the_browser_are_those_of_the_pictures():
    text = (base_folder() / "figures.js").read_text("utf-8")
    pairs = re.findall(r'"(#[0-9a-f]{6})": "(#[0-9a-f]{6})"', text)
    assert dict(pairs) == base._DARK
    assert f'const FONTS = "{base.FONTS}";' in text
    assert f'const FONT = "{base.FONT}";' in text


def base_folder():
    from pathlib import Path

    return Path(__file__).parent.parent / "templates" / "assets"


def test_a_chart_keeps_its_constructor():
    """Fields with defaults only have come after those that every chart is made with."""
    assert Chart("id", "t", "s", 1, 1, (), (), "<svg/>").downloads()


def test_a_tip_writes_counts_with_separators_as_the_table_does():
    from generator.charts.told import fields

    told = {one["field"]: one.get("format") for one in fields(title="What", count="Counts", tokens="Tokens")}
    assert told == {"title": None, "count": ",", "tokens": ","}
