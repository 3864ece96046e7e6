"""LiteLLM's daily sums: by day, model and who paid, as its usage page shows them.

Where
    Table LiteLLM_DailyUserSpend of the proxy's database (or its twins for teams, tags, ...) as CSV or JSON, or the
    answer of /user/daily/activity.
Which records
    Buckets of Claude models. The tables and the spend logs count the same calls: they are compared, never added, and
    of the answer only the sums by model are read, since those by provider and by key are the same tokens again.
Units
    A date is a UTC day (it is cut from the spend log's UTC time). `prompt_tokens` holds cached tokens in some
    versions and a day may mix them: where anything was cached, uncached input is left unknown. Dollars.
Never read
    Names of users, keys and teams leave as one pseudonym of the group.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import partial
from math import isfinite
from pathlib import Path
from typing import BinaryIO, NamedTuple

import msgspec
from msgspec import Raw, Struct

from generator.importers import tables
from generator.importers.base import Importer, SkipLineError
from generator.importers.fold import Extract
from generator.importers.gateways.counts import summed
from generator.importers.gateways.models import gateway_model
from generator.importers.gateways.rows import OTHER_VENDOR, claimed, columns, moment, read_rows
from generator.importers.guide import Guide, Verified
from generator.importers.rows import COUNTING, RowResult, is_counting
from generator.importers.values import ABSENT, amount
from generator.records.pseudonyms import SEPARATOR, pseudonym
from generator.records.rows import ModelId, Pseudonym, SkipReason, Slug, SourceRef, Surface, UsageBucket

DAILY, ACTIVITY = "daily-spend", "daily-activity"
WHO = ("user_id", "team_id", "tag", "organization_id", "end_user_id", "agent_id")


class Metrics(Struct, frozen=True):
    """Sums. The first versions had no cache columns and no count of successful requests."""

    spend: float | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    cache_creation_input_tokens: int | None = None
    api_requests: int | None = None
    successful_requests: int | None = None


class Model(Metrics, frozen=True):
    """One model of a day; the first version held the sums without `metrics` around."""

    metrics: Metrics | None = None


class Breakdown(Struct, frozen=True):
    """`breakdown`."""

    models: dict[str, Model] | None = None


class Row(Metrics, frozen=True):
    """One row of a table, or one day of the answer."""

    date: str = ""
    model: str | None = None
    model_group: str | None = None
    custom_llm_provider: str | None = None
    mcp_namespaced_tool_name: str | None = None
    endpoint: str | None = None
    api_key: str | None = None
    user_id: str | None = None
    team_id: str | None = None
    tag: str | None = None
    organization_id: str | None = None
    end_user_id: str | None = None
    agent_id: str | None = None
    updated_at: str | None = None
    metrics: Metrics | None = None
    breakdown: Raw = ABSENT


class Place(NamedTuple):
    """Where sums belong."""

    start: datetime
    end: datetime
    group: Pseudonym
    grouping: Slug
    as_of: datetime | None
    source: SourceRef


_decode = msgspec.json.Decoder(Row, strict=False).decode
_decode_breakdown = msgspec.json.Decoder(Breakdown | None, strict=False).decode
COLUMNS = columns(Row)
KEYS = (("api_requests", "prompt_tokens", "spend", "date"),)
TABLES = (("date", "api_requests", "prompt_tokens", "spend"),)


def take(raw: bytes, source: SourceRef, *, key: bytes) -> RowResult:
    """The buckets of one row, or of one day of the answer."""
    row = _decode(raw)
    day = tables.day(row.date)
    breakdown = _decode_breakdown(row.breakdown)
    if breakdown is not None and breakdown.models:
        return RowResult(ACTIVITY, buckets=tuple(_models(breakdown.models, day, source, key)))
    if row.metrics is not None:
        return RowResult(ACTIVITY)  # a day without its models may be of any vendor
    if is_counting((row.endpoint or "").encode()):
        return RowResult(COUNTING)
    model = gateway_model(row.model or "")
    if model is None:
        return RowResult(OTHER_VENDOR)
    who = next((name for name in WHO if getattr(row, name)), "user_id")
    group = (
        getattr(row, who), row.api_key, row.model, row.model_group, row.custom_llm_provider,
        row.mcp_namespaced_tool_name, row.endpoint,
    )  # fmt: skip
    grouping = f"{who.removesuffix('_id').replace('_', '')}-key-model-group-provider"
    as_of = moment(row.updated_at) if row.updated_at else None
    place = Place(*day, _group(group, key), grouping, as_of, source)
    return RowResult(DAILY, buckets=(_bucket(row, model, place),))


def _models(
    models: Mapping[str, Model], day: tuple[datetime, datetime], source: SourceRef, key: bytes
) -> Iterator[UsageBucket]:
    for name, stated in models.items():
        model = gateway_model(name)
        if model is not None:
            place = Place(*day, _group((name,), key), "model", None, source)
            yield _bucket(stated.metrics or stated, model, place)


def _group(parts: tuple[str | None, ...], key: bytes) -> Pseudonym:
    return pseudonym("group", SEPARATOR.join(part or "" for part in parts), key)


def _bucket(sums: Metrics, model: ModelId, place: Place) -> UsageBucket:
    """Raises SkipLineError for sums that cannot be any."""
    cached = (sums.cache_read_input_tokens, sums.cache_creation_input_tokens)
    successful = sums.successful_requests or None  # 0 also where the column came later than the row
    return UsageBucket(
        report=LITELLM_DAILY.id,
        start=place.start,
        end=place.end,
        surface=Surface.API,
        model=model,
        group=place.group,
        grouping=place.grouping,
        as_of=place.as_of,
        requests=summed(sums.api_requests if successful is None else successful),
        input_tokens=summed(sums.prompt_tokens) if cached == (0, 0) else None,
        cache_read_tokens=summed(cached[0]),
        cache_write_tokens=summed(cached[1]),
        output_tokens=summed(sums.completion_tokens),
        cost_usd=_dollars(sums.spend),
        source=place.source,
    )


def _dollars(value: float | None) -> float | None:
    if value is not None and not isfinite(value):
        raise SkipLineError(SkipReason.BAD_FIELD)
    return None if value is None else amount(value)


def sniff(path: Path, head: bytes) -> bool:
    """Are there daily sums of this proxy?"""
    return claimed(path, head, KEYS, TABLES)


def read(stream: BinaryIO, _path: Path, index: int, key: bytes) -> Extract:
    """Read one open file, the `index`-th of its evidence."""
    paths = ((), ("results",), ("data",))
    return read_rows(stream, index, LITELLM_DAILY.id, partial(take, key=key), named=COLUMNS, paths=paths)


LITELLM_DAILY = Importer(
    id="litellm-daily",
    title="LiteLLM daily spend",
    how="The answer of /user/daily/activity of the proxy, or the table LiteLLM_DailyUserSpend as CSV or JSON.",
    surface=Surface.API,
    sniff=sniff,
    read=read,
    guide=Guide(
        where="In the LiteLLM proxy: its usage page shows these sums, and its database keeps them longer than the "
        "single calls.",
        get=(
            "Ask the proxy at /user/daily/activity?start_date=2026-03-01&end_date=2026-03-31 with your key, save the "
            "answer as a file, and do so for every page that metadata.total_pages names.",
            'Or, with access to the database, run psql with: \\copy (SELECT * FROM "LiteLLM_DailyUserSpend") TO '
            "'daily.csv' CSV HEADER.",
        ),
        shows=(
            "Tokens, requests and dollars of each UTC day and model, as the gateway booked them.",
            "A second account beside spend logs or transcripts of the same days, to compare with.",
        ),
        hides=(
            "These sums and the spend logs count the same calls: adding them doubles everything.",
            "The answer states the same tokens by model, by provider and by key: only one of them may be added up. "
            "So do the tables for users, for teams and for tags.",
            "prompt_tokens holds cached tokens in some versions: on a day with a cache it does not tell the uncached "
            "input, and none is given.",
            "The dollars are LiteLLM's own computation from its price list, not the bill of the service.",
            "Bedrock and Vertex AI have caches of their own.",
        ),
        private="Key hashes, user and team names; they leave as pseudonyms.",
        verified=Verified.THIRD_PARTY,
        sources=(
            "https://docs.litellm.ai/docs/proxy/cost_tracking",
            "https://github.com/BerriAI/litellm/blob/main/schema.prisma",
            "https://github.com/BerriAI/litellm/blob/main/litellm/types/proxy/management_endpoints/"
            "common_daily_activity.py",
        ),
    ),
    gives=frozenset(),
    reports=True,
    spelling=(b"api_requests", b"breakdown", b"spend", b"prompt_tokens", b"failed_requests"),
    authority=40,
)
