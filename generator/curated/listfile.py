"""A YAML file that is a list of records of one kind: each checked against its model, all mistakes with their place."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from generator.curated.models import Model
from generator.curated.yamlfile import Document, read
from generator.problems import ContentError, Problem

Record = TypeVar("Record", bound=Model)

_CODES = {"missing": "W-missing", "extra_forbidden": "W-field"}
_LENGTHS = ("too_short", "too_long")


def read_list(path: Path, shown: str, model: type[Record]) -> tuple[Document, tuple[Record, ...]]:
    """The records of the file and the places of everything in it. Raises ContentError with every mistake."""
    document = read(path, shown)
    if not isinstance(document.value, list):
        raise ContentError(document.problem((), "W-type", "a list of records should stand here"))
    records: list[Record] = []
    problems: list[Problem] = []
    for index, raw in enumerate(document.value):
        try:
            records.append(model.model_validate(raw))
        except ValidationError as error:
            problems.extend(_problems(document, index, error.errors(include_url=False, include_input=False)))
    if problems:
        raise ContentError(*problems)
    return document, tuple(records)


def _problems(document: Document, index: int, errors: Iterable[Any]) -> Iterable[Problem]:
    """Pydantic's messages name what is allowed and never the value that stood there."""
    for error in errors:
        where = (index, *error["loc"])
        unknown = error["type"] == "extra_forbidden"
        line, column = document.key_place(where) if unknown else document.place(where)
        message = "no such field" if unknown else error["msg"][:1].lower() + error["msg"][1:]
        field = ".".join(str(part) for part in error["loc"])
        yield Problem(document.path, line, column, _code(error["type"]), f"{field}: {message}" if field else message)


def _code(kind: str) -> str:
    if kind in _CODES:
        return _CODES[kind]
    if kind.endswith(_LENGTHS):
        return "W-length"
    return "W-type" if kind.endswith("_type") else "W-value"
