"""Hits for each 1,000 issues: exact intervals, drawn; the page of reports leads with rates; titles say what is drawn."""

from __future__ import annotations

import pytest
import real_case
from public_library import dossier
from scipy.stats import chi2

from generator.charts import published_chart
from generator.curated.library import load_kind
from generator.curated.measurements import Computation, Published, PublishedTable
from generator.dossier.computed import COMPUTED
from generator.pages import reports

ROWS = (("2026-04", 2000, 9), ("2026-03", 1000, 0), ("2026-05", 4000, 2))


def computed(rows):
    table = PublishedTable(id="months", title="Months", columns=("Month", "Filed", "Hits"), rows=rows)
    given = dict.fromkeys(("title", "result", "by", "period", "sample", "method", "raw_where", "shows"), "Words.")
    one = Published(
        id="issues-by-month", url="https://example.org/", raw="no", shows_not="More.", judgement="Fair.",
        computed=Computation.ISSUES_BY_MONTH, tables=(table,), **given,
    )  # fmt: skip
    return COMPUTED[Computation.ISSUES_BY_MONTH](one, ())


def test_rates_have_the_exact_interval_of_their_count_in_order_of_time():
    found = computed(ROWS)
    assert [row[0] for row in found.tables[0].rows] == ["2026-03", "2026-04", "2026-05"]
    for (_, estimate), (_, filed, hits) in zip(found.estimates, sorted(ROWS), strict=True):
        low = chi2.ppf(0.025, 2 * hits) / 2 if hits else 0
        high = chi2.ppf(0.975, 2 * hits + 2) / 2
        assert (estimate.value, estimate.low, estimate.high) == pytest.approx(
            tuple(1000 * one / filed for one in (hits, low, high))
        )
        assert estimate.n == hits


def test_words_are_those_of_the_table_and_name_the_months_that_cannot_be_told_apart():
    found = computed(ROWS)
    assert found.answer == (
        "Of each 1,000 issues filed the same questions find most, 4.5 in April 2026 (95 % interval 2.1 to 8.5), and "
        "least, 0.0 in March 2026 (95 % interval 0.0 to 3.7). The interval of March 2026 reaches into that of April "
        "2026."
    )
    assert "from 1,000 in March 2026 to 4,000 in May 2026" in found.tables[0].plot.sentence
    assert computed((("2026-03", 100, 1), ("2026-04", 100, 60))).answer.endswith("55.7).")  # nothing reaches
    assert "most" not in computed(ROWS[:1]).answer


def test_many_months_and_large_numbers_are_drawn_with_a_sentence_that_fits():
    rows = tuple((f"{year}-{month:02}", 99_999.5, 99_999) for year in (2025, 2026, 2027) for month in range(1, 13))
    found = computed(rows)
    assert published_chart(found.tables[0], found.tables[0].plot).svg


def test_interval_is_drawn_in_the_first_panel_alone_and_no_label_loses_its_digit():
    seen = []

    def draw(spec, data):
        seen.append((spec, data["rows"]))
        return ("<svg/>", 1, 1)

    table = computed(ROWS).tables[0]
    published_chart(table, table.plot, drawn=draw)
    for spec, rows in seen:
        assert len([layer for layer in spec["spec"]["layer"] if layer["mark"]["type"] == "rule"]) == 2
        first = [row for row in rows if row["panel"] == table.plot.values[0]]
        assert [(row["low"], row["high"]) for row in first] == [row[2:4] for row in table.rows]
        assert [row["text"] for row in first] == ["0.0", "4.5", "0.5"]
        assert all(row["low"] is None for row in rows if row not in first)
        assert all(row["room"] >= row["top"] for row in rows)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("['2026-13', 100, 1]", "W-value"), ("['2026-03-01', 100, 1]", "W-value"), ("['2026-03', 0, 0]", "W-value"),
        ("['2026-03', 100, -1]", "W-value"), ("['2026-03', 100, 101]", "W-order"), ("[2026, 100, 1]", "W-value"),
    ],
)  # fmt: skip
def test_months_that_cannot_be_counted_are_refused_at_their_place(tmp_path, row, code):
    from test_pages_measurements import RECORD, mistakes, written

    text = RECORD.replace("- id: one", "- id: one\n  computed: issues-by-month").replace("id: table", "id: months")
    text = text.replace("columns: [What, Count]", "columns: [Month, Filed, Hits]").partition("      plot:")[0]
    text = text.replace("- [first, 3]", f"- {row}").replace("        - [second, 1]\n", "")
    found = mistakes(lambda: load_kind(written(tmp_path, text), Published))
    assert {problem[1] for problem in found} == {code}


@pytest.mark.slow
def test_reports_lead_with_the_rate_and_its_interval_and_counts_come_second():
    page = next(reports.pages(real_case.dossier()))
    assert {"Low", "High"} <= set(page.context.rates.columns)
    assert page.context.rates.csv in {file.name for file in page.downloads}
    template = (real_case.ROOT / "templates" / "reports.md.j2").read_text()
    assert template.index("figure(rates)") < template.index("wm.stats(") < template.index("figure(chart)")
    for row in page.context.collected:
        assert row.users_ends[0] <= row.users_per_1000 <= row.users_ends[1]
        assert row.hits_ends[0] <= row.hits_per_1000 <= row.hits_ends[1]


def test_without_issues_filed_the_page_of_reports_has_its_counts_alone():
    page = next(reports.pages(dossier()))
    assert page.context.rates is None
    assert page.context.chart.id in page.citation.figures


@pytest.mark.slow
def test_a_title_promises_no_share_where_bars_are_days():
    for one in real_case.library().published:
        for table in one.tables:
            assert not (table.plot and table.plot.kind == "spans" and "share" in table.title.lower()), table.title
