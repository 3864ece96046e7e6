"""Admin API cost report: what an API organization was charged, by day.

Where
    Saved answers of `GET /v1/organizations/cost_report`, which an Admin API key may ask: one page a file, pages as
    lines, or a list of pages (Anthropic docs, "Get Cost Report").
Which records
    A bucket for each day and group, with a cost and nothing else. Grouped by description, each kind of token and each
    other charge (web search, code execution) is a row of its own.
Units
    `amount` is a text with cents, fractions included: "123.45" is 1.23 USD. The documentation tells, not the size.
Never read
    `description` and workspace ids, which leave as one pseudonym a group.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import BinaryIO

from generator.importers.base import Importer
from generator.importers.fold import Extract
from generator.importers.guide import Guide, Verified
from generator.importers.reports.rows import cost, of_api, read_report
from generator.records.rows import Surface

_HAS = re.compile(rb'"amount"\s*:')
_RESULTS = re.compile(rb'"results"\s*:\s*\[')
_ELSEWHERE = re.compile(rb'"(?:product|list_amount|data_refreshed_at|uncached_input_tokens|estimated_cost)"\s*:')


def sniff(_path: Path, head: bytes) -> bool:
    """Results with amounts, and nothing that only the Analytics API states?"""
    return bool(_HAS.search(head) and _RESULTS.search(head)) and not _ELSEWHERE.search(head)


def read(stream: BinaryIO, _path: Path, index: int, key: bytes) -> Extract:
    """Read one open file, the `index`-th of its evidence."""
    return read_report(stream, index, key, report=ADMIN_COST.id, figures=cost, surface=of_api)


ADMIN_COST = Importer(
    id="admin-cost",
    title="Cost report of the Admin API",
    how="Ask /v1/organizations/cost_report with an Admin API key and save each page of the answer, one a line.",
    surface=Surface.API,
    sniff=sniff,
    read=read,
    guide=Guide(
        where="The service keeps it; an administrator of the API organization can ask for it.",
        get=(
            "In the Claude Console, open Settings, then Admin keys, and make an Admin API key.",
            "Ask https://api.anthropic.com/v1/organizations/cost_report with the headers x-api-key and "
            "anthropic-version: 2023-06-01, and with starting_at, ending_at and group_by[]=description, which names "
            "the model and the kind of token.",
            "While an answer says has_more, ask again with page set to next_page. Append every answer as one line to "
            "one file.",
            "Delete the key when you are done.",
        ),
        shows=(
            "What was charged on each UTC day, by model and kind of token.",
            "Charges that are not for tokens at all.",
        ),
        hides=(
            "The amounts are cents, written as text. Read as dollars they are a hundred times too high.",
            "Only days; no tokens and no calls, so a price can be checked only beside the usage report.",
            "Pages asked with and without group_by state the same money twice: they must not be added.",
            "Use on the priority tier is billed elsewhere and is not in this report.",
        ),
        private="Workspace ids and what you pay. Ids leave as a pseudonym; amounts leave as they are.",
        verified=Verified.DOCUMENTED,
        sources=(
            "https://platform.claude.com/docs/en/api/admin/cost_report/retrieve",
            "https://platform.claude.com/docs/manage-claude/usage-cost-api",
        ),
    ),
    reports=True,
    spelling=(b'"results"', b'"amount"', b'"currency"', b'"cost_type"', b'"token_type"'),
)
