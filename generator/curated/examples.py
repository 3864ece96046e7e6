"""Worked examples of detectors: rows in a notation short enough to read on a page, and what must be said of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from generator.curated.listfile import read_list
from generator.curated.models import Line, Model, Slug, Text
from generator.curated.yamlfile import Document
from generator.privacy import pseudonym
from generator.problems import ContentError, Problem
from generator.records import Mark, MarkKind, MissReason, Request, SourceRef, Trigger

KEY = b"worked example; nothing private"
START = datetime(2026, 3, 17, 9, 0, tzinfo=UTC)
Count = Annotated[int, Field(ge=0)]


class ExampleRequest(Model):
    """One request; `at` is in seconds from the start of the example, `took` the length of the answer."""

    at: Annotated[float, Field(ge=0)]
    took: Annotated[float, Field(ge=0)] = 5
    read: Count
    written: Count
    uncached: Count = 5
    output: Count = 400
    lifetime: Literal["5m", "1h"] = "1h"
    model: Annotated[str, StringConstraints(pattern=r"^claude-[a-z0-9-]+$")] = "claude-opus-4-6"
    version: Annotated[str, StringConstraints(pattern=r"^\d+\.\d+\.\d+$")] = "2.1.76"
    words: Count | None = None
    parent: Slug | None = None
    miss_reason: MissReason | None = None
    effort: Slug | None = None
    lines: Annotated[int, Field(ge=1)] = 1


class ExampleMark(Model):
    """Something between the requests."""

    at: Annotated[float, Field(ge=0)]
    kind: MarkKind
    trigger: Trigger = Trigger.NONE
    value: Count | None = None


class Example(Model):
    """One worked example. `benign` names the explanation it shows; expect says what the detector must answer."""

    detector: Slug
    name: Slug
    title: Line
    because: Text
    expect: Literal["found", "quiet", "not-measurable"]
    benign: Slug | None = None
    requests: tuple[ExampleRequest, ...]
    marks: tuple[ExampleMark, ...] = ()

    def records(self) -> tuple[tuple[Request, ...], tuple[Mark, ...]]:
        """The rows as records, in one session."""
        session = pseudonym("session", f"{self.detector}/{self.name}", KEY)
        return (
            tuple(_request(row, session, number) for number, row in enumerate(self.requests, start=1)),
            tuple(_mark(row, session, len(self.requests) + n) for n, row in enumerate(self.marks, start=1)),
        )


def _request(row: ExampleRequest, session: str, line: int) -> Request:
    began = START + timedelta(seconds=row.at)
    return Request(
        id=pseudonym("message", f"{session}/{line}", KEY),
        session=session,
        parent=pseudonym("line", f"{session}/{row.parent or line}", KEY),
        version=row.version,
        model=row.model,
        started=began,
        first_seen=began + timedelta(seconds=min(1.0, row.took)),
        ended=began + timedelta(seconds=row.took),
        input_tokens=row.uncached,
        cache_read_tokens=row.read,
        cache_write_tokens=row.written,
        cache_write_5m_tokens=row.written if row.lifetime == "5m" else 0,
        cache_write_1h_tokens=row.written if row.lifetime == "1h" else 0,
        output_tokens=row.output,
        output_reliable=True,
        prompt_words=row.words,
        miss_reason=row.miss_reason,
        effort=row.effort,
        lines=row.lines,
        source=SourceRef(0, line),
    )


def _mark(row: ExampleMark, session: str, line: int) -> Mark:
    return Mark(
        kind=row.kind,
        session=session,
        at=START + timedelta(seconds=row.at),
        trigger=row.trigger,
        value=row.value,
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
