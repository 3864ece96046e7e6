"""The simulator against an independent reader, and the detectors against the simulator."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime

import pytest

from generator.detectors import DETECTORS, run
from generator.importers import discover, read
from generator.ledger import LADDER, chains
from generator.records import MarkKind
from generator.simulator import FaultRates, simulate

START = datetime(2026, 8, 3, tzinfo=UTC)
KEY = b"simulated"
EVERY = FaultRates(1, 1, 1, 1, 1)


def reading_of(simulation, folder):
    for name, data in simulation.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return read(discover([folder]).claimed, key=KEY)


def independent_sums(simulation):
    """Each message once, by plain json: input, written, read, output (largest)."""
    calls = {}
    for data in simulation.files.values():
        for line in data.split(b"\n")[:-1]:
            record = json.loads(line)
            if record["type"] == "progress":
                record = (record.get("data") or {}).get("message") or {}
            message = record.get("message") or {}
            usage = message.get("usage")
            if not usage or message.get("model") == "<synthetic>":
                continue
            kept = calls.setdefault(message["id"], usage)
            kept["output_tokens"] = max(kept["output_tokens"], usage["output_tokens"])
    names = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens")
    return len(calls), *(sum(usage[name] for usage in calls.values()) for name in names)


@pytest.fixture(scope="module")
def faulty():
    return simulate(11, sessions=16, start=START, faults=EVERY)


def test_the_same_seed_gives_the_same_bytes(faulty):
    again = simulate(11, sessions=16, start=START, faults=EVERY)
    assert again.files == faulty.files
    assert simulate(12, sessions=16, start=START, faults=EVERY).files != faulty.files


def test_truth_is_what_an_independent_reader_counts(faulty):
    counts = faulty.truth.counts
    assert independent_sums(faulty) == (
        counts.requests,
        counts.input_tokens,
        counts.cache_write_tokens,
        counts.cache_read_tokens,
        counts.output_tokens,
    )


def test_truth_is_what_the_importer_counts(faulty, tmp_path):
    found, counts = reading_of(faulty, tmp_path), faulty.truth.counts
    assert len(found.requests) == counts.requests
    assert sum(request.cache_read_tokens for request in found.requests) == counts.cache_read_tokens
    assert sum(request.cache_write_tokens for request in found.requests) == counts.cache_write_tokens
    assert sum(request.output_tokens for request in found.requests) == counts.output_tokens
    kinds = Counter(mark.kind for mark in found.marks)
    assert (kinds[MarkKind.COMPACTION], kinds[MarkKind.RETRY]) == (counts.compactions, counts.retries)
    assert all(tally.balances for tally in found.tallies)


def test_every_file_says_that_it_is_simulated(faulty):
    for data in faulty.files.values():
        for line in data.split(b"\n")[:-1]:
            assert b"simulated" in line


@pytest.mark.parametrize("seed", range(4))
def test_without_faults_nothing_is_found(seed, tmp_path):
    """A null run: every break has its reason, no detector finds anything."""
    found = reading_of(simulate(seed, sessions=32, start=START, faults=None), tmp_path)
    threads = chains(found.requests, found.marks)
    assert [step for thread in threads for step in thread.steps if step.reason == "unexplained"] == []
    assert {detector.id: run(detector, threads).found for detector in DETECTORS} == dict.fromkeys(
        [detector.id for detector in DETECTORS], 0
    )


def test_every_confounder_gets_its_own_reason(tmp_path):
    """Over enough sessions, every rung of the ladder but one takes exactly the breaks that were made for it."""
    made = simulate(5, sessions=64, start=START, faults=None)
    found = reading_of(made, tmp_path)
    reasons = Counter(
        step.reason for thread in chains(found.requests, found.marks) for step in thread.steps if step.reason
    )
    planted = Counter(confounder.reason for confounder in made.truth.confounders)
    # Some planted breaks are too small to be one: a trim reads all that is left.
    planted["trimmed"] = reasons["trimmed"]
    planted["compaction"] = reasons["compaction"]
    assert reasons == planted
    assert {rung.id for rung in LADDER} - set(reasons) == {"concurrent"}


@pytest.mark.parametrize("seed", range(3))
def test_planted_faults_are_found_with_their_excess(seed, tmp_path):
    """Recall 1 for every detector, and exactly the excess that was planted."""
    made = simulate(seed, sessions=16, start=START, faults=EVERY)
    found = reading_of(made, tmp_path)
    threads = chains(found.requests, found.marks)
    for detector in DETECTORS:
        planted = [fault for fault in made.truth.faults if fault.detector == detector.id]
        result = run(detector, threads)
        # A total miss is also a break, and so is an overbilled prompt.
        also = {"cache-break": ("premature-expiry", "short-prompt-overbilled")}.get(detector.id, ())
        planted += [fault for fault in made.truth.faults if fault.detector in also]
        assert result.found == len(planted), detector.id
        assert sum(finding.excess_tokens for finding in result.findings) == sum(
            fault.excess_tokens for fault in planted
        )
