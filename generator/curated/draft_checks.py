"""One field of a record that is not there yet, held to its model and to the records that it names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from pydantic import create_model

from generator.base.problems import Problem
from generator.curated.checking import checked
from generator.curated.entries import Entry, Kind, Records
from generator.curated.models import Model
from generator.curated.scalars import flaws
from generator.curated.targets import wrong_in
from generator.curated.yamlfile import Document


def field_problems(records: Records, kind: Kind, name: str, value: Any) -> Iterator[Problem]:
    """The mistakes that this field shows by itself, each with its hint; their places mean nothing."""
    for text in _texts(value):
        if flaw := next(flaws(text), None):
            yield Problem("", 0, 0, "W-char", *flaw[1:])
            return
    info = kind.model.model_fields[name]
    fields: dict[str, Any] = {name: (info.annotation, info)}
    document = Document("", {name: value})
    found = checked(create_model("OneField", __base__=Model, **fields), document)
    yield from found if isinstance(found, list) else ()
    refers = {path: target for path, target in kind.refers.items() if path.partition(".")[0] == name}
    yield from wrong_in(records, Entry(replace(kind, refers=refers), None, document, (), ""))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one)
    elif isinstance(value, str):
        yield value


def vocabulary(records: Records, kind: Kind, name: str) -> tuple[str, ...]:
    """The words that a field of a slow vocabulary may hold, such as surfaces and symptoms; none for other fields."""
    target = kind.refers.get(name)
    if target not in {"scope", "surface", "symptom"}:
        return ()
    known = records.spaces.get("scope") if target == "scope" else records.ids(target)
    return tuple(sorted(known or ()))
