"""Spend report of a Team or Enterprise organization: requests, tokens and cost of each person, as a CSV file.

Where
    The button "Export Spend Report" under Analytics on claude.ai (support article 12883420, which names the fields; the
    exact header is taken from what open-source readers expect, and other spellings of the same names are understood).
Which records
    A bucket for each row: person, product and model over the whole range of the export. The rows do not state the
    range. It is read from columns, if somebody added them, else from the file's name; without either no row is used.
Units
    `total_prompt_tokens` includes cache reads and writes: it is no uncached input and becomes `mixed_tokens`. Newer
    files have uncached input, reads and writes apart, which are read instead. Costs are USD; net spend, else gross.
Never read
    E-mails, account ids and channels, which leave as one pseudonym.
"""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import BinaryIO

from generator.importers.base import Importer, SkipLineError
from generator.importers.fold import Extract
from generator.importers.guide import Guide, Verified
from generator.importers.reports.names import displayed_model, group, grouping, surface
from generator.importers.reports.periods import Period, days, named
from generator.importers.reports.tables import read_table, split_by, stated, total
from generator.importers.rows import RowResult
from generator.importers.tables import Row, header, number
from generator.records.rows import SkipReason, SourceRef, Surface, UsageBucket

NET, GROSS = "net_spend", "gross_spend"
PROMPT = "prompt"  # kinds of token in `mixed_tokens`: all that was read, from the cache or not
WRITES = ("cache_write_5m_tokens", "cache_write_1h_tokens")
COLUMNS = {
    "product": "product",
    "email": "user",
    "account_uuid": "account",
    "user_id": "id",
    "slack_channel_id": "slack",
    "teams_channel_id": "teams",
}
"""From column to its name in a grouping."""
ALIASES = {"user_email": "email", "user": "email", "request_count": "requests"}
STARTS, ENDS = ("start_date", "period_start"), ("end_date", "period_end")
_BETWEEN = re.compile(r"[^a-z0-9]+")


def _plain(name: str) -> str:
    """A column's name in one spelling: "Total net spend (USD)" and `total_net_spend_usd` are `net_spend`."""
    name = _BETWEEN.sub("_", name.lower()).strip("_").removeprefix("total_").removesuffix("_usd")
    return ALIASES.get(name, name)


def sniff(_path: Path, head: bytes) -> bool:
    """A header with a product, a person and a spend?"""
    names = {_plain(name) for name in header(head)}
    return "product" in names and bool(names & {NET, GROSS}) and bool(names & {"email", "account_uuid"})


def take(row: Row, source: SourceRef, *, period: Period | None, key: bytes) -> RowResult:
    """The bucket of one row."""
    row = {_plain(name): text for name, text in row.items()}
    start, end = _period(row, period)
    model, rest = displayed_model(row.get("model", ""))
    names, values = split_by(row, COLUMNS)
    net = number(row.get(NET, ""))
    cost = number(row.get(GROSS, "")) if net is None else net
    requests, output = total(row, ("requests",)), total(row, ("completion_tokens",))
    mixes = [PROMPT] if "prompt_tokens" in row and "uncached_input_tokens" not in row else []  # the same for all rows
    stated(cost, requests, output)
    return RowResult(
        "person-range",
        buckets=(
            UsageBucket(
                report=SPEND_CSV.id,
                start=start,
                end=end,
                surface=surface(row.get("product")),
                model=model,
                group=group((*values, rest), key),
                grouping=grouping(("model", *names, *mixes), start, end),
                source=source,
                requests=requests,
                input_tokens=total(row, ("uncached_input_tokens",)),
                cache_read_tokens=total(row, ("cache_read_tokens",)),
                cache_write_tokens=total(row, WRITES),
                output_tokens=output,
                mixed_tokens=total(row, ("prompt_tokens",)) if mixes else None,
                cost_usd=cost,
            ),
        ),
    )


def _period(row: Row, period: Period | None) -> Period:
    first = next((row[name] for name in STARTS if row.get(name)), "")
    last = next((row[name] for name in ENDS if row.get(name)), "")
    if first and last:
        return days(first, last)
    if period is None:
        raise SkipLineError(SkipReason.NO_TIME)
    return period


def read(stream: BinaryIO, path: Path, index: int, key: bytes) -> Extract:
    """Read one open file, the `index`-th of its evidence."""
    return read_table(stream, index, SPEND_CSV.id, partial(take, period=named(path.name), key=key))


SPEND_CSV = Importer(
    id="spend-csv",
    title="Spend report of a Team or Enterprise plan (CSV)",
    how="On claude.ai, open Analytics, press Export Spend Report, and leave the file's name as it is: only the name "
    "says which days it covers.",
    surface=Surface.ENTERPRISE,
    sniff=sniff,
    read=read,
    guide=Guide(
        where="Under Analytics on claude.ai, for owners of a Team or Enterprise organization.",
        get=(
            "On claude.ai, click your initials in the lower left corner and choose Analytics.",
            "Scroll to Spend and press Export Spend Report.",
            "Choose a range. For comparison with other logs choose Custom and a single day, one file a day: a file "
            "gives only sums over its whole range.",
            "Press Download and leave the file's name as it is, for only the name states the range. If yours does "
            "not, rename it to spend-report-2026-03-01-to-2026-03-31.csv; both days are included.",
        ),
        shows=(
            "Requests, output tokens and cost of each person, product and model over the range.",
            "In newer files also uncached input, cache reads and cache writes.",
        ),
        hides=(
            "Prompt tokens include everything that was read from the cache, at a tenth of the price. They are not "
            "uncached input; a file that has only this column gives a mix, which is compared with nothing.",
            "The whole range is one row. When in it something happened cannot be told.",
            "On seat-based plans only spend beyond the seats is in it.",
            "Net spend is after discounts and credits, gross spend before: two views of the same use, not two amounts.",
            "Files of overlapping ranges state the same use again and must not be added.",
        ),
        private="E-mails and account ids of colleagues, and what they cost. Names leave as a pseudonym; amounts leave "
        "as they are.",
        verified=Verified.THIRD_PARTY,
        sources=("https://support.claude.com/en/articles/12883420-usage-analytics-for-team-and-enterprise-plans",),
    ),
    reports=True,
    spelling=(b"account_uuid", b"total_net_spend_usd", b"total_requests", b"total_prompt_tokens", b"product"),
)
