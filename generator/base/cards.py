"""A picture for link previews, drawn by vl-convert from an SVG of our own, kept like the charts.

The font is one that vl-convert carries along, so the same text gives the same bytes on every machine.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

from generator.base.kept import Store
from generator.base.png import slimmed

_SUFFIX = ".card"

DrawCard = Callable[[str], bytes]
"""Anything that makes a PNG of an SVG: `draw_card`, or the same behind a cache."""


@lru_cache(maxsize=512)
def draw_card(svg: str) -> bytes:
    """The SVG as PNG, a pixel a unit; it may ask no other host for anything."""
    import vl_convert

    return slimmed(vl_convert.svg_to_png(svg, scale=1.0, ppi=72))


def kept_in(folder: Path | None) -> DrawCard:
    """A `draw_card` that keeps what it has drawn in `folder`, where there is one (created where it is missing)."""
    if folder is None:
        return draw_card
    store = Store(folder / "pictures", _SUFFIX)

    def draw(svg: str) -> bytes:
        name = hashlib.sha256(f"{version('vl-convert-python')}\n{svg}".encode()).hexdigest()
        try:
            kept = base64.b64decode(store.read(name) or "", validate=True)
        except binascii.Error:
            kept = b""
        if kept:
            return kept
        drawn = draw_card(svg)
        store.write(name, base64.b64encode(drawn).decode())
        return drawn

    return draw
