"""What a curator noted of a report, as a page prints it: whole words, and each record that is named is a link."""

from __future__ import annotations

import re
from collections.abc import Collection

_QUESTION = re.compile(r"Q0*([0-9]+)")
_INDEX = re.compile(r"index:(\S+)")
_NAMED = re.compile(r"\b(?:[a-z][a-z0-9]*(?:-[a-z0-9]+)+|issue ([0-9]{4,6}))\b")


def found_how(provenance: str) -> str:
    """How a report was found: `Q033` is a question of our list, `index:NAME` another investigator's index."""
    asked = _QUESTION.sub(r"by question \1 of our list", provenance)
    return _INDEX.sub(r"in the index of \1", asked.replace(" index:", ", and index:"))


def linked(text: str, reports: Collection[str]) -> tuple[tuple[str, str], ...]:
    """The text in pieces, each with the id of the report that it names or ""; "issue 33120" names `cc-33120`."""
    pieces: list[tuple[str, str]] = []
    end = 0
    for found in _NAMED.finditer(text):
        id = f"cc-{found[1]}" if found[1] else found[0]
        if id in reports:
            pieces += [(text[end : found.start()], ""), (found[0], id)]
            end = found.end()
    return tuple(piece for piece in (*pieces, (text[end:], "")) if piece[0])
