"""The value of a YAML text by libyaml's events alone, without places; whatever is not plainly sound is left to others.

What the two parsers of PyYAML judge or place differently: a comment at the sign of a block, a last line without an end;
and in brackets a question mark and an empty value. Found by comparing them on 300,000 mutated files. Where the first of
such signs stands both have read the same, so that both stand in the same brackets.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from generator.curated.scalars import flaws, is_disputed, like_a_number, plain_value

MAX_DEPTH = 24

PARSER: Any = getattr(yaml, "CSafeLoader", None)
"""The parser of libyaml, where PyYAML was built with it."""
_UNEQUAL = re.compile(r"[|>][-+0-9]*#|[^\n]\Z")
_UNEQUAL_IN_BRACKETS = re.compile(r"\?|:\s*[#\]},]")
_OPEN_KEY = re.compile(r"(?:^|\s)\?(?:\s|\Z)", re.MULTILINE)


class UnsureError(Exception):
    """The text has a mistake, or is one of those that the parsers read differently."""


def quick_value(text: str, most: int, parser: Any) -> Any:
    """The value of a text of at most `most` values and keys. Raises UnsureError, also for every mistake."""
    in_brackets = "[" in text or "{" in text
    if _UNEQUAL.search(text) or (in_brackets and _OPEN_KEY.search(text)):
        raise UnsureError
    reading = _Reading(text, parser(text))
    try:
        value = reading.document()
    except (yaml.YAMLError, ValueError, OverflowError):
        raise UnsureError from None
    if reading.nodes > most:
        raise UnsureError
    return value


class _Reading:
    """One pass over the events of one text."""

    def __init__(self, text: str, loader: Any) -> None:
        self.text, self.next, self.nodes = text, loader.get_event, 0

    def document(self) -> Any:
        self.next()  # start of the stream
        event = self.next()
        if event.__class__ is yaml.StreamEndEvent:
            return None
        if event.version or event.tags:
            raise UnsureError
        value = self._value(self.next(), 0)
        self.next()  # end of the document
        if self.next().__class__ is not yaml.StreamEndEvent:
            raise UnsureError
        return value

    def _value(self, event: Any, depth: int) -> Any:
        self.nodes += 1
        kind = event.__class__
        if kind is yaml.AliasEvent or event.anchor is not None or event.tag is not None or depth > MAX_DEPTH:
            raise UnsureError
        if kind is yaml.ScalarEvent:
            return self._scalar(event)
        value: Any
        if kind is yaml.MappingStartEvent:
            value, end = self._mapping(depth + 1)
        else:
            value, end = self._sequence(depth + 1)
        if event.flow_style and _UNEQUAL_IN_BRACKETS.search(self.text, event.start_mark.index, end.end_mark.index):
            raise UnsureError
        return value

    def _sequence(self, depth: int) -> tuple[list[Any], Any]:
        found = []
        while (event := self.next()).__class__ is not yaml.SequenceEndEvent:
            found.append(self._value(event, depth))
        return found, event

    def _mapping(self, depth: int) -> tuple[dict[str, Any], Any]:
        found: dict[str, Any] = {}
        while (event := self.next()).__class__ is not yaml.MappingEndEvent:
            key = self._key(event)
            if key in found:
                raise UnsureError
            found[key] = self._value(self.next(), depth)
        return found, event

    def _key(self, event: Any) -> str:
        if event.__class__ is not yaml.ScalarEvent or event.anchor is not None or event.tag is not None:
            raise UnsureError
        self.nodes += 1
        key = self._scalar(event)
        if not isinstance(key, str) or "\n" in key or (not event.style and key == "<<"):
            raise UnsureError
        return key

    def _scalar(self, event: Any) -> Any:
        text: str = event.value
        if event.style:  # quoted, or a block
            if event.style == '"' and next(flaws(text), None):  # its escapes can write what a file may not hold
                raise UnsureError
            return text
        if like_a_number(text) and is_disputed(text):
            raise UnsureError
        return plain_value(text)
