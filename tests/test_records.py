"""Records hold no free text: every string is an enum, a checked pattern or a pseudonym."""

from __future__ import annotations

import inspect
import typing
from datetime import datetime
from enum import Enum

import msgspec
import pytest

from generator.records import results
from generator.records import rows as records

STRUCTS = [
    kind
    for module in (records, results)
    for _, kind in inspect.getmembers(module, inspect.isclass)
    if issubclass(kind, msgspec.Struct) and kind.__module__ == module.__name__
]


def leaves(hint):
    """All plain types inside a type hint; an Annotated with a pattern stands for itself."""
    if typing.get_origin(hint) is typing.Annotated:
        yield hint
        return
    arguments = typing.get_args(hint)
    if not arguments:
        yield hint
    for argument in arguments:
        yield from leaves(argument)


def is_free_text(leaf) -> bool:
    if typing.get_origin(leaf) is typing.Annotated:
        base, *notes = typing.get_args(leaf)
        return base is str and not any(isinstance(note, msgspec.Meta) and note.pattern for note in notes)
    if leaf in {typing.Any, object, bytes}:
        return True
    return isinstance(leaf, type) and issubclass(leaf, str) and not issubclass(leaf, Enum)


@pytest.mark.parametrize("kind", STRUCTS, ids=lambda kind: kind.__name__)
def test_no_record_has_a_field_for_free_text(kind):
    for name, hint in typing.get_type_hints(kind, include_extras=True).items():
        free = [leaf for leaf in leaves(hint) if is_free_text(leaf)]
        assert not free, f"{kind.__name__}.{name} may hold any text"


def test_the_walk_sees_free_text_where_there_is_some():
    """The test above can fail."""
    assert is_free_text(str)
    assert any(map(is_free_text, leaves(dict[str, int])))
    assert not is_free_text(datetime)


def test_a_tally_balances_only_when_every_line_is_accounted_for():
    good = records.Tally(
        label="log-0001",
        importer="x",
        bytes=9,
        read=9,
        used=1,
        other=2,
        recovered=1,
        pending=1,
        blank=1,
        skipped={records.SkipReason.NOT_JSON: 3},
    )
    assert good.balances
    assert not msgspec.structs.replace(good, read=10).balances
