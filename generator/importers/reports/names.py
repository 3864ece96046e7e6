"""What names a row of a report: model, surface, and the other dimensions, which leave as one pseudonym."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import datetime

from generator.importers.reports.periods import width
from generator.records.models import public_model
from generator.records.pseudonyms import pseudonym
from generator.records.rows import ModelId, Pseudonym, Slug, Surface

LONGEST_SLUG = 64
HASH_LETTERS = 8
VERSION_FIRST = 4  # models older than this major version are called claude-3-5-haiku, not claude-haiku-3-5
OTHER: ModelId = "other"
PRODUCTS = {"chat": Surface.CLAUDE_AI, "claude-code": Surface.CLAUDE_CODE, "cowork": Surface.COWORK}

_REMARK = re.compile(r"\s*\([^)]*\)")
_DATE = re.compile(r"\b(20[0-9]{2})-([0-9]{2})-([0-9]{2})\b")
_FAMILY_FIRST = re.compile(r"claude-([a-z]+)-([0-9]{1,2}(?:-[0-9]{1,2})?)((?:-.*)?)")


def grouping(dimensions: Iterable[str], start: datetime, end: datetime) -> Slug:
    """Names of the dimensions that a report is split by, and of its width where that is not a day."""
    name = "-".join(part for part in (*dimensions, width(start, end)) if part) or "none"
    if len(name) <= LONGEST_SLUG:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:HASH_LETTERS]
    return f"{name[: LONGEST_SLUG - HASH_LETTERS - 1].rstrip('-')}-{digest}"


def group(values: Iterable[str], key: bytes) -> Pseudonym:
    """Pseudonym of the row's other dimensions, in a fixed order; "" where all are empty."""
    values = tuple(values)
    return pseudonym("group", "\x1f".join(values), key) if any(values) else ""


def model(raw: str) -> tuple[ModelId, str]:
    """Public id of a model, and the raw name where the id does not tell it whole.

    Several unknown models are all "other"; without the raw name in the group one row would replace the other.
    """
    if not raw:
        return OTHER, ""
    known = public_model(raw)
    return known, "" if known == raw else raw


def displayed_model(raw: str) -> tuple[ModelId, str]:
    """The same for names such as "Claude Sonnet 4.5" or "Claude 3.5 Sonnet 2024-10-22"."""
    plain = _REMARK.sub("", raw).strip()
    name = _DATE.sub(r"\1\2\3", plain.lower()).replace(".", "-").replace(" ", "-")
    family_first = _FAMILY_FIRST.fullmatch(name)
    if family_first and int(family_first.group(2).split("-")[0]) < VERSION_FIRST:
        name = f"claude-{family_first.group(2)}-{family_first.group(1)}{family_first.group(3)}"
    known = model(name)[0]
    return known, raw if known == OTHER or plain != raw else ""


def surface(product: str | None) -> Surface:
    """The surface of a product as reports of organizations name it; those that have no door of their own share one."""
    return PRODUCTS.get((product or "").strip().lower().replace("_", "-").replace(" ", "-"), Surface.ENTERPRISE)
