"""A new record as YAML: a field a line in the form of the records that are there, in a new file or below a list.

Every other byte of a list stays. What was written is read again: it must say what was meant, or nothing is given back.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from generator.base.problems import ContentError, Problem
from generator.curated.yamlfile import parse

_WIDTH = 118
_SHORT = 96  # letters of a text that stays in its line
_PLAIN = re.compile(
    r"[A-Za-z][A-Za-z0-9-]*(?:\.[A-Za-z0-9-]+)*|20[0-9]{2}-[01][0-9]-[0-3][0-9](?:T[0-9:.]+Z)?|https://[^\s#:,\[\]{}'\"]+"
)
"""Texts that every reader of YAML takes for what they are: ids, days, moments and addresses."""
_LITERAL = re.compile(r"(?:[^\s#](?:[^\n]*[^\s])?|)(?:\n(?:[^\s](?:[^\n]*[^\s])?|))*")
"""Lines that neither begin nor end with a space."""
_NO_TEXT = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
_EMPTY_LIST = re.compile(r"^\[ *\](?: *(?:\r?\n|\Z)| +(?=#))", re.MULTILINE)
"""The brackets: with their line, where nothing else is in it, else without the comment after them."""
_BY_HAND = "add the record by hand: this command changes only lists with a record below a dash"


def record_text(values: Mapping[str, Any], comments: Mapping[str, str], below_dash: str | None = None) -> str:
    """The fields of a record, one a line; with `below_dash`, the indentation of its dash, as an entry of a list."""
    indent = "" if below_dash is None else f"{below_dash}  "
    lines = [line for name, value in values.items() for line in _field(name, value, comments.get(name, ""), indent)]
    if below_dash is not None and lines:
        lines[0] = f"{below_dash}- {lines[0][len(indent) :]}"
    return "".join(f"{line}\n" for line in lines)


def new_file(head: Iterable[str], record: str, tail: Iterable[str] = ()) -> bytes:
    """A file with comments before and after its record."""
    before = "".join(f"# {line}\n" for line in head)
    after = "".join(f"# {line}\n" for text in tail for line in textwrap.wrap(text, _WIDTH))
    return f"{before}{record}{after}".encode()


def with_entry(
    data: bytes, shown: str, values: Mapping[str, Any], comments: Mapping[str, str], times: int = 1
) -> bytes:
    """The list with one more record at its end. Raises ContentError where it is in a form that is left to a person."""
    return with_text(data, shown, lambda dash: record_text(values, comments, dash), values, times)


def with_text(data: bytes, shown: str, entry: Callable[[str], str], values: Mapping[str, Any], times: int = 1) -> bytes:
    """The same with the text of the record as `entry` writes it below the indentation of the dashes that are there."""
    old = parse(data, shown, times)
    text = data.decode()
    end = "\r\n" if "\r\n" in text else "\n"
    if old.value in ([], None):
        made, dash = _EMPTY_LIST.sub("", text, count=1), ""
    else:
        line = text.split("\n")[old.place((0,)).line - 1]
        found = re.match(r" *(?=- )", line)
        if found is None or not isinstance(old.value, list):
            raise ContentError(old.problem((), "W-form", "cannot be changed by a program", _BY_HAND))
        made, dash = text, found[0]
    made += "" if made.endswith("\n") or not made else end
    made += entry(dash).replace("\n", end)
    says(made.encode(), shown, [*(old.value or []), dict(values)], times)
    return made.encode()


def says(data: bytes, shown: str, meant: Any, times: int = 1) -> None:
    """Raise ContentError unless the file says what was meant."""
    if parse(data, shown, times).value != meant:
        raise ContentError(Problem(shown, 0, 0, "W-form", "would not say what was meant", _BY_HAND))


def _field(name: str, value: Any, comment: str, indent: str) -> list[str]:
    after = f"  # {comment}" if comment else ""
    head = f"{indent}{name}:"
    if isinstance(value, str):
        return _text(head, value, after, indent)
    if isinstance(value, dict):
        inner = [line for key, one in value.items() for line in _field(key, one, "", f"{indent}  ")]
        return [head + after, *inner]
    if isinstance(value, list) and value and isinstance(value[0], dict):
        made = [f"{head}{after}"]
        for one in value:
            entry = [line for key, each in one.items() for line in _field(key, each, "", f"{indent}    ")]
            made += [f"{indent}  - {entry[0].lstrip()}", *entry[1:]]
        return made
    if isinstance(value, list) and value and isinstance(value[0], list):
        return [f"{head}{after}", *(f"{indent}  - {_inline(one)}" for one in value)]
    return [f"{head} {_inline(value)}{after}"]


def _inline(value: Any) -> str:
    """A value in its line."""
    if isinstance(value, list):
        return f"[{', '.join(map(_inline, value))}]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return _quoted(value) if isinstance(value, str) else json.dumps(value)


def _text(head: str, value: str, after: str, indent: str) -> list[str]:
    if "\n" in value and _LITERAL.fullmatch(value):  # paragraphs as they are
        return [f"{head} |-{after}", *(f"{indent}  {line}" if line else "" for line in value.split("\n"))]
    if len(value) <= _SHORT or " " not in value or value != " ".join(value.split()):
        return [f"{head} {_quoted(value)}{after}"]
    # Folded: a line break is read as a space (https://yaml.org/spec/1.2.2/#813-folded-style).
    lines = textwrap.wrap(
        value, _WIDTH - len(indent) - 2, break_long_words=False, break_on_hyphens=False, drop_whitespace=True
    )
    return [f"{head} >-{after}", *(f"{indent}  {line}" for line in lines)]


def _quoted(text: str) -> str:
    """Plain where that can be nothing else, in single quotes where it is one line of what can be seen, else as JSON."""
    if _PLAIN.fullmatch(text) and text.casefold() not in _NO_TEXT:
        return text
    return "'" + text.replace("'", "''") + "'" if text.isprintable() else json.dumps(text, ensure_ascii=False)
