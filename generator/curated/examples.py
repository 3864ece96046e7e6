"""Worked examples of detectors: rows in a notation short enough to read on a page, and what must be said of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from generator.base.problems import ContentError, Problem
from generator.curated.listfile import read_list
from generator.curated.models import Line, Model, Slug, Text
from generator.curated.yamlfile import Document
from generator.ledger.subjects import Subjects, subjects
from generator.records.pseudonyms import pseudonym
from generator.records.rows import (
    Counter,
    CounterReading,
    LogData,
    Mark,
    MarkKind,
    MeterReading,
    MissReason,
    Request,
    ServiceTier,
    SourceRef,
    Speed,
    Trigger,
    Window,
)

KEY = b"worked example; nothing private"
START = datetime(2026, 3, 17, 9, 0, tzinfo=UTC)
MODEL = r"^claude-[a-z0-9-]+$"
Count = Annotated[int, Field(ge=0)]


class ExampleRequest(Model):
    """One request; `at` is in seconds from the start of the example, `took` the length of the answer.

    `times` stands for as many requests, `every` seconds apart: each further one reads what the one before it read and
    wrote, and writes `grows` tokens.
    """

    at: Annotated[float, Field(ge=0)]
    took: Annotated[float, Field(ge=0)] = 5
    read: Count
    written: Count
    uncached: Count = 5
    output: Count = 400
    lifetime: Literal["5m", "1h", "none"] = "1h"
    model: Annotated[str, StringConstraints(pattern=MODEL)] = "claude-opus-4-6"
    requested: Annotated[str, StringConstraints(pattern=MODEL)] | None = None
    version: Annotated[str, StringConstraints(pattern=r"^\d+\.\d+\.\d+$")] = "2.1.76"
    words: Count | None = None
    parent: Slug | None = None
    miss_reason: MissReason | None = None
    effort: Slug | None = None
    speed: Speed | None = None
    tier: ServiceTier | None = None
    lines: Annotated[int, Field(ge=1)] = 1
    first_output: Count | None = None
    result_bytes: Count | None = None
    reads: Count | None = None
    edits: Count | None = None
    session: Slug = "main"
    agent: Slug | None = None
    times: Annotated[int, Field(ge=1, le=500)] = 1
    every: Annotated[float, Field(gt=0)] = 60
    grows: Count = 800

    def laid_out(self) -> Iterator[ExampleRequest]:
        """One row a request."""
        at, read, written = self.at, self.read, self.written
        for _ in range(self.times):
            yield self.model_copy(update={"at": at, "read": read, "written": written, "times": 1})
            at, read, written = at + self.every, read + written, self.grows


class ExampleMark(Model):
    """Something between the requests."""

    at: Annotated[float, Field(ge=0)]
    kind: MarkKind
    trigger: Trigger = Trigger.NONE
    value: Count | None = None
    session: Slug = "main"


class ExampleReading(Model):
    """One reading of a meter, `used` in percent; `resets` is in seconds from the start of the example."""

    at: Annotated[float, Field(ge=0)]
    used: Annotated[float, Field(ge=0)]
    window: Window = Window.FIVE_HOUR
    resets: float | None = 18_000


class ExampleCounter(Model):
    """One reading of a running counter; `uptime` is in seconds."""

    at: Annotated[float, Field(ge=0)]
    value: Annotated[float, Field(ge=0)]
    counter: Counter = Counter.INPUT_TOKENS
    uptime: Annotated[float, Field(ge=0)] | None = None
    version: Annotated[str, StringConstraints(pattern=r"^\d+\.\d+\.\d+$")] = "2.1.120"
    model: Annotated[str, StringConstraints(pattern=MODEL)] = "claude-opus-4-6"
    session: Slug = "main"


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

    @cached_property
    def rows(self) -> tuple[ExampleRequest, ...]:
        """One row a request, in the order of the file; `source.line - 1` of a record is its place here."""
        return tuple(row for request in self.requests for row in request.laid_out())

    def reading(self) -> LogData:
        """The rows as records, of one account."""
        lines = count(1)
        return LogData(
            requests=tuple(self._request(row, next(lines)) for row in self.rows),
            marks=tuple(self._mark(row, next(lines)) for row in self.marks),
            meters=tuple(self._meter(row, next(lines)) for row in self.meter),
            counters=tuple(self._counter(row, next(lines)) for row in self.counters),
        )

    def subjects(self) -> Subjects:
        """What a detector is shown of it."""
        return subjects(self.reading())

    def _at(self, seconds: float) -> datetime:
        return self.start + timedelta(seconds=seconds)

    def _session(self, name: str) -> str:
        return pseudonym("session", f"{self.detector}/{self.name}/{name}", KEY)

    def _request(self, row: ExampleRequest, line: int) -> Request:
        session, began = self._session(row.session), self._at(row.at)
        stated = row.lifetime != "none"
        return Request(
            id=pseudonym("message", f"{session}/{line}", KEY),
            session=session,
            agent=pseudonym("agent", row.agent, KEY) if row.agent else "",
            parent=pseudonym("line", f"{session}/{row.parent or line}", KEY),
            version=row.version,
            model=row.model,
            requested_model=row.requested,
            started=began,
            first_seen=began + timedelta(seconds=min(1.0, row.took)),
            ended=began + timedelta(seconds=row.took),
            input_tokens=row.uncached,
            cache_read_tokens=row.read,
            cache_write_tokens=row.written,
            cache_write_5m_tokens=(row.written if row.lifetime == "5m" else 0) if stated else None,
            cache_write_1h_tokens=(row.written if row.lifetime == "1h" else 0) if stated else None,
            output_tokens=row.output,
            output_reliable=True,
            first_output_tokens=row.output if row.first_output is None else row.first_output,
            result_bytes=row.result_bytes,
            file_reads=row.reads,
            file_edits=row.edits,
            prompt_words=row.words,
            miss_reason=row.miss_reason,
            effort=row.effort,
            speed=row.speed,
            service_tier=row.tier,
            lines=row.lines,
            source=SourceRef(0, line),
        )

    def _mark(self, row: ExampleMark, line: int) -> Mark:
        return Mark(
            kind=row.kind,
            session=self._session(row.session),
            at=self._at(row.at),
            trigger=row.trigger,
            value=row.value,
            source=SourceRef(0, line),
        )

    def _meter(self, row: ExampleReading, line: int) -> MeterReading:
        return MeterReading(
            account=pseudonym("account", f"{self.detector}/{self.name}", KEY),
            window=row.window,
            at=self._at(row.at),
            used=row.used / 100,
            resets_at=None if row.resets is None else self._at(row.resets),
            source=SourceRef(0, line),
        )

    def _counter(self, row: ExampleCounter, line: int) -> CounterReading:
        return CounterReading(
            session=self._session(row.session),
            counter=row.counter,
            at=self._at(row.at),
            value=row.value,
            uptime=row.uptime,
            version=row.version,
            model=row.model,
            source=SourceRef(0, line),
        )


def load_examples(content: Path, explanations: Mapping[str, Collection[str]] | None = None) -> tuple[Example, ...]:
    """All of content/examples/, one file a detector; `explanations` gives the benign ids that each detector knows.

    Raises ContentError with every mistake of every file.
    """
    examples: list[Example] = []
    problems: list[Problem] = []
    for path in sorted((content / "examples").glob("*.yml")):
        try:
            document, found = read_list(path, f"content/examples/{path.name}", Example)
        except ContentError as error:
            problems.extend(error.problems)
            continue
        problems.extend(_mistakes(document, path.stem, found, explanations))
        examples.extend(found)
    if problems:
        raise ContentError(*problems)
    return tuple(examples)


def _mistakes(
    document: Document, stem: str, examples: tuple[Example, ...], explanations: Mapping[str, Collection[str]] | None
) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    for index, example in enumerate(examples):
        detector = (index, "detector")
        if example.detector != stem:
            yield document.problem(detector, "W-name", "the file is named after another detector")
        if example.name in seen:
            first = document.place((seen[example.name], "name")).line
            yield document.problem((index, "name"), "W-unique", "the name is taken", f"first in line {first}")
        seen.setdefault(example.name, index)
        if explanations is None:
            continue
        if example.detector not in explanations:
            yield document.problem(detector, "W-ref", "no such detector")
        elif example.benign is not None and example.benign not in explanations[example.detector]:
            yield document.problem((index, "benign"), "W-ref", "the detector has no such explanation")
