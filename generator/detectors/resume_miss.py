"""The first request after a resume pays for the conversation again although its cache was still alive."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import structs

from generator.detectors.shared.attribution import LEANINGS, PREFIX_SHARE
from generator.detectors.shared.base import Benign, Detector, Explained, Judgement, Parameter, Reference, step_finding
from generator.detectors.shared.breaks import CLIENT_CACHING_DOCS, COUNTERFACTUAL, IDENTITY_PARAMETERS, LADDER_BENIGN
from generator.detectors.shared.needs import MARKS, THREADS, TOKENS
from generator.ledger.explanations import UNEXPLAINED, first_reason
from generator.ledger.steps import TRIMMED_BELOW, Step
from generator.ledger.subjects import Scope, version_key
from generator.ledger.threads import Thread, human_prompts
from generator.records.results import Finding, FindingGrade, Quantity, Unit
from generator.records.rows import Mark, MarkKind, Trigger

FAULT_FIRST = (2, 1, 69)  # "regression since v2.1.69" (changelog of 2.1.90); the range sets the lean only
FAULT_LAST = (2, 1, 89)


def _after_resume(step: Step) -> bool:
    return any(mark.kind is MarkKind.RESUME for mark in step.marks)


def _resumed(thread: Thread) -> tuple[Step, ...]:
    return tuple(step for step in thread.steps if step.testable and _after_resume(step))


def _other_marks(step: Step) -> tuple[Mark, ...]:
    """Marks that are no part of leaving the session and coming back to it."""
    back = max(mark.at for mark in step.marks if mark.kind is MarkKind.RESUME)

    def belongs(mark: Mark) -> bool:
        if mark.kind is MarkKind.COMMAND:
            # Leaving is a command too (/exit). Which one ran before the end is not kept.
            return mark.trigger is Trigger.RESUME or (mark.trigger is Trigger.OTHER and mark.at <= back)
        return mark.kind in {MarkKind.RESUME, MarkKind.START}

    return tuple(mark for mark in step.marks if not belongs(mark))


def _no_excuse(step: Step) -> frozenset[str]:
    """A history that was cut at its end leaves the rest of it readable; one that was rebuilt does not."""
    rebuilt = step.read < PREFIX_SHARE * step.after.prompt_tokens
    return frozenset({"trimmed"}) if rebuilt else frozenset()


def _rule(thread: Thread) -> Iterator[Judgement]:
    for step in _resumed(thread):
        if not step.is_break:
            continue
        if any(mark.kind is MarkKind.CLEAR for mark in step.marks):
            yield Explained("cleared")  # benign: cleared
            continue
        reason = first_reason(structs.replace(step, marks=_other_marks(step)), without=_no_excuse(step))
        if reason != UNEXPLAINED:
            yield Explained(reason)  # benign: the explanation that holds
            continue
        yield _miss(thread, step)


def _left_open(step: Step) -> Iterator[str]:
    """Explanations that were set aside for this question although what they name was there."""
    if any(mark.kind is MarkKind.COMMAND and mark.trigger is Trigger.OTHER for mark in step.marks):
        yield "command"
    if step.after.prompt_tokens < TRIMMED_BELOW * step.before.context:
        yield "trimmed"


def _miss(thread: Thread, step: Step) -> Finding:
    control = [
        other
        for other in human_prompts(thread)
        if other.testable and other.within_lifetime and not _after_resume(other)
    ]
    made = step_finding(
        RESUME_MISS,
        thread,
        step,
        FindingGrade.A if step.after.prompt_tokens >= step.before.context else FindingGrade.B,
        Quantity("control-steps", len(control), Unit.REQUESTS),
        Quantity("control-misses", sum(other.reason == UNEXPLAINED for other in control), Unit.REQUESTS),
        unasked=tuple(_left_open(step)),
    )
    if not FAULT_FIRST <= version_key(step.after.version) <= FAULT_LAST:
        return made
    return structs.replace(made, lean=LEANINGS["client-versions"].lean, lean_reason="client-versions")


RESUME_MISS = Detector(
    id="resume-miss",
    version="1.0.0",
    title="Cache missed after a resume",
    question="Does the first request after a resume pay again for a conversation whose cache was still alive?",
    scope=Scope.THREAD,
    unit="resumes with a cached prefix",
    rule_text=(
        "A session is resumed at least 15 s before the lifetime of its cache ends, and the first request after that "
        "reads less than 98 % of the cached prefix. The resume itself is what is asked about, so it is not "
        "an explanation here; every other one is. A prompt that came back shorter counts as trimmed only "
        "if at least 0.6 of it was read, as after a cut at its end. Each finding has its control: how many "
        "prompts of the same thread that came within the lifetime and not after a resume missed without a reason."
    ),
    formula="first step after a resume: q < 0.98  and  pause < lifetime - 15 s  and no other innocent explanation",
    naive_text="Every break of the cache after a resume, however long the pause was.",
    naive_unit="resumes",
    finding_unit="resumes",
    counterfactual=COUNTERFACTUAL,
    needs=(MARKS, TOKENS, THREADS),
    benign=(
        Benign("cleared", "The conversation was cleared as well (/clear), so another one began."),
        *(benign for benign in LADDER_BENIGN if benign.id != "resume"),
        Benign(
            "settings-command",
            "Before the session ended it ran a built-in command whose name is not kept: mostly /exit, but it may "
            "have been one that changes settings.",
            decidable=False,
        ),
    ),
    limits=(
        "The changelog names a fault of the clients 2.1.69 to 2.1.89 (mended in 2.1.90), but public logs from before "
        "and reports from after show misses at nearly every resume too: a finding says that the resume cost this "
        "much, not that it is that fault.",
        "A resume is seen only where the client wrote down its session-start hook. Without that line the miss is an "
        "unexplained break or nothing.",
        "A tool list that is announced again after the resume counts as explained, although the mended fault was of "
        "that kind.",
        "In public logs the prompt after a resume was often a few per cent shorter than before: the client restores "
        "less than it had sent. Such a finding has grade B, for the session may have been resumed from an earlier "
        "place.",
        "The control compares within one thread; few prompts give a weak control.",
    ),
    parameters=(
        Parameter(
            Quantity("still-read", PREFIX_SHARE, Unit.SHARE),
            "Real partial misses are below it; a prompt that was only cut at its end keeps the rest in the cache.",
        ),
        *IDENTITY_PARAMETERS,
    ),
    references=(
        Reference(
            "Claude Code changelog (2.1.90: cache miss on the first request after a resume)",
            "https://github.com/anthropics/claude-code/blob/main/CHANGELOG.md",
        ),
        Reference(
            "Issue with pairs matched by pause: resumed against not resumed, 2.1.116",
            "https://github.com/anthropics/claude-code/issues/51764",
        ),
        Reference(
            "Issue with packet captures: blocks that move when a session is resumed",
            "https://github.com/anthropics/claude-code/issues/43657",
        ),
        Reference(
            "Issue with tests of resumes within five minutes, before 2.1.69",
            "https://github.com/anthropics/claude-code/issues/27048",
        ),
        CLIENT_CACHING_DOCS,
    ),
    rule=_rule,
    measurable=lambda thread: not thread.agent and thread.testable_steps > 0,
    examined=lambda thread: len(_resumed(thread)),
    naive=lambda thread: sum(step.is_break for step in _resumed(thread)),
    symptoms=("resume-bug",),
)
