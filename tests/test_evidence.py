"""Redaction keeps what the rules need, and nothing closer than the minute."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from builders import mark, steady

from generator.base.problems import PackError
from generator.detectors import DETECTORS, run
from generator.detectors.shared import base
from generator.detectors.shared.base import finding_id
from generator.importers import read_bytes
from generator.ledger.subjects import arranged
from generator.ledger.threads import threads_of
from generator.packs.examine import examine
from generator.packs.key import load_key
from generator.packs.pack import read_pack, read_packs, write_pack
from generator.packs.redact import NEIGHBOURS
from generator.records.results import Level, Outcome
from generator.records.rows import LogData, Tally, Trigger
from generator.simulator import FaultRates, exported, simulate


@pytest.fixture
def reading():
    """Two sessions: one with a break in the middle of 60 steady requests, one without any."""
    rows = steady(60)
    broken = rows[30]
    rows[30] = msgspec.structs.replace(
        broken,
        cache_read_tokens=15_000,
        cache_write_tokens=broken.total_tokens - 15_000,
        cache_write_1h_tokens=broken.total_tokens - 15_000,
    )
    quiet = steady(20, first=100, session_name="quiet")
    marks = (mark("prompt", 10, value=9), mark("compaction", 310, trigger=Trigger.MANUAL), mark("retry", 900, value=2))
    tally = Tally(label="log-0001", importer="claude-code", bytes=1, read=83, used=83)
    return LogData(requests=(*rows, *quiet), marks=marks, tallies=(tally,))


def at(level, reading):
    return examine(reading, id="mine", simulated=False, level=level, tool_version="0.1.0")


def reasons(evidence):
    return {
        (step.before.id, step.after.id): (step.reason, step.age)
        for thread in threads_of(evidence.requests, evidence.marks)
        for step in thread.steps
    }


def test_at_level_findings_only_neighbours_of_cited_rows_stay(reading):
    evidence = at(Level.FINDINGS, reading)
    (finding,) = next(one for one in evidence.runs if one.detector == "cache-break").findings
    kept = [request.position for request in evidence.requests]
    assert set(finding.requests) <= {request.id for request in evidence.requests}
    assert kept == list(range(29 - NEIGHBOURS, 30 + NEIGHBOURS + 1))
    assert len({request.session for request in evidence.requests}) == 1


def test_the_rules_give_the_same_answer_on_what_is_left(reading):
    """Same reason, same pause, same finding ids as on the whole log."""
    whole, cut = at(Level.FULL, reading), at(Level.FINDINGS, reading)
    everything, shown = reasons(whole), reasons(cut)
    assert shown
    assert all(everything[pair] == answer for pair, answer in shown.items())
    again = [run(detector, arranged(cut.requests, cut.marks)) for detector in DETECTORS]
    assert {finding.id for one in again for finding in one.findings} == {
        finding.id for one in whole.runs for finding in one.findings
    }


def test_at_level_aggregate_no_row_and_no_finding_leaves(reading):
    evidence = at(Level.AGGREGATE, reading)
    assert not evidence.requests
    assert not evidence.marks
    assert all(not one.findings for one in evidence.runs)
    assert {one.found for one in evidence.runs} == {0}  # one finding is a small count, and the day is still open
    assert evidence.totals.requests == 0


def test_no_log_at_all_is_not_measurable_rather_than_quiet():
    evidence = at(Level.FINDINGS, LogData())
    assert {one.outcome for one in evidence.runs} == {Outcome.NOT_MEASURABLE}


@pytest.mark.parametrize("level", list(Level))
def test_a_pack_reads_back_as_it_was_written(tmp_path, reading, level):
    evidence = at(level, reading)
    write_pack(evidence, tmp_path / "mine")
    assert read_pack(tmp_path / "mine") == evidence


def test_the_same_evidence_gives_the_same_bytes(tmp_path, reading):
    for name in ("one", "two"):
        write_pack(at(Level.FULL, reading), tmp_path / name / "mine")
    one, two = (sorted((tmp_path / name / "mine").iterdir()) for name in ("one", "two"))
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in two]


def test_a_pack_with_a_changed_table_is_refused(tmp_path, reading):
    write_pack(at(Level.FULL, reading), tmp_path / "mine")
    table = tmp_path / "mine" / "requests.parquet"
    table.write_bytes(table.read_bytes()[:-1] + b"x")
    with pytest.raises(PackError, match="W-pack-digest"):
        read_packs(tmp_path)


def test_a_pack_cannot_smuggle_text_into_a_record(tmp_path, reading):
    evidence = at(Level.FULL, reading)
    poisoned = msgspec.structs.replace(evidence.requests[0], model="<script>secret</script>")
    write_pack(msgspec.structs.replace(evidence, requests=(poisoned, *evidence.requests[1:])), tmp_path / "mine")
    with pytest.raises(PackError, match="W-pack-row") as caught:
        read_packs(tmp_path)
    assert "secret" not in str(caught.value)


def test_the_key_is_made_once_and_for_its_owner_only(tmp_path):
    path = tmp_path / "state" / "key"
    key = load_key(path)
    assert load_key(path) == key
    assert len(key) == 32
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="counts threads as Linux shows them")
def test_reading_a_pack_leaves_no_thread_behind():
    """A reader pool that outlives the work aborts the process at its end now and then."""
    code = (
        "import os, pathlib, arro3.io; from generator.packs.pack import read_packs; count = lambda: len(os.listdir('/proc/self/task'));"
        "before = count(); assert read_packs(pathlib.Path('content/evidence')); print(count() - before)"
    )
    root = Path(__file__).parent.parent
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)
    assert done.stdout.strip() == "0"


def test_no_time_of_a_reading_leaves_more_exactly_than_to_the_minute():
    """At level findings, in rows, windows, buckets and in the names that finding ids are made of."""
    made = simulate(7, sessions=10, start=datetime(2026, 3, 2, tzinfo=UTC), faults=FaultRates.specimen())
    reading = read_bytes(made.files | exported(made.files, 7), key=b"key")
    evidence = examine(reading, id="e", simulated=True, level=Level.FINDINGS, tool_version="")
    times = [at for window in evidence.reconciliation.windows for at in (window.start, window.end)]
    times += [at for bucket in evidence.buckets for at in (bucket.start, bucket.end)]
    times += [row.at for row in (*evidence.meters, *evidence.counters)]
    assert times
    assert all((at.second, at.microsecond) == (0, 0) for at in times)
    assert all(window.longest_gap % 60 == 0 for window in evidence.reconciliation.windows)


def test_ids_of_findings_on_meters_hold_no_more_than_the_day():
    """The digest has no key: a time in it could be tried out."""
    made = simulate(7, sessions=10, start=datetime(2026, 3, 2, tzinfo=UTC), faults=FaultRates.specimen())
    reading = read_bytes(made.files, key=b"key")
    names: list[tuple[str, ...]] = []

    def noted(detector, version, given):
        names.append(tuple(given))
        return finding_id(detector, version, given)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(base, "finding_id", noted)
        examine(reading, id="e", simulated=True, level=Level.FINDINGS, tool_version="")
    times = [part for name in names for part in name if re.match(r"\d{4}-\d{2}-\d{2}", part)]
    assert times
    assert all(re.fullmatch(r"\d{4}-\d{2}-\d{2}", part) for part in times)


def test_two_findings_of_the_same_names_get_ids_of_their_own():
    made = simulate(7, sessions=10, start=datetime(2026, 3, 2, tzinfo=UTC), faults=FaultRates.specimen())
    reading = read_bytes(made.files, key=b"key")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(base, "day", lambda _at: "")
        evidence = examine(reading, id="e", simulated=True, level=Level.FINDINGS, tool_version="")
    ids = [finding.id for run in evidence.runs for finding in run.findings]
    assert len(set(ids)) == len(ids)
