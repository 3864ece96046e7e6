"""Minutes of each week with an open announcement of the status page, by product, overlaps counted once."""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from generator.base.drawing import Draw, draw
from generator.base.wording import n, pct, plural
from generator.charts.base import BAND, CARD, INK, NARROW, SERIES, WIDTH, Chart, config
from generator.charts.public import by_product
from generator.charts.told import fields, tell
from generator.charts.weeks import DAY, WEEK, day_range, monday, short_day, weeks

if TYPE_CHECKING:
    from generator.curated.case import Case
    from generator.curated.models import Incident
    from generator.dossier import Dossier

OF_A_WEEK = WEEK // timedelta(minutes=1)
_SHOWN = 4  # products with a panel
_PANEL = 80  # px high
_AXIS = 66  # px left of a panel
_MINUTES = 60  # seconds

Span = tuple[datetime, datetime]


def minutes_chart(dossier: Dossier, chart_id: str = "minutes-by-week", *, drawn: Draw = draw) -> Chart:
    """Minutes a week of all incidents and of each product. Raises ValueError for no incident."""
    case, incidents = dossier.library.case, dossier.library.incidents
    if not incidents:
        raise ValueError("no incident, no chart")
    every, _, *products = by_product(dossier)
    panels = {name: minutes_by_week(found) for name, found in (every, *products) if found}
    ends = (min(one.start for one in incidents), max(one.end for one in incidents))
    mondays = weeks(*(end.astimezone(UTC).date() for end in ends))
    shown = sorted(products, key=lambda panel: -sum(panels.get(panel[0], {}).values()))[:_SHOWN]
    names = [name for name, found in (every, *products) if found and (name, found) in (every, *shown)]
    data = {"rows": [row for name in names for row in _rows(name, panels[name], mondays, case)]}
    svg, width, height = drawn(_spec(names, mondays, WIDTH), data)
    left_out = ", ".join(name for name in panels if name not in names)
    return Chart(
        id=chart_id,
        title="Minutes of each week with an open announcement, by the product it names",
        sentence=_sentence(incidents, panels[every[0]], mondays, case),
        width=width,
        height=height,
        columns=("Week from", *panels, f"{every[0]}, percent of the week"),
        rows=tuple(
            (
                week,
                *(round(found[week]) for found in panels.values()),
                round(100 * panels[every[0]][week] / OF_A_WEEK, 1),
            )
            for week in mondays
        ),
        svg=svg,
        note=(
            "Announcements that overlap are counted once, so no week has more than its "
            f"{n(OF_A_WEEK)} minutes; one that names several products counts for each, and one that "
            "stays open for days counts in full. Minutes are counted, not estimated, so they have no interval. "
            "Shaded: the article's days." + (f" Only in the table: {left_out}." if left_out else "")
        ),
        narrow=drawn(_spec(names, mondays, NARROW), data),
    )


def minutes_by_week(incidents: Iterable[Incident]) -> dict[date, float]:
    """Minutes, with parts of one, by the Monday of their week, UTC; what overlaps is counted once."""
    found: defaultdict[date, float] = defaultdict(float)
    for begin, end in merged((one.start.astimezone(UTC), one.end.astimezone(UTC)) for one in incidents):
        start = begin
        while start < end:
            week = monday(start.date())
            stop = min(end, datetime.combine(week + WEEK, time(), UTC))
            found[week] += (stop - start).total_seconds() / _MINUTES
            start = stop
    return found


def merged(spans: Iterable[Span]) -> list[Span]:
    """Stretches of time that touch or overlap, as one; in order."""
    found: list[Span] = []
    for begin, end in sorted(spans):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((begin, end))
    return found


def _sentence(incidents: Sequence[Incident], minutes: Mapping[date, float], mondays: Sequence[date], case: Case) -> str:
    top = max(mondays, key=lambda week: (minutes[week], week))
    article = max(mondays, key=lambda week: (_shared(week, case), -week.toordinal()))
    first, last = incidents[0].start.date(), incidents[-1].start.date()
    days = f"{'of' if first == last else 'from'} {day_range(first, last)}"
    verb = "was" if len(incidents) == 1 else "were"
    said = (
        f"{plural(len(incidents), 'announcement')} {days} {verb} open for {n(round(sum(minutes.values())))} minutes "
        f"in {plural(len(mondays), 'week')}, overlaps counted once. The week from {short_day(top)} has most, "
        f"{n(round(minutes[top]))} minutes, {pct(minutes[top] / OF_A_WEEK)} of the week"
    )
    days_shared = _shared(article, case)
    if article == top or not days_shared:
        return f"{said}."
    return (
        f"{said}; the week from {short_day(article)}, which holds {days_shared} of the article's days, has "
        f"{n(round(minutes[article]))}, {pct(minutes[article] / OF_A_WEEK)}."
    )


def _shared(week: date, case: Case) -> int:
    return sum(case.article_window_start <= week + place * DAY <= case.article_window_end for place in range(7))


def _rows(name: str, minutes: Mapping[date, float], mondays: Sequence[date], case: Case) -> list[dict[str, Any]]:
    top = max(mondays, key=lambda week: (minutes[week], week))
    first = max(case.article_window_start, mondays[0])
    after = min(case.article_window_end + DAY, mondays[-1] + WEEK)
    band = [{"panel": name, "kind": "band", "from": _instant(first), "to": _instant(after)}] if first < after else []
    bars = [
        {
            "panel": name,
            "kind": "bar",
            "from": _instant(week),
            "to": _instant(week + WEEK),
            "low": 0,
            "minutes": minutes[week],
            "week": week.isoformat(),
            "told": n(round(minutes[week])),
        }
        for week in mondays
    ]
    label = {"panel": name, "kind": "label", "middle": _instant(top + 3 * DAY), "minutes": minutes[top]}
    return [*band, *bars, label | {"text": n(round(minutes[top]))}]


def _instant(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"


def _spec(names: Sequence[str], mondays: Sequence[date], width: int) -> dict[str, Any]:
    spec = copy.deepcopy(_template())
    spec["facet"]["row"]["sort"] = list(names)
    spec["spec"]["width"] = width - _AXIS
    ends = [_instant(mondays[0]), _instant(mondays[-1] + WEEK)]
    for layer in spec["spec"]["layer"]:
        layer["encoding"]["x"]["scale"] = {"type": "utc", "domain": ends, "nice": False}
    return spec


@cache
def _template() -> dict[str, Any]:
    import altair as alt

    base = alt.Chart()
    ticks = alt.Axis(format="%-d %b", tickCount=6, grid=False, labelOverlap="greedy", labelSeparation=10)
    x = alt.X("from:T", title="Week from Monday, UTC", axis=ticks)
    scale = alt.Scale(domain=[0, OF_A_WEEK], nice=False)  # to the whole week, so that a bar is a share of it too
    ticks_up = alt.Axis(values=[0, OF_A_WEEK // 2, OF_A_WEEK], format=",.0f", domain=False)
    y = alt.Y("minutes:Q", title=None, axis=ticks_up, scale=scale)
    band = base.mark_rect(color=BAND).encode(x=x, x2="to:T")
    bars = base.mark_bar(color=SERIES[0], stroke=CARD, strokeWidth=1).encode(x=x, x2="to:T", y=y, y2="low:Q")
    labels = base.mark_text(dy=-8, color=INK).encode(x=alt.X("middle:T", axis=ticks), y=y, text="text:N")
    header = alt.Header(labelAngle=0, labelOrient="top", labelAnchor="start", labelColor=INK, labelPadding=0)
    layers = alt.layer(band, bars, labels, data=alt.NamedData("rows")).properties(height=_PANEL)
    spec: dict[str, Any] = layers.facet(row=alt.Row("panel:N", title=None, header=header), spacing=8).to_dict()
    for layer, kind in zip(spec["spec"]["layer"], ("band", "bar", "label"), strict=True):
        layer["transform"] = [{"filter": {"field": "kind", "equal": kind}}]
    tell(spec["spec"]["layer"][1], fields(week="Week from", panel="Product", told="Minutes"))
    spec["config"] = config()
    return spec
