"""A record as YAML in which every text of a stranger is a quoted scalar; read again, it says the same or is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from generator.curated.draft_text import says, with_text
from generator.curated.issues.record import Draft

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
    if draft.listed:
        head = f"# yaml-language-server: $schema=schemas/{draft.schema}.json\n".encode()
        content = with_text(old or head, shown, lambda dash: "".join(_lines(draft, dash)), draft.fields)
    else:
        head = f"# yaml-language-server: $schema=../schemas/{draft.schema}.json\n".encode()
        content = head + "".join(_lines(draft, None)).encode()
        says(content, shown, dict(draft.fields))
    line = content.count(b"\n") - len(_lines(draft, "")) + 1  # the record is last
    fields: dict[int, str] = {}
    for name, value in draft.fields.items():
        fields[line] = name
        line += len(list(_field(name, value)))
    return Written(draft.path, content, fields)


def _lines(draft: Draft, dash: str | None) -> list[str]:
    """The record, each line with its end; as an entry of a list, below this indentation of its dash."""
    lines = [f"{line}\n" for name, value in draft.fields.items() for line in _field(name, value)]
    if dash is None:
        return lines
    return [f"{dash}{'  ' if number else '- '}{line}" for number, line in enumerate(lines)]


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
