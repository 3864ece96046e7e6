"""A YAML file that is a list of records of one kind: each checked against its model, all mistakes with their place."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from generator.base.problems import ContentError, Problem
from generator.curated.checking import checked
from generator.curated.models import Model
from generator.curated.yamlfile import Document, read

Record = TypeVar("Record", bound=Model)


def read_list(path: Path, shown: str, model: type[Record]) -> tuple[Document, tuple[Record, ...]]:
    """The records of the file and the places of everything in it. Raises ContentError with every mistake."""
    document = read(path, shown)
    if not isinstance(document.value, list):
        raise ContentError(document.problem((), "W-type", "a list of records should stand here"))
    records: list[Record] = []
    problems: list[Problem] = []
    for index in range(len(document.value)):
        found = checked(model, document, (index,))
        if isinstance(found, list):
            problems.extend(found)
        else:
            records.append(found)
    if problems:
        raise ContentError(*problems)
    return document, tuple(records)
