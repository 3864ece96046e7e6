"""Share of the prompt read from the cache, version by version, with its interval and how many calls it rests on."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from generator.base.drawing import Draw, draw
from generator.base.wording import n, plural
from generator.charts.base import BAND, CARD, INK, SERIES, SOFT, Chart, narrowed, template
from generator.charts.told import draws, fields, tell
from generator.statistics.estimate import Estimate

SESSIONS = 5
"""Fewer sessions tell too little of how sessions differ: their interval reaches over the whole scale."""
FEWEST = 100
"""Calls; of a version with fewer one large new input moves the share by points."""
KNOWN, UNKNOWN = f"{SESSIONS} sessions or more", "fewer: no interval"
_HIGH = 260  # px
_LABELLED = 8  # versions named on a phone; twice as many on a wide screen


@dataclass(frozen=True)
class VersionShare:
    """One client version: percent of its prompt tokens that were read from the cache."""

    version: str
    calls: int
    sessions: int
    sets: int
    share: Estimate

    @property
    def ends(self) -> tuple[float | None, float | None]:
        """Of its 95 % interval; None where too few sessions tell it."""
        return (self.share.low, self.share.high) if self.sessions >= SESSIONS else (None, None)


@dataclass(frozen=True)
class Marked:
    """Versions that are shaded, by their places, the last one included; and what they are."""

    first: int
    last: int
    says: str


def read_share_chart(
    shares: Sequence[VersionShare],
    marked: Marked | None = None,
    chart_id: str = "read-share-by-version",
    *,
    drawn: Draw = draw,
) -> Chart:
    """Versions in the order given. Raises ValueError for no version."""
    if not shares:
        raise ValueError("no version, no chart")
    data = {"rows": [_row(place, one) for place, one in enumerate(shares)], "band": _band(shares, marked)}
    svg, width, height = drawn(_spec(len(shares), phone=False), data | {"names": _names(shares, 2 * _LABELLED)})
    return Chart(
        id=chart_id,
        title="Share of the prompt read from the cache in the public logs, by client version",
        sentence=_sentence(shares),
        width=width,
        height=height,
        columns=("Client version", "Percent read", "Low", "High", "Calls", "Sessions", "Sets"),
        rows=tuple(
            (
                one.version,
                round(one.share.value, 1),
                *map(_rounded, one.ends),
                one.calls,
                one.sessions,
                one.sets,
            )
            for one in shares
        ),
        svg=svg,
        note=(
            "Tokens read of those read or written. The area of a point is the number of calls. Lines are 95 % "
            f"intervals with sessions as units; rings have fewer than {SESSIONS} sessions, which tell none. A share "
            "follows the work as well: it is low after each new large input, so it is no measure of a fault by itself."
            + (f" Shaded: {marked.says}." if marked and data["band"] else "")
        ),
        narrow=drawn(_spec(len(shares), phone=True), data | {"names": _names(shares, _LABELLED)}),
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _row(place: int, one: VersionShare) -> dict[str, Any]:
    return {
        "place": place,
        "percent": one.share.value,
        "version": one.version,
        "told": f"{one.share.value:.1f} %",
        "low": one.ends[0],
        "high": one.ends[1],
        "calls": one.calls,
        "kind": KNOWN if one.sessions >= SESSIONS else UNKNOWN,
    }


def _band(shares: Sequence[VersionShare], marked: Marked | None) -> list[dict[str, Any]]:
    if marked is None or marked.last < marked.first or not 0 <= marked.first < len(shares):
        return []
    return [{"from": marked.first - 0.5, "to": marked.last + 0.5}]


def _names(shares: Sequence[VersionShare], most: int) -> list[dict[str, Any]]:
    every = -(-len(shares) // most)
    return [{"place": place, "name": one.version} for place, one in enumerate(shares) if place % every == 0]


def _sentence(shares: Sequence[VersionShare]) -> str:
    calls = sum(one.calls for one in shares)
    said = f"{plural(len(shares), 'client version')} in {plural(calls, 'call')} of public logs"
    large = [one for one in shares if one.calls >= FEWEST and one.sessions >= SESSIONS]
    if not large:
        return f"{said}; none has {FEWEST} calls in {SESSIONS} sessions."
    low, high = min(large, key=lambda one: one.share.value), max(large, key=lambda one: one.share.value)
    if low is high:
        return f"{said}. One has {FEWEST} calls in {SESSIONS} sessions or more: {_told(low)}."
    return (
        f"{said}. Of the {n(len(large))} with {FEWEST} calls in {SESSIONS} sessions or more, {_told(low)}, the least, "
        f"and {_told(high)}, the most."
    )


def _told(one: VersionShare) -> str:
    low, high = one.ends
    interval = "" if low is None or high is None else f"95 % interval {low:.1f} to {high:.1f}; "
    read = f"{one.version} read {one.share.value:.1f} % of its prompt from the cache"
    return f"{read} ({interval}{plural(one.calls, 'call')})"


def _spec(count: int, *, phone: bool) -> dict[str, Any]:
    spec = copy.deepcopy(narrowed(_template()) if phone else _template())
    if phone:
        spec["config"]["legend"]["columns"] = 1
    for layer in spec["layer"]:
        layer["encoding"]["x"]["scale"] = {"domain": [-1, count], "nice": False}
    return spec


@cache
def _template() -> dict[str, Any]:
    import altair as alt

    title, up = "Client version, oldest first", "Percent of the prompt"
    x = alt.X("place:Q", title=title, axis=alt.Axis(labels=False, ticks=False, grid=False, titlePadding=66))
    y = alt.Y(
        "percent:Q",
        title="Percent of the prompt",
        scale=alt.Scale(domain=[0, 100]),
        axis=alt.Axis(tickCount=5, domain=False),
    )
    rows = alt.Chart(alt.NamedData("rows"))
    kinds = alt.Scale(domain=[KNOWN, UNKNOWN], range=[SERIES[0], SERIES[4]])
    fills = alt.Scale(domain=[KNOWN, UNKNOWN], range=[SERIES[0], CARD])
    band = (
        alt.Chart(alt.NamedData("band"))
        .mark_rect(color=BAND)
        .encode(x=alt.X("from:Q", title=title), x2="to:Q", y=alt.value(0), y2=alt.value(_HIGH))
    )
    interval = rows.mark_rule(color=SOFT, strokeWidth=1.2).encode(x=x, y=alt.Y("low:Q", title=up), y2="high:Q")
    points = rows.mark_point(strokeWidth=1.4, opacity=0.9).encode(
        x=x,
        y=y,
        size=alt.Size("calls:Q", legend=None, scale=alt.Scale(type="linear", domainMin=0, range=[6, 260])),
        stroke=alt.Stroke("kind:N", title=None, scale=kinds),
        fill=alt.Fill("kind:N", title=None, scale=fills),
    )
    names = (
        alt.Chart(alt.NamedData("names"))
        .mark_text(color=INK, angle=270, align="right", baseline="middle", dx=-8)
        .encode(x=x, y=alt.value(_HIGH), text="name:N")
    )
    spec = template(alt.layer(band, interval, points, names).properties(height=_HIGH))
    tell(spec, fields(version="Client version", told="Read from the cache", calls="Calls"), draws("rows"))
    return spec
