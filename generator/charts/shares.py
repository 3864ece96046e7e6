"""A share a day, as bars of a fixed height scale: what a finding about days is about."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from functools import cache
from typing import Any

from generator.base.drawing import Draw, draw
from generator.charts.base import ALERT, TEXT, Chart, narrowed, template
from generator.charts.told import fields, tell
from generator.records.results import DayShare

_LABELLED = 4  # days whose counts fit side by side on a phone


def shares_chart(
    days: Sequence[DayShare], of: str, chart_id: str = "days-chart", *, note: str = "", drawn: Draw = draw
) -> Chart:
    """Hits of trials of each UTC day; `of` says of what. Raises ValueError for no day with a trial."""
    counted = [day for day in sorted(days, key=lambda one: one.day) if day.trials]
    if not counted:
        raise ValueError("no day with a trial, no chart")
    data = [
        {"day": day.day, "share": day.hits / day.trials, "label": f"{day.hits:,} of {day.trials:,}"} for day in counted
    ]
    svg, width, height = drawn(_template(), {"rows": data})
    slim = drawn(_for_phone(len(data)), {"rows": data})
    hits, trials = sum(day.hits for day in counted), sum(day.trials for day in counted)
    top = max(counted, key=lambda one: (one.hits / one.trials, one.day))
    return Chart(
        id=chart_id,
        title=f"{of}: share of each day",
        sentence=(
            f"{hits:,} of {trials:,} on {len(counted):,} days; the highest share is {top.hits:,} of {top.trials:,} on "
            f"{top.day}."
        ),
        width=width,
        height=height,
        columns=("Day", "With", "Of"),
        rows=tuple((day.day, day.hits, day.trials) for day in counted),
        svg=svg,
        narrow=slim,
        note=note or "Days with few calls swing widely; the numbers above the bars say how many there were.",
    )


def _for_phone(days: int) -> dict[str, Any]:
    """Bars as wide as their days; counts above them where there is room, and always in the table."""
    spec = copy.deepcopy(narrowed(_template()))
    bars, labels = spec["layer"]
    bars["mark"] = {"type": "bar", "color": ALERT, "width": {"band": 0.7}}
    spec["layer"] = [bars, labels] if days <= _LABELLED else [bars]
    for layer in spec["layer"]:
        layer["encoding"]["x"]["axis"] |= {"labelOverlap": "greedy", "labelSeparation": 4}
    return spec


@cache
def _template() -> dict[str, Any]:
    import altair as alt

    base = alt.Chart(alt.NamedData("rows")).encode(
        x=alt.X("day:O", title=None, axis=alt.Axis(labelAngle=-45, labelExpr="slice(datum.value, 5)")),
        y=alt.Y("share:Q", title="Share", axis=alt.Axis(format=".0%", tickCount=4), scale=alt.Scale(domainMin=0)),
    )
    bars = base.mark_bar(color=ALERT, size=14)
    labels = base.mark_text(dy=-6, fontSize=TEXT - 2).encode(text="label:N")
    spec = template(alt.layer(bars, labels).properties(width={"step": 44}, height=180))
    tell(spec, fields(day="Day", label="With"))
    return spec
