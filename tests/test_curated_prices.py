"""The second price table: read strictly, compared with the prices in use, and shown with its sources."""

from __future__ import annotations

import csv
import dataclasses
import io
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import jinja2.meta
import pytest

from generator.base.problems import ContentError
from generator.curated.codes import CODES
from generator.curated.entries import Outside
from generator.curated.library import load_kind
from generator.curated.prices import PriceCheck, PriceEpoch, PricesPerMillion, compare
from generator.ledger.prices import MILLION, list_rates, overrides, table_rates
from generator.pages import prices as page_of_prices
from generator.records.rows import Speed
from generator.site.render import SiteContext, render, template_environment

ROOT = Path(__file__).parent.parent
TODAY = date(2026, 11, 24)
ROW = """\
- model: claude-opus-4-6
  since: 2026-03-13
  until: 2026-04-30
  prices: {input: 5, write_5m: 6.25, write_1h: 10, read: 0.5, output: 25}
  sources: ['https://example.org/pricing']
"""


def written(folder, text):
    (folder / "prices.yml").write_text(text, encoding="utf-8")
    return folder


def load_prices(folder):
    return load_kind(folder, PriceEpoch, Outside(today=TODAY))


def problems(folder, text):
    with pytest.raises(ContentError) as caught:
        load_prices(written(folder, text))
    return [(problem.line, problem.column, problem.code) for problem in caught.value.problems]


def of_case():
    return compare(load_prices(ROOT / "content"), TODAY)


def epoch(**fields):
    defaults = {
        "model": "claude-opus-4-6",
        "since": date(2026, 3, 13),
        "until": date(2026, 4, 30),
        "prices": PricesPerMillion(input=5, write_5m=6.25, write_1h=10, read=0.5, output=25),
        "sources": ("https://example.org/pricing",),
    }
    return PriceEpoch(**(defaults | fields))


# ---- the table of this repository ----


def test_no_price_of_this_repository_differs_from_the_documentation():
    """What `witnessmark check` asks: each documented price agrees with genai-prices, or an override says why not."""
    checks = [row.check for row in of_case()]
    assert len(checks) >= 20
    assert set(checks) == {PriceCheck.AGREE, PriceCheck.OVERRIDE}


def test_the_known_differences_are_these_and_no_others():
    """Fast mode of Opus 4.6 and both Mythos, which genai-prices lacks; long prompts of Sonnet 4, priced as short ones."""
    found = {
        (row.epoch.model, row.epoch.speed, row.long_prompt) for row in of_case() if row.check is PriceCheck.OVERRIDE
    }
    assert found == {
        ("claude-opus-4-6", "fast", False),
        ("claude-opus-4-6", "fast", True),
        ("claude-sonnet-4", "standard", True),
        *((model, "standard", long) for model in ("claude-mythos-5", "claude-mythos-5-1") for long in (False, True)),
    }


def test_every_override_has_its_row_and_its_source():
    """An override that no row checks would be a price that nobody can look up."""
    rows = {row.override for row in of_case()}
    for override in overrides():
        assert override in rows
        assert override.sources
        assert all(source.startswith("https://") for source in override.sources)


def test_the_table_covers_the_days_of_the_case_without_a_gap():
    """One epoch ends on the day before the next begins."""
    epochs = {}
    for row in of_case():
        epochs.setdefault((row.epoch.model, row.epoch.speed), []).append(row.epoch)
    for found in epochs.values():
        ordered = sorted({(one.since, one.until or TODAY) for one in found})
        assert all((later[0] - earlier[1]).days == 1 for earlier, later in pairwise(ordered))
        assert ordered[-1][1] == TODAY


def test_cache_prices_follow_the_documented_factors():
    """1.25, 2 and 0.1 times the input price, for long prompts and fast mode too; Mythos 5.1 reads at a fortieth."""
    for row in of_case():
        base, short_write, long_write, read, _ = row.documented
        share = 0.025 if row.epoch.model == "claude-mythos-5-1" else 0.1
        assert (short_write, long_write, read) == pytest.approx((base * 1.25, base * 2, base * share))


# ---- the comparison ----


def test_a_price_that_is_off_by_a_millionth_differs():
    off = PricesPerMillion(input=5.000001, write_5m=6.25, write_1h=10, read=0.5, output=25)
    assert [row.check for row in compare((epoch(prices=off),), TODAY)] == [PriceCheck.DIFFER] * 2
    assert [row.check for row in compare((epoch(),), TODAY)] == [PriceCheck.AGREE] * 2


def test_a_documented_price_on_long_prompts_is_compared_on_long_prompts_only():
    dear = PricesPerMillion(input=10, write_5m=12.5, write_1h=20, read=1, output=37.5)
    assert [row.check for row in compare((epoch(over_200k=dear),), TODAY)] == [PriceCheck.AGREE, PriceCheck.DIFFER]


@pytest.mark.parametrize("changed", [date(2026, 3, 13), date(2026, 4, 30)])
def test_the_first_and_the_last_day_are_both_compared(changed):
    def prices(model, day, tokens, speed):
        return list_rates(model, day, tokens, speed).times(2 if day == changed else 1)

    rows = compare((epoch(),), TODAY, table=prices, used=prices)
    assert [(row.check, row.day) for row in rows] == [(PriceCheck.DIFFER, changed)] * 2


def test_an_open_epoch_is_compared_on_the_day_of_the_build():
    """A price that the other table changes later must be noticed when its day comes."""

    def prices(model, day, tokens, speed):
        return list_rates(model, day, tokens, speed).times(2 if day == TODAY else 1)

    (row, _) = compare((epoch(until=None),), TODAY, table=prices, used=prices)
    assert (row.check, row.day) == (PriceCheck.DIFFER, TODAY)


def test_without_its_override_a_difference_is_a_difference():
    """Fast mode against genai-prices alone: no price there."""
    fast = epoch(speed="fast", prices=PricesPerMillion(input=30, write_5m=37.5, write_1h=60, read=3, output=150))
    (overridden, _) = compare((fast,), TODAY)
    (bare, _) = compare((fast,), TODAY, used=table_rates)
    assert overridden.check is PriceCheck.OVERRIDE
    assert (bare.check, bare.table) == (PriceCheck.DIFFER, None)


def test_an_override_that_contradicts_the_documentation_differs():
    wrong = epoch(speed="fast", prices=PricesPerMillion(input=20, write_5m=25, write_1h=40, read=2, output=100))
    assert {row.check for row in compare((wrong,), TODAY)} == {PriceCheck.DIFFER}


def test_the_comparison_is_in_usd_a_million_tokens():
    (row, _) = compare((epoch(),), TODAY)
    assert row.table == pytest.approx((5, 6.25, 10, 0.5, 25))
    assert table_rates("claude-opus-4-6", date(2026, 3, 13), 1, Speed.STANDARD).input * MILLION == pytest.approx(5)


# ---- the file ----


def test_no_file_means_no_second_table(tmp_path):
    assert load_prices(tmp_path) == ()


def test_a_sound_file_gives_two_rows_an_epoch(tmp_path):
    assert [row.long_prompt for row in compare(load_prices(written(tmp_path, ROW)), TODAY)] == [False, True]


def test_a_difference_is_a_problem_at_its_line(tmp_path):
    assert problems(tmp_path, ROW.replace("input: 5", "input: 15")) == [(4, 11, "W-price")] * 2
    assert "W-price" in CODES


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("input: 5,", "input: '5',", (4, 19, "W-type")),
        ("input: 5,", "input: 0,", (4, 19, "W-value")),
        ("input: 5,", "", (4, 11, "W-missing")),
        ("input: 5,", "inputs: 5,", (4, 12, "W-field")),
        ("2026-03-13", "2026-02-30", (2, 10, "W-date")),
        ("2026-03-13", "2026-03-13T00:00:00", (2, 10, "W-date")),
        ("since: 2026-03-13", "since: 2022-03-13", (2, 10, "W-date")),
        ("2026-04-30", "2026-03-12", (3, 10, "W-order")),
        ("claude-opus-4-6", "Opus 4.6", (1, 10, "W-value")),
        ("['https://example.org/pricing']", "[]", (5, 12, "W-length")),
        ("https://example.org/pricing", "file:///etc/passwd", (5, 13, "W-url")),
    ],
)
def test_each_mistake_is_named_at_its_place(tmp_path, old, new, place):
    assert place in problems(tmp_path, ROW.replace(old, new))


def test_all_mistakes_are_told_at_once(tmp_path):
    text = ROW.replace("input: 5,", "input: 0,") + ROW.replace("claude-opus-4-6", "Opus")
    assert {code for _, _, code in problems(tmp_path, text)} == {"W-value"}
    assert len(problems(tmp_path, text)) == 2


def test_two_epochs_may_not_price_the_same_day(tmp_path):
    later = ROW.replace("2026-03-13", "2026-04-30").replace("until: 2026-04-30", "until: 2026-05-31")
    assert problems(tmp_path, ROW + later) == [(7, 10, "W-price")]
    assert load_prices(written(tmp_path, ROW + later.replace("since: 2026-04-30", "since: 2026-05-01")))


# ---- the page ----


def shown(rows):
    dossier = SimpleNamespace(prices=rows, library=SimpleNamespace(case=SimpleNamespace(id="2026-03")))
    (page,) = page_of_prices.pages(dossier)
    context = SiteContext(
        id="2026-03",
        title="Case",
        built=datetime(2026, 11, 24, tzinfo=UTC).date(),
        version="0.1.0",
        repository=None,
    )
    files = render((page,), templates=ROOT / "templates", site_context=context)
    return page, next(file.content.decode() for file in files if file.path.endswith("index.md"))


def test_the_page_shows_every_price_and_says_what_none_of_them_is():
    page, text = shown(of_case())
    assert "A subscription is not billed by list price" in text
    assert "“no price”, never as zero" in text
    assert page.path == "2026-03/prices/"
    for price in ("37.50", "225.00", "0.30", "18.75"):
        assert f">{price}</td>" in text
    for factor in ("1.25", "| 2 |", "0.1", "0.5", "1.1"):
        assert factor in text
    assert text.count("no, overridden</td>") == page.context.overridden == 6
    assert "d0593fe27" in text


def test_the_fields_of_the_context_are_exactly_the_variables_of_the_template():
    page, _ = shown(of_case())
    source = (ROOT / "templates" / page.template).read_text("utf-8")
    used = jinja2.meta.find_undeclared_variables(template_environment(ROOT / "templates").parse(source))
    fields = {field.name for field in dataclasses.fields(page.context)}
    assert used - {"page", "site", "wm", "public", "ref", "url"} == fields


def test_the_page_has_one_line_where_the_size_of_the_prompt_is_no_matter():
    page, _ = shown(of_case())
    lines = [(line.model, line.fast, line.since.isoformat(), line.prompt) for line in page.context.lines]
    assert ("claude-opus-4-6", False, "2026-02-05", "over 200,000") in lines
    assert [prompt for model, _, _, prompt in lines if model == "claude-haiku-4-5"] == ["any"]


def test_a_price_that_genai_prices_lacks_is_said_to_be_none_and_not_zero():
    page, text = shown(of_case())
    fast = [line for line in page.context.lines if line.fast]
    assert fast
    assert all(line.table is None for line in fast)
    lacking = [line for line in page.context.lines if line.model.startswith("claude-mythos")]
    assert text.count(">no price</td>") == len(fast) + len(lacking)


def test_a_difference_would_be_shown():
    rows = compare((epoch(speed="fast"),), TODAY)
    assert [line.agree for line in shown(rows)[0].context.lines] == ["no"]


def test_the_table_can_be_downloaded():
    page, _ = shown(of_case())
    (download,) = page.downloads
    rows = list(csv.DictReader(io.StringIO(download.content.decode())))
    assert len(rows) == len(page.context.lines)
    (fast,) = [row for row in rows if row["speed"] == "fast" and row["prompt"] == "over 200,000"]
    assert (fast["documented_output"], fast["table_output"]) == ("225.0", "")


def test_without_a_second_table_the_page_says_so():
    page, text = shown(())
    assert "No second table is on record" in text
    assert page.downloads == ()
