"""The table that `witnessmark calibrate` writes: how each detector did on simulated logs with known truth."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from generator.base.problems import Problem
from generator.curated.entries import Entry, Outside, sound
from generator.curated.models import Line, Model, Slug

Count = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]
ELSE = "else"
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]


class CauseCount(Model):
    """Findings that took one cause for a fault. "else": none of those that no log shows."""

    id: Slug
    count: Count


class CalibratedCause(Model):
    """A cause that no log shows: how often it acts, where that is from, and why nothing can tell it from a fault."""

    id: Slug
    title: Line
    per_thousand: Annotated[float, Field(ge=0)]  # calls; 0 where it is not counted by calls
    basis: Line
    why: Line


class CalibratedDetector(Model):
    """Sums of one detector over all seeds; fields as in simulator/calibrate.py. Bars are what it is held to.

    `precision_bar` is for the runs in which causes act that no log shows, `named_bar` for those in which the log names
    every one, `recall_bar` for both.

    `digests` are of its counts on each seed, in the order of the seeds: a test holds the row to the code by them, and a
    new detector changes no other row. `not_planted` says that the simulator plants no fault of its kind, so nothing is
    known of its recall and precision.
    """

    id: Slug
    version: Line
    planted: Count
    recalled: Count
    found: Count
    hits: Count
    excess_planted: Count
    excess_found: Count
    naive: Count
    null_found: Count
    null_examined: Count
    null_naive: Count
    unseen_planted: Count
    unseen_recalled: Count
    unseen_found: Count
    unseen_hits: Count
    unseen_causes: tuple[CauseCount, ...] = ()
    not_planted: Literal[True] | None = None
    precision_bar: Share | None = None
    named_bar: Share | None = None
    recall_bar: Share | None = None
    digests: tuple[Digest, ...]


class CalibratedSeed(Model):
    """One seed and its size: calls in the run with faults, without, and with faults and causes that no log shows."""

    seed: Count
    requests: Count
    null_requests: Count
    unseen_requests: Count


class Calibration(Model):
    """One calibration. Faults are planted at the doses in turn: expected number of each kind a session; where causes
    act that no log shows, at `unseen_dose`.
    """

    id: Slug
    command: Line
    measured: date
    sessions: Count
    doses: tuple[float, ...]
    unseen_dose: float
    causes: tuple[CalibratedCause, ...]
    seeds: tuple[CalibratedSeed, ...]
    detectors: tuple[CalibratedDetector, ...]

    @property
    def requests(self) -> int:
        """Simulated calls in the runs with faults."""
        return sum(seed.requests for seed in self.seeds)

    @property
    def null_requests(self) -> int:
        """Simulated calls in the runs without."""
        return sum(seed.null_requests for seed in self.seeds)

    @property
    def unseen_requests(self) -> int:
        """Simulated calls in the runs with faults and with causes that no log shows."""
        return sum(seed.unseen_requests for seed in self.seeds)


def rows_are_whole(entries: Sequence[Entry], _: Outside) -> Iterator[Problem]:
    """A digest for each seed, known causes, and faults planted only where the row does not say that there were none."""
    for entry, table in sound(entries, Calibration):
        known = {cause.id for cause in table.causes} | {ELSE}
        for number, row in enumerate(table.detectors):
            if len(row.digests) != len(table.seeds):
                message = f"{len(row.digests)} digests for {len(table.seeds)} seeds"
                yield entry.problem(("detectors", number, "digests"), "W-value", message, "make calibration")
            for place, cause in enumerate(row.unseen_causes):
                if cause.id not in known:
                    message = f'"{cause.id}" is not among the causes'
                    yield entry.problem(
                        ("detectors", number, "unseen_causes", place, "id"), "W-value", message, "make calibration"
                    )
            if row.not_planted and row.planted:
                message = "faults were planted, so not_planted is untrue"
                yield entry.problem(("detectors", number, "not_planted"), "W-value", message, "make calibration")
