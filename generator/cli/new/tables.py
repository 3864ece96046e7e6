"""The file with the figures of a measurement."""

from __future__ import annotations

from pathlib import Path

from generator.base.wording import printable

_MOST = 1024 * 1024


def table_text(name: str) -> str:
    """The text of a file of comma-separated values. Raises ValueError where it cannot be read."""
    try:
        with Path(name).open("rb") as file:
            return file.read(_MOST).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError, ValueError):
        raise ValueError(f"cannot read {printable(name)} as a table in UTF-8") from None
