"""The fields that `witnessmark new` takes: their flags, how a text becomes their value, and what each may be."""

from __future__ import annotations

import datetime as dt
import re
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal, get_args, get_origin

from generator.curated.draft_tables import table_of
from generator.curated.entries import Kind
from generator.curated.field_words import WORDS
from generator.curated.models import Model

DRAFTED = ("report", "event", "incident", "claim", "source", "measurement", "reply", "correction")
"""Kinds that people add one by one."""
_FLAGS = {
    "surfaces": "surface",
    "symptoms": "symptom",
    "plans": "plan",
    "figures": "figure",
    "more_urls": "more-url",
    "sources": "source",
    "detectors": "detector",
    "tables": "table",
}
"""Flags that are said once for each value."""
_FORMS: Mapping[str, str] = {
    "figures": '"METRIC = VALUE", or "METRIC = FROM -> TO"',
    "evidence": (
        '"report:tracker-12345 for: WHAT IT SHOWS"; for, against or context; then nothing, part or other-dates; '
        "a source, an incident or a measurement as well"
    ),
    "bears_on": '"C-012: WHAT IT SAYS"',
    "tables": "a file of comma-separated values, the names of the columns in its first line",
    "dates": '"2025-06-17 to 2025-06-23: AS THE ARTICLE PUTS IT"; either day may be ..',
    "wanted": '"RECORD; HOLDER", the record that would decide and who could publish it',
}
"""Fields that hold more than a text, and the form in which a flag takes them."""
_LEFT_OUT = {"applied", "computed"}  # written by hand, after a look at a neighbour
_FIGURE = re.compile(r"(?P<metric>[^=]+)=(?:(?P<start>.+?)\s*->\s*(?P<end>.+)|(?P<value>.+))")
_EVIDENCE = re.compile(
    r"(?P<field>source|report|incident|measurement)\s*:\s*(?P<id>[A-Za-z0-9-]+)\s+(?P<stance>for|against|context)"
    r"(?:\s+(?P<bears>direct|part|other-dates))?\s*:\s*(?P<shows>.+)"
)
_BEARING = re.compile(r"(?P<claim>[A-Za-z0-9-]+)\s*:\s*(?P<says>.+)")
_DATES = re.compile(r"(?P<start>[0-9-]+|\.\.)\s+to\s+(?P<end>[0-9-]+|\.\.)\s*:\s*(?P<text>.+)")
_WANTED = re.compile(r"(?P<record>[^;]+);(?P<holder>.+)")


@dataclass(frozen=True)
class DraftField:
    """One field of a kind, as a flag."""

    name: str
    flag: str  # without its dashes
    words: str
    needed: bool  # the model has no default for it
    many: bool
    truth: bool  # true or false
    choices: tuple[str, ...]
    form: str  # how a value of several parts is written

    @property
    def ids(self) -> bool:
        """Does it hold words without commas, so that several may be in one flag?"""
        return self.many and not self.form and self.name not in {"more_urls", "sources"}


def fields_of(kind: Kind) -> tuple[DraftField, ...]:
    """The fields of a kind in the order in which they are written; those that are needed are asked for."""
    return tuple(_field(kind, name) for name in kind.model.model_fields if name not in _LEFT_OUT)


def _field(kind: Kind, name: str) -> DraftField:
    info = kind.model.model_fields[name]
    parts = list(_parts(info.annotation))
    return DraftField(
        name=name,
        flag=_FLAGS.get(name, name.replace("_", "-")),
        words=WORDS[kind.word][name],
        needed=info.is_required(),
        many=any(get_origin(part) is tuple for part in parts),
        truth=bool in parts,
        choices=tuple(_choices(parts)),
        form=_FORMS.get(name, ""),
    )


def _parts(annotation: Any) -> Iterator[Any]:
    yield annotation
    if get_origin(annotation) is Literal:
        return
    for part in get_args(annotation):
        if isinstance(part, type | types.GenericAlias | types.UnionType) or get_origin(part) is not None:
            yield from _parts(part)


def _choices(parts: Sequence[Any]) -> Iterator[str]:
    if any(isinstance(part, type) and issubclass(part, Model) for part in parts):
        return
    for part in parts:
        if get_origin(part) is Literal:
            yield from map(str, get_args(part))
        elif isinstance(part, type) and issubclass(part, StrEnum):
            yield from (one.value for one in part)


def value_of(field: DraftField, given: Sequence[str]) -> Any:
    """What is written into the file for these texts. Raises ValueError, whose words say what is wrong."""
    if field.truth:
        return {"true": True, "yes": True, "y": True, "false": False, "no": False, "n": False}.get(
            given[-1].strip().casefold(), given[-1]
        )
    if field.name == "tables":
        return [table_of(text, number) for number, text in enumerate(given, 1)]
    if field.form:
        values = [_of_form(field, text) for text in given]
        return values if field.many else values[-1]
    if field.ids:
        words = [word.strip() for text in given for word in text.split(",")]
        return words if field.name == "asked" else [word for word in words if word]  # '' for others: none
    if field.many:
        return [text.strip() for text in given]
    return place_of(given[-1].strip()) if field.name == "page" else given[-1].strip()


def _of_form(field: DraftField, text: str) -> dict[str, str]:
    pattern, make = _OF_FORM[field.name]
    found = pattern.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"is written {field.form}")
    return make({name: part.strip() for name, part in found.groupdict().items() if part is not None})


def _evidence(parts: dict[str, str]) -> dict[str, str]:
    named = {parts["field"]: parts["id"], "stance": parts["stance"]}
    return named | ({"bears": parts["bears"]} if "bears" in parts else {}) | {"shows": parts["shows"]}


def _period(parts: dict[str, str]) -> dict[str, str]:
    return {name: part for name, part in parts.items() if part != ".."}


_OF_FORM: Mapping[str, tuple[re.Pattern[str], Callable[[dict[str, str]], dict[str, str]]]] = {
    "figures": (_FIGURE, dict),
    "evidence": (_EVIDENCE, _evidence),
    "bears_on": (_BEARING, dict),
    "dates": (_DATES, _period),
    "wanted": (_WANTED, dict),
}


def moment_of(text: str) -> str:
    """A day as its first moment in UTC, and a moment of another zone in UTC; anything else as it is."""
    try:
        read = dt.datetime.fromisoformat(text)
    except ValueError:
        return text
    if read.tzinfo is None:
        return f"{text}T00:00:00Z" if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) else text
    try:
        return read.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
    except OverflowError:  # the year 0 or 10000 in UTC: the model says so
        return text


def place_of(text: str) -> str:
    """The place of a page below the case, also of its whole address: c/C-064."""
    found = re.search(r"(?:^|/)([a-z]/[A-Za-z0-9-]+)/?(?:[?#].*)?$", text)
    return found[1] if found else text
