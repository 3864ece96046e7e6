"""How fast `scan` is: beside other programs on the same logs, in figures that `make bench` wrote down.

There is no page where nothing was measured.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from generator.base.wording import plural
from generator.curated.speed import OURS
from generator.pages.parts.base import Page, PageKind
from generator.pages.parts.twin import json_twin

if TYPE_CHECKING:
    from generator.curated.speed import Speed, SpeedGrowth, SpeedRatio, SpeedRun, SpeedSet, Spread
    from generator.dossier import Dossier

STATES = {
    "cold": "every byte read, nothing kept",
    "first": "first run, what was read is kept",
    "warm": "again, no log changed",
    "grown": "again, one log grew",
}
_TEN = 10


@dataclass(frozen=True)
class FigureRow:
    """One program in one state: seconds, processor seconds, MiB and the share of the true output that it counted."""

    program: str
    state: str
    run: SpeedRun
    seconds: str
    cpu: str
    counted: float | None


@dataclass(frozen=True)
class RatioRow:
    """One other program: our time in each state as a multiple of its time."""

    program: str
    ratios: tuple[str, ...]  # in the order of the states of the set; "" where one was not measured
    cpu: str  # processor time of the first state


@dataclass(frozen=True)
class SetView:
    """One set of logs with its rows."""

    one: SpeedSet
    title: str
    states: tuple[str, ...]
    ratios: tuple[RatioRow, ...]
    figures: tuple[FigureRow, ...]


@dataclass(frozen=True)
class GrowthRow:
    """How one program grows in one state."""

    program: str
    state: str
    row: SpeedGrowth


@dataclass(frozen=True)
class SpeedContext:
    """Variables of speed.md.j2."""

    speed: Speed
    answer: str
    slower: tuple[str, ...]
    sets: tuple[SetView, ...]
    growth: tuple[GrowthRow, ...]


def pages(dossier: Dossier) -> Iterator[Page]:
    """The one page."""
    speed = dossier.library.speed
    if speed is None:
        return
    path = f"{dossier.library.case.id}/speed/"
    names = _names(speed)
    answer = _answer(speed, names)
    yield Page(
        path=path,
        template="speed.md.j2",
        title="How fast",
        description=answer,
        context=SpeedContext(
            speed=speed,
            answer=answer,
            slower=tuple(_slower(speed, names)),
            sets=tuple(_view(one, speed, names) for one in speed.sets),
            growth=tuple(GrowthRow(names[row.tool], _state(row), row) for row in speed.growth),
        ),
        downloads=(json_twin("speed", "measured", speed.model_dump(mode="json"), {"page": path}),),
        asked=("benchmark", "how fast is scan", "faster than ccusage"),
    )


def _names(speed: Speed) -> dict[str, str]:
    """Names with versions by id."""
    named = {one.id: f"{one.name} {one.version}" for one in speed.tools}
    return named | {OURS: f"witnessmark {speed.program.version}"}


def _answer(speed: Speed, names: dict[str, str]) -> str:
    """One sentence on the largest set: the first program of the table, the range of the others, and a second run."""
    measured = {row.set for row in speed.ratios}
    sets = [one for one in speed.sets if one.id in measured]
    if not sets:
        return f"On {_title(speed.sets[-1])} witnessmark {speed.program.version} was timed alone."
    largest = max(sets, key=lambda one: (one.simulated, one.bytes))
    rows = [row for row in speed.ratios if row.set == largest.id]
    plain = {row.tool: row for row in rows if row.state == _plain_state(rows)}
    first, *others = (tool.id for tool in speed.tools if tool.id in plain)
    parts = [f"{_times(plain[first].wall)} the time of {names[first]}"]
    if others:
        medians = sorted(plain[tool].wall.median for tool in others)
        ends = dict.fromkeys(map(number, (medians[0], medians[-1])))
        parts.append(f"{' to '.join(ends)} times that of {plural(len(others), 'other program')}")
    again = next((row for row in rows if row.tool == first and row.state == "warm"), None)
    second = f"; a second run on the same logs takes {_times(again.wall)} the time of {names[first]}" if again else ""
    return f"On {_title(largest)} a run of scan takes {', and '.join(parts)}{second}."


def _plain_state(rows: Sequence[SpeedRatio]) -> str:
    """The state of a person's first run."""
    return "first" if any(row.state == "first" for row in rows) else "cold"


def _slower(speed: Speed, names: dict[str, str]) -> Iterator[str]:
    """Where this program takes longer, a line a row."""
    titles = {one.id: _title(one) for one in speed.sets}
    for row in speed.ratios:
        if row.wall.median > 1:
            where = f"{names[row.tool]}, {titles[row.set]}, {STATES[row.state]}"
            yield f"{where}: {_times(row.wall)} its time, {number(row.cpu.median)} times its processor time"


def _view(one: SpeedSet, speed: Speed, names: dict[str, str]) -> SetView:
    rows = {(row.tool, str(row.state)): row for row in speed.ratios if row.set == one.id}
    states = tuple(state for state in STATES if any(state == key for _, key in rows))
    tools = tuple(dict.fromkeys(tool for tool, _ in rows))
    ratios = tuple(
        RatioRow(
            names[tool],
            tuple(_spread(rows[tool, state].wall) if (tool, state) in rows else "" for state in states),
            _spread(rows[tool, states[0]].cpu) if (tool, states[0]) in rows else "",
        )
        for tool in tools
    )
    figures = tuple(
        FigureRow(names[run.tool], _state(run), run, _spread(run.seconds), _spread(run.cpu), run.counted)
        for run in speed.runs
        if run.set == one.id
    )
    return SetView(one, _title(one), tuple(STATES[state] for state in states), ratios, figures)


def _state(row: SpeedRun | SpeedGrowth) -> str:
    """Words for our state; "" for another program, which is run as it is."""
    return STATES[row.state] if row.tool == OURS else ""


def _title(one: SpeedSet) -> str:
    return f"{one.bytes / 1e6:,.0f} MB of {'simulated' if one.simulated else 'public'} logs"


def _times(spread: Spread) -> str:
    return f"{number(spread.median)} times ({number(spread.low)} to {number(spread.high)})"


def _spread(spread: Spread) -> str:
    return f"{number(spread.median)} ({number(spread.low)} to {number(spread.high)})"


def number(value: float) -> str:
    """Two places below ten, one above."""
    return f"{value:.2f}" if value < _TEN else f"{value:,.1f}"


KIND = PageKind("speed", pages)
