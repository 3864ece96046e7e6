"""The notation of worked examples: the fields of a record type, shorter to write, with defaults of an everyday row.

A class of the notation says only what differs from its record: a short word, a default, a narrower range. Every other
field of the record is added by `rows_of`, so that a new field of a record can be written in an example at once.

Times are written in seconds from the start of the example, pseudonyms as names, everything else as the record has it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

import msgspec
from pydantic import Field, StringConstraints, create_model

from generator.curated.checking import M
from generator.curated.models import Model, Slug
from generator.records.rows import SourceRef
from generator.records.vocabulary import Pseudonym

SHORT: Mapping[str, str] = {
    "started": "at",
    "resets_at": "resets",
    "input_tokens": "uncached",
    "cache_read_tokens": "read",
    "cache_write_tokens": "written",
    "output_tokens": "output",
    "first_output_tokens": "first_output",
    "requested_model": "requested",
    "service_tier": "tier",
    "prompt_words": "words",
    "file_reads": "reads",
    "file_edits": "edits",
    "opening_read_tokens": "opening_read",
    "opening_prompt_tokens": "opening_prompt",
    "left_tokens": "left",
    "context_tokens": "context",
}
"""Word of the notation by field of a record, where they differ."""

Record = TypeVar("Record", bound=msgspec.Struct)


@cache
def _fields(record: type[msgspec.Struct]) -> tuple[msgspec.structs.FieldInfo, ...]:
    """Fields of a record type, looked up once: that evaluates every annotation of it."""
    return msgspec.structs.fields(record)


def rows_of(
    record: type[msgspec.Struct], *, usual: Mapping[str, Any], derived: tuple[str, ...] = ()
) -> Callable[[type[M]], type[M]]:
    """Decorator of a class of the notation: adds each field of the record that the class does not declare itself.

    `usual` gives what a row has that does not say otherwise, by word; it comes before the default of the record.
    `derived` names fields that the example works out where a row does not write them.
    """

    def complete(row: type[M]) -> type[M]:
        added: dict[str, Any] = {}
        for field in _fields(record):
            word = SHORT.get(field.name, field.name)
            if field.type is SourceRef or word in row.model_fields:
                continue  # the place of a row in its file is its source
            default = usual.get(word, ... if field.required else field.default)
            added[word] = (_written_as(field.type), None if field.name in derived else default)
        return create_model(row.__name__, __base__=row, __module__=row.__module__, __doc__=row.__doc__, **added)

    return complete


def record_of(
    kind: type[Record],
    row: Model,
    *,
    moment: Callable[[float], datetime],
    name: Callable[[str, str], str],
    derived: Mapping[str, Any],
) -> Record:
    """The record that a row stands for. `moment` turns seconds into a time, `name` a field and a name into a pseudonym.

    `derived` holds the source, and the values of fields that stand unless the row writes them.
    """
    values = dict(derived)
    for field in _fields(kind):
        word = SHORT.get(field.name, field.name)
        if word in row.model_fields_set or field.name not in derived:
            values[field.name] = _value(field.name, field.type, getattr(row, word), moment, name)
    return kind(**values)


def _value(
    field: str, hint: Any, written: Any, moment: Callable[[float], datetime], name: Callable[[str, str], str]
) -> Any:
    if hint == Pseudonym:
        return name(field, written) if written else ""
    if written is not None and datetime in (hint, *get_args(hint)):
        return moment(written)
    return written


def _written_as(hint: Any) -> Any:
    """The type of a cell in YAML."""
    if hint == Pseudonym:
        return Slug
    if get_origin(hint) in (Union, UnionType):
        return _written_as(next(part for part in get_args(hint) if part is not NoneType)) | None
    if get_origin(hint) is Annotated:
        base, meta = get_args(hint)
        # Pydantic's engine writes the two ends of a text as ^ and $, which there mean the very ends.
        return Annotated[base, StringConstraints(pattern=meta.pattern.replace(r"\A", "^").replace(r"\Z", "$"))]
    if hint in (int, float):
        return Annotated[hint, Field(ge=0)]
    return float if hint is datetime else hint
