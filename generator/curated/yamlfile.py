"""Read one YAML file into plain values, and know the line and column of each of them.

Built on the events of a parser: the usual loaders expand aliases, keep the last of two equal keys and turn `no` into
False. A file without a mistake is read by libyaml, ten times as fast (`yamlquick.py`); wherever that finds one, or is
known to differ, PyYAML's own parser reads the file from the start, so its words and places are the same with and
without libyaml. Places are looked for when somebody asks for one: of sound content nobody does.
Scalars follow the YAML 1.2 core schema (https://yaml.org/spec/1.2.2/#103-core-schema); dates stay text, the schema
decides what they are.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from generator.base.problems import ContentError, Problem
from generator.curated.scalars import flaws, is_disputed, plain_value
from generator.curated.yaml_words import told
from generator.curated.yamlquick import MAX_DEPTH, PARSER, UnsureError, quick_value

MAX_BYTES = 128 * 1024
MAX_NODES = 8_000
MAX_PROBLEMS = 50  # of one file

_QUICK = PARSER

Where = tuple[str | int, ...]  # keys and 0-based indexes from the root


class Place(NamedTuple):
    """A place in the file; both numbers are 1-based."""

    line: int
    column: int


Places = tuple[Mapping[Where, Place], Mapping[Where, Place]]
"""Those of all keys, and those of all values."""


@dataclass(frozen=True)
class Document:
    """The value of one file, and its text, in which places are found; a value that no file holds has no text."""

    path: str
    value: Any
    text: str | None = None
    find: Callable[[str], Places] | None = None  # the places of a text that is not YAML

    @cached_property
    def keys(self) -> Mapping[Where, Place]:
        """The place of each key."""
        return self._places[0]

    @cached_property
    def values(self) -> Mapping[Where, Place]:
        """The place of each value."""
        return self._places[1]

    @cached_property
    def _places(self) -> Places:
        return (self.find or _places_in)(self.text) if self.text is not None else ({}, {})

    def place(self, where: Where) -> Place:
        """Where a value stands; of something missing, where the thing stands that should hold it."""
        while where and where not in self.values:
            where = where[:-1]
        return self.values.get(where, Place(1, 1))

    def key_place(self, where: Where) -> Place:
        """Where the key of a value stands; an entry of a list has no key, so its own place."""
        return self.keys.get(where) or self.place(where)

    def problem(self, where: Where, code: str, message: str, hint: str = "") -> Problem:
        """A mistake in the value at `where`."""
        return Problem(self.path, *self.place(where), code, message, hint)


def read(path: Path, shown: str, times: int = 1) -> Document:
    """Read a regular file, following no link; `shown` is the path that problems name. Raises ContentError.

    `times` is how much larger than usual the file may be: a list that only grows.
    """
    return parse(read_bytes(path, shown, MAX_BYTES * times), shown, times)


def read_bytes(path: Path, shown: str, most: int) -> bytes:
    """At most one byte more than `most` of a regular file, following no link. Raises ContentError."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        handle = os.open(path, flags)
        with os.fdopen(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise ContentError(Problem(shown, 0, 0, "W-file", "not an ordinary file"))
            return file.read(most + 1)
    except OSError as error:
        reason = os.strerror(error.errno or 0).lower()
        raise ContentError(Problem(shown, 0, 0, "W-file", f"cannot be read: {reason}")) from error


def parse(data: bytes, shown: str, times: int = 1) -> Document:
    """Values and places of one YAML document. Raises ContentError with all mistakes found until reading had to stop."""
    if len(data) > MAX_BYTES * times:
        within = data[: MAX_BYTES * times].decode("utf-8", "replace")
        words = f"more than {MAX_BYTES * times // 1024} KiB"
        raise ContentError(Problem(shown, *_place(within, len(within)), "W-size", words))
    text = decoded(data, shown)
    found = [
        Problem(shown, *_place(text, place), "W-char", *words)
        for (place, *words), _ in zip(flaws(text), range(MAX_PROBLEMS), strict=False)
    ]
    if found:
        raise ContentError(*found)
    if (known := _quick(text, MAX_NODES * times)) is not None:
        return Document(shown, known[0], text)
    reading = _Reading(shown, yaml.SafeLoader(text), MAX_NODES * times, text)
    value = reading.document()
    if reading.problems:
        raise ContentError(*reading.problems)
    return Document(shown, value, text)


def _quick(text: str, most: int) -> tuple[Any] | None:
    """The value by libyaml; None where the other parser has to read it."""
    if not _QUICK:
        return None
    with suppress(UnsureError):
        return (quick_value(text, most, _QUICK),)
    return None


def _places_in(text: str) -> Places:
    """Places of all keys and all values of a text without a mistake."""
    most = len(text) + 1  # it is sound, so it is not too large
    loader = _QUICK(text) if _quick(text, most) is not None else yaml.SafeLoader(text)
    reading = _Reading("", loader, most, text)
    reading.document()
    return reading.keys, reading.values


def decoded(data: bytes, shown: str) -> str:
    """The text of a file. Raises ContentError where it is not UTF-8."""
    try:
        return data.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        place = _place(data[: error.start].decode("utf-8"), len(data))
        raise ContentError(Problem(shown, *place, "W-char", "not UTF-8", "save the file as UTF-8")) from None


def _place(text: str, offset: int) -> Place:
    before = text[:offset]
    return Place(before.count("\n") + 1, len(before) - before.rfind("\n"))


class _StopError(Exception):
    """Nothing after this place can be read."""


@dataclass
class _Reading:
    """One pass over the events of one file."""

    shown: str
    loader: Any
    most: int = MAX_NODES
    text: str = ""  # for the words of a mistake
    problems: list[Problem] = field(default_factory=list)
    keys: dict[Where, Place] = field(default_factory=dict)
    values: dict[Where, Place] = field(default_factory=dict)
    nodes: int = 0

    def document(self) -> Any:
        """The value of the only document; None after a mistake that ends the reading."""
        try:
            self._next()  # start of the stream
            event = self._next()
            if isinstance(event, yaml.StreamEndEvent):
                return None
            self._directives(event)
            value = self._value(self._next(), ())
            self._next()  # end of the document
            event = self._next()
            if not isinstance(event, yaml.StreamEndEvent):
                self._stop(event, "W-syntax", "a second document", "one document a file; remove the line ---")
        except _StopError:
            return None
        return value

    def _directives(self, event: Any) -> None:
        if event.version or event.tags:
            self._report(event, "W-syntax", "a directive", "remove the line that begins with %")

    def _next(self) -> Any:
        try:
            return self.loader.get_event()
        except yaml.MarkedYAMLError as error:
            plain = told(self.text, error)
            mark = plain or error.problem_mark or error.context_mark or self.loader.get_mark()
            words = (plain.message, plain.hint) if plain else (_in_words(error.problem or "not YAML"), "")
            self._mistake(mark, "W-syntax", *words)
        except (yaml.YAMLError, ValueError, OverflowError):  # the last two: \UFFFFFFFF, %YAML 1.<5000 digits>
            self._mistake(self.loader.get_mark(), "W-syntax", "not YAML", "")
        raise _StopError

    def _value(self, event: Any, where: Where) -> Any:
        self.nodes += 1
        if self.nodes > self.most:
            self._stop(event, "W-size", f"more than {self.most} values in one file")
        if len(where) > MAX_DEPTH:
            self._stop(event, "W-depth", f"nested more than {MAX_DEPTH} deep")
        self.values[where] = _mark_place(event.start_mark)
        if isinstance(event, yaml.AliasEvent):
            self._report(event, "W-alias", "an alias", "write the value out, or put the text in quotes")
            return None
        if event.anchor is not None:
            self._report(event, "W-alias", "an anchor", "remove it, or put the text in quotes")
        if event.tag is not None:
            self._report(event, "W-tag", "a tag", "remove it, or put the text in quotes")
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(where)
        if isinstance(event, yaml.SequenceStartEvent):
            return [
                self._value(inner, (*where, index)) for index, inner in enumerate(self._until(yaml.SequenceEndEvent))
            ]
        return self._scalar(event)

    def _until(self, end: type[yaml.Event]) -> Iterator[Any]:
        while not isinstance(event := self._next(), end):
            yield event

    def _mapping(self, where: Where) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        for event in self._until(yaml.MappingEndEvent):
            key = self._key(event, where)
            inner = (*where, key)
            if key in mapping:
                first = self.keys[inner].line
                self._report(event, "W-twice", f'key "{clipped(key)}" is written twice', f"first in line {first}")
                inner = (
                    *where,
                    f"{key}\n{self.nodes}",
                )  # a key holds no newline: the first one keeps its places
            self.keys[inner] = _mark_place(event.start_mark)
            value = self._value(self._next(), inner)
            mapping.setdefault(key, value)
        return mapping

    def _key(self, event: Any, where: Where) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            self._report(event, "W-key", "a key that is not text")
            self._value(event, (*where, f"\n{self.nodes}"))
            return f"\n{self.nodes}"
        self.nodes += 1
        plain = _plain(event)
        if event.anchor is not None:
            self._report(event, "W-alias", "an anchor", "remove it")
        if event.tag is not None:
            self._report(event, "W-tag", "a tag", "remove it")
        if plain and event.value == "<<":
            self._report(event, "W-alias", "a merge key", "write the fields out")
        elif "\n" in event.value or (plain and not isinstance(self._scalar(event), str)):
            self._report(event, "W-key", "a key that is not text", "put it in quotes")
        else:
            self._characters(event)
        return str(event.value)

    def _scalar(self, event: Any) -> Any:
        text: str = event.value
        if not _plain(event):
            self._characters(event)
            return text
        if is_disputed(text):
            self._report(event, "W-number", "a number of unclear value", "quote a text, write a number in plain digits")
        return plain_value(text)

    def _characters(self, event: Any) -> None:
        """Escapes of a quoted scalar can write what the file may not hold."""
        if event.style == '"' and (flaw := next(flaws(event.value), None)):
            self._report(event, "W-char", *flaw[1:])

    def _report(self, event: Any, code: str, message: str, hint: str = "") -> None:
        self._mistake(event.start_mark, code, message, hint)
        if len(self.problems) >= MAX_PROBLEMS:
            raise _StopError

    def _stop(self, event: Any, code: str, message: str, hint: str = "") -> None:
        self._report(event, code, message, hint)
        raise _StopError

    def _mistake(self, mark: Any, code: str, message: str, hint: str) -> None:
        self.problems.append(Problem(self.shown, *_mark_place(mark), code, message, hint))


def _mark_place(mark: Any) -> Place:
    return Place(mark.line + 1, mark.column + 1)


def _plain(event: Any) -> bool:
    return event.style in (None, "")  # the C parser says "" where the Python parser says None


def _in_words(problem: str) -> str:
    """The parser's words without what they quote of the file (token names and single characters stay)."""
    return re.sub(r"'(<[a-z ]+>|.)'", r"\1", re.sub(r"'[^'<][^']+'", "it", problem))


def clipped(text: str, most: int = 60) -> str:
    """Text short enough for one line of a terminal."""
    return text if len(text) <= most else f"{text[:most]}..."
