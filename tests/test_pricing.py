"""List prices by hand, to the cent, against the pages they come from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from builders import request

from generator.ledger import chains
from generator.pricing import cost, excess_cost, rates
from generator.records import ServiceTier


def on(day, **fields):
    at = datetime.fromisoformat(day).replace(hour=12, tzinfo=UTC)
    return msgspec.structs.replace(
        request(0, 0, 0, 0), started=at, first_seen=at, ended=at + timedelta(seconds=3), **fields
    )


def test_a_request_is_priced_by_kind_of_token():
    """Opus 4.6: 5, 0.50, 6.25, 10, 25 USD a million (pricing page)."""
    row = on(
        "2026-03-20",
        input_tokens=1000,
        cache_read_tokens=100_000,
        cache_write_tokens=30_000,
        cache_write_5m_tokens=10_000,
        cache_write_1h_tokens=20_000,
        output_tokens=2_000,
    )
    assert cost(row) == pytest.approx(0.005 + 0.05 + 0.0625 + 0.2 + 0.05)


@pytest.mark.parametrize(("day", "factor"), [("2026-03-12", 2), ("2026-03-14", 1)])
def test_the_surcharge_on_long_prompts_ended_on_13_march(day, factor):
    row = on(day, input_tokens=300_000, output_tokens=0)
    assert cost(row) == pytest.approx(1.5 * factor)


def test_a_batch_request_costs_half():
    row = on("2026-03-20", input_tokens=1000, output_tokens=0, service_tier=ServiceTier.BATCH)
    assert cost(row) == pytest.approx(0.0025)


def test_an_unknown_model_has_no_price_rather_than_none_at_all():
    assert rates(on("2026-03-20", model="other")) is None
    assert cost(on("2026-03-20", model="claude-not-released-99")) is None


@pytest.mark.parametrize(
    "model", ["claude-opus-4-6", "claude-sonnet-4-6", "claude-haiku-4-5-20251001", "claude-opus-4-5"]
)
def test_cache_factors_are_as_documented(model):
    """Writes cost 1.25 and 2 times the input, reads a tenth (prompt caching page)."""
    price = rates(on("2026-03-20", model=model))
    assert price.cache_write_5m / price.input == pytest.approx(1.25)
    assert price.cache_write_1h / price.input == pytest.approx(2)
    assert price.cache_read / price.input == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("lifetime", "dollars"), [("5m", 79_000 * (6.25 - 0.5) / 1e6), ("1h", 79_000 * (10 - 0.5) / 1e6)]
)
def test_the_articles_79000_tokens_cost_cents_not_hundreds(lifetime, dollars):
    """79,000 tokens written again on Opus: the miss costs (w - 0.1) times the input price (research 4.1, F 13)."""
    short = 79_000 if lifetime == "5m" else 0
    rows = [request(0, 0, 0, 79_000, written_5m=short), request(1, 30, 0, 79_000, written_5m=short)]
    (chain,) = chains(rows, ())
    assert excess_cost(chain.steps[0]) == pytest.approx(dollars)
