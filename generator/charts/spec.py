"""A chart's Vega-Lite specification: as a file of its own, and as the page carries it to be drawn live.

Both hold the data and nothing that is loaded: https://vega.github.io/vega-lite/docs/spec.html.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from generator.base.drawing import Picture
from generator.charts.files import Download

SUFFIX = ".vl.json"
SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
_STAMP = {"text": "SIMULATED", "anchor": "end", "orient": "bottom", "color": "#8a7340", "fontSize": 13}
"""Title of a picture of simulated data, which may be shown without its page."""
_IN_HTML = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


def spec_of(svg: str) -> Mapping[str, Any] | None:
    """What a picture was drawn from; None for one that was drawn in another way."""
    return svg.spec if isinstance(svg, Picture) else None


def spec_file(svg: str, id: str, *, sentence: str, simulated: bool, **said: str) -> Download | None:
    """The specification of a figure, on paper, with its words; None where the picture has none.

    `said`: what else `usermeta` tells of the figure.
    """
    spec = spec_of(svg)
    if spec is None:
        return None
    told = {"figure": id, **said, "simulated": simulated}
    whole = {
        **spec,
        "$schema": SCHEMA,
        "description": sentence,
        "config": {**spec.get("config", {}), "background": "#ffffff"},
        "usermeta": {name: value for name, value in told.items() if value},
        **({"title": _STAMP} if simulated else {}),
    }
    text = json.dumps(whole, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Download(f"{id}{SUFFIX}", f"{text}\n".encode())


def live(svg: str, narrow: str | None, *, simulated: bool) -> Markup:
    """JSON for the page that shows a picture, "" where it has no specification: `wide`, and what is other on phones.

    No sign in it could end the element that holds it.
    """
    wide = spec_of(svg)
    if wide is None:
        return Markup()
    slim = spec_of(narrow) if narrow else None
    other = {name: value for name, value in slim.items() if wide.get(name) != value} if slim else None
    stamp = {"title": _STAMP} if simulated else {}
    both = {"wide": _plain(wide) | stamp, "narrow": _plain(other) if other is not None else None}
    text = json.dumps(both, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Markup(text.translate(_IN_HTML))  # noqa: S704  no sign of HTML is left in it


def _plain(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is only for other readers, and without a background: the page has one."""
    plain = {name: value for name, value in spec.items() if name not in {"$schema", "usermeta", "description"}}
    if "config" in plain:
        plain["config"] = {name: value for name, value in plain["config"].items() if name != "background"}
    return plain
