"""A picture from a Vega-Lite specification, drawn by vl-convert without a browser."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Self

VEGA_LITE = "6.4"
FONT = "Liberation Sans"
"""Vega measures with this font, which vl-convert carries along: the same layout on every machine."""
FONTS = "'Liberation Sans', Arial, Helvetica, 'Nimbus Sans', system-ui, sans-serif"
"""What the reader's machine may have, those with the same widths first."""

_SPOKEN = re.compile(r' (?:aria-[a-z]+|role)="[^"]*"')
"""Vega's own words for each mark: unheard in an <img>, most of the bytes, and with days of the machine's zone."""

CLOCK = "utcFormat(datum.value, utchours(datum.value) + utcminutes(datum.value) ? '%H:%M' : '%-d %b')"
"""Vega expression for a tick of time: the hour in 24 hours, or the day at midnight, UTC. Vega's own has AM and PM."""

Rows = Mapping[str, Sequence[Mapping[str, Any]]]
"""Named data sets of a specification."""


class Picture(str):
    """An SVG that knows the whole specification that it was drawn from; text made of it does not."""

    __slots__ = ("spec",)
    spec: Mapping[str, Any]

    def __new__(cls, svg: str, spec: Mapping[str, Any]) -> Self:
        """The same text with its specification."""
        made = super().__new__(cls, svg)
        made.spec = spec
        return made


class Drawing(NamedTuple):
    """A picture in the light colours, with its size in px."""

    svg: str
    width: int
    height: int


Draw = Callable[[Mapping[str, Any], Rows], Drawing]
"""Anything that draws a specification with its data: `draw`, or `draw` behind a cache."""


def draw(spec: Mapping[str, Any], data: Rows) -> Drawing:
    """The specification with these named data sets, as SVG."""
    whole = filled(spec, data)
    return finished(vega(whole), whole)


def filled(spec: Mapping[str, Any], data: Rows) -> dict[str, Any]:
    """The specification with its data in it."""
    whole = copy.deepcopy(dict(spec))
    whole["datasets"] = {name: [dict(row) for row in rows] for name, rows in data.items()}
    _by_the_clock(whole)
    return whole


def _by_the_clock(part: Any) -> None:
    """Give every axis of time that says nothing of its labels those of `CLOCK`; layers share their axes."""
    if isinstance(part, list):
        for one in part:
            _by_the_clock(one)
    elif isinstance(part, dict) and ("layer" in part or "encoding" in part):
        for name in ("x", "y"):
            times = [one for one in _channels(part, name) if one.get("type") == "temporal"]
            axes = [one["axis"] if one.get("axis") else {} for one in times]
            if not any({"format", "labelExpr"} & axis.keys() for axis in axes):
                for one, axis in zip(times, axes, strict=True):
                    one["axis"] = {**axis, "labelExpr": CLOCK} if one.get("axis", {}) is not None else None
    elif isinstance(part, dict):
        for name in ("spec", "vconcat", "hconcat", "concat"):
            _by_the_clock(part.get(name))


def _channels(view: Mapping[str, Any], name: str) -> Iterator[dict[str, Any]]:
    if isinstance(found := view.get("encoding", {}).get(name), dict):
        yield found
    for layer in view.get("layer", ()):
        yield from _channels(layer, name)


def vega(whole: dict[str, Any]) -> str:
    """What vl-convert makes of a whole specification; it may ask no other host for anything."""
    import vl_convert

    svg: str = vl_convert.vegalite_to_svg(whole, vl_version=VEGA_LITE, allowed_base_urls=[])
    return svg


def finished(svg: str, whole: Mapping[str, Any]) -> Drawing:
    """The picture of a whole specification with the fonts of the site and without spoken words.

    Raises ValueError for one without a size.
    """
    svg = _SPOKEN.sub("", svg)
    svg = svg.replace(f'font-family="{FONT}"', f'font-family="{FONTS}"')
    size = re.match(r'<svg[^>]* width="([\d.]+)" height="([\d.]+)"', svg)
    if not size:
        raise ValueError("the picture has no size")
    return Drawing(Picture(svg, whole), round(float(size[1])), round(float(size[2])))
