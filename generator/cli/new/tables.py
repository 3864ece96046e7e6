"""The file with the figures of a measurement."""

from __future__ import annotations

import os
from pathlib import Path

from generator.base.problems import ContentError
from generator.base.wording import printable
from generator.curated.yamlfile import read_bytes

_MOST = 1024 * 1024


def table_text(name: str) -> str:
    """The text of an ordinary file of comma-separated values. Raises ValueError where it cannot be read whole."""
    shown = printable(name)
    try:
        data = read_bytes(Path(os.path.realpath(name)), name, _MOST)
    except ContentError as error:
        raise ValueError(f"cannot read {shown} as a table: {error.problems[0].message}") from None
    except (OSError, ValueError):
        raise ValueError(f"cannot read {shown} as a table") from None
    if len(data) > _MOST:
        raise ValueError(f"cannot read {shown} as a table: it has more than {_MOST // 1024:,} KiB")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(f"cannot read {shown} as a table in UTF-8") from None
