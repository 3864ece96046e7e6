"""JSON Schema of each kind of file that people write, for editors that check YAML while it is written."""

from __future__ import annotations

import json
from itertools import groupby
from pathlib import PurePosixPath
from types import GenericAlias
from typing import Any

from pydantic import TypeAdapter, create_model

from generator.curated.described import with_words
from generator.curated.entries import Kind
from generator.curated.kinds import Library, kinds_of
from generator.curated.models import Model

# What YAML language servers of all ages read; the models use no keyword that is newer.
DRAFT = "http://json-schema.org/draft-07/schema#"


def json_schemas(library: type[Library] = Library) -> dict[str, dict[str, Any]]:
    """JSON Schema by kind of file: one record (`report`), or a list of them (`events`)."""
    written = [kind for kind in kinds_of(library) if kind.by_hand]
    files = {files: tuple(kinds) for files, kinds in groupby(written, key=lambda kind: kind.files)}
    found = {_name(kinds[0]): TypeAdapter(_held(kinds)).json_schema() for kinds in files.values()}
    return {name: {"$schema": DRAFT, **with_words(found[name])} for name in sorted(found)}


def _name(kind: Kind) -> str:
    path = PurePosixPath(kind.files)
    by_file = path.parent.name if kind.named_after else path.stem
    return kind.schema or (kind.word if kind.named_after == "id" else by_file)


def _held(kinds: tuple[Kind, ...]) -> Any:
    """What one file holds: a record, a list of them, or several lists by key, of which the first must be there."""
    first, *others = kinds
    if not first.listed:
        return first.model
    if not first.part:
        return _list_of(first)
    parts: dict[str, Any] = {first.part: (_list_of(first), ...)} | {kind.part: (_list_of(kind), ()) for kind in others}
    return create_model(f"{first.part.capitalize()}File", __base__=Model, __doc__=f"The file {first.files}.", **parts)


def _list_of(kind: Kind) -> Any:
    return GenericAlias(tuple, (kind.model, ...))


def schema_files() -> dict[str, str]:
    """The same by name of file, as they are in content/schemas/."""
    return {
        f"{name}.json": json.dumps(schema, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
        for name, schema in json_schemas().items()
    }
