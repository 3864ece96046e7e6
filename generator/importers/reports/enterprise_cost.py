"""Analytics API cost reports: charges by product, user and model, of Enterprise organizations.

Where
    Saved answers of `GET /v1/organizations/analytics/cost_report`, `.../user_cost_report`, and of their successor
    `.../cost` (since August 2026, for API organizations too): one page a file, pages as lines, or a list of pages
    (Anthropic docs).
Which records
    A bucket for each interval and group, or each user, with a cost and, where it is stated, the requests. A user's row
    states no interval unless a width was asked for; then the file's name must state the range. Groups of users overlap:
    rows split by them are not read.
Units
    `amount` is a text with cents, fractions included, after discounts and before credits. `list_amount`, before
    discounts, is not read. `data_refreshed_at` dates the report; the later one replaces the earlier.
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
from generator.importers.reports.rows import by_product, cost, read_report
from generator.records.rows import Surface

_HAS = re.compile(rb'"amount"\s*:')
_HERE = re.compile(rb'"(?:product|list_amount|data_refreshed_at)"\s*:')
_ELSEWHERE = re.compile(rb'"(?:uncached_input_tokens|estimated_cost)"\s*:')


def sniff(_path: Path, head: bytes) -> bool:
    """Amounts beside a product, a list price or a refresh time?"""
    return bool(_HAS.search(head) and _HERE.search(head)) and not _ELSEWHERE.search(head)


def read(stream: BinaryIO, path: Path, index: int, key: bytes) -> Extract:
    """Read one open file, the `index`-th of its evidence."""
    return read_report(
        stream, index, key, report=ENTERPRISE_COST.id, figures=cost, surface=by_product, period=named(path.name)
    )


ENTERPRISE_COST = Importer(
    id="enterprise-cost",
    title="Cost reports of the Analytics API",
    how="Ask /v1/organizations/analytics/cost_report or user_cost_report with an Analytics API key and save each page "
    "of the answer, one a line.",
    surface=Surface.ENTERPRISE,
    sniff=sniff,
    read=read,
    guide=Guide(
        where="The service keeps it; the Primary Owner of an Enterprise organization can ask for it.",
        get=(
            "On claude.ai, open Analytics, then API keys, switch the Analytics API on and create a key.",
            "Ask https://api.anthropic.com/v1/organizations/analytics/cost_report (over time) or user_cost_report (by "
            "user) with the header x-api-key, and with starting_at, ending_at, bucket_width=1d and group_by[]=product "
            "and model.",
            "While an answer says has_more, ask again with page set to next_page. Append every answer as one line to "
            "one file.",
            "If you ask by user without bucket_width, the answer does not say which days it covers: put them into the "
            "file's name, as in user-cost-2026-03-01-to-2026-03-31.json.",
        ),
        shows=(
            "What each product, user and model cost on each UTC day, after discounts and before credits.",
            "Whether a bill that nobody expects came from one person, one product or one model.",
        ),
        hides=(
            "The amounts are cents, written as text. Read as dollars they are a hundred times too high.",
            "No single call, so nothing about causes.",
            "On seat-based plans only use beyond the seats (usage credits) is in it.",
            "Amounts are revised for 30 days: a report asked for again replaces the earlier one.",
            "At most the 100 largest groups of an interval are listed, with no row for the rest.",
            "The report by user and the report over time state the same money; they must not be added.",
            "A user can be in several groups of users; rows by such groups cannot be added, and are not read here.",
        ),
        private="Names, e-mails and ids of colleagues, and what they cost. Names leave as a pseudonym; amounts leave "
        "as they are.",
        verified=Verified.DOCUMENTED,
        sources=(
            "https://support.claude.com/en/articles/13703965-claude-enterprise-analytics-api-reference-guide",
            "https://platform.claude.com/docs/en/api/http/beta/organization/analytics/user_cost_report.md",
            "https://platform.claude.com/docs/en/api/go/beta/organization/analytics/cost",
        ),
    ),
    reports=True,
    spelling=(b'"amount"', b'"list_amount"', b'"product"', b'"data_refreshed_at"', b'"actor"'),
)
