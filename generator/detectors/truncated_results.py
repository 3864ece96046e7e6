"""Tool results lose their content before the model answers them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from generator.detectors.shared.base import Benign, Detector, Explained, Judgement, Parameter, Reference, finding
from generator.detectors.shared.bursts import burst_finding, bursts, of_kinds
from generator.detectors.shared.covering import counted
from generator.detectors.shared.needs import TOOL_RESULTS
from generator.ledger.subjects import Scope, marks_between
from generator.ledger.threads import Thread
from generator.records.results import Finding, FindingGrade, Quantity, Unit
from generator.records.rows import Mark, MarkKind, Request

BESIDE = timedelta(minutes=5)
SHORT = 50  # bytes
RUN = 5  # results
BUDGET = 200_000  # bytes
USUAL = 0.2  # of the results before
COMPACTIONS = frozenset({MarkKind.COMPACTION, MarkKind.COMPACT_SUMMARY})
DOCUMENTED = COMPACTIONS | {MarkKind.MICROCOMPACTION, MarkKind.CONTEXT_EDIT}


@dataclass(frozen=True)
class ShortRun:
    """Neighbouring results that say next to nothing, and what the thread's results were before."""

    results: tuple[Request, ...]
    bytes_before: int  # since the last compaction
    usual: float  # share of earlier results that were as short

    @property
    def start(self) -> datetime:
        """When the first of them was answered."""
        return self.results[0].first_seen

    @property
    def end(self) -> datetime:
        """When the last of them was answered."""
        return self.results[-1].first_seen


def _results(thread: Thread) -> list[Request]:
    return [request for request in thread.requests if request.result_bytes is not None]


def _is_short(request: Request) -> bool:
    return (request.result_bytes or 0) <= SHORT


def _short_runs(thread: Thread) -> Iterator[ShortRun]:
    results = _results(thread)
    compacted = [mark.at for mark in of_kinds(thread, COMPACTIONS)]
    place = 0
    for short, group in groupby(results, _is_short):
        run = tuple(group)
        earlier, place = results[:place], place + len(run)
        if not short or len(run) < RUN:
            continue
        since = max((at for at in compacted if at <= run[0].first_seen), default=None)
        kept = [request for request in earlier if since is None or request.first_seen > since]
        yield ShortRun(
            results=run,
            bytes_before=sum(request.result_bytes or 0 for request in kept),
            usual=sum(map(_is_short, earlier)) / len(earlier) if earlier else 1.0,
        )


def _documented(thread: Thread, start: datetime, end: datetime) -> bool:
    beside = marks_between(thread.marks, start - BESIDE, end)
    return any(mark.kind in DOCUMENTED for mark in beside)


def _rule(thread: Thread) -> Iterator[Judgement]:
    removed = of_kinds(thread, {MarkKind.RESULT_CLEARED})
    for burst in bursts(removed, BESIDE):
        if _documented(thread, burst[0].at, burst[-1].at):
            yield Explained("documented-clearing")  # benign: documented-clearing
        else:
            yield _removed(thread, burst)
    for run in _short_runs(thread):
        if run.bytes_before < BUDGET or any(run.start - BESIDE <= mark.at <= run.end for mark in removed):
            continue
        if run.usual > USUAL:
            yield Explained("always-short")  # benign: always-short
        elif _documented(thread, run.start, run.end):
            yield Explained("documented-clearing")  # benign: documented-clearing
        else:
            yield _fell_silent(thread, run)


def _removed(thread: Thread, burst: Sequence[Mark]) -> Finding:
    return burst_finding(
        TRUNCATED_RESULTS,
        thread,
        burst,
        FindingGrade.B,
        Quantity("removed-results", sum(mark.value or 1 for mark in burst), Unit.EVENTS),
        lean="client-decides",
    )


def _fell_silent(thread: Thread, run: ShortRun) -> Finding:
    return finding(
        TRUNCATED_RESULTS,
        (run.results[0].id, run.results[-1].id),
        thread=thread,
        at=run.start,
        until=run.end,
        grade=FindingGrade.B,
        quantities=(
            Quantity("short-results", len(run.results), Unit.EVENTS),
            Quantity("bytes-before", run.bytes_before, Unit.BYTES),
            Quantity("short-before", round(run.usual, 4), Unit.SHARE),
        ),
        lean="client-decides",
    )


TRUNCATED_RESULTS = Detector(
    id="truncated-results",
    version="1.0.0",
    title="Truncated tool results",
    question="Are tool results emptied before the model sees them?",
    scope=Scope.THREAD,
    unit="tool results",
    rule_text=(
        "Two signs. A result that holds only the client's note of its removal, with no compaction or clearing on "
        "record within the 5 minutes before. Or at least five results in a row of 50 bytes or less, after the "
        "results since the last compaction have come to 200,000 bytes, in a thread in which at most a fifth of the "
        "earlier results were so short."
    ),
    formula=(
        "note of removal without a clearing within 5 min;  or  5 results <= 50 bytes in a row after 200,000 bytes, "
        "at most 20 % so short before"
    ),
    naive_text="Every note of a removed result, and every five results in a row of 50 bytes or less.",
    naive_unit="notes and runs of short results",
    finding_unit="notes and runs of short results",
    counterfactual="The results stay whole. No tokens are counted: a shorter result costs less, not more.",
    needs=(TOOL_RESULTS,),
    benign=(
        Benign("documented-clearing", "A compaction, microcompaction or context edit is on record beside it."),
        Benign("always-short", "More than a fifth of the thread's earlier results were as short."),
        Benign(
            "quiet-tools",
            "The tools had little to say: a command without output, a check that passed.",
            decidable=False,
        ),
    ),
    limits=(
        "A transcript keeps the result as the tool gave it. What the client removes later it removes from the "
        "request only, so this detector sees a small part of what happens; see also silent-trim.",
        "Sizes are bytes of the result as it is in the log, quotes and wrapper included.",
    ),
    parameters=(
        Parameter(
            Quantity("beside", BESIDE.total_seconds(), Unit.SECONDS),
            "A clearing and the results that it empties belong to one request; requests of a loop take seconds.",
        ),
        Parameter(
            Quantity("short", SHORT, Unit.BYTES),
            "A public analysis of the client's settings reports results cut to fewer than 50 characters.",
        ),
        Parameter(Quantity("run", RUN, Unit.EVENTS), "One or two quiet results occur in any thread."),
        Parameter(
            Quantity("budget", BUDGET, Unit.BYTES),
            "The same analysis reports a budget of 200,000 characters for all results of a conversation.",
        ),
        Parameter(
            Quantity("usual", USUAL, Unit.SHARE), "Where one result in five is short, five in a row are not remarkable."
        ),
    ),
    references=(
        Reference(
            "Public analysis of the client: tool-result budget and clearing",
            "https://github.com/ArkNill/claude-code-hidden-problem-analysis",
        ),
        Reference(
            "Report of tool results cleared without notice",
            "https://github.com/anthropics/claude-code/issues/42542",
        ),
    ),
    rule=_rule,
    measurable=lambda thread: bool(_results(thread)),
    examined=lambda thread: len(_results(thread)),
    naive=lambda thread: len(of_kinds(thread, {MarkKind.RESULT_CLEARED})) + sum(1 for _ in _short_runs(thread)),
    one_a_unit=False,
    covers=counted("short-results"),
    symptoms=("context-drift",),
    surest=FindingGrade.B,
)
