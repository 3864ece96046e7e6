"""Request after request reads the same short start of the prompt and pays for the rest anew."""

from __future__ import annotations

from collections.abc import Iterator

from generator.detectors.shared.attribution import PREFIX_SHARE
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

RUN = 3  # breaks
NAIVE_RUN = 2
SAME_READ = 0.02


def _level(first: Step, step: Step) -> bool:
    expected = first.read
    return abs(step.read - expected) <= SAME_READ * expected


def _level_runs(thread: Thread, least: int) -> Iterator[list[Step]]:
    """Breaks that follow each other directly and read as much as the first of them."""
    run: list[Step] = []
    for step in thread.steps:
        follows = run and step.before.id == run[-1].after.id and _level(run[0], step)
        if run and not (step.is_break and follows):
            if len(run) >= least:
                yield run
            run = []
        if step.is_break:
            run.append(step)
    if len(run) >= least:
        yield run


def _pinned(step: Step) -> bool:
    return step.read > 0 and step.continuity < PREFIX_SHARE


def _rule(thread: Thread) -> Iterator[Judgement]:
    for run in _level_runs(thread, RUN):
        pinned = [step for step in run if _pinned(step)]
        if len(pinned) < RUN:
            continue
        unexplained = [step for step in pinned if step.reason == UNEXPLAINED]
        if len(unexplained) < RUN:
            yield commonest(step.reason for step in pinned)  # benign: the explanation that took most
            continue
        read = Quantity("pinned-read", unexplained[0].read, Unit.TOKENS)
        yield steps_finding(PREFIX_PIN, thread, unexplained, run_grade(unexplained), read, lean="prefix-read")


PREFIX_PIN = Detector(
    id="prefix-pin",
    version="1.0.0",
    title="Cached prefix stuck",
    question="Do several requests in a row read the same short prefix and pay for the rest anew?",
    scope=Scope.THREAD,
    unit="steps",
    rule_text=(
        "At least three requests of a thread follow each other directly, each reads less than 0.6 of what should "
        "have been cached, and all read the same number of tokens within 2 %: what each of them wrote was never "
        "found again. At least three of them have no innocent explanation; otherwise the run counts as explained, "
        "once, by its commonest explanation."
    ),
    formula="q[i] < 0.6 for 3 steps in a row, read[i] = read[first] within 2 %, read[i] > 0",
    naive_text="Every two breaks in a row that read the same number of tokens, whatever their reasons.",
    naive_unit="runs of two breaks or more",
    finding_unit="runs of three breaks or more",
    counterfactual=COUNTERFACTUAL,
    needs=(TOKENS, THREADS),
    benign=LADDER_BENIGN,
    limits=(
        "A thread that is not a conversation looks the same: calls that share a system prompt and nothing else read "
        "just that. A program that puts the whole history into one message does this by design.",
        "A program that resumes the session for each prompt breaks at each resume. Such runs are explained here, and "
        "the detector of misses after a resume has to answer them.",
        "A log shows where the read stops, not what the client changed at that place.",
    ),
    parameters=(
        Parameter(
            Quantity("run", RUN, Unit.REQUESTS),
            "Two equal reads may be chance; none of 27,169 requests of eight public log sets was in a run of three.",
        ),
        Parameter(
            Quantity("same-read", SAME_READ, Unit.SHARE),
            "The pinned part is the same text each time; a date or a list of files in it moves it by a few tokens.",
        ),
        Parameter(
            Quantity("prefix-share", PREFIX_SHARE, Unit.SHARE),
            "Real partial misses are below it (measured on 27,169 requests).",
        ),
        *IDENTITY_PARAMETERS,
    ),
    references=(
        CACHING_DOCS,
        Reference(
            "Issue: from one moment on, only the system prompt is read",
            "https://github.com/anthropics/claude-code/issues/40524",
        ),
        Reference(
            "Issue: reads never grow beyond the system prompt since 2.1.69",
            "https://github.com/anthropics/claude-code/issues/34629",
        ),
        Reference(
            "Issue: reads pinned to the same boundary, seconds apart",
            "https://github.com/anthropics/claude-code/issues/87966",
        ),
    ),
    rule=_rule,
    measurable=has_testable_step,
    examined=testable_steps,
    naive=lambda thread: sum(1 for _ in _level_runs(thread, NAIVE_RUN)),
    one_a_unit=False,
    covers=counted("broken-steps"),
    symptoms=("cache-miss",),
)
