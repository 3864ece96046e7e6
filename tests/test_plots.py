"""What cannot be drawn is refused at its cell; what passes is drawn."""

from __future__ import annotations

import pytest
from public_library import outside
from test_pages_measurements import RECORD, one, written

from generator.base.problems import ContentError
from generator.charts import published_chart
from generator.curated.library import load_kind
from generator.curated.measurements import Published

HEAD = RECORD[: RECORD.index("      columns:")]
DAYS = "[2026-03-01, 3], [2026-03-09, 1]"
SHADE = "band: [2026-03-02, 2026-03-03]"


def table(columns, rows, plot):
    return (
        f"{HEAD}      columns: [{columns}]\n      rows: [{rows}]\n      plot: {{axis: Calls, sentence: S., {plot}}}\n"
    )


def by_day(rows=DAYS, more=SHADE, kind="days"):
    return table("D, N", rows, f"kind: {kind}, label: D, values: [N], {more}")


def bars(rows, more="label: L"):
    return table("L, N, A, B", rows, f"kind: bars, values: [N], {more}")


CASES = [
    *((by_day(f"[{day}, 3], [2026-03-09, 1]", "rule: 1", kind), "W-date", f"{day}, ")
      for kind in ("days", "runs") for day in ("2026-02-30", "2026-13-01", "2025-02-29")),
    (table("L, F, T", "[a, 2026-02-30, 2026-03-01]", "kind: spans, label: L, values: [F, T]"), "W-date", "2026-02-30"),
    (table("L, F, T", "[a, 2026-03-02, 2026-03-01]", "kind: spans, label: L, values: [F, T]"), "W-order", "2026-03-01"),
    *((by_day("[2026-03-01, null], [2026-03-09, null]", "rule: 1", kind), "W-length", "[N]") for kind in ("days", "runs")),
    (bars("[a, null, 1, 2]"), "W-length", "[N]"),
    (by_day(more="band: [2026-03-03, 2026-03-02]"), "W-order", "2026-03-02]"),
    (by_day(more="band: [2024-03-03, 2026-03-02]"), "W-date", "2024-03-03"),
    (by_day(more="dates: [{day: 2029-12-31, word: w}]"), "W-date", "2029-12-31"),
    (by_day("[2026-03-01, 3], [2026-03-09, -1]", kind="runs"), "W-value", "-1]"),
    (bars("[a, 1, 3, 2]", "label: L, low: A, high: B"), "W-order", "2]"),
    (bars("[a, 1.0e308, 1, 2]"), "W-value", "1.0e308"),
    (bars("[a, 1, 1, 2]", "label: L, rule: 1.0e308"), "W-value", "1.0e308"),
    *((bars(f"[{word}, 1, 1, 2]"), "W-value", f"{word}, ") for word in ("constructor", "toString", "valueOf")),
    (bars("[a, 1, valueOf, 2]", "label: L, group: A"), "W-value", "valueOf"),
    (bars("[a, 1, 1, 2]").replace("axis: Calls", "axis: constructor"), "W-value", "constructor"),
    (bars("[a, 1, 1, 2]").replace("axis: Calls", "axis: 'a\\\"b'"), "W-char", "'a"),
    (table("M, toString", "[2026-03, 1]", "kind: months, label: M, values: [toString]"), "W-value", "toString], axis"),
    (table("M, N", "[2025-03, 1], [2026-03, 1]", "kind: months, label: M, values: [N]"), "W-twice", "2026-03"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "code", "at"), CASES)
def test_what_cannot_be_drawn_is_refused_at_its_place(tmp_path, text, code, at):
    with pytest.raises(ContentError) as caught:
        load_kind(written(tmp_path, text), Published, outside())
    [problem] = caught.value.problems
    line = text.splitlines()[problem.line - 1][problem.column - 1 :]
    assert (problem.code, line.startswith(at.partition("], axis")[0])) == (code, True), line


@pytest.mark.parametrize("kind", ["days", "runs"])
def test_what_is_sound_is_drawn(tmp_path, kind):
    [found] = load_kind(written(tmp_path, by_day(kind=kind)), Published, outside())
    assert published_chart(found.tables[0], found.tables[0].plot).height > 100


@pytest.mark.parametrize("head", ["a\\", 'a\\"b', "a\\b", '"'])
def test_heads_of_columns_keep_their_backslashes(head):
    plot = {"kind": "bars", "label": head, "values": ("N",), "axis": "A", "sentence": "S."}
    [drawn] = one(
        tables=({"id": "t1", "title": "T", "columns": (head, "N"), "rows": (("x", 3),), "plot": plot},)
    ).tables
    assert published_chart(drawn, drawn.plot).height > 50


def test_a_name_of_many_lines_leaves_room_for_its_runs():
    plot = {"kind": "runs", "label": "D", "values": ("N",), "group": "G", "axis": "A", "sentence": "S."}
    rows = tuple((f"2026-03-{day:02}", 3, "ab " * 60 if day == 31 else "b") for day in range(1, 32))
    [drawn] = one(tables=({"id": "t1", "title": "T", "columns": ("D", "N", "G"), "rows": rows, "plot": plot},)).tables
    chart = published_chart(drawn, drawn.plot)
    narrow = chart.narrow.svg.spec["layer"]
    [highest] = {layer["encoding"]["y"]["scale"]["domain"][1] for layer in narrow if "scale" in layer["encoding"]["y"]}
    assert highest > 0
