"""What the runs of `make bench` come to: medians, ratios of paired runs, and growth by size. Pure functions."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from whole_process import Run

Turns = Mapping[str, Sequence[Run]]  # runs of each turn, in the order of the rounds
OURS = "witnessmark"


def spread(values: Sequence[float], digits: int) -> dict[str, float]:
    """Median, lowest and highest."""
    middle, low, high = statistics.median(values), min(values), max(values)
    return {"median": round(middle, digits), "low": round(low, digits), "high": round(high, digits)}


def paired(ours: Sequence[Run], theirs: Sequence[Run]) -> dict[str, Any]:
    """Ours divided by theirs, round by round: what slows the machine for a while slows both."""
    pairs = list(zip(ours, theirs, strict=True))
    return {
        "n": len(pairs),
        "wall": spread([one.seconds / other.seconds for one, other in pairs], 3),
        "cpu": spread([one.cpu / other.cpu for one, other in pairs], 3),
    }


def run_rows(name: str, turns: Turns, watched: Mapping[str, Run]) -> list[dict[str, Any]]:
    """A row a turn: seconds, processor seconds and MiB. `watched` are the runs whose memory was looked at."""
    return [
        {
            "set": name,
            "tool": tool,
            "state": state,
            "n": len(runs),
            "seconds": spread([run.seconds for run in runs], 3),
            "cpu": spread([run.cpu for run in runs], 3),
            "largest": round(max(run.largest for run in runs), 1),
            "tree": round(watched[turn].tree, 1) if watched[turn].tree else None,
        }
        for turn, runs in turns.items()
        for tool, state in (turn.split("/"),)
    ]


def ratio_rows(name: str, turns: Turns) -> list[dict[str, Any]]:
    """A row for each of our states against each other tool."""
    return [
        {"set": name, "state": mine.split("/")[1], "tool": theirs.split("/")[0]} | paired(runs, turns[theirs])
        for mine, runs in turns.items()
        if mine.startswith(f"{OURS}/")
        for theirs in turns
        if not theirs.startswith(f"{OURS}/")
    ]


def growth_rows(sets: Iterable[Mapping[str, Any]], runs: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """How time and memory grow with the bytes of simulated logs, for what ran on two sizes or more.

    An exponent is the slope of a least-squares line through the logarithms: 1 is in step with the size, 0 not at all.
    The fixed cost of a start pulls it down, so that the step between the two largest sizes is given as well.
    """
    sizes = {one["id"]: one["bytes"] for one in sets if one["simulated"]}
    found: dict[tuple[str, str], list[tuple[int, Mapping[str, Any]]]] = {}
    for run in runs:
        if run["set"] in sizes:
            found.setdefault((run["tool"], run["state"]), []).append((sizes[run["set"]], run))
    rows = []
    for (tool, state), points in found.items():
        points.sort(key=lambda point: point[0])
        if len(points) > 1:
            rows.append({"tool": tool, "state": state, "sizes": len(points)} | _exponents(points))
    return rows


def _exponents(points: Sequence[tuple[int, Mapping[str, Any]]]) -> dict[str, float | None]:
    sizes = [size for size, _ in points]
    wall, cpu = ([run[name]["median"] for _, run in points] for name in ("seconds", "cpu"))
    tree = [run["tree"] for _, run in points]
    return {
        "wall": exponent(sizes, wall),
        "cpu": exponent(sizes, cpu),
        "memory": exponent(sizes, tree) if all(tree) else None,
        "wall_last": exponent(sizes[-2:], wall[-2:]),
        "memory_last": exponent(sizes[-2:], tree[-2:]) if all(tree) else None,
    }


def exponent(sizes: Sequence[float], values: Sequence[float]) -> float:
    """Slope of log value on log size."""
    line = statistics.linear_regression([math.log(size) for size in sizes], [math.log(value) for value in values])
    return round(line.slope, 3)
