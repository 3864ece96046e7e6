"""A running token counter of a client falls to a fraction in the middle of a session (100,000 to 4,000)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from msgspec.structs import replace

from generator.detectors.shared.base import (
    Benign,
    Detector,
    Explained,
    Judgement,
    Parameter,
    Reference,
    day,
    finding,
)
from generator.detectors.shared.meters import STATUSLINE_DOCS
from generator.detectors.shared.needs import COUNTERS, MARKS
from generator.ledger.subjects import CounterSeries, Scope, marks_between, version_key
from generator.records.results import Finding, FindingGrade, Quantity, Unit
from generator.records.rows import Counter, CounterReading, MarkKind, Trigger

HIGH = 50_000  # tokens
REMAINS = 0.2  # of the value before
NO_SUM_SINCE = (2, 1, 132)
TOKEN_COUNTERS = frozenset({Counter.INPUT_TOKENS, Counter.OUTPUT_TOKENS})
COMPACTIONS = frozenset({MarkKind.COMPACTION, MarkKind.COMPACT_SUMMARY, MarkKind.MICROCOMPACTION})
CLEARINGS = frozenset({MarkKind.CLEAR, MarkKind.RESUME, MarkKind.START})
CLEARING_COMMANDS = frozenset({Trigger.CLEAR, Trigger.COMPACT, Trigger.RESUME, Trigger.REWIND})

Pair = tuple[CounterReading, CounterReading]


def _pairs(series: CounterSeries) -> Iterator[Pair]:
    """Neighbouring readings that say since when the client counts and which version counted."""
    for before, after in pairwise(series.readings):
        if before.uptime is not None and after.uptime is not None and before.version and after.version:
            yield before, after


def _measurable(series: CounterSeries) -> bool:
    return series.counter in TOKEN_COUNTERS and bool(series.marks) and any(True for _ in _pairs(series))


def _fell(pair: Pair) -> bool:
    before, after = pair
    return before.value >= HIGH and after.value <= REMAINS * before.value


def _rule(series: CounterSeries) -> Iterator[Judgement]:
    for pair in filter(_fell, _pairs(series)):
        benign = _benign(series, *pair)
        yield Explained(benign) if benign else _reset(series, *pair)


def _benign(series: CounterSeries, before: CounterReading, after: CounterReading) -> str | None:
    marks = marks_between(series.marks, before.at, after.at)
    if (after.uptime or 0) < (before.uptime or 0):
        return "new-process"  # benign: new-process
    if any(mark.kind in COMPACTIONS for mark in marks):
        return "compaction"  # benign: compaction
    if any(mark.kind in CLEARINGS or mark.trigger in CLEARING_COMMANDS for mark in marks):
        return "cleared"  # benign: cleared
    if before.model and after.model and before.model != after.model:
        return "model-switch"  # benign: model-switch
    if version_key(after.version) >= NO_SUM_SINCE:
        return "window-not-sum"  # benign: window-not-sum
    return None


def _reset(series: CounterSeries, before: CounterReading, after: CounterReading) -> Finding:
    made = finding(
        COUNTER_RESET,
        (),
        key=(
            series.session,
            series.counter.value,
            day(before.at),
            str(before.value),
            day(after.at),
            str(after.value),
        ),
        at=before.at,
        until=after.at,
        grade=FindingGrade.C,
        quantities=(
            Quantity("counter-before", before.value, Unit.TOKENS),
            Quantity("counter-after", after.value, Unit.TOKENS),
            Quantity("apart", (after.at - before.at).total_seconds(), Unit.SECONDS),
        ),
        lean="client-decides",
        client=after.version,
    )
    return replace(made, session=series.session, readings=(before.source, after.source))


COUNTER_RESET = Detector(
    id="counter-reset",
    version="1.0.0",
    title="Running counter falls",
    question="Does a running token counter fall to a fraction while the session goes on?",
    scope=Scope.COUNTER,
    unit="pairs of readings",
    rule_text=(
        "Two neighbouring readings of one token counter in one session: the first is at least 50,000, the second at "
        "most a fifth of it. The client's own clock went on, the counter is a running sum in this version, the model "
        "is the same, and the transcript shows no compaction, clearing or resumption in between."
    ),
    formula="c[i-1] >= 50,000  and  c[i] <= 0.2 x c[i-1]  in one session, with the same process and model",
    naive_text="Every fall of the counter.",
    naive_unit="falls of the counter",
    finding_unit="falls of the counter",
    counterfactual="A running sum never falls. It is a display: no tokens and no bill follow from it.",
    needs=(COUNTERS, MARKS),
    benign=(
        Benign("new-process", "The client's clock fell too: a new process, or counters set to zero by /clear."),
        Benign("compaction", "The conversation was compacted in between."),
        Benign("cleared", "The session was cleared, resumed, rewound or started again in between."),
        Benign("model-switch", "The readings name different models: one may be of another thread."),
        Benign(
            "window-not-sum",
            "From client 2.1.132 on the counter shows the context of the last call and is not a sum.",
        ),
        Benign("sub-agent-line", "A line of a sub-agent was read after one of the main thread.", decidable=False),
    ),
    limits=(
        "Needs the session's transcript beside the counter: without it, a compaction or a clearing cannot be excluded.",
        "A counter says nothing of what was billed. Whether the context itself shrank, the transcript shows.",
        "In transcripts every such fall in public logs was next to a compaction, a model switch or a command.",
    ),
    parameters=(
        Parameter(
            Quantity("smallest-before", HIGH, Unit.TOKENS),
            "Above a system prompt with its tools (16,000-35,000 tokens).",
        ),
        Parameter(
            Quantity("largest-remains", REMAINS, Unit.SHARE),
            "The article's fall leaves 4 %; a compaction leaves more (17,000-35,000 tokens in public logs).",
        ),
    ),
    references=(
        STATUSLINE_DOCS,
        Reference(
            "Claude Code changelog (2.1.132: the counter shows the current context)",
            "https://github.com/anthropics/claude-code/blob/main/CHANGELOG.md",
        ),
    ),
    rule=_rule,
    measurable=_measurable,
    examined=lambda series: sum(1 for _ in _pairs(series)),
    naive=lambda series: sum(after.value < before.value for before, after in pairwise(series.readings)),
    symptoms=("counter-reset",),
    surest=FindingGrade.C,
)
