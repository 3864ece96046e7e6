"""Values of a page that are read out of its JSON twin and name their place there in `data-v`.

So a number that a reader copies and the one that a program reads are the same by construction, and anybody can compare
the two: `data-v` is the place (`record.excess_tokens`), `value` what stands there where the page writes it otherwise.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any

from markupsafe import Markup

from generator.charts.files import Download

RECORD = "record"
"""Where the record is in a twin."""


def stated(record: Mapping[str, Any], at: str, write: Callable[[Any], str] = str) -> Markup:
    """The value at this place of the record, as `write` says it. Raises KeyError where there is none."""
    value = value_at(record, at)
    text, place = write(value), f"{RECORD}.{at}"
    if text == value:
        return Markup('<span data-v="{}">{}</span>').format(place, text)
    plain = value if isinstance(value, str) else json.dumps(value)
    return Markup('<data value="{}" data-v="{}">{}</data>').format(plain, place, text)


def value_at(record: Any, at: str) -> Any:
    """The value at a place: names and numbers of list items, with points between. Raises KeyError where none is."""
    return reduce(_inside, at.split("."), record)


def _inside(value: Any, name: str) -> Any:
    try:
        return value[int(name)] if isinstance(value, list | tuple) else value[name]
    except (IndexError, TypeError, ValueError):
        raise KeyError(name) from None


def record_of(files: tuple[Download, ...]) -> dict[str, Any]:
    """The record of the twin among the files beside a page; empty where there is none."""
    twin: dict[str, Any] = next((json.loads(file.content) for file in files if file.name == "index.json"), {})
    record = twin.get(RECORD)
    return record if isinstance(record, dict) else {}
