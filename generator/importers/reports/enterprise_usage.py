"""Analytics API usage reports: tokens by product, user and model, of Enterprise organizations.

Where
    Saved answers of `GET /v1/organizations/analytics/usage_report`, `.../user_usage_report`, and of their successor
    `.../usage` (since August 2026, for API organizations too): one page a file, pages as lines, or a list of pages
    (Anthropic docs).
Which records
    A bucket for each interval and group, or each user. A user's row states no interval unless a width was asked for;
    then the file's name must state the range. Groups of users overlap: rows split by them are not read.
Units
    Tokens and API requests. `uncached_input_tokens` holds no cache tokens. `data_refreshed_at` dates the report:
    figures are revised for 30 days, and the later report replaces the earlier one.
Never read
    Names and e-mails where there is an id; the id leaves as a pseudonym.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import BinaryIO

from generator.importers.base import Importer
from generator.importers.fold import Extract
from generator.importers.guide import Guide, Verified
from generator.importers.reports.periods import named
from generator.importers.reports.rows import by_product, read_report, tokens
from generator.records.rows import Surface

_HAS = re.compile(rb'"uncached_input_tokens"\s*:')
_HERE = re.compile(rb'"(?:product|data_refreshed_at|total_tokens)"\s*:')


def sniff(_path: Path, head: bytes) -> bool:
    """Uncached input beside a product, a refresh time or a total?"""
    return bool(_HAS.search(head) and _HERE.search(head))


def read(stream: BinaryIO, path: Path, index: int, key: bytes) -> Extract:
    """Read one open file, the `index`-th of its evidence."""
    return read_report(
        stream, index, key, report=ENTERPRISE_USAGE.id, figures=tokens, surface=by_product, period=named(path.name)
    )


ENTERPRISE_USAGE = Importer(
    id="enterprise-usage",
    title="Usage reports of the Analytics API",
    how="Ask /v1/organizations/analytics/usage_report or user_usage_report with an Analytics API key and save each "
    "page of the answer, one a line.",
    surface=Surface.ENTERPRISE,
    sniff=sniff,
    read=read,
    guide=Guide(
        where="The service keeps it; the Primary Owner of an Enterprise organization can ask for it.",
        get=(
            "On claude.ai, open Analytics, then API keys, switch the Analytics API on and create a key.",
            "Ask https://api.anthropic.com/v1/organizations/analytics/usage_report (over time) or user_usage_report "
            "(by user) with the header x-api-key, and with starting_at, ending_at, bucket_width=1d and "
            "group_by[]=product and model.",
            "While an answer says has_more, ask again with page set to next_page. Append every answer as one line to "
            "one file.",
            "If you ask by user without bucket_width, the answer does not say which days it covers: put them into the "
            "file's name, as in user-usage-2026-03-01-to-2026-03-31.json.",
        ),
        shows=(
            "Tokens and requests of every surface: chat, Claude Code, Cowork and others, by user and model.",
            "Whether use that nobody remembers came from another person, product or automation.",
        ),
        hides=(
            "No single call, so nothing about causes.",
            "On seat-based plans only use beyond the seats (usage credits) is counted, not the whole.",
            "Figures are revised for 30 days, and are incomplete after data_refreshed_at: a report asked for again "
            "replaces the earlier one.",
            "At most the 100 largest groups of an interval are listed, with no row for the rest: a sum over many "
            "groups can be too low.",
            "The report by user leaves out use that belongs to no user. It and the report over time count the same "
            "tokens.",
            "A user can be in several groups of users; rows by such groups cannot be added, and are not read here.",
        ),
        private="Names, e-mails and ids of colleagues. They leave as a pseudonym; ask before you share such a report.",
        verified=Verified.DOCUMENTED,
        sources=(
            "https://support.claude.com/en/articles/13703965-claude-enterprise-analytics-api-reference-guide",
            "https://platform.claude.com/docs/en/api/admin/usage_report",
            "https://platform.claude.com/docs/en/manage-claude/usage-cost-analytics-api",
        ),
    ),
    reports=True,
    spelling=(b'"uncached_input_tokens"', b'"product"', b'"data_refreshed_at"', b'"requests"', b'"actor"'),
)
