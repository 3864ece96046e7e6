"""Console usage export: tokens of an API organization by UTC day, as a CSV file.

Where
    The export button on the Usage page of the Claude Console. The columns are not documented; they are taken from what
    several open-source readers of such files expect.
Which records
    A bucket for each row: day, model, key, workspace, kind, size of the window and, in newer files, region and speed.
    Files of 2025 have one column of cache writes; newer ones have two, by lifetime; the old one is not added.
Units
    Tokens. `usage_input_tokens_no_cache` holds no cache tokens. `usage_date_utc` is a UTC
    day, and an hour where one day was exported.
Never read
    `api_key` is the key's name, not its id. It leaves with the workspace as one pseudonym.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, BinaryIO

from generator.importers.base import Importer
from generator.importers.fold import Extract
from generator.importers.guide import Guide, Verified
from generator.importers.reports.console import DAY, read_export
from generator.importers.reports.tables import has_columns, total
from generator.importers.tables import Row
from generator.records.rows import Surface

UNCACHED = "usage_input_tokens_no_cache"
WRITES = ("usage_input_tokens_cache_write_5m", "usage_input_tokens_cache_write_1h")
OLD_WRITES = ("usage_input_tokens_cache_write",)
COLUMNS = {
    "api_key": "key",
    "workspace": "workspace",
    "usage_type": "type",
    "context_window": "context",
    "inference_geo": "geo",
    "speed": "speed",
}
"""From column to its name in a grouping."""


def sniff(_path: Path, head: bytes) -> bool:
    """A header of this export?"""
    return has_columns(head, DAY, UNCACHED)


def figures(row: Row) -> dict[str, Any]:
    """What a row states; a file of 2025 has one column of cache writes."""
    written = total(row, WRITES)
    return {
        "input_tokens": total(row, (UNCACHED,)),
        "cache_read_tokens": total(row, ("usage_input_tokens_cache_read",)),
        "cache_write_tokens": total(row, OLD_WRITES) if written is None else written,
        "output_tokens": total(row, ("usage_output_tokens",)),
    }


def read(stream: BinaryIO, _path: Path, index: int, key: bytes) -> Extract:
    """Read one open file, the `index`-th of its evidence."""
    return read_export(
        stream, index, report=CONSOLE_USAGE_CSV.id, model="model_version", columns=COLUMNS, figures=figures, key=key
    )


CONSOLE_USAGE_CSV = Importer(
    id="console-usage-csv",
    title="Usage export of the Console (CSV)",
    how="In the Claude Console, open Usage, choose the days and press the export button.",
    surface=Surface.API,
    sniff=sniff,
    read=read,
    guide=Guide(
        where="On the Usage page of the Claude Console, for people with the role Developer, Billing or Admin.",
        get=(
            "Open the Claude Console and choose Usage in the menu on the left.",
            "Choose All workspaces, All models and All keys, and the month or days you want.",
            "Press the export button and keep the CSV file as it is; a spreadsheet may rewrite dates and numbers.",
        ),
        shows=(
            "Tokens of each UTC day (of each hour, where one day was exported), model and API key, split into uncached "
            "input, cache writes, cache reads and output.",
            "Whether your own logs miss calls, or count some twice.",
        ),
        hides=(
            "Days are UTC days: an evening in America belongs to the next day.",
            "No requests, no single call and no cost; the cost has an export of its own.",
            "A key is given by its name. Two keys of one name have rows that look alike and are still two.",
            "The first bytes may be an invisible mark, with which a plain reader loses the first column.",
            "The file counts the same tokens as the usage report of the Admin API: the two must not be added.",
        ),
        private="Names of API keys and workspaces. They leave as a pseudonym.",
        verified=Verified.REAL_FILES,
        tried="Rows of 4 exports that public files quote, of June 2025 and March 2026: those by day and the one "
        "by hour are read.",
        sources=("https://support.claude.com/en/articles/9534590-cost-and-usage-reporting-in-the-claude-console",),
    ),
    reports=True,
    spelling=(b"usage_date_utc", b"model_version", b"usage_input_tokens_no_cache", b"usage_output_tokens"),
)
