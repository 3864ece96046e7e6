"""Worked examples of detectors as tables, with what the rule says when it is run for the page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from generator.base.wording import duration, n, plural
from generator.detectors import run
from generator.records.rows import Mark

if TYPE_CHECKING:
    from datetime import datetime

    from generator.curated.examples import Example
    from generator.detectors import Detector
    from generator.ledger.steps import Step
    from generator.ledger.threads import Thread
    from generator.records.rows import Request

CALL_COLUMNS = ("Time", "What", "Expected", "Read", "Written", "Uncached", "What matters here")
READING_COLUMNS = ("Time", "What", "Value", "Resets after", "What matters here")
AT_EITHER_END = 9  # rows shown of a long example


@dataclass(frozen=True)
class WorkedExample:
    """An example with its rows as a table, and what the rule says of it when it is run for this page."""

    example: Example
    rows: tuple[tuple[Any, ...], ...]
    readings: tuple[tuple[Any, ...], ...]
    left_out: int  # rows of calls that the table does not show
    outcome: str
    explained: bool  # a candidate was seen and taken; False = settled while the log is read


def worked_example(detector: Detector, example: Example) -> WorkedExample:
    """The example with what the rule says of it now."""
    shown = example.subjects()
    result = run(detector, shown)
    rows = tuple(row for thread in shown.threads for row in _rows(example, thread))
    return WorkedExample(
        example=example,
        rows=rows if len(rows) <= 2 * AT_EITHER_END else (*rows[:AT_EITHER_END], *rows[-AT_EITHER_END:]),
        readings=tuple(_readings(example)),
        left_out=max(0, len(rows) - 2 * AT_EITHER_END),
        outcome=result.outcome.value,
        explained=bool(result.explained),
    )


def _rows(example: Example, thread: Thread) -> Iterator[tuple[Any, ...]]:
    """Requests and marks of an example in the order of time."""
    steps = {step.after.id: step for step in thread.steps}
    timed: list[tuple[datetime, int, Request | Mark]] = [
        *((request.started or request.first_seen, 1, request) for request in thread.requests),
        *((mark.at, 0, mark) for mark in thread.marks),
    ]
    first: Request | None = None
    for at, _, record in sorted(timed, key=lambda item: item[:2]):
        clock = duration((at - example.start).total_seconds())
        if isinstance(record, Mark):
            yield (clock, _mark_text(record), None, None, None, None, "")
            continue
        row = example.rows[record.source.line - 1]
        step = steps.get(record.id)
        yield (
            clock,
            "request",
            step.expected if step else None,
            record.cache_read_tokens,
            record.cache_write_tokens,
            record.input_tokens,
            "; ".join(_remarks(record, first, step, row.parent)),
        )
        first = first or record


def _mark_text(mark: Mark) -> str:
    details = [mark.trigger.value] if mark.trigger.value else []
    if mark.value is not None:
        details.append(n(mark.value))
    kind = mark.kind.value.replace("-", " ")
    return f"{kind} ({', '.join(details)})" if details else kind


def _remarks(request: Request, first: Request | None, step: Step | None, parent: str | None) -> Iterator[str]:
    """Only what differs from the first request, or what a rule looks at."""
    if parent:
        yield f"answers {parent.replace('-', ' ')}"
    if request.lines > 1:
        yield f"on {plural(request.lines, 'line')}"
    if request.prompt_words is not None:
        yield f"prompt of {plural(request.prompt_words, 'word')}"
    if step is not None:
        yield f"pause {duration(step.age)}"
    if request.miss_reason:
        yield f"API states: {request.miss_reason.value.replace('_', ' ')}"
    if request.effort:
        yield f"effort {request.effort}"
    if first is not None and request.model != first.model:
        yield f"model {request.model}"
    if first is not None and request.version != first.version:
        yield f"client {request.version}"


def _readings(example: Example) -> Iterator[tuple[Any, ...]]:
    """Readings of meters and counters in the order of time."""
    records = example.reading()
    meters = (
        (
            row.at,
            f"{row.window.value.replace('-', ' ')} meter",
            f"{100 * row.used:g} %",
            None if row.resets_at is None else _until(row.resets_at, row.at),
            "",
        )
        for row in records.meters
    )
    counters = (
        (
            row.at,
            row.counter.value.replace("-", " "),
            n(row.value),
            None,
            f"client {row.version}" + ("" if row.uptime is None else f", running for {duration(row.uptime)}"),
        )
        for row in records.counters
    )
    for at, *cells in sorted((*meters, *counters), key=lambda row: row[:2]):
        yield (duration((at - example.start).total_seconds()), *cells)


def _until(resets: datetime, at: datetime) -> str:
    return duration((resets - at).total_seconds()) if resets > at else "passed"
