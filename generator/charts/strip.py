"""Strip of the timeline: kinds of events as rows; below them incidents, reports by day, and findings in own logs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from functools import cache
from typing import TYPE_CHECKING, Any

from generator.base.drawing import Draw, draw
from generator.base.wording import plural
from generator.charts.base import BAND, SERIES, SOFT, Chart, narrowed, template
from generator.charts.told import draws, fields, tell
from generator.charts.weeks import DAY, day_range, short_day
from generator.curated.counting import in_window

if TYPE_CHECKING:
    from generator.curated.models import Event
    from generator.dossier import Dossier

ROWS = {
    "cli_release": "Client releases",
    "model_release": "Models, products",
    "product_launch": "Models, products",
    "product_ga": "Models, products",
    "promotion": "Policy, limits",
    "policy_change": "Policy, limits",
    "limit_reset": "Policy, limits",
    "statement": "Official words",
    "doc_fact": "Official words",
    "regression": "Faults and fixes",
    "fix": "Faults and fixes",
    "leak": "Faults and fixes",
    "user_report": "Reports",
    "incident": "Outages in events",
}
"""Row of each kind of event, in the order drawn."""
_STATUS = "Status incidents"
_REPORTS = "Reports, by day"
_FINDINGS = "Own findings"
_STEP = 26
_EXACT, _DAY, _PERIOD = "Hour known", "Day only", "Period"


def timeline_chart(dossier: Dossier, chart_id: str = "timeline-strip", *, drawn: Draw = draw) -> Chart:
    """Events and incidents of the window on one strip; what lies outside is left to the list."""
    case = dossier.library.case
    shown = [event for event in dossier.library.events if in_window(event.start.date(), case)]
    incidents = [incident for incident in dossier.library.incidents if in_window(incident.start.date(), case)]
    events = {event.id: event for event in dossier.library.events}
    findings = [view.finding.at for view in dossier.findings if in_window(view.finding.at.date(), case)]
    reports = Counter(report.date for report in dossier.library.reports if in_window(report.date, case))
    names = (*dict.fromkeys(ROWS.values()), _STATUS, _REPORTS, *((_FINDINGS,) if findings else ()))
    marks = [mark_of(event, case.window_end, events) | _said(event) for event in shown]
    marks += [
        _tick(_STATUS, one.start) | {"id": one.id, "title": one.title, "when": _stamp(one.start, day_only=False)}
        for one in incidents
    ]
    marks += [_tick(_FINDINGS, at) | {"when": _stamp(at, day_only=False)} for at in findings]
    band = {
        "from": _midnight(case.article_window_start),
        "to": _midnight(case.article_window_end + DAY),
        "label": f"Article: {case.article_window_start.day} to {short_day(case.article_window_end)}",
    }
    data: dict[str, list[dict[str, Any]]] = {
        "bars": [mark for mark in marks if "to" in mark],
        "ticks": [mark for mark in marks if "to" not in mark],
        "days": [
            {"row": _REPORTS, "from": _midnight(day), "to": _midnight(day + DAY), "when": f"{day}", "count": count}
            for day, count in sorted(reports.items())
        ],
        "window": [band],
    }
    spec = _with_rows(_strip_template(len(names)), names, (case.window_start, case.window_end + DAY))
    svg, width, height = drawn(spec, data)
    inside = sum(case.article_window_start <= event.start.date() <= case.article_window_end for event in shown)
    outside = len(dossier.library.events) - len(shown)
    return Chart(
        id=chart_id,
        title="Events and incidents on one line",
        sentence=(
            f"{plural(len(shown), 'event')}, {plural(len(incidents), 'status-page incident')} and "
            f"{plural(reports.total(), 'report')} from "
            f"{day_range(case.window_start, case.window_end)}; {inside} of the events begin in the article's own days, "
            f"{day_range(case.article_window_start, case.article_window_end)}."
        ),
        width=width,
        height=height,
        columns=("Id", "From, UTC", "To, UTC", "Row", "What is known of the time"),
        rows=tuple(
            (event.id, _stamp(event.start, event.day_only), _end_stamp(event, events), ROWS[event.kind], _known(event))
            for event in shown
        ),
        svg=svg,
        note=(
            "Thin line: the hour is known. Block: only the day is known. Long bar: a period. "
            f"The stronger its colour, the more reports a day has, up to {max(reports.values(), default=0)}. "
            f"Begun outside the window, and so in the list only: {outside}. The table is of the events."
        ),
        narrow=drawn(narrowed(spec), data),
    )


def mark_of(event: Event, last: date, events: Mapping[str, Event] | None = None) -> dict[str, str]:
    """One row of the chart: a bar that ends with its event, and no later than `last`; a day; or a tick."""
    row = ROWS[event.kind]
    ending = (events or {}).get(event.ended_by or "")
    if ending is not None:
        end = min(_end(ending.start, day_only=ending.day_only), datetime.combine(last + DAY, time(), UTC))
        return {"row": row, "from": _iso(event.start), "to": _iso(end), "known": _PERIOD}
    if event.end is not None:
        end = min(_end(event.end, day_only=event.day_only), datetime.combine(last + DAY, time(), UTC))
        return {"row": row, "from": _iso(event.start), "to": _iso(end), "known": _PERIOD}
    if event.day_only:
        day = event.start.date()
        return {"row": row, "from": _midnight(day), "to": _midnight(day + DAY), "known": _DAY}
    return _tick(row, event.start)


def _tick(row: str, at: datetime) -> dict[str, str]:
    return {"row": row, "from": _iso(at), "known": _EXACT}


def _end(end: datetime, *, day_only: bool) -> datetime:
    return datetime.combine(end.date() + DAY, time(), UTC) if day_only else end


def _said(event: Event) -> dict[str, str]:
    return {"id": event.id, "title": event.title, "when": _stamp(event.start, event.day_only)}


def _known(event: Event) -> str:
    return _PERIOD if event.end is not None or event.ended_by else _DAY if event.day_only else _EXACT


def _stamp(at: datetime, day_only: bool) -> str:  # noqa: FBT001  two forms of one stamp
    return f"{at:%Y-%m-%d}" if day_only else f"{at:%Y-%m-%d %H:%M}"


def _end_stamp(event: Event, events: Mapping[str, Event]) -> str | None:
    ending = events.get(event.ended_by or "")
    if ending is not None:
        return _stamp(ending.start, ending.day_only)
    return None if event.end is None else _stamp(event.end, event.day_only)


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _midnight(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"


def _with_rows(spec: dict[str, Any], names: tuple[str, ...], span: tuple[date, date]) -> dict[str, Any]:
    def bound(encoding: dict[str, Any]) -> dict[str, Any]:
        x = encoding["x"] | {"scale": {"type": "utc", "nice": False, "domain": [_midnight(day) for day in span]}}
        y = encoding["y"] | ({"scale": {"domain": list(names)}} if "field" in encoding["y"] else {})
        return encoding | {"x": x, "y": y}

    layers = [layer | {"encoding": bound(layer["encoding"])} for layer in spec["layer"]]
    return spec | {"layer": layers, "height": {"step": _STEP}}


@cache
def _strip_template(rows: int) -> dict[str, Any]:
    import altair as alt

    x = alt.X(
        "from:T",
        title=None,
        axis=alt.Axis(format="%-d %b", tickCount=6, grid=False, labelOverlap="greedy", labelSeparation=8),
    )
    y = alt.Y("row:N", title=None, axis=alt.Axis(grid=True, ticks=False, domain=False, tickBand="extent"))
    window = (
        alt.Chart(alt.NamedData("window"))
        .mark_rect(color=BAND)
        .encode(x=x, x2="to:T", y=alt.value(0), y2=alt.value(_STEP * rows))
    )
    label = (
        alt.Chart(alt.NamedData("window"))
        .mark_text(align="center", dx=6, baseline="bottom", color=SOFT)
        .encode(x=x, y=alt.value(-5), text="label:N")
    )
    tone = alt.value(SERIES[0])
    bars = (
        alt.Chart(alt.NamedData("bars"))
        .mark_bar(height=9, cornerRadius=1, opacity=0.8)
        .encode(x=x, x2="to:T", y=y, color=tone)
    )
    ticks = (
        alt.Chart(alt.NamedData("ticks")).mark_tick(thickness=1.5, size=17, opacity=0.9).encode(x=x, y=y, color=tone)
    )
    days = (
        alt.Chart(alt.NamedData("days"))
        .mark_rect(height=15)
        .encode(
            x=x,
            x2="to:T",
            y=y,
            color=tone,
            opacity=alt.Opacity("count:Q", legend=None, scale=alt.Scale(domainMin=0, range=[0.12, 1])),
        )
    )
    spec = template(alt.layer(window, bars, days, ticks, label))
    for name in ("bars", "ticks"):
        tell(spec, fields(id="Id", when="From, UTC", row="Row", title="What"), draws(name))
    tell(spec, fields(when="Day", count="Reports"), draws("days"))
    return spec
