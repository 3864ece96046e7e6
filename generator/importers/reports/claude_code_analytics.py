"""Claude Code Analytics API: tokens and estimated cost of each person a day, model by model.

Where
    Saved answers of `GET /v1/organizations/usage_report/claude_code`, which an Admin API key may ask for one UTC day
    at a time: one page a file, pages as lines, or a list of pages (Anthropic docs, "Get Claude Code Usage Report").
Which records
    A row for each person or key, terminal, kind of customer and place (remote or not); one person has several, and
    their sum is right. Each model of a row becomes a bucket.
Units
    Tokens; `input` is taken as uncached, since cache reads and writes stand beside it. `estimated_cost.amount` is a
    number of cents (the cost report writes cents as text). `date` is a UTC day.
Never read
    Lines of code, commits, tool actions. E-mails, names of keys and terminals leave as one pseudonym a row.
"""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import BinaryIO

import msgspec
from msgspec import Struct

from generator.importers.base import LARGEST_COUNT, Importer, SkipLineError
from generator.importers.fold import Extract
from generator.importers.guide import Guide, Verified
from generator.importers.reports.names import group, grouping, model
from generator.importers.reports.pages import Page, read_pages
from generator.importers.reports.periods import utc_day
from generator.importers.reports.rows import dollars
from generator.importers.rows import RowResult
from generator.records.rows import SkipReason, SourceRef, Surface, UsageBucket

DIMENSIONS = ("model", "user", "terminal", "customer", "remote")
PERSON_DAY, NO_MODEL = "person-day", "person-day-without-tokens"

_HAS = re.compile(rb'"model_breakdown"\s*:\s*\[')
_HERE = re.compile(rb'"(?:core_metrics|terminal_type|customer_type|estimated_cost)"\s*:')


class Actor(Struct, gc=False, frozen=True):
    """A person, or an API key by its name."""

    email_address: str | None = None
    api_key_name: str | None = None


class Tokens(Struct, gc=False, frozen=True):
    """Tokens of one model."""

    input: int | None = None
    output: int | None = None
    cache_read: int | None = None
    cache_creation: int | None = None


class Cost(Struct, gc=False, frozen=True):
    """Cents, as a number."""

    amount: float | str | None = None
    currency: str | None = None


class Breakdown(Struct, gc=False, frozen=True):
    """One model of a row."""

    model: str = ""
    tokens: Tokens | None = None
    estimated_cost: Cost | None = None


class Row(Struct, frozen=True):
    """One row of the report."""

    date: str = ""
    actor: Actor | None = None
    organization_id: str | None = None
    customer_type: str | None = None
    subscription_type: str | None = None
    terminal_type: str | None = None
    is_remote: bool | None = None
    model_breakdown: list[Breakdown] = []


_decode = msgspec.json.Decoder(Row).decode


def sniff(_path: Path, head: bytes) -> bool:
    """Models of a person's day?"""
    return bool(_HAS.search(head) and _HERE.search(head))


def take(raw: bytes, source: SourceRef, page: Page, *, key: bytes) -> RowResult:
    """The buckets of one row, a model each."""
    row = _decode(raw)
    actor = row.actor or Actor()
    start, end = utc_day(row.date)
    names = (
        row.organization_id or "",
        "user" if actor.email_address else "key",
        actor.email_address or actor.api_key_name or "",
        row.terminal_type or "",
        row.customer_type or "",
        row.subscription_type or "",
        "" if row.is_remote is None else str(row.is_remote),
    )
    return RowResult(
        PERSON_DAY if row.model_breakdown else NO_MODEL,
        buckets=tuple(
            UsageBucket(
                report=CLAUDE_CODE_ANALYTICS.id,
                start=start,
                end=end,
                surface=Surface.CLAUDE_CODE,
                model=model(part.model)[0],
                group=group((*names, model(part.model)[1]), key),
                grouping=grouping(DIMENSIONS, start, end),
                as_of=page.as_of,
                source=source,
                input_tokens=_count(tokens.input),
                cache_read_tokens=_count(tokens.cache_read),
                cache_write_tokens=_count(tokens.cache_creation),
                output_tokens=_count(tokens.output),
                cost_usd=_cost(part.estimated_cost),
            )
            for part in row.model_breakdown
            for tokens in (part.tokens or Tokens(),)
        ),
    )


def _count(value: int | None) -> int | None:
    return None if value is None else int(_amount(value))


def _cost(cost: Cost | None) -> float | None:
    usd = dollars(cost.amount, cost.currency) if cost else None
    return None if usd is None else _amount(usd)


def _amount(value: float) -> float:
    if value < 0:
        raise SkipLineError(SkipReason.NEGATIVE_COUNT)
    if value > LARGEST_COUNT:
        raise SkipLineError(SkipReason.BAD_FIELD)
    return value


def _dimensions(_raw: bytes) -> frozenset[str]:
    """The report has one grouping and needs none told."""
    return frozenset()


def read(stream: BinaryIO, _path: Path, index: int, key: bytes) -> Extract:
    """Read one open file, the `index`-th of its evidence."""
    return read_pages(stream, index, CLAUDE_CODE_ANALYTICS.id, partial(take, key=key), _dimensions)


CLAUDE_CODE_ANALYTICS = Importer(
    id="claude-code-analytics",
    title="Claude Code Analytics report",
    how="Ask /v1/organizations/usage_report/claude_code with an Admin API key, one UTC day at a time, and save each "
    "page of the answer, one a line.",
    surface=Surface.CLAUDE_CODE,
    sniff=sniff,
    read=read,
    guide=Guide(
        where="The service keeps it; an administrator of the organization can ask for it.",
        get=(
            "In the Claude Console, open Settings, then Admin keys, and make an Admin API key.",
            "Ask https://api.anthropic.com/v1/organizations/usage_report/claude_code with the headers x-api-key and "
            "anthropic-version: 2023-06-01, and with starting_at=2026-03-02 (one UTC day) and limit=1000.",
            "While an answer says has_more, ask again with page set to next_page; then go on with the next day. "
            "Append every answer as one line to one file.",
            "The dashboard's own CSV download has no tokens and is not read.",
        ),
        shows=(
            "Tokens of each person, model and day in Claude Code, as the service counted them, to set beside "
            "transcripts.",
            "The service's own estimate of what they cost.",
        ),
        hides=(
            "One person has a row for each terminal and kind of customer. They are not doubles: dropping them loses "
            "use.",
            "The estimated cost is in cents, as a number. Read as dollars it is a hundred times too high.",
            "No single call, no cache lifetimes, and nothing outside Claude Code.",
            "It counts the same tokens as the usage report and the Console: the three must not be added.",
            "The newest hour is missing.",
        ),
        private="E-mails of colleagues and names of API keys. They leave as a pseudonym.",
        verified=Verified.DOCUMENTED,
        sources=("https://platform.claude.com/docs/en/api/admin/usage_report",),
    ),
    reports=True,
    spelling=(b'"model_breakdown"', b'"core_metrics"', b'"estimated_cost"', b'"terminal_type"', b'"customer_type"'),
)
