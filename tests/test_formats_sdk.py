"""Cowork's audits, output of claude -p, the statistics cache and the prompt history, on invented samples.

Each trap has the total of a naive reader beside the right one, computed from the same sample.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shares import drawn

from generator.detectors.shared.needs import NEEDS
from generator.importers import IMPORTERS, discover, read, read_bytes
from generator.importers.claude.cowork_audit import COWORK_AUDIT
from generator.importers.claude.history import HISTORY
from generator.importers.claude.stats_cache import STATS_CACHE
from generator.importers.claude.stream_json import STREAM_JSON
from generator.ledger.subjects import subjects
from generator.records.pseudonyms import pseudonym
from generator.records.rows import Counter, LogData, MarkKind, MatchKey, Request, SkipReason, Surface, Trigger, Window

SAMPLES = Path(__file__).parent / "samples"
KEY = b"key of a test"
MINE = {importer.id: importer for importer in (COWORK_AUDIT, STREAM_JSON, STATS_CACHE, HISTORY)}
FILES = [path for name in MINE for path in sorted((SAMPLES / name).iterdir()) if path.suffix != ".md"]
AUDIT = SAMPLES / "cowork-audit" / "client-2.1.60.jsonl"
STREAM = SAMPLES / "stream-json" / "client-2.1.70.jsonl"
COWORK_FOLDER = "Claude/local-agent-mode-sessions/org/account/local_a"
CLIENT = "00000000-0000-4000-8000-000000000001"
FIRST_CALL = "msg_01SampleA"


def sample(*paths: Path) -> LogData:
    return read(discover(list(paths)).claimed, key=KEY)


def of(**files: object) -> LogData:
    """Reading of files by path; rows are objects or bytes."""
    return read_bytes({name: rows(given) for name, given in files.items()}, key=KEY)


def rows(given: object) -> bytes:
    if isinstance(given, bytes):
        return given
    assert isinstance(given, Iterable)
    return b"".join(json.dumps(row).encode() + b"\n" for row in given)


def parsed(path: Path) -> list[dict]:
    """The objects of a sample, without its damage: what a naive reader adds up."""
    found = []
    for line in path.read_bytes().split(b"\n"):
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return found


def tokens(requests: Iterable[Request]) -> int:
    return sum(one.total_tokens + one.output_tokens for one in requests)


def naive_tokens(usage: dict) -> int:
    names = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens")
    return sum(usage[name] for name in names)


def said(reading: LogData) -> list[tuple[str, int | None]]:
    return [(mark.kind.value, mark.value) for mark in reading.marks]


def transcript(*lines: dict) -> bytes:
    """The session's own transcript with the first call of the audit, final there, and its prompt."""
    base = {"sessionId": CLIENT, "isSidechain": False, "version": "2.1.60", "entrypoint": "sdk-ts"}
    usage = parsed(AUDIT)[3]["message"]["usage"] | {"output_tokens": 410}
    message = {"id": FIRST_CALL, "model": "claude-opus-4-6", "stop_reason": "tool_use", "content": [], "usage": usage}
    prompt = {
        "type": "user",
        "uuid": "t-1",
        "parentUuid": None,
        "timestamp": "2026-03-10T09:00:03.200Z",
        "message": {"role": "user", "content": "canary-prompt please sort these files"},
    }
    answer = {
        "type": "assistant",
        "uuid": "t-2",
        "parentUuid": "t-1",
        "timestamp": "2026-03-10T09:00:07.300Z",
        "requestId": "req_01SampleA",
        "message": message,
    }
    return rows([base | line for line in (prompt, answer, *lines)])


# Audits of Cowork


def test_an_audit_of_client_2_1_60():
    """Calls by message id, never final; the session is the client's, sub-agents are threads of their own."""
    reading = sample(AUDIT)
    main = [one for one in reading.requests if not one.agent]
    side = [one for one in reading.requests if one.agent]
    assert [(one.input_tokens, one.cache_write_1h_tokens, one.cache_read_tokens, one.lines) for one in main] == [
        (4, 1200, 15000, 3),
        (6, 300, 16204, 1),
        (5, 90, 16506, 1),
    ]
    assert [(one.cache_write_5m_tokens, one.model) for one in side] == [
        (8000, "claude-sonnet-4-6"),
        (400, "claude-sonnet-4-6"),
    ]
    assert {one.session for one in reading.requests} == {pseudonym("session", CLIENT, KEY)}
    assert {(one.surface, one.output_reliable, one.version) for one in reading.requests} == {
        (Surface.COWORK, False, "2.1.60")
    }
    assert main[0].file_reads == 2
    assert main[0].started == datetime(2026, 3, 10, 9, 0, 3, 100_000, tzinfo=UTC)
    assert [one.prompt_words for one in main] == [5, None, 5]
    assert main[1].result_bytes == len(b'"canary-file"')


def test_meters_of_an_audit_are_fractions_by_their_source():
    """1 is all of the window here, where the endpoint's 1 is a percent; an allowed event states no share."""
    reading = sample(AUDIT)
    assert [(one.window, one.used) for one in reading.meters] == [
        (Window.FIVE_HOUR, 1.0),
        (Window.SEVEN_DAY, 0.37),
        (Window.FIVE_HOUR, 1.02),
    ]
    assert {one.resets_at for one in reading.meters} == {
        datetime(2026, 3, 10, 12, tzinfo=UTC),
        datetime(2026, 3, 16, 8, tzinfo=UTC),
        datetime(2026, 3, 10, 14, tzinfo=UTC),
    }


def test_marks_of_an_audit():
    """A refusal that the event and the client's own line both tell is one."""
    assert said(sample(AUDIT)) == [
        ("prompt", 5),
        ("compaction", 156_000),
        ("prompt", 5),
        ("limit-refusal", None),
    ]


def test_an_audit_of_client_2_1_5():
    """No split of writes, an empty `timestamp` beside Cowork's own, one spelling of the request id."""
    reading = sample(SAMPLES / "cowork-audit" / "client-2.1.5.jsonl")
    assert [(one.cache_write_1h_tokens, one.total_tokens) for one in reading.requests] == [(None, 4009), (None, 4061)]
    assert reading.requests[0].first_seen == datetime(2026, 3, 10, 8, 0, 4, tzinfo=UTC)
    assert [one.value for one in reading.counters] == [0.01]


def test_trap_a_call_of_cowork_stands_in_transcript_and_audit():
    """Naive: 16,205 tokens more. The transcript owns the call and tells its output; the audit adds none."""
    files = {
        f"{COWORK_FOLDER}/.claude/projects/-folder/{CLIENT}.jsonl": transcript(),
        f"{COWORK_FOLDER}/audit.jsonl": AUDIT.read_bytes(),
    }
    both = read_bytes(files, key=KEY)
    audit = sample(AUDIT)
    first = both.requests[0]
    assert (first.output_tokens, first.surface) == (410, Surface.COWORK)
    assert len(both.requests) == len(audit.requests) == 5
    right = tokens(both.requests)
    naive = tokens(audit.requests) + tokens(read_bytes(dict([next(iter(files.items()))]), key=KEY).requests)
    assert (naive - right, right - tokens(audit.requests)) == (16_205, 409)
    by_format = {account.importer: account for account in both.formats}
    assert by_format["cowork-audit"].matched == {MatchKey.MESSAGE_ID: 1}
    assert by_format["claude-code"].only_here == 0


@pytest.mark.parametrize(
    ("folder", "surface"),
    [
        (COWORK_FOLDER, Surface.COWORK),
        ("Claude/local-agent-mode-sessions/org/account/agent/local_ditto_a", Surface.COWORK),
        ("home", Surface.CLAUDE_CODE),
        ("my-local-agent-mode-sessions", Surface.CLAUDE_CODE),
    ],
)
def test_a_transcript_says_by_its_folder_that_it_is_of_cowork(folder, surface):
    reading = read_bytes({f"{folder}/.claude/projects/x/{CLIENT}.jsonl": transcript()}, key=KEY)
    assert {one.surface for one in reading.requests} == {surface}


def test_trap_a_prompt_of_cowork_is_written_twice():
    """Naive: four prompts. The app's copy bears the app's session id, the echo the client's; their own id is one."""
    naive = sum(isinstance(one.get("message", {}).get("content"), str) for one in parsed(AUDIT))
    reading = sample(AUDIT)
    prompts = [mark for mark in reading.marks if mark.kind is MarkKind.PROMPT]
    assert (naive, len(prompts)) == (4, 2)
    assert {mark.session for mark in prompts} == {pseudonym("session", CLIENT, KEY)}
    assert reading.repeated_marks[MarkKind.PROMPT] == 2


def test_trap_a_prompt_stands_in_the_transcript_too():
    """Naive: three of the first prompt. Another id in the transcript: within ten seconds it is the same one."""
    files = {"a/t.jsonl": transcript(), "b/audit.jsonl": AUDIT.read_bytes()}
    prompts = [mark for mark in read_bytes(files, key=KEY).marks if mark.kind is MarkKind.PROMPT]
    assert [mark.at.hour for mark in prompts] == [9, 10]


def test_an_echo_without_an_id_is_no_second_prompt():
    lines = [row for row in parsed(AUDIT) if row["type"] in {"user", "system"}][:3]
    for row in lines:
        row.pop("uuid", None)
    assert [kind for kind, _ in said(of(audit=lines))] == ["prompt"]


def test_trap_results_are_no_calls_and_no_sum():
    """Naive: all results' tokens on top of the calls, and 0.47 USD. Here: readings of a running total, no tokens."""
    reading = sample(AUDIT)
    results = [row for row in parsed(AUDIT) if row["type"] == "result"]
    naive = tokens(reading.requests) + sum(naive_tokens(row["usage"]) for row in results)
    assert (naive, tokens(reading.requests)) == (115_979, 65_734)
    assert [(one.counter, one.value) for one in reading.counters] == [(Counter.COST, 0.42), (Counter.COST, 0.05)]


def test_trap_usage_of_a_tool_result_repeats_a_sub_agents_call():
    """Naive: 70,707 tokens more."""
    extra = sum(row["tool_use_result"]["totalTokens"] for row in parsed(AUDIT) if "tool_use_result" in row)
    without = [{key: value for key, value in row.items() if key != "tool_use_result"} for row in parsed(AUDIT)]
    assert extra == 70_707
    assert tokens(sample(AUDIT).requests) == tokens(of(audit=without).requests)


def test_trap_lines_of_one_answer_are_one_call():
    """Naive: 48,615 tokens for the three lines of the first answer. Here: once."""
    lines = [row for row in parsed(AUDIT) if row.get("message", {}).get("id") == FIRST_CALL]
    naive = sum(naive_tokens(row["message"]["usage"]) for row in lines)
    assert (naive, tokens(sample(AUDIT).requests[:1])) == (48_615, 16_205)


def test_trap_sub_agents_in_between_are_no_cache_break():
    """Naive: in one thread the reads fall from 15,000 to 0 and rise again. Here: two threads, reads only grow."""
    reading = sample(AUDIT)
    naive = [one.cache_read_tokens for one in reading.requests[:4]]
    threads = [[one.cache_read_tokens for one in reading.requests if one.agent == agent] for agent in _agents(reading)]
    assert naive == [15_000, 0, 16_204, 8_003]
    assert threads == [[15_000, 16_204, 16_506], [0, 8_003]]


def _agents(reading: LogData) -> list[str]:
    return sorted({one.agent for one in reading.requests})


def test_an_extra_usage_window_that_refuses_nothing_makes_no_refusal():
    """With extra credits the window stays "rejected" while calls go on."""
    kinds = [mark.kind for mark in sample(STREAM).marks]
    assert kinds == [MarkKind.RETRY]


# Output of claude -p


def test_stream_of_client_2_1_70():
    reading = sample(STREAM)
    assert [(one.total_tokens, one.output_tokens, one.lines, one.prompt_words) for one in reading.requests] == [
        (11_003, 1, 2, None),
        (11_104, 5, 1, None),
        (11_162, 6, 1, None),
        (2, 1, 1, None),  # without a time of its own
        (9_002, 7, 1, None),
    ]
    assert {(one.surface, one.version, one.output_reliable) for one in reading.requests} == {
        (Surface.CLAUDE_CODE, "2.1.70", False)
    }
    assert reading.requests[0].file_edits == 1
    assert said(reading) == [("retry", 1)]
    assert [(one.used, one.resets_at) for one in reading.meters] == [
        (0.9, datetime(2026, 3, 12, 12, tzinfo=UTC)),
        (1.0, datetime(2026, 3, 12, 12, tzinfo=UTC)),
    ]
    (tally,) = reading.tallies
    assert tally.skipped == {SkipReason.NOT_JSON: 1}


def test_messages_without_times_give_nothing_and_say_why():
    reading = sample(SAMPLES / "stream-json" / "no-times-2.0.14.jsonl")
    assert (reading.requests, reading.counters) == ((), ())
    assert reading.tallies[0].skipped == {SkipReason.NO_TIME: 2}


def answer(name: str, session: str = CLIENT, **more: object) -> dict:
    usage = {"input_tokens": 3, "cache_read_input_tokens": 9000, "output_tokens": 50}
    message = {"id": f"msg_01{name}", "model": "claude-opus-4-6", "content": [], "usage": usage}
    return {"type": "assistant", "session_id": session, "uuid": name, "message": message, **more}


def result_of_tool(at: str | None, session: str = CLIENT) -> dict:
    content = [{"type": "tool_result", "tool_use_id": "t", "content": "x"}]
    stamp = {"timestamp": at} if at else {}
    return {"type": "user", "session_id": session, "message": {"role": "user", "content": content}, **stamp}


@pytest.mark.parametrize("wrap", [rows, lambda given: json.dumps(given).encode(), lambda given: rows(given)[:-1]])
def test_a_message_without_a_time_has_that_of_its_neighbour(wrap):
    """Case real-10: newer clients write times into messages of the user only. Before, or after for the first ones."""
    other = "00000000-0000-4000-8000-000000000009"
    reading = of(
        run=wrap(
            [
                {"type": "system", "subtype": "init", "session_id": CLIENT, "uuid": "u"},
                answer("a"),
                answer("x", other),
                result_of_tool("2026-03-10T09:00:00.000Z"),
                answer("b"),
                result_of_tool(None),
                answer("c"),
                result_of_tool("2026-03-10T09:20:00.000Z"),
                answer("d", timestamp="2026-03-10T09:21:00Z"),
                {"type": "result", "session_id": CLIENT, "total_cost_usd": 0.5, "num_turns": 4},
                result_of_tool("2026-03-11T00:00:00Z", other),
            ]
        )
    )
    mine = [one for one in reading.requests if one.session == pseudonym("session", CLIENT, KEY)]
    assert [f"{one.ended:%H:%M}" for one in mine] == ["09:00", "09:00", "09:00", "09:21"]
    (theirs,) = [one for one in reading.requests if one not in mine]
    assert f"{theirs.ended:%d %H:%M}" == "11 00:00"
    assert [f"{one.at:%H:%M}" for one in reading.counters] == ["09:21"]
    assert reading.tallies[0].skipped == {}


def test_a_time_that_is_no_time_is_not_replaced_by_a_neighbour():
    reading = of(run=[result_of_tool("2026-03-10T09:00:00Z"), answer("a", timestamp="2026-03-10T09:00:00")])
    assert (reading.requests, reading.tallies[0].skipped) == ((), {SkipReason.NAIVE_TIME: 1})


def test_a_result_alone_and_a_list_of_messages():
    """`--output-format json`: one object on several lines, or with --verbose a list."""
    one = sample(SAMPLES / "stream-json" / "result.json")
    many = sample(SAMPLES / "stream-json" / "verbose-list.json")
    assert ([row.value for row in one.counters], one.requests) == ([0.31], ())
    assert ([row.value for row in many.counters], [call.total_tokens for call in many.requests]) == ([0.4], [9523])


@pytest.mark.parametrize("ended", [b"", b"\n"])
def test_one_object_on_one_line_needs_no_end(ended):
    whole = json.dumps(json.loads((SAMPLES / "stream-json" / "result.json").read_bytes())).encode()
    assert len(of(result=whole + ended).counters) == 1


def test_trap_sum_of_results_and_fall_at_clear():
    """Naive: 0.26 USD, and a refund of 0.12 at /clear. Here: readings of each session, and 0.16 at its ends."""
    reading = sample(STREAM)
    naive = sum(row["total_cost_usd"] for row in parsed(STREAM) if row["type"] == "result")
    by_session: dict[str, list[float]] = {}
    for row in reading.counters:
        by_session.setdefault(row.session, []).append(row.value)
    assert round(naive, 2) == 0.26
    assert list(by_session.values()) == [[0.1, 0.14], [0.02]]
    assert round(sum(values[-1] for values in by_session.values()), 2) == 0.16


def test_trap_events_of_the_stream_repeat_the_answer():
    """Naive: 310 output tokens more."""
    events = sum(row["event"]["usage"]["output_tokens"] for row in parsed(STREAM) if row["type"] == "stream_event")
    assert (events, sum(one.output_tokens for one in sample(STREAM).requests)) == (310, 20)


def test_trap_a_stream_and_the_transcript_of_the_same_run():
    """Naive: the calls twice. The transcript's output is kept, the session is the same."""
    line = parsed(STREAM)[1]
    usage = line["message"]["usage"] | {"output_tokens": 300}
    other = {
        "type": "assistant",
        "sessionId": line["session_id"],
        "uuid": "t",
        "parentUuid": None,
        "timestamp": "2026-03-12T09:00:05Z",
        "message": line["message"] | {"usage": usage, "stop_reason": "tool_use"},
    }
    reading = of(run=STREAM.read_bytes(), transcript=[other])
    assert len(reading.requests) == 5
    assert reading.requests[0].output_tokens == 300
    assert len({one.session for one in reading.requests}) == 2


def test_a_message_of_the_stream_is_no_transcript_line_and_no_audit():
    """Newer transcripts name the session in both spellings."""
    message = parsed(STREAM)[1]
    for extra, wanted in (
        ({}, ["stream-json"]),
        ({"sessionId": "s"}, ["claude-code"]),
        ({"_audit_timestamp": "2026-03-10T09:00:00Z"}, ["cowork-audit"]),
    ):
        head = rows([message | extra])
        assert [importer.id for importer in IMPORTERS if importer.sniff(Path("x"), head)] == wanted


# Statistics cache


def test_days_of_a_statistics_cache_mix_input_and_output():
    """So they stand in none of the four counts."""
    reading = sample(SAMPLES / "stats-cache" / "version-1.json")
    days = [row for row in reading.buckets if row.mixed_tokens is not None]
    assert [(row.start.day, row.model, row.mixed_tokens, row.grouping) for row in days] == [
        (2, "claude-opus-4-6", 5000, "model-input-output"),
        (2, "claude-sonnet-4-6", 700, "model-input-output"),
        (3, "claude-opus-4-6", 6000, "model-input-output"),
    ]
    assert {(row.input_tokens, row.output_tokens, row.requests) for row in days} == {(None, None, None)}
    assert {row.end - row.start for row in days} == {timedelta(days=1)}
    totals = [row for row in reading.buckets if row.mixed_tokens is None]
    assert [(row.model, row.input_tokens, row.cache_read_tokens, row.cost_usd) for row in totals] == [
        ("claude-opus-4-6", 1000, 900_000, None),
        ("claude-sonnet-4-6", 200, 30_000, None),
    ]
    assert {(row.start, row.end) for row in totals} == {
        (datetime(2026, 3, 2, 8, tzinfo=UTC), datetime(2026, 3, 4, tzinfo=UTC))
    }


def test_days_of_version_5_count_all_kinds_and_names_of_one_model_are_added_up():
    reading = sample(SAMPLES / "stats-cache" / "version-5.json")
    (day,) = [row for row in reading.buckets if row.mixed_tokens is not None]
    (total,) = [row for row in reading.buckets if row.mixed_tokens is None]
    assert (day.mixed_tokens, day.grouping) == (250_000, "model-all-kinds")
    assert (total.input_tokens, total.cache_read_tokens, total.cost_usd) == (800, 250_000, 1.75)


def test_days_of_an_unknown_kind_are_not_read():
    document = json.loads((SAMPLES / "stats-cache" / "version-5.json").read_bytes()) | {"dailyModelTokensVersion": 6}
    reading = of(cache=json.dumps(document).encode())
    assert [row.mixed_tokens for row in reading.buckets] == [None]
    assert reading.tallies[0].types == {"day-activity": 1, "totals": 1, "unknown": 1}


def test_trap_a_cache_built_anew_is_lower():
    """Naive: a day of 9,000 from two copies, or a refund of 1,000. The later copy replaces the earlier one."""
    paths = [SAMPLES / "stats-cache" / name for name in ("version-1.json", "version-1-later.json")]
    documents = [json.loads(path.read_bytes()) for path in paths]
    naive = sum(document["dailyModelTokens"][0]["tokensByModel"]["claude-opus-4-6"] for document in documents)
    for order in (paths, paths[::-1]):
        reading = of(**{str(number): path.read_bytes() for number, path in enumerate(order)})
        (day,) = [
            row.mixed_tokens
            for row in reading.buckets
            if (row.start.day, row.model) == (2, "claude-opus-4-6") and row.mixed_tokens is not None
        ]
        assert (naive, day) == (9000, 4000)


def test_trap_running_totals_of_two_copies_are_no_sum():
    """Naive: 1,850,000 cache reads. Here: the first copy and what came since; an output that fell adds nothing."""
    paths = [SAMPLES / "stats-cache" / name for name in ("version-1.json", "version-1-later.json")]
    naive = sum(
        json.loads(path.read_bytes())["modelUsage"]["claude-opus-4-6"]["cacheReadInputTokens"] for path in paths
    )
    totals = [row for row in sample(*paths).buckets if row.mixed_tokens is None and row.model == "claude-opus-4-6"]
    assert (naive, sum(row.cache_read_tokens or 0 for row in totals)) == (1_850_000, 950_000)
    assert [row.output_tokens for row in totals] == [10_000, 0]


def test_trap_a_statistics_cache_adds_no_call():
    """It is another view of the calls in transcripts."""
    assert sample(SAMPLES / "stats-cache").requests == ()


def test_a_damaged_day_costs_only_itself():
    (tally,) = sample(SAMPLES / "stats-cache" / "version-1-later.json").tallies
    assert tally.skipped == {SkipReason.BAD_FIELD: 1, SkipReason.NEGATIVE_COUNT: 1}
    assert (tally.read, tally.used) == (8, 4)


def test_totals_without_dates_have_no_place():
    document = json.loads((SAMPLES / "stats-cache" / "version-1.json").read_bytes()) | {"lastComputedDate": None}
    assert of(cache=json.dumps(document).encode()).tallies[0].skipped == {SkipReason.NO_TIME: 1}


def test_a_whole_document_that_is_cut_is_one_skipped_row():
    cut = (SAMPLES / "stats-cache" / "version-1.json").read_bytes()[:-40]
    (tally,) = of(cache=cut).tallies
    assert (tally.read, tally.skipped) == (1, {SkipReason.NOT_JSON: 1})


# Prompt history


def test_history_of_client_2_1_60():
    """Prompts in words; slash and shell commands are none; a path at the start is no command."""
    reading = sample(SAMPLES / "history" / "client-2.1.60.jsonl")
    assert [(mark.kind, mark.value, mark.trigger) for mark in reading.marks] == [
        (MarkKind.PROMPT, 5, Trigger.NONE),
        (MarkKind.COMMAND, None, Trigger.MODEL),
        (MarkKind.COMMAND, None, Trigger.CUSTOM),
        (MarkKind.COMMAND, None, Trigger.OTHER),
        (MarkKind.PROMPT, 6, Trigger.NONE),
        (MarkKind.PROMPT, 5, Trigger.NONE),
    ]
    assert reading.marks[0].at == datetime(2026, 3, 11, 9, tzinfo=UTC)
    assert reading.marks[0].session == pseudonym("session", CLIENT, KEY)


def test_history_of_an_older_client_names_no_session():
    """Its prompts could not be told from those of transcripts."""
    reading = sample(SAMPLES / "history" / "client-2.0.10.jsonl")
    assert (reading.marks, reading.tallies[0].skipped) == ((), {SkipReason.NO_ID: 2})


def test_trap_a_prompt_stands_in_history_and_transcript():
    """Naive: two prompts. Here: one within ten seconds, the transcript's; one that waited for longer is kept."""
    typed = {"pastedContents": {}, "project": "x", "sessionId": CLIENT, "display": "canary-prompt please sort"}
    near = datetime(2026, 3, 10, 9, 0, 1, tzinfo=UTC)
    for seconds, prompts in ((0, 1), (-60, 2)):
        at = (near + timedelta(seconds=seconds)).timestamp() * 1000
        reading = of(history=[typed | {"timestamp": at}], transcript=transcript())
        assert [mark.kind for mark in reading.marks].count(MarkKind.PROMPT) == prompts
        assert reading.repeated_marks.get(MarkKind.PROMPT, 0) == 2 - prompts


def test_trap_two_copies_of_a_history_are_one():
    """Naive: twelve marks from the file and its backup. Here: six."""
    data = (SAMPLES / "history" / "client-2.1.60.jsonl").read_bytes()
    assert len(of(one=data, two=data).marks) == 6


# Prompts that waited, in transcripts


def queued(**fields: object) -> dict:
    attachment = {"type": "queued_command", "prompt": "canary-prompt also check this", **fields}
    return {
        "type": "attachment",
        "uuid": "t-3",
        "parentUuid": "t-2",
        "timestamp": "2026-03-10T09:02:00Z",
        "attachment": attachment,
    }


@pytest.mark.parametrize(
    ("fields", "mark"),
    [
        ({"commandMode": "prompt", "origin": {"kind": "human"}}, ("prompt", 4)),
        ({"commandMode": "prompt"}, ("prompt", 4)),
        ({}, ("prompt", 4)),
        ({"prompt": [{"type": "text", "text": "two words"}]}, ("prompt", 2)),
        ({"commandMode": "task-notification"}, ("automatic-prompt", None)),
        ({"origin": {"kind": "task-notification"}}, ("automatic-prompt", None)),
    ],
)
def test_a_prompt_that_waited_for_the_model_is_a_prompt(fields, mark):
    """It never becomes a user line of its own."""
    assert said(of(transcript=transcript(queued(**fields))))[1:] == [mark]


# All


@pytest.mark.parametrize("name", sorted(MINE))
def test_an_importer_gives_what_its_samples_show(name):
    reading = sample(SAMPLES / name)
    met = {need.id for need in NEEDS.values() if need.met(subjects(reading))}
    assert met == MINE[name].gives


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_a_sample_is_claimed_by_its_importer_only(path):
    head = path.read_bytes()[:65536]
    for start in (head, b"\xef\xbb\xbf" + head):
        assert [one.id for one in IMPORTERS if one.sniff(path, start)] == [path.parent.name]


@pytest.mark.parametrize("name", ["cowork-audit", "stream-json", "history"])
def test_a_damaged_first_line_does_not_hide_the_format(name):
    path = next(path for path in FILES if path.parent.name == name and path.suffix == ".jsonl")
    head = b"\x00broken\n" + path.read_bytes()
    assert [one.id for one in IMPORTERS if one.sniff(Path("x"), head)] == [name]


def test_a_first_line_longer_than_the_head_does_not_hide_an_audit():
    """The stamp ends the line: a prompt with a picture in it pushes it out of sight."""
    line = b'{"type":"user","message":{"content":"' + b"x" * 70_000
    assert COWORK_AUDIT.sniff(Path(COWORK_FOLDER, "audit.jsonl"), line[:65536])
    assert not COWORK_AUDIT.sniff(Path("other", "audit.jsonl"), line[:65536])


@pytest.mark.parametrize(
    "row",
    [
        {"type": "result", "session_id": "s", "result": 1},
        {"type": "assistant", "message": {}},
        {"type": "system", "sessionId": "s", "session_id": "s"},
        {"display": "x", "timestamp": 1},
        {"lastComputedDate": "2026-03-01"},
        {"dailyActivity": []},
        ["lastComputedDate", "dailyActivity"],
    ],
)
def test_other_json_is_left_alone(row):
    assert not [name for name, importer in MINE.items() if importer.sniff(Path("x"), rows([row]))]


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_no_text_of_a_sample_leaves(path):
    reading = sample(path)
    out = msgspec.json.encode((reading, MINE[path.parent.name].parse(path, 0, KEY))).decode().lower()
    words = ("canary", "invented", "secret", "0000-4000", "msg_01", "req_01", "toolu", "folder", "session limit")
    assert not [word for word in words if word in out]


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_the_account_of_a_sample_balances(path):
    (tally,) = sample(path).tallies
    assert tally.balances
    assert tally.bytes == path.stat().st_size
    assert sum(tally.types.values()) == tally.used + tally.other + tally.recovered


def take_any(name: str, data: bytes) -> None:
    extract = MINE[name].read(io.BytesIO(data), Path("x"), 0, KEY)
    tally = extract.tallies[0]
    assert tally.balances
    assert tally.bytes == len(data)
    assert msgspec.json.decode(msgspec.json.encode(extract), type=type(extract)) == extract


@given(st.sampled_from(sorted(MINE)), st.binary(max_size=300))
def test_any_bytes_are_accounted_for(name, data):
    take_any(name, data)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 10**20) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
LINES = [row for path in (AUDIT, STREAM, SAMPLES / "history" / "client-2.1.60.jsonl") for row in parsed(path)]
DOCUMENT = json.loads((SAMPLES / "stats-cache" / "version-1.json").read_bytes())


@given(st.sampled_from(LINES), st.data())
def test_any_value_in_any_field_is_accounted_for(line, data):
    field = data.draw(st.sampled_from(sorted(line)))
    changed = line | {field: data.draw(json_values)}
    for name in ("cowork-audit", "stream-json", "history"):
        take_any(name, rows([line, changed, line]))


@given(st.sampled_from(sorted(DOCUMENT)), json_values)
def test_any_value_in_any_field_of_a_document_is_accounted_for(field, value):
    take_any("stats-cache", json.dumps(DOCUMENT | {field: value}).encode())


@settings(max_examples=drawn(200))
@given(st.sampled_from(FILES), st.data())
def test_any_damage_is_accounted_for(path, data):
    whole = path.read_bytes()
    at = data.draw(st.integers(0, len(whole)))
    patch = data.draw(st.binary(max_size=6) | st.sampled_from([b"\x00", b"null", b"\n", b"[", b"1e400", b'"']))
    take_any(path.parent.name, whole[:at] + patch + whole[at + data.draw(st.integers(0, 40)) :])


@given(st.permutations(FILES[:4]))
def test_the_order_of_files_changes_nothing(paths):
    """Copies of the calls fold to the same records."""
    calls = [msgspec.structs.replace(one, source=None) for one in of_paths(paths).requests]  # type: ignore[arg-type]
    wanted = [msgspec.structs.replace(one, source=None) for one in of_paths(FILES[:4]).requests]  # type: ignore[arg-type]
    assert calls == wanted


def of_paths(paths: Iterable[Path]) -> LogData:
    return of(**{f"{number}": path.read_bytes() for number, path in enumerate(paths)})
