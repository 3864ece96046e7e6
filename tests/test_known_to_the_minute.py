"""At level `findings` no time of a log is known better than to the minute: by no row, count, proof or second pack."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from builders import START, request
from promises import record

from generator.base.problems import PackError
from generator.importers import read_bytes
from generator.packs.clock import JITTER, MINUTE, ON_THE_FACE, Clock, clock_of, floored
from generator.packs.examine import examine
from generator.packs.pack import read_pack
from generator.proofs.checking import faults, opened
from generator.proofs.commitments import identities, log_trees
from generator.proofs.comparing import pack_faults
from generator.proofs.proving import prove_finding
from generator.proofs.publication import committed, findings_of
from generator.records.pseudonyms import clock_shift
from generator.records.results import Level, Unit
from generator.records.rows import Counter, CounterReading, LogData, Mark, MarkKind, SourceRef
from generator.simulator import FaultRates, simulate

pytestmark = pytest.mark.slow

KEY = b"the owner's"
PROOFS = 8
SPECIMEN = Path(__file__).parents[1] / "content" / "evidence" / "specimen"
TIMES = ("at", "first_seen", "ended", "started", "resets_at", "start", "end", "as_of", "uptime")


def moved(reading, by, *, shift):
    """The same log as if all had happened later, published on the same clock."""
    later = {
        "requests": [
            msgspec.structs.replace(
                one, first_seen=one.first_seen + by, ended=one.ended + by, started=one.started and one.started + by
            )
            for one in reading.requests
        ],
        "marks": [msgspec.structs.replace(one, at=one.at + by) for one in reading.marks],
        "meters": [
            msgspec.structs.replace(one, at=one.at + by, resets_at=reset_moved(one.resets_at, by))
            for one in reading.meters
        ],
        "counters": [msgspec.structs.replace(one, at=one.at + by) for one in reading.counters],
    }
    later = {name: tuple(rows) for name, rows in later.items()}
    return msgspec.structs.replace(reading, clock_shift=shift + by, **later)


def reset_moved(at, by):
    """A reset on the face of a clock is known, and stays; any other hangs on when the window was begun."""
    return at if at is None or abs(at - floored(at + JITTER, ON_THE_FACE)) <= JITTER else at + by


def comes_to_the_face(at):
    """Would it be on the face if all had happened within a minute later? Then it would be known."""
    return floored(at, ON_THE_FACE) != floored(at + MINUTE + JITTER, ON_THE_FACE)


def is_near_midnight(at):
    return (at - 2 * MINUTE).date() != (at + 2 * MINUTE).date()


@lru_cache
def logs(sessions=10):
    """Threads with meters and counters; of none was anything done as a day began, which is known."""
    made = simulate(11, sessions=sessions, start=datetime(2026, 3, 2, tzinfo=UTC), faults=FaultRates.specimen())
    reading = read_bytes(made.files, key=KEY)
    near = {one.session for one in reading.requests if is_near_midnight(one.first_seen) or is_near_midnight(one.ended)}
    near |= {one.session for one in (*reading.marks, *reading.counters) if is_near_midnight(one.at)}
    return msgspec.structs.replace(
        reading,
        requests=tuple(one for one in reading.requests if one.session not in near),
        marks=tuple(one for one in reading.marks if one.session not in near),
        counters=tuple(one for one in reading.counters if one.session not in near),
        meters=tuple(
            one
            for one in reading.meters
            if not is_near_midnight(one.at)
            and (reset_moved(one.resets_at, MINUTE) == one.resets_at or not comes_to_the_face(one.resets_at))
        ),
    )


def pack(reading):
    return examine(reading, id="mine", simulated=False, level=Level.FINDINGS, tool_version="0.1.0")


def with_proofs(reading):
    evidence = pack(reading)
    trees = log_trees(reading, identities([(tally.label, b"") for tally in reading.tallies]), KEY)
    evidence = committed(evidence, trees)
    by_kind = [
        [one for one in findings_of(evidence) if one.requests],
        [one for one in findings_of(evidence) if one.window],
    ]
    by_kind.append([one for one in findings_of(evidence) if one.readings and not one.window])
    return evidence, [prove_finding(evidence, one.id, trees) for found in by_kind for one in found[:PROOFS]]


def test_a_pack_is_the_same_whenever_in_a_minute_it_all_happened():
    """The attacker may know everything but the shift: each true time in a whole minute gives the very same pack."""
    reading, shift = logs(62), timedelta(0)
    first = pack(msgspec.structs.replace(reading, clock_shift=shift))
    threads = {(one.session, one.agent) for one in reading.requests}
    trials, failures = 0, 0
    for seconds in (19.5, 59.999):
        by = timedelta(seconds=seconds)
        again = pack(moved(reading, by, shift=shift))
        trials += len(threads)
        failures += len(threads) * (again != first)
    record("times-minute", trials=trials, failures=failures, note="threads, moved within a minute: not a byte differs")
    assert len(threads) > 100
    assert first.requests
    assert first.counters
    assert first.meters
    assert failures == 0


def test_the_same_shift_is_seen_in_every_row_of_every_thread():
    reading = logs()
    evidence, true = pack(reading), {one.id: one for one in reading.requests}
    shifts = {true[one.id].first_seen - one.first_seen for one in evidence.requests}
    assert shifts == {clock_shift(KEY)}
    assert timedelta(0) <= clock_shift(KEY) < MINUTE


def known_to(readings):
    """Seconds to which the start of each process is known, from readings (minute, uptime): both packs, all code."""
    starts = [(at - timedelta(seconds=up), at + MINUTE - timedelta(seconds=up)) for at, up in readings]
    return (min(end for _, end in starts) - max(start for start, _ in starts)).total_seconds()


def test_readings_of_one_process_do_not_tell_when_it_was_started():
    """Hundreds of them, each with the seconds for which the client had run, had told it to a second."""
    started = START + timedelta(seconds=17.25)
    rows = tuple(
        CounterReading(
            session="a" * 16, counter=Counter.INPUT_TOKENS, at=started + timedelta(seconds=up), value=value,
            uptime=float(up), version="2.1.60", model="claude-opus-4-6", source=SourceRef(0, place + 1),
        )
        for place, (up, value) in enumerate((41 * n, 90_000.0 * n if n < 20 else 40.0 * n) for n in range(1, 40))
    )  # fmt: skip
    exact = [(floored(one.at), one.uptime) for one in rows]
    assert known_to(exact) < 5  # what the attack sees where uptimes leave
    prompt = Mark(kind=MarkKind.PROMPT, session="a" * 16, at=started, source=SourceRef(0, 99))
    whole = LogData(counters=rows, marks=(prompt,), clock_shift=timedelta(seconds=33))
    shown = pack(whole).counters
    assert len(shown) > 10
    assert {one.uptime for one in shown} == {None}
    assert all(one.at == floored(one.at) for one in shown)


def test_eight_proofs_of_every_kind_open_no_time():
    evidence, proofs = with_proofs(logs())
    names = {name for proof in proofs for part in proof.records for name in opened(part)}
    assert len(proofs) >= 2 * PROOFS
    assert {part.kind for proof in proofs for part in proof.records} == {"request", "meter", "counter"}
    assert not [name for name in names if name.removesuffix("_minute") in TIMES]
    assert all(faults(proof) == () and pack_faults(proof, evidence) == () for proof in proofs)


@pytest.mark.parametrize(
    "name", ["first_seen", "first_seen_minute", "ended_minute", "started", "at_minute", "resets_at", "uptime"]
)
def test_a_time_that_is_asked_for_is_refused_and_not_left_out(name):
    reading = logs()
    trees = log_trees(reading, identities([(tally.label, b"") for tally in reading.tallies]), KEY)
    evidence = committed(pack(reading), trees)
    one = next(one for one in findings_of(evidence) if one.requests)
    with pytest.raises(PackError, match="W-proof-time"):
        prove_finding(evidence, one.id, trees, ("model", name))


def test_a_pack_at_level_full_is_proved_to_the_minute():
    reading = logs()
    trees = log_trees(reading, identities([(tally.label, b"") for tally in reading.tallies]), KEY)
    whole = examine(reading, id="mine", simulated=False, level=Level.FULL, tool_version="0.1.0")
    evidence = committed(whole, trees)
    one = next(one for one in findings_of(evidence) if one.requests)
    proof = prove_finding(evidence, one.id, trees, ("first_seen_minute",))
    assert all("first_seen_minute" in opened(part) for part in proof.records)


def test_packs_of_a_thread_whose_head_was_cut_off_show_its_rows_at_the_same_times():
    reading = logs()
    seen = {}
    for days in range(6):
        rows = reading.requests[days * 20 :]
        for one in pack(msgspec.structs.replace(reading, requests=rows)).requests:
            seen.setdefault(one.id, set()).add(one.first_seen)
    assert max(map(len, seen.values())) == 1
    assert len(seen) > 50


def test_spans_of_findings_on_readings_are_whole_minutes():
    for run in pack(logs()).runs:
        for finding in run.findings:
            assert (finding.at.second, finding.at.microsecond) == (0, 0)
            if finding.readings:
                seconds = [one.value for one in finding.quantities if one.unit is Unit.SECONDS]
                assert all(value % 60 == 0 for value in seconds)


def test_days_are_those_of_the_shown_clock():
    """A call seconds after midnight is shown before it, and counted there."""
    rows = [request(number, 54_000 - 15 + number, 0, 100) for number in range(6)]
    reading = LogData(requests=tuple(rows), clock_shift=timedelta(seconds=40))
    evidence = pack(reading)
    assert [day.day for day in evidence.days] == ["2026-03-17"]
    assert [day.requests for day in evidence.reconciliation.surfaces] == [6]


@pytest.mark.parametrize(
    ("at", "shown"),
    [
        ("14:00:00", "14:00:00"), ("13:59:59.7", "14:00:00"), ("14:00:00.4", "14:00:00"), ("14:15:00", "14:15:00"),
        ("14:00:09", "13:59:00"), ("14:07:30", "14:07:00"), ("14:07:20", "14:06:00"),
    ],
)  # fmt: skip
def test_borders_on_the_face_of_a_clock_stay_and_others_are_put_back(at, shown):
    clock = Clock(timedelta(seconds=25))
    given, wanted = (datetime.fromisoformat(f"2026-03-17T{time}+00:00") for time in (at, shown))
    assert clock.border(given) == wanted


def test_files_whose_times_are_whole_minutes_do_not_tell_the_shift():
    """Each of their seconds would be those of the shift, and so would be those of every other file."""
    base = START.replace(second=0, microsecond=0)
    times = [base + timedelta(minutes=3 * number) for number in range(5)]
    coarse = [
        request(number, 0, 0, 100, started=at, first_seen=at, ended=at, source=SourceRef(1, number + 1))
        for number, at in enumerate(times)
    ]
    fine = [request(50 + number, 7 * number + 1, 0, 100) for number in range(5)]
    clock = clock_of([*coarse, *fine], [], timedelta(seconds=41))
    assert [clock.request(one).first_seen for one in coarse] == times
    odd = request(
        40,
        0,
        0,
        100,
        started=times[1],
        first_seen=times[1] + timedelta(seconds=7),
        ended=times[1],
        source=SourceRef(1, 9),
    )
    mixed = clock_of([*coarse, odd, *fine], [], timedelta(seconds=41))
    assert [mixed.request(one).first_seen for one in (*coarse, odd)] == [*times, times[1]]
    assert all(one.first_seen - clock.request(one).first_seen == timedelta(seconds=41) for one in fine)


def test_the_shift_depends_on_the_key_alone_and_is_spread_over_the_minute():
    shifts = sorted(clock_shift(bytes([number])) for number in range(200))
    assert shifts[0] < timedelta(seconds=3)
    assert shifts[-1] > timedelta(seconds=57)
    assert max(later - one for one, later in pairwise(shifts)) < timedelta(seconds=5)


@pytest.mark.parametrize("made", ["kept", "anew"])
def test_no_reading_of_the_specimen_tells_the_seconds_of_a_process(made):
    evidence = read_pack(SPECIMEN) if made == "kept" else pack(logs())
    assert evidence.counters
    known = {}
    for one in evidence.counters:
        if one.uptime is not None:
            known.setdefault(one.session, []).append((one.at, one.uptime))
    assert [session for session, rows in known.items() if known_to(rows) < 60] == []
