"""Each call and mark once, whatever copies exist and in whatever order they are read."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shares import drawn

from generator.importers import discover, read, reading
from generator.importers.claude.claude_code import CLAUDE_CODE, read_stream
from generator.importers.fold import RequestCopy, fold, merged
from generator.records.rows import Mark, MarkKind, Request, SourceRef

SAMPLES = Path(__file__).parent / "samples" / "claude-code"
KEY = b"key of a test"
START = datetime(2026, 1, 10, 9, tzinfo=UTC)

uuids = count()


def answer(message_id="msg_01a", *, session="s", output=1, stop=None, seconds=0, **fields) -> bytes:
    usage = {"input_tokens": 3, "cache_read_input_tokens": 100, "output_tokens": output}
    row = {
        "type": "assistant",
        "sessionId": session,
        "uuid": f"u{next(uuids)}",
        "version": "2.1.104",
        "timestamp": (START + timedelta(seconds=seconds)).isoformat(),
        "message": {"id": message_id, "model": "claude-opus-4-6", "stop_reason": stop, "usage": usage},
    }
    return json.dumps(row | fields).encode() + b"\n"


def prompt(uuid: str, session="s") -> bytes:
    row = {
        "type": "user",
        "sessionId": session,
        "uuid": uuid,
        "timestamp": START.isoformat(),
        "message": {"content": "x"},
    }
    return json.dumps(row).encode() + b"\n"


def read_files(*files: tuple[str, bytes]):
    extracts = fold(read_stream(io.BytesIO(data), stem, index, KEY) for index, (stem, data) in enumerate(files))
    return reading.assembled(extracts, [CLAUDE_CODE] * len(files), KEY)


def only(*files: tuple[str, bytes]) -> Request:
    (request,) = read_files(*files).requests
    return request


def test_output_comes_from_the_final_line():
    """A stop reason beats a larger placeholder; without one the largest counts."""
    assert only(("s", answer(output=9) + answer(output=5, stop="end_turn") + answer(output=7))).output_tokens == 5
    assert only(("s", answer(output=9) + answer(output=2))).output_tokens == 9


def test_output_is_reliable_only_with_stop_reason_and_new_client():
    assert only(("s", answer(stop="end_turn"))).output_reliable
    assert not only(("s", answer())).output_reliable
    assert not only(("s", answer(stop="end_turn", version="2.1.96"))).output_reliable
    assert not only(("s", answer(stop="end_turn", version=""))).output_reliable


def test_the_session_s_own_file_owns_the_call():
    """A fork's file is named like its own session too; a file named otherwise is a copy."""
    own = ("s", answer(session="s", seconds=5))
    copy = ("elsewhere", answer(session="t", seconds=0))
    request = only(copy, own)
    assert (request.source.file, request.session) == (1, only(own).session)
    assert (request.first_seen, request.ended) == (START, START + timedelta(seconds=5))


def test_the_main_thread_beats_a_side_thread():
    """Side questions replay the parent's messages with the same id."""
    side = ("agent-x", answer(isSidechain=True, agentId="x"))
    assert only(side, ("other", answer(seconds=9))).agent == ""


def test_the_earliest_copy_owns_among_equals():
    assert only(("s", answer(seconds=5)), ("s", answer(seconds=2))).source.file == 1


def test_what_an_answer_did_is_the_larger_count_and_its_first_output_the_owner_s():
    def tools(*names):
        blocks = [{"type": "tool_use", "id": name, "name": name, "input": {}} for name in names]
        row = json.loads(answer())["message"]
        return {"message": row | {"content": blocks, "usage": row["usage"] | {"output_tokens": len(names)}}}

    own = ("s", answer(seconds=5, **tools("Read")))
    copy = ("elsewhere", answer(session="t", **tools("Read", "Grep", "Edit")))
    request = only(copy, own)
    assert (request.file_reads, request.file_edits) == (2, 1)
    assert (request.first_output_tokens, request.output_tokens) == (1, 3)


def test_copies_of_marks_are_dropped_and_counted():
    both = read_files(("s", prompt("p1") + prompt("p2")), ("t", prompt("p1", session="t")))
    assert len(both.marks) == 2
    assert both.repeated_marks == {MarkKind.PROMPT: 1}


def test_marks_without_a_line_id_are_never_taken_for_copies():
    row = json.loads(prompt("")) | {"uuid": None}
    line = json.dumps(row).encode() + b"\n"
    assert len(read_files(("s", line + line)).marks) == 2


moments = st.integers(0, 3).map(lambda seconds: START + timedelta(seconds=seconds))
requests = st.builds(
    Request,
    id=st.just("a" * 16),
    session=st.sampled_from(["b" * 16, "c" * 16]),
    model=st.just("claude-opus-4-6"),
    first_seen=moments,
    ended=moments,
    input_tokens=st.integers(0, 2),
    cache_read_tokens=st.integers(0, 2),
    cache_write_tokens=st.integers(0, 2),
    cache_write_1h_tokens=st.none() | st.integers(0, 2),
    output_tokens=st.integers(0, 2),
    stop_reason=st.sampled_from([None, "end_turn"]),
    missed_tokens=st.none() | st.integers(1, 2),
    region=st.sampled_from([None, "us", "global"]),
    first_output_tokens=st.none() | st.integers(0, 2),
    result_bytes=st.none() | st.integers(0, 2),
    file_reads=st.none() | st.integers(0, 2),
    file_edits=st.none() | st.integers(0, 2),
    nested=st.booleans(),
    lines=st.integers(1, 3),
    source=st.builds(SourceRef, st.integers(0, 3), st.integers(1, 9)),
)
copies = st.lists(
    st.builds(RequestCopy, requests, st.booleans(), st.booleans(), moments),
    min_size=1,
    max_size=5,
    unique_by=lambda copy: (copy.request.source.file, copy.request.source.line),
)


def _all_merged(calls: list[RequestCopy]) -> RequestCopy:
    result = calls[0]
    for call in calls[1:]:
        result = merged(result, call)
    return result


@pytest.mark.slow
@settings(max_examples=drawn(1000))
@given(copies, st.randoms(use_true_random=False))
def test_merging_depends_on_no_order(calls, random):
    """A thousand ways in the long form: any order and any grouping of copies give the same record."""
    shuffled = random.sample(calls, len(calls))
    cut = random.randint(1, len(calls))
    groups = [part for part in (shuffled[:cut], shuffled[cut:]) if part]
    assert _all_merged([_all_merged(group) for group in groups]).request == _all_merged(calls).request


@settings(max_examples=drawn(60))
@given(st.randoms(use_true_random=False), st.integers(1, 4))
def test_shuffled_split_and_copied_lines_give_the_same_totals(random, parts):
    rows = [row for path in sorted(SAMPLES.glob("[ac]*.jsonl")) for row in path.read_bytes().split(b"\n") if row]
    before = read_files(("one", b"\n".join(rows) + b"\n"))
    mixed = [*rows, *random.choices(rows, k=10)]
    random.shuffle(mixed)
    after = read_files(*[(f"f{n}", b"\n".join(mixed[n::parts]) + b"\n") for n in range(parts)])

    def totals(result):
        return sorted(
            (
                r.id,
                r.input_tokens,
                r.cache_write_tokens,
                r.cache_read_tokens,
                r.output_tokens,
                r.first_seen,
                r.ended,
                r.nested,
            )
            for r in result.requests
        )

    assert totals(after) == totals(before)
    assert sum(row.usage_lines for row in after.tallies) >= sum(row.usage_lines for row in before.tallies)


def test_several_processes_read_the_same(monkeypatch):
    monkeypatch.setattr(reading, "WORTH_A_PROCESS", 0)
    files = discover([SAMPLES]).claimed
    one, two = read(files, key=KEY, jobs=1), read(files, key=KEY, jobs=2)
    assert msgspec.json.encode(one) == msgspec.json.encode(two)


def test_progress_of_several_processes_knows_its_end(monkeypatch):
    monkeypatch.setattr(reading, "WORTH_A_PROCESS", 0)
    seen = []

    def track(items, label):
        for item in items:
            seen.append((len(items), label))
            yield item

    read(discover([SAMPLES]).claimed, key=KEY, jobs=2, track=track)
    assert len(seen) == seen[0][0]


def test_requests_and_marks_come_oldest_first():
    result = read(discover([SAMPLES]).claimed, key=KEY)
    assert list(result.requests) == sorted(result.requests, key=lambda request: request.first_seen)
    assert list(result.marks) == sorted(result.marks, key=lambda mark: mark.at)
    assert all(isinstance(mark, Mark) for mark in result.marks)
