"""Schema of everything people write in content/: one frozen model a record type.

Strings are short and plain; they are strangers' text and only ever reach a page through `render.py`.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    AnyUrl,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    UrlConstraints,
)

from generator.curated.address import public, reachable
from generator.curated.forms import CLAIM, EVENT, ID, LINE, SLUG, SOURCE
from generator.curated.scalars import moment_in, no_twins, searched, visible

Id = Annotated[str, StringConstraints(pattern=ID)]
Slug = Annotated[str, StringConstraints(pattern=SLUG)]
ClaimId = Annotated[str, StringConstraints(pattern=CLAIM)]
EventId = Annotated[str, StringConstraints(pattern=EVENT)]
SourceId = Annotated[str, StringConstraints(pattern=SOURCE)]
Seen = AfterValidator(visible)
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300, pattern=LINE), Seen]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000), Seen]
WebUrl = Annotated[
    AnyUrl,
    UrlConstraints(max_length=2048, allowed_schemes=["https"]),
    AfterValidator(public),
    Field(
        description="A web address that begins with https://", json_schema_extra={"pattern": "^[hH][tT][tT][pP][sS]://"}
    ),
]
Contact = Annotated[
    AnyUrl,
    UrlConstraints(max_length=2048, allowed_schemes=["https", "mailto"]),
    AfterValidator(reachable),
    Field(
        description="A page that begins with https://, or mailto: and one address",
        json_schema_extra={"pattern": "^(?:[hH][tT][tT][pP][sS]://|mailto:)"},
    ),
]
Moment = Annotated[AwareDatetime, BeforeValidator(moment_in)]
"""A moment without its zone is refused."""


class Model(BaseModel):
    """Frozen, and no field but the declared ones."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Asked = Annotated[
    tuple[Annotated[Line, AfterValidator(searched)], ...], Field(exclude=True, max_length=8), AfterValidator(no_twins)
]
"""Words that readers type who look for exactly this record: the search puts it first for them, no more.

Few and of some length: a letter or a list of all words would put it first for everybody.
"""


class Layer(StrEnum):
    """Which layer one report points to, as its curator read it; never a finding."""

    CLIENT = "client"
    SERVER = "server"
    ACCOUNT = "account"  # metering, limits, plan, billing of one account
    UNKNOWN = "unknown"


class Confidence(StrEnum):
    """How firm a statement of ours is."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class EvidenceKind(StrEnum):
    """What a document is, said once at its own record: a claim that names it can't say another thing."""

    OFFICIAL_DOCUMENT = "official-document"
    OFFICIAL_STATEMENT = "official-statement"
    ADMISSION = "admission"  # the vendor says of itself that something failed
    CHANGELOG = "changelog"
    OPEN_MEASUREMENT = "open-measurement"  # with data or code that others can run
    CLOSED_MEASUREMENT = "closed-measurement"  # numbers without the data behind them
    ISSUE_WITH_LOGS = "issue-with-logs"
    READINGS_TOLD = "readings-told"  # of a meter, a balance or a clock, or estimates; no line of a log
    NARRATIVE_ISSUE = "narrative-issue"
    PRESS = "press"
    BLOG = "blog"
    SOCIAL = "social"  # as reported by somebody else
    MACHINE_SUMMARY = "machine-summary"
    OWN_FINDING = "own-finding"
    OTHERS_FINDING = "others-finding"
    ARITHMETIC = "arithmetic"  # a count, a sum or a base rate that anybody can work out again from records of this site


OF_THE_VENDOR = frozenset(
    {EvidenceKind.OFFICIAL_DOCUMENT, EvidenceKind.OFFICIAL_STATEMENT, EvidenceKind.ADMISSION, EvidenceKind.CHANGELOG}
)
"""What the vendor writes about itself: it has one origin, and is at an address that the case declares."""


class Figure(Model):
    """A number that a report states. Either `value` or `start`/`end` (from -> to)."""

    metric: Line
    value: Line | None = None
    start: Line | None = None
    end: Line | None = None
    unit: Line | None = None
    note: Line | None = None


class EvidenceClass(StrEnum):
    """What a public report is."""

    USER_REPORT = "user-report"
    PRESS_OR_BLOG = "press-or-blog"
    ECHO = "echo"
    OFFICIAL_STATUS = "official-status"
    OFFICIAL_STATEMENT = "official-statement"
    INDEX = "index"


class Detail(StrEnum):
    """What a report lets a stranger check."""

    NONE = "none"
    STEPS = "steps"
    MEASUREMENTS = "measurements"
    LOGS = "logs"


class Report(Model):
    """What somebody said in public that they saw."""

    id: Slug
    title: Line  # our paraphrase
    date: dt.date
    date_basis: Literal["posted", "estimated", "index-date", "comment-date", "interpolated", "unknown-day"]
    period: Literal["before-control", "control-before", "window", "control-after", "after-control"]
    observed_from: dt.date | None = None
    observed_to: dt.date | None = None
    surfaces: tuple[Slug, ...]
    client_version: Line | None = None
    model: Line | None = None
    plans: tuple[Slug, ...] = ()
    symptoms: tuple[Slug, ...]
    figures: tuple[Figure, ...] = ()
    url: WebUrl
    archive_url: WebUrl | None = None
    source_type: Literal["issue", "official", "press", "blog", "social-as-reported"]
    detail: Detail
    layer: Layer = Layer.UNKNOWN
    layer_reason: Line | None = None
    status: Line | None = None
    evidence_class: EvidenceClass
    echo_of: Slug | None = None
    independence: Line
    opened: bool
    provenance: Line
    kind: EvidenceKind | None = None  # where source type and detail do not say it: a measurement, a machine's digest
    author: Slug | None = None  # a handle, or its digest; None = not on record: its address is its origin
    data: Slug | None = None  # the data set it rests on, where others rest on the same
    relays: Id | None = None  # "vendor", or the report or source that it only passes on
    targeted: bool = False  # found by a search aimed at these days or this matter, so that no count by time may hold it
    supports: tuple[ClaimId, ...] = ()
    contradicts: tuple[ClaimId, ...] = ()


class Incident(Model):
    """One incident of the vendor's status page; start and end are the life of the announcement."""

    id: Slug
    start: Moment
    end: Moment
    title: Line
    impact: Literal["none", "minor", "major", "critical"]
    scope: tuple[Slug, ...]  # affected components; where the announcement names none, what its title names
    url: WebUrl
    archive_url: WebUrl | None = None

    @property
    def month(self) -> str:
        """Month of the start in UTC, which its file is named after."""
        return self.start.astimezone(dt.UTC).isoformat()[:7]


Plan = Literal["free", "pro", "max", "team", "enterprise", "api"]
"""How an account pays: a subscription, or by token ("api")."""


class Event(Model):
    """One dated thing that is known, or said, to have happened.

    `start` is the moment or day; `day_only` says that the hour is not known; `end` makes it a period; `ended_by`
    names the event that put an end to it, where one did. `plans` are those that it holds for, none where the source
    names none; `hours` the part of the day in which it holds.
    """

    id: EventId
    start: Moment
    end: Moment | None = None
    ended_by: EventId | None = None
    day_only: bool
    surfaces: tuple[Slug, ...]
    plans: tuple[Plan, ...] = ()
    hours: Line | None = None
    kind: Literal[
        "cli_release",
        "user_report",
        "incident",
        "product_launch",
        "statement",
        "policy_change",
        "doc_fact",
        "model_release",
        "regression",
        "fix",
        "limit_reset",
        "product_ga",
        "promotion",
        "leak",
    ]
    title: Line
    detail: Text | None = None
    url: WebUrl
    archive_url: WebUrl | None = None
    more_urls: tuple[WebUrl, ...] = ()
    source_type: Slug
    source_date: Line | None = None
    official: bool
    confidence: Confidence
    asked: Asked = ()

    @property
    def month(self) -> str:
        """Month of the start in UTC, which its file is named after."""
        return self.start.astimezone(dt.UTC).isoformat()[:7]


class Source(Model):
    """One document that claims or events lean on."""

    id: SourceId
    url: WebUrl
    date: Line | None = None  # None = undated
    kind: EvidenceKind
    author: Slug | None = None
    data: Slug | None = None
    relays: Id | None = None  # as in reports
    opened: bool  # read whole or in part, and not known from somebody's list only
    read_how: Line
    reliability: Line
    archive_url: WebUrl | None = None


class Variant(Model):
    """A form of a surface that some records name ("claude-code-web")."""

    id: Slug
    title: Line


class SurfaceText(Model):
    """One door of the building, in words for a reader who never heard of it."""

    id: Slug
    title: Line
    summary: Text  # what it is, how it is billed or metered
    client: Text  # which client code it runs (Cowork and the Agent SDK share Claude Code's harness)
    logs: Text  # what a user can get from it, and what not
    have: Text  # what evidence this site has
    missing: Text  # what it has not
    looks_like: Text | None = None  # what gives the same picture there, and how to tell it apart
    variants: tuple[Variant, ...] = ()


class Symptom(Model):
    """Something users see, defined so that two people would sort a report alike."""

    id: Slug
    title: Line
    question: Line  # "Does the meter move while nobody works?"
    definition: Text
    looks_like: Text  # look-alikes and how to tell them apart
    layer_note: Text  # what would point to client, server, metering or policy
    detectors: tuple[Slug, ...] = ()
