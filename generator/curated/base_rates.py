"""Base rates measured on public sets of transcripts: figures only, with the command that gave them."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from generator.curated.models import Line, Model, Slug, Text, WebUrl

Count = Annotated[int, Field(ge=0)]


class MeasuredBreaks(Model):
    """Breaks of the cache identity with one reason."""

    reason: Slug
    count: Count
    excess_tokens: Count
    usd: Annotated[float, Field(ge=0)]


class MeasuredDetector(Model):
    """What one detector said of the set; `naive` is what the usual rule would have reported.

    `sessions` have at least one finding; None where findings are about a meter or the whole account. `missing` names
    inputs that the set does not hold.
    """

    id: Slug
    outcome: Literal["found", "quiet", "not-measurable", "failed"] = "quiet"
    examined: Count
    findings: Count
    sessions: Count | None = None
    naive: Count
    missing: tuple[Slug, ...] = ()


class Measurement(Model):
    """One public set of transcripts, measured once."""

    id: Slug
    title: Line
    url: WebUrl
    licence: Line
    requests: Count
    steps: Count
    sessions: Count = 0
    sessions_with: Count = 0  # at least one finding of any detector whose findings are in sessions
    breaks: tuple[MeasuredBreaks, ...] = ()
    detectors: tuple[MeasuredDetector, ...] = ()
    measured: date
    command: Text
