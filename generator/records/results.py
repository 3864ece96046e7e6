"""What detectors say of records, and one body of evidence with all that a pack holds. Types only.

The same rule as in `records/rows.py` holds: no field for free text.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec

from generator.records.fleet import Fleet
from generator.records.rows import (
    CounterReading,
    FormatTotals,
    Mark,
    MarkKind,
    MeterReading,
    MissReason,
    ModelId,
    Pseudonym,
    Request,
    Slug,
    SourceRef,
    Surface,
    Tally,
    UsageBucket,
    Version,
    Window,
)

FindingId = Annotated[str, msgspec.Meta(pattern=r"\AF-[A-Z2-7]{6,10}\Z")]
Digest = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{64}\Z")]


class Level(StrEnum):
    """How much of a log a pack shows."""

    AGGREGATE = "aggregate"
    FINDINGS = "findings"
    FULL = "full"


class Outcome(StrEnum):
    """Four outcomes; "quiet" and "not measurable" are answers too."""

    FOUND = "found"
    QUIET = "quiet"
    NOT_MEASURABLE = "not-measurable"
    FAILED = "failed"


class Unit(StrEnum):
    """Units of quantities."""

    TOKENS = "tokens"
    SECONDS = "seconds"
    REQUESTS = "requests"
    WORDS = "words"
    SHARE = "share"
    USD = "usd"
    COMPACTIONS = "compactions"
    POINTS = "points"  # percentage points of a usage meter
    READINGS = "readings"
    RATIO = "ratio"
    DAYS = "days"
    BYTES = "bytes"
    EVENTS = "events"


class Severity(StrEnum):
    """How much it matters, apart from how sure it is (research/detectors.md 4.0)."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class FindingGrade(StrEnum):
    """What the finding rests on: A identity from the log alone, B one unseen assumption, C needs a second
    source, D not decidable from this log.
    """

    A = "A"
    B = "B"
    C = "C"
    D = "D"


class Lean(StrEnum):
    """Which layer a signature leans to; never more than a lean (research/detectors.md 5.1)."""

    CLIENT = "client"
    SERVICE = "service"
    POLICY = "policy"  # a setting or rule that the service's owner sets: lifetimes, prices, limits
    ACCOUNT = "account"  # other clients, devices or people of the same account
    OPEN = "open"


class Quantity(msgspec.Struct, frozen=True):
    """A named number with its unit."""

    name: Slug
    value: float
    unit: Unit


class DayShare(msgspec.Struct, frozen=True):
    """`hits` of `trials` on one UTC day."""

    day: Annotated[str, msgspec.Meta(pattern=r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")]
    hits: int
    trials: int


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One observation of one detector. The id survives re-runs and more logs."""

    id: FindingId
    detector: Slug
    version: Version
    session: Pseudonym = ""  # "" where it is about a meter or the whole account
    agent: Pseudonym = ""
    account: Pseudonym = ""
    window: Window | None = None  # of the meter it is about
    client: Version = ""  # client version it is about, where it is about one
    at: datetime
    until: datetime | None = None  # end of what it is about, where that is a span
    requests: tuple[Pseudonym, ...]  # what it is about, oldest first
    readings: tuple[SourceRef, ...] = ()  # meter or counter readings that it is about
    days: tuple[DayShare, ...] = ()  # the series it is about, where that is one
    quantities: tuple[Quantity, ...]
    expected_tokens: int | None = None
    observed_tokens: int | None = None
    excess_tokens: int = 0
    excess_usd: float | None = None  # list price, not a bill; None = no price known
    grade: FindingGrade
    severity: Severity
    ruled_out: tuple[Slug, ...]  # benign explanations that the log excludes
    not_ruled_out: tuple[Slug, ...]  # those that no log of this kind can exclude
    stated_reason: MissReason | None = None  # the API's own word, where there is one
    lean: Lean = Lean.OPEN
    lean_reason: Slug = "no-layer"  # key of detectors/shared/attribution.py


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """What one detector said of one body of evidence, also when it said nothing."""

    detector: Slug
    version: Version
    outcome: Outcome
    found: int = 0  # findings, also where the level of detail leaves them out
    examined: int = 0  # units the rule looked at (see Detector.unit): the denominator
    not_measurable: int = 0  # subjects (threads, meters, ...) without the needed fields
    missing: tuple[Slug, ...] = ()  # needs that no input of this evidence meets; key of detectors/shared/needs.py
    naive: int = 0  # what the naive rule of other tools would have reported
    explained: dict[Slug, int] = {}  # candidates that a benign explanation took, by its id
    sessions_examined: int | None = None  # sessions in which the rule looked at a unit; None: not counted
    sessions_found: int | None = None  # those of them with a finding
    findings: tuple[Finding, ...] = ()
    error: Slug | None = None  # type of the exception, never its text


class BreakCount(msgspec.Struct, frozen=True, kw_only=True):
    """All breaks of the cache identity with one reason."""

    reason: Slug  # benign id or "unexplained"
    count: int
    excess_tokens: int
    excess_usd: float


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """Sums over one record per call."""

    requests: int = 0
    nested_requests: int = 0  # known only from agent_progress lines
    input_tokens: int = 0
    cache_write_tokens: int = 0
    cache_read_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float = 0.0  # list price of all requests with a known price and of the rounds beside them
    unpriced: int = 0
    sessions: int = 0
    unthreaded: int = 0  # calls of no known session
    threads: int = 0
    steps: int = 0  # pairs of requests on which the identity can be tested
    other_makers: int = 0  # calls of other makers' models: counted, not judged
    rounds_apart: int = 0  # rounds of advisors and compactions, which the counts of their calls leave out
    rounds_usd: float = 0.0  # list price of those, in `cost_usd`
    declined: int = 0  # attempts of a model before another one answered
    declined_usd: float = 0.0  # list price of those if they are charged; not in `cost_usd`
    web_searches: int = 0  # charged apart, not in `cost_usd`


class DaySum(msgspec.Struct, frozen=True, kw_only=True):
    """Sums of one UTC day and model."""

    day: Annotated[str, msgspec.Meta(pattern=r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")]
    model: ModelId
    requests: int
    input_tokens: int
    cache_write_tokens: int
    cache_read_tokens: int
    output_tokens: int


class WindowBalance(msgspec.Struct, frozen=True, kw_only=True):
    """One reset window of one meter beside the calls that all logs of the evidence hold for it.

    `predicted`: points that the calls cost at the median price of the account's other windows; None where fewer than
    three of them have a price. `low` and `high` bound the remainder (moved - predicted): by the cheapest and the
    dearest point of the others, and half a point of rounding at either end.
    """

    account: Pseudonym
    window: Window
    start: datetime  # first and last reading
    end: datetime
    readings: int
    longest_gap: int  # seconds between two readings
    moved: float  # percentage points
    calls: int
    unpriced: int
    cost_usd: float  # list price of what moves meters (no cache reads)
    others: int  # windows that set the price
    predicted: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def remainder(self) -> float | None:
        """Points that no log explains; None where nothing can be predicted."""
        return None if self.predicted is None else self.moved - self.predicted


class ReportLine(msgspec.Struct, frozen=True, kw_only=True):
    """One day and model of one report beside the logged calls of the same span. None: the report does not say."""

    report: Slug
    surface: Surface
    start: datetime
    end: datetime
    model: ModelId
    grouping: Slug
    requests: int | None = None
    input_tokens: int | None = None
    cache_write_tokens: int | None = None
    cache_read_tokens: int | None = None
    output_tokens: int | None = None
    mixed_tokens: int | None = None  # tokens whose kinds the report does not tell apart
    cost_usd: float | None = None
    logged: DaySum
    logged_usd: float = 0.0  # list price of the logged calls


class SurfaceDay(msgspec.Struct, frozen=True, kw_only=True):
    """Calls of one UTC day by the surface that their format belongs to."""

    day: Annotated[str, msgspec.Meta(pattern=r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")]
    surface: Surface
    requests: int
    cost_usd: float


class Reconciliation(msgspec.Struct, frozen=True, kw_only=True):
    """Meters, reports and calls of one body of evidence side by side, and what is missing to decide a remainder.

    `missing` holds keys of reconciliation.MISSING.
    """

    windows: tuple[WindowBalance, ...] = ()
    lines: tuple[ReportLine, ...] = ()
    surfaces: tuple[SurfaceDay, ...] = ()
    missing: tuple[Slug, ...] = ()


class PublicLine(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A line of a public log: SHA-256 of its bytes as published, its line end included."""

    source: SourceRef
    sha256: Digest


class FileTree(msgspec.Struct, frozen=True):
    """Tree over the records of one log file: how many there are, and its root (salted, see generator/proofs)."""

    size: int
    root: Digest


class Commitments(msgspec.Struct, frozen=True, kw_only=True):
    """What a pack publishes so that its numbers can be proved from the logs without showing these."""

    root: Digest
    files: tuple[FileTree, ...]  # in the order of the tallies
    findings: int
    findings_root: Digest
    secrets: tuple[Digest, ...] = ()  # of each file, where the log is public: then salts hide nothing

    @property
    def records(self) -> int:
        """Leaves of all files."""
        return sum(file.size for file in self.files)


class Pack(msgspec.Struct, frozen=True, kw_only=True):
    """One body of evidence after ledger and detectors, redacted to its level; what a pack holds.

    At level `findings` the rows are those that findings cite and their neighbours, times cut to the minute;
    the runs were made where all rows were, and travel with it.
    """

    id: Slug
    simulated: bool
    level: Level
    tool_version: Version
    tallies: tuple[Tally, ...]
    totals: Totals
    days: tuple[DaySum, ...]
    marks_by_kind: dict[MarkKind, int]
    breaks: tuple[BreakCount, ...]
    runs: tuple[Run, ...]
    formats: tuple[FormatTotals, ...] = ()
    reconciliation: Reconciliation = Reconciliation()
    requests: tuple[Request, ...] = ()
    rounds: tuple[Request, ...] = ()
    marks: tuple[Mark, ...] = ()
    meters: tuple[MeterReading, ...] = ()
    buckets: tuple[UsageBucket, ...] = ()
    counters: tuple[CounterReading, ...] = ()
    origin: tuple[Digest, ...] = ()  # SHA-256 of each file, in the order of the tallies, where the log is public
    lines: tuple[PublicLine, ...] = ()  # lines of a public log that rows name
    commitments: Commitments | None = None
    vendors: dict[Slug, Digest] = {}  # whose file judged its calls, with the SHA-256 of its values; older packs: none
    fleet: Fleet | msgspec.UnsetType = msgspec.UNSET  # of many users; absent in any other pack, and so in its bytes
