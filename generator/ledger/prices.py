"""Dated list prices of requests.

Prices come from the genai-prices table, which dates its epochs (the surcharge on prompts over 200,000 tokens
ended for the 4.6 models on 2026-03-13), and from OVERRIDES where that table lacks a price or has another than the
documentation. A model without a price is "no price", never 0. Every figure is a list price: a subscription is not
billed by it.
"""

from __future__ import annotations

import re
from dataclasses import astuple, dataclass, replace
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Any

from generator.records.models import is_other_makers
from generator.records.rows import Region, Request, ServiceTier, Speed

LONG_PROMPT = 200_000  # tokens; above it some epochs price the whole request higher (Anthropic pricing page)
BATCH_FACTOR = 0.5  # batch requests cost half (Anthropic pricing page)
US_FACTOR = 1.1  # computing in the US only, on every kind of token (Anthropic pricing page, "Data residency")
FIRST_REGIONAL = (4, 6)  # that factor holds for Opus 4.6 and newer models; older ones have no regional price
MILLION = 1_000_000
PRICING = "https://platform.claude.com/docs/en/about-claude/pricing"
MIRROR = "https://github.com/thevibeworks/claude-code-docs/commit/"  # dated copies of the pricing page
# claude-opus-4-6, claude-sonnet-4-20250514, claude-3-5-haiku-latest; a gateway's "claude-opus-4-6-fast" is not known
_KNOWN_FORM = re.compile(
    r"claude-(?:[a-z]+-([0-9]{1,2})(?:[-.]([0-9]{1,2}))?|([0-9]{1,2})(?:[-.]([0-9]{1,2}))?-[a-z]+)"
    r"(?:-[0-9]{8}|-latest)?"
)
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


def per_million(base: float, output: float) -> Rates:
    """Rates from the input and output price of a million tokens; the cache costs 1.25, 2 and 0.1 times the input."""
    return Rates(*(price / MILLION for price in (base, base / 10, base * 1.25, base * 2, output)))


OVERRIDES: tuple[Override, ...] = (
    Override(  # the price on long prompts is in the copy of 8 February and gone in that of 22 February
        models=("claude-opus-4-6",),
        speed=Speed.FAST,
        since=date(2026, 2, 7),
        until=date(2026, 2, 21),
        tiers=((0, per_million(30, 150)), (LONG_PROMPT, per_million(60, 225))),
        sources=(f"{MIRROR}477bb73e7", "https://platform.claude.com/docs/en/release-notes/overview"),
    ),
    Override(
        models=("claude-opus-4-6",),
        speed=Speed.FAST,
        since=date(2026, 2, 22),
        until=None,
        tiers=((0, per_million(30, 150)),),
        sources=(f"{MIRROR}477bb73e7",),
    ),
    Override(  # genai-prices has no row of these two; they never had another price, so it holds for any day
        models=("claude-mythos-5",),
        speed=Speed.STANDARD,
        since=date(2026, 1, 1),
        until=None,
        tiers=((0, per_million(10, 50)),),
        sources=(PRICING, "https://github.com/soulduse/ai-token-monitor/pull/141"),
    ),
    Override(  # its reads cost a fortieth of the input, where all models before it take a tenth
        models=("claude-mythos-5-1",),
        speed=Speed.STANDARD,
        since=date(2026, 1, 1),
        until=None,
        tiers=((0, replace(per_million(10, 50), cache_read=0.25 / MILLION)),),
        sources=(PRICING, "https://github.com/farion1231/cc-switch/pull/7051"),
    ),
    Override(  # genai-prices 0.2.3 has no price on long prompts for this model
        models=("claude-sonnet-4", "claude-sonnet-4-0", "claude-4-sonnet"),
        speed=Speed.STANDARD,
        since=date(2025, 8, 12),  # 1M context in beta (release notes)
        until=None,
        tiers=((0, per_million(3, 15)), (LONG_PROMPT, per_million(6, 22.5))),
        sources=(f"{MIRROR}a19166aae5c80a403b4bc8d3a589e81faef3be1d",),
    ),
)


def rates(request: Request) -> Rates | None:
    """Rates of the request's model, day, prompt size, speed, tier and region; None where no price is known."""
    return _rates(request, request.context)


@lru_cache(maxsize=65536)
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
    return [rates for start, rates in tiers if not start or prompt_tokens > start][-1]


def _rates(request: Request, prompt_tokens: int) -> Rates | None:
    found = list_rates(request.model, request.first_seen.date(), prompt_tokens, request.speed or Speed.STANDARD)
    if found is None:
        return None
    factor = 1.0
    if request.service_tier is ServiceTier.BATCH:
        if request.speed is Speed.FAST:  # not on offer together, so there is no such price
            return None
        factor *= BATCH_FACTOR
    if request.region is Region.US and (_version(request.model) or ()) >= FIRST_REGIONAL:
        factor *= US_FACTOR
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

    version = _version(model)
    if version is None or speed is Speed.OTHER:
        return None
    try:
        found = calc_price(
            Usage(input_tokens=1),
            model_ref=model,
            provider_id="anthropic",
            genai_request_timestamp=datetime.combine(day, time(12), UTC),
            price_context={"speed": "fast"} if speed is Speed.FAST else None,
        )
    except LookupError:
        return None
    if _version(found.model.id) not in (version, None):  # it matches by how a name begins: 4-60 would be 4-6
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
    """Version in a model id: claude-sonnet-4-20250514 -> (4, 0); None where it is not written as the service does."""
    found = _KNOWN_FORM.fullmatch(model)
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
