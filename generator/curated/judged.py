"""Findings on public logs whose lines were read one by one, each with a verdict and one line why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from generator.base.problems import Problem
from generator.curated.entries import Entry, Outside, sound
from generator.curated.models import Line, Model, Slug

SetFile = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-][A-Za-z0-9_./-]{0,200}\.jsonl$")]


class Verdict(StrEnum):
    """What a finding is after its lines were read."""

    TRUE = "true"  # what it says is right, and nothing in the log explains it
    DOUBTFUL = "doubtful"  # an innocent cause is likely, or the size does not fit
    FALSE = "false"  # the log shows an innocent cause, or the statement is wrong


class Judged(Model):
    """One finding, or one step of a detector that counts steps.

    Its key is its place: set, detector, file below the set's folder, and the line of the first call that the finding
    cites (of a step: of its second call). A finding's own id depends on a secret key, so it cannot be the key here.
    """

    set: Slug
    detector: Slug
    what: Literal["finding", "step"]
    file: SetFile
    line: Annotated[int, Field(ge=1)]
    verdict: Verdict
    why: Line
    read: date
    taken_by: Slug | None = None  # explanation that takes it in the rules of today, which read more of the log

    @property
    def place(self) -> str:
        """File and line."""
        return f"{self.file}:{self.line}"

    @property
    def is_doubtful(self) -> bool:
        """A finding that is still reported, and doubtful."""
        return self.what == "finding" and self.verdict is Verdict.DOUBTFUL and self.taken_by is None


@dataclass(frozen=True)
class Tally:
    """Verdicts on one detector's findings, or on its single steps."""

    true: int
    doubtful: int
    false: int
    taken: int  # of the doubtful and false ones, those that the rules of today no longer report

    @property
    def read(self) -> int:
        """All that were read."""
        return self.true + self.doubtful + self.false


def tally(judged: Iterable[Judged]) -> Tally:
    """Count the verdicts."""
    rows = tuple(judged)
    counts = Counter(row.verdict for row in rows)
    return Tally(
        counts[Verdict.TRUE],
        counts[Verdict.DOUBTFUL],
        counts[Verdict.FALSE],
        sum(row.taken_by is not None for row in rows),
    )


def true_ones_are_reported(entries: Sequence[Entry], _: Outside) -> Iterator[Problem]:
    """What an explanation takes was not true."""
    for entry, row in sound(entries, Judged):
        if row.verdict is Verdict.TRUE and row.taken_by is not None:
            message = "a true finding that the rules of today leave out"
            yield entry.problem(("taken_by",), "W-value", message, "is the verdict right, or the explanation?")
