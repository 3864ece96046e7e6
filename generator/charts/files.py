"""A file beside a page, and tables as CSV that a spreadsheet can open without running anything."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

# What spreadsheets take for the beginning of a formula, a macro or a command, also after spaces and in full width:
# https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = re.compile(r"[\s\0\ufeff\"']*[=+\-@|%\uff1d\uff0b\uff0d\uff20\uff5c\uff05]|[\t\r\n]")


@dataclass(frozen=True)
class Download:
    """A file that stands beside a page (data.csv, chart.svg, ...), relative to the page's folder."""

    name: str
    content: bytes


def csv_bytes(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Table as CSV (RFC 4180, UTF-8): None is empty, days are ISO, text that reads as a formula is quoted by "'"."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([_cell(column) for column in columns])
    writer.writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue().encode()


def _cell(value: object) -> object:
    if value is None:
        return ""
    if isinstance(value, bool | int | float):
        return value
    if isinstance(value, date):
        return value.isoformat()
    text = str(value)
    return f"'{text}" if _FORMULA.match(text) else text
