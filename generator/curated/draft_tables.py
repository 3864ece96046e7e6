"""A table of a measurement from the text of a file of comma-separated values; no figure in it is changed."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,12})?")
_MOST_ROWS = 2_000


def table_of(text: str, number: int) -> dict[str, Any]:
    """The table as it is written into a record. Raises ValueError where the text is none."""
    try:
        read = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise ValueError(f"is no table of comma-separated values: {error}") from None
    rows = [[_one_line(cell, place) for cell in row] for place, row in enumerate(read, 1) if any(row)]
    if len(rows) < 2 or len(rows) > _MOST_ROWS + 1:  # noqa: PLR2004  names and a row
        raise ValueError(f"needs the names of its columns and 1 to {_MOST_ROWS:,} rows")
    columns, *body = rows
    return {
        "id": f"table-{number}",
        "title": f"Table {number}",
        "columns": columns,
        "rows": [[_cell(cell) for cell in row] for row in body],
    }


def _one_line(cell: str, place: int) -> str:
    """The cell without the spaces around it; of other characters none may vanish unseen."""
    if "\n" in cell or "\r" in cell:
        raise ValueError(f"has a line break within a cell of row {place:,}: a cell is one line")
    return cell.strip(" \t")


def _cell(text: str) -> str | int | float | None:
    """A number where it is read back letter for letter; 0.10 and what a float cannot hold stay text."""
    if not text:
        return None
    if not _NUMBER.fullmatch(text):
        return text
    value = float(text) if "." in text else int(text)
    return value if json.dumps(value) == text else text
