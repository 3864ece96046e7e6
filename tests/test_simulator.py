"""The simulator against an independent reader, and the detectors against the simulator."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from generator.detectors import DETECTORS, run
from generator.importers import discover, read
from generator.ledger import LADDER, chains
from generator.privacy import pseudonym
from generator.records import MarkKind
from generator.simulator import FaultRates, simulate
from generator.simulator.sessions import FOLDER
from generator.subjects import subjects

START = datetime(2026, 8, 3, tzinfo=UTC)
KEY = b"simulated"
EVERY = FaultRates(1, 1, 1, 1, 1)
INPUTS = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")


def reading_of(simulation, folder):
    for name, data in simulation.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return read(discover([folder]).claimed, key=KEY)


@dataclass
class Call:
    """One call as the reader below sees it: nothing of the importer or the ledger is used."""

    message: str
    model: str
    parent: str | None
    first: datetime
    last: datetime
    usage: dict
    words: int | None  # of the prompt it answers
    after_summary: bool = False  # the first call of a compacted history

    @property
    def whole(self):
        return sum(self.usage[name] for name in INPUTS)

    @property
    def read(self):
        return self.usage["cache_read_input_tokens"]

    @property
    def lifetime(self):
        return 3600 if self.usage["cache_creation"]["ephemeral_1h_input_tokens"] else 300


def independent_calls(simulation):
    """Calls of each thread, oldest first, by plain json: each message once, in the file that came first."""
    seen, threads = {}, defaultdict(list)
    for name, data in simulation.files.items():
        words = summary = None
        for line in data.split(b"\n")[:-1]:
            record = json.loads(line)
            if record["type"] == "user":
                content = record["message"]["content"]
                words = len(content.split()) if isinstance(content, str) else None
                summary = summary or record.get("isCompactSummary")
            mirrored = record.get("data", {}).get("message")
            agent = record.get("data", {}).get("agentId") or record.get("agentId") or ""
            inner = mirrored or record
            body = inner.get("message") or {}
            if "usage" not in body or body["model"] == "<synthetic>":
                continue
            at = datetime.fromisoformat(inner["timestamp"])
            call = seen.get(body["id"])
            if call is None:
                call = Call(
                    body["id"], body["model"], record["parentUuid"], at, at, body["usage"], words, bool(summary)
                )
                seen[body["id"]] = call
                threads[Path(name).parts[-3] if "subagents" in name else Path(name).stem, agent].append(call)
                summary = None
            call.last = max(call.last, at)
            call.usage["output_tokens"] = max(call.usage["output_tokens"], body["usage"]["output_tokens"])
    return threads


def independent_breaks(threads):
    """Pairs of neighbours in which less was read than had been read and written one call before."""
    return {
        after.message: (before, after)
        for calls in threads.values()
        for before, after in pairwise(calls)
        if after.read != before.read + before.usage["cache_creation_input_tokens"]
    }


def pseudonyms(messages):
    return {pseudonym("message", message, KEY) for message in messages}


@pytest.fixture(scope="module")
def faulty():
    return simulate(11, sessions=16, start=START, faults=EVERY)


def test_the_same_seed_gives_the_same_bytes(faulty):
    again = simulate(11, sessions=16, start=START, faults=EVERY)
    assert again.files == faulty.files
    assert simulate(12, sessions=16, start=START, faults=EVERY).files != faulty.files


def test_truth_is_what_an_independent_reader_counts(faulty):
    counts = faulty.truth.counts
    calls = [call for calls in independent_calls(faulty).values() for call in calls]
    assert len(calls) == counts.requests
    assert tuple(sum(call.usage[name] for call in calls) for name in (*INPUTS, "output_tokens")) == (
        counts.input_tokens,
        counts.cache_write_tokens,
        counts.cache_read_tokens,
        counts.output_tokens,
    )


@pytest.mark.parametrize("seed", range(3))
def test_the_identity_holds_on_every_other_step(seed):
    """Without faults, the calls that break it are exactly the confounders, and no call reads more than there is."""
    made = simulate(seed, sessions=16, start=START, faults=None)
    breaks = independent_breaks(independent_calls(made))
    assert set(breaks) == {confounder.message for confounder in made.truth.confounders}
    assert all(after.read < before.whole for before, after in breaks.values())


def test_faults_are_where_truth_says(faulty):
    """With faults, they break it too; what else does follows a compaction of a storm."""
    threads = independent_calls(faulty)
    breaks = independent_breaks(threads)
    calls = {call.message: call for calls in threads.values() for call in calls}
    siblings = defaultdict(list)
    for call in calls.values():
        siblings[call.parent].append(call)
    planted = defaultdict(list)
    for fault in faulty.truth.faults:
        planted[fault.detector].append(fault)
    assert set(planted) == {detector.id for detector in DETECTORS}
    named = {fault.message for fault in faulty.truth.faults} | {made.message for made in faulty.truth.confounders}
    assert all(breaks[message][1].after_summary for message in set(breaks) - named)
    assert {fault.message for fault in planted["doubled-call"]}.isdisjoint(breaks)

    for kind in ("cache-break", "premature-expiry", "short-prompt-overbilled"):
        for fault in planted[kind]:
            before, after = breaks[fault.message]
            assert (after.first - before.last).total_seconds() < before.lifetime - 15
            assert (after.read == 0) == (kind == "premature-expiry")
            assert (fault.session, "") in threads
            assert after in threads[fault.session, ""]
    for fault in planted["short-prompt-overbilled"]:
        after = calls[fault.message]
        assert after.words <= 10
        assert after.usage["cache_creation_input_tokens"] >= 50_000
    for fault in planted["doubled-call"]:
        first, second = siblings[calls[fault.message].parent]
        assert second.message == fault.message
        assert first.model == second.model
        assert (second.first - first.first).total_seconds() <= 120
        assert abs(first.whole - second.whole) <= 0.02 * first.whole
    for fault in planted["compaction-storm"]:
        lines = faulty.files[f"{FOLDER}/{fault.session}.jsonl"].split(b"\n")[:-1]
        marks = [record for record in map(json.loads, lines) if record.get("subtype") == "compact_boundary"]
        times = [
            datetime.fromisoformat(mark["timestamp"]) for mark in marks if mark["compactMetadata"]["trigger"] == "auto"
        ]
        assert len(times) >= 3
        assert (times[2] - times[0]).total_seconds() <= 1800


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
    shown = subjects(found)
    assert [step for thread in shown.threads for step in thread.steps if step.reason == "unexplained"] == []
    assert {detector.id: run(detector, shown).found for detector in DETECTORS} == dict.fromkeys(
        [detector.id for detector in DETECTORS], 0
    )


def test_every_confounder_gets_its_own_reason(tmp_path):
    """Over enough sessions, every rung of the ladder but one takes exactly the breaks that were made for it."""
    made = simulate(5, sessions=64, start=START, faults=None)
    found = reading_of(made, tmp_path)
    reasons = {
        step.after.id: step.reason
        for thread in chains(found.requests, found.marks)
        for step in thread.steps
        if step.reason
    }
    assert reasons == {
        pseudonym("message", confounder.message, KEY): confounder.reason for confounder in made.truth.confounders
    }
    assert {rung.id for rung in LADDER} - set(reasons.values()) == {"concurrent"}


@pytest.mark.parametrize("seed", range(3))
def test_planted_faults_are_found_with_their_excess(seed, tmp_path):
    """Recall 1 for every detector, and exactly the excess that was planted."""
    made = simulate(seed, sessions=16, start=START, faults=EVERY)
    found = reading_of(made, tmp_path)
    shown = subjects(found)
    for detector in DETECTORS:
        planted = [fault for fault in made.truth.faults if fault.detector == detector.id]
        result = run(detector, shown)
        # A total miss is also a break, and so is an overbilled prompt.
        also = {"cache-break": ("premature-expiry", "short-prompt-overbilled")}.get(detector.id, ())
        planted += [fault for fault in made.truth.faults if fault.detector in also]
        assert result.found == len(planted), detector.id
        assert sum(finding.excess_tokens for finding in result.findings) == sum(
            fault.excess_tokens for fault in planted
        )
        # A storm has no call of its own.
        if detector.id != "compaction-storm":
            cited = pseudonyms(fault.message for fault in planted)
            assert {finding.requests[-1] for finding in result.findings} == cited, detector.id


@pytest.mark.full
@pytest.mark.parametrize("seed", range(100, 120))
def test_null_runs_stay_silent_over_many_seeds(seed, tmp_path):
    """The long form: 20 further seeds, twice the sessions."""
    found = reading_of(simulate(seed, sessions=64, start=START, faults=None), tmp_path)
    shown = subjects(found)
    assert [step for thread in shown.threads for step in thread.steps if step.reason == "unexplained"] == []
    assert sum(run(detector, shown).found for detector in DETECTORS) == 0
