"""In the second half of a long thread fewer files are read for each one changed: a stand-in for "context drift"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from generator.detectors.shared.base import Benign, Detector, Explained, Judgement, Parameter, Reference, finding
from generator.detectors.shared.bursts import of_kinds
from generator.detectors.shared.needs import TOOL_USES
from generator.ledger.subjects import Scope
from generator.ledger.threads import Thread
from generator.records.results import Finding, FindingGrade, Quantity, Unit
from generator.records.rows import MarkKind, Request, Trigger

LONG = 100  # requests
ENOUGH = 10  # edits in each half
FALL = 0.4
USUAL = 2.0  # reads per edit in the first half
SETTINGS = frozenset({MarkKind.EFFORT_CHANGE, MarkKind.MODEL_SWITCH})
SETTING_COMMANDS = frozenset({Trigger.MODEL, Trigger.EFFORT, Trigger.FAST})


@dataclass(frozen=True)
class Half:
    """Half of a thread's requests, by number."""

    requests: Sequence[Request]

    @property
    def reads(self) -> int:
        """Tool uses that look at files."""
        return sum(request.file_reads or 0 for request in self.requests)

    @property
    def edits(self) -> int:
        """Tool uses that change files."""
        return sum(request.file_edits or 0 for request in self.requests)

    @property
    def ratio(self) -> float:
        """Reads per edit; 0.0 where nothing was edited."""
        return self.reads / self.edits if self.edits else 0.0


def _counted(thread: Thread) -> list[Request]:
    return [request for request in thread.requests if request.file_reads is not None or request.file_edits is not None]


def _is_long(thread: Thread) -> bool:
    return len(_counted(thread)) >= LONG


def _halves(thread: Thread) -> tuple[Half, Half]:
    counted = _counted(thread)
    middle = len(counted) // 2
    return Half(counted[:middle]), Half(counted[middle:])


def _rule(thread: Thread) -> Iterator[Judgement]:
    if not _is_long(thread):
        return
    first, second = _halves(thread)
    if not second.edits or first.ratio < USUAL or second.ratio > FALL * first.ratio:
        return
    benign = _benign(thread, first, second)
    yield Explained(benign) if benign else _drift(thread, first, second)


def _benign(thread: Thread, first: Half, second: Half) -> str | None:
    if min(first.edits, second.edits) < ENOUGH:
        return "few-edits"  # benign: few-edits
    if _settings(first) != _settings(second) or any(
        mark.kind in SETTINGS or (mark.kind is MarkKind.COMMAND and mark.trigger in SETTING_COMMANDS)
        for mark in thread.marks
    ):
        return "effort-change"  # benign: effort-change
    if of_kinds(thread, {MarkKind.COMPACTION, MarkKind.COMPACT_SUMMARY}):
        return "compaction"  # benign: compaction
    return None


def _settings(half: Half) -> set[tuple[str, str | None]]:
    return {(request.model, request.effort) for request in half.requests}


def _drift(thread: Thread, first: Half, second: Half) -> Finding:
    start, turn, end = first.requests[0], second.requests[0], second.requests[-1]
    return finding(
        CONTEXT_DRIFT,
        (start.id, turn.id, end.id),
        thread=thread,
        at=turn.first_seen,
        until=end.first_seen,
        grade=FindingGrade.D,
        quantities=(
            Quantity("reads-per-edit-before", round(first.ratio, 2), Unit.RATIO),
            Quantity("reads-per-edit-after", round(second.ratio, 2), Unit.RATIO),
            Quantity("edits-before", first.edits, Unit.EVENTS),
            Quantity("edits-after", second.edits, Unit.EVENTS),
            Quantity("requests", len(first.requests) + len(second.requests), Unit.REQUESTS),
        ),
        lean="no-layer",
    )


CONTEXT_DRIFT = Detector(
    id="context-drift",
    version="1.0.0",
    title="Fewer reads per edit",
    question="Are files changed with less looking as a long thread goes on?",
    scope=Scope.THREAD,
    unit="threads",
    rule_text=(
        "A thread of at least 100 requests is cut in the middle. In the first half at least two files are looked at "
        "for each change; in the second half at most 40 % of that. Each half holds ten changes or more, model and "
        "effort stay the same, and nothing was compacted."
    ),
    formula="reads/edits in the second half <= 0.4 x reads/edits in the first, which is >= 2",
    naive_text="Every thread of at least 100 requests in whose second half fewer files are read for each change.",
    naive_unit="threads",
    finding_unit="threads",
    counterfactual="None: how often files are looked at has no price of its own.",
    needs=(TOOL_USES,),
    benign=(
        Benign("few-edits", "Fewer than ten changes in one half: too few to tell."),
        Benign("effort-change", "Model or effort changed in the thread, and with it the way of working."),
        Benign("compaction", "The thread was compacted: the second half works from a summary."),
        Benign(
            "task-changed",
            "The work itself changed: first the files are read, then they are changed.",
            decidable=False,
        ),
    ),
    limits=(
        "Not decidable from this log: a ratio of tool uses is neither an answer's quality nor what was remembered.",
        "Reading first and writing later is how most tasks go, so a fall within one thread is expected.",
        "Files that are read or changed by a shell command are not counted.",
    ),
    parameters=(
        Parameter(Quantity("long", LONG, Unit.REQUESTS), "The complaint is about long sessions."),
        Parameter(
            Quantity("enough", ENOUGH, Unit.EVENTS), "With ten changes, one more or less moves the ratio a tenth."
        ),
        Parameter(
            Quantity("fall", FALL, Unit.SHARE),
            "The public report that made this ratio known found it at 0.30 of its old value (6.6 to 2.0).",
        ),
        Parameter(Quantity("usual", USUAL, Unit.RATIO), "The value to which that report saw it fall."),
    ),
    references=(
        Reference(
            "Report with reads per edit over 6,852 sessions",
            "https://github.com/anthropics/claude-code/issues/42796",
        ),
    ),
    rule=_rule,
    measurable=_is_long,
    examined=lambda thread: 1 if _is_long(thread) else 0,
    naive=lambda thread: int(_falls(thread)),
    symptoms=("context-drift",),
    surest=FindingGrade.D,
    proxy_for="context drift: answers that no longer follow what the conversation established",
    decided_by="the same tasks given again to fresh and to long conversations, judged without knowing which is which",
)


def _falls(thread: Thread) -> bool:
    first, second = _halves(thread)
    return _is_long(thread) and first.edits > 0 < second.edits and second.ratio < first.ratio
