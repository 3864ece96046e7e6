"""The table that `witnessmark calibrate` writes: how each detector did on simulated logs with known truth."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

from generator.curated.models import Line, Model, Slug

Count = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]


class CalibratedDetector(Model):
    """Sums of one detector over all seeds; fields as in simulator/calibrate.py. Bars are what it is held to."""

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
    unseen_found: Count
    precision_bar: Share | None = None
    recall_bar: Share | None = None


class CalibratedSeed(Model):
    """One seed: its size, and a digest of all its counts by which a test holds the table to the code."""

    seed: Count
    requests: Count
    null_requests: Count
    unseen_requests: Count
    digest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]


class Calibration(Model):
    """One calibration. Faults are planted at the doses in turn: expected number of each kind a session."""

    id: Slug
    command: Line
    measured: date
    sessions: Count
    doses: tuple[float, ...]
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
        """Simulated calls in the runs without faults, but with causes that no log shows."""
        return sum(seed.unseen_requests for seed in self.seeds)
