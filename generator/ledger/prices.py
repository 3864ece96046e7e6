"""Dated list prices of requests.

Prices come from the genai-prices table, which dates its epochs, and from OVERRIDES, which are in a vendor's file
(`records/vendors/`), where that table lacks a price or has another than the documentation. A model without a price is
"no price", never 0. Every figure is a list price: a subscription is not billed by it.
"""

from __future__ import annotations

import re
from dataclasses import astuple, dataclass, replace
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Any

from generator.records.models import is_other_makers
from generator.records.rows import Region, Request, ServiceTier, Speed
from generator.records.vendor import Override as StatedOverride
from generator.records.vendor import Prices, first_vendor, vendor_of, vendors

_VENDOR = first_vendor()
LONG_PROMPT = _VENDOR.prices.long_prompt  # tokens; above it some epochs price the whole request higher
BATCH_FACTOR = _VENDOR.prices.batch
US_FACTOR = _VENDOR.prices.us_only
MILLION = 1_000_000
_DATED = re.compile(r"-(?:[0-9]{8}|latest)\Z")


@dataclass(frozen=True)
class Rates:
    """List prices in USD a token on one day, for one size of prompt."""

    input: float
    cache_read: float
    cache_write_5m: float
    cache_write_1h: float
    output: float

    def times(self, factor: float) -> Rates:
        """The same prices with a discount or surcharge on every kind of token."""
        return Rates(*(rate * factor for rate in astuple(self)))


Tiers = tuple[tuple[int, Rates], ...]
"""Rates by size of prompt: the last whose first number the prompt exceeds holds for the whole request."""


@dataclass(frozen=True)
class Override:
    """Prices of one model that hold instead of the genai-prices table; `until` is the last day, None = open."""

    models: tuple[str, ...]  # ids without their date
    speed: Speed
    since: date
    until: date | None
    tiers: Tiers
    sources: tuple[str, ...]

    def holds(self, model: str, day: date, speed: Speed) -> bool:
        """Does it price this model on this day at this speed?"""
        named = _DATED.sub("", model) in self.models and speed is self.speed
        return named and self.since <= day and (self.until is None or day <= self.until)


def per_million(base: float, output: float, prices: Prices = _VENDOR.prices) -> Rates:
    """Rates from the input and output price of a million tokens; the cache costs a vendor's factors of the input."""
    read, short, long = (base * factor for factor in (prices.read, prices.write_short, prices.write_long))
    return Rates(*(price / MILLION for price in (base, read, short, long, output)))


def _override(stated: StatedOverride, prices: Prices) -> Override:
    """An override as a vendor's file states it, in prices a token."""
    tiers = [(start, per_million(base, output, prices)) for start, base, output in stated.tiers]
    if stated.cache_read is not None:
        tiers = [(start, replace(rates, cache_read=stated.cache_read / MILLION)) for start, rates in tiers]
    return Override(stated.models, stated.speed, stated.since, stated.until, tuple(tiers), stated.sources)


OVERRIDES: tuple[Override, ...] = tuple(
    _override(stated, vendor.prices) for vendor in vendors() for stated in vendor.prices.override
)


def rates(request: Request) -> Rates | None:
    """Rates of the request's model, day, prompt size, speed, tier and region; None where no price is known."""
    return _rates(request, request.context)


def list_rates(model: str, day: date, prompt_tokens: int, speed: Speed = Speed.STANDARD) -> Rates | None:
    """The rates in use: those of an override, else of genai-prices; None where no price is known."""
    return chosen(_tiers(model, day, speed), prompt_tokens)


def table_rates(model: str, day: date, prompt_tokens: int, speed: Speed = Speed.STANDARD) -> Rates | None:
    """The rates of genai-prices alone; None where it has none."""
    return chosen(_table(model, day, speed), prompt_tokens)


def override_of(model: str, day: date, speed: Speed = Speed.STANDARD) -> Override | None:
    """The override that holds instead of the genai-prices table."""
    return next((override for override in OVERRIDES if override.holds(model, day, speed)), None)


def chosen(tiers: Tiers | None, prompt_tokens: int) -> Rates | None:
    """Rates for a prompt of this size."""
    if tiers is None:
        return None
    if len(tiers) == 1:
        return tiers[0][1]
    return [rates for start, rates in tiers if not start or prompt_tokens > start][-1]


def _rates(request: Request, prompt_tokens: int) -> Rates | None:
    found = list_rates(request.model, request.first_seen.date(), prompt_tokens, request.speed or Speed.STANDARD)
    if found is None or (request.service_tier is not ServiceTier.BATCH and request.region is not Region.US):
        return found
    factor, vendor = 1.0, vendor_of(request.model) or _VENDOR
    if request.service_tier is ServiceTier.BATCH:
        if request.speed is Speed.FAST:  # not on offer together, so there is no such price
            return None
        factor *= vendor.prices.batch
    since = vendor.prices.us_only_since
    if request.region is Region.US and since and (_version(request.model) or ()) >= since:
        factor *= vendor.prices.us_only
    return found if factor == 1 else found.times(factor)


@lru_cache(maxsize=4096)
def _tiers(model: str, day: date, speed: Speed) -> Tiers | None:
    if is_other_makers(model):
        return _elsewhere(model, day) if speed is Speed.STANDARD else None
    override = override_of(model, day, speed)
    return _table(model, day, speed) if override is None else override.tiers


@lru_cache(maxsize=4096)
def _table(model: str, day: date, speed: Speed) -> Tiers | None:
    from genai_prices import Usage, calc_price

    vendor, version = vendor_of(model) or _VENDOR, _version(model)
    if (vendor.versions and version is None) or speed is Speed.OTHER:
        return None
    try:
        found = calc_price(
            Usage(input_tokens=1),
            model_ref=model,
            provider_id=vendor.prices.table,
            genai_request_timestamp=datetime.combine(day, time(12), UTC),
            price_context={"speed": "fast"} if speed is Speed.FAST else None,
        )
    except LookupError:
        return None
    if vendor.versions and _version(found.model.id) not in (
        version,
        None,
    ):  # it matches by how a name begins: 4-60 would be 4-6
        return None
    variants = found.model.price_variants or ()
    if speed is Speed.FAST and not any(variant.when == {"speed": "fast"} for variant in variants):
        return None  # it would answer with the standard price
    names = ("input_mtok", "cache_read_mtok", "cache_write_mtok", "cache_write_1h_mtok", "output_mtok")
    prices = [getattr(found.model_price, name, None) for name in names]
    if any(price is None for price in prices):
        return None
    starts = sorted({0, *(tier.start for price in prices for tier in getattr(price, "tiers", ()))})
    return tuple((start, Rates(*(_tier(price, start) / MILLION for price in prices))) for start in starts)


def _elsewhere(model: str, day: date) -> Tiers | None:
    """Rates of another maker's model. Where it has no price of its own for the cache, cached tokens are plain input."""
    from genai_prices import Usage, calc_price

    try:
        found = calc_price(
            Usage(input_tokens=1), model_ref=model, genai_request_timestamp=datetime.combine(day, time(12), UTC)
        ).model_price
    except LookupError:
        return None
    plain, output = found.input_mtok, found.output_mtok
    if plain is None or output is None:
        return None
    prices = (plain, found.cache_read_mtok or plain, found.cache_write_mtok or plain, plain, output)
    return ((0, Rates(*(_tier(price, 0) / MILLION for price in prices))),)


def _tier(price: Any, start: int) -> float:
    """Price of a million tokens in a request just over `start` tokens."""
    reached = [tier.price for tier in getattr(price, "tiers", ()) if tier.start <= start]
    return float(reached[-1] if reached else getattr(price, "base", price))


def _version(model: str) -> tuple[int, int] | None:
    """Version in a model id, as name-4-20250514 -> (4, 0); None where it is not written as the service does."""
    vendor = vendor_of(model)
    found = re.fullmatch(vendor.versions, model) if vendor and vendor.versions else None
    if found is None:
        return None
    return int(found[1] or found[3]), int(found[2] or found[4] or 0)


def cost(request: Request) -> float | None:
    """List price of the request in USD; None where the model has no known price.

    Cache writes without a stated lifetime are priced at the 5-minute rate, the documented default.
    """
    return _cost(request, rates(request))


def cost_without_reads(request: Request) -> float | None:
    """List price of the request in USD but for what it read from cache; None where the model has no known price."""
    price = rates(request)
    return None if price is None else _cost(request, replace(price, cache_read=0.0))


def surcharge(request: Request) -> float | None:
    """USD that the price on long prompts added to the request's list price on its day; None where no price is known.

    The alternative it is counted against: the same tokens at the rates of short prompts on the same day.
    """
    paid, short = cost(request), _cost(request, _rates(request, 0))
    return None if paid is None or short is None else paid - short


def _cost(request: Request, price: Rates | None) -> float | None:
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
