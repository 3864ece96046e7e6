"""List prices by hand, to the cent, against the pages they come from."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from builders import request
from hypothesis import given
from hypothesis import strategies as st

from generator.ledger.prices import cost, list_rates, rates, surcharge
from generator.ledger.steps import excess_cost
from generator.ledger.threads import threads_of
from generator.records.rows import Region, ServiceTier, Speed


def on(day, **fields):
    at = datetime.fromisoformat(day).replace(hour=12, tzinfo=UTC)
    return msgspec.structs.replace(
        request(0, 0, 0, 0), started=at, first_seen=at, ended=at + timedelta(seconds=3), **fields
    )


def per_million(price):
    """USD a million tokens in the order of the documentation."""
    if price is None:
        return None
    kinds = (price.input, price.cache_write_5m, price.cache_write_1h, price.cache_read, price.output)
    return tuple(rate * 1e6 for rate in kinds)


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


def test_an_unpublic_model_has_no_price_rather_than_none_at_all():
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
    (thread,) = threads_of(rows, ())
    assert excess_cost(thread.steps[0]) == pytest.approx(dollars)


def test_unknown_names_get_no_price_by_their_beginning():
    """The table matches by how a name begins; a model 4.60 or a gateway's own name must not be priced as 4.6."""
    assert rates(on("2026-03-20", model="claude-opus-4-60")) is None
    assert rates(on("2026-03-20", model="claude-opus-4-6-fast")) is None
    assert rates(on("2026-03-20", model="claude-opus-4-6-20260205")) is not None


# ---- fast mode ----


@pytest.mark.parametrize(
    ("day", "tokens", "dollars"),
    [
        ("2026-02-06", 100_000, None),  # not on offer yet
        ("2026-02-07", 100_000, (30, 37.5, 60, 3, 150)),
        ("2026-02-21", 300_000, (60, 75, 120, 6, 225)),
        ("2026-02-22", 300_000, (30, 37.5, 60, 3, 150)),
        ("2026-03-20", 300_000, (30, 37.5, 60, 3, 150)),
    ],
)
def test_fast_mode_has_its_own_dated_prices(day, tokens, dollars):
    """Pricing page, section "Fast mode", as of 8 and 22 February 2026."""
    price = rates(on(day, input_tokens=tokens, speed=Speed.FAST))
    assert per_million(price) == (None if dollars is None else pytest.approx(dollars))


@pytest.mark.parametrize("model", ["claude-sonnet-4-6", "claude-opus-4-5", "claude-haiku-4-5-20251001"])
def test_fast_mode_without_a_known_price_is_not_priced_as_the_ordinary_one(model):
    assert rates(on("2026-03-20", model=model, speed=Speed.FAST)) is None
    assert rates(on("2026-03-20", model=model, speed=Speed.STANDARD)) is not None


def test_an_unknown_speed_has_no_price():
    assert rates(on("2026-03-20", speed=Speed.OTHER)) is None


def test_fast_mode_is_not_on_offer_in_batches():
    assert rates(on("2026-03-20", speed=Speed.FAST, service_tier=ServiceTier.BATCH)) is None


def test_fast_mode_of_later_models_comes_from_the_table():
    """genai-prices has 10 and 50 USD for Opus 4.8."""
    price = rates(on("2026-09-01", model="claude-opus-4-8", speed=Speed.FAST))
    assert (price.input * 1e6, price.output * 1e6) == pytest.approx((10, 50))


# ---- region ----


@pytest.mark.parametrize(
    ("model", "region", "factor"),
    [
        ("claude-opus-4-6", Region.US, 1.1),
        ("claude-sonnet-4-6", Region.US, 1.1),
        ("claude-opus-5", Region.US, 1.1),
        ("claude-opus-4-6", Region.GLOBAL, 1),
        ("claude-opus-4-6", Region.OTHER, 1),
        ("claude-opus-4-6", None, 1),
        ("claude-opus-4-5-20251101", Region.US, 1),
        ("claude-sonnet-4-5-20250929", Region.US, 1),
        ("claude-sonnet-4-20250514", Region.US, 1),
    ],
)
def test_computing_in_the_us_costs_a_tenth_more_from_opus_4_6_on(model, region, factor):
    """Pricing page, section "Data residency": every kind of token; earlier models have no regional price."""
    plain, regional = (per_million(rates(on("2026-03-20", model=model, region=place))) for place in (None, region))
    assert regional == pytest.approx([price * factor for price in plain])


def test_factors_multiply():
    row = on("2026-03-20", input_tokens=1_000_000, output_tokens=0, region=Region.US, service_tier=ServiceTier.BATCH)
    assert cost(row) == pytest.approx(5 * 1.1 * 0.5)


# ---- long prompts ----


@pytest.mark.parametrize(
    ("model", "day", "dollars"),
    [
        ("claude-opus-4-6", "2026-03-12", 300_000 * 5e-6 + 1000 * 12.5e-6),
        ("claude-opus-4-6", "2026-03-13", 0),
        ("claude-sonnet-4-6", "2026-03-12", 300_000 * 3e-6 + 1000 * 7.5e-6),
        ("claude-sonnet-4-6", "2026-03-13", 0),
        ("claude-sonnet-4-5-20250929", "2026-04-10", 300_000 * 3e-6 + 1000 * 7.5e-6),
        ("claude-sonnet-4-20250514", "2026-03-20", 300_000 * 3e-6 + 1000 * 7.5e-6),
        ("claude-opus-4-5-20251101", "2026-03-12", 0),
    ],
)
def test_the_surcharge_is_what_a_short_prompts_rates_would_have_saved(model, day, dollars):
    row = on(day, model=model, input_tokens=300_000, output_tokens=1000)
    assert surcharge(row) == pytest.approx(dollars)
    assert (surcharge(row) == 0) == (dollars == 0)


@pytest.mark.parametrize(("tokens", "dollars"), [(200_000, 0), (200_001, 200_001 * 5e-6)])
def test_the_surcharge_begins_above_200_000_tokens_and_takes_the_whole_request(tokens, dollars):
    assert surcharge(on("2026-03-12", input_tokens=tokens, output_tokens=0)) == pytest.approx(dollars)


def test_the_size_of_a_prompt_counts_what_came_from_the_cache():
    row = on("2026-03-12", input_tokens=1, cache_read_tokens=200_000, output_tokens=0)
    assert surcharge(row) == pytest.approx(5e-6 + 200_000 * 0.5e-6)


def test_no_price_means_no_surcharge_is_known():
    assert surcharge(on("2026-03-12", model="other", input_tokens=300_000)) is None


def test_the_surcharge_takes_part_in_the_batch_discount():
    row = on("2026-03-12", input_tokens=300_000, output_tokens=0, service_tier=ServiceTier.BATCH)
    assert surcharge(row) == pytest.approx(0.75)


def test_a_price_step_of_another_size_is_taken_at_its_size():
    """genai-prices has one at 100,000 tokens for a later model."""
    short, long = (list_rates("claude-haiku-5-5", date(2026, 11, 1), tokens) for tokens in (100_000, 100_001))
    assert long.input == pytest.approx(short.input * 5)


@given(
    model=st.sampled_from(["claude-opus-4-6", "claude-sonnet-4-5", "claude-sonnet-4", "claude-haiku-4-5", "other"]),
    day=st.dates(date(2025, 9, 1), date(2026, 6, 30)),
    tokens=st.integers(0, 1_000_000),
    speed=st.sampled_from([None, *Speed]),
    region=st.sampled_from([None, *Region]),
)
def test_a_price_is_none_or_positive_and_a_surcharge_never_negative(model, day, tokens, speed, region):
    row = on(day.isoformat(), model=model, input_tokens=tokens, output_tokens=1, speed=speed, region=region)
    dollars, extra = cost(row), surcharge(row)
    assert (dollars is None) == (extra is None)
    assert dollars is None or 0 <= extra < dollars
