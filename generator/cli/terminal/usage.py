"""Tables of usage: for a terminal, as CSV, and as rows of `scan --json`."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import datetime
from io import StringIO
from typing import TYPE_CHECKING, Any

from generator.base.wording import n, plural
from generator.cli.terminal.tables import print_rows
from generator.cli.terminal.view import View
from generator.cli.terminal.words import NOT_A_BILL, money, say
from generator.ledger.usage import IN_TIME, By, Usage

if TYPE_CHECKING:
    from rich.console import Console

HEADS = {
    By.DAY: "Day",
    By.WEEK: "Week from",
    By.MONTH: "Month",
    By.MODEL: "Model",
    By.SESSION: "Session",
    By.AGENT: "Agent",
    By.PROJECT: "Project",
    By.SKILL: "Skill",
}
LOCAL = frozenset({By.PROJECT, By.SKILL})
"""Tables whose names are those of the owner's own folders and files."""
COLUMNS = (
    "calls",
    "input_tokens",
    "cache_write_tokens",
    "cache_read_tokens",
    "output_tokens",
    "list_price_usd",
    "without_price",
    "first_utc",
    "last_utc",
)
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""Beginnings of a cell that a spreadsheet runs as a formula (OWASP, CSV injection); an apostrophe goes before them."""


def print_usage(console: Console, view: View, by: By, rows: Sequence[Usage]) -> None:
    """The table with its total, and what its names are."""
    if by in LOCAL:
        say(console, f"These names are local labels of your machine ({by.value}s): do not paste them.", style="bold")
    print_rows(
        console,
        f"\nUsage by {by.value} ({view.zone}), in tokens; writes and reads are those of the cache",
        (HEADS[by], "Calls", "Input", "Writes", "Reads", "Output", "List price"),
        [_cells(row, row.name) for row in rows] + [_cells(view.usage, "Total")],
    )
    notes = ["A call counts on the day on which its answer began; weeks begin on Monday." if by in IN_TIME else ""]
    notes += [
        f"{plural(view.usage.unpriced, 'call')} of no known price, which count nothing." if view.usage.unpriced else ""
    ]
    say(console, " ".join(note for note in (*notes, NOT_A_BILL) if note), style="dim")


def _cells(row: Usage, name: str) -> tuple[str, ...]:
    price = "no price" if row.calls and row.unpriced == row.calls else money(row.cost_usd)
    return (name, n(row.calls), *map(n, row.tokens), price)


def usage_json(view: View, by: By, rows: Sequence[Usage]) -> dict[str, Any]:
    """The table as one object."""
    return {
        "by": by.value,
        "timezone": view.zone,
        "since": None if view.span.since is None else view.span.since.isoformat(),
        "until": None if view.span.until is None else view.span.until.isoformat(),
        "rows": [{"name": row.name} | _values(row) for row in rows],
        "total": _values(view.usage),
    }


def usage_csv(by: By, rows: Sequence[Usage]) -> str:
    """The table as CSV with a head, without the total. Cells cannot be formulas."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow((by.value, *COLUMNS))
    writer.writerows((_no_formula(row.name), *_values(row).values()) for row in rows)
    return out.getvalue()


def _no_formula(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def _values(row: Usage) -> dict[str, Any]:
    """By column: counts, USD at list price, and when the first and the last answer began."""
    values = (
        row.calls,
        *row.tokens,
        round(row.cost_usd, 4),
        row.unpriced,
        *(_stamp(row.first), _stamp(row.last)),
    )
    return dict(zip(COLUMNS, values, strict=True))


def _stamp(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds").replace("+00:00", "Z")
