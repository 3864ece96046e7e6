"""Admin API usage report: tokens of an API organization by minute, hour or day, as the service counted them.

Where
    Saved answers of `GET /v1/organizations/usage_report/messages`, which an Admin API key may ask: one page a file,
    pages as lines, or a list of pages (Anthropic docs, "Get Messages Usage Report").
Which records
    A bucket for each interval and group. An interval without use has an empty `results`. Which `group_by` was asked for
    is told from the dimensions that are not null in the pages that follow each other.
Units
    Tokens. `uncached_input_tokens` holds no cache tokens; cache writes are the 5-minute and 1-hour counts together.
    Times are UTC, the end is excluded.
Never read
    Ids of keys, workspaces and accounts, which leave as one pseudonym a group; `next_page`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import BinaryIO

from generator.importers.base import Importer
from generator.importers.fold import Extract
from generator.importers.guide import Guide, Verified
from generator.importers.reports.rows import of_api, read_report, tokens
from generator.records.rows import Surface

_HAS = re.compile(rb'"uncached_input_tokens"\s*:')
_RESULTS = re.compile(rb'"results"\s*:\s*\[')
_ELSEWHERE = re.compile(rb'"(?:product|data_refreshed_at|total_tokens)"\s*:')  # the Analytics API has these


def sniff(_path: Path, head: bytes) -> bool:
    """Results with uncached input, and nothing that only the Analytics API states?"""
    return bool(_HAS.search(head) and _RESULTS.search(head)) and not _ELSEWHERE.search(head)


def read(stream: BinaryIO, _path: Path, index: int, key: bytes) -> Extract:
    """Read one open file, the `index`-th of its evidence."""
    return read_report(stream, index, key, report=ADMIN_USAGE.id, figures=tokens, surface=of_api)


ADMIN_USAGE = Importer(
    id="admin-usage",
    title="Usage report of the Admin API",
    how="Ask /v1/organizations/usage_report/messages with an Admin API key and save each page of the answer, one a "
    "line.",
    surface=Surface.API,
    sniff=sniff,
    read=read,
    guide=Guide(
        where="The service keeps the counts; an administrator of the API organization can ask for them. Personal "
        "accounts without an organization have no such report.",
        get=(
            "In the Claude Console, open Settings, then Admin keys, and make an Admin API key.",
            "Ask https://api.anthropic.com/v1/organizations/usage_report/messages with the headers x-api-key and "
            "anthropic-version: 2023-06-01, and with starting_at, ending_at, bucket_width (1d, 1h or 1m) and "
            "group_by[] (model first of all).",
            "While an answer says has_more, ask again with page set to next_page. Append every answer as one line to "
            "one file: the pages of one question belong together.",
            "Delete the key when you are done.",
        ),
        shows=(
            "What the service counted: uncached input, cache writes, cache reads and output, for every client that "
            "used the organization's keys.",
            "Whether your own logs miss calls, or count some twice.",
        ),
        hides=(
            "No single call, so nothing about causes.",
            "Pages asked with different group_by, or with different widths, count the same tokens again: they must "
            "not be added. They are kept apart here, and one of them is compared.",
            "A dimension is null where it was not asked for, and also where there is none: usage in the default "
            "workspace or in the Console itself.",
            "A filter (one model, one key) is not stated in the answer; a filtered page looks like a whole one.",
            "The newest minutes still grow. A report that was asked for again replaces the earlier one.",
            "Since August 2026 the documentation calls this report old; its successor is read too, as the usage "
            "report of the Analytics API.",
        ),
        private="Ids of API keys, workspaces and accounts. They leave as a pseudonym.",
        verified=Verified.DOCUMENTED,
        sources=(
            "https://platform.claude.com/docs/en/api/admin/usage_report/retrieve_messages",
            "https://platform.claude.com/docs/manage-claude/usage-cost-api",
        ),
    ),
    reports=True,
    spelling=(b'"results"', b'"uncached_input_tokens"', b'"starting_at"', b'"cache_creation"', b'"api_key_id"'),
)
