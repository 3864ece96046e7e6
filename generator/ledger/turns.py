"""Turns of a thread: a prompt with the calls that answer it, and whether they think.

Switching thinking on or off rebuilds the messages part of the cache, and models before Opus 4.5 and Sonnet 4.6 drop the
thinking of the turn before when a new prompt comes (Anthropic docs, prompt caching and extended thinking). In a public
set leaving a turn without thinking broke 38 of 45 steps, while 23 of 558 broke where both turns thought. A skill begins
such a turn within the turn of its prompt: leaving one that did not think broke 16 of 22 steps of eleven public sets.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from generator.ledger.steps import BREAK_BELOW, Step, Thinking, in_tool_loop
from generator.records.rows import MarkKind, ModelId, Request

KEEPS_SINCE = {"opus": (4, 5), "sonnet": (4, 6), "haiku": (5, 0)}
"""First version of each family that keeps the thinking of earlier turns; newer families all do."""
STARTERS = frozenset({MarkKind.COMMAND, MarkKind.COMPACT_SUMMARY, MarkKind.SKILL})
"""Texts that are put into a conversation as a prompt is, and that state no thinking."""
RECENT = 100  # steps back to which an earlier prefix is looked for
SAME_READ = 0.01  # of a prefix, by which a read of it may differ
_FAMILY = re.compile(r"claude-(opus|sonnet|haiku)-([0-9]{1,2})(?:[-.]([0-9]{1,2})(?![0-9]))?")
_OLDEST = re.compile(r"claude-[0-9]")


@lru_cache(maxsize=256)
def forgets_thinking(model: ModelId) -> bool:
    """Does the model drop the thinking of earlier turns?"""
    named = _FAMILY.match(model)
    if named is None:
        return _OLDEST.match(model) is not None
    return (int(named[2]), int(named[3] or 0)) < KEEPS_SINCE[named[1]]


def begins_turn(step: Step) -> bool:
    """Does the request answer something new: a prompt, a command, a skill, a plan or a summary, and not a tool?"""
    return not in_tool_loop(step) or any(mark.kind in STARTERS for mark in step.marks)


def thinking_around(steps: Sequence[Step], place: int) -> Thinking:
    """How the turns before and after the step at `place` of its thread's think.

    Only where a turn begins can the setting have changed.
    """
    step = steps[place]
    if not begins_turn(step):
        return Thinking(changed=False, dropped=False)
    begun = next((index for index in range(place - 1, -1, -1) if begins_turn(steps[index])), None)
    last = next((index for index in range(place + 1, len(steps)) if begins_turn(steps[index])), len(steps))
    old = [one.after for one in steps[begun or 0 : place]]
    if begun is None:
        old = [steps[0].before, *old]
    new = [one.after for one in steps[place:last]]
    stated = any(call.thinking_asked for call in (*old, *new))
    lost = _reads_earlier(steps[max(0, place - RECENT) : place], step) or _shrank(step)
    return Thinking(
        changed=stated and _thinks(old) != _thinks(new),
        dropped=any(call.thought for call in old) and step.read > 0 and lost,  # tools and system prompt stay cached
    )


def _reads_earlier(earlier: Sequence[Step], step: Step) -> bool:
    """Is what it reads all that an earlier request had left, and no more?"""
    lefts = {one.before.left for one in (*earlier, step)}
    return any(abs(step.read - left) <= SAME_READ * left for left in lefts if left < BREAK_BELOW * step.expected)


def _shrank(step: Step) -> bool:
    """Is the prompt shorter although something was said since? Then something was taken out of it."""
    return step.after.prompt_tokens < step.before.context


def _thinks(calls: Sequence[Request]) -> bool:
    return any(call.thought or call.thinking_asked for call in calls)
