"""Chart of the readings of a usage meter or a running counter around a finding."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from generator.base.drawing import Draw, draw
from generator.base.wording import plural, utc
from generator.charts.base import ALERT, CARD, SERIES, Chart, narrowed, template
from generator.charts.told import heads, tell, words

if TYPE_CHECKING:
    from generator.dossier.rows import ReadingRow

METER, FULL = "percent", 100
"""Unit of a meter, and where it ends."""


def meter_chart(
    rows: Sequence[ReadingRow], chart_id: str = "meter-chart", *, note: str = "", drawn: Draw = draw
) -> Chart:
    """Readings as steps: a meter keeps its value until the next poll. Raises ValueError for no row."""
    if not rows:
        raise ValueError("no reading, no chart")
    unit = rows[0].unit
    data = [
        {"at": row.at.isoformat(), "value": row.value, "cited": row.cited, **words((utc(row.at), row.value))}
        for row in rows
    ]
    wide = _template(unit)
    svg, width, height = drawn(wide, {"rows": data})
    low, high = min(row.value for row in rows), max(row.value for row in rows)
    return Chart(
        id=chart_id,
        title="Readings around the finding",
        sentence=(
            f"{plural(len(rows), 'reading')}, {sum(row.cited for row in rows)} of them cited, between {low:,.10g} and "
            f"{high:,.10g} {unit}."
        ),
        width=width,
        height=height,
        columns=("Time, UTC", f"Value, {unit}", "Resets", "Cited"),
        rows=tuple(
            (
                row.at.isoformat(),
                row.value,
                row.resets_at.isoformat() if row.resets_at else None,
                "yes" if row.cited else "no",
            )
            for row in rows
        ),
        svg=svg,
        narrow=drawn(narrowed(wide), {"rows": data}),
        note=note or "Dots are readings; red ones are cited. Between two polls nothing is known.",
    )


@cache
def _template(unit: str) -> dict[str, Any]:
    import altair as alt

    # A meter has an end, and nothing is beyond it; a counter has none.
    scale = alt.Scale(domain=[0, FULL], nice=False) if unit == METER else alt.Scale(zero=True)
    base = alt.Chart(alt.Data(name="rows"))
    x = alt.X("at:T", title="Time, UTC", scale=alt.Scale(type="utc"), axis=alt.Axis(labelOverlap=True, tickCount=6))
    y = alt.Y("value:Q", title=unit.capitalize(), scale=scale)
    line = base.mark_line(interpolate="step-after", color=SERIES[0], strokeWidth=2).encode(x=x, y=y)
    dots = base.mark_point(filled=True, size=50, stroke=CARD, strokeWidth=0.5, opacity=1).encode(
        x=x,
        y=y,
        color=alt.condition("datum.cited", alt.value(ALERT), alt.value(SERIES[0])),
    )
    spec = template(alt.layer(line, dots).properties(height=220))
    tell(spec, heads(("Time, UTC", f"Value, {unit}")), lambda view: view["mark"]["type"] == "point")
    return spec
