"""Points by day with intervals, in panels below each other, with shaded days and named dates."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

from generator.charts.base import ALERT, BAND, CARD, INK, NARROW, SERIES, SOFT, WIDTH, config
from generator.charts.weeks import DAY

if TYPE_CHECKING:
    from generator.curated.measurements import Plot

_ONE, _PANEL = 260, 90  # px high: a picture alone, and one of several
_MANY = 2  # colours that fit side by side on a phone

Drawn = tuple[tuple[dict[str, Any], dict[str, list[dict[str, Any]]]], tuple[dict[str, Any], dict[str, Any]]]


def days(records: Sequence[Mapping[str, Any]], plot: Plot) -> Drawn:
    """Specification and data of the wide picture, and of the one for phones."""
    value = plot.values[0]
    shown = [record for record in records if record[value] is not None]
    panels = list(dict.fromkeys(str(record[plot.panel]) if plot.panel else "" for record in records))
    groups = list(dict.fromkeys(str(record[plot.group]) if plot.group else "" for record in shown))
    rows = [
        {
            "panel": str(record[plot.panel]) if plot.panel else "",
            "day": _noon(str(record[plot.label])),
            "value": record[value],
            "low": record[plot.low] if plot.low else None,
            "high": record[plot.high] if plot.high else None,
            "group": str(record[plot.group]) if plot.group else "",
        }
        for record in shown
    ]
    ends = [date.fromisoformat(str(record[plot.label])) for record in records]
    band = [
        {"panel": panel, "from": _midnight(plot.band[0]), "to": _midnight(plot.band[1] + DAY)}
        for panel in panels
        if plot.band
    ]
    marks = [
        {"panel": panel, "at": _midnight(mark.day), "word": mark.word if place == 0 else ""}
        for place, panel in enumerate(panels)
        for mark in plot.dates
    ]
    data = {"rows": [{**row, "kind": "row"} for row in rows]}
    data["rows"] += [{**one, "kind": "band"} for one in band] + [{**one, "kind": "mark"} for one in marks]
    spec = copy.deepcopy(_template())
    spec["facet"]["row"]["sort"] = panels
    if len(panels) == 1:
        spec["facet"]["row"]["header"] = {"title": None, "labels": False}
    inner = spec["spec"]
    inner |= {"width": WIDTH - 60, "height": _ONE if len(panels) == 1 else _PANEL}
    for layer in inner["layer"]:
        layer["encoding"]["x"]["scale"] = {
            "type": "utc",
            "domain": [_midnight(min(ends)), _midnight(max(ends) + DAY)],
        }
        if "color" in layer["encoding"]:
            layer["encoding"]["color"] |= {
                "scale": {"domain": groups, "range": list(SERIES[: len(groups)])},
                "legend": None if len(groups) == 1 else {"title": None},
            }
        if layer["encoding"].get("y", {}).get("field") == "value":
            layer["encoding"]["y"]["title"] = plot.axis if len(panels) == 1 else None
    slim = copy.deepcopy(spec)
    slim["spec"]["width"] = NARROW - 60
    slim["config"] = slim["config"] | {"legend": slim["config"]["legend"] | {"columns": _MANY}}
    return (spec, data), (slim, data)


def _noon(day: str) -> str:
    return f"{day}T12:00:00Z"


def _midnight(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"


@cache
def _template() -> dict[str, Any]:
    import altair as alt

    base = alt.Chart()
    x = alt.X(
        "day:T",
        title=None,
        axis=alt.Axis(format="%-d %b", tickCount=6, grid=False, labelOverlap=True, labelSeparation=10),
    )
    band = (
        base.transform_filter("datum.kind == 'band'")
        .mark_rect(color=BAND)
        .encode(x=alt.X("from:T", title=None), x2="to:T")
    )
    marks = base.transform_filter("datum.kind == 'mark'")
    lines = marks.mark_rule(color=ALERT, strokeDash=[4, 4]).encode(x=alt.X("at:T", title=None))
    words = marks.mark_text(color=SOFT, align="left", baseline="top", dx=4, fontSize=13, y=2).encode(
        x=alt.X("at:T", title=None), text="word:N"
    )
    rows = base.transform_filter("datum.kind == 'row'")
    interval = rows.mark_rule(color=SOFT, strokeWidth=1.5).encode(x=x, y=alt.Y("low:Q"), y2="high:Q")
    points = rows.mark_point(filled=True, size=60, stroke=CARD, strokeWidth=0.5, opacity=1).encode(
        x=x, y=alt.Y("value:Q", axis=alt.Axis(tickCount=4, domain=False)), color=alt.Color("group:N")
    )
    chart = (
        alt.layer(band, lines, interval, points, words, data=alt.NamedData("rows"))
        .facet(
            row=alt.Row(
                "panel:N",
                title=None,
                header=alt.Header(labelOrient="top", labelAnchor="start", labelPadding=4, labelColor=INK),
            )
        )
        .resolve_axis(x="shared")
    )
    spec: dict[str, Any] = chart.to_dict()
    spec["config"] = config()
    return spec
