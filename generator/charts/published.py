"""Charts of published measurements: bars with intervals, spans of days, months in panels."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from math import floor, log10
from typing import TYPE_CHECKING, Any

from generator.base.drawing import Draw, draw
from generator.charts.base import CARD, INK, NARROW, SERIES, SOFT, WIDTH, Chart, config, template
from generator.charts.days import OWN_SCALES, days, own_scales
from generator.charts.runs import runs
from generator.charts.told import draws, fields, heads, tell, words
from generator.charts.weeks import DAY

if TYPE_CHECKING:
    from generator.curated.measurements import Plot, PublishedTable

_STEP = 30  # px a row
_ROOM = 1.25  # of the longest bar, for the label behind it
_GAP = 20
_PANEL = 110  # px high
_NARROW_STEP = 48  # on phones a name stands above its bar, so that it need not be cut
_INTERVAL = ((CARD, 6), (INK, 2))  # colour and width, px: on a bar the line is seen by its edge
_MANY = 2  # colours that fit side by side on a phone
_WHOLES = {"Percent": 100, "Share": 1}
"""Where an axis ends whose title begins with this word."""

Rows = list[dict[str, Any]]


def published_chart(table: PublishedTable, plot: Plot, *, drawn: Draw = draw) -> Chart:
    """The table as its plot asks: one picture for wide screens and one for phones."""
    records = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    wide, slim = {"bars": _bars, "spans": _spans, "months": _months, "days": days, "runs": runs}[plot.kind](
        records, plot
    )
    svg, width, height = drawn(*wide)
    return Chart(
        id=table.id,
        title=table.title,
        sentence=plot.sentence,
        width=width,
        height=height,
        columns=table.columns,
        rows=table.rows,
        svg=svg,
        note=" ".join(filter(None, (table.note, OWN_SCALES if own_scales(wide[0]) else ""))),
        narrow=drawn(*slim),
    )


Drawn = tuple[tuple[dict[str, Any], dict[str, Rows]], tuple[dict[str, Any], dict[str, Rows]]]
"""Specification and data of the wide picture, and of the one for phones."""


def _bars(records: Sequence[Mapping[str, Any]], plot: Plot) -> Drawn:
    value = plot.values[0]
    shown = [record for record in records if record[value] is not None]
    groups = _groups(shown, plot)
    rows = [
        {
            **words(record.values()),
            "label": str(record[plot.label]),
            "value": record[value],
            "text": _number(record[value]),
            "group": str(record[plot.group]) if plot.group else "",
            "low": record[plot.low] if plot.low else None,
            "high": record[plot.high] if plot.high else None,
            "room": max(record[value], (record[plot.high] if plot.high else None) or 0) * _ROOM,
        }
        for record in shown
    ]
    data = {"rows": rows, "rule": [] if plot.rule is None else [{"at": plot.rule}]}
    spec = copy.deepcopy(_bars_template())
    for layer in spec["layer"]:
        if "color" in layer["encoding"]:
            layer["encoding"]["color"] |= _colours(groups)
        if layer["encoding"].get("x", {}).get("field") == "value":
            layer["encoding"]["x"]["title"] = plot.axis
            layer["encoding"]["x"]["axis"] |= _ticks(plot.axis, max((row["room"] for row in rows), default=0))
        if plot.rule is not None and layer["mark"]["type"] == "text":
            layer["mark"] |= {"align": "right", "dx": -6, "color": CARD}  # behind the bar it would stand on the line
    spec |= {"height": {"step": _STEP}}
    tell(spec, heads(tuple(records[0])), draws("rows"))
    return (spec, data), (_slim(spec, groups), data)


def _ticks(axis: str, room: float) -> dict[str, list[float]]:
    """Marks of an axis of parts of a whole, which ends where the whole does, though labels need room behind it."""
    whole = _WHOLES.get(axis.partition(" ")[0])
    return {"values": [whole * quarter / 4 for quarter in range(5)]} if whole and room > whole else {}


def _spans(records: Sequence[Mapping[str, Any]], plot: Plot) -> Drawn:
    first, last = plot.values
    begin = min(date.fromisoformat(record[first]) for record in records)
    end = max(date.fromisoformat(record[last]) for record in records) + DAY
    rows = [
        {
            **words(record.values()),
            "label": str(record[plot.label]),
            "from": f"{record[first]}T00:00:00Z",
            "to": f"{(date.fromisoformat(record[last]) + DAY).isoformat()}T00:00:00Z",
            "group": str(record[plot.group]) if plot.group else "",
        }
        for record in records
    ]
    spec = copy.deepcopy(_spans_template())
    encoding = spec["layer"][0]["encoding"]
    groups = _groups(records, plot)
    encoding["color"] |= _colours(groups)
    encoding["x"] |= {"title": plot.axis, "scale": {"type": "utc", "domain": [begin.isoformat(), end.isoformat()]}}
    spec |= {"height": {"step": _STEP}}
    tell(spec, heads(tuple(records[0])))
    return (spec, {"rows": rows}), (_slim(spec, groups), {"rows": rows})


def _months(records: Sequence[Mapping[str, Any]], plot: Plot) -> Drawn:
    panels = list(plot.values)
    labels = [date.fromisoformat(f"{record[plot.label]}-01") for record in records]
    rows = [
        {
            "panel": value,
            "order": place,
            "month": f"{month:%b}",
            "name": record[plot.label],
            "value": record[value],
            "text": _alike(record[value], [other[value] for other in records]),
            "low": record[plot.low] if plot.low and value == panels[0] else None,
            "high": record[plot.high] if plot.high and value == panels[0] else None,
            "top": (record[plot.high] if plot.high and value == panels[0] else record[value]) or 0,
            "room": max(
                (other[plot.high] if plot.high and value == panels[0] else other[value]) or 0 for other in records
            )
            * _ROOM,
        }
        for value in panels
        for place, (month, record) in enumerate(zip(labels, records, strict=True))
    ]
    spec = copy.deepcopy(_months_template())
    spec["facet"]["sort"] = panels
    tell(spec, fields(name=plot.label, panel="Count of", text="Number"))
    spec["spec"]["width"] = WIDTH - 20
    slim = copy.deepcopy(spec)
    slim["spec"]["width"] = NARROW - 20
    for layer in slim["spec"]["layer"]:
        layer["encoding"]["x"]["axis"]["labelExpr"] = "slice(datum.label, 0, 1)"
        if "text" in layer["encoding"]:
            layer["mark"]["fontSize"] = 11
    return (spec, {"rows": rows}), (slim, {"rows": rows})


def _slim(spec: Mapping[str, Any], groups: Sequence[str]) -> dict[str, Any]:
    """The same picture for a phone: narrow, each name above its bar."""
    slim = copy.deepcopy(dict(spec)) | {"width": NARROW, "height": {"step": _NARROW_STEP}}
    for layer in slim["layer"]:
        if "y" in layer["encoding"]:
            layer["encoding"]["y"]["axis"] = None
        if layer["mark"]["type"] == "bar":
            layer["mark"]["height"] = {"band": _STEP * 0.6 / _NARROW_STEP}
    slim["layer"].append(
        {
            "data": {"name": "rows"},
            "transform": [{"aggregate": [{"op": "count", "as": "rows"}], "groupby": ["label"]}],
            "mark": {"type": "text", "align": "left", "baseline": "bottom", "dy": -11, "color": INK},
            "encoding": {
                "y": {"field": "label", "type": "nominal", "sort": None, "axis": None},
                "x": {"value": 0},
                "text": {"field": "label", "type": "nominal"},
            },
        }
    )
    legend = slim["config"]["legend"] | {"columns": 1 if len(groups) > _MANY else _MANY}
    return slim | {"config": slim["config"] | {"legend": legend}}


def _groups(records: Sequence[Mapping[str, Any]], plot: Plot) -> list[str]:
    return list(dict.fromkeys(str(record[plot.group]) for record in records)) if plot.group else [""]


def _colours(groups: Sequence[str]) -> dict[str, Any]:
    return {
        "scale": {"domain": list(groups), "range": list(SERIES[: len(groups)])},
        "legend": None if len(groups) == 1 else {"title": None},
    }


def _alike(value: float | None, others: Sequence[float | None]) -> str:
    """The number with as many digits as any of its series shows: 1.0 beside 3.7."""
    digits = max((len(_number(other).partition(".")[2]) for other in others), default=0)
    return "" if value is None else f"{value:,.{digits}f}"


def _number(value: float | None) -> str:
    if value is None:
        return ""
    if isinstance(value, int) or not value:
        return f"{value:,.0f}"
    digits = max(3, 1 - floor(log10(abs(value))))  # a share of 0.0004 is not 0
    return f"{value:,.{digits}f}".rstrip("0").rstrip(".")


@cache
def _bars_template() -> dict[str, Any]:
    import altair as alt

    rows = alt.Chart(alt.NamedData("rows")).encode(
        y=alt.Y("label:N", sort=None, title=None, axis=alt.Axis(domain=False, ticks=False)),
        x=alt.X("value:Q", axis=alt.Axis(tickCount=4, domain=False)),
    )
    bars = rows.mark_bar(height={"band": 0.6}).encode(color=alt.Color("group:N"))
    halo, interval = (
        rows.mark_rule(color=colour, strokeWidth=wide).encode(x="low:Q", x2="high:Q") for colour, wide in _INTERVAL
    )
    texts = rows.mark_text(align="left", dx=6, color=INK).encode(text="text:N")
    room = rows.mark_point(opacity=0, color=CARD).encode(x="room:Q")
    rule = alt.Chart(alt.NamedData("rule")).mark_rule(color=SOFT, strokeDash=[5, 4], strokeWidth=1.5).encode(x="at:Q")
    return template(alt.layer(bars, halo, interval, rule, texts, room))


@cache
def _spans_template() -> dict[str, Any]:
    import altair as alt

    spans = (
        alt.Chart(alt.NamedData("rows"))
        .mark_bar(height={"band": 0.6}, stroke=CARD, strokeWidth=1)
        .encode(
            y=alt.Y("label:N", sort=None, title=None, axis=alt.Axis(domain=False, ticks=False)),
            x=alt.X("from:T", axis=alt.Axis(format="%-d %b", tickCount=5)),
            x2="to:T",
            color=alt.Color("group:N"),
        )
    )
    return template(alt.layer(spans))


@cache
def _months_template() -> dict[str, Any]:
    import altair as alt

    base = alt.Chart().encode(
        x=alt.X("month:N", sort=alt.EncodingSortField("order"), title=None, axis=alt.Axis(labelAngle=0, ticks=False)),
        y=alt.Y("value:Q", title=None, axis=None),
    )
    bars = base.mark_bar(width={"band": 0.7}, color=SERIES[0])
    halo, interval = (
        base.mark_rule(color=colour, strokeWidth=wide).encode(y="low:Q", y2="high:Q") for colour, wide in _INTERVAL
    )
    texts = base.mark_text(dy=-9, color=INK).encode(y="top:Q", text="text:N")
    room = base.mark_point(opacity=0, color=CARD).encode(y="room:Q")
    chart = (
        alt.layer(bars, halo, interval, texts, room, data=alt.NamedData("rows"))
        .properties(height=_PANEL)
        .facet(alt.Facet("panel:N", title=None), columns=1, spacing=_GAP)
        .resolve_scale(y="independent")
        .resolve_axis(x="independent")
    )
    spec: dict[str, Any] = chart.to_dict()
    spec["config"] = config()
    return spec
