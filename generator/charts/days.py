"""Points by day with intervals, in panels below each other, with shaded days and named dates."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

from generator.charts.base import ALERT, BAND, INK, NARROW, SERIES, SOFT, WIDTH, config
from generator.charts.told import heads, tell, words
from generator.charts.weeks import DAY

if TYPE_CHECKING:
    from generator.curated.measurements import Plot

_ONE, _PANEL = 260, 90  # px high: a picture alone, and one of several
_MANY = 2  # colours that fit side by side on a phone
_LINE, _LETTER, _WORDS = 17, 7.5, 13  # px: from one line of words to the next, a letter's width, and the size of words
_APART = 8  # px between two words
_FAR = 5  # times: panels of counts whose highest values are further apart have an axis each
_PARTS = ("Percent", "Share")  # first words of axes that every panel shares: parts of a whole are compared by eye
OWN_SCALES = "Each panel has a scale of its own."

Drawn = tuple[tuple[dict[str, Any], dict[str, list[dict[str, Any]]]], tuple[dict[str, Any], dict[str, Any]]]


def days(records: Sequence[Mapping[str, Any]], plot: Plot) -> Drawn:
    """Specification and data of the wide picture, and of the one for phones."""
    shown = [record for record in records if record[plot.values[0]] is not None]
    groups = list(dict.fromkeys(str(record[plot.group]) if plot.group else "" for record in shown))
    columns = min(len(groups), _MANY)
    return (
        _drawn(records, shown, plot, groups, width=WIDTH - 90, columns=0),
        _drawn(records, shown, plot, groups, width=NARROW - 70, columns=columns),
    )


def own_scales(spec: Mapping[str, Any]) -> bool:
    """Has each panel of the picture an axis of its own?"""
    return bool(spec.get("resolve", {}).get("scale", {}).get("y") == "independent")


def _drawn(
    records: Sequence[Mapping[str, Any]],
    shown: Sequence[Mapping[str, Any]],
    plot: Plot,
    groups: list[str],
    *,
    width: int,
    columns: int,
) -> tuple[dict[str, Any], dict[str, list[dict[str, Any]]]]:
    panels = list(dict.fromkeys(str(record[plot.panel]) if plot.panel else "" for record in records))
    ends = [date.fromisoformat(str(record[plot.label])) for record in records]
    first, last = min(ends), max(ends) + DAY
    lines = _lines(plot, first, last, width)
    spec = copy.deepcopy(_template())
    spec["facet"]["row"]["sort"] = panels
    if len(panels) == 1:
        spec["facet"]["row"]["header"] = {"title": None, "labels": False}
    highest = [max((row[plot.values[0]] for row in shown if _panel(row, plot) == panel), default=0) for panel in panels]
    if max(highest) > _FAR * min(highest) and not plot.axis.startswith(_PARTS):
        spec["resolve"]["scale"] = {"y": "independent"}
    spec["spec"] |= {"width": width, "height": _ONE if len(panels) == 1 else _PANEL}
    for layer in spec["spec"]["layer"]:
        layer["encoding"]["x"]["scale"] = {"type": "utc", "domain": [_midnight(first), _midnight(last)]}
        if "color" in layer["encoding"]:
            layer["encoding"]["color"] |= {
                "scale": {"domain": groups, "range": list(SERIES[: len(groups)])},
                "legend": None if len(groups) == 1 else {"title": None},
            }
        if layer["encoding"].get("y", {}).get("field") == "value":
            layer["encoding"]["y"]["title"] = plot.axis if len(panels) == 1 else None
            if all(isinstance(row[plot.values[0]], int) for row in shown):
                layer["encoding"]["y"]["axis"]["labelExpr"] = "datum.value % 1 ? '' : datum.label"  # no half a session
                layer["encoding"]["y"]["axis"]["format"] = ",.0f"
    tell(spec, heads(tuple(records[0])), lambda view: view["transform"][0]["filter"]["equal"] == "row")
    spec["config"] = spec["config"] | {"legend": dict(spec["config"]["legend"])}
    if columns:
        spec["config"]["legend"]["columns"] = columns
    return spec, {"rows": [*_points(shown, plot), *_shades(panels, plot), *_marks(panels, plot, lines)]}


def _points(shown: Sequence[Mapping[str, Any]], plot: Plot) -> list[dict[str, Any]]:
    return [
        {
            **words(record.values()),
            "kind": "row",
            "panel": _panel(record, plot),
            "day": f"{record[plot.label]}T12:00:00Z",
            "value": record[plot.values[0]],
            "low": record[plot.low] if plot.low else None,
            "high": record[plot.high] if plot.high else None,
            "group": str(record[plot.group]) if plot.group else "",
        }
        for record in shown
    ]


def _shades(panels: Sequence[str], plot: Plot) -> list[dict[str, Any]]:
    if not plot.band:
        return []
    ends = {"from": _midnight(plot.band[0]), "to": _midnight(plot.band[1] + DAY)}
    return [{"kind": "band", "panel": panel, **ends} for panel in panels]


def _marks(panels: Sequence[str], plot: Plot, lines: Sequence[tuple[int, str]]) -> list[dict[str, Any]]:
    """A line in every panel, its word above the first."""
    return [
        {
            "kind": "mark",
            "panel": panel,
            "at": _midnight(mark.day),
            **({"word": mark.word, "up": -3 - _LINE * line, "side": side} if place == 0 else {}),
        }
        for place, panel in enumerate(panels)
        for mark, (line, side) in zip(plot.dates, lines, strict=True)
    ]


def _lines(plot: Plot, first: date, last: date, width: int) -> list[tuple[int, str]]:
    """For each mark the line above the picture in which its word meets no other, and the side that it is written to."""
    taken: list[list[tuple[float, float]]] = [[]]
    found = []
    for mark in plot.dates:
        at, long = width * (mark.day - first) / (last - first), len(mark.word) * _LETTER
        side = "right" if at + long > width and at >= long else "left"
        begin, end = (at - long, at) if side == "right" else (at, at + long)
        line = next(
            (at for at, others in enumerate(taken) if all(end + _APART < a or b + _APART < begin for a, b in others)),
            len(taken),
        )
        taken += [[]] if line == len(taken) else []
        taken[line].append((begin, end))
        found.append((line, side))
    return found


def _panel(record: Mapping[str, Any], plot: Plot) -> str:
    return str(record[plot.panel]) if plot.panel else ""


def _midnight(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"


_SIDES = ("left", "right")
_ROWS_OF_LAYERS: tuple[dict[str, str], ...] = (
    {"kind": "band"},
    {"kind": "mark"},
    {"kind": "row"},
    {"kind": "row"},
    *({"kind": "mark", "side": side} for side in _SIDES),
)
"""Rows that each layer draws: one table for all, since a facet has one. Plain fields, so no expression is made."""


@cache
def _template() -> dict[str, Any]:
    import altair as alt

    base = alt.Chart()
    x = alt.X(
        "day:T",
        title=None,
        axis=alt.Axis(format="%-d %b", tickCount=6, grid=False, labelOverlap="greedy", labelSeparation=10),
    )
    band = base.mark_rect(color=BAND).encode(x=alt.X("from:T", title=None), x2="to:T")
    lines = base.mark_rule(color=ALERT, strokeDash=[4, 4]).encode(x=alt.X("at:T", title=None))
    words = [
        base.mark_text(color=SOFT, align=side, baseline="bottom", dx=0, fontSize=_WORDS, y={"expr": "datum.up"}).encode(
            x=alt.X("at:T", title=None), text="word:N"
        )
        for side in _SIDES
    ]
    interval = base.mark_rule(color=SOFT, strokeWidth=1.5).encode(x=x, y=alt.Y("low:Q"), y2="high:Q")
    points = base.mark_point(filled=True, size=60, stroke=SOFT, strokeWidth=0.5, opacity=1).encode(
        x=x, y=alt.Y("value:Q", axis=alt.Axis(tickCount=4, domain=False)), color=alt.Color("group:N")
    )
    header = alt.Header(labelAngle=0, labelOrient="top", labelAnchor="start", labelAlign="left", labelColor=INK)
    chart = (
        alt.layer(band, lines, interval, points, *words, data=alt.NamedData("rows"))
        .facet(row=alt.Row("panel:N", title=None, header=header))
        .resolve_axis(x="shared")
    )
    spec: dict[str, Any] = chart.to_dict()
    for layer, wanted in zip(spec["spec"]["layer"], _ROWS_OF_LAYERS, strict=True):
        layer["transform"] = [{"filter": {"field": field, "equal": value}} for field, value in wanted.items()]
    spec["config"] = config()
    return spec
