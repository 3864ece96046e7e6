"""What captures of API traffic share: answers as bodies and streams, requests, headers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from generator.importers.captures import headers
from generator.importers.captures import messages_api as answers

START = {"id": "msg_01SampleA", "model": "claude-opus-4-6"}


def stream(*told: dict[str, Any]) -> bytes:
    return b"".join(b"event: x\ndata: " + json.dumps(one).encode() + b"\n\n" for one in told)


def start(**usage: Any) -> dict[str, Any]:
    return {"type": "message_start", "message": START | {"usage": {"input_tokens": 5, "output_tokens": 1} | usage}}


def delta(stop: str | None = None, **usage: Any) -> dict[str, Any]:
    return {"type": "message_delta", "delta": {"stop_reason": stop}, "usage": usage}


# Answers


def test_the_last_delta_wins_and_the_stop_reason_stays():
    found = answers.answer(stream(start(), delta("end_turn", output_tokens=9), delta(None, output_tokens=12)))
    assert found is not None
    assert found.message.usage is not None
    assert (found.message.usage.output_tokens, found.message.stop_reason, found.is_final) == (12, "end_turn", True)
    assert found.first_output == 1


def test_a_split_of_writes_that_a_delta_overtook_is_kept_as_the_least():
    """Server tools add rounds to the totals, and the split of message_start is of the first one only: what it says lives
    an hour does; the rest is priced for five minutes. A total below the split drops it.
    """
    split = {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 100}
    begun = start(cache_creation_input_tokens=100, cache_creation=split)
    same = answers.answer(stream(begun, delta(cache_creation_input_tokens=100)))
    more = answers.answer(stream(begun, delta(cache_creation_input_tokens=250)))
    assert same is not None
    assert more is not None
    assert same.message.usage is not None
    assert more.message.usage is not None
    assert same.message.usage.cache_creation is not None
    kept = more.message.usage.cache_creation
    assert (more.message.usage.cache_write_tokens, kept and kept.one_hour) == (250, 100)
    less = answers.answer(stream(begun, delta(cache_creation_input_tokens=50)))
    assert less is not None
    assert less.message.usage is not None
    assert (less.message.usage.cache_write_tokens, less.message.usage.cache_creation) == (50, None)


def test_a_whole_body_is_final_and_a_stream_without_its_delta_is_not():
    body = answers.answer(json.dumps(START | {"usage": {"input_tokens": 5, "output_tokens": 7}}).encode())
    cut = answers.answer(stream(start()))
    assert body is not None
    assert cut is not None
    assert (body.is_final, cut.is_final) == (True, False)


def test_a_damaged_event_is_passed_over():
    found = answers.answer(stream(start()) + b"data: {broken\n\n" + stream(delta(output_tokens=12)))
    assert found is not None
    assert found.message.usage is not None
    assert found.message.usage.output_tokens == 12


@pytest.mark.parametrize("body", [b'{"input_tokens": 900}', stream({"type": "ping"}), stream(delta(output_tokens=3))])
def test_what_holds_no_usage_of_a_message_is_no_answer(body):
    assert answers.answer(body) is None


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"type":"error","error":{"type":"overloaded_error"}}', 529),
        (b'event: error\ndata: {"type":"error","error":{"type":"rate_limit_error"}}\n\n', 429),
        (b'{"type":"error","error":{"type":"new_error"}}', 500),
        (b'{"type":"message"}', None),
        (b"<html>", None),
        (b"", None),
    ],
)
def test_the_status_of_an_error_that_a_body_states(body, status):
    assert answers.fault(body) == status


# Requests


@pytest.mark.parametrize(
    ("user", "session"),
    [
        ("user_1_account_2_session_00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000001"),
        ('{"session_id": "00000000-0000-4000-8000-00000000000A"}', "00000000-0000-4000-8000-00000000000a"),
        ("somebody", ""),
        (None, ""),
    ],
)
def test_the_session_in_the_metadata_of_a_request(user, session):
    assert answers.asked(json.dumps({"metadata": {"user_id": user}}).encode()).session == session


def test_a_thread_is_named_by_header_then_by_its_first_message():
    """A main thread can start sub-agents; a mark for the cache in the first message does not change the thread."""
    metadata = {"user_id": "_session_00000000-0000-4000-8000-000000000001"}

    def thread(tool: str, first: object, **sent: str) -> str:
        body = {"metadata": metadata, "tools": [{"name": tool}], "messages": [{"role": "user", "content": first}]}
        return answers.asked(json.dumps(body).encode(), sent).agent

    assert thread("Task", "one") == ""
    block = [{"type": "text", "text": "one", "cache_control": {"type": "ephemeral"}}]
    assert thread("Read", "one") == thread("Read", block) == "one"
    assert thread("Read", "one", **{"X-Claude-Code-Agent-Id": "a1"}) == "a1"


@pytest.mark.parametrize(
    ("agent", "client"),
    [
        ("claude-cli/2.1.90 (external, cli)", ("2.1.90", "cli", None)),
        ("claude-cli/2.1.140 (external, sdk-py, agent-sdk/0.1)", ("2.1.140", "sdk-py", None)),
        ("anthropic-sdk-python/0.80", ("", None, None)),
    ],
)
def test_the_client_by_its_user_agent(agent, client):
    assert headers.client({"User-Agent": agent}) == client
