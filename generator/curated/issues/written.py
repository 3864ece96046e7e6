"""A record as YAML in which every text of a stranger is a quoted scalar; read again, it says the same or is refused."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from generator.base.problems import ContentError, Problem
from generator.curated.issues.record import Draft
from generator.curated.yamlfile import parse

_WIDE = 100  # columns of a quoted line


@dataclass(frozen=True)
class Written:
    """One file as it will be, and the line at which each field of the new record begins."""

    path: str  # below content/
    content: bytes
    fields: Mapping[int, str]  # by line, 1-based

    def field_at(self, line: int) -> str:
        """The field in which this line is; "" for a line above the record."""
        return next((name for first, name in sorted(self.fields.items(), reverse=True) if first <= line), "")


def written(draft: Draft, old: bytes = b"") -> Written:
    """The file with the record in it; `old` is the list that it joins.

    Raises ContentError where the file would say anything else than the old one and this record.
    """
    shown = f"content/{draft.path}"
    before: Any = parse(old, shown).value if draft.listed and old else []
    head = (
        _old(old.decode(), draft)
        if draft.listed
        else f"# yaml-language-server: $schema=../schemas/{draft.schema}.json\n"
    )
    lines = head.count("\n")
    fields: dict[int, str] = {}
    body: list[str] = []
    for number, (name, value) in enumerate(draft.fields.items()):
        fields[lines + len(body) + 1] = name
        start = ("- " if number == 0 else "  ") if draft.listed else ""
        body += [
            f"{start}{line}" if place == 0 else f"{'  ' if draft.listed else ''}{line}"
            for place, line in enumerate(_field(name, value))
        ]
    content = (head + "\n".join(body) + "\n").encode()
    wanted = [*copy.deepcopy(before or []), dict(draft.fields)] if draft.listed else dict(draft.fields)
    if parse(content, shown).value != wanted:
        words = "is written in a form to which a program cannot add without risk"
        raise ContentError(Problem(shown, 0, 0, "W-form", words, "add the record by hand"))
    return Written(draft.path, content, fields)


def _old(text: str, draft: Draft) -> str:
    """The list without the sign of an empty one, its last line ended."""
    if not text:
        return f"# yaml-language-server: $schema=schemas/{draft.schema}.json\n"
    kept = [line for line in text.splitlines() if line.strip() != "[]"]
    return "\n".join(kept) + "\n"


def _field(name: str, value: Any) -> Iterator[str]:
    if isinstance(value, bool):
        yield f"{name}: {'true' if value else 'false'}"
    elif isinstance(value, str):
        first, *more = _quoted(value)
        yield f"{name}: {first}"
        yield from (f"  {line}" for line in more)
    elif all(isinstance(one, str) for one in value):
        yield f"{name}: [{', '.join(json.dumps(one, ensure_ascii=False) for one in value)}]"
    else:
        yield f"{name}:"
        for record in value:
            for number, (key, text) in enumerate(record.items()):
                yield f"  {'  ' if number else '- '}{key}: {json.dumps(text, ensure_ascii=False)}"


def _quoted(text: str) -> Iterator[str]:
    """Lines of one double-quoted scalar: JSON, whose strings are YAML's, broken where a backslash ends a line.

    A space that would begin a line is escaped, as YAML leaves it out there
    (https://yaml.org/spec/1.2.2/#731-double-quoted-style).
    """
    pieces: list[str] = []
    for number, line in enumerate(lines := text.split("\n")):
        end = "" if number == len(lines) - 1 else "\\n"
        pieces += _broken(json.dumps(line, ensure_ascii=False)[1:-1] + end)
    for number, piece in enumerate(pieces):
        last = number == len(pieces) - 1
        start = '"' if number == 0 else "\\" if piece.startswith(" ") else ""
        yield start + piece + ('"' if last else "\\")


def _broken(line: str) -> Iterator[str]:
    """The line in pieces that end after a space."""
    piece = ""
    for word in line.split(" "):
        if piece and len(piece) + len(word) > _WIDE:
            yield piece
            piece = ""
        piece += f"{word} "
    yield piece[:-1]
