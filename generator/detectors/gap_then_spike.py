"""After a pause the conversation is paid for again although its cache should still have been alive."""

from __future__ import annotations

from collections.abc import Iterator

from generator.detectors.shared.base import Detector, Judgement, Parameter, step_finding
from generator.detectors.shared.breaks import (
    CACHING_DOCS,
    CLIENT_CACHING_DOCS,
    COUNTERFACTUAL,
    IDENTITY_PARAMETERS,
    LADDER_BENIGN,
    NEW_CHARGE_BENIGN,
    break_grade,
    charge_explanation,
    has_testable_step,
)
from generator.detectors.shared.needs import LIFETIME, THREADS, TOKENS
from generator.ledger.steps import Step
from generator.ledger.subjects import Scope
from generator.ledger.threads import Thread
from generator.records.results import Quantity, Unit

PAUSE = 300.0  # seconds
SPIKE = 20_000  # tokens


def _paused(thread: Thread) -> tuple[Step, ...]:
    return tuple(step for step in thread.steps if step.age >= PAUSE)


def _spikes(thread: Thread) -> tuple[Step, ...]:
    return tuple(step for step in _paused(thread) if step.after.cache_write_tokens + step.after.input_tokens >= SPIKE)


def _rule(thread: Thread) -> Iterator[Judgement]:
    for step in _spikes(thread):
        explained = charge_explanation(step)
        if explained is not None:
            yield explained  # benign: what explains the charge
            continue
        yield step_finding(GAP_THEN_SPIKE, thread, step, break_grade(step))


GAP_THEN_SPIKE = Detector(
    id="gap-then-spike",
    version="1.0.0",
    title="Pause, then a large charge",
    question="Is the conversation paid for again after a pause that its cache should have outlived?",
    scope=Scope.THREAD,
    unit="steps after a pause of five minutes or more",
    rule_text=(
        "At least five minutes pass between an answer and the next request of the thread, and that request writes or "
        "sends uncached at least 20,000 tokens. It is a finding only if the cached prefix should still have been "
        "there: the thread itself writes with a lifetime longer than the pause, the identity fails, and no innocent "
        "explanation holds."
    ),
    formula="pause >= 300 s  and  write + input >= 20,000  and  q < 0.98  and no innocent explanation holds",
    naive_text="Every request that writes or sends at least 20,000 tokens after a pause of five minutes or more.",
    naive_unit="requests after a pause",
    finding_unit="steps after a pause",
    counterfactual=COUNTERFACTUAL,
    needs=(LIFETIME, TOKENS, THREADS),
    benign=(
        *NEW_CHARGE_BENIGN,
        *LADDER_BENIGN,
    ),
    limits=(
        "Where a thread writes with a lifetime of five minutes, or does not say which, the cache may be gone after "
        "any such pause: that is correct billing, and the detector can find nothing there.",
        "After a pause the next request is mostly a prompt, and something may have changed in between that no line "
        "records; so the grade is B there and A only inside a tool loop.",
        "The pause is counted from the last line of an answer to the line that the next request answers; a computer "
        "that slept counts as a pause.",
    ),
    parameters=(
        Parameter(
            Quantity("shortest-pause", PAUSE, Unit.SECONDS),
            "The shorter of the two documented cache lifetimes (prompt caching documentation).",
        ),
        Parameter(
            Quantity("smallest-charge", SPIKE, Unit.TOKENS),
            "About a system prompt with its tools (16,000-35,000 tokens in public logs); below it nothing shows.",
        ),
        *IDENTITY_PARAMETERS,
    ),
    references=(CACHING_DOCS, CLIENT_CACHING_DOCS),
    rule=_rule,
    measurable=has_testable_step,
    examined=lambda thread: len(_paused(thread)),
    naive=lambda thread: len(_spikes(thread)),
    symptoms=("gap-then-spike",),
)
