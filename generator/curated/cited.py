"""Every web address that content cites: public by choice, so the gate lets it through."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import AnyUrl, BaseModel

from generator.curated.kinds import Library
from generator.curated.origins import Origin


def cited(library: Library) -> Iterator[str]:
    """Addresses in all records of all kinds, in the order of the library."""
    return _addresses(library)


def _addresses(value: Any) -> Iterator[str]:
    if isinstance(value, AnyUrl):
        yield str(value)
    elif isinstance(value, Origin):
        yield from value.addresses()
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _addresses(getattr(value, name))
    elif isinstance(value, tuple):
        for inner in value:
            yield from _addresses(inner)
