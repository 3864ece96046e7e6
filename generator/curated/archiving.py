"""Write an archived copy into the YAML of a record: one line is added or changed, and every other byte stays.

The file is read again afterwards: but for that one value it must say what it said before, or nothing is written.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from generator.base.problems import ContentError, Problem
from generator.curated.checking import value_at
from generator.curated.yamlfile import Document, Where, parse

FIELD, AFTER = "archive_url", "url"
_VALUE = re.compile(
    r"(?P<key>(?:[ ]*|[ ]*-[ ]+)%s:[ ]+)"
    r"(?P<value>'[^']*'|\"[^\"\\]*\"|[^\s'\"&*!|>#{}\[\]][^\s]*)"
    r"(?P<rest>[ ]*(?:[ ]#.*)?\r?\n?)"
)
"""A key with a value on the same line, in an entry of a list or not: `%s` is the name of the key."""
_BY_HAND = "write it there by hand: this command changes only records with a key a line"


@dataclass(frozen=True)
class Addition:
    """An archived copy for the record at a place of its file."""

    where: Where
    address: str


def with_copies(data: bytes, document: Document, additions: Iterable[Addition], times: int = 1) -> bytes:
    """The file with these copies; `times` is how much larger than usual it may be.

    Raises ContentError with every record that is not written a key a line.
    """
    lines = re.findall(r"[^\n]*\n|[^\n]+", data.decode())
    problems: list[Problem] = []
    rows = [(_line_of(document, one), one) for one in additions]
    for number, one in sorted(rows, key=lambda row: row[0], reverse=True):  # from the end: no line above moves
        replaced = document.keys.get((*one.where, FIELD)) is not None
        match = re.fullmatch(_VALUE.pattern % (FIELD if replaced else AFTER), lines[number - 1])
        if match is None:
            place = document.key_place((*one.where, FIELD if replaced else AFTER))
            problems.append(Problem(document.path, *place, "W-form", "cannot be changed by a program", _BY_HAND))
        elif replaced:
            lines[number - 1] = f"{match['key']}{_scalar(one.address)}{match['rest']}"
        else:
            indent = " " * match["key"].index(AFTER)
            end = "\r\n" if lines[number - 1].endswith("\r\n") else "\n"
            if not lines[number - 1].endswith("\n"):
                lines[number - 1] += end
            lines.insert(number, f"{indent}{FIELD}: {_scalar(one.address)}{end}")
    if problems:
        raise ContentError(*problems)
    changed = "".join(lines).encode()
    _agrees(parse(changed, document.path, times).value, document, [one for _, one in rows])
    return changed


def _line_of(document: Document, one: Addition) -> int:
    """Line of the field, or of the address that it follows."""
    present = document.keys.get((*one.where, FIELD))
    return (present or document.key_place((*one.where, AFTER))).line


def _scalar(address: str) -> str:
    return f"'{address}'" if address.endswith(":") else address


def _agrees(changed: Any, document: Document, additions: Iterable[Addition]) -> None:
    """Raise ContentError unless the file says what it said, and these copies."""
    wanted: Any = copy.deepcopy(document.value)
    for one in additions:
        record = value_at(wanted, one.where)
        assert isinstance(record, dict)
        record[FIELD] = one.address
    if changed != wanted:
        problem = Problem(document.path, 0, 0, "W-form", "would not say the same with the copies in it", _BY_HAND)
        raise ContentError(problem)
