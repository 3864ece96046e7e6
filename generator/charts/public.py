"""Charts of public material: reports a week, incidents a month."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from functools import cache
from typing import TYPE_CHECKING, Any

from generator.base.drawing import Draw, draw
from generator.base.wording import plural
from generator.charts.base import BAND, CARD, INK, NARROW, SERIES, SOFT, WIDTH, Chart, config, narrowed, template
from generator.charts.told import draws, fields, tell
from generator.charts.weeks import DAY, WEEK, day_range, monday, short_day, weeks
from generator.curated.counting import in_window, is_user_report

if TYPE_CHECKING:
    from generator.curated.models import Incident, Report
    from generator.dossier import Dossier

_MIXED = "Other or several"
_COLUMNS = 3
_SHOWN = 4  # surfaces with a panel; with "all" and "no product" they fill two rows
_GAP = 16
_INSIDE, _OUTSIDE = "Month of the window", "Other month"
_HEADROOM = 1.18  # of the highest bar, for its label
COLLECTION_NOTE = (
    "Counts follow where and how hard the curators looked. Read them as what was found, not as how often it happened."
)


def reports_chart(dossier: Dossier, chart_id: str = "reports-by-week", *, drawn: Draw = draw) -> Chart:
    """User reports of each week of the window by the surface they name; each report counts once, echoes not at all."""
    case = dossier.library.case
    reports = [report for report in dossier.library.reports if is_user_report(report) and in_window(report.date, case)]
    rare = _rarest(dossier)
    surfaces = [surface.id for surface in dossier.library.surfaces if surface.id != rare]
    groups = (*(dossier.scope_title(surface) for surface in surfaces), _MIXED)
    counts = Counter((monday(report.date), surface_group(report, dossier, rare)) for report in reports)
    mondays = weeks(case.window_start, case.window_end)
    totals = {week: sum(counts[week, group] for group in groups) for week in mondays}
    data = {
        "bars": [bar for week in mondays for bar in _stack(week, [(group, counts[week, group]) for group in groups])],
        "window": [_band(case.article_window_start, case.article_window_end)],
        "totals": [_total(week, totals[week]) for week in mondays],
    }
    highest = max(totals.values())
    svg, width, height = drawn(_reports_spec(groups, mondays[1::2], highest), data)
    top = max(totals, key=lambda week: (totals[week], week))
    inside = sum(case.article_window_start <= report.date <= case.article_window_end for report in reports)
    return Chart(
        id=chart_id,
        title="User reports a week, by surface",
        sentence=(
            f"{plural(len(reports), 'user report')} from {day_range(case.window_start, case.window_end)}; the week of "
            f"{short_day(top)} has most with {totals[top]}, and the article's own days, "
            f"{day_range(case.article_window_start, case.article_window_end)}, have {inside}. "
            f"Control months: {_control(dossier, 'control-before')} before the window, "
            f"{_control(dossier, 'control-after')} after it."
        ),
        width=width,
        height=height,
        columns=("Week from", *groups, "All"),
        rows=tuple((week, *(counts[week, group] for group in groups), totals[week]) for week in mondays),
        svg=svg,
        note=f"Other: {dossier.scope_title(rare)}. {COLLECTION_NOTE}" if rare else COLLECTION_NOTE,
        narrow=drawn(narrowed(_reports_spec(groups, mondays[1::4], highest)), data),
    )


def incidents_chart(dossier: Dossier, chart_id: str = "incidents-by-month", *, drawn: Draw = draw) -> Chart:
    """Status-page incidents of each month by the products that they affected; one small panel a product."""
    case = dossier.library.case
    incidents = dossier.library.incidents
    if not incidents:
        raise ValueError("no incident, no chart")
    months = _months(incidents)
    panels = by_product(dossier)
    counts = {name: Counter(incident.start.strftime("%Y-%m") for incident in found) for name, found in panels}
    panelled = _drawn(panels)
    left_out = ", ".join(f"{name} ({len(found)})" for name, found in panels if name not in panelled)
    data = [
        {
            "panel": name,
            "month": f"{month:%b}",
            "name": f"{month:%Y-%m}",
            "count": counts[name][f"{month:%Y-%m}"],
            "kind": _INSIDE if in_window(month, case) else _OUTSIDE,
        }
        for name in panelled
        for month in months
    ]
    highest = max(max(counts[name].values(), default=0) for name in panelled)
    spec = _incidents_spec(panelled, highest)
    svg, width, height = drawn(spec, {"rows": data})
    every = counts[panels[0][0]]
    in_months = [every[f"{month:%Y-%m}"] for month in months if in_window(month, case)]
    beside = [every[f"{month:%Y-%m}"] for month in months if not in_window(month, case)]
    return Chart(
        id=chart_id,
        title="Status-page incidents a month, by the product they affected",
        sentence=(
            f"{plural(len(incidents), 'incident')} from "
            f"{day_range(incidents[0].start.date(), incidents[-1].start.date())}: "
            f"{_range(beside)} in each month before the window, {_range(in_months)} in each month of it."
        ),
        width=width,
        height=height,
        columns=("Month", *counts),
        rows=tuple((f"{month:%Y-%m}", *(found[f"{month:%Y-%m}"] for found in counts.values())) for month in months),
        svg=svg,
        note=(
            f"The list begins on {short_day(incidents[0].start.date())}; its first month "
            "is not whole. Products are the components that an announcement names; it is not the time of impact."
            + (f" Only in the table: {left_out}." if left_out else "")
        ),
        narrow=drawn(_for_phone(spec), {"rows": data}),
    )


def _control(dossier: Dossier, period: str) -> int:
    return sum(report.period == period for report in dossier.library.reports if is_user_report(report))


def surface_group(report: Report, dossier: Dossier, rare: str | None = None) -> str:
    """The bar that a report adds to: its only surface, or what is left."""
    named = dossier.surface_ids(report.surfaces)
    rare = _rarest(dossier) if rare is None else rare
    return dossier.scope_title(named[0]) if len(named) == 1 and named[0] != rare else _MIXED


def _rarest(dossier: Dossier) -> str:
    """The surface with fewest user reports where there are many: five shades are what a reader can tell apart."""
    surfaces = [surface.id for surface in dossier.library.surfaces]
    if len(surfaces) <= _SHOWN:
        return ""
    named = Counter(
        id for one in dossier.library.reports if is_user_report(one) for id in dossier.surface_ids(one.surfaces)
    )
    return min(reversed(surfaces), key=lambda surface: named[surface])


def _stack(week: date, parts: Iterable[tuple[str, int]]) -> list[dict[str, Any]]:
    bars: list[dict[str, Any]] = []
    low = 0
    for group, count in parts:
        span = {"from": _instant(week), "to": _instant(week + WEEK - DAY)}
        told = {"week": week.isoformat(), "group": group, "count": count}
        bars += [span | told | {"low": low, "high": low + count}] if count else []
        low += count
    return bars


def _band(first: date, last: date) -> dict[str, str]:
    return {"from": _instant(first), "to": _instant(last + DAY), "label": f"Article: {first.day} to {short_day(last)}"}


def _instant(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"


def _months(incidents: Iterable[Incident]) -> list[date]:
    starts = [incident.start.date().replace(day=1) for incident in incidents]
    months, month = [], min(starts)
    while month <= max(starts):
        months.append(month)
        month = (month + 32 * DAY).replace(day=1)
    return months


def by_product(dossier: Dossier) -> list[tuple[str, list[Incident]]]:
    """All incidents, those that name no product, and those of each product; one that names several is in each."""
    incidents = dossier.library.incidents
    named = [incident for incident in incidents if "all" not in incident.scope]
    panels = [
        ("All incidents", list(incidents)),
        ("No product named", [incident for incident in incidents if "all" in incident.scope]),
    ]
    for surface in dossier.library.surfaces:
        found = [incident for incident in named if surface.id in dossier.surface_ids(incident.scope)]
        panels.append((surface.title, found))
    return panels


def _range(counts: list[int]) -> str:
    if not counts:
        return "none"
    return str(min(counts)) if min(counts) == max(counts) else f"{min(counts)} to {max(counts)}"


def _drawn(panels: list[tuple[str, list[Incident]]]) -> list[str]:
    surfaces = sorted(panels[2:], key=lambda panel: -len(panel[1]))[:_SHOWN]
    return [name for name, found in panels if (name, found) in (*panels[:2], *surfaces)]


def _total(week: date, count: int) -> dict[str, Any]:
    middle = datetime.combine(week, time(), UTC) + (WEEK - DAY) / 2
    return {"from": f"{middle:%Y-%m-%dT%H:%M:%SZ}", "high": count, "label": str(count)}


def _reports_spec(groups: tuple[str, ...], labelled: tuple[date, ...], highest: int) -> dict[str, Any]:
    spec = copy.deepcopy(_reports_template())
    for layer in spec["layer"]:
        encoding = layer["encoding"]
        encoding["x"].setdefault("axis", {})["values"] = [_instant(day) for day in labelled]
        if "field" in encoding["y"]:
            encoding["y"]["scale"] = {"domain": [0, max(highest, 1) * _HEADROOM], "nice": False}
        if "color" in encoding:
            encoding["color"]["scale"] = {"domain": list(groups), "range": [*SERIES[: len(groups) - 1], SERIES[-1]]}
    return spec


def _incidents_spec(panels: list[str], highest: int) -> dict[str, Any]:
    spec = copy.deepcopy(_incidents_template())
    spec["facet"]["sort"] = panels
    for layer in spec["spec"]["layer"]:
        layer["encoding"]["y"]["scale"] = {"domain": [0, highest * _HEADROOM]}
    return spec


def _for_phone(spec: dict[str, Any]) -> dict[str, Any]:
    phone = copy.deepcopy(spec) | {"columns": 2}
    phone["spec"]["width"] = (NARROW - _GAP - 12) // 2
    for layer in phone["spec"]["layer"]:
        layer["encoding"]["x"]["axis"]["labelExpr"] = "slice(datum.label, 0, 1)"
    return phone


@cache
def _reports_template() -> dict[str, Any]:
    import altair as alt

    utc = alt.Scale(type="utc", nice=False)
    x = alt.X("from:T", title="Week from Monday", scale=utc, axis=alt.Axis(format="%-d %b", grid=False))
    window = (
        alt.Chart(alt.NamedData("window"))
        .mark_rect(color=BAND)
        .encode(x=x, x2="to:T", y=alt.value(0), y2=alt.value(240))
    )
    label = (
        alt.Chart(alt.NamedData("window"))
        .mark_text(align="right", dx=-6, baseline="top", color=SOFT)
        .encode(x=x, y=alt.value(2), text="label:N")
    )
    bars = (
        alt.Chart(alt.NamedData("bars"))
        .mark_bar(stroke=CARD, strokeWidth=1)
        .encode(
            x=x,
            x2="to:T",
            y=alt.Y("low:Q", title="User reports", axis=alt.Axis(tickCount=5, domain=False)),
            y2="high:Q",
            color=alt.Color("group:N", title=None),
        )
    )
    totals = alt.Chart(alt.NamedData("totals")).mark_text(dy=-9, color=INK).encode(x=x, y="high:Q", text="label:N")
    spec = template(alt.layer(window, bars, totals, label).properties(height=240))
    tell(spec, fields(week="Week from", group="Surface", count="User reports"), draws("bars"))
    return spec


@cache
def _incidents_template() -> dict[str, Any]:
    import altair as alt

    base = alt.Chart().encode(
        x=alt.X("month:N", sort=None, title=None, axis=alt.Axis(labelAngle=0, ticks=False)),
        y=alt.Y("count:Q", title=None, axis=None),
    )
    kinds = alt.Scale(domain=[_INSIDE, _OUTSIDE], range=[SERIES[0], SERIES[4]])
    bars = base.mark_bar(width={"band": 0.75}).encode(color=alt.Color("kind:N", title=None, scale=kinds))
    labels = base.mark_text(dy=-9, color=INK).encode(text="count:Q")
    chart = (
        alt.layer(bars, labels, data=alt.NamedData("rows"))
        .properties(width=(WIDTH - (_COLUMNS - 1) * _GAP - 12) // _COLUMNS, height=92)
        .facet(alt.Facet("panel:N", title=None), columns=_COLUMNS, spacing=_GAP)
        .resolve_axis(x="independent")
    )
    spec: dict[str, Any] = chart.to_dict()
    spec["config"] = config()
    tell(spec, fields(name="Month", panel="Product", count="Incidents"))
    return spec
