"""Vega for the reader's browser: one script, made by vl-convert of the very libraries that it draws pictures with.

It takes seconds to make and is 0.9 MB, so it is kept like the pictures. A classic script in a function of its own: it
runs on file:// too, and leaves one name behind, `wmVega`. Charts are interpreted (vega-embed's `ast`), so no page needs
`unsafe-eval` (https://vega.github.io/vega/usage/interpreter/).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from importlib.metadata import version
from pathlib import Path

from generator.base.drawing import VEGA_LITE
from generator.base.kept import Store

SNIPPET = "window.wmVega = { embed: vegaEmbed };"
_BEFORE, _AFTER = "(() => {\n", "\n})();\n"  # a function of its own
_SUFFIX = ".bundle"

Bundle = Callable[[], str]
"""Anything that gives the script: `bundle`, or the same behind a cache."""


def digest() -> str:
    """Of all that decides the bytes of the script, known before it is made."""
    text = "\n".join((version("vl-convert-python"), VEGA_LITE, SNIPPET, _BEFORE, _AFTER))
    return hashlib.sha256(text.encode()).hexdigest()


def file_name() -> str:
    """Name of the script, another one for other bytes, so that a browser may keep it for ever."""
    return f"vega-{digest()[:12]}.js"


@cache
def bundle() -> str:
    """The script."""
    import vl_convert

    made: str = vl_convert.javascript_bundle(SNIPPET, vl_version=VEGA_LITE)
    return f"{_BEFORE}{made}{_AFTER}"


def kept_in(folder: Path | None) -> Bundle:
    """A `bundle` that keeps the script in `folder`, where there is one (created where it is missing)."""
    if folder is None:
        return bundle
    store = Store(folder / "bundles", _SUFFIX)

    def kept() -> str:
        found = store.read(digest())
        if found is None:
            found = bundle()
            store.write(digest(), found)
        return found

    return kept
