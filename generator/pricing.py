"""Dated list prices: what a request cost, and what it would have cost with the previous prefix read from cache.

Prices come from the genai-prices table, which dates its epochs (the surcharge on prompts over 200,000 tokens
ended for the 4.6 models on 2026-03-13). A model without a price is "no price", never 0. Every figure is a list
price: a subscription is not billed by it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Any

from generator.ledger import Lifetime, Step
from generator.records import Request, ServiceTier

LONG_PROMPT = 200_000  # tokens; above it some epochs price the whole request higher (Anthropic pricing page)
BATCH_FACTOR = 0.5  # batch requests cost half (Anthropic pricing page)
MILLION = 1_000_000


@dataclass(frozen=True)
class Rates:
    """List prices in USD a token on one day, for short or long prompts."""

    input: float
    cache_read: float
    cache_write_5m: float
    cache_write_1h: float
    output: float


def rates(request: Request) -> Rates | None:
    """Rates of the request's model, day and prompt size; None where no price is known."""
    found = _rates(request.model, request.first_seen.date(), request.total_tokens > LONG_PROMPT)
    if found is None or request.service_tier is not ServiceTier.BATCH:
        return found
    half = (found.input, found.cache_read, found.cache_write_5m, found.cache_write_1h, found.output)
    return Rates(*(rate * BATCH_FACTOR for rate in half))


@lru_cache(maxsize=4096)
def _rates(model: str, day: date, long_prompt: bool) -> Rates | None:  # noqa: FBT001  a key of the cache
    from genai_prices import Usage, calc_price

    if model == "other":
        return None
    try:
        found = calc_price(
            Usage(input_tokens=1),
            model_ref=model,
            provider_id="anthropic",
            genai_request_timestamp=datetime.combine(day, time(12), UTC),
        ).model_price
    except LookupError:
        return None
    names = ("input_mtok", "cache_read_mtok", "cache_write_mtok", "cache_write_1h_mtok", "output_mtok")
    prices = [_tier(getattr(found, name, None), long_prompt=long_prompt) for name in names]
    if any(price is None for price in prices):
        return None
    return Rates(*(price / MILLION for price in prices if price is not None))


def _tier(price: Any, *, long_prompt: bool) -> float | None:
    if price is None:
        return None
    base = getattr(price, "base", price)
    chosen = base
    for tier in getattr(price, "tiers", ()):
        if long_prompt and tier.start <= LONG_PROMPT:
            chosen = tier.price
    return float(chosen)


def cost(request: Request) -> float | None:
    """List price of the request in USD; None where the model has no known price.

    Cache writes without a stated lifetime are priced at the 5-minute rate, the documented default.
    """
    price = rates(request)
    if price is None:
        return None
    long_lived = request.cache_write_1h_tokens or 0
    short_lived = request.cache_write_tokens - long_lived
    return (
        request.input_tokens * price.input
        + request.cache_read_tokens * price.cache_read
        + short_lived * price.cache_write_5m
        + long_lived * price.cache_write_1h
        + request.output_tokens * price.output
    )


def excess_cost(step: Step) -> float | None:
    """USD paid over the counterfactual "the same request with the previous prefix read from cache".

    The excess tokens are taken from what was written first (at the rate of its lifetime), the rest from uncached
    input; each is charged at its own rate less the cache-read rate (research/detectors.md 4.0).
    """
    price = rates(step.after)
    if price is None:
        return None
    written = min(step.excess_tokens, step.after.cache_write_tokens)
    uncached = step.excess_tokens - written
    return written * (_write_rate(step, price) - price.cache_read) + uncached * (price.input - price.cache_read)


def _write_rate(step: Step, price: Rates) -> float:
    after = step.after
    if after.cache_write_tokens and after.cache_write_1h_tokens is not None:
        share = after.cache_write_1h_tokens / after.cache_write_tokens
        return share * price.cache_write_1h + (1 - share) * price.cache_write_5m
    return price.cache_write_1h if step.lifetime is Lifetime.ONE_HOUR else price.cache_write_5m
