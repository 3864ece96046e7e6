"""Reading `pack.json`: plain values of bounded size, up the ladder, then into types. No value of it is repeated."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from generator.base.problems import PackError, Problem
from generator.packs.files import DAMAGED, IMPOSSIBLE, MOST_MANIFEST_BYTES, TOO_LARGE, UNKNOWN, problem, read_regular
from generator.packs.schema import UPGRADES, Manifest, Plain, upgraded
from generator.packs.tables import LARGEST, MOST_TEXT
from generator.records.rows import SCHEMA_VERSION

MANIFEST = "pack.json"
MOST_VALUES = 1_000_000  # 16 MiB as our writer lays them out hold half as many
MOST_DEPTH = 12  # evidence.runs[0].findings[0].days[0].hits is 7 deep
MOST_PROBLEMS = 20  # of one pack
_SIGNED = re.compile(
    r"excess_usd|quantities\[[0-9]+\]\.value|windows.*\.(moved|predicted|low|high)|lines\[[0-9]+\]\.cost_usd"
)
"""Fields that may be below zero: what was cheaper, remainders, credits of a bill."""

_PATH = re.compile(r"`\$([^`]*)`$")
_MISSING = re.compile(r"^Object missing required field `([a-z0-9_]+)`")


def read_manifest(folder: Path) -> tuple[Manifest, int]:
    """`pack.json` in today's types, and the schema it was written in. Raises PackError."""
    path = folder / MANIFEST
    document = _decoded(path)
    schema = _schema(path, document)
    if found := [problem(path, *words) for words, _ in zip(_flaws(document, ""), range(MOST_PROBLEMS), strict=False)]:
        raise PackError(*found)
    try:
        current = upgraded(document, schema)
        manifest = msgspec.convert(current, type=Manifest)
    except msgspec.ValidationError as error:
        raise PackError(problem(path, "W-pack", _in_words(str(error)), DAMAGED)) from None
    except (msgspec.MsgspecError, LookupError, TypeError, AttributeError, ValueError, OverflowError):
        raise PackError(problem(path, "W-pack", f"is not a manifest of schema {schema}", DAMAGED)) from None
    if found := list(_unknown(path, current, msgspec.to_builtins(manifest))):
        raise PackError(*found[:MOST_PROBLEMS])
    return manifest, schema


def _decoded(path: Path) -> Plain:
    data = read_regular(path, MOST_MANIFEST_BYTES)
    if sum(data.count(mark) for mark in (b",", b"{", b"[")) > MOST_VALUES:
        raise PackError(problem(path, "W-pack-size", f"holds more than {MOST_VALUES:,} values", TOO_LARGE))
    try:
        document = msgspec.json.decode(data)
        json.loads(data, object_pairs_hook=_once, parse_int=str, parse_float=str)
    except _TwiceError as error:
        words = "holds a key twice in one object, of which readers take one or the other"
        raise PackError(problem(path, "W-pack", words, DAMAGED)) from error
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError):
        raise PackError(problem(path, "W-pack", "is not JSON that can be read", DAMAGED)) from None
    if not isinstance(document, dict):
        raise PackError(problem(path, "W-pack", "is not a JSON object", DAMAGED))
    return document


class _TwiceError(ValueError):
    """Two equal keys in one object."""


def _once(pairs: list[tuple[str, Any]]) -> None:
    """Of an object only this is asked: is each key there once?"""
    if len({key for key, _ in pairs}) < len(pairs):
        raise _TwiceError


def _schema(path: Path, document: Plain) -> int:
    schema = document.get("schema")
    if not isinstance(schema, int) or isinstance(schema, bool) or not 0 < schema <= LARGEST:
        raise PackError(problem(path, "W-pack-schema", "names no schema", DAMAGED))
    if schema > SCHEMA_VERSION:
        words = f"made by a newer witnessmark: schema {schema}, this program reads up to {SCHEMA_VERSION}"
        raise PackError(problem(path, "W-pack-schema", words, "update the program; the pack need not be made again"))
    if schema not in {*UPGRADES, SCHEMA_VERSION}:
        raise PackError(problem(path, "W-pack-schema", f"schema {schema} has no step to a newer one", UNKNOWN))
    return schema


def _flaws(value: Any, where: str, depth: int = 0) -> Iterator[tuple[str, str, str]]:
    """Code, message and hint for every value that no field of any schema can hold."""
    if depth > MOST_DEPTH:
        yield "W-pack", f"is nested more than {MOST_DEPTH} deep", DAMAGED
    elif isinstance(value, dict):
        for key, inner in value.items():
            if len(key) > MOST_TEXT:
                yield "W-pack-size", f"{where or 'it'} holds a key of more than {MOST_TEXT} characters", UNKNOWN
            yield from _flaws(inner, f"{where}.{key}" if where else key, depth + 1)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _flaws(inner, f"{where}[{index}]", depth + 1)
    elif isinstance(value, str) and len(value) > MOST_TEXT:
        yield "W-pack-size", f"{_place(where)} is longer than {MOST_TEXT} characters", UNKNOWN
    elif isinstance(value, int | float) and not _possible(value, where):
        yield "W-pack-number", f"{_place(where)} is a number that cannot be", IMPOSSIBLE


def _possible(value: float, where: str) -> bool:
    if isinstance(value, float) and not math.isfinite(value):
        return False
    low = -LARGEST if _SIGNED.search(where) else 0
    return low <= value <= LARGEST


def _place(where: str) -> str:
    """The path of a value, without keys that are none of ours."""
    return where if re.fullmatch(r"[a-z0-9_.\[\]-]{1,120}", where) else "a value"


def _in_words(error: str) -> str:
    """What the decoder says, without the value it found."""
    at = _PATH.search(error)
    where = at.group(1).lstrip(".") if at else ""
    if missing := _MISSING.match(error):
        return f"lacks {where}{'.' if where else ''}{missing.group(1)}"
    return f"{where or 'it'} is not what its type allows"


def _unknown(path: Path, found: Any, kept: Any, where: str = "") -> Iterator[Problem]:
    """Fields that the types do not have: the decoder passes over them, and `kept` lacks them."""
    if isinstance(found, dict) and isinstance(kept, dict):
        if found.keys() - kept.keys():
            yield problem(
                path, "W-pack-field", f"{where or 'it'} holds a field that this program does not know", UNKNOWN
            )
        for key in found.keys() & kept.keys():
            yield from _unknown(path, found[key], kept[key], f"{where}.{key}" if where else key)
    elif isinstance(found, list) and isinstance(kept, list | tuple):
        for index, (one, other) in enumerate(zip(found, kept, strict=False)):
            yield from _unknown(path, one, other, f"{where}[{index}]")
