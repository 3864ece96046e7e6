"""Rounds of an answer: which its counts hold, which are billed beside them, and what the last one left in the cache."""

from __future__ import annotations

import io
import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.importers.claude.claude_code import CLAUDE_CODE, read_stream
from generator.importers.claude.naming import is_resold, is_vendors
from generator.importers.claude.rounds import NONE, rounds_of
from generator.importers.fold import fold
from generator.importers.reading import assembled
from generator.ledger.prices import cost
from generator.records.rows import Role

KEY = b"key of a test"
MODEL, OTHER = "claude-opus-4-6", "claude-opus-4-8"


def a_round(read=0, written=0, uncached=5, output=100, kind="message", **more):
    return {
        "type": kind,
        "input_tokens": uncached,
        "cache_read_input_tokens": read,
        "cache_creation_input_tokens": written,
        "output_tokens": output,
        **more,
    }


def rounds(*listed, model=MODEL):
    return rounds_of(msgspec.Raw(json.dumps(listed).encode()), model)


def outside(found):
    return [(role.value, one.prompt) for role, one in found.outside]


def test_a_single_round_is_the_answer_itself():
    """Clients from 2.1.185 on list one for every answer."""
    assert rounds(a_round(50_000, 1_000)) == NONE
    assert rounds() == NONE
    assert rounds_of(msgspec.Raw(b"null"), MODEL) == NONE


def test_of_several_rounds_the_first_is_what_was_asked_and_the_last_what_was_left():
    found = rounds(a_round(50_000, 3_000), a_round(53_000, 2_000), a_round(55_000, 700, uncached=9))
    assert (found.first.read, found.first.prompt) == (50_000, 53_005)
    assert (found.last.left, found.last.prompt) == (55_700, 55_709)
    assert found.outside == ()


@pytest.mark.parametrize(("kind", "role"), [("advisor_message", "advisor"), ("compaction", "compaction")])
def test_a_round_of_an_advisor_or_a_compaction_is_billed_beside_the_answer(kind, role):
    found = rounds(a_round(50_000, 1_000), a_round(uncached=110_000, kind=kind, model="claude-opus-4-7"))
    assert (found.first, found.last) == (None, None)  # one round answered
    assert outside(found) == [(role, 110_000)]


def test_between_two_rounds_the_advisor_is_still_beside_them():
    found = rounds(a_round(50_000, 3_000), a_round(uncached=60_000, kind="advisor_message"), a_round(53_000, 2_000))
    assert (found.first.prompt, found.last.left) == (53_005, 55_000)
    assert outside(found) == [("advisor", 60_000)]


def test_what_a_model_wrote_before_another_answered_is_billed_beside_the_answer():
    declined, answered = (
        a_round(50_000, 1_000, model="claude-fable-5"),
        a_round(0, 51_000, kind="fallback_message", model=OTHER),
    )
    found = rounds(declined, answered, model=OTHER)
    assert (found.first, found.last) == (None, None)
    assert outside(found) == [("declined", 51_005)]
    # of the model that was asked the line's usage is then that of the declined one, and no other is known
    assert outside(rounds(declined, model="claude-fable-5")) == []


def test_several_rounds_of_the_fallback_are_its_own():
    found = rounds(
        a_round(50_000, 1_000, model="claude-fable-5"),
        a_round(0, 51_000, kind="fallback_message", model=OTHER),
        a_round(51_000, 500, kind="fallback_message", model=OTHER),
        model=OTHER,
    )
    assert (found.first.prompt, found.last.left) == (51_005, 51_500)
    assert outside(found) == [("declined", 51_005)]


@pytest.mark.parametrize(
    "raw",
    [
        b'[{"type":"message","input_tokens":-1},{"type":"message","input_tokens":2}]',
        b'[{"type":"message","input_tokens":1},{"type":"message","input_tokens":99999999999999999999}]',
        b'[{"type":"message","input_tokens":1},{"type":"compaction","input_tokens":5,"cache_creation":{"ephemeral_5m_input_tokens":-5}}]',
        b'[{"type":"message","input_tokens":"1"},{"type":"message","input_tokens":"2"}]',
        b'{"advisor": 1}',
        b'"compaction"',
        b'[{"type":"message","input_tokens":1},{"type":"message","input_tokens":2}',
        b'[1, "input_tokens", "input_tokens"]',
    ],
)  # fmt: skip
def test_damaged_rounds_are_none(raw):
    assert rounds_of(msgspec.Raw(raw), MODEL) == NONE


def test_a_round_of_a_kind_that_nobody_described_is_neither():
    found = rounds(a_round(50_000, 1_000), a_round(uncached=70_000, kind="rehearsal"), a_round(51_000, 100))
    assert (found.last.left, found.outside) == (51_100, ())


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda one: st.lists(one) | st.dictionaries(st.sampled_from(["type", "input_tokens", "model", "advisor", "compaction", "message"]), one)))  # fmt: skip
def test_any_json_is_read_without_an_exception(value):
    rounds_of(msgspec.Raw(json.dumps(value).encode()), MODEL)


# From a line to records


def line(usage, *, message_id="msg_01a", model=MODEL, **fields) -> bytes:
    row = {
        "type": "assistant",
        "sessionId": "s",
        "uuid": "u1",
        "parentUuid": "p",
        "version": "2.1.190",
        "requestId": "req_01a",
        "timestamp": "2026-05-04T10:00:09.000Z",
        "message": {"id": message_id, "model": model, "stop_reason": "end_turn", "usage": usage},
    }
    return json.dumps(row | fields).encode() + b"\n"


def read_lines(*lines: bytes, times: int = 1):
    extracts = fold(read_stream(io.BytesIO(b"".join(lines)), "s", index, KEY) for index in range(times))
    return assembled(extracts, [CLAUDE_CODE] * times, KEY)


def summed(*listed, **more):
    """Usage as the API states it: sums over the rounds that answer."""
    own = [one for one in listed if one["type"] == "message"]
    names = ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens", "output_tokens")
    return {name: sum(one[name] for one in own) for name in names} | {"iterations": listed} | more


def test_sums_are_kept_as_billed_and_the_sizes_are_those_of_one_round():
    (request,) = read_lines(line(summed(a_round(50_000, 3_000), a_round(53_000, 2_000)))).requests
    assert (request.total_tokens, request.cache_read_tokens) == (108_010, 103_000)
    assert (request.prompt_tokens, request.first_read) == (53_005, 50_000)
    assert (request.context, request.left) == (55_005, 55_000)


def test_an_answer_of_one_round_is_its_own_first_and_last():
    (request,) = read_lines(line(summed(a_round(50_000, 3_000)))).requests
    assert (request.prompt_tokens, request.first_read, request.context, request.left) == (
        53_005,
        50_000,
        53_005,
        53_000,
    )
    assert request.opening_prompt_tokens is request.left_tokens is None


@pytest.mark.parametrize("times", [1, 3])
def test_a_round_beside_the_answer_is_a_record_of_its_own_once_however_many_copies_there_are(times):
    advisor = a_round(uncached=110_000, output=7_000, kind="advisor_message", model="claude-opus-4-7")
    reading = read_lines(line(summed(a_round(50_000, 1_000), advisor)), times=times)
    (request,), (beside,) = reading.requests, reading.rounds
    assert (beside.role, beside.follows, beside.model) == (Role.ADVISOR, request.id, "claude-opus-4-7")
    assert (beside.input_tokens, beside.output_tokens, request.total_tokens) == (110_000, 7_000, 51_005)
    assert cost(beside) == pytest.approx(110_000 * 5e-6 + 7_000 * 25e-6)
    assert not request.compacted


def test_a_compaction_beside_the_answer_explains_the_step_to_it():
    reading = read_lines(line(summed(a_round(3_000, 20_000), a_round(uncached=180_000, kind="compaction"))))
    assert reading.requests[0].compacted
    assert [one.role for one in reading.rounds] == [Role.COMPACTION]


def test_the_rounds_of_the_final_line_count():
    """Lines of one answer repeat its usage; the one with the stop reason is right, and its model too."""
    first = line(summed(a_round(50_000, 3_000)), model="claude-fable-5", uuid="u0")
    first = first.replace(b'"stop_reason": "end_turn"', b'"stop_reason": null')
    reading = read_lines(first, line(summed(a_round(50_000, 3_000), a_round(53_000, 2_000)), model=MODEL))
    (request,) = reading.requests
    assert (request.model, request.left, request.lines) == (MODEL, 55_000, 2)


def test_searches_of_the_service_are_counted_and_damaged_ones_are_not_known():
    def searches(stated):
        return read_lines(line(summed(a_round(50_000), server_tool_use=stated))).requests[0].web_searches

    assert searches({"web_search_requests": 100, "web_fetch_requests": 2}) == 100
    assert searches({"web_search_requests": 0}) == 0
    assert [searches(None), searches({}), searches("7"), searches({"web_search_requests": -1})] == [None] * 4


# Ids


@pytest.mark.parametrize(
    ("message_id", "vendors"),
    [
        ("msg_01XFDUDYJgAACzvnptvVoYEL", True),
        ("msg_bdrk_01Abc", True),
        ("msg_vrtx_01Abc", True),
        ("msg_1", False),
        ("msg_01", False),
        ("msg_2b7e151628aed2a6", False),
        ("chatcmpl-01XFDUDYJgAACzvnptvVoYEL", False),
        ("gen-1748000000-abc", False),
        ("", False),
    ],
)
def test_ids_as_the_vendor_gives_them(message_id, vendors):
    assert is_vendors(message_id) is vendors


@pytest.mark.parametrize(
    ("message_id", "request_id", "resold"),
    [
        ("msg_01abc", "req_011abc", False),
        ("msg_01abc", "", False),
        ("msg_01abc", "0f8fad5b-d9cb", False),  # a proxy may name requests of its own
        ("gen-17", "req_011abc", False),
        ("gen-17", "", True),
        ("gen-17", "20260504-abc", True),
        ("msg_2b7e15", "req_abc", True),
    ],
)
def test_a_call_is_resold_where_neither_id_is_the_vendors(message_id, request_id, resold):
    assert is_resold(message_id, request_id, "claude-opus-4-6") is resold
    usage = summed(a_round(50_000))
    assert read_lines(line(usage, message_id=message_id, requestId=request_id)).requests[0].gateway is resold
