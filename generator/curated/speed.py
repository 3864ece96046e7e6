"""The table that `make bench` writes: how fast `scan` is beside other programs that read the same logs.

Ratios are the time of `scan` divided by that of the other program, within one round: 2 is twice as slow as it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from generator.base.problems import Problem
from generator.curated.calibration import Digest
from generator.curated.entries import Entry, Kind, Outside, sound
from generator.curated.models import Line, Model, Slug, WebUrl
from generator.curated.promises import Count

Positive = Annotated[float, Field(gt=0)]
Amount = Annotated[float, Field(ge=0)]
SetId = Annotated[str, StringConstraints(pattern=r"^([0-9]+-mib|public)$")]
State = Literal["cold", "first", "warm", "grown"]
OURS = "witnessmark"


class Spread(Model):
    """Median of all rounds, and the lowest and the highest."""

    median: Amount
    low: Amount
    high: Amount


class SpeedMachine(Model):
    """What the figures hang on."""

    cores: Count
    memory_gib: Positive
    processor: Line
    system: Line
    python: Line


class SpeedProgram(Model):
    """This program: its version and a digest of its sources."""

    version: Line
    sources: Digest


class SpeedTool(Model):
    """Another program in one version: what it does with the logs, and what it does not."""

    id: Slug
    name: Line
    version: Line
    url: WebUrl
    does: Line
    lacks: Line


class SpeedAbsent(Model):
    """A program that could not be run, and why."""

    id: Slug
    name: Line
    version: Line
    why: Line


class SpeedSet(Model):
    """One set of logs and the circumstances of its rounds. Loads are averages of the last minute, before and after."""

    id: SetId
    simulated: bool
    bytes: Annotated[int, Field(gt=0)]
    files: Annotated[int, Field(gt=0)]
    rounds: Annotated[int, Field(gt=0)]
    measured: dt.date
    command: Line
    load_before: Amount
    load_after: Amount
    nice: int
    in_page_cache: bool


class SpeedRun(Model):
    """One program on one set in one state.

    `seconds` are of the clock, `cpu` of the processors; `largest` MiB of the largest process, `tree` of all together at
    once, None where the system does not tell. `counted`: output tokens that it printed as a part of the true ones.
    """

    set: SetId
    tool: Slug
    state: State
    n: Annotated[int, Field(gt=0)]
    seconds: Spread
    cpu: Spread
    largest: Positive
    tree: Positive | None
    counted: Amount | None


class SpeedRatio(Model):
    """Time of `scan` in one state divided by that of another program, by the clock and by the processors."""

    set: SetId
    state: State
    tool: Slug
    n: Annotated[int, Field(gt=0)]
    wall: Spread
    cpu: Spread


class SpeedFailure(Model):
    """A program that ended badly on one set, and how."""

    set: SetId
    tool: Slug
    why: Line


class SpeedGrowth(Model):
    """Exponents by which time and memory grow with the bytes of simulated logs: 1 is in step with them.

    `_last`: between the two largest sizes, where the start of a program counts least.
    """

    tool: Slug
    state: State
    sizes: Annotated[int, Field(ge=2)]
    wall: float
    cpu: float
    memory: float | None
    wall_last: float
    memory_last: float | None


class Speed(Model):
    """One machine, one program, all sets. `floor`: MiB below which `largest` cannot be seen."""

    machine: SpeedMachine
    program: SpeedProgram
    floor: Amount
    tools: tuple[SpeedTool, ...]
    absent: tuple[SpeedAbsent, ...]
    sets: Annotated[tuple[SpeedSet, ...], Field(min_length=1)]
    runs: tuple[SpeedRun, ...]
    ratios: tuple[SpeedRatio, ...]
    failed: tuple[SpeedFailure, ...]
    growth: tuple[SpeedGrowth, ...]


def speeds_are_whole(entries: Sequence[Entry], _: Outside) -> Iterator[Problem]:
    """Rows are of known sets and programs, no row occurs twice, and a median is within its ends."""
    for entry, speed in sound(entries, Speed):
        sets = {one.id for one in speed.sets}
        tools = {one.id for one in speed.tools} | {OURS}
        for part in ("runs", "ratios", "failed", "growth"):
            seen: set[tuple[str, str, str]] = set()
            for number, row in enumerate(getattr(speed, part)):
                of, state = getattr(row, "set", None), getattr(row, "state", "")
                if of is not None and of not in sets:
                    yield entry.problem((part, number, "set"), "W-ref", f'unknown set "{of}"', "make bench")
                if row.tool not in tools:
                    yield entry.problem((part, number, "tool"), "W-ref", f'unknown program "{row.tool}"', "make bench")
                if (of or "", row.tool, state) in seen:
                    yield entry.problem((part, number), "W-twice", "the row occurs twice", "make bench")
                seen.add((of or "", row.tool, state))
                yield from _disordered(entry, part, number)


def _disordered(entry: Entry, part: str, number: int) -> Iterator[Problem]:
    row = getattr(entry.record, part)[number]
    for name in ("seconds", "cpu", "wall"):
        spread = getattr(row, name, None)
        if isinstance(spread, Spread) and not spread.low <= spread.median <= spread.high:
            yield entry.problem((part, number, name), "W-value", "the median is not within its ends", "make bench")


SPEED = Kind(word="speed", files="measurements/speed.yml", names=(), by_hand=False, also=(speeds_are_whole,))
"""Row of the table of kinds."""
