"""Rows of usage and cost reports as the Admin and Analytics endpoints give them, in their three shapes.

- `{starting_at, ending_at, results[]}`: an interval with a result for each group (Admin usage and cost reports, and
  those of the Enterprise Analytics API over time).
- `{actor, starting_at?, ending_at?, ...}`: a row of one user. Both times are null where no width was asked for.
- `{starting_at, ending_at, group{}, usage{} or cost{}}`: the Usage and Cost Analytics API, since August 2026.

An interval with one damaged result is left out whole: a part of a day would look like a low day.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, BinaryIO

import msgspec
from msgspec import Struct

from generator.importers.base import LARGEST_COUNT, SkipLineError
from generator.importers.fold import Extract
from generator.importers.reports import names as report_names
from generator.importers.reports.names import group, grouping, model
from generator.importers.reports.pages import Page, read_pages
from generator.importers.reports.periods import Period, interval
from generator.importers.rows import RowResult
from generator.importers.tables import number
from generator.records.rows import SkipReason, Slug, SourceRef, Surface, UsageBucket

CENTS = 100
BUCKET, EMPTY, OVERLAP = "bucket", "empty-bucket", "overlapping-groups"
MODEL = "model"


class CacheCreation(Struct, gc=False, frozen=True):
    """Cache writes by their lifetime."""

    ephemeral_5m_input_tokens: int = 0
    ephemeral_1h_input_tokens: int = 0


class Actor(Struct, gc=False, frozen=True):
    """Whose usage it is. Names change and are no key where there is an id."""

    user_id: str | None = None
    id: str | None = None
    email: str | None = None
    email_address: str | None = None
    name: str | None = None

    @property
    def key(self) -> str:
        """The surest name."""
        return self.user_id or self.id or self.email or self.email_address or self.name or ""


class Result(Struct, frozen=True, kw_only=True):
    """Dimensions and figures of one row; each report has some of them."""

    model: str | None = None
    product: str | None = None
    actor: Actor | str | None = None
    actor_type: str | None = None
    account_id: str | None = None
    api_key_id: str | None = None
    workspace_id: str | None = None
    service_account_id: str | None = None
    service_tier: str | None = None
    context_window: str | None = None
    inference_geo: str | None = None
    speed: str | None = None
    cost_type: str | None = None
    token_type: str | None = None
    description: str | None = None
    rbac_group_id: str | None = None
    slack_channel_id: str | None = None
    claude_tag_category: str | None = None
    claude_tag_user_id: str | None = None
    agent_id: str | None = None
    session_id: str | None = None
    environment_id: str | None = None
    deployment_id: str | None = None
    user_profile_id: str | None = None
    uncached_input_tokens: int | None = None
    cache_creation: CacheCreation | None = None
    cache_read_input_tokens: int | None = None
    output_tokens: int | None = None
    requests: int | None = None
    amount: str | float | None = None
    currency: str | None = None


DIMENSIONS = {
    "model": MODEL,
    "product": "product",
    "actor": "user",
    "actor_type": "kind",
    "account_id": "account",
    "api_key_id": "key",
    "workspace_id": "workspace",
    "service_account_id": "service",
    "service_tier": "tier",
    "context_window": "context",
    "inference_geo": "geo",
    "speed": "speed",
    "cost_type": "cost",
    "token_type": "token",
    "description": "description",
    "rbac_group_id": "rbac",
    "slack_channel_id": "slack",
    "claude_tag_category": "tag",
    "claude_tag_user_id": "slackuser",
    "agent_id": "agent",
    "session_id": "session",
    "environment_id": "environment",
    "deployment_id": "deployment",
    "user_profile_id": "profile",
}
"""From field to its name in a grouping (one word each), in the order of groupings."""
OVERLAPPING = "rbac"
"""A user may be in several such groups: their rows cannot be added, and nothing else is left of that page."""


class Row(Result, frozen=True, kw_only=True):
    """One element of `data`, in any of the three shapes."""

    starting_at: str | None = None
    ending_at: str | None = None
    results: list[Result] | None = None
    group: Result | None = None
    usage: Result | None = None
    cost: Result | None = None

    def parts(self) -> list[tuple[Result, Result]]:
        """Dimensions and figures of each result."""
        if self.results is not None:
            return [(result, result) for result in self.results]
        figures = self.usage or self.cost
        return [(self, self)] if figures is None else [(self.group or Result(), figures)]


Figures = Callable[[Result], dict[str, Any]]
"""Fields of a UsageBucket that a result fills; None where it does not say. May raise SkipLineError."""
SurfaceOf = Callable[[Result], Surface]

_decode = msgspec.json.Decoder(Row).decode


def dimensions(raw: bytes) -> frozenset[str]:
    """Names of the dimensions that any result of the row states."""
    return frozenset(
        name for named, _ in _decode(raw).parts() for field, name in DIMENSIONS.items() if _value(named, field)
    )


def _value(named: Result, field: str) -> str:
    value = getattr(named, field)
    return value.key if isinstance(value, Actor) else value or ""


def read_report(
    stream: BinaryIO,
    index: int,
    key: bytes,
    *,
    report: Slug,
    figures: Figures,
    surface: SurfaceOf,
    period: Period | None = None,
) -> Extract:
    """Read one open file of such rows, the `index`-th of its evidence. `period` is that of rows which state none."""
    take = partial(taken, report=report, figures=figures, surface=surface, period=period, key=key)
    return read_pages(stream, index, report, take, dimensions)


def by_product(named: Result) -> Surface:
    """Surface of a row that names the product."""
    return report_names.surface(named.product)


def of_api(_named: Result) -> Surface:
    """Surface of a report of the API alone."""
    return Surface.API


def taken(
    raw: bytes,
    source: SourceRef,
    page: Page,
    *,
    report: Slug,
    figures: Figures,
    surface: SurfaceOf,
    period: Period | None,
    key: bytes,
) -> RowResult:
    """The buckets of one row. `period` is that of the file, for rows that state none."""
    row = _decode(raw)
    if OVERLAPPING in page.dimensions:
        return RowResult(OVERLAP)
    parts = row.parts()
    untimed = period is not None and not (row.starting_at or row.ending_at)
    start, end = period if period is not None and untimed else interval(row.starting_at, row.ending_at)
    return RowResult(
        BUCKET if parts else EMPTY,
        buckets=tuple(
            UsageBucket(
                report=report,
                start=start,
                end=end,
                surface=surface(named),
                model=model(named.model or "")[0],
                group=group((*_others(named), model(named.model or "")[1]), key),
                grouping=grouping((name for name in DIMENSIONS.values() if name in page.dimensions), start, end),
                as_of=page.as_of,
                source=source,
                **_filled(figures(counted)),
            )
            for named, counted in parts
        ),
    )


def _others(named: Result) -> list[str]:
    return [_value(named, field) for field, name in DIMENSIONS.items() if name != MODEL]


def _filled(figures: dict[str, Any]) -> dict[str, Any]:
    """The figures, if there are any and each can be one. Raises SkipLineError."""
    stated = [value for value in figures.values() if value is not None]
    if not stated or max(stated) > LARGEST_COUNT:
        raise SkipLineError(SkipReason.BAD_FIELD)
    if min(stated) < 0:
        raise SkipLineError(SkipReason.NEGATIVE_COUNT)
    return figures


def tokens(result: Result) -> dict[str, Any]:
    """Tokens and requests of a result; cache writes of both lifetimes together."""
    written = result.cache_creation
    return {
        "requests": result.requests,
        "input_tokens": result.uncached_input_tokens,
        "cache_read_tokens": result.cache_read_input_tokens,
        "cache_write_tokens": None
        if written is None
        else written.ephemeral_5m_input_tokens + written.ephemeral_1h_input_tokens,
        "output_tokens": result.output_tokens,
    }


def cost(result: Result) -> dict[str, Any]:
    """What a result cost, in USD, and its requests where it states them."""
    return {"requests": result.requests, "cost_usd": dollars(result.amount, result.currency)}


def dollars(cents: str | float | None, currency: str | None) -> float | None:
    """USD from cents, as text or as a number: the endpoint's documentation decides the unit. Raises SkipLineError."""
    if cents is None:
        return None
    if (currency or "USD") != "USD":
        raise SkipLineError(SkipReason.BAD_FIELD)
    amount = number(cents) if isinstance(cents, str) else cents
    return None if amount is None else amount / CENTS
