"""Langfuse: generations of traced programs.

Where
    Blob storage exports (`observations_v2/`, `observations/`: JSONL, JSON or CSV in snake_case), exports of the
    observations table of the web page and answers of its API (JSON or CSV in camelCase), a trace with its
    `observations`.
Which records
    Observations of type GENERATION with a Claude model. Spans, events and traces repeat the sums of what is below
    them. A generation around another one that states the same tokens is left out (in one file only). One of level
    ERROR without usage is a mark.
Units
    Times are UTC; blob exports write them without a zone (export field reference). Keys of `usage_details` should be
    disjoint, but many SDKs put the whole prompt into `input` (issue 12306). total = input + output means that the
    cached tokens are inside. A total of all keys means nothing, since Langfuse fills it in where none was sent: then
    what fits decides (gateway_counts).
Never read
    Input, output, metadata, names of users, sessions, traces and prompts, status messages, dollars.
"""

from __future__ import annotations

from collections import defaultdict
from math import isfinite
from pathlib import Path
from typing import BinaryIO

import msgspec
from msgspec import Raw, Struct

from generator.importers.base import Importer, SkipLineError
from generator.importers.fold import Extract, RequestCopy
from generator.importers.gateways.counts import Counts, checked, uncached
from generator.importers.gateways.models import gateway_model
from generator.importers.gateways.rows import (
    NO_CACHE_COUNTS,
    NO_TOKENS,
    OTHER_VENDOR,
    call,
    claimed,
    columns,
    counted,
    failure,
    inner,
    moment,
    read_rows,
)
from generator.importers.guide import Guide, Verified
from generator.importers.rows import COUNTING, RowResult, is_counting
from generator.importers.values import ABSENT
from generator.records.pseudonyms import pseudonym
from generator.records.rows import Pseudonym, Request, SkipReason, SourceRef, Surface

GENERATION, OBSERVATION = "generation", "observation"
ERROR = "ERROR"
DEEPEST = 64  # observations around one another
INPUT = ("input", "input_tokens", "prompt_tokens")
OUTPUT = ("output", "output_tokens", "completion_tokens")
READ = ("cache_read_input_tokens", "input_cached_tokens", "input_cache_read", "cache_read_tokens", "cached_tokens")
WRITTEN = ("cache_creation_input_tokens", "input_cache_creation", "input_cache_write", "cache_write_tokens")
WRITTEN_5M, WRITTEN_1H = "input_cache_creation_5m", "input_cache_creation_1h"


class Row(Struct, frozen=True):
    """One observation as blob exports spell it."""

    id: str | None = None
    type: str | None = None
    name: Raw = ABSENT
    metadata: Raw = ABSENT
    parent_observation_id: str | None = None
    start_time: str | None = None
    end_time: str | None = None
    completion_start_time: str | None = None
    level: str | None = None
    provided_model_name: str | None = None
    model: str | None = None
    usage_details: Raw = ABSENT


class CamelRow(Struct, frozen=True, rename="camel"):
    """The same as the web page and the API spell it."""

    id: str | None = None
    type: str | None = None
    name: Raw = ABSENT
    metadata: Raw = ABSENT
    parent_observation_id: str | None = None
    start_time: str | None = None
    end_time: str | None = None
    completion_start_time: str | None = None
    level: str | None = None
    provided_model_name: str | None = None
    model: str | None = None
    usage_details: Raw = ABSENT


_decode = msgspec.json.Decoder(Row, strict=False).decode
_decode_camel = msgspec.json.Decoder(CamelRow, strict=False).decode
_decode_usage = msgspec.json.Decoder(dict[str, float | None], strict=False).decode
COLUMNS = columns(CamelRow, Row)
KEYS = (
    ("trace_id", "start_time", "parent_observation_id"), ("trace_id", "start_time", "usage_details"),
    ("traceId", "startTime", "parentObservationId"), ("traceId", "startTime", "usageDetails"),
)  # fmt: skip
TABLES = (("id", "start_time", "usage_details"), ("id", "starttime", "usagedetails"))


class _Reading:
    """Observations of one file: which one stands inside which, to leave out generations that repeat those inside."""

    def __init__(self, key: bytes) -> None:
        self.key = key
        self.parents: dict[Pseudonym, Pseudonym] = {}

    def take(self, raw: bytes, source: SourceRef) -> RowResult:
        """The call or the failure of one observation."""
        snake = _decode(raw)
        row = snake if snake.start_time else _decode_camel(raw)
        own = row.id or ""
        if row.parent_observation_id:
            self.parents[self._name(own)] = self._name(row.parent_observation_id)
        if (row.type or "").upper() != GENERATION.upper():
            return RowResult(OBSERVATION)
        model = gateway_model(row.provided_model_name or row.model or "")
        if model is None or is_counting(row.name) or b"/count_tokens" in bytes(row.metadata):
            return RowResult(OTHER_VENDOR if model is None else COUNTING)
        started = moment(row.start_time)
        ended = moment(row.end_time) if row.end_time else started
        usage = _whole(inner(row.usage_details, _decode_usage) or {})
        if row.level == ERROR and not any(usage.values()):
            return failure(own, ended, None, format=LANGFUSE.id, source=source, key=self.key)
        if not any(usage.values()):
            return RowResult(NO_TOKENS)
        counts = _counts(usage)
        if counts is None:
            return RowResult(NO_CACHE_COUNTS)
        first = moment(row.completion_start_time) if row.completion_start_time else None
        times = (started, first if first and started <= first <= ended else None, ended)
        return counted(
            GENERATION, call(own, model, counts, times, format=LANGFUSE.id, source=source, key=self.key), counts
        )

    def _name(self, own: str) -> Pseudonym:
        """Name of an observation, equal to the id of its call wherever that is not the API's own."""
        return pseudonym("call", f"{LANGFUSE.id}/{own}", self.key)

    def without_repeats(self, calls: dict[str, RequestCopy]) -> dict[str, RequestCopy]:
        """The calls but for those that state exactly what the calls inside of them state together."""
        ids = {copy.request.id for copy in calls.values()}
        inside: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
        for copy in calls.values():
            around = self._around(copy.request.id, ids)
            if around:
                inside[around] = [one + two for one, two in zip(inside[around], _four(copy.request), strict=True)]
        return {
            name: copy
            for name, copy in calls.items()
            if copy.request.id not in inside or inside[copy.request.id] != _four(copy.request)
        }

    def _around(self, own: Pseudonym, calls: set[str]) -> Pseudonym:
        """The nearest call around this one, with any spans between; "" for none."""
        for _ in range(DEEPEST):
            own = self.parents.get(own, "")
            if not own or own in calls:
                return own
        return ""


def _four(request: Request) -> list[int]:
    return [request.input_tokens, request.cache_write_tokens, request.cache_read_tokens, request.output_tokens]


def _whole(usage: dict[str, float | None]) -> dict[str, int]:
    """The counts that are stated. Raises SkipLineError for one that is no number at all."""
    if not all(value is None or isfinite(value) for value in usage.values()):
        raise SkipLineError(SkipReason.BAD_FIELD)
    return {name: int(value) for name, value in usage.items() if value is not None}


def _counts(usage: dict[str, int]) -> Counts | None:
    """Counts of one observation; None where nothing is said of a cache. Keys with 0 are often left out."""
    read, written = _first(usage, READ), _first(usage, WRITTEN)
    short, long = usage.get(WRITTEN_5M), usage.get(WRITTEN_1H)
    if written is None and (short is not None or long is not None):
        written = (short or 0) + (long or 0)
    if read is None and written is None:
        return None
    read, written, prompt, output = read or 0, written or 0, _first(usage, INPUT) or 0, _first(usage, OUTPUT) or 0
    if usage.get("total") == prompt + output and prompt >= read + written:
        own, is_clear = prompt - read - written, True
    else:
        own, is_clear = uncached(prompt, read, written)
    return checked(Counts(own, written, read, output, is_clear, short, long))


def _first(usage: dict[str, int], names: tuple[str, ...]) -> int | None:
    return next((usage[name] for name in names if name in usage), None)


def sniff(path: Path, head: bytes) -> bool:
    """Are there observations?"""
    return claimed(path, head, KEYS, TABLES)


def read(stream: BinaryIO, _path: Path, index: int, key: bytes) -> Extract:
    """Read one open file, the `index`-th of its evidence."""
    reading = _Reading(key)
    paths = ((), ("data",), ("observations",))
    extract = read_rows(stream, index, LANGFUSE.id, reading.take, named=COLUMNS, paths=paths)
    return msgspec.structs.replace(extract, calls=reading.without_repeats(extract.calls))


LANGFUSE = Importer(
    id="langfuse",
    title="Langfuse observations",
    how="Exports of observations: files of the blob storage integration, or the export button above the table.",
    surface=Surface.API,
    sniff=sniff,
    read=read,
    guide=Guide(
        where="In the Langfuse project that traces your program, in the cloud or on a server of your own.",
        get=(
            "Open the project, choose Tracing and then Observations, set the time range, press the export button and "
            "choose JSON or CSV.",
            "Or have files written every hour or day: Project Settings, Integrations, Blob Storage, with enriched "
            "observations as export source and the field groups core, model and usage; take the folder "
            "observations_v2.",
        ),
        shows=(
            "Input, output and cached tokens of each generation, its model, and when it began and ended.",
            "Generations that failed.",
        ),
        hides=(
            "Many SDKs put the whole prompt into input and the cached part beside it, and Langfuse adds both: totals "
            "look doubled. Where a row does not tell, the cached tokens are taken out of input, and the row is counted "
            "as unclear-input.",
            "A trace and a span show the sum of what is inside them: adding them to the generations counts twice.",
            "A row that says nothing of a cache gives no call: what it cost cannot be known.",
            "The API's message id is not kept, so a call is matched with other logs by its counts and time.",
            "Retries inside of the SDK are not seen; Bedrock and Vertex AI have caches of their own.",
        ),
        private="Prompts, answers, metadata and names of users. None is read; leave the field group io out.",
        verified=Verified.DOCUMENTED,
        sources=(
            "https://langfuse.com/docs/api-and-data-platform/features/blob-storage-export-fields",
            "https://langfuse.com/docs/observability/features/token-and-cost-tracking",
            "https://github.com/langfuse/langfuse/issues/12306",
            "https://github.com/langfuse/langfuse/issues/10592",
        ),
    ),
    gives=frozenset({"token-counts"}),
    spelling=(b"GENERATION", b"usage_details", b"usageDetails", b"trace_id", b"traceId"),
    authority=40,
)
