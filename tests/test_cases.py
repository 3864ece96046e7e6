"""Inputs of reports and of real logs that were read wrongly once, each with a sibling made by editing it."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from msgspec.structs import replace

from generator.detectors import DETECTORS, run
from generator.importers import read_bytes
from generator.ledger.prices import cost
from generator.ledger.subjects import arranged, subjects
from generator.packs.examine import examine
from generator.records.results import Level
from generator.records.rows import MarkKind, Role

CASES = Path(__file__).resolve().parents[2] / "shared" / "cases"
KEY = b"key of a test"

pytestmark = pytest.mark.skipif(
    not CASES.is_dir() and os.environ.get("WITNESSMARK_CORPORA") != "required", reason="../shared/cases is absent"
)
VENDORS = (
    (r'("id": ?"|"requestId": ?"req_)msg_(?!01)', r"\1msg_01"),
    (r'"req_(?!01|msg)', '"req_01'),
    (r'"req_msg', '"req_01msg'),
)
"""Edits that turn made-up ids into ones as the vendor gives them, so that no gateway explains anything."""


class Case:
    """What is read of an input. Each edit is a pattern with what takes its place; every one must change something."""

    def __init__(self, name: str, *edits: tuple[str, str], only: str = "") -> None:
        folder = CASES / name / "input"
        found = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        for pattern, instead in edits:
            edited = {
                file: re.sub(pattern.encode(), instead.encode(), data) if only in file else data
                for file, data in found.items()
            }
            assert edited != found or pattern == instead or (pattern, instead) in VENDORS, pattern
            found = edited
        self.files = found
        self.log = read_bytes(found, key=KEY)
        self.shown = subjects(self.log)

    @property
    def found(self) -> dict[str, int]:
        """Findings by detector."""
        return {result.detector: result.found for result in (run(one, self.shown) for one in DETECTORS) if result.found}

    @property
    def reasons(self) -> list[str]:
        """Of the breaks, in order."""
        return [step.reason for thread in self.shown.threads for step in thread.steps if step.reason]

    @property
    def usd(self) -> float:
        """List price of all calls and rounds."""
        return sum(cost(one) or 0.0 for one in (*self.log.requests, *self.log.rounds))

    @property
    def prompts(self) -> list[int]:
        return sorted(request.total_tokens for request in self.log.requests)


def near(usd: float):
    return pytest.approx(usd, abs=0.0002)


# Rounds of one answer


@pytest.mark.parametrize("ids", [(), VENDORS])
def test_report_01_the_context_is_that_of_the_last_round_and_the_advisor_is_billed(ids):
    case = Case("report-01-advisor-iterations", *ids)
    assert (case.reasons, case.found) == ([], {})
    assert case.usd == near(1.5177)
    assert [(one.role, one.model) for one in case.log.rounds] == [(Role.ADVISOR, "claude-opus-4-7")]


def test_report_01_sibling_a_larger_advisor_costs_more_and_a_loss_after_the_rounds_is_found():
    assert Case("report-01-advisor-iterations", ("110000", "210000")).usd == near(1.5177 + 0.1 * 5)
    loss = (
        r'"cache_creation_input_tokens":900,"cache_read_input_tokens":107600',
        '"cache_creation_input_tokens":60900,"cache_read_input_tokens":47600',
    )
    case = Case("report-01-advisor-iterations", *VENDORS, loss)
    # 108,500 tokens were to be read after it, which the next request does: the old prefix was still there
    assert (case.reasons, case.found) == (["unexplained"], {"cache-break": 1})
    assert case.shown.threads[0].steps[1].excess_tokens == 60_000


def test_report_02_two_rounds_below_200_000_tokens_are_no_long_context():
    case = Case("report-02-iterations-over-200k")
    assert (case.found, case.usd) == ({}, near(0.7425))
    assert [request.context for request in case.log.requests] == [110_003, 112_301]


def test_report_02_sibling_a_last_round_above_200_000_tokens_is_one():
    more = ('"cache_read_input_tokens":112000', '"cache_read_input_tokens":212000')
    assert Case("report-02-iterations-over-200k", more).found == {"long-context-premium": 1}


def test_report_03_what_is_new_after_several_rounds_is_no_break():
    for ids in ((), VENDORS):
        case = Case("report-03-iterations-hide-break", *ids)
        assert (case.reasons, case.found) == ([], {})


def test_report_03_sibling_a_break_that_the_sum_would_hide_is_found():
    """Of 102,900 tokens 22,900 are read."""
    lost = (
        '"cache_creation_input_tokens":160000,"cache_read_input_tokens":102900',
        '"cache_creation_input_tokens":240000,"cache_read_input_tokens":22900',
    )
    case = Case("report-03-iterations-hide-break", *VENDORS, lost)
    assert case.found == {"cache-break": 1}
    assert case.shown.threads[0].steps[-1].excess_tokens == 80_000


def test_report_05_the_model_is_that_of_the_final_line_and_what_was_declined_is_shown_apart():
    case = Case("report-05-midstream-fallback-price")
    assert [request.model for request in case.log.requests] == ["claude-fable-5", "claude-opus-4-8"]
    assert sum(cost(request) for request in case.log.requests) == near(1.7864)
    (declined,) = case.log.rounds
    assert (declined.role, declined.model) == (Role.DECLINED, "claude-fable-5")
    assert case.usd <= 1.7864 + 0.3100


def test_report_05_sibling_another_fallback_has_its_own_price():
    case = Case("report-05-midstream-fallback-price", ("claude-opus-4-8", "claude-sonnet-4-6"))
    assert case.log.requests[1].model == "claude-sonnet-4-6"
    assert cost(case.log.requests[1]) == near(2 * 3e-6 + 79_214 * 0.3e-6 + 13_658 * 15e-6)


def test_report_23_a_compaction_round_is_billed_beside_its_answer():
    case = Case("report-23-compaction-iteration")
    assert case.usd == near(2.1288)
    assert [(one.input_tokens, one.output_tokens) for one in case.log.rounds] == [(180_000, 3_500)]
    assert [request.compacted for request in case.log.requests] == [False, True]


def test_report_23_sibling_of_another_size():
    assert Case("report-23-compaction-iteration", ("180000", "90000")).usd == near(2.1288 - 0.09 * 5)


def test_report_25_searches_are_counted_and_said_to_be_charged_apart():
    for searches in (100, 7):
        case = Case("report-25-web-search", ('"web_search_requests":100', f'"web_search_requests":{searches}'))
        pack = examine(case.log, id="case", simulated=False, level=Level.FULL, tool_version="0.1.0")
        assert pack.totals.web_searches == searches
        assert case.usd == near(0.1013)


# Other makers' models and relays


@pytest.mark.parametrize(("name", "calls"), [("real-01-other-makers-model", 6), ("report-07-third-party-model", 8)])
@pytest.mark.parametrize("model", ["", "kimi-k2-thinking", "acme-qwen3", "z-ai/glm-4.6:free"])
def test_real_01_and_report_07_another_makers_model_is_counted_and_not_judged(name, calls, model):
    edits = ((r'"model": ?"[^"<]+"', f'"model":"{model}"'),) if model else ()
    case = Case(name, *edits)
    assert (case.found, case.reasons, len(case.shown.foreign)) == ({}, [], calls)


def test_real_01_sibling_the_same_calls_of_claude_are_judged():
    case = Case("real-01-other-makers-model", ("glm-5.1", "claude-opus-4-6"), (r"msg_0000", "msg_0100"))
    assert case.found == {"uncached-input": 1}


@pytest.mark.parametrize("prefix", ["", "gen-", "chatcmpl-", "resp_"])
def test_real_02_ids_of_a_gateway_explain_what_is_not_cached(prefix):
    edits = ((r'"id": ?"[^"]+"(?=, "type": "message")', f'"id":"{prefix}7"'),) if prefix else ()
    case = Case("real-02-gateway-ids", *edits)
    assert "uncached-input" not in case.found
    assert all(request.gateway for request in case.log.requests)


def test_real_02_sibling_with_ids_of_the_vendor_it_is_a_finding():
    case = Case("real-02-gateway-ids", (r'"id": ?"([0-9a-zA-Z_-]+)"(?=, "type": "message")', r'"id":"msg_01\1"'))
    assert not any(request.gateway for request in case.log.requests)
    assert case.found.get("uncached-input")


def test_report_13_an_id_that_a_relay_repeats_is_six_calls_of_two_sessions():
    case = Case("report-13-relay-reuses-message-id")
    assert (len(case.log.requests), sum(case.prompts)) == (6, 609_000)
    assert len({request.session for request in case.log.requests}) == 2


def test_report_13_sibling_with_the_same_size_at_each_prompt():
    same = Case("report-13-relay-reuses-message-id", (r'"input_tokens": ?10[0-9]000', '"input_tokens":100000'))
    assert same.prompts == [100_000] * 6


def test_report_14_one_id_with_four_request_ids_is_four_calls():
    assert Case("report-14-one-id-many-request-ids").prompts == [1_000, 1_001, 1_002, 1_003]


@pytest.mark.parametrize("edit", [("msg_proxy", "msg_01proxy"), ("msg_proxy", "gen-1"), ("glm-5.1", "claude-opus-4-6")])
def test_report_14_siblings_by_another_id_or_model(edit):
    assert Case("report-14-one-id-many-request-ids", edit).prompts == [1_000, 1_001, 1_002, 1_003]


def test_report_18_every_spelling_is_the_model_it_names_and_mythos_has_a_price():
    case = Case("report-18-mythos-price")
    named = [(request.model, cost(request)) for request in case.log.requests]
    assert named == [
        ("claude-opus-4-6", near(5)), ("claude-opus-4-5-20251101", near(5)), ("claude-opus-4-6", near(5)),
        ("claude-opus-4-6", near(5)), ("claude-mythos-5-1", near(10)), ("claude-opus-4-6-fast", None),
    ]  # fmt: skip


def test_report_18_sibling_other_spellings():
    case = Case(
        "report-18-mythos-price",
        (r"us\.anthropic\.claude-opus-4-6", "bedrock/eu.anthropic.claude-mythos-5-1"),
        ('claude-mythos-5-1"', 'claude-mythos-5"'),
    )
    assert [cost(case.log.requests[place]) for place in (0, 4)] == [near(10), near(10)]
    assert case.log.requests[4].model == "claude-mythos-5"


def test_real_13_an_alias_is_the_model_that_answered():
    assert Case("real-13-alias").found == {}


@pytest.mark.parametrize(
    ("asked", "answered", "found"),
    [
        ("claude-opus-4-0", "claude-opus-4-20250514", {}),
        ("claude-3-7-sonnet-latest", "claude-3-7-sonnet-20250219", {}),
        ("claude-haiku-4-5", "claude-haiku-4-5-20251001", {}),
        ("claude-opus-4-0", "claude-sonnet-4-20250514", {"served-model": 2}),
        ("claude-sonnet-4-5", "claude-sonnet-4-20250514", {"served-model": 2}),
    ],
)
def test_real_13_siblings(asked, answered, found):
    edits = (("claude-sonnet-4-20250514", answered), ("claude-sonnet-4-0", asked))
    assert Case("real-13-alias", *edits).found == found


# The tree of lines


@pytest.mark.parametrize("ids", [(), VENDORS])
def test_report_12_after_a_rewind_the_prefix_is_that_of_the_line_above(ids):
    case = Case("report-12-rewind-larger-prompt", *ids)
    assert (case.found, case.reasons) == ({}, [])
    assert sum(step.excess_tokens for thread in case.shown.threads for step in thread.steps) == 0


def test_report_12_sibling_a_rewind_that_also_loses_its_prefix_is_found():
    lost = (
        '"cache_creation_input_tokens":14000,"cache_read_input_tokens":90000',
        '"cache_creation_input_tokens":84000,"cache_read_input_tokens":20000',
    )
    assert Case("report-12-rewind-larger-prompt", *VENDORS, lost).found == {
        "cache-break": 1,
        "short-prompt-overbilled": 1,
    }


def test_log_3_each_of_two_branches_reads_what_its_own_parent_left():
    case = Case("log-3-two-branches")
    assert (len(case.log.requests), case.found, case.reasons) == (9, {}, [])


def test_log_3_sibling_without_the_tree_the_same_rows_would_break():
    flat = Case("log-3-two-branches", (r'"parentUuid": ?"[^"]+"', '"parentUuid":null'))
    assert flat.reasons


# What explains a break, and what does not


def test_log_2_entering_and_leaving_a_turn_without_thinking():
    case = Case("log-2-thinking-off-turn")
    assert (case.reasons, case.found) == (["thinking-changed"] * 2, {})


def test_log_2_sibling_where_no_line_states_thinking_the_break_at_the_prompt_is_found():
    case = Case(
        "log-2-thinking-off-turn", (r'"maxThinkingTokens": ?31999', '"maxThinkingTokens":0'), ('"thinking"', '"text"')
    )
    assert case.reasons == ["command", "unexplained"]


def test_log_4_entries_of_five_minutes_do_not_serve_an_hour():
    case = Case("log-4-lifetime-switch-5m-1h")
    assert (case.reasons, case.found) == (["lifetime-switch"], {})


def test_log_4_sibling_from_an_hour_to_five_minutes_the_entries_serve():
    swap = (
        (r'"ephemeral_5m_input_tokens"', '"ephemeral_X_input_tokens"'),
        (r'"ephemeral_1h_input_tokens"', '"ephemeral_5m_input_tokens"'),
        (r'"ephemeral_X_input_tokens"', '"ephemeral_1h_input_tokens"'),
    )
    case = Case("log-4-lifetime-switch-5m-1h", *swap)
    assert case.reasons == ["unexplained"]
    assert "cache-break" in case.found


def test_log_6_a_retry_many_good_calls_before_explains_nothing():
    case = Case("log-6-retry-14-minutes-before")
    assert case.reasons == ["unexplained"]
    assert case.found == {"cache-break": 1, "premature-expiry": 1}


def test_log_6_sibling_a_retry_just_before_explains():
    case = Case("log-6-retry-14-minutes-before")
    (retry,) = (mark for mark in case.log.marks if mark.kind is MarkKind.RETRY)
    lost = next(step for step in case.shown.threads[0].steps if step.reason)
    moved = [replace(mark, at=lost.before.ended) if mark is retry else mark for mark in case.log.marks]
    (step,) = (step for step in arranged(case.log.requests, moved).threads[0].steps if step.reason)
    assert step.reason == "retry"


def test_real_03_an_older_model_drops_its_thinking():
    case = Case("real-03-thinking-dropped")
    assert (case.reasons, case.found) == (["thinking-dropped"], {})


@pytest.mark.parametrize(
    ("model", "reason"), [("claude-opus-4-1-20250805", "thinking-dropped"), ("claude-sonnet-4-6", "unexplained")]
)
def test_real_03_siblings_by_model(model, reason):
    assert Case("real-03-thinking-dropped", (r'"model": ?"claude-[^"]+"', f'"model":"{model}"')).reasons == [reason]


def test_real_04_the_date_changed():
    case = Case("real-04-midnight")
    assert (case.reasons, case.found) == (["date-change"], {})


def test_real_04_sibling_on_one_day_it_has_not():
    """What was written before midnight is moved to a minute after it."""
    case = Case(
        "real-04-midnight", ("2026-03-11T00:00:", "2026-03-11T00:02:"), ("2026-03-10T23:59:", "2026-03-11T00:01:")
    )
    assert case.reasons == ["unexplained"]


def test_real_06_a_new_process_of_the_sdk_is_a_resume():
    case = Case("real-06-sdk-resume")
    assert (case.reasons, case.found) == (["resume"] * 4, {"resume-miss": 4})


def test_real_06_sibling_without_the_queue_they_are_breaks():
    case = Case("real-06-sdk-resume", ('"queue-operation"', '"mode"'))
    assert "resume-miss" not in case.found
    assert case.found["cache-break"] == 4


def test_real_07_the_call_that_writes_the_summary():
    case = Case("real-07-compaction-call")
    assert (case.reasons, case.found) == (["compaction-call"], {})


def test_real_07_sibling_of_another_agent_it_is_found():
    path = "11111111-1111-4111-8111-111111111111/subagents/agent-acompact-0123456789abcdef.jsonl"
    case = Case("real-07-compaction-call")
    renamed = {path.replace("acompact-", ""): data.replace(b"acompact-", b"") for data in case.files.values()}
    shown = subjects(read_bytes(renamed, key=KEY))
    assert [step.reason for thread in shown.threads for step in thread.steps if step.reason] == ["unexplained"]


def test_report_15_what_a_new_process_writes_down_again_may_be_a_restart():
    for ids in ((), VENDORS):
        case = Case("report-15-resume-without-hook", *ids)
        assert (case.reasons, case.found) == (["restart"], {})


def test_report_15_sibling_two_kinds_of_such_lines_tell_nothing():
    case = Case("report-15-resume-without-hook", *VENDORS, ('"type": ?"(?:custom-title|mode)"', '"type":"ai-title"'))
    assert case.reasons == ["unexplained"]
    assert case.found["cache-break"] == 1


def test_report_17_an_answer_longer_than_the_lifetime_may_outlive_its_entry():
    for ids in ((), VENDORS):
        case = Case("report-17-long-answer-5m", *ids)
        assert (case.reasons, case.found) == (["lifetime-ambiguous"], {})


def test_report_17_sibling_an_answer_of_half_a_minute_may_not():
    case = Case("report-17-long-answer-5m", *VENDORS, ("T10:07:", "T10:00:"), ("T10:00:21", "T10:00:16"))
    assert case.reasons == ["unexplained"]


def test_report_24_agents_that_sum_up_an_idle_session_are_a_storm():
    case = Case("report-24-acompact-loop")
    assert case.found == {"compaction-storm": 1}


def test_report_24_sibling_two_of_them_an_hour_apart_are_none():
    far = Case("report-24-acompact-loop", (r"T13:5([0-4]):", r"T1\1:50:"))
    assert "compaction-storm" not in far.found
