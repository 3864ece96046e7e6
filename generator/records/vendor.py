"""What is known of each vendor: one data file each. Detectors and prices judge a call by the file of its own vendor.

The program ships files in `vendors/`; a case may bring more (`content/vendors/`, read by `curated/vendor_files.py`).
A call is of the vendor that names its model. Where a log hides the model, it is of the vendor whose client or service
the log's format belongs to. A model that no file names is another maker's: it is counted and priced, and not judged.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import tomllib
from collections.abc import Callable, Iterable
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import msgspec

from generator.base.workers import carried
from generator.records.vocabulary import Slug, Speed

if TYPE_CHECKING:
    from functools import _lru_cache_wrapper

Answer = TypeVar("Answer")
_FOLDER = Path(__file__).parent / "vendors"
Positive = Annotated[float, msgspec.Meta(gt=0)]
Tokens = Annotated[int, msgspec.Meta(ge=0)]
DATED = r"(?:-20[2-3][0-9](?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])|-latest)?"
"""What may follow a public name: its day, as 20270401, or that it is the newest."""


class Cache(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a vendor's cache works. Times in seconds, sizes in tokens."""

    short_seconds: Positive
    long_seconds: Positive  # the same where there is one lifetime
    smallest_prompt: Tokens
    smallest_block: Tokens
    looked_back: Tokens  # blocks


class Ids(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the vendor's own names of calls begin; a call that carries others came through somebody else's hands."""

    message: tuple[str, ...] = ()
    request: tuple[str, ...] = ()


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

    page: str
    table: str = ""  # the vendor's id in genai-prices; "" = its prices are those below alone
    long_prompt: Tokens = 0
    batch: Positive = 1.0
    us_only: Positive = 1.0
    us_only_since: tuple[int, int] | None = None
    us_only_words: str = "every price"  # what it holds for, as a page says it
    write_short: Positive = 1.0
    write_long: Positive = 1.0
    read: Positive = 1.0
    override: tuple[Override, ...] = ()


class Vendor(msgspec.Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """One vendor, as its file says it."""

    id: Slug  # name of the file
    name: str
    models: str | tuple[str, ...]  # pattern of whole public ids, or each of them without its date
    cache: Cache
    prices: Prices
    ids: Ids = Ids()
    versions: str = ""  # pattern of ids that tell a version; "" = a price is looked up by the id as it is
    formats: bool = False  # the log formats that are read here are of its clients and services
    simulated: bool = False  # made up, to try the program on

    def makes(self, model: str) -> bool:
        """Is it the public id of one of its models?"""
        return self._models.fullmatch(model) is not None

    @cached_property
    def _models(self) -> re.Pattern[str]:
        if isinstance(self.models, str):
            return re.compile(self.models)
        return re.compile(f"(?:{'|'.join(map(re.escape, self.models))}){DATED}")

    @cached_property
    def digest(self) -> str:
        """SHA-256 of its values as JSON, keys in order: a comment in the file changes nothing."""
        return hashlib.sha256(msgspec.json.encode(self, order="deterministic")).hexdigest()

    @cached_property
    def message_id(self) -> re.Pattern[str]:
        """What one of its message ids begins with."""
        return _beginning(self.ids.message)

    @cached_property
    def request_id(self) -> re.Pattern[str]:
        """What one of its request ids begins with."""
        return _beginning(self.ids.request)


def _beginning(words: Iterable[str]) -> re.Pattern[str]:
    known = "|".join(map(re.escape, words))
    return re.compile(rf"(?:{known})[0-9A-Za-z]" if known else r"(?!)")


_given: tuple[Vendor, ...] = ()
_kept: list[Callable[[], None]] = []


def forgotten_with_vendors(function: _lru_cache_wrapper[Answer]) -> _lru_cache_wrapper[Answer]:
    """Decorator for what is kept of vendors' files by an `lru_cache`: it is emptied when other files are in use."""
    _kept.append(function.cache_clear)
    return function


def vendor_from(data: bytes) -> Vendor:
    """The vendor of a file that is sound. Raises msgspec.ValidationError or TOMLDecodeError for one that is none."""
    return msgspec.convert(tomllib.loads(data.decode()), Vendor)


def use(given: Iterable[Vendor]) -> None:
    """Judge by these files too, from now on, here and in workers that begin later; by no others that were given."""
    global _given  # noqa: PLW0603  what the registry is
    given = tuple(given)
    if given == _given:
        return
    _given = given
    carried["vendors"] = (use, given)
    forget()


def given() -> tuple[Vendor, ...]:
    """Those that are judged by beside the program's own."""
    return _given


@forgotten_with_vendors
@lru_cache(maxsize=1)
def vendors() -> tuple[Vendor, ...]:
    """All that are in use: those of the program by the names of their files, then those that were given."""
    return (*shipped(), *_given)


@forgotten_with_vendors
@lru_cache(maxsize=1)
def shipped() -> tuple[Vendor, ...]:
    """Those of the program."""
    return tuple(vendor_from(path.read_bytes()) for path in sorted(_FOLDER.glob("*.toml")))


@forgotten_with_vendors
@lru_cache(maxsize=1024)
def vendor_of(model: str) -> Vendor | None:
    """Whose model it is; None for another maker's, and for one that a log does not name."""
    return next((vendor for vendor in vendors() if vendor.makes(model)), None)


@forgotten_with_vendors
@lru_cache(maxsize=1)
def vendor_of_formats() -> Vendor:
    """Whose clients and services write the logs that are read: a call of a hidden model is judged as one of theirs."""
    return next(vendor for vendor in vendors() if vendor.formats)


@forgotten_with_vendors
@lru_cache(maxsize=1024)
def judge_of(model: str) -> Vendor:
    """By whose rules a call of this model is judged. Of another maker's model nothing is asked in the first place."""
    return vendor_of(model) or vendor_of_formats()


def forget() -> None:
    """Read the files again."""
    for clear in _kept:
        clear()
