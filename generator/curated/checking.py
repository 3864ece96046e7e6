"""One value of a file against its model: what pydantic finds, at the line and column it is about."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable
from typing import Any, TypeVar, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from generator.base.problems import Problem
from generator.curated.models import Model
from generator.curated.yamlfile import Document, Where, clipped

M = TypeVar("M", bound=Model)

_KINDS = {dict: "a mapping", list: "a list", str: "text", bool: "true or false", int: "a number", float: "a number"}
_WANTED = {
    "string_type": "text",
    "enum": "text",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "date_type": "a date",
    "datetime_type": "a moment",
    "url_type": "a web address",
}
_LENGTHS = ("string_too_short", "string_too_long", "too_short", "too_long")


def checked(model: type[M], document: Document, where: Where = ()) -> M | list[Problem]:
    """The record at `where`, or all its mistakes; by the rules of strict JSON "1" is no number, "yes" is no bool."""
    value = value_at(document.value, where)
    try:
        return model.model_validate_json(json.dumps(value), strict=True)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        return [_problem(model, document, where, detail) for detail in details]


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
            return document.problem(where[:-1], "W-missing", f'field "{field}" is missing')
        case "extra_forbidden":
            hint = did_you_mean(field, _fields(model, detail["loc"][:-1]))
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
        is_number = isinstance(value, int | float) and _WANTED.get(kind) == "text"
        wanted, got = _WANTED.get(kind, "text"), _KINDS.get(type(value), "nothing")
        return "W-type", f"{name} must be {wanted}, not {got}", "put it in quotes" if is_number else ""
    if kind.startswith(("date", "timezone")):
        return "W-date", f"{name} is not a date or moment of the calendar", "2026-03-17, or 2026-03-17T14:05:00Z"
    if kind.startswith("url"):
        return "W-url", detail["msg"], "an absolute address such as https://example.org/page"
    if kind in _LENGTHS:
        return "W-length", f"{name}: {detail['msg']}", ""
    if kind == "string_pattern_mismatch":
        return "W-value", f"{name} has not the required form", f"pattern {context['pattern']}"
    return "W-value", f"{name}: {detail['msg']}", ""


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
