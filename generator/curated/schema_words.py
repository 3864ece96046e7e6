"""What a case adds to the schemas of its models: the words of its vocabulary, and what each field is for.

Surfaces, symptoms and detectors are few and change slowly, so a schema lists them, and editors complete them. Ids of
reports, claims and sources stay patterns: a list of them would change with every record.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from generator.base.problems import ContentError
from generator.curated.entries import Kind, Outside
from generator.curated.field_words import WORDS
from generator.curated.folder import read_folder
from generator.curated.kinds import Library, kinds_of

Vocabulary = Mapping[str, frozenset[str]]
"""Words by the target of references that they are: scope, surface, symptom, detector."""
_KINDS = frozenset({"surface", "scope elsewhere", "symptom"})


def vocabulary_of(content: Path, detectors: frozenset[str] = frozenset()) -> Vocabulary:
    """The words of a case; those of a file that is not there yet are not known.

    Raises ContentError with every mistake of the files that hold them.
    """
    kinds = tuple(kind for kind in kinds_of(Library) if kind.word in _KINDS)
    records, problems = read_folder(content, kinds, Outside())
    if wrong := [problem for problem in problems if problem.line]:
        raise ContentError(*wrong)
    found = {
        "scope": records.spaces.get("scope"),
        "surface": records.ids("surface"),
        "symptom": records.ids("symptom"),
        "detector": detectors,
    }
    return {target: words for target, words in found.items() if words}


def with_words(schema: dict[str, Any], kind: Kind, part: str, words: Vocabulary) -> None:
    """Put the vocabulary and the words of the fields into the schema of a file, in place."""
    record = _record(schema, part if kind.part else "", listed=kind.listed)
    for name, text in WORDS.get(kind.word, {}).items():
        if name in record.get("properties", {}):
            record["properties"][name]["description"] = text
    for path, target in kind.refers.items():
        for leaf, one in _leaves(schema, record, path.split(".")):
            if leaf is not None:
                leaf["uniqueItems"] = True  # a record is named once
            if target in words and one.get("type") == "string":
                one.pop("pattern", None)
                one["enum"] = sorted(words[target])


def _record(schema: dict[str, Any], part: str, *, listed: bool) -> dict[str, Any]:
    """The schema of one record in that of its file."""
    node = schema["properties"][part] if part else schema
    return _followed(schema, node["items"]) if listed else schema


def _leaves(
    schema: dict[str, Any], node: dict[str, Any], steps: list[str]
) -> Iterator[tuple[dict[str, Any] | None, dict[str, Any]]]:
    """The list, if it is one, and the text in it, at the end of a path that runs through lists."""
    for one in _variants(schema, node):
        if one.get("type") == "array":
            if not steps:
                yield from ((one, text) for text in _variants(schema, one["items"]))
            else:
                yield from _leaves(schema, one["items"], steps)
        elif not steps:
            yield None, one
        elif steps[0] in one.get("properties", {}):
            yield from _leaves(schema, one["properties"][steps[0]], steps[1:])


def _variants(schema: dict[str, Any], node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for one in node.get("anyOf", (node,)):
        yield _followed(schema, one)


def _followed(schema: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    name = str(node.get("$ref", "")).rpartition("/")[2]
    found: dict[str, Any] = schema["$defs"][name] if name else node
    return found
