"""What is wrong with a file that is not YAML: in plain words, at the place where a person would mend it.

The parser says where it could not go on; a quote or a bracket that was never closed is far above that. Its words name
tokens, of which nobody has heard who only fills in fields. Nothing of the file's text is repeated here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

import yaml

_KEY = re.compile(r"\s*(?:- +)?[A-Za-z_][A-Za-z0-9_]*:(?:\s|$)")
"""A line that begins as a field does: in the middle of a quoted text it tells of a quote that was not closed."""
_QUOTE_HINT = "close it in this line; a quote inside quotes is written twice ('It''s'), or use double quotes around it"
_IN_WORDS: tuple[tuple[str, str, str], ...] = (
    (
        "expected <block end>, but found '<block",
        "this line is indented otherwise than those above",
        "fields of one record, and entries of one list, begin in the same column",
    ),
    (
        "expected <block end>, but found '-'",
        "an entry of a list among the fields of a record",
        "indent it below the field that it belongs to",
    ),
    (
        "expected <block end>, but found '?'",
        "a field among the entries of a list",
        "indent it below the dash of the entry that it belongs to",
    ),
    (
        "expected <block end>, but found ']'",
        "a closing bracket that none opens",
        "remove it, or put the text in quotes",
    ),
    (
        "expected <block end>, but found '}'",
        "a closing bracket that none opens",
        "remove it, or put the text in quotes",
    ),
    (
        "expected <block end>",
        "the record does not go on like this",
        "check the indentation, the quotes and the brackets",
    ),
    (
        "expected ','",
        "a comma or the closing bracket is missing before this",
        "a text that holds a comma, a colon or a bracket is put in quotes",
    ),
    (
        "sequence entries are not allowed",
        "a list cannot begin in the line of its field",
        "write [one, two], or each entry in its own line below, after a dash",
    ),
    (
        "could not find expected ':'",
        "a line without a colon",
        "a field is its name, a colon, a space and its value; a text that goes on is indented",
    ),
    (
        "found character",
        "a value cannot begin with this character",
        "put the text in quotes",
    ),
    (
        "expected the node content",
        "a value cannot begin with this character",
        "put the text in quotes, or write the value",
    ),
    ("expected alphabetic", "a value cannot begin with * or &", "put the text in quotes"),
    (
        "expected chomping",
        "text in the line of | or >",
        "begin the text in the next line, indented",
    ),
    (
        "found unknown escape",
        "a backslash with a letter that means nothing",
        "use single quotes, or write the backslash twice",
    ),
    (
        "expected escape sequence",
        "a backslash with a letter that means nothing",
        "use single quotes, or write the backslash twice",
    ),
    (
        "found unexpected document separator",
        "a line --- or ... within quotes",
        "close the quote above, and remove the line",
    ),
)
"""Beginnings of the parser's words, with ours and what to do."""


@dataclass(frozen=True)
class Told:
    """A mistake in words; the place counts from zero, as the parser's marks do."""

    line: int
    column: int
    message: str
    hint: str = ""


def told(text: str, error: yaml.MarkedYAMLError) -> Told | None:
    """The mistake, where it was made; None where the parser's own words have no plainer ones."""
    mark, problem = error.problem_mark or error.context_mark, error.problem or ""
    if mark is None:
        return None
    tokens = list(_until_error(text))
    return (
        _open_quote(text, tokens, error)
        or _open_bracket(text, error)
        or _after_quote(tokens, mark, problem)
        or _second_document(tokens, mark, problem)
        or _colon(text, mark, problem)
        or _by_table(error, mark, problem)
    )


def _until_error(text: str) -> Iterator[Any]:
    try:
        yield from yaml.scan(text, yaml.SafeLoader)
    except (yaml.YAMLError, ValueError, OverflowError):
        return


def _open_quote(text: str, tokens: list[Any], error: yaml.MarkedYAMLError) -> Told | None:
    """A quote that the end of the file, or a quote of another field, would close."""
    message = "the quote that opens here is not closed"
    mark = error.problem_mark
    for token in tokens:
        if isinstance(token, yaml.ScalarToken) and token.style in {"'", '"'} and mark is not None:
            first, last = token.start_mark, token.end_mark
            inside = text[first.index : last.index].split("\n")[1:]
            if last.line == mark.line and first.line < last.line and any(map(_KEY.match, inside)):
                return Told(first.line, first.column, message, _QUOTE_HINT)
    ended = (error.problem or "").startswith(("found unexpected end of stream", "found unexpected document"))
    if ended and error.context_mark is not None and "quoted" in (error.context or ""):
        return Told(error.context_mark.line, error.context_mark.column, message, _QUOTE_HINT)
    return None


def _open_bracket(text: str, error: yaml.MarkedYAMLError) -> Told | None:
    """A bracket of a line above that the next field, or the end of the file, finds open."""
    mark, opened = error.problem_mark, error.context_mark
    if mark is None or opened is None or not (error.problem or "").startswith("expected ','"):
        return None
    line = text.split("\n")[mark.line]
    if opened.line == mark.line or not (_KEY.match(line) or "stream end" in (error.problem or "")):
        return None
    return Told(
        opened.line, opened.column, "the bracket that opens here is not closed", "close it before the next field"
    )


def _after_quote(tokens: list[Any], mark: Any, problem: str) -> Told | None:
    """A text that goes on after its closing quote: often a quote inside of it."""
    if not problem.startswith(("expected <block end>, but found '<scalar>'", "expected ','")):
        return None
    for token in tokens:
        if isinstance(token, yaml.ScalarToken) and token.style in {"'", '"'}:
            end = token.end_mark
            if end.line == mark.line and end.column <= mark.column <= end.column + 1:
                hint = "a quote inside quotes is written twice ('It''s'), or use double quotes around the text"
                return Told(mark.line, mark.column, "text after the closing quote", hint)
    return None


def _second_document(tokens: list[Any], mark: Any, problem: str) -> Told | None:
    """More after the value of the file is whole: entries below an empty list, or lines that begin further left."""
    if not problem.startswith("expected '<document start>'"):
        return None
    content = [token for token in tokens if not isinstance(token, yaml.StreamStartToken | yaml.DocumentStartToken)]
    before = list(takewhile(lambda token: token.start_mark.index < mark.index, content))
    opened = (yaml.FlowSequenceStartToken, yaml.FlowMappingStartToken)
    if len(before) == 2 and isinstance(before[0], opened):  # noqa: PLR2004  [] is two tokens
        line = before[0].start_mark.line + 1
        return Told(
            mark.line,
            mark.column,
            "entries below an empty list",
            f"delete the brackets in line {line}: they say that it is empty",
        )
    return Told(
        mark.line,
        mark.column,
        "the value of the file ends above this line",
        "fields of one record, and entries of one list, begin in the same column",
    )


def _colon(text: str, mark: Any, problem: str) -> Told | None:
    if not problem.startswith("mapping values are not allowed"):
        return None
    before = text.split("\n")[mark.line][: mark.column]
    if re.search(r":\s", before):
        return Told(mark.line, mark.column, "a second colon in this line", "put a text that holds ': ' in quotes")
    hint = "the line above may lack its colon, or this one begins in another column than its neighbours"
    return Told(mark.line, mark.column, "a field where none can begin", hint)


def _by_table(error: yaml.MarkedYAMLError, mark: Any, problem: str) -> Told | None:
    for start, message, hint in _IN_WORDS:
        if problem.startswith(start):
            at = error.context_mark if start.startswith("could not find") and error.context_mark else mark
            return Told(at.line, at.column, message, hint)
    return None
