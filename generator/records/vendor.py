"""What is known of each vendor: one file in `vendors/`, read once. Detectors and prices take their numbers from there.

A model that no file claims is another maker's: it is counted and priced, and not judged.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Annotated

import msgspec

from generator.records.vocabulary import Speed

_FOLDER = Path(__file__).parent / "vendors"
Positive = Annotated[float, msgspec.Meta(gt=0)]


class Cache(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a vendor's cache works. Times in seconds, sizes in tokens."""

    short_seconds: Positive
    long_seconds: Positive
    smallest_prompt: int
    smallest_block: int
    looked_back: int  # blocks


class Override(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Prices of some models that hold instead of the table; `until` is the last day, None = open."""

    models: tuple[str, ...]  # ids without their date
    speed: Speed
    since: dt.date
    tiers: tuple[tuple[int, float, float], ...]  # from so many tokens: USD a million, input and output
    sources: tuple[str, ...]
    until: dt.date | None = None
    cache_read: float | None = None  # USD a million; None = as always


class Prices(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a vendor's list prices are, and what is added to them. Factors are of the input price or of every price."""

    table: str  # the vendor's id in genai-prices
    page: str
    long_prompt: int = 0
    batch: Positive = 1.0
    us_only: Positive = 1.0
    us_only_since: tuple[int, int] | None = None
    us_only_words: str = "every price"  # what it holds for, as a page says it
    write_short: Positive = 1.0
    write_long: Positive = 1.0
    read: Positive = 1.0
    override: tuple[Override, ...] = ()


class Vendor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One vendor: its models by a pattern of their whole public ids."""

    name: str
    models: str
    cache: Cache
    prices: Prices
    versions: str = ""  # pattern of ids that tell a version; "" = a price is looked up by the id as it is


@lru_cache(maxsize=1)
def vendors() -> tuple[Vendor, ...]:
    """All that are known, by the names of their files. Raises msgspec.ValidationError for a file that is none."""
    return tuple(
        msgspec.convert(tomllib.loads(path.read_text("utf-8")), Vendor) for path in sorted(_FOLDER.glob("*.toml"))
    )


@lru_cache(maxsize=1024)
def vendor_of(model: str) -> Vendor | None:
    """Whose model it is; None for another maker's, and for one that a log does not name."""
    return next((vendor for vendor in vendors() if re.fullmatch(vendor.models, model)), None)


def first_vendor() -> Vendor:
    """The one whose cache rules hold where a log names no model."""
    return vendors()[0]


def forget() -> None:
    """Read the files again."""
    vendors.cache_clear()
    vendor_of.cache_clear()
