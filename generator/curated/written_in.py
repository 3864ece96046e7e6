"""Which file of the repository a record is written in, by the table of kinds: the file that a correction changes."""

from __future__ import annotations

from functools import cache

from generator.curated.entries import Kind
from generator.curated.kinds import Library, kinds_of
from generator.curated.models import Model


def file_of(record: Model) -> str:
    """Path from the root of the repository: content/events/2026-03.yml. Raises LookupError for what is no record."""
    kind = _kind_of(type(record))
    after = kind.named_after
    return "content/" + (kind.files.format(**{after: getattr(record, after)}) if after else kind.files)


@cache
def _kind_of(model: type[Model]) -> Kind:
    found = next((kind for kind in kinds_of(Library) if kind.model is model), None)
    if found is None:
        raise LookupError(f"no kind of content has the model {model.__name__}")
    return found
