"""Runs of one job at their day and hour: groups named at their level, and the two of one day that differ most."""

from __future__ import annotations

import copy
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import combinations
from statistics import median
from typing import TYPE_CHECKING, Any

from generator.charts.base import BAND, CARD, INK, NARROW, SERIES, SOFT, WIDTH, narrowed, template
from generator.charts.told import draws, heads, tell, words
from generator.charts.weeks import DAY, short_day
from generator.statistics.estimate import figure

if TYPE_CHECKING:
    from generator.curated.measurements import Plot

TITLE = "Day and hour of the run, UTC"
_SHAPES = ("circle", "square", "triangle-up", "diamond", "cross")
_ORDER = (0, 2, 1, 3, 4)  # of the colours: what comes third, after two steps, is to be seen first
_HIGH = 300  # px
_LETTER, _BOLD = 7.4, 8.3  # px a letter of a label
_OVER = 1.25  # times: so much longer than its group a line of its name may be
_LINE = 16  # px from one line of a label to the next
_SIDE = 10  # px from a run to what is written beside it
_AXIS = 58  # px left of the picture

Records = Sequence[Mapping[str, Any]]
Data = dict[str, list[dict[str, Any]]]
Drawn = tuple[tuple[dict[str, Any], Data], tuple[dict[str, Any], Data]]


def runs(records: Records, plot: Plot) -> Drawn:
    """Specification and data of the wide picture, and of the one for phones."""
    shown = [record for record in records if record[plot.values[0]] is not None]
    groups = list(dict.fromkeys(_group(record, plot) for record in shown))
    made = []
    for width in (WIDTH, NARROW):
        data = _data(shown, plot, groups, width - _AXIS)
        lines = max((len(name["lines"]) for name in data["names"] if name["side"] == "above"), default=0)
        made.append((_spec(shown, plot, groups, lines), data))
    (wide, data), (slim, other) = made
    return (wide, data), (narrowed(slim), other)


def apart(records: Records, plot: Plot) -> tuple[Mapping[str, Any], Mapping[str, Any]] | None:
    """The two runs of one day and two names whose values differ most, the earlier first; None where there are none."""
    if plot.name is None:
        return None
    ordered = sorted(records, key=lambda record: _at(record, plot))
    pairs = [
        (one, other)
        for one, other in combinations(ordered, 2)
        if one[plot.label] == other[plot.label] and one[plot.name] != other[plot.name]
    ]
    value = plot.values[0]
    return max(pairs, key=lambda pair: abs(pair[0][value] - pair[1][value]), default=None)


def _data(records: Records, plot: Plot, groups: Sequence[str], width: int) -> Data:
    value, pair = plot.values[0], apart(records, plot)
    first, last = _ends(records, plot)
    page = _Page(first, last, width * DAY / (last - first))
    points = [
        {"at": _at(record, plot), "value": record[value], "group": _group(record, plot), **words(record.values())}
        for record in records
    ]
    usual = median(point["value"] for point in points)
    levels, names = [], []
    for group in groups:
        own = [point for point in points if point["group"] == group]
        middle = median(point["value"] for point in own)
        ends = min(point["at"] for point in own), max(point["at"] for point in own)
        levels.append({"from": ends[0], "to": ends[1], "value": middle, "group": group})
        if group and not (pair and len(own) == 1 and own[0]["at"] in {_at(record, plot) for record in pair}):
            names.append(_name(own, f"{group}: {figure(middle, 4)}", page, above=middle >= usual))
    return {
        "window": [_band(plot)] if plot.band else [],
        "points": points,
        "levels": levels,
        "names": names,
        "pair": _pair(pair, plot, page) if pair else [],
    }


@dataclass(frozen=True)
class _Page:
    """The axis of days: its ends, and px a day."""

    first: date
    last: date
    day: float

    def right_of(self, at: str) -> float:
        """Px from a moment to the right end."""
        return ((self.last - date.fromisoformat(at[:10])) / DAY) * self.day - _SIDE


def _name(own: Sequence[Mapping[str, Any]], words: str, page: _Page, *, above: bool) -> dict[str, Any]:
    """Above or below the group; beside its last run where it is far shorter than its name."""
    dates = [date.fromisoformat(point["at"][:10]) for point in own]
    days = (max(dates) - min(dates)) / DAY + 1
    lines = _wrapped(words, days * page.day * _OVER, _LETTER)
    end = max(own, key=lambda point: point["at"])
    room = page.right_of(end["at"])
    if max(map(len, lines)) * _LETTER > days * page.day * _OVER and len(words) * _LETTER < room:
        return _label(end["at"], end["value"], [words], "right")
    middle = min(dates) + (max(dates) - min(dates)) / 2
    value = (max if above else min)(point["value"] for point in own)
    return _label(f"{middle}T12:00:00Z", value, lines, "above" if above else "under")


def _pair(pair: Sequence[Mapping[str, Any]], plot: Plot, page: _Page) -> list[dict[str, Any]]:
    """The lower one is named below itself to the left, the higher one to the right, or above itself."""
    value, lower = plot.values[0], min(pair, key=lambda record: record[plot.values[0]])
    found = []
    for record in pair:
        hour = f", {record[plot.hour]}" if plot.hour else ""
        words = (
            f"{short_day(date.fromisoformat(record[plot.label]))}{hour}",
            f"{record[plot.name or '']}: {figure(record[value], 4)}",
        )
        room = page.right_of(_at(record, plot))
        fits = max(len(word) for one in words for word in one.split()) * _BOLD < room
        side = "below" if record is lower else "right" if fits else "over"
        lines = [line for one in words for line in _wrapped(one, room if side == "right" else WIDTH, _BOLD)]
        found.append(_label(_at(record, plot), record[value], lines, side))
    return found


def _label(at: str, value: float, lines: list[str], side: str) -> dict[str, Any]:
    """A label of some lines; a picture places the first of them, so those above and beside are moved up."""
    up = (len(lines) - 1) * _LINE
    places = {"above": -_SIDE - up, "right": -up / 2, "under": _SIDE, "below": _SIDE + 2, "over": -_SIDE - up}
    return {"at": at, "value": value, "lines": lines, "side": side, "dy": places[side]}


def _wrapped(words: str, room: float, letter: float) -> list[str]:
    return textwrap.wrap(words, max(1, int(room / letter)), break_long_words=False)


def _band(plot: Plot) -> dict[str, Any]:
    first, last = plot.band
    ends = {"from": f"{first}T00:00:00Z", "to": f"{last + DAY}T00:00:00Z"}
    return ends | {"middle": f"{first + (last - first) / 2}T12:00:00Z", "label": plot.band_label or ""}


def _at(record: Mapping[str, Any], plot: Plot) -> str:
    return f"{record[plot.label]}T{record[plot.hour] if plot.hour else '12:00'}:00Z"


def _group(record: Mapping[str, Any], plot: Plot) -> str:
    return str(record[plot.group]) if plot.group else ""


def _ends(records: Records, plot: Plot) -> tuple[date, date]:
    """A day of air on both sides."""
    days = [date.fromisoformat(record[plot.label]) for record in records]
    return min(days) - DAY, max(days) + 2 * DAY


def _spec(records: Records, plot: Plot, groups: Sequence[str], lines: int) -> dict[str, Any]:
    spec = copy.deepcopy(_template())
    ends = [f"{day}T00:00:00Z" for day in _ends(records, plot)]
    air = min(lines * _LINE + 2 * _SIDE, _HIGH // 2)  # px above the highest run; a long name may not take all
    highest = max(record[plot.values[0]] for record in records) * _HIGH / (_HIGH - air)
    colours = {"domain": list(groups), "range": [SERIES[_ORDER[place % len(SERIES)]] for place in range(len(groups))]}
    shapes = {"domain": list(groups), "range": [_SHAPES[place % len(_SHAPES)] for place in range(len(groups))]}
    tell(spec, heads(tuple(records[0])), draws("points"))
    for layer in spec["layer"]:
        encoding = layer["encoding"]
        encoding["x"]["scale"] = {"type": "utc", "domain": ends, "nice": False}
        if "field" in encoding["y"]:
            encoding["y"]["scale"] = {"domain": [0, highest], "nice": False}
            encoding["y"]["title"] = plot.axis
        for channel, scale in (("color", colours), ("shape", shapes)):
            if encoding.get(channel, {}).get("field") == "group":
                encoding[channel]["scale"] = scale
    return spec


@cache
def _template() -> dict[str, Any]:
    import altair as alt

    ticks = alt.Axis(format="%-d %b", tickCount=6, grid=False, labelOverlap="greedy", labelSeparation=10)
    x = alt.X("at:T", title=TITLE, axis=ticks)
    y = alt.Y("value:Q", axis=alt.Axis(tickCount=5, domain=False))
    span = alt.X("from:T", title=TITLE)
    colour = alt.Color("group:N", legend=None)
    window = alt.Chart(alt.NamedData("window"))
    band = window.mark_rect(color=BAND).encode(x=span, x2="to:T", y=alt.value(0), y2=alt.value(_HIGH))
    word = window.mark_text(color=SOFT, align="center", baseline="bottom").encode(
        x=alt.X("middle:T", title=TITLE), y=alt.value(_HIGH - 5), text="label:N"
    )
    levels = (
        alt.Chart(alt.NamedData("levels"))
        .mark_rule(strokeWidth=9, opacity=0.3, strokeCap="round")
        .encode(x=span, x2="to:T", y=y, color=colour)
    )
    points = (
        alt.Chart(alt.NamedData("points"))
        .mark_point(filled=True, size=48, stroke=CARD, strokeWidth=0.6, opacity=1)
        .encode(x=x, y=y, color=colour, shape=alt.Shape("group:N", legend=None))
    )
    rings = alt.Chart(alt.NamedData("pair")).mark_point(size=170, color=INK, strokeWidth=1.6, opacity=1)
    return template(
        alt.layer(band, word, levels, points, rings.encode(x=x, y=y), *_words(alt, x, y)).properties(height=_HIGH)
    )


def _words(alt: Any, x: Any, y: Any) -> list[Any]:
    """Names of groups in ink, those of the two runs bold; each side has a layer, as marks have one place for all."""
    places: dict[str, dict[str, Any]] = {
        "above": {"align": "center", "baseline": "bottom"},
        "right": {"align": "left", "dx": _SIDE, "baseline": "middle"},
        "under": {"align": "center", "baseline": "top"},
        "below": {"align": "right", "dx": -2, "baseline": "top"},
        "over": {"align": "right", "dx": -2, "baseline": "bottom"},
    }
    found = []
    for name, bold in (("names", False), ("pair", True)):
        for side, place in places.items():
            mark = alt.Chart(alt.NamedData(name)).mark_text(
                color=INK, lineHeight=_LINE, dy={"expr": "datum.dy"}, fontWeight="bold" if bold else "normal", **place
            )
            found.append(mark.encode(x=x, y=y, text="lines:N").transform_filter(alt.FieldEqualPredicate(side, "side")))
    return found
