"""Charts of logs: one thread around a finding, why the cache identity broke, tokens a day."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING, Any

from generator.base.drawing import Draw, draw
from generator.base.wording import plural
from generator.charts.base import ALERT, BAND, CARD, INK, SERIES, SHORT, SOFT, TEXT, Chart, narrowed, template
from generator.charts.phone import around_cited, breaks_for_phone, thread_for_phone
from generator.charts.told import draws, fields, tell
from generator.records.results import DaySum

if TYPE_CHECKING:
    from generator.dossier.rows import ThreadRow

_READ, _WRITTEN, _FRESH, _OUTPUT = "Cache read", "Cache write", "Uncached input", "Output"
_EXPECTED, _BENIGN, _UNEXPLAINED = "Expected", "Explained break", "Unexplained"
_MARK_ABOVE = 1.06  # of the highest bar
_DASH = "M-1,-0.2L1,-0.2L1,0.2L-1,0.2Z"  # a shape as SVG path: the line of the expected read
_ROOM = 1.3  # of the longest bar, for the label behind it
_FEW = 24  # requests up to which every position is labelled, and that a phone shows
_PHONE_LABELS = 8
_SMALL = 0.001  # a share below it would be written as 0.1 % or as 0.0 %: two digits that count are shown instead
_MOST_DIGITS = 6


def thread_chart(
    rows: Sequence[ThreadRow],
    chart_id: str = "chain-chart",
    *,
    loss: tuple[int, int] | None = None,
    note: str = "",
    drawn: Draw = draw,
) -> Chart:
    """Requests of a thread around a finding: expected read against read and written. Raises ValueError for no row.

    `loss`: expected and observed tokens of the finding.
    """
    if not rows:
        raise ValueError("a thread without requests has no chart")
    svg, width, height = drawn(thread_template(), thread_data(rows))
    shown = around_cited(rows, _FEW)
    return Chart(
        id=chart_id,
        title="Expected and observed cache reads, request by request",
        sentence=_thread_sentence(rows, loss),
        width=width,
        height=height,
        columns=("Request", "Expected read", "Read", "Written", "Uncached", "Output", "Break", "Cited"),
        rows=tuple(
            (
                row.position,
                row.expected,
                row.read,
                row.written,
                row.uncached,
                row.output,
                (row.reason or "").replace("-", " "),
                "yes" if row.cited else "no",
            )
            for row in rows
        ),
        svg=svg,
        note=note or "Shaded: requests that the finding cites. A bar that stays under its line lost cached tokens.",
        narrow=drawn(
            thread_for_phone(thread_template(), len(shown), len(rows)), thread_data(shown, labels=_PHONE_LABELS)
        ),
    )


def breaks_chart(
    counts: Mapping[str, int], steps: int, chart_id: str = "breaks-chart", *, note: str = "", drawn: Draw = draw
) -> Chart:
    """Reasons of breaks (in words) with their counts, of `steps` examined. Raises ValueError for no break."""
    total = sum(counts.values())
    if not total:
        raise ValueError("no break, no chart")
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    data: list[dict[str, Any]] = [
        {
            "reason": reason,
            "count": count,
            "label": f"{count:,} ({_share(count / total)})",
            "kind": _kind(reason),
            "room": count * _ROOM,
        }
        for reason, count in ranked
    ]
    spec = _breaks_template()
    svg, width, height = drawn(spec | {"height": {"step": 30}}, {"rows": data})
    first, most = ranked[0]
    unexplained = counts.get("unexplained", 0)
    return Chart(
        id=chart_id,
        title="Why less was read from the cache than expected",
        sentence=(
            f"Of {plural(steps, 'step')}, {total:,} ({_share(total / steps) if steps else '0 %'}) broke the identity; "
            f"{unexplained:,} of these breaks ({_share(unexplained / total)}) stay unexplained. "
            f"The most frequent reason is \u201c{first}\u201d with {most:,}."
        ),
        width=width,
        height=height,
        columns=("Reason", "Breaks", "Share of breaks", "Share of steps"),
        rows=tuple(
            (reason, count, _share(count / total), _share(count / steps) if steps else None) for reason, count in ranked
        ),
        svg=svg,
        note=note or "A reason is the first innocent explanation that holds; it is not proof of a cause.",
        narrow=drawn(
            breaks_for_phone(_breaks_template()), {"rows": [row | {"room": row["room"] * _ROOM} for row in data]}
        ),
    )


def days_chart(days: Sequence[DaySum], chart_id: str = "days-chart", *, note: str = "", drawn: Draw = draw) -> Chart:
    """Tokens of each UTC day by kind, all models together. Raises ValueError for no day."""
    if not days:
        raise ValueError("no day, no chart")
    ordered = sorted(days, key=lambda row: row.day)
    sums = {day: _day_sums(list(group)) for day, group in groupby(ordered, key=lambda row: row.day)}
    kinds = (_READ, _WRITTEN, _FRESH, _OUTPUT)
    data = [
        {"day": day, "kind": kind, "place": place, "tokens": values[place]}
        for day, values in sums.items()
        for place, kind in enumerate(kinds)
    ]
    svg, width, height = drawn(_days_template(), {"rows": data})
    all_tokens = sum(sum(values) for values in sums.values())
    read = sum(values[0] for values in sums.values())
    top = max(sums, key=lambda day: (sum(sums[day]), day))
    return Chart(
        id=chart_id,
        title="Tokens a day, by kind",
        sentence=(
            f"{plural(all_tokens, 'token')} on {plural(len(sums), 'day')} with calls, "
            f"{_share(read / all_tokens) if all_tokens else '0 %'} of them read from the cache; "
            f"the highest day is {top} with {sum(sums[top]):,}."
        ),
        width=width,
        height=height,
        columns=("Day, UTC", *kinds),
        rows=tuple((day, *values) for day, values in sums.items()),
        svg=svg,
        note=note or "Days without a call are left out. Output counts are a lower bound in many client versions.",
        narrow=drawn(narrowed(_days_template()), {"rows": data}),
    )


def _share(value: float) -> str:
    """In percent with one digit after the point; a small one with as many as show that it is not nothing."""
    digits = 1 if value == 0 or value >= _SMALL else min(_MOST_DIGITS, 1 - math.floor(math.log10(100 * value)))
    return f"{value:.{digits}%}".replace("%", " %")


def _kind(reason: str) -> str:
    return "Unexplained" if reason == "unexplained" else "Explained"


def _day_sums(rows: Sequence[DaySum]) -> tuple[int, int, int, int]:
    return (
        sum(row.cache_read_tokens for row in rows),
        sum(row.cache_write_tokens for row in rows),
        sum(row.input_tokens for row in rows),
        sum(row.output_tokens for row in rows),
    )


def _faulted(cited: Sequence[ThreadRow], loss: tuple[int, int] | None) -> Sequence[ThreadRow]:
    """Cited requests whose expected and observed reads are those of the finding; all cited ones where none are.

    A finding also cites the call before, whose own loss may have an innocent explanation and is none of the finding's.
    """
    reasons = dict.fromkeys(row.reason for row in cited if row.reason)
    groups = [*([row] for row in cited), *([row for row in cited if row.reason == one] for one in reasons)]
    return next((group for group in groups if _sums(group) == loss), cited)


def _sums(rows: Sequence[ThreadRow]) -> tuple[int, int] | None:
    """Expected and observed reads, of requests with an expectation."""
    pairs = [(row.expected, row.read) for row in rows if row.expected is not None]
    return (sum(pair[0] for pair in pairs), sum(pair[1] for pair in pairs)) if pairs else None


def _thread_sentence(rows: Sequence[ThreadRow], loss: tuple[int, int] | None) -> str:
    cited = [row for row in rows if row.cited]
    faulted = _faulted(cited, loss)
    sums = _sums(faulted)
    which = "the cited ones" if len(faulted) == len(cited) else plural(len(faulted), "request") + " of the finding"
    breaks = [row for row in rows if row.reason]
    unexplained = sum(row.reason == "unexplained" for row in breaks)
    head = f"{plural(len(rows), 'request')} of one thread, {len(cited):,} of them cited"
    body = (
        f": where a read of {plural(sums[0], 'token')} was expected of {which}, {sums[1]:,} were read" if sums else ""
    )
    return f"{head}{body}; {plural(len(breaks), 'break')}, {unexplained:,} unexplained."


def thread_data(rows: Sequence[ThreadRow], labels: int = _FEW) -> dict[str, list[dict[str, Any]]]:
    """The data sets of the template, by name, with no more than about so many positions labelled."""
    top = max(max(row.expected or 0, row.read + row.written) for row in rows) * _MARK_ABOVE
    every = max(1, len(rows) // labels + (len(rows) > labels))
    data: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for place, row in enumerate(rows):
        base = {"place": place, "request": row.position, "label": str(row.position) if place % every == 0 else ""}
        data["bars"] += [
            base | {"kind": kind, "order": order, "tokens": tokens}
            for order, (kind, tokens) in enumerate(((_READ, row.read), (_WRITTEN, row.written)))
        ]
        data["labels"] += [base]
        data["expected"] += [base | {"tokens": row.expected, "mark": _EXPECTED}] if row.expected is not None else []
        data["cited"] += [base] if row.cited else []
        mark = _UNEXPLAINED if row.reason == "unexplained" else _BENIGN
        reason = (row.reason or "").replace("-", " ")
        data["breaks"] += [base | {"tokens": top, "mark": mark, "reason": reason}] if row.reason else []
    return {name: data[name] for name in ("bars", "expected", "cited", "breaks", "labels")}


@cache
def thread_template() -> dict[str, Any]:
    """The chart without its data: Vega-Lite, made once a process."""
    import altair as alt

    place = alt.X(
        "place:O",
        title="Request, by its position in the thread",
        axis=alt.Axis(labels=False, ticks=False, titlePadding=24),
    )
    tokens = alt.Y("tokens:Q", title="Tokens", axis=alt.Axis(labelExpr=SHORT, tickCount=5, domain=False))
    marks = [_EXPECTED, _BENIGN, _UNEXPLAINED]
    shape = alt.Shape("mark:N", title=None, scale=alt.Scale(domain=marks, range=[_DASH, "triangle-down", "cross"]))
    tone = alt.Color("mark:N", title=None, scale=alt.Scale(domain=marks, range=[INK, ALERT, ALERT]))
    colour = alt.Color("kind:N", title=None, scale=alt.Scale(domain=[_READ, _WRITTEN], range=[SERIES[0], SERIES[1]]))
    cited = alt.Chart(alt.NamedData("cited")).mark_bar(color=BAND, width={"band": 1}).encode(x=place)
    bars = (
        alt.Chart(alt.NamedData("bars"))
        .mark_bar(stroke=CARD, strokeWidth=0.5, width={"band": 0.7})
        .encode(x=place, y=tokens, color=colour, order=alt.Order("order:Q"))
    )
    expected = (
        alt.Chart(alt.NamedData("expected"))
        .mark_tick(color=INK, thickness=3, width={"band": 0.95}, orient="horizontal", opacity=1)
        .encode(x=place, y=tokens)
    )
    breaks = (
        alt.Chart(alt.NamedData("breaks"))
        .mark_point(filled=True, size=110, opacity=1)
        .encode(x=place, y=tokens, shape=shape, color=tone)
    )
    labels = (
        alt.Chart(alt.NamedData("labels"))
        .mark_text(color=SOFT, fontSize=TEXT - 2, dy=12, baseline="top")
        .encode(x=place, y=alt.value(260), text="label:N")
    )
    chart = alt.layer(cited, bars, expected, breaks, labels).properties(height=260)
    spec = template(chart.resolve_scale(color="independent", shape="independent"))
    tell(spec, fields(request="Request", kind="Kind", tokens="Tokens"), draws("bars"))
    tell(spec, fields(request="Request", tokens="Expected read"), draws("expected"))
    tell(spec, fields(request="Request", reason="Break"), draws("breaks"))
    return spec


@cache
def _breaks_template() -> dict[str, Any]:
    import altair as alt

    base = alt.Chart(alt.NamedData("rows")).encode(
        y=alt.Y("reason:N", sort=None, title=None, axis=alt.Axis(domain=False, ticks=False)),
        x=alt.X("count:Q", title="Breaks", axis=alt.Axis(tickCount=4, tickMinStep=1, domain=False)),
    )
    bars = base.mark_bar(height={"band": 0.65}).encode(
        color=alt.Color(
            "kind:N",
            legend=None,
            scale=alt.Scale(domain=["Explained", "Unexplained"], range=[SERIES[0], SERIES[1]]),
        )
    )
    labels = base.mark_text(align="left", dx=6).encode(text="label:N")
    room = base.mark_point(opacity=0, color=CARD).encode(x="room:Q")
    spec = template(alt.layer(bars, labels, room))
    tell(spec, fields(reason="Reason", label="Breaks"))
    return spec


@cache
def _days_template() -> dict[str, Any]:
    import altair as alt

    kinds = [_READ, _WRITTEN, _FRESH, _OUTPUT]
    chart = (
        alt.Chart(alt.NamedData("rows"))
        .mark_bar(stroke=CARD, strokeWidth=0.5)
        .encode(
            x=alt.X(
                "day:O",
                title="Month and day, UTC",
                axis=alt.Axis(
                    labelAngle=0, labelOverlap="greedy", labelSeparation=12, labelExpr="slice(datum.value, 5)"
                ),
            ),
            y=alt.Y("tokens:Q", title="Tokens", axis=alt.Axis(labelExpr=SHORT, tickCount=5, domain=False)),
            color=alt.Color("kind:N", title=None, sort=kinds, scale=alt.Scale(domain=kinds, range=list(SERIES[:4]))),
            order=alt.Order("place:Q"),
        )
        .properties(height=240)
    )
    spec = template(chart)
    tell(spec, fields(day="Day, UTC", kind="Kind", tokens="Tokens"))
    return spec
