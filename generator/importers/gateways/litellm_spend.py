"""LiteLLM's spend logs: one row a call that went through its proxy.

Where
    Table LiteLLM_SpendLogs of the proxy's database, as a dump in CSV or JSON, or the answer of /spend/logs and
    /spend/logs/ui.
Which records
    Calls of Claude models. A row of status failure is a mark. A row that LiteLLM answered from its own cache, one of
    another vendor's model and one without cache counts are counted by name and give no record.
Units
    Times are UTC; the columns have no zone (get_logging_payload in litellm/proxy/spend_tracking). `prompt_tokens`
    holds cached tokens in most versions, reads only in some of 2025, none of them on other routes:
    `metadata.usage_object` decides (`text_tokens`, or Anthropic's own `input_tokens`), else what fits
    (gateway_counts). The identity total = prompt + completion holds in every version and decides nothing.
Never read
    Messages, responses, users, keys, teams, tags, addresses, dollars. `session_id` is LiteLLM's own trace.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import BinaryIO

import msgspec
from msgspec import Raw, Struct

from generator.importers.base import Importer
from generator.importers.fold import Extract
from generator.importers.gateways.counts import Counts, checked, uncached
from generator.importers.gateways.models import gateway_model
from generator.importers.gateways.rows import (
    NO_CACHE_COUNTS,
    NO_TOKENS,
    OTHER_VENDOR,
    OWN_CACHE,
    call,
    claimed,
    columns,
    counted,
    failure,
    inner,
    is_true,
    moment,
    read_rows,
    status,
)
from generator.importers.guide import Guide, Verified
from generator.importers.rows import COUNTING, RowResult, is_counting
from generator.importers.values import ABSENT
from generator.records.rows import SourceRef, Surface

SPEND_LOG = "spend-log"
CACHE_SUFFIX = "_cache_hit"  # LiteLLM adds it to the id, since ids must be unique


class Split(Struct, gc=False, frozen=True):
    """Cache writes by lifetime."""

    ephemeral_5m_input_tokens: int | None = None
    ephemeral_1h_input_tokens: int | None = None


class Details(Struct, gc=False, frozen=True):
    """`prompt_tokens_details`."""

    cached_tokens: int | None = None
    cache_creation_tokens: int | None = None
    text_tokens: int | None = None
    cache_creation_token_details: Split | None = None


class Usage(Struct, gc=False, frozen=True):
    """`usage_object` or `additional_usage_values`, in LiteLLM's spelling or in Anthropic's."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    cache_creation_input_tokens: int | None = None
    cache_creation: Split | None = None
    prompt_tokens_details: Details | None = None
    input_tokens_details: Raw = ABSENT  # OpenAI's other spelling, where `input_tokens` holds cached ones

    @property
    def details(self) -> Details:
        """The details, empty where there are none."""
        return self.prompt_tokens_details or Details()

    @property
    def read(self) -> int | None:
        """Cache reads."""
        own = self.cache_read_input_tokens
        return self.details.cached_tokens if own is None else own

    @property
    def written(self) -> int | None:
        """Cache writes."""
        own = self.cache_creation_input_tokens
        return self.details.cache_creation_tokens if own is None else own


class Failed(Struct, gc=False, frozen=True):
    """`error_information`."""

    error_code: Raw = ABSENT


class Metadata(Struct, gc=False, frozen=True):
    """`metadata`."""

    status: str | None = None
    usage_object: Usage | None = None
    additional_usage_values: Usage | None = None
    error_information: Failed | None = None
    user_api_key_request_route: Raw = ABSENT


class Row(Struct, gc=False, frozen=True):
    """One row of the table."""

    request_id: str | None = None
    model: str | None = None
    status: str | None = None
    start_time: str | None = msgspec.field(name="startTime", default=None)
    end_time: str | None = msgspec.field(name="endTime", default=None)
    first_token: str | None = msgspec.field(name="completionStartTime", default=None)
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    metadata: Raw = ABSENT
    call_type: Raw = ABSENT
    api_base: Raw = ABSENT
    cache_hit: Raw = ABSENT


_decode = msgspec.json.Decoder(Row, strict=False).decode
_decode_metadata = msgspec.json.Decoder(Metadata | None, strict=False).decode
COLUMNS = columns(Row)
KEYS = (("request_id", "startTime", "call_type"), ("request_id", "startTime", "spend", "prompt_tokens"))
TABLES = (("request_id", "starttime", "call_type"), ("request_id", "starttime", "spend", "prompt_tokens"))


def take(raw: bytes, source: SourceRef, *, key: bytes) -> RowResult:
    """The call or the failure of one row."""
    row = _decode(raw)
    metadata = inner(row.metadata, _decode_metadata) or Metadata()
    own = row.request_id or ""
    model = gateway_model(row.model or "")
    if model is None or is_counting(row.call_type, row.api_base, metadata.user_api_key_request_route):
        return RowResult(OTHER_VENDOR if model is None else COUNTING)
    started = moment(row.start_time)
    ended = moment(row.end_time) if row.end_time else started
    if "failure" in (row.status, metadata.status):
        failed = metadata.error_information or Failed()
        return failure(own, ended, status(failed.error_code), format=LITELLM_SPEND.id, source=source, key=key)
    if is_true(row.cache_hit) or CACHE_SUFFIX in own:
        return RowResult(OWN_CACHE)
    counts = _counts(row, metadata)
    if counts is None:
        return RowResult(NO_CACHE_COUNTS)
    if not any(counts[:4]):
        return RowResult(NO_TOKENS)
    first = moment(row.first_token) if row.first_token else None
    times = (started, first if first and started <= first <= ended else None, ended)
    copy = call(own, model, counts, times, format=LITELLM_SPEND.id, source=source, key=key)
    return counted(SPEND_LOG, copy, counts)


def _counts(row: Row, metadata: Metadata) -> Counts | None:
    """Counts of the row; None where it does not say what was cached. Raises SkipLineError."""
    stated = (metadata.usage_object, metadata.additional_usage_values)
    usage = next((one for one in stated if one and one.read is not None and one.written is not None), None)
    if usage is None or usage.read is None or usage.written is None:
        return None
    outputs = (usage.completion_tokens, usage.output_tokens, row.completion_tokens)
    output = next((one for one in outputs if one is not None), 0)
    own, is_clear = _uncached(row, usage, usage.read, usage.written)
    split = usage.cache_creation or usage.details.cache_creation_token_details or Split()
    return checked(
        Counts(
            own,
            usage.written,
            usage.read,
            output,
            is_clear,
            split.ephemeral_5m_input_tokens,
            split.ephemeral_1h_input_tokens,
        )
    )


def _uncached(row: Row, usage: Usage, read: int, written: int) -> tuple[int, bool]:
    prompt, text = usage.prompt_tokens, usage.details.text_tokens
    if prompt is None and usage.input_tokens is not None and bytes(usage.input_tokens_details) == b"null":
        return usage.input_tokens, True
    prompt = (row.prompt_tokens or 0) if prompt is None else prompt
    if text is not None and read + written > 0 and prompt - text in (read, read + written):
        return text, True
    return uncached(prompt, read, written)


def sniff(path: Path, head: bytes) -> bool:
    """Are there rows of this table?"""
    return claimed(path, head, KEYS, TABLES)


def read(stream: BinaryIO, _path: Path, index: int, key: bytes) -> Extract:
    """Read one open file, the `index`-th of its evidence."""
    return read_rows(stream, index, LITELLM_SPEND.id, partial(take, key=key), named=COLUMNS)


LITELLM_SPEND = Importer(
    id="litellm-spend",
    title="LiteLLM spend logs",
    how="The table LiteLLM_SpendLogs of the proxy's database as CSV or JSON, or the answer of /spend/logs.",
    surface=Surface.API,
    sniff=sniff,
    read=read,
    guide=Guide(
        where="In the Postgres database of the LiteLLM proxy, in the table LiteLLM_SpendLogs; the operator of the "
        "proxy can give it to you.",
        get=(
            'With access to the database, run psql with: \\copy (SELECT * FROM "LiteLLM_SpendLogs") TO '
            "'spend.csv' CSV HEADER.",
            "Without it, ask the proxy at /spend/logs?start_date=2026-03-01&end_date=2026-03-31&summarize=false with "
            "an admin key and save the answer as a file.",
            "Leave the column metadata in: it alone tells which tokens were cached.",
        ),
        shows=(
            "Input, output and cached tokens of each call, its model, and when it began and ended.",
            "Calls that failed before a retry or a fallback went through: they are not a second bill.",
            "The message id of the API on the route /v1/messages, by which the call is matched with transcripts.",
        ),
        hides=(
            "prompt_tokens holds the cached tokens in most versions: adding cache reads to it counts them twice. "
            "Where a row does not tell, the cached tokens are taken out, and the row is counted as unclear-input.",
            "A row with no cache counts gives no call: what it cost cannot be known.",
            "Rows that LiteLLM answered from its own cache were never sent to the service and are left out.",
            "Bedrock and Vertex AI keep caches of their own: a prompt cached at Anthropic is not cached there.",
            "Which conversation a call belongs to is not told, so nothing about a thread can be.",
        ),
        private="Key hashes, user and team names, addresses, and prompts if the proxy stores them. None is read.",
        verified=Verified.THIRD_PARTY,
        sources=(
            "https://docs.litellm.ai/docs/proxy/cost_tracking",
            "https://github.com/BerriAI/litellm/blob/main/schema.prisma",
            "https://github.com/BerriAI/litellm/blob/main/litellm/proxy/spend_tracking/spend_tracking_utils.py",
            "https://github.com/BerriAI/litellm/issues/13207",
            "https://github.com/BerriAI/litellm/pull/23342",
        ),
    ),
    gives=frozenset({"lifetime-split", "token-counts"}),
    spelling=(b"request_id", b"startTime", b"call_type", b"spend", b"usage_object"),
    authority=40,
)
