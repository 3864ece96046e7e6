"""A picture from a Vega-Lite specification, drawn by vl-convert without a browser."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

VEGA_LITE = "6.4"
FONT = "Liberation Sans"
"""Vega measures with this font, which vl-convert carries along: the same layout on every machine."""
FONTS = "'Liberation Sans', Arial, Helvetica, 'Nimbus Sans', system-ui, sans-serif"
"""What the reader's machine may have, those with the same widths first."""

_SPOKEN = re.compile(r' (?:aria-[a-z]+|role)="[^"]*"')
"""Vega's own words for each mark: unheard in an <img>, most of the bytes, and with days of the machine's zone."""

Rows = Mapping[str, Sequence[Mapping[str, Any]]]
"""Named data sets of a specification."""


class Drawing(NamedTuple):
    """A picture in the light colours, with its size in px."""

    svg: str
    width: int
    height: int


Draw = Callable[[Mapping[str, Any], Rows], Drawing]
"""Anything that draws a specification with its data: `draw`, or `draw` behind a cache."""


def draw(spec: Mapping[str, Any], data: Rows) -> Drawing:
    """The specification with these named data sets, as SVG."""
    return finished(vega(filled(spec, data)))


def filled(spec: Mapping[str, Any], data: Rows) -> dict[str, Any]:
    """The specification with its data in it."""
    whole = copy.deepcopy(dict(spec))
    whole["datasets"] = {name: [dict(row) for row in rows] for name, rows in data.items()}
    return whole


def vega(whole: dict[str, Any]) -> str:
    """What vl-convert makes of a whole specification; it may ask no other host for anything."""
    import vl_convert

    svg: str = vl_convert.vegalite_to_svg(whole, vl_version=VEGA_LITE, allowed_base_urls=[])
    return svg


def finished(svg: str) -> Drawing:
    """The picture with the fonts of the site and without spoken words. Raises ValueError for one without a size."""
    svg = _SPOKEN.sub("", svg)
    svg = svg.replace(f'font-family="{FONT}"', f'font-family="{FONTS}"')
    size = re.match(r'<svg[^>]* width="([\d.]+)" height="([\d.]+)"', svg)
    if not size:
        raise ValueError("the picture has no size")
    return Drawing(svg, round(float(size[1])), round(float(size[2])))
