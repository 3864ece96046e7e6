"""One value of a file against its model: what pydantic finds, at the line and column it is about."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from generator.base.problems import Problem
from generator.curated.field_words import BY_MODEL
from generator.curated.forms import FORMS
from generator.curated.models import Model
from generator.curated.yamlfile import Document, Where, clipped

M = TypeVar("M", bound=Model)

_KINDS = {
    dict: "fields of its own",
    list: "a list",
    str: "text",
    bool: "true or false",
    int: "a number",
    float: "a number",
}
_WANTED = {
    "string_type": "text",
    "enum": "text",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "fields of its own",
    "model_type": "fields of its own",
    "model_attributes_type": "fields of its own",
    "date_type": "a date",
    "datetime_type": "a moment",
    "url_type": "a web address",
}
_EXAMPLES = {
    "true or false": "write true or false, without quotes",
    "a list": "in brackets, with commas: [one, two]",
    "fields of its own": "each in its own line below, indented",
    "a whole number": "digits alone, without quotes",
    "a number": "digits alone, without quotes",
    "a date": "such as 2026-03-17",
    "a moment": "such as 2026-03-17T14:05:00Z",
    "a web address": "a whole address such as https://example.org/page",
    "text": "a text in one line, in quotes where it holds a colon",
}
"""How each kind of value is written."""
_LENGTHS = ("string_too_short", "string_too_long", "too_short", "too_long")


def checked(model: type[M], document: Document, where: Where = ()) -> M | list[Problem]:
    """The record at `where`, or all its mistakes; by the rules of strict JSON "1" is no number, "yes" is no bool."""
    value = value_at(document.value, where)
    try:
        return model.model_validate_json(json.dumps(value), strict=True)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        kept = [detail for detail in details if not _follows(detail, value)] or details
        return [_problem(model, document, where, detail) for detail in kept]


def _follows(detail: ErrorDetails, value: Any) -> bool:
    """Is a list called too short only since an entry of it has a mistake, which is told at the entry?"""
    if detail["type"] != "too_short":
        return False
    found = value_at(value, detail["loc"])
    return isinstance(found, list) and len(found) >= (detail.get("ctx") or {}).get("min_length", 0)


def value_at(value: Any, where: Iterable[str | int]) -> Any:
    """The value that `where` leads to; None if it leads nowhere."""
    for step in where:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint that names the nearest known word, or nothing; small and capital letters count as equal."""
    words = {name.casefold(): name for name in sorted(known)}
    near = difflib.get_close_matches(word.casefold(), words, n=1, cutoff=0.6)
    return f'did you mean "{words[near[0]]}"?' if near else ""


def _problem(model: type[Model], document: Document, base: Where, detail: ErrorDetails) -> Problem:
    where = (*base, *detail["loc"])
    field = str(where[-1]) if where else ""
    name = f'"{clipped(field)}"' if where and isinstance(where[-1], str) else "the entry" if where else "the file"
    match detail["type"]:
        case "missing":
            words = BY_MODEL.get(model.__name__, {}).get(field, "") if len(detail["loc"]) == 1 else ""
            hint = words.rstrip(".") or "add it below the others"
            return document.problem(where[:-1], "W-missing", f'field "{field}" is missing', hint)
        case "extra_forbidden":
            hint = did_you_mean(field, _fields(model, detail["loc"][:-1])) or "leave it out, or say it in a text"
            place = document.key_place(where)
            return Problem(document.path, *place, "W-field", f'unknown field "{clipped(field)}"', hint)
    code, message, hint = _words(detail, name, value_at(document.value, where))
    return document.problem(where, code, message, hint)


def _words(detail: ErrorDetails, name: str, value: Any) -> tuple[str, str, str]:  # noqa: PLR0911  one a family
    kind, context = detail["type"], detail.get("ctx") or {}
    if kind in ("enum", "literal_error") and isinstance(value, str):
        expected = str(context["expected"])
        hint = did_you_mean(value, (word.strip(" ,'") for word in expected.replace(" or ", ",").split(",")))
        return "W-value", f'"{clipped(value)}" is not allowed here', hint or f"one of {expected}"
    if kind.startswith(("greater_than", "less_than")):
        return "W-value", f"{name}: {detail['msg']}", ""
    if kind in _WANTED or kind == "literal_error" or not isinstance(value, str | list):
        wanted, got = _WANTED.get(kind, "text"), _KINDS.get(type(value), "nothing")
        return "W-type", f"{name} must be {wanted}, not {got}", _how_to_write(kind, value)
    if kind.startswith(("date", "timezone")):
        return "W-date", f"{name} is not a date or moment of the calendar", "2026-03-17, or 2026-03-17T14:05:00Z"
    if kind.startswith("url"):
        return "W-url", *_address(detail, name)
    if kind in _LENGTHS:
        return "W-length", *_length(kind, context, name, value)
    if kind == "string_pattern_mismatch":
        return "W-value", *_form(context["pattern"], name)
    return "W-value", f"{name}: {detail['msg']}", ""


def _how_to_write(kind: str, value: Any) -> str:
    """What to write where another kind of value is needed, as far as the value tells."""
    wanted = _WANTED.get(kind, "text")
    if wanted == "text" and isinstance(value, int | float):
        return "put it in quotes"
    if wanted == "a list" and isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9-]{1,40}", value):
        return f"in brackets: [{value}]"
    if wanted == "text" and value is None:
        return "write it after the colon, or leave the field out"
    return _EXAMPLES.get(wanted, "")


def _address(detail: ErrorDetails, name: str) -> tuple[str, str]:
    """Message and hint for what is no address that a record may carry."""
    expected = str((detail.get("ctx") or {}).get("expected_schemes", ""))
    match detail["type"]:
        case "url_scheme" if "mailto" in expected:
            return (
                f"{name} must begin with https:// or mailto:",
                "https://example.org/contact, or mailto:name@example.org",
            )
        case "url_scheme":
            hint = "most pages answer at https:// too; where one does not, name its archived copy"
            return f"{name} must begin with https://", hint
        case "url_parsing":
            return f"{name} is not a web address", "a whole address such as https://example.org/page"
        case "url_too_long":
            return (
                f"{name} has more than {detail['ctx']['max_length']} letters",
                "leave away what the page does not need",
            )
    return detail["msg"], "an absolute address such as https://example.org/page"


def _length(kind: str, context: Mapping[str, Any], name: str, value: Any) -> tuple[str, str]:
    """A text or a list that is too short or too long, with both numbers, and what to do."""
    has, unit = len(value), "letters" if isinstance(value, str) else "entries"
    if "short" not in kind:
        return f"{name} has {has:,} {unit} and may have {context['max_length']:,}", "say it shorter"
    if has == 0 or (isinstance(value, str) and not value.strip()):
        return f"{name} is empty", "write it, or leave the field out where it may be left out"
    return f"{name} has {has:,} {unit} and needs {context['min_length']:,} or more", "add what is missing"


def _form(pattern: str, name: str) -> tuple[str, str]:
    """A text that has not the form of its field: the form in words, where it is one of many fields."""
    return f"{name} has not the required form", FORMS.get(pattern, f"pattern {pattern}")


def _fields(model: type[Model], loc: Iterable[str | int]) -> frozenset[str]:
    """Names of the fields of the model that stands at `loc` inside `model`."""
    current: type[Model] | None = model
    for step in loc:
        if current is not None and isinstance(step, str):
            found = current.model_fields.get(step)
            current = _model_in(found.annotation) if found else None
    return frozenset(current.model_fields if current else ())


def _model_in(annotation: Any) -> type[Model] | None:
    if isinstance(annotation, type) and issubclass(annotation, Model):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)
