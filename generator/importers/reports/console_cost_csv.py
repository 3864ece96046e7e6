"""Console cost export: what an API organization was charged by UTC day, as a CSV file.

Where
    The export button on the Cost page of the Claude Console. The columns are not documented; they are taken from what
    several open-source readers of such files expect.
Which records
    A bucket for each row: day, model, workspace, key, kind of use and kind of token. The oldest files end with
    `cost_usd`; `context_window`, `cost_type`, `list_price_usd`, region, speed and the key's id came later.
Units
    `cost_usd` is USD, not cents. `list_price_usd`, before discounts, is not read. Models stand under their display
    names ("Claude Opus 4.6"). `usage_date_utc` is a UTC day.
Never read
    Names and ids of keys and workspaces, which leave as one pseudonym.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import BinaryIO

from generator.importers.base import Importer
from generator.importers.fold import Extract
from generator.importers.guide import Guide, Verified
from generator.importers.reports.names import displayed_model, group, grouping
from generator.importers.reports.periods import utc_day
from generator.importers.reports.tables import Namesakes, has_columns, read_table, split_by, stated
from generator.importers.rows import RowResult
from generator.importers.tables import Row, number
from generator.records.rows import SourceRef, Surface, UsageBucket

DAY, COST = "usage_date_utc", "cost_usd"
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


def take(row: Row, source: SourceRef, *, namesakes: Namesakes, key: bytes) -> RowResult:
    """The bucket of one row."""
    start, end = utc_day(row.get(DAY, ""))
    model, rest = displayed_model(row.get("model", ""))
    names, values = split_by(row, COLUMNS)
    cost = number(row.get(COST, ""))
    stated(cost)
    place = namesakes.place((start, model, rest, *values), (cost,))
    return RowResult(
        "day",
        buckets=(
            UsageBucket(
                report=CONSOLE_COST_CSV.id,
                start=start,
                end=end,
                surface=Surface.API,
                model=model,
                group=group((*values, rest, place), key),
                grouping=grouping(("model", *names), start, end),
                source=source,
                cost_usd=cost,
            ),
        ),
    )


def read(stream: BinaryIO, _path: Path, index: int, key: bytes) -> Extract:
    """Read one open file, the `index`-th of its evidence."""
    return read_table(stream, index, CONSOLE_COST_CSV.id, partial(take, namesakes=Namesakes(), key=key))


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
            "What was charged on each UTC day, by model, key and kind of token: cache writes can be told from the "
            "rest.",
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
