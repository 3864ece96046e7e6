"""An address as a reader sees it: without its scheme, cut where it gets long."""

from __future__ import annotations

_LONGEST = 72


def place(url: object) -> str:
    """Host and path of a web address; the host is always whole, in the form that shows look-alike letters."""
    bare = str(url).partition("://")[2].removeprefix("www.").rstrip("/")
    host = bare.partition("/")[0]
    return bare if len(bare) <= _LONGEST else f"{bare[: max(_LONGEST - 1, len(host))]}\u2026"
