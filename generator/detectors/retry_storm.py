"""The service fails call after call, and the client sends the same prompt again and again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from generator.detectors.shared.base import Benign, Detector, Explained, Judgement, Parameter, Reference
from generator.detectors.shared.bursts import after, before, burst_finding, bursts, of_kinds
from generator.detectors.shared.covering import counted
from generator.detectors.shared.needs import MARKS
from generator.ledger.subjects import Scope
from generator.ledger.threads import Thread
from generator.records.results import Finding, FindingGrade, Quantity, Unit
from generator.records.rows import Mark, MarkKind

WINDOW = timedelta(minutes=10)
STORM = 5  # errors, or the number of an attempt
NAIVE = 3  # error lines


def _errors(thread: Thread) -> list[Mark]:
    return of_kinds(thread, {MarkKind.RETRY, MarkKind.API_ERROR})


def _is_storm(burst: Sequence[Mark]) -> bool:
    crowded = any(last.at - first.at <= WINDOW for first, last in zip(burst, burst[STORM - 1 :], strict=False))
    return crowded or any(_attempt(mark) >= STORM for mark in burst)


def _attempt(mark: Mark) -> int:
    return (mark.value or 0) if mark.kind is MarkKind.RETRY else 0  # of an error it is the HTTP status


def _rule(thread: Thread) -> Iterator[Judgement]:
    errors = _errors(thread)
    storms = [burst for burst in bursts(errors, WINDOW) if _is_storm(burst)]
    if not storms and len(errors) >= STORM:
        yield Explained("spread-out")  # benign: spread-out
    for burst in storms:
        yield _storm(thread, burst)


def _storm(thread: Thread, burst: Sequence[Mark]) -> Finding:
    return burst_finding(
        RETRY_STORM,
        thread,
        burst,
        FindingGrade.A,
        Quantity("errors", len(burst), Unit.EVENTS),
        Quantity("highest-attempt", max(map(_attempt, burst)), Unit.EVENTS),
        Quantity("sent-again", sum(_sent_again(thread, mark) for mark in burst), Unit.TOKENS),
        lean="refused-by-service",
    )


def _sent_again(thread: Thread, mark: Mark) -> int:
    """Prompt tokens of one retry: those of the answer it led to, or of the last before it; a last error sends none."""
    if mark.kind is not MarkKind.RETRY:
        return 0
    request = after(thread, mark.at) or before(thread, mark.at)
    return request.total_tokens if request else 0


RETRY_STORM = Detector(
    id="retry-storm",
    version="1.0.0",
    title="Retry storm",
    question="Does the client send the same call again and again after errors of the service?",
    scope=Scope.THREAD,
    unit="error lines",
    rule_text=(
        "At least five error or retry lines of one thread within 10 minutes, or a retry that is the fifth attempt or "
        "later. Errors that follow each other within 10 minutes are one storm."
    ),
    formula="5 errors within 10 min  or  attempt >= 5;  sent again = sum over retries of the prompt's tokens",
    naive_text="Every thread with three or more error lines, however far apart.",
    naive_unit="threads",
    finding_unit="storms, of which a thread can have several",
    counterfactual=(
        "None in money: no public document says that failed calls are billed, so the tokens sent again are named and "
        "not counted as excess."
    ),
    needs=(MARKS,),
    benign=(
        Benign("spread-out", "Five or more errors in the thread, but never five within 10 minutes."),
        Benign(
            "service-incident", "The service had a published incident then; the status page tells.", decidable=False
        ),
        Benign("own-network", "The user's own network or proxy failed.", decidable=False),
    ),
    limits=(
        "A thread in which no call was ever answered is not seen, nor a sub-agent without a transcript of its own.",
        "Tokens sent again are estimated by the prompt that was answered in the end.",
    ),
    parameters=(
        Parameter(
            Quantity("storm", STORM, Unit.EVENTS),
            "Half of the ten attempts that the client makes, as its own messages count them (issue 2919).",
        ),
        Parameter(
            Quantity("window", WINDOW.total_seconds(), Unit.SECONDS),
            "Ten attempts with their growing pauses take a few minutes.",
        ),
    ),
    references=(
        Reference("Report with all ten attempts", "https://github.com/anthropics/claude-code/issues/2919"),
        Reference("Status page of the service", "https://status.claude.com"),
    ),
    rule=_rule,
    measurable=lambda thread: not all(request.nested for request in thread.requests),
    examined=lambda thread: len(_errors(thread)),
    naive=lambda thread: int(len(_errors(thread)) >= NAIVE),
    one_a_unit=False,
    covers=counted("errors"),
    symptoms=("elevated-errors",),
)
