"""After one long pause nearly every request misses a part of its cache (thinking cleared on every turn)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, pairwise

from generator.detectors.shared.base import Benign, Detector, Explained, Judgement, Parameter, Reference, steps_finding
from generator.detectors.shared.breaks import (
    CACHING_DOCS,
    COUNTERFACTUAL,
    IDENTITY_PARAMETERS,
    LADDER_BENIGN,
    commonest,
)
from generator.detectors.shared.needs import THREADS, TOKENS, VERSIONS
from generator.ledger.explanations import UNEXPLAINED, first_reason
from generator.ledger.steps import BREAK_BELOW, Step
from generator.ledger.subjects import Scope, version_key
from generator.ledger.threads import Thread
from generator.records.results import FindingGrade, Quantity, Unit
from generator.records.rows import MarkKind

PAUSE = 3600.0  # seconds
NEXT = 5  # steps
MISSES = 3
FAULT_FIRST = (2, 1, 85)  # released on 26 March 2026, when the change was shipped (postmortem)
FAULT_LAST = (2, 1, 100)  # 2.1.101 of 10 April 2026 mended it


def _after_pauses(thread: Thread) -> Iterator[tuple[Step, ...]]:
    """The steps after each pause of more than an hour, up to the next such pause."""
    pauses = [index for index, step in enumerate(thread.steps) if step.age > PAUSE]
    for start, end in pairwise([*pauses, len(thread.steps)]):
        yield thread.steps[start + 1 : end]


def _warm(thread: Thread) -> Iterator[list[Step]]:
    """After each long pause, the next steps within the lifetime; none where too few follow to show the pattern."""
    for steps in _after_pauses(thread):
        warm = list(islice((step for step in steps if step.testable and step.within_lifetime), NEXT))
        if len(warm) >= MISSES:
            yield warm


def _reason(step: Step) -> str | None:
    """Why the step broke. That the service cleared parts of the context as asked is the question, not an answer."""
    kinds = {mark.kind for mark in step.marks}
    if MarkKind.CONTEXT_EDIT not in kinds or MarkKind.MICROCOMPACTION in kinds:
        return step.reason
    return first_reason(step, without=frozenset({"microcompaction"}))


def _rule(thread: Thread) -> Iterator[Judgement]:
    for warm in _warm(thread):
        partial = [step for step in warm if step.is_break and step.read > 0]
        if len(partial) < MISSES:
            continue
        unexplained = [step for step in partial if _reason(step) == UNEXPLAINED]
        if len(unexplained) < MISSES:
            yield commonest(map(_reason, partial))  # benign: the explanation that took most
            continue
        affected = [step for step in unexplained if FAULT_FIRST <= version_key(step.after.version) <= FAULT_LAST]
        if len(affected) < MISSES:
            yield Explained("other-version")  # benign: other-version
            continue
        looked = Quantity("looked-at", len(warm), Unit.REQUESTS)
        edited = any(mark.kind is MarkKind.CONTEXT_EDIT for step in affected for mark in step.marks)
        yield steps_finding(
            THINKING_STRIPPED,
            thread,
            affected,
            FindingGrade.B,
            looked,
            lean="client-versions",
            unasked=("microcompaction",) if edited else (),
        )


def _naive(thread: Thread) -> int:
    return sum(
        sum(step.testable and step.continuity < BREAK_BELOW for step in steps[:NEXT]) >= MISSES
        for steps in _after_pauses(thread)
    )


THINKING_STRIPPED = Detector(
    id="thinking-stripped",
    version="1.0.0",
    title="Thinking cleared after a long pause",
    question="Does a thread miss parts of its cache on nearly every request once it has paused for over an hour?",
    scope=Scope.THREAD,
    unit="pauses of over an hour with at least three requests within the cache lifetime after them",
    unit_one="pause of over an hour with at least three requests within the cache lifetime after it",
    rule_text=(
        "After a pause of more than an hour, at least three of the next five requests within the cache lifetime read "
        "a part of the cached prefix and not all of it, no innocent explanation holds, and the client is one of the "
        "versions with the fault that its maker described: older thinking was to be cleared once after such a pause "
        "and was cleared on every turn, so that what had been cached no longer fitted."
    ),
    formula="pause > 3,600 s, then 3 of the next 5 steps with 0 < q < 0.98 and read > 0; version 2.1.85 to 2.1.100",
    naive_text="Any three misses among the five requests after a pause of over an hour, whatever their reasons.",
    naive_unit="pauses with three misses among the next five requests",
    finding_unit="pauses with three misses within the cache lifetime",
    counterfactual=COUNTERFACTUAL,
    needs=(TOKENS, VERSIONS, THREADS),
    benign=(
        Benign(
            "other-version",
            "The same pattern in a client version without that fault, or in none that the log names; as single "
            "breaks they stay with the detector of cache breaks.",
        ),
        *LADDER_BENIGN,
        Benign(
            "results-cleared",
            "The service cleared old tool results instead of thinking; the log keeps that it cleared, not what.",
            decidable=False,
        ),
    ),
    limits=(
        "The maker's account gives dates, 26 March to 10 April 2026. That these are the clients 2.1.85 to 2.1.100 is "
        "read from their release dates.",
        "A miss that keeps 98 % or more of the prefix is not a break here, and clearing one short block of thinking "
        "costs less than that: quiet does not exclude the fault.",
        "A thread that is left after a pause with fewer than three further requests says nothing.",
    ),
    parameters=(
        Parameter(Quantity("pause", PAUSE, Unit.SECONDS), "The idle time that the maker's account names."),
        Parameter(
            Quantity("looked-at", NEXT, Unit.REQUESTS),
            "Soon enough after the pause that little else has happened.",
        ),
        Parameter(
            Quantity("misses", MISSES, Unit.REQUESTS),
            "More than half of five; without the fault about one request in a thousand inside a tool loop misses.",
        ),
        *IDENTITY_PARAMETERS,
    ),
    references=(
        Reference(
            "Anthropic: postmortem of 23 April 2026 (thinking cleared on every turn)",
            "https://www.anthropic.com/engineering/april-23-postmortem",
        ),
        CACHING_DOCS,
    ),
    rule=_rule,
    measurable=lambda thread: thread.testable_steps > 0 and any(request.version for request in thread.requests),
    examined=lambda thread: sum(1 for _ in _warm(thread)),
    naive=_naive,
    symptoms=("cache-miss",),
    surest=FindingGrade.B,
)
