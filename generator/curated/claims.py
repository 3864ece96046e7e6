"""Claims of the article: what is asserted, the evidence on both sides, and how each item of it bears on the claim."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import StringConstraints

from generator.curated.models import Asked, ClaimId, Confidence, EventId, Id, Line, Model, Slug, SourceId, Text, WebUrl


class Grade(StrEnum):
    """The reviewer's grade of a claim; `grading/` computes another beside it."""

    SUPPORTED = "supported"
    PARTLY_SUPPORTED = "partly_supported"
    UNSUPPORTED = "unsupported"
    CONTRADICTED = "contradicted"
    NOT_CHECKABLE = "not_checkable"


class Period(Model):
    """Dates of a claim; either end may be open. `text` is how the article puts it."""

    start: dt.date | None = None
    end: dt.date | None = None
    text: Line


class Stance(StrEnum):
    """What an item of evidence does to a claim."""

    FOR = "for"
    AGAINST = "against"
    CONTEXT = "context"


class Bears(StrEnum):
    """How near the evidence is to the statement as it is worded."""

    DIRECT = "direct"
    PART = "part"  # one part of it, something wider or narrower, or a step of reasoning away
    OTHER_DATES = "other-dates"  # the same thing, outside the claim's dates


class Lowered(Model):
    """A weight below that of the source. There is no way to raise one."""

    to: Literal["medium", "weak", "none"]
    why: Line


class ClaimEvidence(Model):
    """One item of evidence. Its record says the kind and the origin; the claim can only lower the weight."""

    source: SourceId | None = None
    report: Slug | None = None
    incident: Slug | None = None
    measurement: Slug | None = None
    event: EventId | None = None  # where it is told; weighs nothing itself
    stance: Stance
    bears: Bears = Bears.DIRECT
    shows: Line  # what exactly it shows of this claim, and no more
    relays: Id | None = None  # "vendor", or the record whose words are passed on in what is cited here
    lowered: Lowered | None = None


class Wanted(Model):
    """What would decide a claim that nothing public can check."""

    record: Line  # the record, with its day and surface
    holder: Line  # who could publish it
    command: Line | None = None  # what makes it evidence on this site


class Claim(Model):
    """One assertion of the article."""

    id: ClaimId
    section: Line
    lines: Annotated[str, StringConstraints(pattern=r"^[0-9]+([-,][0-9]+)*$")]  # line numbers in the article
    statement: Line
    surfaces: tuple[Slug, ...] = ()  # empty = the article names none
    symptoms: tuple[Slug, ...] = ()
    dates: Period | None = None
    kind: Literal[
        "event", "symptom", "inference", "mechanism", "figure", "report"
    ]  # report: only that somebody said so
    grade: Grade
    confidence: Confidence
    reason: Text  # why the reviewer graded it so
    sources: tuple[WebUrl, ...] = ()
    evidence: tuple[ClaimEvidence, ...] = ()
    looked: Text | None = None  # where was looked, if no evidence was found
    private: bool = False  # known to the author alone: a log, a memory, a belief
    tested_by: tuple[Slug, ...] = ()  # detectors that would decide it on the author's own logs
    wanted: Wanted | None = None
    same_as: ClaimId | None = None
    withdrawn: Text | None = None  # who took the claim back, when and where
    asked: Asked = ()
