"""Read one TOML file into plain values, with the line and column of each key and value.

The standard library's parser says where a mistake is, and of sound files nothing but values; so places are looked up
in the text afterwards, for names that the values really have. An entry of a list has the place of its text, else that
of its key.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import tomllib
from collections.abc import Iterator
from functools import partial
from typing import Any

from generator.base.problems import ContentError, Problem
from generator.curated.checking import value_at
from generator.curated.scalars import flaws
from generator.curated.yamlfile import MAX_BYTES, MAX_PROBLEMS, Document, Place, Places, Where, decoded

_AT = re.compile(r"(?: )?\(at (?:line ([0-9]+), column ([0-9]+)|end of document)\)$")
_TABLE = re.compile(r"^[ \t]*\[(\[?)[ \t]*([A-Za-z0-9_.-]+)[ \t]*\]", re.MULTILINE)
_KEY = re.compile(r"^[ \t]*([A-Za-z0-9_.-]+)[ \t]*=[ \t]*", re.MULTILINE)


def parse_toml(data: bytes, shown: str) -> Document:
    """Values and places of a TOML document. Raises ContentError with the first mistake of its form."""
    if len(data) > MAX_BYTES:
        raise ContentError(Problem(shown, 0, 0, "W-size", f"more than {MAX_BYTES // 1024} KiB"))
    text = decoded(data, shown)
    found = [
        Problem(shown, *_place(text, place), "W-char", *words)
        for (place, *words), _ in zip(flaws(text), range(MAX_PROBLEMS), strict=False)
    ]
    if found:
        raise ContentError(*found)
    try:
        value = _plain(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ContentError(_mistake(text, shown, str(error))) from None
    except RecursionError:
        raise ContentError(Problem(shown, 0, 0, "W-syntax", "not TOML: nested too deep")) from None
    return Document(shown, value, text, partial(_places, value))


def _places(value: Any, text: str) -> Places:
    keys: dict[Where, Place] = {}
    values: dict[Where, Place] = {(): Place(1, 1)}
    for where, key, start in _named(text):
        if value_at(value, where) is not None and where not in keys:
            keys[where], values[where] = _place(text, key), _place(text, start)
            values |= dict(_entries(text, where, start, value_at(value, where)))
    return keys, values


def _named(text: str) -> Iterator[tuple[Where, int, int]]:
    """Each table and each key, with where it begins and where its value does."""
    tables = list(_TABLE.finditer(text))
    counted: dict[Where, int] = {}
    ends = [*(table.start() for table in tables[0:]), len(text)]
    yield from _keys(text, (), 0, ends[0])
    for table, end in zip(tables, ends[1:], strict=True):
        where: Where = tuple(table[2].split("."))
        if table[1]:
            counted[where] = counted.get(where, -1) + 1
            where = (*where, counted[where])
        yield where, table.start(2), table.start(2)
        yield from _keys(text, where, table.end(), end)


def _keys(text: str, table: Where, start: int, end: int) -> Iterator[tuple[Where, int, int]]:
    for key in _KEY.finditer(text, start, end):
        yield (*table, *key[1].split(".")), key.start(1), key.end()


def _entries(text: str, where: Where, start: int, value: Any) -> Iterator[tuple[Where, Place]]:
    """Texts of a list."""
    for index, one in enumerate(value if isinstance(value, list) else ()):
        found = isinstance(one, str) and re.compile(
            f"{re.escape(json.dumps(one, ensure_ascii=False))}|'{re.escape(one)}'"
        ).search(text, start)
        if found:
            start = found.end()
            yield (*where, index), _place(text, found.start())


def _plain(value: Any) -> Any:
    """Days and times as texts: the model says what they are."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, dt.date | dt.time) else value


def _mistake(text: str, shown: str, said: str) -> Problem:
    """What the parser says, without what it quotes of the file."""
    at = _AT.search(said)
    place = Place(int(at[1]), int(at[2])) if at and at[1] else _place(text, len(text))
    words = re.sub(r" ?(?:'[^']*'|\"[^\"]*\"|: .*)", "", _AT.sub("", said)).strip()
    hint = "a text is in quotes, a key stands once, and each line is key = value or [table]"
    return Problem(shown, *place, "W-syntax", f"not TOML: {words[:1].lower()}{words[1:]}", hint)


def _place(text: str, offset: int) -> Place:
    before = text[:offset]
    return Place(before.count("\n") + 1, len(before) - before.rfind("\n"))
