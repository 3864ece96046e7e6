"""What detectors say of parts of the evidence adds up to what they say of the whole, whatever the parts."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import msgspec
import pytest
from builders import mark, request, steady
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from generator.detectors import DETECTORS
from generator.detectors.retry_storm import RETRY_STORM
from generator.detectors.shared.base import finding
from generator.detectors.shared.parts import Part, merged, partial
from generator.detectors.shared.running import run
from generator.importers import discover, read
from generator.ledger.shares import shares
from generator.ledger.subjects import Scope, Subjects, arranged, subjects
from generator.packs import asking
from generator.records.results import FindingGrade, Outcome
from generator.simulator import FaultRates, simulate


@cache
def simulated():
    """Subjects of a simulation with every fault, meters and counters."""
    import tempfile
    from datetime import UTC, datetime
    from pathlib import Path

    made = simulate(3, sessions=24, start=datetime(2026, 8, 3, tzinfo=UTC), faults=FaultRates.specimen())
    with tempfile.TemporaryDirectory() as folder:
        for name, data in made.files.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        return subjects(read(discover([Path(folder)]).claimed, key=b"test"))


def dealt(draw, whole):
    """Every subject in one part, in any order; the account alone, in a part of its own."""

    def hands(items):
        hand = [draw(st.integers(0, 4)) for _ in items]
        return [tuple(item for item, of in zip(items, hand, strict=True) if of == number) for number in range(5)]

    parts = [
        Subjects(threads=threads, meters=meters, counters=counters, whole=False)
        for threads, meters, counters in zip(
            hands(whole.threads), hands(whole.meters), hands(whole.counters), strict=True
        )
    ]
    return draw(st.permutations(parts))


def travelled(part):
    return msgspec.msgpack.decode(msgspec.msgpack.encode(part), type=Part)


def of_parts(detector, parts, whole):
    if detector.scope is Scope.ACCOUNT:
        parts = [*parts, whole]
    return merged(detector, [travelled(partial(detector, part)) for part in parts])


@given(st.data())
@settings(max_examples=25, phases=[Phase.generate], deadline=None)
def test_any_parts_in_any_order_say_what_the_whole_says(data):
    whole = simulated()
    parts = dealt(data.draw, whole)
    for detector in DETECTORS:
        assert msgspec.json.encode(of_parts(detector, parts, whole)) == msgspec.json.encode(run(detector, whole))


@pytest.mark.parametrize("count", [1, 2, 3, 7, 1000])
def test_shares_hold_every_subject_once_and_no_account(count):
    whole = simulated()
    dealt = shares(whole, count)
    assert len(dealt) <= count
    assert sorted((t.session, t.agent) for s in dealt for t in s.threads) == [
        (t.session, t.agent) for t in whole.threads
    ]
    assert [meter for share in dealt for meter in share.meters] == list(whole.meters)
    assert [series for share in dealt for series in share.counters] == list(whole.counters)
    assert all(share.of(Scope.ACCOUNT) == () for share in dealt)
    for detector in DETECTORS:
        assert of_parts(detector, dealt, whole) == run(detector, whole)


def test_shares_are_about_equal():
    loads = [sum(len(thread.requests) for thread in share.threads) for share in shares(simulated(), 2)]
    assert max(loads) - min(loads) <= max(len(thread.requests) for thread in simulated().threads)


def test_no_subject_at_all_has_one_share():
    empty = arranged([], [])
    assert shares(empty, 4) == (replace(empty, whole=False),)
    for detector in DETECTORS:
        assert of_parts(detector, shares(empty, 4), empty) == run(detector, empty)


def test_the_simulation_finds_something_in_every_scope():
    whole = simulated()
    scopes = {detector.scope for detector in DETECTORS if run(detector, whole).outcome is Outcome.FOUND}
    assert scopes == set(Scope)


# ---- what has to be added with care ----


def named(name, detector=RETRY_STORM, fails=()):
    """A detector that finds the same in each thread, or fails in those of a session."""

    def rule(thread):
        if thread.session in fails:
            raise fails[thread.session]
        yield finding(
            detector, (), key=(name,), thread=thread, at=thread.requests[0].first_seen, grade=FindingGrade.C,
            quantities=(), lean="no-layer",
        )  # fmt: skip

    return replace(detector, rule=rule, measurable=bool)


def several(count=4):
    return arranged(
        [row for number in range(count) for row in steady(3, first=10 * number, session_name=f"s{number}")],
        [mark("api-error", 5, session_name="s1")],
    )


@given(st.data())
def test_findings_of_one_name_get_the_same_ids_in_any_parts(data):
    whole, detector = several(), named("same")
    told = of_parts(detector, dealt(data.draw, whole), whole)
    assert told == run(detector, whole)
    assert len({found.id for found in told.findings}) == 4


@given(st.data())
def test_the_first_failure_is_told_in_any_parts(data):
    whole = several()
    second, third = whole.threads[1].session, whole.threads[2].session
    detector = named("fails", fails={second: KeyError("private"), third: ValueError("private")})
    told = of_parts(detector, dealt(data.draw, whole), whole)
    assert (told.outcome, told.error) == (Outcome.FAILED, "keyerror")
    assert told == run(detector, whole)


def test_a_session_looked_at_in_one_part_is_hit_by_a_finding_of_another():
    calls = [*steady(3), *(msgspec.structs.replace(one, agent="a" * 16) for one in steady(3, first=10))]
    whole = arranged(calls, [])
    first, second = ((thread,) for thread in whole.threads)
    detector = replace(
        named("other"),
        rule=lambda thread: named("other").rule(thread) if thread.agent else iter(()),
        examined=lambda thread: 0 if thread.agent else 1,
    )
    told = of_parts(detector, [Subjects(threads=one, whole=False) for one in (first, second)], whole)
    assert (told.sessions_examined, told.sessions_found) == (1, 1)
    assert told == run(detector, whole)


def test_a_need_is_met_by_any_part():
    whole = arranged([request(0, 0, 0, 100), request(1, 20, 0, 100, session_name="t", prompt_words=3)], [])
    for detector in DETECTORS:
        assert of_parts(detector, shares(whole, 2), whole).missing == run(detector, whole).missing


# ---- several processes ----


@pytest.mark.parametrize("jobs", [1, 2, 4])
def test_processes_answer_what_one_answers(jobs, monkeypatch):
    monkeypatch.setattr(asking, "WORTH_A_PROCESS", 0)
    whole = simulated()
    told = asking.ask(DETECTORS, whole, jobs=jobs)
    assert msgspec.json.encode(told) == msgspec.json.encode([run(detector, whole) for detector in DETECTORS])


def test_a_rule_that_fails_in_a_worker_fails_alone(monkeypatch):
    monkeypatch.setattr(asking, "WORTH_A_PROCESS", 0)
    whole = several()
    broken = replace(named("fails", fails={whole.threads[2].session: KeyError("private")}), id="broken")
    first, second = asking.ask((broken, RETRY_STORM), whole, jobs=2)
    assert (first.outcome, first.error) == (Outcome.FAILED, "keyerror")
    assert second == run(RETRY_STORM, whole)
