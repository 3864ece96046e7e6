"""The newest cache entry that is not read: what is looked at, what is counted, and how many are more than chance."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from test_ledger import OTHER, request

from generator.detectors import run
from generator.detectors.unread_last_write import UNREAD_LAST_WRITE
from generator.ledger.subjects import arranged
from generator.records.results import FindingGrade, Lean, Outcome, Unit


def log(hits: int, steps: int, *, wait: float = 2, written: int = 900, **more):
    """So many steps, each `wait` seconds after an answer; every second one misses the last write, until `hits` have."""
    rows, left, at = [request(0, 0, read=60_000, written=written, **more)], 60_000 + written, 5 + wait
    for number in range(1, steps + 1):
        missing = written if number % 2 and number < 2 * hits else 0
        rows.append(request(number, at, read=left - missing, written=written + missing, **more))
        left, at = left + written, at + 5 + wait
    return rows


def outcome(rows):
    return run(UNREAD_LAST_WRITE, arranged(rows, ()))


def quantities(rows) -> dict[str, float]:
    (finding,) = outcome(rows).findings
    return {one.name: one.value for one in finding.quantities}


def test_a_single_one_is_chance_however_few_steps_there_are():
    """One of one step would come by chance once in 2,000 logs; two are asked for all the same."""
    result = outcome(log(1, 1))
    assert (result.outcome, result.explained) == (Outcome.QUIET, {"chance": 1})


@pytest.mark.parametrize(("steps", "found"), [(3, 1), (297, 1), (298, 0), (400, 0)])
def test_two_are_found_up_to_the_number_of_steps_at_which_they_are_chance(steps, found):
    result = outcome(log(2, steps))
    assert (result.found, result.examined) == (found, steps)
    assert result.explained == ({} if found else {"chance": 2})


def test_more_of_more_steps_are_found_again():
    assert outcome(log(3, 400)).found == 1


@pytest.mark.parametrize(("wait", "examined"), [(0, 6), (5, 6), (5.001, 0)])
def test_steps_are_looked_at_within_five_seconds(wait, examined):
    result = outcome(log(2, 6, wait=wait))
    assert (result.examined, result.found) == (examined, examined and 1)
    assert result.outcome is (Outcome.FOUND if examined else Outcome.NOT_MEASURABLE)


@pytest.mark.parametrize(("written", "found"), [(200, 1), (199, 0)])
def test_a_smaller_write_is_within_what_counts_differ_by(written, found):
    assert outcome(log(2, 6, written=written)).found == found


def test_calls_of_a_gateway_are_not_looked_at():
    assert outcome(log(2, 6, gateway=True)).outcome is Outcome.NOT_MEASURABLE


def test_a_request_to_another_model_reads_a_cache_of_its_own():
    rows = log(2, 6)
    other = [replace(row, model="claude-sonnet-4-6") if number in {1, 3} else row for number, row in enumerate(rows)]
    assert outcome(other).found == 0


def test_a_request_that_began_before_the_answer_was_whole_is_explained():
    rows = [
        replace(row, ended=row.ended.replace(minute=59)) if number in {0, 2} else row
        for number, row in enumerate(log(2, 6))
    ]
    assert outcome(rows).explained == {"concurrent": 2}


def test_threads_are_counted_together():
    one = log(1, 3)
    two = [replace(row, id=row.id[::-1], agent=OTHER) for row in one]
    assert outcome(one).found == outcome(two).found == 0
    (finding,) = outcome([*one, *two]).findings
    assert len(finding.requests) == 2


def test_the_finding_counts_what_it_says():
    rows = log(2, 6)
    (finding,) = outcome(rows).findings
    assert (finding.grade, finding.lean, finding.excess_tokens) == (FindingGrade.A, Lean.SERVICE, 1_800)
    assert finding.requests == (rows[1].id, rows[3].id)
    assert (finding.at, finding.until) == (rows[1].first_seen, rows[3].first_seen)
    assert [(day.hits, day.trials) for day in finding.days] == [(2, 6)]
    assert finding.excess_usd == pytest.approx(1_800 * (10 - 0.5) / 1e6)  # Opus 4.6: written for an hour, not read
    total = sum(row.total_tokens for row in rows)
    assert quantities(rows) == pytest.approx(
        {
            "last-write-unread": 2,
            "looked-at": 6,
            "share-unread": 2 / 6,
            "share-unread-in-a-second": 0,  # all came after two
            "unread-later": 0,
            "looked-at-later": 0,
            "share-of-tokens": 1_800 / total,
        }
    )
    assert {one.unit for one in finding.quantities} == {Unit.REQUESTS, Unit.SHARE}


def test_the_first_second_and_the_minute_after_are_told_apart():
    assert quantities(log(2, 6, wait=1))["share-unread-in-a-second"] == pytest.approx(2 / 6)
    late = [replace(row, agent=OTHER, id=row.id[::-1]) for row in log(2, 6, wait=30)]
    told = quantities([*log(2, 6), *late])
    assert (told["looked-at-later"], told["unread-later"]) == (6, 2)
    beyond = [replace(row, agent=OTHER, id=row.id[::-1]) for row in log(2, 6, wait=61)]
    assert quantities([*log(2, 6), *beyond])["looked-at-later"] == 0


def test_without_a_price_the_tokens_are_told_all_the_same():
    (finding,) = outcome(log(2, 6, model="claude-not-released-99")).findings
    assert (finding.excess_tokens, finding.excess_usd) == (1_800, None)


def test_the_usual_rule_counts_every_read_that_falls_short():
    rows = log(2, 6)
    short = replace(
        rows[5], cache_read_tokens=rows[5].cache_read_tokens - 300, cache_write_tokens=rows[5].cache_write_tokens + 300
    )
    assert outcome(rows).naive == 2
    assert outcome([*rows[:5], short, rows[6]]).naive == 3
