"""The Claude Code importer on invented samples, one shape of client or one kind of record a file."""

from __future__ import annotations

import io
import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shares import drawn

from generator.importers import discover, read
from generator.importers.claude.claude_code import CLAUDE_CODE, read_stream
from generator.importers.fold import fold
from generator.importers.reading import assembled
from generator.records.pseudonyms import pseudonym
from generator.records.rows import Entrypoint, LogData, MarkKind, MissReason, SkipReason, Speed, StopReason, Trigger

SAMPLES = Path(__file__).parent / "samples" / "claude-code"
NAMES = sorted(path.stem for path in SAMPLES.glob("*.jsonl"))
KEY = b"key of a test"


def sample(*names: str) -> LogData:
    return read(discover([SAMPLES / f"{name}.jsonl" for name in names]).claimed, key=KEY)


def by_id(reading: LogData, message_id: str):
    wanted = pseudonym("message", message_id, KEY)
    return next(request for request in reading.requests if request.id == wanted)


def read_bytes(*files: bytes, stem: str = "file") -> LogData:
    extracts = fold(read_stream(io.BytesIO(data), stem, index, KEY) for index, data in enumerate(files))
    return assembled(extracts, [CLAUDE_CODE] * len(files), KEY)


def marks(reading: LogData) -> list[tuple[str, int | None, str]]:
    return [(mark.kind.value, mark.value, mark.trigger.value) for mark in reading.marks]


def line(**fields) -> bytes:
    base = {
        "type": "assistant",
        "sessionId": "s",
        "uuid": "u1",
        "parentUuid": "p",
        "timestamp": "2026-01-10T09:00:00.000Z",
        "message": {"id": "msg_01a", "model": "claude-opus-4-6", "usage": {"input_tokens": 1, "output_tokens": 2}},
    }
    return json.dumps(base | fields).encode() + b"\n"


# Shapes of clients


def test_client_1_0_has_neither_split_nor_stop_reason():
    reading = sample("client-1.0.44")
    call = by_id(reading, "msg_01a1")
    assert (call.version, call.lines, call.output_tokens) == ("1.0.44", 2, 41)
    assert (call.cache_write_5m_tokens, call.cache_write_1h_tokens, call.stop_reason) == (None, None, None)
    assert not call.output_reliable
    assert marks(reading) == [("prompt", 5, ""), ("compact-summary", None, "")]


def test_client_1_0_side_thread_is_a_thread_of_its_own():
    """Side threads in the main file have no agentId: the first line of the thread names it."""
    reading = sample("client-1.0.44")
    side = by_id(reading, "msg_01a2")
    assert side.agent
    assert side.session == by_id(reading, "msg_01a1").session
    assert {by_id(reading, "msg_01a1").agent, by_id(reading, "msg_01a3").agent} == {""}
    assert side.prompt_words is None


def test_client_2_0_lines_of_one_answer_are_one_call():
    reading = sample("client-2.0.76")
    call = by_id(reading, "msg_01b1")
    assert len(reading.requests) == 2
    assert (call.input_tokens, call.cache_write_tokens, call.cache_read_tokens) == (8, 1247, 43139)
    assert (call.output_tokens, call.lines, call.cache_write_5m_tokens, call.cache_write_1h_tokens) == (130, 3, 1247, 0)
    assert call.started == datetime(2026, 1, 6, 10, 0, 10, 250000, UTC)
    assert call.first_seen == datetime(2026, 1, 6, 10, 0, 15, 250000, UTC)
    assert call.ended == datetime(2026, 1, 6, 10, 0, 25, 250000, UTC)
    assert call.prompt_words == 5


def test_a_tool_loop_answers_no_prompt():
    call = by_id(sample("client-2.0.76"), "msg_01b2")
    assert call.prompt_words is None
    assert call.started is not None


def test_a_tool_result_that_repeats_usage_is_no_call():
    """toolUseResult.usage is the sub-agent's last call once more."""
    assert sum(request.input_tokens for request in sample("client-2.0.76").requests) == 9


def test_client_2_1_12_mirrors_count_only_where_nothing_else_does():
    alone = sample("client-2.1.12")
    mirrored = by_id(alone, "msg_01c2")
    assert (mirrored.nested, mirrored.lines, mirrored.output_tokens, mirrored.started) == (True, 2, 9, None)
    both = sample("client-2.1.12", "agent-abc1234")
    own = by_id(both, "msg_01c2")
    assert (own.nested, own.lines, own.output_tokens, own.agent) == (False, 4, 31, mirrored.agent)
    assert len(both.requests) == len(alone.requests) + 1
    assert both.tallies[own.source.file].bytes == (SAMPLES / "agent-abc1234.jsonl").stat().st_size


def test_usage_lines_leave_mirrors_out():
    (tally,) = sample("client-2.1.12").tallies
    assert tally.usage_lines == 2


def test_a_hook_line_between_result_and_answer_is_the_parent():
    call = by_id(sample("client-2.1.12"), "msg_01c3")
    assert (call.first_seen - call.started).total_seconds() == 5


def test_client_2_1_104_final_output_and_prompt_behind_an_attachment():
    reading = sample("client-2.1.104")
    call = by_id(reading, "msg_01d1")
    assert (call.output_tokens, call.output_reliable, call.stop_reason) == (149, True, StopReason.TOOL_USE)
    assert (call.entrypoint, call.cache_write_1h_tokens) == (Entrypoint.CLI, 2000)
    assert call.prompt_words == 5, "the hook's attachment stands between prompt and answer"


def test_client_2_1_220_states_effort_speed_and_miss():
    reading = sample("client-2.1.220")
    first, second, third = reading.requests
    assert (first.effort, first.speed, first.entrypoint) == ("high", Speed.STANDARD, Entrypoint.SDK_PY)
    assert (second.speed, second.miss_reason, second.missed_tokens) == (Speed.FAST, MissReason.MESSAGES_CHANGED, 59000)
    assert second.model == "claude-opus-5"
    assert (third.model, third.effort, third.stop_reason) == ("other", "other", StopReason.REFUSAL)
    assert (third.miss_reason, third.prompt_words) == (None, None)
    assert marks(reading) == [
        ("prompt", 4, ""),
        ("prompt", 2, ""),
        ("context-edit", 1, ""),
        ("automatic-prompt", None, ""),  # another agent wrote it
    ]


# What an answer and the line before it say


def result(*contents: object, uuid="p") -> bytes:
    blocks = [{"type": "tool_result", "tool_use_id": "t", "content": content} for content in contents]
    return line(type="user", uuid=uuid, parentUuid=None, message={"role": "user", "content": blocks})


def answer(*, output=2, geo=None, tools=(), uuid="u1", message_id="msg_01a", **fields) -> bytes:
    usage = {"input_tokens": 1, "output_tokens": output, "inference_geo": geo}
    content = [
        {"type": "text", "text": 'a "tool_use" in words'},
        *({"type": "tool_use", "id": f"{uuid}-{n}", "name": name, "input": {}} for n, name in enumerate(tools)),
    ]
    message = {"id": message_id, "model": "claude-opus-4-6", "content": content, "usage": usage}
    return line(message=message, uuid=uuid, **fields)


@pytest.mark.parametrize(
    ("stated", "region"),
    [("us", "us"), ("global", "global"), ("eu", "other"), ("not_available", None), ("", None), (None, None)],
)
def test_region_is_what_the_service_states(stated, region):
    (request,) = read_bytes(answer(geo=stated)).requests
    assert request.region == region


def test_first_output_is_that_of_the_first_line():
    (request,) = read_bytes(answer(output=1) + answer(output=130, uuid="u2")).requests
    assert (request.first_output_tokens, request.output_tokens) == (1, 130)


def test_result_bytes_are_those_of_the_json_that_was_answered():
    """Escapes and quotes included; several blocks add up; a call that answers a prompt has none."""
    (one,) = read_bytes(result('say "x"') + answer()).requests
    (two,) = read_bytes(result("abc", [{"type": "text", "text": "abcd"}]) + answer()).requests
    (prompted,) = read_bytes(line(type="user", uuid="p", message={"content": "x"}) + answer()).requests
    assert one.result_bytes == len(rb'"say \"x\""')
    assert two.result_bytes == 5 + len('[{"type": "text", "text": "abcd"}]')
    assert prompted.result_bytes is None


def test_result_bytes_are_known_behind_a_hook_and_an_attachment():
    hook = line(type="progress", uuid="h", parentUuid="p", message=None, data={"type": "hook_progress"})
    extra = line(type="attachment", uuid="x", parentUuid="h", message=None, attachment={"type": "file"})
    (request,) = read_bytes(result("abc") + hook + extra + answer(parentUuid="x")).requests
    assert request.result_bytes == 5


def test_tool_uses_are_counted_by_what_they_do_to_files():
    tools = ["Read", "Grep", "Glob", "LS", "Edit", "MultiEdit", "Write", "NotebookEdit", "Bash", "mcp__acme__Read"]
    (request,) = read_bytes(answer(tools=tools)).requests
    assert (request.file_reads, request.file_edits) == (4, 4)


def test_tool_uses_add_up_over_lines_but_copied_lines_count_once():
    first, second = answer(tools=["Read"]), answer(uuid="u2", tools=["Read", "Edit"])
    (request,) = read_bytes(first + second + first).requests
    assert (request.file_reads, request.file_edits, request.lines) == (2, 1, 3)


def test_an_answer_without_tools_counts_none_and_one_with_others_counts_zero():
    """Words about tools are no tools."""
    (silent,) = read_bytes(answer()).requests
    (other,) = read_bytes(answer(tools=["Bash"])).requests
    assert (silent.file_reads, silent.file_edits) == (None, None)
    assert (other.file_reads, other.file_edits) == (0, 0)


@pytest.mark.parametrize("content", ["a tool_use", '"tool_use"', ["tool_use"], [{"type": "tool_use", "name": 3}], None])
def test_content_of_another_shape_costs_nothing(content):
    message = {"id": "msg_01a", "model": "claude-opus-4-6", "content": content, "usage": {"input_tokens": 1}}
    (request,) = read_bytes(line(message=message)).requests
    assert (request.file_reads, request.requested_model) == (None, None)


CLEARED = "[Old tool result content cleared]"


def test_removed_results_are_marked_and_counted():
    whole = [{"type": "text", "text": CLEARED}]
    reading = read_bytes(result(CLEARED) + result(CLEARED, "kept", whole, uuid="q") + result("kept", uuid="r"))
    assert marks(reading) == [("result-cleared", 1, ""), ("result-cleared", 2, "")]


def test_a_result_that_quotes_the_marker_is_not_removed():
    typed = line(type="user", uuid="p", message={"content": [{"type": "text", "text": CLEARED}]})
    assert read_bytes(result(CLEARED + "x" * 200)).marks == ()
    assert marks(read_bytes(typed)) == [("prompt", 5, "")]


def test_an_image_in_a_short_result_is_still_seen():
    assert marks(read_bytes(result([{"type": "image", "source": {}}]))) == [("image", None, "")]


LOADED = [{"type": "tool_reference", "tool_name": "x"}]


@pytest.mark.parametrize("contents", [[LOADED], ["kept", LOADED], [LOADED, LOADED]])
def test_a_tool_that_a_search_loads_changes_the_tools(contents):
    assert marks(read_bytes(result(*contents))) == [("tools-change", None, "")]


def test_a_result_that_quotes_a_tool_reference_changes_nothing():
    quoted = [{"type": "text", "text": '"tool_reference"'}]
    assert marks(read_bytes(result(quoted) + result('["tool_reference"]', uuid="q"))) == []


@pytest.mark.parametrize(
    ("source", "text", "expected"),
    [
        ("toolu_1", "Any words at all", [("skill", None, "")]),  # built-in skills name no folder
        ("toolu_1", "Base directory for this skill: x", [("skill", None, "")]),
        (None, "Any words at all", []),
    ],
)
def test_a_text_that_the_skill_tool_gives_is_a_skill(source, text, expected):
    content = [{"type": "text", "text": text}]
    message = {"role": "user", "content": content}
    given = line(type="user", uuid="p", isMeta=True, sourceToolUseID=source, message=message)
    assert marks(read_bytes(given)) == expected


def test_an_answer_that_came_as_a_stream_has_a_line_for_each_block():
    """An answer in one piece is one line with all blocks; a stream that was cut short is one line with one."""
    whole = answer(tools=["Read"])
    one = {"id": "msg_1", "model": "claude-opus-4-6", "usage": {"input_tokens": 1, "output_tokens": 2}}
    first = line(message=one | {"content": [{"type": "thinking", "thinking": 'a, "type": b'}]})
    second = line(uuid="u2", message=one | {"content": [{"type": "text", "text": "b"}]})
    odd = line(message=one | {"content": "only words"})
    assert [read_bytes(given).requests[0].whole for given in (whole, first + second, first, odd)] == [
        True,
        False,
        False,
        False,
    ]


# Kinds of records


def test_only_what_a_person_typed_is_a_prompt():
    reading = sample("prompts")
    assert [mark.value for mark in reading.marks if mark.kind is MarkKind.PROMPT] == [4, 5, 2]


def test_marks_of_user_lines():
    kinds = Counter(mark.kind for mark in sample("prompts").marks)
    del kinds[MarkKind.PROMPT]
    assert kinds == {
        MarkKind.AUTOMATIC_PROMPT: 3,
        MarkKind.INTERRUPT: 2,
        MarkKind.SKILL: 1,
        MarkKind.IMAGE: 2,
        MarkKind.SCHEDULED_TASK: 1,
    }


def test_a_scheduled_prompt_was_not_typed():
    answer = line(uuid="a", parentUuid="q")
    fire = line(type="system", subtype="scheduled_task_fire", uuid="f", message=None)
    prompt = line(type="user", uuid="q", parentUuid="f", message={"role": "user", "content": "say it"})
    by_schedule = read_bytes(fire + prompt + answer)
    by_person = read_bytes(prompt + answer)
    assert (by_schedule.requests[0].prompt_words, by_person.requests[0].prompt_words) == (None, 2)


def test_commands_keep_public_names_only():
    triggers = [mark.trigger for mark in sample("commands").marks if mark.kind is MarkKind.COMMAND]
    assert triggers == [
        Trigger.MODEL,
        Trigger.CLEAR,
        Trigger.COMPACT,
        Trigger.RESUME,
        Trigger.MCP,
        Trigger.OTHER,
        Trigger.CUSTOM,
        Trigger.CUSTOM,
        Trigger.FAST,
        Trigger.EFFORT,
    ]


def test_compactions_in_both_spellings():
    assert marks(sample("compaction")) == [
        ("prompt", 3, ""),
        ("compaction", 155598, "auto"),
        ("compact-summary", None, ""),
        ("compaction", 90000, "manual"),
        ("microcompaction", 60000, "auto"),
    ]


def test_errors_are_classified_and_make_no_call():
    reading = sample("errors")
    assert reading.requests == ()
    assert marks(reading) == [
        ("retry", 1, ""),
        ("retry", 2, ""),
        ("limit-refusal", 429, ""),
        ("limit-refusal", None, ""),
        ("limit-refusal", None, ""),
        ("api-error", 429, ""),
        ("api-error", None, ""),
        ("api-error", 500, ""),
        ("no-response", None, ""),
    ]


def test_several_hooks_of_one_start_are_one_start():
    kinds = [mark.kind for mark in sample("starts").marks if mark.kind is not MarkKind.TOOLS_CHANGE]
    assert kinds == [MarkKind.START, MarkKind.RESUME, MarkKind.CLEAR]
    assert sample("starts").repeated_marks == {}


def test_first_listings_are_no_change_of_tools():
    assert sum(mark.kind is MarkKind.TOOLS_CHANGE for mark in sample("starts").marks) == 4


def test_damaged_lines_are_recovered_or_accounted_for():
    reading = sample("damaged")
    (tally,) = reading.tallies
    assert tally.balances
    assert (tally.read, tally.used, tally.recovered, tally.blank, tally.pending) == (17, 3, 2, 2, 0)
    assert tally.skipped == {
        SkipReason.NOT_UTF8: 1,
        SkipReason.NOT_JSON: 2,
        SkipReason.NOT_OBJECT: 2,
        SkipReason.BAD_FIELD: 1,
        SkipReason.NO_TIME: 1,
        SkipReason.NAIVE_TIME: 1,
        SkipReason.NO_ID: 1,
        SkipReason.NEGATIVE_COUNT: 1,
    }
    used = {pseudonym("message", f"msg_01f{n}", KEY) for n in (1, 2, 11, 12, 13)}
    assert {request.id for request in reading.requests} == used


def test_times_become_utc():
    assert by_id(sample("damaged"), "msg_01f11").first_seen == datetime(2026, 1, 10, 9, 0, tzinfo=UTC)
    assert all(request.first_seen.tzinfo is UTC for request in sample("damaged").requests)


@pytest.mark.parametrize("name", NAMES)
def test_types_cover_every_line_that_was_understood(name):
    (tally,) = sample(name).tallies
    assert tally.balances
    assert sum(tally.types.values()) == tally.used + tally.other + tally.recovered


def test_unknown_record_types_are_counted_as_unknown():
    (tally,) = sample("client-2.1.220").tallies
    assert tally.types["unknown"] == 1


# Counts and fields that cannot be


@pytest.mark.parametrize(
    ("usage", "reason"),
    [
        ({"input_tokens": -1}, SkipReason.NEGATIVE_COUNT),
        ({"input_tokens": 1, "cache_creation": {"ephemeral_1h_input_tokens": -5}}, SkipReason.NEGATIVE_COUNT),
        ({"input_tokens": 10**30}, SkipReason.BAD_FIELD),
        ({"input_tokens": 1.5}, SkipReason.BAD_FIELD),
        ({"input_tokens": None}, SkipReason.BAD_FIELD),
        ({}, SkipReason.BAD_FIELD),
        ([], SkipReason.BAD_FIELD),
    ],
)
def test_impossible_usage_is_skipped(usage, reason):
    reading = read_bytes(line(message={"id": "msg_01a", "model": "claude-opus-4-6", "usage": usage}))
    assert (reading.requests, reading.tallies[0].skipped) == ((), {reason: 1})


def test_a_parent_before_the_calendar_does_not_cost_the_call():
    parent = line(type="user", uuid="p", parentUuid=None, timestamp="0001-01-01T00:00:00+10:00", message=None)
    (request,) = read_bytes(parent + line()).requests
    assert request.started is None


def test_missing_request_id_and_session_id_cost_nothing():
    (request,) = read_bytes(line(sessionId=None)).requests
    assert request.session == request.id  # a thread of its own


def test_nan_is_not_json():
    broken = line().replace(b'"input_tokens": 1', b'"other": NaN, "input_tokens": 1')
    assert read_bytes(broken).tallies[0].skipped == {SkipReason.NOT_JSON: 1}


def test_deep_nesting_is_skipped():
    deep = line().replace(b'"type"', b'"x":' + b"[" * 100_000 + b"]" * 100_000 + b',"type"', 1)
    assert read_bytes(deep).tallies[0].skipped == {SkipReason.NOT_JSON: 1}


@given(
    st.lists(st.sampled_from([r"\ud83d", r"\ude00", r"\\", r"\n", r"\u0041", "u", "d83d", r"\uD83D\uDE00"]), max_size=8)
)
def test_what_the_standard_decoder_reads_is_read(parts):
    """Lone surrogate escapes, in any neighbourhood, cost nothing."""
    text = "".join(parts).encode()
    raw = line().replace(b'"uuid"', b'"text": "' + text + b'", "uuid"')
    assert isinstance(json.loads(raw), dict)
    assert len(read_bytes(raw).requests) == 1


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
FIELDS = st.sampled_from(["type", "uuid", "timestamp", "message", "data", "attachment", "content", "origin", "version"])


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    st.dictionaries(FIELDS, json_values),
    st.sampled_from(["assistant", "user", "system", "progress", "attachment", "x"]),
)
def test_any_object_is_understood_or_refused_by_field(fields, record_type):
    """Any JSON object: never an exception, never called broken JSON, the account balances."""
    (tally,) = read_bytes(line(**{"type": record_type, **fields})).tallies
    assert tally.balances
    assert not set(tally.skipped) & {SkipReason.NOT_JSON, SkipReason.NOT_UTF8, SkipReason.NOT_OBJECT}


@given(st.binary(max_size=400))
def test_any_bytes_are_accounted_for(data):
    (tally,) = read_bytes(data).tallies
    assert tally.balances
    assert tally.bytes == len(data)


@settings(max_examples=drawn(150))
@given(st.sampled_from(NAMES), st.data())
def test_any_damage_is_accounted_for(name, data):
    """Cut, overwrite, insert: never an exception, and at most one line is lost a place of damage."""
    whole = (SAMPLES / f"{name}.jsonl").read_bytes()
    at = data.draw(st.integers(0, len(whole)))
    patch = data.draw(st.binary(max_size=6) | st.sampled_from([b"\x00", b"\xef\xbb\xbf", b"\r\n", "\u2028".encode()]))
    overwritten = data.draw(st.integers(0, 40))
    damaged = whole[:at] + patch + whole[at + overwritten :]
    (tally,) = read_bytes(damaged).tallies
    assert tally.balances
    before = sum(read_bytes(whole).tallies[0].skipped.values())
    broken_lines = patch.count(b"\n") + whole[at : at + overwritten].count(b"\n") + 2
    assert sum(tally.skipped.values()) <= before + broken_lines


# Privacy


def test_no_text_of_a_log_reaches_a_record():
    """Everything that leaves the importer is checked against the text that went in."""
    reading = sample(*NAMES)
    out = msgspec.json.encode(reading).decode()
    for word in ("invented", "secret", "acme", "apples", "toolu_", "msg_", "00000000-0000", "private-level"):
        assert word not in out.lower()


def test_records_fit_their_declared_types():
    reading = sample(*NAMES)
    assert msgspec.json.decode(msgspec.json.encode(reading), type=LogData) == reading


def test_another_key_gives_other_names_and_the_same_figures():
    files = discover([SAMPLES]).claimed
    one, two = read(files, key=b"one"), read(files, key=b"two")
    assert {request.id for request in one.requests}.isdisjoint(request.id for request in two.requests)
    assert [request.total_tokens for request in one.requests] == [request.total_tokens for request in two.requests]
