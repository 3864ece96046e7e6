"""Relays give many answers one id, and copies repeat true ids: each call is counted once, whatever its name."""

from __future__ import annotations

import io
import json

import pytest
from test_formats_gateways import jsonl, spend

from generator.importers import read_bytes
from generator.importers.claude.claude_code import CLAUDE_CODE, read_stream
from generator.importers.fold import fold
from generator.importers.reading import assembled

KEY = b"key of a test"
VENDORS, RELAYS = "msg_01abcdef", "msg_2b7e1516"
CACHE = {"cache_read_input_tokens": 0, "cache_creation_input_tokens": 0}


class Log:
    """Lines of one transcript, each under the one before it unless another parent is named."""

    def __init__(self, session="s", start=0):
        self.session, self.number, self.last, self.lines = session, start, None, []

    def add(self, kind, message, parent="", **fields):
        self.number += 1
        row = {
            "type": kind,
            "parentUuid": parent or self.last,
            "sessionId": self.session,
            "version": "2.1.150",
            "uuid": f"{self.session}-{self.number}",
            "timestamp": f"2026-05-04T10:{self.number // 60:02}:{self.number % 60:02}.000Z",
            "message": message,
        }
        self.last = row["uuid"]
        self.lines.append(row | fields)
        return self

    def prompt(self, **more):
        return self.add("user", {"role": "user", "content": "please do the thing"}, **more)

    def result(self, **more):
        block = {"type": "tool_result", "tool_use_id": "t", "content": "ok"}
        return self.add("user", {"role": "user", "content": [block]}, **more)

    def answer(self, message_id, prompt_tokens, request_id=None, output=5, **more):
        usage = {"input_tokens": prompt_tokens, "output_tokens": output}
        message = {"id": message_id, "model": "claude-opus-4-6", "stop_reason": None, "usage": usage}
        return self.add("assistant", message, **({"requestId": request_id} if request_id else {}), **more)

    @property
    def data(self) -> bytes:
        return b"".join(json.dumps(row).encode() + b"\n" for row in self.lines)


def prompts(*logs) -> list[int]:
    """Prompt sizes of all calls."""
    extracts = fold(read_stream(io.BytesIO(log.data), log.session, index, KEY) for index, log in enumerate(logs))
    return sorted(request.total_tokens for request in assembled(extracts, [CLAUDE_CODE] * len(logs), KEY).requests)


def lines_of(*logs) -> int:
    extracts = fold(read_stream(io.BytesIO(log.data), log.session, index, KEY) for index, log in enumerate(logs))
    return sum(request.lines for request in assembled(extracts, [CLAUDE_CODE] * len(logs), KEY).requests)


def test_lines_of_one_answer_are_one_call_whoever_named_it():
    for name in (VENDORS, RELAYS):
        log = Log().prompt().answer(name, 1_000).answer(name, 1_000, output=9).answer(name, 1_000, output=9)
        assert (prompts(log), lines_of(log)) == ([1_000], 3)


def test_a_relay_that_repeats_its_id_names_a_call_at_each_prompt_and_each_result():
    """Without a request id a line is of a new call where something was asked in between."""
    log = Log().prompt().answer(RELAYS, 1_000).prompt().answer(RELAYS, 2_000).result().answer(RELAYS, 3_000)
    assert prompts(log) == [1_000, 2_000, 3_000]


def test_two_prompts_of_the_same_size_are_two_calls():
    assert prompts(Log().prompt().answer(RELAYS, 1_000).prompt().answer(RELAYS, 1_000)) == [1_000, 1_000]


def test_a_result_between_the_lines_of_one_answer_parts_nothing():
    """Clients write the result of a first tool before the line of a second tool use of the same answer."""
    log = Log().prompt().answer(RELAYS, 1_000).result().answer(RELAYS, 1_000, output=9)
    assert prompts(log) == [1_000]


def test_a_relay_that_repeats_its_id_in_two_sessions_names_calls_of_both():
    one, two = Log("s").prompt().answer(RELAYS, 1_000), Log("t", 30).prompt().answer(RELAYS, 2_000)
    assert prompts(one, two) == [1_000, 2_000]


def test_a_relays_id_with_request_ids_is_a_call_for_each_of_them():
    log = Log().prompt()
    for number in range(4):
        log.answer(RELAYS, 1_000 + number, f"r{number}").answer(RELAYS, 1_000 + number, f"r{number}", output=9).result()
    assert prompts(log) == [1_000, 1_001, 1_002, 1_003]


def test_a_vendors_id_with_another_request_id_and_another_prompt_is_another_call():
    log = Log().prompt().answer(VENDORS, 1_000, "req_01a").prompt().answer(VENDORS, 2_000, "req_01b")
    assert prompts(log) == [1_000, 2_000]


@pytest.mark.parametrize(
    "again",
    [
        {"prompt_tokens": 1_000, "request_id": "req_01b"},  # a side question replays its parent's message
        {"prompt_tokens": 2_000, "request_id": None},  # nothing contradicts the id
        {"prompt_tokens": 2_000, "request_id": "req_01a"},  # a placeholder's count
    ],
)
def test_a_vendors_id_is_else_that_of_one_call(again):
    log = Log().prompt().answer(VENDORS, 1_000, "req_01a").prompt().answer(VENDORS, **again)
    assert len(prompts(log)) == 1


@pytest.mark.parametrize("name", [VENDORS, RELAYS])
@pytest.mark.parametrize("request_id", [None, "r1"])
def test_a_fork_that_copies_lines_adds_no_call(name, request_id):
    one = Log().prompt().answer(name, 1_000, request_id).prompt().answer(f"{name}2", 2_000, request_id and "r2")
    fork = Log("t")
    fork.lines = [row | {"sessionId": "t"} for row in one.lines]
    assert prompts(one, fork) == [1_000, 2_000]
    assert lines_of(one, fork) == 4


def test_a_side_question_in_a_file_of_its_own_adds_no_call():
    one = Log().prompt().answer(VENDORS, 1_000, "req_01a")
    side = Log("t").prompt(isSidechain=True).answer(VENDORS, 1_000, "req_01b", isSidechain=True)
    assert prompts(one, side) == [1_000]


@pytest.mark.parametrize("name", [VENDORS, RELAYS])
def test_a_line_mirrored_in_the_parents_transcript_adds_no_call(name):
    agent = Log("s").prompt(isSidechain=True, agentId="a1").answer(name, 1_000, "r1", isSidechain=True, agentId="a1")
    parent = Log("s", 30).prompt()
    mirrored = {"type": "agent_progress", "agentId": "a1", "message": agent.lines[-1]}
    parent.lines.append(
        {"type": "progress", "sessionId": "s", "uuid": "s-99", "timestamp": "2026-05-04T10:01:00Z", "data": mirrored}
    )
    assert prompts(parent) == [1_000]
    assert prompts(agent, parent) == [1_000]


def gateway_row(name, prompt_tokens, second) -> bytes:
    times = dict.fromkeys(("startTime", "endTime"), f"2026-05-04T10:00:{second:02}.000Z")
    return jsonl(
        spend(
            request_id=name,
            metadata={"usage_object": {"prompt_tokens": prompt_tokens, "completion_tokens": 5, **CACHE}},
        )
        | times
    )


@pytest.mark.parametrize("request_id", [None, "r1"])
def test_a_relays_call_is_one_with_what_its_gateway_logs_of_it(request_id):
    """The transcript names it by more than its message id, because that could be the id of many."""
    log = Log().prompt().answer(RELAYS, 1_000, request_id)
    rows = gateway_row(RELAYS, 1_000, 2)
    reading = read_bytes({"projects/p/s.jsonl": log.data, "spend.jsonl": rows}, key=KEY)
    assert [account.importer for account in reading.formats] == ["claude-code", "litellm-spend"]
    assert [request.total_tokens for request in reading.requests] == [1_000]


def test_of_several_calls_with_one_id_a_gateways_row_is_of_the_one_that_is_alike():
    log = Log().prompt().answer(RELAYS, 1_000, "r1").prompt().answer(RELAYS, 2_000, "r2")
    rows = gateway_row(RELAYS, 2_000, 4)
    reading = read_bytes({"projects/p/s.jsonl": log.data, "spend.jsonl": rows}, key=KEY)
    assert sorted(request.total_tokens for request in reading.requests) == [1_000, 2_000]
    assert sum(account.only_here for account in reading.formats) == 1
