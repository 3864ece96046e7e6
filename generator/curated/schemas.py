"""JSON Schema of each kind of file that people write, for editors that check YAML while it is written."""

from __future__ import annotations

import json
import re
from itertools import groupby
from pathlib import PurePosixPath
from types import GenericAlias
from typing import Any

from pydantic import TypeAdapter, create_model

from generator.curated.described import add_descriptions
from generator.curated.entries import Kind
from generator.curated.kinds import Library, kinds_of
from generator.curated.models import Model
from generator.curated.schema_words import Vocabulary, with_words

# What YAML language servers of all ages read; the models use no keyword that is newer.
DRAFT = "http://json-schema.org/draft-07/schema#"


_DAY = r"^20(?:2[3-9]|30)-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])$"
_MOMENT = (
    r"^20(?:2[3-9]|30)-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?:Z|[+-][0-9]{2}:[0-9]{2})$"
)
_FORMS = {"date": _DAY, "date-time": _MOMENT}
"""Days and moments as `crosscheck.py` takes them."""


def json_schemas(library: type[Library] = Library, words: Vocabulary | None = None) -> dict[str, dict[str, Any]]:
    """JSON Schema by kind of file: one record (`report`), or a list of them (`events`); with the words of a case."""
    written = [kind for kind in kinds_of(library) if kind.by_hand]
    files = {files: tuple(kinds) for files, kinds in groupby(written, key=lambda kind: kind.files)}
    found = {schema_name(kinds[0]): _made(kinds, words or {}) for kinds in files.values()}
    return {name: {"$schema": DRAFT, **found[name]} for name in sorted(found)}


def _made(kinds: tuple[Kind, ...], words: Vocabulary) -> dict[str, Any]:
    schema: dict[str, Any] = TypeAdapter(_held(kinds)).json_schema()
    _dated(schema)
    _by_place(schema)
    for kind in kinds:
        with_words(schema, kind, kind.part, words)
    add_descriptions(schema)
    return schema


def _dated(node: Any) -> None:
    """The form of days and moments as a pattern: what a format means is left to the program that checks."""
    if isinstance(node, dict) and node.get("format") in _FORMS:
        node["pattern"] = _FORMS[node["format"]]
    for one in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        _dated(one)


def _by_place(node: Any) -> None:
    """What each place of a list holds, as draft 7 writes it."""
    if isinstance(node, dict) and isinstance(node.get("prefixItems"), list):
        node["items"] = node.pop("prefixItems")
    for one in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        _by_place(one)


def schema_globs(library: type[Library] = Library) -> dict[str, list[str]]:
    """Which files of a repository each schema is for, as editors want it: `yaml.schemas` of .vscode/settings.json."""
    found = dict[str, str]()
    for kind in kinds_of(library):
        if kind.by_hand and kind.files.endswith(".yml"):
            glob = f"content/{re.sub(r'{[a-z]+}', '*', kind.files)}"
            found.setdefault(f"content/schemas/{schema_name(kind)}.json", glob)  # kinds that share a file share both
    return {name: [found[name]] for name in sorted(found)}


def schema_name(kind: Kind) -> str:
    """The name of the schema of its files."""
    path = PurePosixPath(kind.files)
    by_file = path.parent.name if kind.named_after else path.stem
    return kind.schema or (kind.word if kind.named_after == "id" else by_file)


def _held(kinds: tuple[Kind, ...]) -> Any:
    """What one file holds: a record, a list of them, or several lists by key, all of which must be there."""
    first = kinds[0]
    if not first.listed:
        return first.model
    if not first.part:
        return _list_of(first)
    parts: dict[str, Any] = {kind.part: (_list_of(kind), ...) for kind in kinds}
    return create_model(f"{first.part.capitalize()}File", __base__=Model, __doc__=f"The file {first.files}.", **parts)


def _list_of(kind: Kind) -> Any:
    return GenericAlias(tuple, (kind.model, ...))


def schema_files(words: Vocabulary | None = None) -> dict[str, str]:
    """The same by name of file, as they are in content/schemas/."""
    return {
        f"{name}.json": json.dumps(schema, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
        for name, schema in json_schemas(words=words).items()
    }
