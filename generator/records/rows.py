"""Record types: what every log becomes, and what detectors say about it. Types only.

Names follow OpenTelemetry `gen_ai.*` where one exists. Times are aware UTC. `None` means "the log does not
say", 0 means zero. No field holds free text: every `str` is an enum, a checked pattern or a pseudonym
(`tests/test_records.py` walks the hints).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from generator.records.vocabulary import (
    Entrypoint,
    MarkKind,
    MissReason,
    ModelId,
    Pseudonym,
    Region,
    Role,
    ServiceTier,
    SkipReason,
    Slug,
    Speed,
    StopReason,
    Surface,
    Trigger,
    Version,
)

__all__ = [
    "SCHEMA_VERSION",
    "Counter",
    "CounterReading",
    "Difference",
    "Entrypoint",
    "FormatTotals",
    "LogData",
    "Mark",
    "MarkKind",
    "MatchKey",
    "MeterReading",
    "MissReason",
    "ModelId",
    "Pseudonym",
    "Region",
    "Request",
    "Role",
    "ServiceTier",
    "SkipReason",
    "Slug",
    "SourceRef",
    "Speed",
    "StopReason",
    "Surface",
    "Tally",
    "Trigger",
    "UsageBucket",
    "Version",
    "Window",
]

SCHEMA_VERSION = 6  # raised with a step in packs/schema.py and a pack in tests/packs


class SourceRef(msgspec.Struct, frozen=True, gc=False, order=True, array_like=True):
    """Where a record was read: `file` indexes the tallies of its evidence, `line` is 1-based."""

    file: int
    line: int


class Request(msgspec.Struct, frozen=True, gc=False, kw_only=True, array_like=True):
    """One answer, copies and streaming lines already folded into one.

    `input_tokens` counts uncached input only. An answer may take several rounds of the model (server tools); its
    counts are then sums, and what the first round asked and the last one left is kept beside them. Rounds that are
    billed outside of these counts are records of their own (`LogData.rounds`).
    """

    id: Pseudonym
    session: Pseudonym  # equals `id` where no format knows the call's session: a thread of its own
    agent: Pseudonym = ""  # "" = main thread
    parent: Pseudonym = ""  # line this answer hangs under; two calls under one parent are a doubled call
    surface: Surface = Surface.CLAUDE_CODE
    version: Version = ""
    entrypoint: Entrypoint | None = None
    model: ModelId
    started: datetime | None = None  # time of the parent line (prompt or tool result)
    first_seen: datetime  # first line of the answer
    ended: datetime  # last line of the answer
    input_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int
    cache_write_5m_tokens: int | None = None
    cache_write_1h_tokens: int | None = None
    output_tokens: int
    output_reliable: bool = False
    service_tier: ServiceTier | None = None
    speed: Speed | None = None
    stop_reason: StopReason | None = None
    prompt_words: int | None = None  # words of the human prompt that this call answers; None in a tool loop
    miss_reason: MissReason | None = None
    missed_tokens: int | None = None
    effort: Slug | None = None
    requested_model: ModelId | None = None  # what was asked for; transcripts do not say it
    region: Region | None = None
    first_output_tokens: int | None = None  # output count on the answer's first line, a placeholder in old clients
    result_bytes: int | None = None  # size of the tool result that this call answers
    file_reads: int | None = None  # tool uses in the answer that look at files (Read, Grep, Glob)
    file_edits: int | None = None  # tool uses in the answer that change files (Edit, MultiEdit, Write, NotebookEdit)
    follows: Pseudonym = ""  # the call above this one in the tree of lines; "" where no format tells it
    gateway: bool = False  # named otherwise than this vendor names calls: it came through somebody else's hands
    role: Role | None = None  # what it is for, where that is no answer in a conversation
    opening_read_tokens: int | None = None  # read by the first of several rounds
    opening_prompt_tokens: int | None = None  # prompt of the first of several rounds
    left_tokens: int | None = None  # read and written by the last of several rounds: what it left in the cache
    context_tokens: int | None = None  # prompt of the last of several rounds
    compacted: bool = False  # the service compacted the conversation before it answered
    web_searches: int | None = None  # searches that the service ran for the answer; each is charged apart
    thought: bool | None = None  # holds the answer a block of thinking?
    whole: bool = False  # its first line holds several blocks: it did not come as a stream
    thinking_asked: bool = False  # the client wrote beside the prompt that thinking was on
    added_blocks: int | None = None  # blocks of content since the first line of the call before
    nested: bool = False  # known only from an `agent_progress` line of the parent's transcript
    lines: int = 1  # transcript lines that carried this call's usage, copies included
    position: int | None = None  # place in its thread, set by the ledger; survives a partial pack
    source: SourceRef

    @property
    def thread(self) -> tuple[str, str]:
        """(session, agent): the unit in which the cache identity holds."""
        return (self.session, self.agent)

    @property
    def total_tokens(self) -> int:
        """All prompts of the answer's rounds in tokens: uncached + read + written."""
        return self.input_tokens + self.cache_read_tokens + self.cache_write_tokens

    @property
    def prompt_tokens(self) -> int:
        """Prompt in tokens with which the answer began."""
        return self.total_tokens if self.opening_prompt_tokens is None else self.opening_prompt_tokens

    @property
    def context(self) -> int:
        """Prompt in tokens of the answer's last round: the size of the conversation."""
        return self.total_tokens if self.context_tokens is None else self.context_tokens

    @property
    def first_read(self) -> int:
        """Tokens that its first round read from cache."""
        return self.cache_read_tokens if self.opening_read_tokens is None else self.opening_read_tokens

    @property
    def left(self) -> int:
        """Tokens that it left in the cache: read and written by its last round."""
        return self.cache_read_tokens + self.cache_write_tokens if self.left_tokens is None else self.left_tokens


class Mark(msgspec.Struct, frozen=True, gc=False, kw_only=True, array_like=True):
    """Something that happened between requests. `value`: tokens before a compaction, words of a prompt,
    HTTP status of an error, or the attempt number of a retry.
    """

    kind: MarkKind
    session: Pseudonym
    agent: Pseudonym = ""
    at: datetime
    trigger: Trigger = Trigger.NONE
    value: int | None = None
    source: SourceRef

    @property
    def thread(self) -> tuple[str, str]:
        """(session, agent)."""
        return (self.session, self.agent)


class Window(StrEnum):
    """Window of a usage meter."""

    FIVE_HOUR = "five-hour"
    SEVEN_DAY = "seven-day"
    SEVEN_DAY_OPUS = "seven-day-opus"
    SEVEN_DAY_SONNET = "seven-day-sonnet"
    SEVEN_DAY_HAIKU = "seven-day-haiku"
    SEVEN_DAY_FABLE = "seven-day-fable"
    SEVEN_DAY_MYTHOS = "seven-day-mythos"
    SEVEN_DAY_OVERAGE_INCLUDED = "seven-day-overage-included"  # of which models is not documented; shown as Fable's
    EXTRA_USAGE = "extra-usage"


class MeterReading(msgspec.Struct, frozen=True, gc=False, kw_only=True, array_like=True):
    """One poll of a usage meter. `used` is a share 0-1 (over 1 when over the limit)."""

    account: Pseudonym
    window: Window
    at: datetime
    used: float
    resets_at: datetime | None = None
    source: SourceRef


class Counter(StrEnum):
    """Running counters that a client shows (statusline `context_window`, `cost`)."""

    INPUT_TOKENS = "input-tokens"
    OUTPUT_TOKENS = "output-tokens"
    COST = "cost"


class CounterReading(msgspec.Struct, frozen=True, gc=False, kw_only=True, array_like=True):
    """One reading of a running counter. `value`: tokens or USD; `uptime`: seconds since the client's counters began."""

    session: Pseudonym
    counter: Counter
    at: datetime
    value: float
    uptime: float | None = None
    version: Version = ""
    model: ModelId | None = None
    source: SourceRef


class UsageBucket(msgspec.Struct, frozen=True, gc=False, kw_only=True, array_like=True):
    """One row of an aggregated usage or cost report, half-open [start, end).

    Reports are other views of the same calls: buckets are compared with calls, never added to them, and a report
    is never added to another. `group` names the row's other dimensions (key, workspace, tier, actor, ...);
    `grouping` names which dimensions those are, since pages of different grouping count the same tokens.
    """

    report: Slug  # id of the importer
    start: datetime
    end: datetime
    surface: Surface
    model: ModelId  # "other" where the report does not split by model
    group: Pseudonym = ""
    grouping: Slug = "none"
    as_of: datetime | None = None  # when the report was refreshed; a later one replaces an earlier one
    cumulative: bool = False  # counts since `start`; becomes the difference to the reading before
    requests: int | None = None
    input_tokens: int | None = None
    cache_read_tokens: int | None = None
    cache_write_tokens: int | None = None
    output_tokens: int | None = None
    mixed_tokens: int | None = None  # several kinds in one number; `grouping` says which
    cost_usd: float | None = None
    source: SourceRef


class MatchKey(StrEnum):
    """How one call was recognised in two formats, surest first."""

    MESSAGE_ID = "message-id"
    REQUEST_ID = "request-id"
    COUNTS_AND_TIME = "counts-and-time"  # same model, same input, read and write counts, at most two minutes apart


class Difference(StrEnum):
    """What differs between a call as one format tells it and as it is kept."""

    PLACEHOLDER_OUTPUT = "placeholder-output"  # only the output, and this format holds no final one
    FINAL_OUTPUT = "final-output"  # only the output, though this format states it as final
    CACHE_AS_INPUT = "cache-as-input"  # the same prompt, split otherwise into input, reads and writes
    PROMPT = "prompt"  # another size of the prompt


class FormatTotals(msgspec.Struct, frozen=True, kw_only=True):
    """What one format says of the calls, before copies in other formats were joined to it. Tokens as it states them."""

    importer: Slug
    calls: int
    only_here: int  # calls that no other format has
    matched: dict[MatchKey, int] = {}  # calls that a surer format has too, by how they were recognised
    lacking: int = 0  # calls between its first and its last that only other formats have
    differences: dict[Difference, int] = {}  # calls whose counts differ from those kept, by what differs
    input_tokens: int = 0
    cache_write_tokens: int = 0
    cache_read_tokens: int = 0
    output_tokens: int = 0


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """Account of one file: `read == used + other + recovered + skipped + pending + blank`, always.

    used: lines that gave a request or a mark; other: record types that carry neither (by type in `types`);
    recovered: lines the fast decoder refused and the standard one read; pending: an unended last line.
    """

    label: Slug  # log-0001, never a path
    importer: Slug
    bytes: int
    read: int = 0
    used: int = 0
    other: int = 0
    recovered: int = 0
    pending: int = 0
    blank: int = 0
    skipped: dict[SkipReason, int] = {}
    types: dict[Slug, int] = {}  # record types seen, public names only; anything else counts as "unknown"
    usage_lines: int = 0  # lines that carry usage of a call, before de-duplication

    @property
    def balances(self) -> bool:
        """Is every line of the file accounted for?"""
        parts = self.used + self.other + self.recovered + self.pending + self.blank
        return self.read == parts + sum(self.skipped.values())


class LogData(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that was read from a set of logs: each call once, oldest first, and the account of every line.

    `rounds`: rounds of an answer that its counts leave out; each `follows` the answer it is of. `clock_shift`: by how
    much a pack that shows times to the minute puts them back (`pseudonyms.clock_shift`).
    """

    requests: tuple[Request, ...] = ()
    rounds: tuple[Request, ...] = ()
    marks: tuple[Mark, ...] = ()
    meters: tuple[MeterReading, ...] = ()
    buckets: tuple[UsageBucket, ...] = ()
    counters: tuple[CounterReading, ...] = ()
    tallies: tuple[Tally, ...] = ()
    formats: tuple[FormatTotals, ...] = ()
    repeated_marks: dict[MarkKind, int] = {}  # copies of marks that resumes and forks made, dropped by id
    clock_shift: timedelta = timedelta(0)
