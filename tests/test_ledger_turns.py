"""Turns and whether they think; the newest cache entry; what a service that forgets thinking leaves to be read."""

from __future__ import annotations

import pytest
from test_ledger import mark, only_step, request

from generator.detectors.shared.base import decided
from generator.ledger.explanations import UNEXPLAINED
from generator.ledger.steps import UNREAD_LEAST, UNREAD_WITHIN
from generator.ledger.threads import threads_of
from generator.ledger.turns import begins_turn, forgets_thinking
from generator.records.rows import MarkKind

OLD, NEW = "claude-sonnet-4-5", "claude-sonnet-4-6"


@pytest.mark.parametrize(
    ("model", "forgets"),
    [
        ("claude-opus-4-1", True),
        ("claude-opus-4-20250514", True),  # the date is no minor version
        ("claude-opus-4-5-20251101", False),
        ("claude-opus-4-6", False),
        ("claude-opus-5", False),
        ("claude-sonnet-4-5-20250929", True),
        ("claude-sonnet-4-6", False),
        ("claude-sonnet-4.6", False),
        ("claude-haiku-4-5", True),
        ("claude-haiku-5-0", False),
        ("claude-3-7-sonnet-20250219", True),
        ("claude-2.1", True),
        ("claude-fable-5", False),
        ("claude-mythos-5-1", False),
        ("other", False),
    ],
)
def test_models_before_opus_45_sonnet_46_and_haiku_5_forget_their_thinking(model, forgets):
    assert forgets_thinking(model) is forgets


@pytest.mark.parametrize(
    ("kind", "words", "begins"),
    [
        (None, 5, True),
        (None, None, False),  # a tool's result
        (MarkKind.PROMPT, None, True),
        (MarkKind.AUTOMATIC_PROMPT, None, True),
        (MarkKind.SCHEDULED_TASK, None, True),
        (MarkKind.COMMAND, None, True),
        (MarkKind.COMPACT_SUMMARY, None, True),
        (MarkKind.SKILL, None, True),
        (MarkKind.IMAGE, None, False),
    ],
)
def test_a_turn_begins_with_a_prompt_a_command_or_a_summary(kind, words, begins):
    marks = [] if kind is None else [mark(kind, 30)]
    step = only_step(request(0, 0, written=60_000), request(1, 60, read=60_000, prompt_words=words), marks=marks)
    assert begins_turn(step) is begins


def turns(*calls):
    """A thread of calls a minute apart; each is (read, written, fields)."""
    return threads_of([request(n, 60 * n, read=r, written=w, **more) for n, (r, w, more) in enumerate(calls)], ())[0]


THINKS, ASKED, PROMPT = {"thought": True}, {"thinking_asked": True}, {"prompt_words": 5}


@pytest.mark.parametrize(
    ("first", "loop", "after", "reason"),
    [
        (PROMPT | ASKED, THINKS, PROMPT, "thinking-changed"),  # left
        (PROMPT, {}, PROMPT | ASKED, "thinking-changed"),  # entered
        (PROMPT | ASKED, {}, PROMPT | ASKED, UNEXPLAINED),  # both asked, whether or not they thought
        (PROMPT | THINKS, {}, PROMPT, UNEXPLAINED),  # no line of the log states thinking: this client never does
        (PROMPT, {}, PROMPT, UNEXPLAINED),
        (PROMPT | ASKED, THINKS, {}, UNEXPLAINED),  # a tool's result: the setting cannot have changed in a turn
    ],
)
def test_thinking_changes_where_one_turn_thinks_and_the_other_neither_does_nor_says_so(first, loop, after, reason):
    thread = turns((0, 60_000, first), (60_000, 900, loop), (20_000, 42_000, after))
    assert [step.reason for step in thread.steps] == [None, reason]


def test_a_turn_reaches_to_the_next_prompt():
    """Thinking anywhere in a turn counts, also in an answer after the one that breaks; what a later turn does, does not."""
    begun = (0, 60_000, PROMPT | ASKED)
    late = turns(begun, (20_000, 42_000, PROMPT), (62_000, 900, THINKS))
    assert late.steps[0].reason == UNEXPLAINED
    next_turn = turns(begun, (20_000, 42_000, PROMPT), (62_000, 900, PROMPT | THINKS))
    assert next_turn.steps[0].reason == "thinking-changed"


@pytest.mark.parametrize(
    ("model", "read", "written", "thought", "reason"),
    [
        (OLD, 60_000, 12_000, True, "thinking-dropped"),
        (OLD, 59_401, 12_000, True, "thinking-dropped"),  # within one percent of what the first left
        (OLD, 59_399, 12_000, True, UNEXPLAINED),
        (OLD, 30_000, 42_000, True, UNEXPLAINED),  # no earlier request left so much
        (OLD, 30_000, 39_000, True, "thinking-dropped"),  # but the prompt is shorter than before
        (OLD, 0, 69_000, True, UNEXPLAINED),  # tools and system prompt would still be read
        (OLD, 60_000, 12_000, False, UNEXPLAINED),
        (NEW, 60_000, 12_000, True, UNEXPLAINED),
    ],
)
def test_a_model_that_forgets_its_thinking_reads_up_to_the_prompt_before(model, read, written, thought, reason):
    same = {"model": model}
    thread = turns(
        (20_000, 40_000, same),
        (60_000, 10_000, same | PROMPT | {"thought": thought}),
        (read, written, same | PROMPT),
    )
    assert [step.reason for step in thread.steps] == [None, reason]


def test_what_left_nothing_in_the_cache_is_no_earlier_prefix():
    same = {"model": OLD}
    thread = turns((0, 0, same), (0, 60_000, same | PROMPT | THINKS), (0, 62_000, same | PROMPT))
    assert thread.steps[-1].reason == UNEXPLAINED


def soon(wait: float, read: int, written: int = 900, **before):
    """The step of a request `wait` seconds after an answer that had read 60,000 tokens and written so many."""
    return only_step(
        request(0, 0, read=60_000, written=written, **before), request(1, 5 + wait, read=read, written=2_000)
    )


@pytest.mark.parametrize(
    ("step", "unread"),
    [
        (soon(0, 60_000), True),
        (soon(UNREAD_WITHIN, 60_000), True),
        (soon(UNREAD_WITHIN + 0.001, 60_000), False),
        (soon(1, 60_018), True),  # two percent of 900 tokens
        (soon(1, 60_019), False),
        (soon(1, 59_982), True),
        (soon(1, 59_981), False),
        (soon(1, 60_900), False),  # read, as it should be
        (soon(1, 0), False),  # nothing at all was read: that is another kind of loss
        (soon(1, 60_000, UNREAD_LEAST), True),
        (soon(1, 60_000, UNREAD_LEAST - 1), False),
        (soon(1, 60_000, left_tokens=60_900), False),  # of several rounds the last write is not known
    ],
)
def test_the_newest_entry_is_unread_where_just_its_tokens_are_missing_within_five_seconds(step, unread):
    assert step.last_write_unread is unread


def reread(later: int, *, read: int = 20_000, written: int = 42_000):
    """Is the prefix of 60,000 tokens read again by the request after the broken one?"""
    rows = (
        request(0, 0, read=20_000, written=40_000),
        request(1, 60, read=read, written=written),
        request(2, 120, read=later, written=900),
    )
    return threads_of(rows, ())[0].steps[0]


@pytest.mark.parametrize(
    ("later", "written", "again"),
    [
        (60_000, 42_000, True),
        (60_300, 42_000, True),  # half a percent
        (60_301, 42_000, False),
        (59_700, 42_000, True),
        (59_699, 42_000, False),
        (62_000, 42_000, False),  # what the broken step wrote
        (60_000, 40_200, False),  # so near to it that the two cannot be told apart
        (60_000, 40_301, True),
    ],
)
def test_an_old_prefix_that_is_read_again_had_not_changed(later, written, again):
    step = reread(later, written=written)
    assert step.reread is again
    assert ("prefix-changed" in decided(step)) is again


def test_without_a_later_request_it_is_not_known_whether_the_prefix_had_changed():
    assert not only_step(request(0, 0, written=60_000), request(1, 60, written=62_000)).reread


@pytest.mark.parametrize(("blocks", "ruled_out"), [(None, False), (0, True), (20, True), (21, False)])
def test_up_to_twenty_blocks_the_service_finds_an_older_entry(blocks, ruled_out):
    step = only_step(request(0, 0, written=60_000), request(1, 60, written=62_000, added_blocks=blocks))
    assert ("many-blocks" in decided(step)) is ruled_out
