"""Simple and careful counts: both numbers of a row are those of the table, 0 is on the scale, nothing is summed up."""

from __future__ import annotations

import re

import pytest
import real_case
from public_library import dossier

from generator.charts import base, naive_chart
from generator.charts.naive import Pair
from generator.pages import detectors, other_tools
from generator.pages.parts.naive_figure import naive_figure

PAIRS = (
    Pair("Few", 3, 0, "lines", "runs of lines"),
    Pair("Many", 16_760, 12, "answers", "pairs of calls"),
    Pair("More than naive", 4, 5, "threads", "storms"),
    Pair("Silent", 0, 0, "", "steps"),
)


def drawn_with():
    seen = []

    def draw(spec, data):
        seen.append((spec, data))
        return ("<svg/>", 1, 1)

    return seen, draw


def test_table_has_every_question_and_the_picture_those_with_a_count():
    seen, draw = drawn_with()
    chart = naive_chart(PAIRS, 100, 2, drawn=draw)
    assert [row[:3] for row in chart.rows] == [
        ("Many", 16_760, 12), ("More than naive", 4, 5), ("Few", 3, 0), ("Silent", 0, 0),
    ]  # fmt: skip
    for _, data in seen:
        assert [(row["title"], row["simple"], row["careful"]) for row in data["rows"]] == [
            row[:3] for row in chart.rows if row[1] or row[2]
        ]
        assert data["rows"][0]["numbers"] == "16,760 \u2192 12"
    assert "Nothing counted by either: Silent." in chart.note


def test_sentence_gives_the_counts_of_the_table_with_what_each_counts():
    chart = naive_chart(PAIRS, 100, 2, further=9)
    assert chart.sentence == (
        "In 100 calls of 2 public sets, a simple rule counts something for 3 questions; the careful rule counts fewer "
        "for 2 of them, and nothing for 1. \u201cMany\u201d: 16,760 answers against 12 pairs of calls."
    )
    assert "9 further questions need a log" in chart.note
    assert "1 further question needs" in naive_chart(PAIRS, 1, 1, further=1).note


def test_zero_is_on_the_scale_in_both_forms():
    seen, draw = drawn_with()
    naive_chart(PAIRS, 100, 2, drawn=draw)
    for spec, _ in seen:
        scales = [one["encoding"]["x"] for one in spec["layer"] if "field" in one["encoding"]["x"]]
        assert all(x["scale"]["type"] == "symlog" and x["scale"]["domain"][0] == 0 for x in scales)
        assert all(x["axis"]["values"][0] == 0 for x in scales)
        assert max(scales[0]["axis"]["values"]) <= 16_760


def test_nothing_counted_no_picture():
    for pairs in ((), PAIRS[3:]):
        with pytest.raises(ValueError, match="no count"):
            naive_chart(pairs, 1, 1)
    assert naive_figure(dossier()) is None
    page = next(other_tools.pages(dossier()))
    assert page.context.figure is None
    assert next(detectors.pages(dossier())).context.figure is None


def test_one_question_alone_can_be_drawn_in_the_colours_of_the_site():
    chart = naive_chart(PAIRS[:1], 1, 1)
    assert chart.narrow.width <= base.NARROW + 20
    assert set(re.findall(r"#[0-9a-f]{6}\b", chart.svg)) <= set(base._DARK)


@pytest.mark.slow
def test_real_counts_are_those_of_the_page_they_lead():
    real = real_case.dossier()
    chart = naive_figure(real)
    page = next(other_tools.pages(real))
    beside = {row.detector.title: row.pairs[0] for row in page.context.rows}
    assert {row[0]: row[1:3] for row in chart.rows} == {
        title: (pair.naive, pair.refined) for title, pair in beside.items() if pair.naive is not None
    }
    assert {file.name for file in chart.downloads()} <= {file.name for file in page.downloads}
    assert chart.id in page.citation.figures
