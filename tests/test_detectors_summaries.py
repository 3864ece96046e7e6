"""Agents that sum an idle session up again and again: a compaction storm without a boundary."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from test_ledger import OTHER, mark, pseudonym, request

from generator.detectors import run
from generator.detectors.compaction_storm import COMPACTION_STORM, REFILL, WINDOW
from generator.ledger.prices import cost
from generator.ledger.subjects import arranged
from generator.records.results import Outcome
from generator.records.rows import MarkKind, Role

MAIN = request(0, 0, read=150_000, written=10_000)


def summaries(*times: float, session: str = MAIN.session):
    """First calls of agents of their own, which write the session's 160,000 tokens."""
    return [
        request(100 + n, at, written=160_000, agent=pseudonym(200 + n), role=Role.COMPACTION, session=session)
        for n, at in enumerate(times)
    ]


def outcome(*rows, marks=()):
    return run(COMPACTION_STORM, arranged(rows, marks))


@pytest.mark.parametrize(("times", "found"), [((600, 660, 720), 1), ((600, 660), 0), ((600,), 0), ((), 0)])
def test_three_agents_make_a_storm(times, found):
    result = outcome(MAIN, *summaries(*times))
    assert (result.found, result.examined) == (found, len(times))


@pytest.mark.parametrize(("apart", "found"), [(WINDOW.total_seconds(), 1), (WINDOW.total_seconds() + 1, 0)])
def test_each_follows_within_the_window(apart, found):
    assert outcome(MAIN, *summaries(600, 600 + apart, 600 + 2 * apart)).found == found


def test_two_bursts_are_two_storms():
    assert outcome(MAIN, *summaries(600, 660, 720, 9000, 9060, 9120)).found == 2


@pytest.mark.parametrize(("between", "found"), [(2 * REFILL, 1), (2 * REFILL + 1, 0)])
def test_the_session_is_idle_with_at_most_five_requests_for_each_summary(between, found):
    work = [request(n, 610 + n, read=160_000, written=9) for n in range(1, between + 1)]
    assert outcome(MAIN, *work, *summaries(600, 660, 720)).found == found


@pytest.mark.parametrize(("boundaries", "found"), [(0, 1), (1, 1), (2, 0), (3, 0)])
def test_where_boundaries_tell_the_compactions_the_agents_tell_nothing_more(boundaries, found):
    """Else one storm would be counted twice; hours lie between these, so they are no storm themselves."""
    work = [request(n, 610 + n, read=160_000, written=9) for n in range(1, 9)]
    marks = [mark(MarkKind.COMPACTION, 605 + 60 * n, line=900 + n) for n in range(boundaries)]
    told = outcome(MAIN, *work, *summaries(600, 660, 720), marks=marks)
    of_agents = [one for one in told.findings if len(one.requests) == 3]
    assert len(of_agents) == found


def test_where_only_the_agents_are_there_the_session_is_told_by_them():
    result = outcome(*summaries(600, 660, 720))
    assert result.found == 1
    plain = [replace(row, role=None) for row in summaries(600, 660, 720)]
    assert outcome(*plain).outcome is Outcome.NOT_MEASURABLE


def test_agents_of_another_session_are_none_of_this_one():
    assert outcome(MAIN, *summaries(600, 660), *summaries(720, session=OTHER)).found == 0


def test_the_first_summary_is_no_excess():
    rows = summaries(600, 660, 720)
    (finding,) = outcome(MAIN, *rows).findings
    assert finding.requests == tuple(row.id for row in rows)
    assert finding.excess_tokens == 2 * 160_005
    assert finding.excess_usd == pytest.approx(2 * cost(rows[0]))
    unpriced = [replace(row, model="claude-not-released-99") for row in rows]
    assert outcome(MAIN, *unpriced).findings[0].excess_usd is None
