"""The simulator against an independent reader, and the detectors against the simulator."""

from __future__ import annotations

import json
import random
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from generator.detectors import DETECTORS, run
from generator.importers import discover, read
from generator.ledger.explanations import EXPLANATIONS
from generator.ledger.subjects import subjects
from generator.ledger.threads import threads_of
from generator.records.pseudonyms import pseudonym
from generator.records.rows import MarkKind
from generator.simulator import FaultRates, Truth, simulate
from generator.simulator.planted import PLANTED
from generator.simulator.scoring import score
from generator.simulator.sessions import FOLDER
from generator.simulator.unlogged import BY_ID as UNLOGGED
from generator.simulator.unlogged import OTHER_DEVICE

pytestmark = pytest.mark.slow

START = datetime(2026, 8, 3, tzinfo=UTC)
SPRING = datetime(2026, 3, 6, tzinfo=UTC)  # long prompts cost more until the 13th; cleared thinking from the 30th on
KEY = b"simulated"
EVERY = FaultRates.dose(1)
METERS = {"block-jump", "idle-advance", "negative-delta", "recount-cluster", "low-meter-refusal", "meter-cost-gap"}
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
    follows: str = ""  # the call above it in the tree of lines

    @property
    def whole(self):
        return sum(self.usage[name] for name in INPUTS)

    @property
    def rounds(self):
        return [one for one in self.usage.get("iterations", ()) if one["type"] == "message"] or [self.usage]

    @property
    def read(self):
        return self.rounds[0]["cache_read_input_tokens"]

    @property
    def left(self):
        return self.rounds[-1]["cache_read_input_tokens"] + self.rounds[-1]["cache_creation_input_tokens"]

    @property
    def lifetime(self):
        return 3600 if self.usage["cache_creation"]["ephemeral_1h_input_tokens"] else 300


def transcripts(simulation):
    return [(name, data) for name, data in simulation.files.items() if name.startswith(FOLDER)]


def lines_of(simulation, session):
    return [json.loads(line) for line in simulation.files[f"{FOLDER}/{session}.jsonl"].split(b"\n")[:-1]]


def meter_rows(simulation):
    """(time, five-hour percent, reset to the minute) of both meter files, by time."""
    rows = []
    for line in simulation.files["meters/usage-simulated.jsonl"].splitlines():
        row = json.loads(line)
        if "five_hour" in row:
            ends = row["five_hour"]["resets_at"]
            ends = (
                (datetime.fromisoformat(ends) + timedelta(seconds=30)).replace(second=0, microsecond=0)
                if ends
                else None
            )
            rows.append((datetime.fromisoformat(row["timestamp"]), row["five_hour"]["utilization"], ends))
    for line in simulation.files["meters/statusline-simulated.jsonl"].splitlines():
        row = json.loads(line)
        if limit := row.get("rate_limits", {}).get("five_hour"):
            ends = datetime.fromtimestamp(limit["resets_at"], UTC)
            rows.append((datetime.fromisoformat(row["timestamp"]), limit["used_percentage"], ends))
    return sorted(rows, key=lambda row: row[0])


def independent_calls(simulation):
    """Calls of each thread, oldest first, by plain json: each message once, in the file that came first."""
    seen, threads = {}, defaultdict(list)
    for name, data in transcripts(simulation):
        words = summary = None
        above = {}  # by line: the call whose answer it hangs under
        for line in data.split(b"\n")[:-1]:
            record = json.loads(line)
            above[record.get("uuid")] = above.get(record.get("parentUuid"), "")
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
            named = body["id"] if body["id"].startswith("msg_01") else f"{body['id']}\x1f{inner['requestId']}"
            call = seen.get(named)
            follows = above.get(record["parentUuid"], "")
            if mirrored is None:
                above[record["uuid"]] = named
            if call is None:
                call = Call(
                    named, body["model"], record["parentUuid"], at, at, body["usage"], words, bool(summary), follows
                )
                seen[named] = call
                threads[Path(name).parts[-3] if "subagents" in name else Path(name).stem, agent].append(call)
                summary = None
            call.last = max(call.last, at)
            call.usage["output_tokens"] = max(call.usage["output_tokens"], body["usage"]["output_tokens"])
    return threads


def steps_of(calls):
    """Each call with the one above it in the tree of lines, or the one before it where no tree tells."""
    known = {call.message: call for call in calls}
    for earlier, after in pairwise(calls):
        yield known.get(after.follows, earlier), after


def independent_breaks(threads):
    """Pairs in which less was read than had been read and written one call before."""
    return {
        after.message: (before, after)
        for calls in threads.values()
        for before, after in steps_of(calls)
        if after.read < before.left
    }


def summed(threads):
    """Calls that read more than there was: sums over rounds that are not listed."""
    return {
        after.message
        for calls in threads.values()
        for before, after in steps_of(calls)
        if after.read > 1.9 * before.left and before.left > 4096 and before.model == after.model
    }


def pseudonyms(messages):
    return {pseudonym("message", message, KEY) for message in messages}


@pytest.fixture(scope="module")
def faulty():
    return simulate(11, sessions=16, start=START, faults=EVERY)


@pytest.fixture(scope="module")
def spring():
    """Six weeks over every change of prices and clients, some faults in each session."""
    return simulate(3, sessions=90, start=SPRING, faults=FaultRates.dose(0.25), every=timedelta(hours=11))


def of(simulation, detector):
    return [fault for fault in simulation.truth.faults if fault.detector == detector]


def test_the_same_seed_gives_the_same_bytes(faulty):
    again = simulate(11, sessions=16, start=START, faults=EVERY)
    assert again.files == faulty.files
    assert again.truth == faulty.truth
    few = [simulate(seed, sessions=2, start=START, faults=EVERY).files for seed in (11, 12)]
    assert few[0] != few[1]


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
    made = simulate(seed, sessions=25, start=START, faults=None)
    threads = independent_calls(made)
    breaks = independent_breaks(threads)
    assert set(breaks) == {confounder.message for confounder in made.truth.confounders}
    assert all(after.read < before.whole for before, after in breaks.values())
    sums = summed(threads)
    for calls in threads.values():
        kept = {}  # by model, since a side call to another one leaves the cache as it was
        for call in calls:
            assert call.model not in kept or call.read <= max(kept[call.model]) or call.message in sums
            kept.setdefault(call.model, []).append(call.left)


def test_faults_are_where_truth_says(faulty):
    """With faults, they break it too; what else does follows a compaction of a storm."""
    threads = independent_calls(faulty)
    breaks = independent_breaks(threads)
    calls = {call.message: call for calls in threads.values() for call in calls}
    broken = ("cache-break", "resume-miss", "session-reset", "silent-trim", "unread-last-write")
    named = {message for kind in broken for fault in of(faulty, kind) for message in fault.messages}
    named |= {made.message for made in faulty.truth.confounders}
    assert named <= set(breaks)
    assert all(breaks[message][1].after_summary for message in set(breaks) - named)

    for fault in of(faulty, "cache-break"):
        before, after = breaks[fault.messages[0]]
        missed = before.read + before.usage["cache_creation_input_tokens"] - after.read
        assert fault.excess_tokens == min(missed, after.whole - after.read)
        assert (after.first - before.last).total_seconds() < before.lifetime - 15
        assert after in threads[fault.session, ""]
    plain = {fault.messages[0] for fault in of(faulty, "cache-break")}
    colds = {message for message in plain if not breaks[message][1].read}
    assert {fault.messages[0] for fault in of(faulty, "premature-expiry")} == colds
    for fault in of(faulty, "gap-then-spike"):
        before, after = breaks[fault.messages[0]]
        assert (after.first - before.last).total_seconds() >= 300
        assert after.whole - after.read >= 20_000
    for fault in of(faulty, "short-prompt-overbilled"):
        after = calls[fault.messages[0]]
        assert after.words <= 10
        assert after.usage["cache_creation_input_tokens"] >= 50_000
    for kind in ("cache-break", "gap-then-spike", "short-prompt-overbilled", "expiry-cycling", "prefix-pin"):
        assert of(faulty, kind)


def test_runs_of_losses_are_what_truth_says(faulty, spring):
    for made in (faulty, spring):
        threads = independent_calls(made)
        breaks = independent_breaks(threads)
        for fault in of(made, "expiry-cycling"):
            pairs = [breaks[message] for message in fault.messages]
            assert len(pairs) >= 3
            assert pairs[-1][1].first - pairs[0][1].first <= timedelta(hours=1)
            assert all(after.read <= 0.51 * before.whole for before, after in pairs)
        for fault in of(made, "prefix-pin"):
            places = [call.message for call in threads[fault.session, ""]]
            first = places.index(fault.messages[0])
            assert tuple(places[first : first + len(fault.messages)]) == fault.messages
            reads = [breaks[message][1].read for message in fault.messages]
            assert len(reads) >= 3
            assert max(reads) <= 1.02 * min(reads)
    for fault in of(spring, "thinking-stripped"):
        calls = threads[fault.session, ""]
        first = next(place for place, call in enumerate(calls) if call.message == fault.messages[0])
        assert any(
            (after.first - before.last).total_seconds() > 3600
            for before, after in pairwise(calls[first - 6 : first + 1])
        )
    assert of(spring, "thinking-stripped")


def test_other_faults_of_threads_are_what_truth_says(faulty):
    threads = independent_calls(faulty)
    before_it = {after.message: (before, after) for calls in threads.values() for before, after in pairwise(calls)}
    siblings = defaultdict(list)
    for calls in threads.values():
        for call in calls:
            siblings[call.parent].append(call)
    for fault in of(faulty, "doubled-call"):
        first, second = siblings[before_it[fault.messages[0]][1].parent]
        assert fault.messages == (second.message,)
        assert first.model == second.model
        assert (second.first - first.first).total_seconds() <= 120
        assert abs(first.whole - second.whole) <= 0.02 * first.whole
        assert fault.excess_tokens == second.whole + second.usage["output_tokens"]
    for kind, low, high in (("session-reset", 0.0, 0.4), ("silent-trim", 0.4, 0.97)):
        for fault in of(faulty, kind):
            before, after = before_it[fault.messages[0]]
            assert low * before.whole < after.whole <= high * before.whole
            assert before.whole >= (60_000 if kind == "session-reset" else 20_000)
    for fault in of(faulty, "uncached-input"):
        run = [before_it[message] for message in fault.messages]
        assert all(after.usage["input_tokens"] == after.whole >= 4096 for _, after in run)
        assert fault.excess_tokens == sum(min(before.whole, after.whole) for before, after in run)
    for fault in of(faulty, "compaction-storm"):
        marks = [line for line in lines_of(faulty, fault.session) if line.get("subtype") == "compact_boundary"]
        automatic = [mark for mark in marks if mark["compactMetadata"]["trigger"] == "auto"]
        times = [datetime.fromisoformat(mark["timestamp"]) for mark in automatic]
        assert len(times) >= 3
        assert fault.start == times[0]
        assert (times[2] - times[0]).total_seconds() <= 1800
    for kind in ("doubled-call", "session-reset", "silent-trim", "uncached-input", "compaction-storm"):
        assert of(faulty, kind)


def test_marks_of_faults_stand_beside_their_calls(faulty):
    """Retries and refusals between the two calls, cleared or tiny results before them."""

    def between(fault):
        lines = lines_of(faulty, fault.session)
        if not fault.messages:
            times = [datetime.fromisoformat(line["timestamp"]) if "timestamp" in line else None for line in lines]
            return [line for line, at in zip(lines, times, strict=True) if at and fault.start <= at <= fault.end]
        places = [place for place, line in enumerate(lines) if (line.get("message") or {}).get("id") in fault.messages]
        return lines[places[0] : places[-1] + 1]

    for fault in of(faulty, "retry-storm"):
        assert sum(line.get("subtype") == "api_error" for line in between(fault)) >= 5
    for fault in of(faulty, "synthetic-refusal"):
        assert any((line.get("message") or {}).get("model") == "<synthetic>" for line in between(fault))
    for fault in of(faulty, "truncated-results"):
        contents = [line["message"]["content"][0] for line in between(fault) if line["type"] == "user"]
        results = [block["content"] for block in contents if block["type"] == "tool_result"]
        assert (
            any("content cleared" in result for result in results) or sum(len(result) <= 50 for result in results) >= 5
        )
    for fault in of(faulty, "context-drift"):
        names = [
            block["name"]
            for line in lines_of(faulty, fault.session)
            if line["type"] == "assistant"
            for block in line["message"]["content"]
            if block["type"] == "tool_use"
        ]
        half = len(names) // 2
        early, late = Counter(names[:half]), Counter(names[half:])
        looks = [(part["Read"] + part["Grep"]) / part["Edit"] for part in (early, late)]
        assert min(early["Edit"], late["Edit"]) >= 10
        assert looks[1] <= 0.4 * looks[0]
    for kind in ("retry-storm", "synthetic-refusal", "truncated-results", "context-drift"):
        assert of(faulty, kind)


def test_facts_of_versions_and_prices_are_what_an_independent_reader_sees(spring):
    """Placeholders, a fall of the lifetime and dear long prompts follow from dates; truth lists exactly these."""
    firsts, lasts, versions, copies = {}, {}, defaultdict(set), Counter()
    days = defaultdict(lambda: defaultdict(list))
    for _, data in transcripts(spring):
        for line in data.split(b"\n")[:-1]:
            record = json.loads(line)
            body = record.get("message") or {}
            if record["type"] != "assistant" or body["model"] == "<synthetic>":
                continue
            output = body["usage"]["output_tokens"]
            copies[body["id"]] += 1
            firsts.setdefault(body["id"], output)
            lasts[body["id"]] = max(output, lasts.get(body["id"], 0))
            versions[record["version"]].add(body["id"])
            if not record["isSidechain"] and body["usage"]["cache_creation_input_tokens"] and copies[body["id"]] == 1:
                long_lived = bool(body["usage"]["cache_creation"]["ephemeral_1h_input_tokens"])
                days[record["version"]][record["timestamp"][:10]].append(long_lived)

    understated = set()
    for version, messages in versions.items():
        several = [message for message in messages if copies[message] > 1]
        share = sum(firsts[message] for message in several) / sum(lasts[message] for message in several)
        if len(several) >= 20 and share < 0.95:
            understated.add(version)
    assert {fault.client for fault in of(spring, "log-integrity")} == understated
    assert understated

    refused = {
        json.loads(line)["timestamp"][:10]
        for _, data in transcripts(spring)
        for line in data.split(b"\n")[:-1]
        if b"session limit" in line
    }
    fell, excused = set(), set()
    for version, shares in days.items():
        counted = [(day, sum(row) / len(row)) for day, row in sorted(shares.items()) if len(row) >= 10]
        for (high, before), (low, after) in pairwise(counted):
            if before >= 0.9 and after <= 0.1:
                near = str(datetime.fromisoformat(low) - timedelta(days=1))[:10]
                (excused if any(min(high, near) <= day <= low for day in refused) else fell).add(version)
    found = {fault.client for fault in of(spring, "tier-change")}
    assert fell <= found <= fell | excused  # extra usage after a limit is written for five minutes by design
    assert found

    threads = independent_calls(spring)
    sums = summed(threads)
    calls = {call.message: call for calls in threads.values() for call in calls if call.message not in sums}
    dear = {message for fault in of(spring, "long-context-premium") for message in fault.messages}
    long = {call.message for call in calls.values() if call.whole > 200_000 and len(call.rounds) == 1}
    assert dear == {message for message in long if calls[message].first < datetime(2026, 3, 13, tzinfo=UTC)}
    assert dear
    assert long - dear


def test_the_meter_of_a_null_run_only_grows_within_its_window():
    rows = meter_rows(simulate(5, sessions=30, start=START, faults=None))
    assert len(rows) > 200
    grown = 0
    for (_, before, ends), (at, after, later) in pairwise(rows):
        if ends is not None and at < ends:
            assert abs((later - ends).total_seconds()) <= 60
            assert after >= before
            grown += after > before
    assert grown > 50


def test_faults_of_the_meter_are_what_its_files_show(spring):
    rows = meter_rows(spring)

    def within(fault):
        return [row for row in rows if fault.start - timedelta(seconds=1) <= row[0] <= fault.end + timedelta(seconds=1)]

    for fault in of(spring, "block-jump"):
        shown = within(fault)
        assert fault.end - fault.start <= timedelta(minutes=15)
        assert shown[-1][1] - shown[0][1] >= 3
    for fault in of(spring, "idle-advance"):
        assert fault.end - fault.start >= timedelta(minutes=15)
        assert within(fault)[-1][1] - within(fault)[0][1] >= 2
    for fault in of(spring, "negative-delta"):
        steps = [after[1] - before[1] for before, after in pairwise(within(fault))]
        assert min(steps) <= -2
        assert max(steps[steps.index(min(steps)) :]) >= 2
    for fault in of(spring, "recount-cluster"):
        shown = within(fault)
        assert sum(after[1] < before[1] for before, after in pairwise(shown)) >= 3
        assert fault.end - fault.start <= timedelta(minutes=10)
    for fault in of(spring, "low-meter-refusal"):
        fresh = [row for row in rows if timedelta(0) <= fault.end - row[0] <= timedelta(minutes=12)]
        assert fresh[-1][1] < 90
    for fault in of(spring, "meter-cost-gap"):
        assert within(fault)[-1][1] - within(fault)[0][1] >= 10
    for kind in METERS:
        assert of(spring, kind), kind


def test_lost_counters_are_what_the_statusline_shows(spring):
    rows = defaultdict(list)
    for line in spring.files["meters/statusline-simulated.jsonl"].splitlines():
        row = json.loads(line)
        rows[row["session_id"]].append((datetime.fromisoformat(row["timestamp"]), row["context_window"]))
    for fault in of(spring, "counter-reset"):
        shown = [w["total_input_tokens"] for at, w in rows[fault.session] if fault.start <= at <= fault.end]
        assert any(before >= 50_000 and after <= 0.2 * before for before, after in pairwise(shown))
    assert of(spring, "counter-reset")


def test_every_fault_that_a_log_can_show_is_planted(spring):
    """A detector that nothing is planted for is legal; tests/test_calibration.py holds its row to saying so."""
    assert {fault.detector for fault in spring.truth.faults} == PLANTED
    assert {detector.id for detector in DETECTORS} >= PLANTED


def test_the_specimen_shows_every_detector_at_work():
    """As `witnessmark simulate` makes it, in August: the premium on long prompts had ended in March."""
    made = simulate(2, sessions=24, start=START, faults=FaultRates.specimen())
    assert PLANTED - {fault.detector for fault in made.truth.faults} == {"long-context-premium"}


def test_the_number_of_kinds_drawn_does_not_depend_on_the_rates():
    """Otherwise two doses of one seed would be two different accounts."""
    one, other = random.Random(1), random.Random(1)
    assert FaultRates.none().drawn(one) == frozenset()
    assert FaultRates.dose(1).drawn(other) == PLANTED
    assert one.random() == other.random()


def test_no_rates_are_no_faults():
    assert simulate(1, sessions=8, start=START, faults=FaultRates.none()).truth.faults == []


def test_truth_is_what_the_importer_counts(faulty, tmp_path):
    found, counts = reading_of(faulty, tmp_path), faulty.truth.counts
    assert len(found.requests) == counts.requests
    assert sum(request.cache_read_tokens for request in found.requests) == counts.cache_read_tokens
    assert sum(request.cache_write_tokens for request in found.requests) == counts.cache_write_tokens
    assert sum(request.output_tokens for request in found.requests) == counts.output_tokens
    kinds = Counter(mark.kind for mark in found.marks)
    assert (kinds[MarkKind.COMPACTION], kinds[MarkKind.RETRY]) == (counts.compactions, counts.retries)
    assert all(tally.balances for tally in found.tallies)


def test_the_importers_read_every_meter_row(spring, tmp_path):
    found = reading_of(spring, tmp_path)
    five = [reading for reading in found.meters if reading.window == "five-hour"]
    rows = {(at, used) for at, used, _ in meter_rows(spring)}
    assert {(reading.at, round(100 * reading.used)) for reading in five} == rows
    assert len({reading.account for reading in found.meters}) == 1


def test_every_file_says_that_it_is_simulated(faulty):
    for data in faulty.files.values():
        for line in data.split(b"\n")[:-1]:
            assert b"simulated" in line


@pytest.mark.parametrize("start", [START, datetime(2026, 2, 2, tzinfo=UTC)])
@pytest.mark.parametrize("seed", range(2))
def test_without_faults_nothing_is_found_but_facts(seed, start, tmp_path):
    """A null run: every break has its reason, and no detector finds what truth does not list."""
    made = simulate(seed, sessions=50, start=start, faults=None)
    shown = subjects(reading_of(made, tmp_path))
    assert [step for thread in shown.threads for step in thread.steps if step.reason == "unexplained"] == []
    scores = score([run(detector, shown) for detector in DETECTORS], made.truth, KEY)
    assert {name: one.found - one.hits for name, one in scores.items()} == dict.fromkeys(scores, 0)
    assert start != START or sum(one.found for one in scores.values()) == 0


def test_every_confounder_gets_its_own_reason(tmp_path):
    """Over enough sessions, every explanation takes exactly the breaks that were made for it."""
    made = simulate(5, sessions=64, start=START, faults=None)
    found = reading_of(made, tmp_path)
    reasons = {
        step.after.id: step.reason
        for thread in threads_of(found.requests, found.marks)
        for step in thread.steps
        if step.reason
    }
    assert reasons == {
        pseudonym("message", confounder.message, KEY): confounder.reason for confounder in made.truth.confounders
    }
    assert {explanation.id for explanation in EXPLANATIONS} - set(reasons.values()) == {"unread-last-write"}, (
        "late entries are a fault of their own"
    )


def test_what_no_log_names_is_found_and_is_a_false_alarm(tmp_path):
    """Changes of the prompt, second processes, another device: none is in truth, and what is found is put to a cause."""
    made = simulate(4, sessions=100, start=START, faults=None, unlogged=3.0)
    assert made.truth.faults == []
    acted = {one.reason for one in made.truth.confounders if one.reason in UNLOGGED}
    assert acted == set(UNLOGGED) - {OTHER_DEVICE}
    shown = subjects(reading_of(made, tmp_path))
    unexplained = {step.after.id for thread in shown.threads for step in thread.steps if step.reason == "unexplained"}
    unlogged = pseudonyms(one.message for one in made.truth.confounders if one.reason in UNLOGGED)
    assert unexplained <= unlogged
    assert len(unexplained) >= 20
    scores = score([run(detector, shown) for detector in DETECTORS], made.truth, KEY)
    for name, one in scores.items():
        assert one.hits == 0
        assert sum(one.causes.values()) == one.found
        assert set(one.causes) <= ({OTHER_DEVICE} if name in METERS else set(UNLOGGED)), name
    assert scores["cache-break"].found >= 20
    assert sum(scores[name].found for name in METERS) > 0


@pytest.mark.parametrize("kind", [kind for kind in UNLOGGED if kind not in {OTHER_DEVICE, "unlogged-processes"}])
def test_each_unlogged_change_leaves_no_mark(kind, tmp_path):
    """Otherwise it would be one that the log names. Sums over rounds and smaller prompts give themselves away."""
    made = simulate(6, sessions=60, start=START, faults=None, unlogged=4.0)
    mine = pseudonyms(one.message for one in made.truth.confounders if one.reason == kind)
    shown = subjects(reading_of(made, tmp_path))
    reasons = [step.reason for thread in shown.threads for step in thread.steps if step.after.id in mine]
    betrayed = {"unlogged-rounds": "server-rounds", "unlogged-clearing": "trimmed", "unlogged-rewind": "trimmed"}
    assert reasons
    assert set(reasons) <= {betrayed.get(kind, "unexplained")}


def test_sums_over_rounds_and_two_conversations_give_themselves_away(tmp_path):
    """No fall of the prompt is found where an answer states a sum, or where two conversations take turns."""
    made = simulate(5, sessions=64, start=START, faults=None)
    names = {one.reason: one for one in made.truth.confounders}
    assert {"server-rounds", "two-conversations"} <= set(names)
    shown = subjects(reading_of(made, tmp_path))
    wanted = pseudonyms(one.message for one in made.truth.confounders if one.reason == "server-rounds")
    steps = [step for thread in shown.threads for step in thread.steps if step.after.id in wanted]
    assert all(step.after.prompt_tokens < 0.97 * step.before.context for step in steps)
    assert [step for step in steps if not step.after_rounds] == []
    assert all(msgspec.structs.replace(step, inherited=0).after_rounds is False for step in steps), "without what was left there before"


def test_late_entries_are_one_fault_of_the_account(spring, tmp_path):
    """Some days in which calls seconds after an answer read all but what had just been written."""
    (fault,) = of(spring, "unread-last-write")
    steps = {
        after.message: (before, after)
        for calls in independent_calls(spring).values()
        for before, after in steps_of(calls)
    }
    pairs = [steps[message] for message in fault.messages]
    assert len(pairs) >= 5
    for before, after in pairs:
        assert 0 < before.left - after.read == before.usage["cache_creation_input_tokens"]
        assert after.read > 0
        assert (after.first - before.last).total_seconds() < 9  # the answer itself takes up to three
    assert timedelta(days=1) < fault.end - fault.start <= timedelta(days=6, hours=1)
    shown = subjects(reading_of(spring, tmp_path))
    (found,) = run(next(one for one in DETECTORS if one.id == "unread-last-write"), shown).findings
    assert set(found.requests) == pseudonyms(fault.messages)


def test_a_finding_matches_a_span_only_in_its_time_session_and_client(spring, tmp_path):
    shown = subjects(reading_of(spring, tmp_path))
    runs = [run(detector, shown) for detector in DETECTORS if detector.id in {"log-integrity", "compaction-storm"}]

    def hits(**changed):
        faults = [replace(fault, **changed) for fault in spring.truth.faults]
        return {name: (one.hits, one.recalled) for name, one in score(runs, Truth(faults=faults), KEY).items()}

    planted = {name: (len(of(spring, name)),) * 2 for name in ("log-integrity", "compaction-storm")}
    nothing = dict.fromkeys(planted, (0, 0))
    assert hits() == planted
    late = datetime(2027, 1, 1, tzinfo=UTC)
    assert hits(start=late, end=late) == nothing
    assert hits(session="another")["compaction-storm"] == (0, 0)
    assert hits(client="9.9.9")["log-integrity"] == (0, 0)
    assert hits(messages=("another",)) == nothing


def test_planted_faults_are_found_with_their_excess(spring, tmp_path):
    """Recall 1 and exactly the planted excess for detectors of threads; those of the meter may lose one in ten."""
    shown = subjects(reading_of(spring, tmp_path))
    scores = score([run(detector, shown) for detector in DETECTORS], spring.truth, KEY)
    midnight = {  # the date in the prompt changes then, so a loss is no fault that a log can show
        after.message
        for calls in independent_calls(spring).values()
        for before, after in steps_of(calls)
        if before.first.date() != after.first.date()
    }
    for name, one in scores.items():
        if name in METERS:
            assert one.recalled >= 0.85 * one.planted, name
            assert one.hits >= 0.85 * one.found, name
        else:
            over = sum(not midnight.isdisjoint(fault.messages) for fault in of(spring, name))
            assert one.planted - over <= one.recalled <= one.planted, name
            assert one.hits == one.found, name
            assert one.excess_found == one.excess_planted, name


def test_a_finding_beside_every_fault_scores_nothing(spring, tmp_path):
    """The score can fail: findings of one simulation do not match the truth of another."""
    shown = subjects(reading_of(simulate(8, sessions=12, start=START, faults=EVERY), tmp_path))
    runs = [run(detector, shown) for detector in DETECTORS]
    scores = score(runs, spring.truth, KEY)
    assert sum(one.hits for one in scores.values()) == 0
    assert sum(one.found for one in scores.values()) > 100
    assert all(one.planted == 0 for one in score(runs, Truth(), KEY).values())


@pytest.mark.full
@pytest.mark.parametrize("seed", range(100, 120))
def test_null_runs_stay_silent_over_many_seeds(seed, tmp_path):
    """The long form: 20 further seeds, more sessions, from February on."""
    made = simulate(seed, sessions=100, start=datetime(2026, 2, 2, tzinfo=UTC), faults=None)
    shown = subjects(reading_of(made, tmp_path))
    assert [step for thread in shown.threads for step in thread.steps if step.reason == "unexplained"] == []
    scores = score([run(detector, shown) for detector in DETECTORS], made.truth, KEY)
    assert sum(one.found - one.hits for one in scores.values()) == 0
