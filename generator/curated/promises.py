"""What the tests behind each promise counted: written by the runs, never by hand."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from generator.base.problems import ContentError, Problem
from generator.curated.listfile import read_list
from generator.curated.models import Line, Model, Slug

Count = Annotated[int, Field(ge=0)]
FILE = "measurements/promises.yml"


class Trial(Model):
    """One test of a promise, run once in one form: how often it was tried, and how often the promise did not hold."""

    id: Slug
    form: Literal["fast", "full"]
    trials: Count
    failures: Count
    date: date
    command: Line
    note: Line | None = None


def load_promises(content: Path) -> tuple[Trial, ...]:
    """The trials of content/measurements/promises.yml by id; none where the file is absent. Raises ContentError."""
    path = content / FILE
    if not path.exists():
        return ()
    document, found = read_list(path, f"content/{FILE}", Trial)
    problems: list[Problem] = []
    places: dict[tuple[str, str], int] = {}
    for index, trial in enumerate(found):
        first = places.setdefault((trial.id, trial.form), index)
        if first != index:
            line = document.place((first, "id")).line
            problem = document.problem(
                (index, "id"), "W-unique", "the id has an entry of this form", f"first in line {line}"
            )
            problems.append(problem)
        if trial.failures > trial.trials:
            problems.append(document.problem((index, "failures"), "W-value", "more failures than trials"))
    if problems:
        raise ContentError(*problems)
    return tuple(sorted(found, key=lambda trial: (trial.id, trial.form)))
