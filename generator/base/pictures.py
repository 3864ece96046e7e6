"""Each picture drawn once: again in one run by memory, in the next run by a folder of the user's.

An entry is named by the digest of all that decides its bytes. Without a folder, or with one that cannot be used,
pictures only take longer.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from generator.base.drawing import VEGA_LITE, Draw, Drawing, Rows, filled, finished, vega
from generator.base.kept import Store

_SUFFIX = ".drawn"


def kept_in(folder: Path | None) -> Draw:
    """A `draw` that keeps what it has drawn, in `folder` too where there is one (created where it is missing)."""
    drawn: dict[str, Drawing] = {}
    store = Store(folder / "pictures", _SUFFIX) if folder else None

    def draw(spec: Mapping[str, Any], data: Rows) -> Drawing:
        whole = filled(spec, data)
        name = _name(whole)
        if name not in drawn:
            svg = store.read(name) if store else None
            if svg is None:
                svg = vega(whole)
                if store:
                    store.write(name, svg)
            drawn[name] = finished(svg, whole)
        return drawn[name]

    return draw


def _name(whole: Mapping[str, Any]) -> str:
    """Digest of the specification and of what draws it; the order of its keys counts, since it may be seen."""
    text = json.dumps([version("vl-convert-python"), VEGA_LITE, whole], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
