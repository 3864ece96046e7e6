"""Files that come with the program and are no Python: in the package of a wheel, else in the repository."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parents[1]
_IN_WHEEL = _PACKAGE / "shipped"


def shipped(name: str) -> Path:
    """Where `name` is, a path from the root of the repository such as templates or content/examples.

    `pyproject.toml` lists what goes into a wheel. The path may not exist.
    """
    return (_IN_WHEEL if _IN_WHEEL.is_dir() else _PACKAGE.parent) / name
