"""What is tested about the case, written down apart from the code that tests it: neither shall follow the result."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from generator.curated.scalars import visible

_Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{1,63}$")]
_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000), AfterValidator(visible)]
_Lags = Annotated[tuple[Annotated[int, Field(ge=0, le=60)], ...], Field(min_length=1, max_length=8)]
_Days = Annotated[tuple[dt.date, ...], Field(min_length=1, max_length=400)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Tested(StrEnum):
    """The tests that answer the question of the page; Holm's correction is over all that the case names."""

    WEEK_INCIDENTS = "week-incidents"
    WEEK_COMPLAINTS = "week-complaints"
    CREST_COMPLAINTS = "crest-complaints"
    STEP = "step"
    SECOND_STEP = "second-step"
    DATES_INCIDENTS = "dates-incidents"
    DATES_COMPLAINTS = "dates-complaints"
    NEARNESS = "nearness"


class Stretch(_Frozen):
    """Days, both ends included."""

    first: dt.date
    last: dt.date

    @property
    def days(self) -> int:
        """How many."""
        return (self.last - self.first).days + 1

    def __contains__(self, day: dt.date) -> bool:
        """Is the day one of them?"""
        return self.first <= day <= self.last


class Rollout(_Frozen):
    """A release that the article names, with the event of ours that it is."""

    day: dt.date
    word: _Text
    event: _Id


class Registered(_Frozen):
    """The plan: stretches of days, dates, lags in days, and the headline tests."""

    title: _Text = "Was this window special?"  # of the page that answers it
    page: _Id = "was-it-special"  # its address, below that of the case; it never changes
    written: dt.date
    note: _Text  # what was known of the results when this was written
    listed: Stretch  # days that the list of incidents covers
    studied: Stretch  # the months that dates are shifted in, and the article's week is compared with
    rollout: Stretch  # from the first of the article's releases to the last
    before: Stretch  # control: days before the rollout
    after: Stretch  # control: days after it
    compared: Stretch  # what the article's week is compared with, the week itself left out
    crest: Stretch  # the days in which reports are most frequent
    rollouts: Annotated[tuple[Rollout, ...], Field(min_length=1, max_length=20)]
    lags: _Lags  # all that are tried together
    lag: Annotated[int, Field(ge=0, le=60)]  # the one that single figures are given for
    failures: _Days  # the article's own dates of failures, repeats kept
    near: Stretch  # the days that those are shifted in
    client_releases: _Days  # versions of Claude Code, a day for each version
    client_lags: _Lags
    usage_symptoms: Annotated[tuple[_Id, ...], Field(min_length=1)]  # what counts as a complaint about usage
    neutral_questions: _Id  # measurement whose first table has questions that name no month
    headline: Annotated[tuple[Tested, ...], Field(min_length=1)]
