"""A record in the file of another kind: one mistake, and not one for each of its fields."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from generator.curated.entries import Kind

OWN = 0.5  # of its fields, that a record of the kind has at least
OTHER = 0.8  # of its fields, that one of the kind it looks like has at least
FEWEST = 4  # fields, of fewer nothing can be said


def looks_like(value: Any, kind: Kind, kinds: Iterable[Kind]) -> Kind | None:
    """The kind that a record with mistakes is of, by the names of its fields; None where it is of its own kind."""
    if not isinstance(value, dict) or len(value) < FEWEST or _share(value, kind) >= OWN:
        return None
    others = [one for one in kinds if one.by_hand and one.model is not kind.model]
    best = max(others, key=lambda one: _share(value, one), default=None)
    return best if best is not None and _share(value, best) >= OTHER else None


def _share(value: dict[str, Any], kind: Kind) -> float:
    """Which part of the fields the kind has, with those that it needs and that are missing counted against it."""
    fields = kind.model.model_fields
    needed = {name for name, field in fields.items() if field.is_required()}
    return len(value.keys() & fields.keys()) / len(value.keys() | needed)
