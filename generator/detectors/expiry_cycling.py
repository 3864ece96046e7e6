"""Within one hour a thread loses most of its cache again and again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from generator.detectors.shared.attribution import step_lean
from generator.detectors.shared.base import Detector, Judgement, Parameter, Reference, steps_finding
from generator.detectors.shared.breaks import (
    CACHING_DOCS,
    COUNTERFACTUAL,
    IDENTITY_PARAMETERS,
    LADDER_BENIGN,
    commonest,
    has_testable_step,
    run_grade,
    testable_steps,
)
from generator.detectors.shared.covering import counted
from generator.detectors.shared.needs import THREADS, TOKENS
from generator.ledger.explanations import UNEXPLAINED
from generator.ledger.steps import Step
from generator.ledger.subjects import Scope
from generator.ledger.threads import Thread
from generator.records.results import Quantity, Unit

WINDOW = timedelta(minutes=60)
CYCLES = 3  # breaks
LOST_BELOW = 0.5  # of the expected read


def _losses(thread: Thread) -> list[Step]:
    return [step for step in thread.steps if step.is_break and step.continuity <= LOST_BELOW]


def _windows(steps: Sequence[Step]) -> Iterator[list[Step]]:
    """Windows of an hour that hold enough of these steps, from the oldest on; none shares a step with another."""
    rest = list(steps)
    while rest:
        end = rest[0].after.first_seen + WINDOW
        window = [step for step in rest if step.after.first_seen <= end]
        if len(window) >= CYCLES:
            yield window
            rest = rest[len(window) :]
        else:
            rest = rest[1:]


def _rule(thread: Thread) -> Iterator[Judgement]:
    losses = _losses(thread)
    found = list(_windows([step for step in losses if step.reason == UNEXPLAINED]))
    for window in found:
        leans = {step_lean(step) for step in window}
        lean = leans.pop() if len(leans) == 1 else "no-layer"
        yield steps_finding(EXPIRY_CYCLING, thread, window, run_grade(window), lean=lean)
    # Whatever else broke in a found hour belongs to that hour, and is no second candidate.
    starts = [window[0].after.first_seen for window in found]
    outside = [step for step in losses if not any(start <= step.after.first_seen <= start + WINDOW for start in starts)]
    for window in _windows(outside):
        yield commonest(step.reason for step in window)  # benign: the explanation that took most


EXPIRY_CYCLING = Detector(
    id="expiry-cycling",
    version="1.0.0",
    title="Cache lost again and again",
    question="Does one thread lose most of its cache three times within an hour without a reason?",
    scope=Scope.THREAD,
    unit="steps",
    rule_text=(
        "Three or more requests of one thread within 60 minutes each read at most half of what should have been "
        "cached, and no innocent explanation holds for any of the three. Hours do not overlap. An hour with three "
        "such losses of which fewer than three are unexplained counts as explained, by its commonest explanation."
    ),
    formula="at least 3 steps within 60 min with q <= 0.5 and no innocent explanation",
    naive_text="Every hour with three such losses in one thread, whatever their reasons.",
    naive_unit="hours of a thread",
    finding_unit="hours of a thread",
    counterfactual=COUNTERFACTUAL,
    needs=(TOKENS, THREADS),
    benign=LADDER_BENIGN,
    limits=(
        "Working with pauses longer than the cache lives gives the same picture; with a lifetime of five minutes it "
        "is ordinary, and such losses are explained here one by one.",
        "Losses that follow each other without a healthy request in between, and stop at the same token each time, "
        "are also counted by the detector of pinned prefixes.",
        "The repetition is grade A, its cause is not: a tool server that reconnects all the time looks the same.",
    ),
    parameters=(
        Parameter(
            Quantity("cycles", CYCLES, Unit.EVENTS),
            "Two may be one event and its echo; three is the least that repeats.",
        ),
        Parameter(
            Quantity("window", WINDOW.total_seconds(), Unit.SECONDS),
            "The longer of the two documented cache lifetimes (prompt caching documentation).",
        ),
        Parameter(
            Quantity("lost-below", LOST_BELOW, Unit.SHARE),
            "Real partial misses keep less than 0.6 of the prefix; half keeps clear of that edge.",
        ),
        *IDENTITY_PARAMETERS,
    ),
    references=(
        CACHING_DOCS,
        Reference(
            "Issue: 89 rewrites of the whole context in nine days, healthy requests in between",
            "https://github.com/anthropics/claude-code/issues/87966",
        ),
    ),
    rule=_rule,
    measurable=has_testable_step,
    examined=testable_steps,
    naive=lambda thread: sum(1 for _ in _windows(_losses(thread))),
    one_a_unit=False,
    covers=counted("broken-steps"),
    symptoms=("cache-expiry-cycling",),
)
