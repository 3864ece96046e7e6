"""Chart of one account: logged calls, windows of the meter and reports, one below the other on one time axis."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from generator.base.drawing import Draw, draw
from generator.base.wording import plural
from generator.charts.base import ALERT, CARD, NARROW, SERIES, SOFT, WIDTH, Chart, config
from generator.charts.meters import FULL
from generator.charts.told import heads, words
from generator.records.results import Reconciliation, ReportLine, WindowBalance
from generator.records.rows import Surface, Window

_MARGIN = 70  # px left of a panel, for its axis
_DAY = timedelta(days=1)


def account_chart(
    account: Reconciliation, chart_id: str = "account-chart", *, note: str = "", drawn: Draw = draw
) -> Chart:
    """Everything of one account on one axis. Raises ValueError where there is neither call, window nor report."""
    data = _data(account)
    if not any(data.values()):
        raise ValueError("nothing to show")
    svg, width, height = drawn(_spec(data, WIDTH), data)
    return Chart(
        id=chart_id,
        title="Calls, meter and reports on one time axis",
        sentence=_sentence(account),
        width=width,
        height=height,
        columns=("What", "From, UTC", "To, UTC", "Value", "Predicted, low", "Predicted, high"),
        rows=tuple(_rows(account)),
        svg=svg,
        narrow=drawn(_spec(data, NARROW), data),
        note=note or "The panels have units of their own and are never added to each other.",
    )


def shown_windows(account: Reconciliation) -> list[WindowBalance]:
    """Windows of the shortest kind that was read: the longer ones hold the same points once more."""
    kinds = [kind for kind in Window if any(window.window is kind for window in account.windows)]
    return [window for window in account.windows if window.window is kinds[0]] if kinds else []


def _data(account: Reconciliation) -> dict[str, list[dict[str, Any]]]:
    return {
        "calls": _stacked(
            [
                {
                    "from": f"{day.day}T00:00:00Z",
                    "to": _next(day.day),
                    **words((day.day, _words(day.surface), f"{day.cost_usd:,.2f}")),
                    "kind": _words(day.surface),
                    "value": day.cost_usd,
                }
                for day in account.surfaces
            ]
        ),
        "windows": [_window(window) for window in shown_windows(account)],
        "reports": _stacked(
            [
                {
                    "from": line.start.isoformat(),
                    "to": line.end.isoformat(),
                    **words((f"{line.start:%Y-%m-%d}", f"{line.report}, {line.model}", _tokens(line))),
                    "kind": line.report,
                    "value": _tokens(line),
                }
                for line in account.lines
                if _tokens(line)
            ]
        ),
    }


def _window(window: WindowBalance) -> dict[str, Any]:
    """What is drawn ends where the meter ends; the words have the whole prediction."""
    low = None if window.high is None else max(0.0, window.moved - window.high)
    high = None if window.low is None else window.moved - window.low
    told = (window.start, window.moved, window.predicted, low, high)
    return {
        **words(round(value, 1) if isinstance(value, float) else value for value in told),
        "at": window.start.isoformat(),
        "moved": window.moved,
        "predicted": window.predicted if window.predicted is not None and window.predicted <= FULL else None,
        "low": None if low is None else min(low, FULL),
        "high": None if high is None else min(high, FULL),
        "beyond": FULL if high is not None and high > FULL else None,
        "above": (window.low or 0) > 0,
    }


def _next(day: str) -> str:
    return (datetime.fromisoformat(f"{day}T00:00:00+00:00") + _DAY).isoformat()


def _words(surface: Surface) -> str:
    return surface.value.replace("-", " ").capitalize()


def _tokens(line: ReportLine) -> int:
    counts = (
        line.input_tokens,
        line.cache_write_tokens,
        line.cache_read_tokens,
        line.output_tokens,
        line.mixed_tokens,
    )
    return sum(count or 0 for count in counts)


def _sentence(account: Reconciliation) -> str:
    calls = sum(day.requests for day in account.surfaces)
    dollars = sum(day.cost_usd for day in account.surfaces)
    parts = [f"{plural(calls, 'logged call')} worth ${dollars:,.2f} at list price"]
    windows = shown_windows(account)
    if windows:
        judged = [window for window in windows if window.predicted is not None]
        above = sum((window.low or 0) > 0 for window in judged)
        parts.append(
            f"{plural(len(windows), windows[0].window.value + ' window')} of the meter, {above:,} of the "
            f"{len(judged):,} that can be predicted moved by more than the whole interval of the prediction"
        )
    if account.lines:
        parts.append(
            f"{plural(len({line.report for line in account.lines}), 'report')} of {plural(len(account.lines), 'line')}"
        )
    return "; ".join(parts) + "."


def _rows(account: Reconciliation) -> list[tuple[Any, ...]]:
    calls = [
        (f"Calls, {_words(day.surface)}, USD at list price", day.day, day.day, round(day.cost_usd, 2), None, None)
        for day in account.surfaces
    ]
    windows = [
        (
            f"Meter, {window.window.value.replace('-', ' ')}, points",
            f"{window.start:%Y-%m-%d %H:%M}",
            f"{window.end:%Y-%m-%d %H:%M}",
            window.moved,
            None if window.high is None else round(max(0.0, window.moved - window.high), 1),
            None if window.low is None else round(window.moved - window.low, 1),
        )
        for window in account.windows
    ]
    reports = [
        (
            f"Report, {line.report}, {line.model}, tokens",
            f"{line.start:%Y-%m-%d}",
            f"{line.end:%Y-%m-%d}",
            _tokens(line),
            None,
            None,
        )
        for line in account.lines
    ]
    return [*calls, *windows, *reports]


def _spec(data: dict[str, list[dict[str, Any]]], width: int) -> dict[str, Any]:
    import altair as alt

    inner = width - _MARGIN
    ends = _ends(data)
    scale = alt.Scale(type="utc", domain=list(ends))

    def time(name: str, *, labelled: bool) -> Any:
        axis = alt.Axis(labelOverlap=True, tickCount=6 if width == WIDTH else 4, labels=labelled, ticks=labelled)
        return alt.X(f"{name}:T", title="Time, UTC" if labelled else None, scale=scale, axis=axis)

    present = [name for name in ("calls", "windows", "reports") if data[name]]
    panels = [
        _PANELS[name](alt, lambda field, last=name == present[-1]: time(field, labelled=last)).properties(
            width=inner, height=120
        )
        for name in present
    ]
    spec: dict[str, Any] = alt.vconcat(*panels, spacing=18).resolve_scale(color="independent").to_dict()
    spec["config"] = config() | {"legend": config()["legend"] | {"columns": 3 if width == WIDTH else 1}}
    return spec


def _ends(data: dict[str, list[dict[str, Any]]]) -> tuple[str, str]:
    starts = [row["from"] for name in ("calls", "reports") for row in data[name]]
    starts += [row["at"] for row in data["windows"]]
    ends = [row["to"] for name in ("calls", "reports") for row in data[name]] + [row["at"] for row in data["windows"]]
    moments = sorted(datetime.fromisoformat(text) for text in starts + ends)
    return moments[0].isoformat(), max(moments[-1], moments[0] + _DAY).isoformat()


def _stacked(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of one span one above the other, as [bottom, top]."""
    tops: defaultdict[str, float] = defaultdict(float)
    stacked = []
    for row in rows:
        bottom = tops[row["from"]]
        tops[row["from"]] += row["value"]
        stacked.append(row | {"bottom": bottom, "top": tops[row["from"]]})
    return stacked


def _bars(alt: Any, name: str, title: str, told: tuple[str, ...], time: Any) -> Any:
    return (
        alt.Chart(alt.NamedData(name))
        .mark_rect(stroke=CARD, strokeWidth=0.5)
        .encode(
            x=time("from"),
            x2="to:T",
            y=alt.Y("bottom:Q", title=title, axis=alt.Axis(tickCount=4, format="~s", domain=False)),
            y2="top:Q",
            color=alt.Color("kind:N", title=None, scale=alt.Scale(range=list(SERIES))),
            tooltip=heads(told),
        )
    )


def _windows(alt: Any, time: Any) -> Any:
    base = alt.Chart(alt.NamedData("windows"))
    axis = alt.Axis(tickCount=4, domain=False)
    y = {"title": "Meter, points", "axis": axis, "scale": alt.Scale(domain=[0, FULL], nice=False)}
    told = heads(("Window from, UTC", "Moved, points", "Predicted", "Predicted, low", "Predicted, high"))
    span = base.mark_rule(color=SOFT, strokeWidth=2).encode(x=time("at"), y=alt.Y("low:Q", **y), y2="high:Q")
    beyond = base.mark_point(filled=True, shape="triangle-up", size=90, color=SOFT, opacity=1)
    predicted = base.mark_tick(color=SOFT, thickness=2, width=9, orient="horizontal")
    moved = base.mark_point(filled=True, size=60, opacity=1).encode(
        x=time("at"),
        y=alt.Y("moved:Q", **y),
        color=alt.condition("datum.above", alt.value(ALERT), alt.value(SERIES[0])),
        tooltip=told,
    )
    return alt.layer(
        span,
        beyond.encode(x=time("at"), y=alt.Y("beyond:Q", **y), tooltip=told),
        predicted.encode(x=time("at"), y=alt.Y("predicted:Q", **y), tooltip=told),
        moved,
    )


_PANELS: dict[str, Any] = {
    "calls": lambda alt, time: _bars(alt, "calls", "Calls, USD", ("Day", "Product", "USD"), time),
    "windows": _windows,
    "reports": lambda alt, time: _bars(alt, "reports", "Reports, tokens", ("From", "Report", "Tokens"), time),
}
