"""Steps follow the tree of lines where a format tells it, and the order of time where none does."""

from __future__ import annotations

import msgspec
import pytest
from test_ledger import OTHER, mark, pseudonym, request

from generator.detectors import DETECTORS, run
from generator.ledger.explanations import UNEXPLAINED
from generator.ledger.subjects import arranged
from generator.ledger.threads import threads_of
from generator.records.results import Outcome
from generator.records.rows import MarkKind, Role


def follows(number: int) -> dict[str, str]:
    return {"follows": pseudonym(number)}


def pairs(rows, marks=()):
    """(before, after) of every step of the first thread, as numbers of requests."""
    numbers = {row.id: number for number, row in enumerate(rows)}
    return [(numbers[step.before.id], numbers[step.after.id]) for step in threads_of(rows, marks)[0].steps]


def test_a_branch_continues_its_own_parent():
    rows = [
        request(0, 0, written=60_000),
        request(1, 60, read=60_000, written=30_000, **follows(0)),
        request(2, 120, read=60_000, written=2_000, **follows(0)),
        request(3, 180, read=90_000, written=900, **follows(1)),
        request(4, 240, read=62_000, written=50_000, **follows(2)),
    ]
    assert pairs(rows) == [(0, 1), (0, 2), (1, 3), (2, 4)]
    assert not any(step.is_break for step in threads_of(rows, ())[0].steps)


def test_without_a_tree_each_continues_the_one_before_it_in_time():
    rows = [request(n, n * 60, written=60_000) for n in range(3)]
    assert pairs(rows) == [(0, 1), (1, 2)]


@pytest.mark.parametrize("above", [9, 2, 3])
def test_what_is_not_there_or_not_earlier_is_no_parent(above):
    """A copied line may name a call of another file, itself, or one that came later."""
    rows = [request(n, n * 60, written=60_000) for n in range(4)]
    rows[2] = request(2, 120, written=60_000, **follows(above))
    assert pairs(rows) == [(0, 1), (1, 2), (2, 3)]


def test_a_fork_goes_on_in_a_thread_of_its_own():
    """What it follows is in the thread it came from; its first request is held to nothing."""
    rows = [
        request(0, 0, written=60_000),
        request(1, 60, read=60_000, written=900, session=OTHER, **follows(0)),
        request(2, 120, read=60_900, written=900, session=OTHER, **follows(1)),
    ]
    assert [len(thread.steps) for thread in threads_of(rows, ())] == [0, 1]


def test_rows_of_a_partial_pack_make_steps_by_the_tree_also_over_a_gap():
    rows = [
        request(3, 180, written=60_000, position=3),
        request(7, 420, read=60_000, written=900, position=7, **follows(3)),  # its parent is here, three others are not
        request(9, 540, read=50_000, written=900, position=9, **follows(8)),  # its parent is not
        request(10, 600, read=50_900, written=900, position=10, **follows(9)),
    ]
    (thread,) = threads_of(rows, ())
    assert [(step.before.position, step.after.position) for step in thread.steps] == [(3, 7), (9, 10)]


def test_a_partial_pack_gives_a_branch_the_step_it_had():
    whole = [
        request(0, 0, written=60_000),
        request(1, 60, read=60_000, written=30_000, **follows(0)),
        request(2, 120, read=20_000, written=42_000, **follows(0)),
    ]
    (thread,) = threads_of(whole, ())
    (again,) = threads_of([row for row in thread.requests if row.position != 1], ())
    assert again.steps == (thread.steps[1],)
    assert again.steps[0].reason == UNEXPLAINED


def test_marks_of_a_step_lie_between_the_two_in_time():
    """A command of the other branch lies between them as well: whose it was, no mark tells."""
    rows = [
        request(0, 0, written=60_000),
        request(1, 60, read=60_000, written=900, **follows(0)),
        request(2, 120, read=20_000, written=42_000, **follows(0)),
    ]
    told = threads_of(rows, [mark(MarkKind.COMMAND, 30)])[0].steps
    assert [step.reason for step in told] == [None, "command"]
    assert threads_of(rows, [mark(MarkKind.COMMAND, 130)])[0].steps[1].reason == UNEXPLAINED


def test_the_lifetime_is_that_of_the_branch():
    rows = [
        request(0, 0, written=60_000, lifetime="1h"),
        request(1, 60, read=60_000, written=900, lifetime="5m", **follows(0)),
        request(2, 120, read=60_000, written=0, **follows(0)),
        request(3, 180, read=60_000, written=900, **follows(2)),
    ]
    (thread,) = threads_of(rows, ())
    assert [step.lifetime.value for step in thread.steps] == ["1h", "1h", "1h"]


def test_calls_of_other_makers_stand_apart_and_so_does_what_lies_between_them():
    rows = [
        request(0, 0, written=60_000),
        request(1, 60, input_tokens=60_000, model="glm-5.1"),
        request(2, 120, input_tokens=60_000, model="glm-5.1"),
        request(3, 180, read=60_000, written=900),
    ]
    marks = [mark(MarkKind.RETRY, 90, line=901), mark(MarkKind.SKILL, 150, line=902)]
    (thread,) = threads_of(rows, marks)
    assert ([row.id for row in thread.requests], [row.id for row in thread.foreign]) == (
        [rows[0].id, rows[3].id],
        [rows[1].id, rows[2].id],
    )
    assert thread.steps == ()  # what the other maker's model did to the prompt is not known
    assert [one.kind for one in thread.marks] == [MarkKind.SKILL]


def test_a_session_of_another_maker_alone_is_not_measurable():
    rows = [request(n, n * 60, input_tokens=60_000, model="deepseek-chat") for n in range(4)]
    shown = arranged(rows, [mark(MarkKind.API_ERROR, 90), mark(MarkKind.LIMIT_REFUSAL, 100)])
    assert len(shown.foreign) == 4
    for detector in DETECTORS:
        assert run(detector, shown).outcome is Outcome.NOT_MEASURABLE, detector.id


def test_agents_that_sum_a_session_up_are_told_at_its_first_thread():
    main = [request(0, 0, written=60_000)]
    agents = [
        request(n, n * 60, written=60_000, agent=pseudonym(90 + n), role=Role.COMPACTION if n < 4 else None)
        for n in (2, 1, 3, 4)
    ]
    threads = threads_of([*main, *agents], ())
    told = {thread.agent: [row.id for row in thread.summaries] for thread in threads}
    assert told[""] == [pseudonym(1), pseudonym(2), pseudonym(3)]
    assert not any(rows for agent, rows in told.items() if agent)
    elsewhere = [msgspec.structs.replace(row, session=OTHER) for row in agents]
    assert threads_of([*main, *elsewhere], ())[0].summaries == ()
