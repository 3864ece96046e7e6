"""Worked examples of detectors: rows in a notation short enough to read on a page, and what must be said of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial
from itertools import count
from typing import Annotated, Any, Literal

import msgspec
from pydantic import Field

from generator.curated.models import Line, Model, Slug, Text
from generator.curated.notation import Record, record_of, rows_of
from generator.ledger.subjects import Subjects, subjects
from generator.records.pseudonyms import pseudonym
from generator.records.rows import (
    Counter,
    CounterReading,
    LogData,
    Mark,
    MeterReading,
    Request,
    SourceRef,
    Surface,
    UsageBucket,
    Window,
)

KEY = b"worked example; nothing private"
START = datetime(2026, 3, 17, 9, 0, tzinfo=UTC)
MODEL = "claude-opus-4-6"
Count = Annotated[int, Field(ge=0)]
Seconds = Annotated[float, Field(ge=0)]
_OF_A_SESSION = {"id": "message", "follows": "message", "parent": "line"}  # kind of pseudonym by field


@rows_of(
    Request,
    usual={"model": MODEL, "version": "2.1.76", "uncached": 5, "output_reliable": True},
    derived=("id", "first_seen", "ended", "cache_write_5m_tokens", "cache_write_1h_tokens", "first_output_tokens"),
)
class ExampleRequest(Model):
    """One request; `at` is in seconds from the start of the example, `took` the length of the answer.

    `times` stands for as many requests, `every` seconds apart: each further one reads what the one before it read and
    wrote, and writes `grows` tokens.
    """

    at: Seconds
    took: Seconds = 5
    read: Count
    written: Count
    output: Count = 400
    lifetime: Literal["5m", "1h", "none"] = "1h"
    session: Slug = "main"
    parent: Slug = ""  # what it answers; absent, a line of its own
    lines: Annotated[int, Field(ge=1)] = 1
    times: Annotated[int, Field(ge=1, le=500)] = 1
    every: Annotated[float, Field(gt=0)] = 60
    grows: Count = 800

    def laid_out(self) -> Iterator[ExampleRequest]:
        """One row a request."""
        at, read, written = self.at, self.read, self.written
        for _ in range(self.times):
            yield self.model_copy(update={"at": at, "read": read, "written": written, "times": 1})
            at, read, written = at + self.every, read + written, self.grows

    def derived(self) -> dict[str, Any]:
        """Counts that follow from others unless the row writes them."""
        stated = self.lifetime != "none"
        return {
            "cache_write_5m_tokens": (self.written if self.lifetime == "5m" else 0) if stated else None,
            "cache_write_1h_tokens": (self.written if self.lifetime == "1h" else 0) if stated else None,
            "first_output_tokens": self.output,
        }


@rows_of(Mark, usual={"session": "main"})
class ExampleMark(Model):
    """Something between the requests."""

    at: Seconds


@rows_of(MeterReading, usual={"window": Window.FIVE_HOUR}, derived=("account",))
class ExampleReading(Model):
    """One reading of a meter, `used` in percent; `resets` is in seconds from the start of the example."""

    at: Seconds
    used: Annotated[float, Field(ge=0)]
    resets: float | None = 18_000


@rows_of(
    CounterReading,
    usual={"session": "main", "counter": Counter.INPUT_TOKENS, "version": "2.1.120", "model": MODEL},
)
class ExampleCounter(Model):
    """One reading of a running counter; `uptime` is in seconds."""

    at: Seconds


@rows_of(UsageBucket, usual={"report": "usage-report", "surface": Surface.API, "model": MODEL})
class ExampleBucket(Model):
    """One row of a usage report; `start` and `end` are in seconds from the start of the example."""


class Example(Model):
    """One worked example. `benign` names the explanation it shows; expect says what the detector must answer."""

    detector: Slug
    name: Slug
    title: Line
    because: Text
    expect: Literal["found", "quiet", "not-measurable"]
    benign: Slug | None = None
    start: datetime = START
    requests: tuple[ExampleRequest, ...] = ()
    marks: tuple[ExampleMark, ...] = ()
    meter: tuple[ExampleReading, ...] = ()
    counters: tuple[ExampleCounter, ...] = ()
    buckets: tuple[ExampleBucket, ...] = ()

    @cached_property
    def rows(self) -> tuple[ExampleRequest, ...]:
        """One row a request, in the order of the file; `source.line - 1` of a record is its place here."""
        return tuple(row for request in self.requests for row in request.laid_out())

    def reading(self) -> LogData:
        """The rows as records, of one account."""
        lines = count(1)
        return LogData(
            requests=tuple(self._request(row, next(lines)) for row in self.rows),
            marks=tuple(self._record(Mark, row, next(lines)) for row in self.marks),
            meters=tuple(self._meter(row, next(lines)) for row in self.meter),
            counters=tuple(self._record(CounterReading, row, next(lines)) for row in self.counters),
            buckets=tuple(self._record(UsageBucket, row, next(lines)) for row in self.buckets),
        )

    def subjects(self) -> Subjects:
        """What a detector is shown of it."""
        return subjects(self.reading())

    def _at(self, seconds: float) -> datetime:
        return self.start + timedelta(seconds=seconds)

    def _record(self, kind: type[Record], row: Model, line: int, within: str = "", **derived: Any) -> Record:
        given = {"source": SourceRef(0, line), **derived}
        return record_of(kind, row, moment=self._at, name=partial(self._name, within), derived=given)

    def _name(self, within: str, field: str, name: str) -> str:
        """The pseudonym of a name. Calls and lines are named within a session, agents alike in all examples."""
        if field == "agent":
            return pseudonym("agent", name, KEY)
        if field in _OF_A_SESSION:
            return pseudonym(_OF_A_SESSION[field], f"{within}/{name}", KEY)
        return pseudonym(field, f"{self.detector}/{self.name}/{name}", KEY)

    def _request(self, row: ExampleRequest, line: int) -> Request:
        session, began = self._name("", "session", row.session), self._at(row.at)
        derived = row.derived() | {
            "id": self._name(session, "id", f"{line}"),
            "parent": self._name(session, "parent", f"{line}"),
            "first_seen": began + timedelta(seconds=min(1.0, row.took)),
            "ended": began + timedelta(seconds=row.took),
        }
        return self._record(Request, row, line, session, **derived)

    def _meter(self, row: ExampleReading, line: int) -> MeterReading:
        account = pseudonym("account", f"{self.detector}/{self.name}", KEY)
        percent = self._record(MeterReading, row, line, account=account)
        return msgspec.structs.replace(percent, used=percent.used / 100)
