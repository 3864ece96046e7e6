"""Console cost export: what an API organization was charged by UTC day, as a CSV file.

Where
    The export button on the Cost page of the Claude Console. The columns are not documented; they are taken from what
    several open-source readers of such files expect.
Which records
    A bucket for each row: day, model, workspace, key, kind of use and kind of token. The oldest files end with
    `cost_usd`; `context_window`, `cost_type`, `list_price_usd`, region, speed and the key's id came later.
Units
    `cost_usd` is USD, not cents. `list_price_usd`, before discounts, is not read. Models stand under their display
    names ("Claude Opus 4.6"). `usage_date_utc` is a UTC
    day, and an hour where one day was exported.
Never read
    Names and ids of keys and workspaces, which leave as one pseudonym.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, BinaryIO

from generator.importers.base import Importer
from generator.importers.fold import Extract
from generator.importers.guide import Guide, Verified
from generator.importers.reports.console import DAY, read_export
from generator.importers.reports.tables import has_columns
from generator.importers.tables import Row, number
from generator.records.rows import Surface

COST = "cost_usd"
COLUMNS = {
    "workspace": "workspace",
    "api_key": "key",
    "api_key_id": "id",
    "usage_type": "type",
    "context_window": "context",
    "token_type": "token",
    "cost_type": "cost",
    "inference_geo": "geo",
    "speed": "speed",
}
"""From column to its name in a grouping. A key's status is none: it changes, and the row stays the same."""


def sniff(_path: Path, head: bytes) -> bool:
    """A header of this export?"""
    return has_columns(head, DAY, COST)


def figures(row: Row) -> dict[str, Any]:
    """What a row states."""
    return {"cost_usd": number(row.get(COST, ""))}


def read(stream: BinaryIO, _path: Path, index: int, key: bytes) -> Extract:
    """Read one open file, the `index`-th of its evidence."""
    return read_export(
        stream, index, report=CONSOLE_COST_CSV.id, model="model", columns=COLUMNS, figures=figures, key=key
    )


CONSOLE_COST_CSV = Importer(
    id="console-cost-csv",
    title="Cost export of the Console (CSV)",
    how="In the Claude Console, open Cost, choose the days and press the export button.",
    surface=Surface.API,
    sniff=sniff,
    read=read,
    guide=Guide(
        where="On the Cost page of the Claude Console, for people with the role Developer, Billing or Admin.",
        get=(
            "Open the Claude Console and choose Cost in the menu on the left.",
            "Choose All workspaces and the month or days you want.",
            "Press the export button and keep the CSV file as it is; a spreadsheet may rewrite dates and numbers.",
        ),
        shows=(
            "What was charged on each UTC day (in each hour, where one day was exported), by model, key and kind of "
            "token: cache writes can be told from the rest.",
        ),
        hides=(
            "The amounts are dollars; those of the cost report of the Admin API are cents.",
            "One model has a row for each kind of token. They are parts, no doubles.",
            "No tokens: a price can be checked only beside the usage export.",
            "list_price_usd is the amount before discounts. It states the same use again and must not be added.",
            "Days are UTC days. Amounts are rounded to cents, so small rows may say zero.",
        ),
        private="Names and ids of API keys, names of workspaces, and what you pay. Names leave as a pseudonym; "
        "amounts leave as they are.",
        verified=Verified.THIRD_PARTY,
        sources=("https://support.claude.com/en/articles/9534590-cost-and-usage-reporting-in-the-claude-console",),
    ),
    reports=True,
    spelling=(b"usage_date_utc", b"cost_usd", b"token_type", b"usage_type", b"workspace"),
)
