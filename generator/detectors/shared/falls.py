"""Falls of a thread's prompt size, and the innocent reasons for them that a log shows.

A conversation that goes on only grows: each request holds what the one before it held, the answer, and what is new.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import zip_longest

from generator.detectors.shared.base import Benign, Detector, Reference, finding
from generator.detectors.shared.not_checked import untried
from generator.ledger.steps import Step, excess_cost
from generator.ledger.threads import Thread
from generator.records.results import Finding, FindingGrade, Quantity, Unit
from generator.records.rows import MarkKind

RESET_BELOW = 0.4  # of the size before: at or below it hardly more than system prompt and tools is left


@dataclass(frozen=True)
class Fall:
    """A step whose prompt is smaller than the one before it, with the step that follows."""

    step: Step
    following: Step | None

    @property
    def share(self) -> float:
        """Size after / size before."""
        return self.step.after.prompt_tokens / self.step.before.context

    @property
    def kinds(self) -> frozenset[MarkKind]:
        """What happened in between."""
        return frozenset(mark.kind for mark in self.step.marks)


Holds = Callable[[Fall], bool]


def marked(*kinds: MarkKind) -> Holds:
    """Does a mark of one of these kinds lie in between?"""
    wanted = frozenset(kinds)
    return lambda fall: not wanted.isdisjoint(fall.kinds)


def _is_upgrade(step: Step) -> bool:
    before, after = step.before.version, step.after.version
    return bool(before and after) and before != after


def _is_side_call(fall: Fall) -> bool:
    """Is the old size reached again one request later? A trimmed prompt that only grows on seldom gets there."""
    return fall.following is not None and fall.following.after.prompt_tokens >= fall.step.before.context


REASONS: tuple[tuple[str, Holds], ...] = (
    ("model-switch", lambda fall: fall.step.before.model != fall.step.after.model),  # benign: model-switch
    ("version-change", lambda fall: _is_upgrade(fall.step)),  # benign: version-change
    ("compaction", marked(MarkKind.COMPACTION, MarkKind.COMPACT_SUMMARY)),  # benign: compaction
    ("microcompaction", marked(MarkKind.MICROCOMPACTION, MarkKind.CONTEXT_EDIT)),  # benign: microcompaction
    ("resume", marked(MarkKind.RESUME, MarkKind.CLEAR, MarkKind.START)),  # benign: resume
    ("command", marked(MarkKind.COMMAND)),  # benign: command
    ("interrupt", marked(MarkKind.INTERRUPT)),  # benign: interrupt
    ("retry", marked(MarkKind.RETRY, MarkKind.API_ERROR)),  # benign: retry
    ("server-rounds", lambda fall: fall.step.after_rounds),  # benign: server-rounds
    ("two-conversations", lambda fall: fall.step.interleaved),  # benign: two-conversations
    ("side-call", _is_side_call),  # benign: side-call
)
"""Tried in this order; the first that holds is the reason."""

BENIGN = (
    Benign("model-switch", "Another model answers: a side call, or a switch to a model that counts differently."),
    Benign("version-change", "The client was upgraded in between; a new version sends another prompt."),
    Benign("compaction", "The conversation was compacted: a summary took the place of the history."),
    Benign("microcompaction", "Old tool results were cleared, and the log says so."),
    Benign("resume", "The session was started again: resume, clear or a new process."),
    Benign("command", "A slash command ran in between; /clear, /rewind and others shorten the conversation."),
    Benign("interrupt", "The user interrupted the answer and went on from an earlier place."),
    Benign("retry", "A call failed in between, and the client tried again with less."),
    Benign("server-rounds", "The answer before states the sum of its rounds; the prompt is back at one of them."),
    Benign("two-conversations", "The session was open twice, and its two conversations take turns in one thread."),
    Benign("side-call", "One request later the prompt is at least as large as before: a smaller call in between."),
)

CHECKPOINT_DOCS = Reference(
    "Claude Code documentation: checkpointing (rewinding a conversation)",
    "https://code.claude.com/docs/en/checkpointing",
)


def falls(thread: Thread, smallest: int) -> Iterator[Fall]:
    """All steps from a prompt of at least `smallest` tokens to a smaller one, where the log would say why."""
    for step, following in zip_longest(thread.steps, thread.steps[1:]):
        if _starts_from(step, smallest) and step.after.prompt_tokens < step.before.context:
            yield Fall(step, following)


def _starts_from(step: Step, smallest: int) -> bool:
    """A call known from its parent's transcript only is left out: what happened around it is not written there."""
    return step.before.context >= smallest and not step.after.nested


def reason(fall: Fall, reasons: tuple[tuple[str, Holds], ...] = REASONS) -> str | None:
    """The first reason that holds, or None."""
    return next((id for id, holds in reasons if holds(fall)), None)


def steps_from(thread: Thread, smallest: int) -> int:
    """Steps that start at a prompt of at least `smallest` tokens."""
    return sum(_starts_from(step, smallest) for step in thread.steps)


def can_tell(thread: Thread, smallest: int) -> bool:
    """Is it a main thread with such a step? Clients write compactions and clearings into main threads only."""
    return not thread.agent and steps_from(thread, smallest) > 0


def fall_finding(detector: Detector, thread: Thread, fall: Fall, lean: str) -> Finding:
    """Finding about one fall.

    Its excess is what the cache identity finds missing, and nothing where the cache may have expired: then the
    whole conversation would have had to be written anew.
    """
    step = fall.step
    alive = step.within_lifetime
    return finding(
        detector,
        (step.before.id, step.after.id),
        thread=thread,
        at=step.after.first_seen,
        grade=FindingGrade.B,
        quantities=(
            Quantity("prompt-before", step.before.context, Unit.TOKENS),
            Quantity("prompt-after", step.after.prompt_tokens, Unit.TOKENS),
            Quantity("written-again", step.after.cache_write_tokens, Unit.TOKENS),
            Quantity("pause", round(step.age, 1), Unit.SECONDS),
        ),
        lean=lean,
        excess_tokens=step.excess_tokens if alive else 0,
        excess_usd=excess_cost(step) if alive else 0.0,
        expected=step.expected,
        observed=step.read,
        stated=step.after.miss_reason,
        unasked={*untried(step), *(() if fall.following else ("side-call",))},
    )
