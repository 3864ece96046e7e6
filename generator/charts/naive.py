"""What a simple rule counts in the public logs beside what a careful one counts: two points a question, one line.

The counts go from nothing to tens of thousands, so the scale is logarithmic from 1 on and linear below, with 0 on it.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from generator.base.drawing import Draw, draw
from generator.base.wording import n, plural
from generator.charts.base import CARD, INK, NARROW, SERIES, SOFT, Chart, template
from generator.charts.told import draws, fields, tell

SIMPLE, CAREFUL = "Simple rule", "Careful rule"
_STEP, _PHONE_STEP = 27, 46  # px a row; on phones the name is above its line
_ROOM, _PHONE_ROOM = 50, 80  # times the highest count: room for both numbers at the end of a row
_TICKS = (0, 10, 100, 1_000, 10_000, 100_000)


@dataclass(frozen=True)
class Pair:
    """One question: what a simple rule counts, and what is left when innocent explanations have been tried."""

    title: str
    simple: int
    careful: int
    simple_unit: str  # in the plural
    careful_unit: str


def naive_chart(
    pairs: Sequence[Pair],
    calls: int,
    sets: int,
    *,
    further: int = 0,
    chart_id: str = "simple-and-careful",
    drawn: Draw = draw,
) -> Chart:
    """Questions in the order of the simple count; `further` ones need what no set holds.

    Raises ValueError where no rule counts anything.
    """
    ordered = sorted(pairs, key=lambda pair: (-pair.simple, -pair.careful, pair.title))
    shown = [pair for pair in ordered if pair.simple or pair.careful]
    if not shown:
        raise ValueError("no count, no chart")
    data = {"rows": [_row(pair) for pair in shown], "ends": [end for pair in shown for end in _ends(pair)]}
    svg, width, height = drawn(_spec(shown, phone=False), data)
    silent = ", ".join(pair.title for pair in ordered if pair not in shown)
    return Chart(
        id=chart_id,
        title="What a simple rule counts in the public logs, and what a careful one counts",
        sentence=_sentence(shown, calls, sets),
        width=width,
        height=height,
        columns=("Question", "Simple rule", "Careful rule", "The simple rule counts", "The careful rule counts"),
        rows=tuple(
            (pair.title, pair.simple, pair.careful, pair.simple_unit or None, pair.careful_unit) for pair in ordered
        ),
        svg=svg,
        note=(
            "Each line of the scale from 10 on is ten times the one before, and 0 has its place on it. Lengths are "
            "therefore not in proportion: read the numbers. They are counts of these logs and no estimates, so they "
            "have no interval. The two rules of a question may count different things; the table says what."
            + (f" Nothing counted by either: {silent}." if silent else "")
            + (
                f" {plural(further, 'further question')} {_need(further)} a log that no public set holds."
                if further
                else ""
            )
        ),
        narrow=drawn(_spec(shown, phone=True), data),
    )


def _sentence(shown: Sequence[Pair], calls: int, sets: int) -> str:
    asked = [pair for pair in shown if pair.simple]
    fewer, none = (sum(test(pair) for pair in asked) for test in (_fewer, _nothing))
    said = (
        f"In {plural(calls, 'call')} of {plural(sets, 'public set')}, a simple rule counts something for "
        f"{plural(len(asked), 'question')}; the careful rule counts fewer for {n(fewer)} of them, and nothing for "
        f"{n(none)}."
    )
    most = max(shown, key=lambda pair: pair.careful)
    named = dict.fromkeys((shown[0], *((most,) if most.careful else ())))
    return " ".join((said, *map(_told, named)))


def _told(pair: Pair) -> str:
    simple, careful = (
        f"{n(count)} {unit}".rstrip()
        for count, unit in ((pair.simple, pair.simple_unit), (pair.careful, pair.careful_unit))
    )
    return f"\u201c{pair.title}\u201d: {simple} against {careful}."


def _need(count: int) -> str:
    return "needs" if count == 1 else "need"


def _fewer(pair: Pair) -> bool:
    return pair.careful < pair.simple


def _nothing(pair: Pair) -> bool:
    return not pair.careful


def _row(pair: Pair) -> dict[str, Any]:
    numbers = f"{n(pair.simple)} \u2192 {n(pair.careful)}"
    return {"title": pair.title, "simple": pair.simple, "careful": pair.careful, "numbers": numbers}


def _ends(pair: Pair) -> list[dict[str, Any]]:
    return [
        {"title": pair.title, "count": count, "rule": rule}
        for rule, count in ((SIMPLE, pair.simple), (CAREFUL, pair.careful))
    ]


def _spec(shown: Sequence[Pair], *, phone: bool) -> dict[str, Any]:
    spec = copy.deepcopy(_template())
    highest = max(max(pair.simple, pair.careful) for pair in shown)
    ticks = [tick for tick in _TICKS if tick <= max(highest, 1)]
    if phone:
        spec["width"] = NARROW
        name = copy.deepcopy(spec["layer"][-1])
        name["mark"] |= {"align": "left", "dy": -14, "color": INK}
        name["encoding"] |= {"x": {"value": 0}, "text": {"field": "title", "type": "nominal"}}
        spec["layer"].append(name)
        spec["config"] = spec["config"] | {"legend": spec["config"]["legend"] | {"columns": 1}}
    for layer in spec["layer"]:
        encoding = layer["encoding"]
        encoding["y"]["sort"] = [pair.title for pair in shown]
        if phone:
            encoding["y"]["axis"] = None
        if "field" in encoding["x"]:
            scale = {
                "type": "symlog",
                "constant": 1,
                "domain": [0, highest * (_PHONE_ROOM if phone else _ROOM)],
                "nice": False,
            }
            encoding["x"] |= {"scale": scale, "axis": encoding["x"]["axis"] | {"values": ticks}}
    return spec | {"height": {"step": _PHONE_STEP if phone else _STEP}}


@cache
def _template() -> dict[str, Any]:
    import altair as alt

    rules = alt.Scale(domain=[SIMPLE, CAREFUL], range=[SERIES[1], SERIES[0]])
    shapes = alt.Scale(domain=[SIMPLE, CAREFUL], range=["circle", "diamond"])
    y = alt.Y("title:N", title=None, axis=alt.Axis(domain=False, ticks=False, labelLimit=320, labelPadding=12))
    axis = alt.Axis(format=",.0f", domain=False)
    title = "Count; each line is ten times the one before"
    rows = alt.Chart(alt.NamedData("rows"))
    line = rows.mark_rule(color=SOFT, strokeWidth=2, opacity=0.55).encode(
        y=y, x=alt.X("careful:Q", title=title, axis=axis), x2="simple:Q"
    )
    ends = (
        alt.Chart(alt.NamedData("ends"))
        .mark_point(filled=True, size=95, opacity=1, stroke=CARD, strokeWidth=1)
        .encode(
            y=y,
            x=alt.X("count:Q", title=title, axis=axis),
            color=alt.Color("rule:N", title=None, scale=rules),
            shape=alt.Shape("rule:N", title=None, scale=shapes),
        )
    )
    numbers = rows.mark_text(align="right", color=INK, baseline="middle").encode(
        y=y, x=alt.value("width"), text="numbers:N"
    )
    spec = template(alt.layer(line, ends, numbers))
    tell(spec, fields(title="Question", rule="Rule", count="Counts"), draws("ends"))
    return spec
