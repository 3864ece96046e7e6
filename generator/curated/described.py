"""What each field of each record is for: the words of three tables as one, and put into the schemas of editors."""

from __future__ import annotations

from functools import cache
from typing import Any, get_args

from pydantic import BaseModel

from generator.curated.descriptions import RECORDS
from generator.curated.descriptions_measured import MEASURED
from generator.curated.entries import Kind
from generator.curated.field_words import WORDS
from generator.curated.kinds import Library, kinds_of


@cache
def _lines() -> dict[str, str]:
    rows = (line.partition(": ") for table in (RECORDS, MEASURED) for line in table.strip().splitlines())
    return {name: words for name, _, words in rows}


def description(model: type[BaseModel], field: str) -> str:
    """What the field is for; "" where no table says it, which a test refuses. The table of a kind goes first."""
    for kind in kinds_of(Library):
        if kind.model is model and (words := WORDS.get(kind.word, {}).get(field)):
            return words
    return _lines().get(f"{model.__name__}.{field}", "")


def models_of(kind: Kind) -> tuple[type[BaseModel], ...]:
    """The model of the kind and all models in its fields, each once, the outer ones first."""
    found: list[type[BaseModel]] = []

    def walk(annotation: Any) -> None:
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            if annotation not in found:
                found.append(annotation)
                for field in annotation.model_fields.values():
                    walk(field.annotation)
            return
        for part in get_args(annotation):
            walk(part)

    walk(kind.model)
    return tuple(found)


def add_descriptions(schema: dict[str, Any]) -> None:
    """Put the words at each field of a schema, in place."""
    by_name = {model.__name__: model for kind in kinds_of(Library) for model in models_of(kind)}
    for part in (schema, *schema.get("$defs", {}).values()):
        model = by_name.get(part.get("title", ""))
        for name, field in part.get("properties", {}).items() if model else ():
            if model and (words := description(model, name)):
                field["description"] = words
