"""Vendors that a case brings: `content/vendors/<id>.toml`, held to what a vendor can be, and put to use."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, Literal

import msgspec
from pydantic import Field, StringConstraints

from generator.base.problems import Problem
from generator.curated.case import Case
from generator.curated.checking import did_you_mean
from generator.curated.entries import Entry, Outside, Records, sound
from generator.curated.models import Id, Line, Model, WebUrl
from generator.records.models import OTHER
from generator.records.vendor import Vendor, shipped, use

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]{2,20}(?:[.-][a-z0-9]{1,20}){0,6}$", max_length=40)]
Beginning = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_-]{2,20}$")]
Seconds = Annotated[float, Field(gt=0, le=30 * 86400, allow_inf_nan=False)]
Tokens = Annotated[int, Field(ge=0, le=100_000_000)]
Factor = Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)]
Dollars = Annotated[float, Field(ge=0, le=10_000, allow_inf_nan=False)]


class CacheRules(Model):
    """How the vendor's cache works."""

    short_seconds: Seconds
    long_seconds: Seconds
    smallest_prompt: Annotated[int, Field(ge=1, le=10_000_000)]
    smallest_block: Annotated[int, Field(ge=1, le=10_000_000)]
    looked_back: Annotated[int, Field(ge=1, le=10_000)]


class CallIds(Model):
    """How the vendor's own names of calls begin."""

    message: tuple[Beginning, ...] = ()
    request: tuple[Beginning, ...] = ()


class ListPrice(Model):
    """What some models cost in one period."""

    models: Annotated[tuple[Name, ...], Field(min_length=1)]
    speed: Literal["standard", "fast"] = "standard"
    since: dt.date
    until: dt.date | None = None
    tiers: Annotated[tuple[tuple[Tokens, Dollars, Dollars], ...], Field(min_length=1)]
    cache_read: Dollars | None = None
    sources: Annotated[tuple[WebUrl, ...], Field(min_length=1)]


class PriceRules(Model):
    """Where the vendor's list prices are, and what is added to them."""

    page: WebUrl
    table: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{0,40}$")] = ""
    long_prompt: Tokens = 0
    batch: Factor = 1.0
    write_short: Factor = 1.0
    write_long: Factor = 1.0
    read: Factor = 1.0
    override: tuple[ListPrice, ...] = ()


class VendorFile(Model):
    """One vendor, by whose rules the calls of its models are judged."""

    id: Id
    name: Line
    models: Annotated[tuple[Name, ...], Field(min_length=1, max_length=200)]
    cache: CacheRules
    prices: PriceRules
    ids: CallIds = CallIds()
    simulated: bool = False

    def vendor(self) -> Vendor:
        """As the ledger takes it."""
        return msgspec.convert(self.model_dump(mode="json"), Vendor)


def vendors_can_be(entries: Sequence[Entry], _: Outside) -> Iterator[Problem]:
    """Lifetimes in order, periods that do not end before they begin, and models that are nobody else's."""
    known: dict[str, str] = {}
    theirs = shipped()
    for entry, one in sound(entries, VendorFile):
        if any(vendor.id == one.id for vendor in theirs):
            yield entry.problem(("id",), "W-twice", "the program has a vendor of this id", "name yours otherwise")
        for place, name in enumerate(one.models):
            whose = next((vendor.name for vendor in theirs if vendor.makes(name)), "") or known.get(name, "")
            if whose or name == OTHER:
                message = f"is a model of {whose}" if whose else "stands for a model that a log does not name"
                yield entry.problem(("models", place), "W-twice", f"{name} {message}", "a call is of one vendor")
            known[name] = one.name
        yield from _cache(entry, one.cache)
        for index, price in enumerate(one.prices.override):
            yield from _price(entry, one, index, price)


def _cache(entry: Entry, cache: CacheRules) -> Iterator[Problem]:
    if cache.long_seconds < cache.short_seconds:
        hint = "where there is one lifetime, both have its seconds"
        yield entry.problem(("cache", "long_seconds"), "W-value", "is shorter than short_seconds", hint)
    if cache.smallest_prompt < cache.smallest_block:
        hint = "a prompt that is cached holds a block at least"
        yield entry.problem(("cache", "smallest_prompt"), "W-value", "is smaller than smallest_block", hint)


def _price(entry: Entry, one: VendorFile, index: int, price: ListPrice) -> Iterator[Problem]:
    where = ("prices", "override", index)
    if price.until and price.until < price.since:
        yield entry.problem((*where, "until"), "W-order", "is before since", "the last day, included")
    for name in set(price.models) - set(one.models):
        yield entry.problem((*where, "models"), "W-ref", f"{name} is not among the models of this vendor")
    starts = [start for start, _, _ in price.tiers]
    if starts[0] or starts != sorted(set(starts)):
        hint = "[[0, 2.0, 8.0], [200000, 4.0, 16.0]]: from so many tokens, USD a million of input and of output"
        yield entry.problem((*where, "tiers"), "W-order", "the first size is 0, and each is larger than the last", hint)


def case_names_known_vendors(records: Records) -> Iterator[Problem]:
    """A vendor that the case names has a file."""
    known = {*(vendor.id for vendor in shipped()), *(records.ids("vendor") or ())}
    for entry, case in sound(records.of_word("case"), Case):
        for place, name in enumerate(case.vendors):
            if name not in known:
                hint = (
                    did_you_mean(name, known)
                    or f"one of {', '.join(sorted(known))}, or add content/vendors/{name}.toml"
                )
                yield entry.problem(("vendors", place), "W-ref", f'no vendor "{name}" has a file', hint)


def use_files(files: Iterable[VendorFile]) -> None:
    """Judge by these too, and by no others that a case brought."""
    use(sorted((one.vendor() for one in files), key=lambda one: one.id))
