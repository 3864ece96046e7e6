"""What this project promises, and what the tests behind each promise counted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from generator.base.problems import Problem
from generator.curated.entries import Entry, Outside, sound
from generator.curated.models import Line, Model, Seen, Slug

Count = Annotated[int, Field(ge=0)]
# On one line: it is shown in a block of HTML, which an empty line would end.
Passage = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=600, pattern=r"^[^\n]*$"), Seen
]
Passages = Annotated[tuple[Passage, ...], Field(min_length=1)]


class Promise(Model):
    """One promise, what is not promised beside it, and the trials that are its test."""

    id: Slug
    title: Line
    texts: Passages  # what is promised, one sentence or two each
    tested: Passage  # how it is tried
    never: Passages  # what is not promised
    trials: tuple[Slug, ...] = ()  # ids in measurements/promises.yml; both forms of a trial share one


class Trial(Model):
    """One test of a promise, run once in one form: how often it was tried, and how often the promise did not hold.

    Written by the runs, never by hand.
    """

    id: Slug
    form: Literal["fast", "full"]
    trials: Count
    failures: Count
    date: date
    command: Line
    note: Line | None = None


def failures_are_trials(entries: Sequence[Entry], _: Outside) -> Iterator[Problem]:
    """What failed was tried."""
    for entry, trial in sound(entries, Trial):
        if trial.failures > trial.trials:
            yield entry.problem(("failures",), "W-value", "more failures than trials")


def trials_have_one_promise(entries: Sequence[Entry], _: Outside) -> Iterator[Problem]:
    """A trial counts for one promise."""
    owners: dict[str, str] = {}
    for entry, promise in sound(entries, Promise):
        for index, trial in enumerate(promise.trials):
            owner = owners.setdefault(trial, promise.id)
            if owner != promise.id:
                yield entry.problem(("trials", index), "W-twice", f'"{trial}" is a trial of the promise "{owner}"')
