"""A page is light: bytes and requests of the largest page of each kind, in Chromium, from a host that packs text.

Times hang on the machine, so they are no test: `python tests/benchmarks/page_speed.py` prints them.
"""

from __future__ import annotations

import pytest
import small_case
from hosts import hosted
from page_weights import heaviest, weighed
from test_browser import CHROMIUM

MOST = 400_000  # bytes of a page with everything that loads without a click
MOST_WITHOUT_FONTS = 150_000
MOST_REQUESTS = 30
MOST_LIVE = 330_000  # bytes of the script that draws charts live: 305 kB with Vega-Lite 6.4
HEAVIER = {"explore", "timeline", "was-it-me"}
"""Tables of all records, which work without a script: their HTML grows with the case and is what they are for."""

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def weights(built_case):
    from playwright.sync_api import sync_playwright

    prefix = "/" + small_case.PROJECT
    with sync_playwright() as playwright, hosted(built_case / "site", prefix) as host:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        found = {kind: weighed(browser, host.address + path) for kind, path in heaviest(built_case / "site").items()}
        assert all(path.startswith(prefix) for path in host.asked)
        yield found


def test_there_is_a_page_of_every_kind(weights):
    assert {"home", "case", "claim", "finding", "detector", "report", "incident", "event", "source", "explore"} <= set(
        weights
    )
    assert all(weight.html > 2_000 for weight in weights.values())
    assert all(weight.fonts > 40_000 for weight in weights.values())  # else nothing was counted


def test_a_claim_and_every_other_item_is_under_150_kb_without_fonts_and_400_kb_with_everything(weights):
    kinds = set(weights) - HEAVIER
    assert {
        kind: weights[kind].without_fonts for kind in kinds if weights[kind].without_fonts > MOST_WITHOUT_FONTS
    } == {}
    assert {kind: weight.still for kind, weight in weights.items() if weight.still > MOST} == {}


def test_what_draws_charts_live_comes_once_and_never_on_the_page_of_a_claim(weights):
    assert weights["claim"].live == 0
    assert 0 < max(weight.live for weight in weights.values()) <= MOST_LIVE


def test_no_page_asks_for_more_than_a_few_files_and_none_for_the_index_of_the_search(weights):
    assert {kind: weight.requests for kind, weight in weights.items() if weight.requests > MOST_REQUESTS} == {}
