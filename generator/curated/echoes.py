"""Which records may tell the same thing as a new one: near in time, and alike in their titles or in their numbers.

A hint for a person and no judgement: rules that anybody can work out again, and each hint says which one it was.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from generator.curated.entries import Records

DAYS = 3  # apart at most: press and threads follow within days
WORDS = 0.5  # share of the words of both titles that both have
NUMBERS = 2  # of figures, that both state
_WORD = re.compile(r"[^\W_]{3,}")
_NUMBER = re.compile(r"[0-9]+(?:[.,][0-9]+)*")
_KINDS = {"report": "date", "event": "start"}
"""Kinds that are compared, with the field of their day."""


@dataclass(frozen=True)
class Echo:
    """A record that may tell the same, and what says so."""

    word: str
    id: str
    days: int
    why: str

    def __str__(self) -> str:
        """In one line."""
        apart = "on the same day" if self.days == 0 else "a day apart" if self.days == 1 else f"{self.days} days apart"
        return f'{self.word} "{self.id}" may tell the same: {apart}, {self.why}'


def echoes(records: Records, word: str, values: dict[str, Any]) -> Iterator[Echo]:
    """Records of this kind that may tell the same as a new one with these values, the order that of the files."""
    field = _KINDS.get(word)
    day = _day(values.get(field)) if field else None
    if field is None or day is None:
        return
    known = {values.get("echo_of"), values.get("relays")}
    for entry in records.of_word(word):
        other = _day(entry.value(field))
        if other is None or abs((other - day).days) > DAYS or entry.value("id") in known:
            continue
        why = _alike(values, {"title": entry.value("title"), "figures": entry.value("figures")})
        if why:
            yield Echo(word, str(entry.value("id")), abs((other - day).days), why)


def _alike(one: dict[str, Any], other: dict[str, Any]) -> str:
    """Why two records are alike, in words; "" where they are not."""
    first, second = ({word.casefold() for word in _WORD.findall(str(each.get("title") or ""))} for each in (one, other))
    both = first & second
    if len(both) > 1 and len(both) / len(first | second) >= WORDS:
        return f"{len(both)} of the {len(first | second)} words of their titles are the same"
    same = _numbers(one) & _numbers(other)
    return f"both state {', '.join(sorted(same))}" if len(same) >= NUMBERS else ""


def _numbers(values: dict[str, Any]) -> set[str]:
    """Numbers of two digits or more in the figures: a single digit is in every second report."""
    figures = values.get("figures")
    written = [
        str(one.get(field) or "")
        for one in (figures if isinstance(figures, list) else ())
        for field in ("value", "start", "end")
        if isinstance(one, dict)
    ]
    return {number for text in written for number in _NUMBER.findall(text) if len(number) > 1}


def _day(written: Any) -> dt.date | None:
    try:
        return dt.date.fromisoformat(str(written)[:10])
    except ValueError:
        return None
