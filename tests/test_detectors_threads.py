"""Edges of the thread detectors that their worked examples do not show."""

from __future__ import annotations

import msgspec
import pytest
from builders import mark, request, steady
from hypothesis import given
from hypothesis import strategies as st

from generator.detectors.context_drift import CONTEXT_DRIFT
from generator.detectors.retry_storm import RETRY_STORM
from generator.detectors.session_reset import SESSION_RESET
from generator.detectors.shared.running import run
from generator.detectors.silent_trim import SILENT_TRIM
from generator.detectors.synthetic_refusal import SYNTHETIC_REFUSAL
from generator.detectors.truncated_results import TRUNCATED_RESULTS
from generator.detectors.uncached_input import UNCACHED_INPUT
from generator.ledger.subjects import arranged
from generator.records.results import Outcome
from generator.records.rows import ServiceTier, Trigger

MINUTE = 60


def result(detector, requests, marks=()):
    return run(detector, arranged(requests, marks))


def says(detector, requests, marks=()):
    """(findings, explanations) of one log."""
    told = result(detector, requests, marks)
    assert told.outcome is not Outcome.FAILED
    return told.found, told.explained


def quantities(finding):
    return {quantity.name: quantity.value for quantity in finding.quantities}


def sized(number, at, size, read=0, **fields):
    """A request whose prompt holds `size` tokens, `read` of them from cache."""
    return request(number, at, read, size - read, input_tokens=0, **fields)


def fall(start, end, *more, gap=20, **fields):
    """Two prompts of these sizes, and further ones."""
    return [
        sized(number, number * gap, size, read=min(20_000, size), **(fields if number else {}))
        for number, size in enumerate((start, end, *more))
    ]


# --- session-reset and silent-trim -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("end", "resets", "trims"),
    [(40_000, 1, 0), (40_001, 0, 1), (96_999, 0, 1), (97_000, 0, 0), (100_000, 0, 0)],
)
def test_two_fifths_separate_a_reset_from_a_trim_and_97_percent_a_trim_from_nothing(end, resets, trims):
    rows = fall(100_000, end)
    assert (says(SESSION_RESET, rows)[0], says(SILENT_TRIM, rows)[0]) == (resets, trims)


@given(st.lists(st.integers(1, 200_000), min_size=2, max_size=6))
def test_no_step_is_both_a_reset_and_a_trim(sizes):
    rows = fall(*sizes)
    cited = [{f.requests for f in result(detector, rows).findings} for detector in (SESSION_RESET, SILENT_TRIM)]
    assert not cited[0] & cited[1]


@pytest.mark.parametrize(("detector", "start", "share"), [(SESSION_RESET, 60_000, 0.3), (SILENT_TRIM, 20_000, 0.8)])
def test_a_smaller_prompt_is_not_examined(detector, start, share):
    assert result(detector, fall(start, int(share * start))).found == 1
    assert result(detector, fall(start - 1, int(share * start))).outcome is Outcome.NOT_MEASURABLE


@pytest.mark.parametrize(("detector", "end"), [(SESSION_RESET, 30_000), (SILENT_TRIM, 80_000)])
@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("compaction", "compaction"),
        ("compact-summary", "compaction"),
        ("microcompaction", "microcompaction"),
        ("context-edit", "microcompaction"),
        ("resume", "resume"),
        ("clear", "resume"),
        ("start", "resume"),
        ("command", "command"),
        ("interrupt", "interrupt"),
        ("retry", "retry"),
        ("api-error", "retry"),
    ],
)
def test_each_kind_of_mark_explains_a_fall_only_where_it_lies_in_between(detector, end, kind, reason):
    rows = fall(100_000, end)
    assert says(detector, rows, [mark(kind, 10)]) == (0, {reason: 1})
    assert says(detector, rows, [mark(kind, 0)]) == (1, {})
    assert says(detector, rows, [mark(kind, 22)]) == (1, {})


@pytest.mark.parametrize("kind", ["tools-change", "image"])
def test_tools_and_images_explain_a_trim_and_no_reset(kind):
    assert says(SILENT_TRIM, fall(100_000, 80_000), [mark(kind, 10)]) == (0, {kind: 1})
    assert says(SESSION_RESET, fall(100_000, 30_000), [mark(kind, 10)]) == (1, {})


@pytest.mark.parametrize("kind", ["prompt", "automatic-prompt", "scheduled-task"])
def test_whatever_begins_a_turn_ends_the_tool_loop_and_explains_no_reset(kind):
    assert says(SILENT_TRIM, fall(100_000, 80_000), [mark(kind, 10)]) == (0, {"turn-begins": 1})
    assert says(SESSION_RESET, fall(100_000, 30_000), [mark(kind, 10)]) == (1, {})


@pytest.mark.parametrize(("detector", "end"), [(SESSION_RESET, 30_000), (SILENT_TRIM, 95_000)])
def test_a_side_call_is_one_after_which_the_old_size_is_reached_again(detector, end):
    assert says(detector, fall(100_000, end, 100_000)) == (0, {"side-call": 1})
    assert says(detector, fall(100_000, end, 99_999))[0] == 1


def test_the_request_after_the_next_says_nothing_of_a_side_call():
    assert says(SILENT_TRIM, fall(100_000, 90_000, 91_000, 101_000))[0] == 1


@pytest.mark.parametrize(("detector", "end"), [(SESSION_RESET, 30_000), (SILENT_TRIM, 80_000)])
def test_an_unknown_version_is_no_upgrade(detector, end):
    assert says(detector, fall(100_000, end, version="")) == (1, {})
    assert says(detector, fall(100_000, end, version="2.1.77")) == (0, {"version-change": 1})
    assert says(detector, fall(100_000, end, model="claude-haiku-4-5")) == (0, {"model-switch": 1})


@pytest.mark.parametrize(("detector", "end"), [(SESSION_RESET, 30_000), (SILENT_TRIM, 80_000)])
def test_sub_agents_and_calls_mirrored_in_a_parent_are_not_examined(detector, end):
    rows = fall(100_000, end)
    for fields in ({"agent": "a" * 16}, {"nested": True}):
        changed = [msgspec.structs.replace(row, **fields) for row in rows]
        assert result(detector, changed).outcome is Outcome.NOT_MEASURABLE


@pytest.mark.parametrize(("detector", "end"), [(SESSION_RESET, 30_000), (SILENT_TRIM, 80_000)])
def test_after_the_lifetime_nothing_is_counted_as_excess(detector, end):
    soon = result(detector, fall(100_000, end, gap=30 * MINUTE)).findings[0]
    late = result(detector, fall(100_000, end, gap=70 * MINUTE)).findings[0]
    assert soon.excess_tokens == end - 20_000
    assert soon.excess_usd > 0
    assert (late.excess_tokens, late.excess_usd) == (0, 0.0)


def test_the_usual_rules_count_explained_falls_too():
    marks = [mark("compaction", 10)]
    assert result(SESSION_RESET, fall(100_000, 30_000), marks).naive == 1
    assert result(SILENT_TRIM, fall(100_000, 80_000), marks).naive == 1
    assert result(SESSION_RESET, fall(100_000, 80_000)).naive == 0


# --- truncated-results -------------------------------------------------------------------------------------------


def tool_results(*sizes, gap=20):
    return [
        msgspec.structs.replace(row, result_bytes=size)
        for row, size in zip(steady(len(sizes), gap=gap), sizes, strict=True)
    ]


def test_five_results_of_fifty_bytes_after_200_000_are_the_least_that_counts():
    full, short = [20_000] * 10, [50] * 5
    assert says(TRUNCATED_RESULTS, tool_results(*full, *short)) == (1, {})
    assert says(TRUNCATED_RESULTS, tool_results(*full, *short[1:])) == (0, {})
    assert says(TRUNCATED_RESULTS, tool_results(19_999, *full[1:], *short)) == (0, {})
    assert says(TRUNCATED_RESULTS, tool_results(*full, 51, *short[1:])) == (0, {})


def test_each_run_is_one_finding_and_names_its_ends():
    full, short = [20_000] * 20, [3] * 5
    rows = tool_results(*full, *short, *full, *short)
    findings = sorted(result(TRUNCATED_RESULTS, rows).findings, key=lambda one: one.at)
    assert [one.requests for one in findings] == [(rows[20].id, rows[24].id), (rows[45].id, rows[49].id)]
    assert quantities(findings[0]) == {"short-results": 5, "bytes-before": 400_000, "short-before": 0}


def test_exactly_a_fifth_of_short_results_is_not_yet_usual():
    assert says(TRUNCATED_RESULTS, tool_results(10, 10, *[30_000] * 8, *[5] * 5)) == (1, {})
    assert says(TRUNCATED_RESULTS, tool_results(10, 10, *[30_000] * 7, *[5] * 5)) == (0, {"always-short": 1})


def test_the_budget_is_counted_from_the_last_compaction():
    """Eight results of 50,000 bytes, two minutes apart: four of them follow 470 s, three follow 490 s."""
    rows = tool_results(*[50_000] * 8, *[5] * 5, gap=2 * MINUTE)
    assert says(TRUNCATED_RESULTS, rows, [mark("compaction", 470)]) == (1, {})
    assert says(TRUNCATED_RESULTS, rows, [mark("compaction", 490)]) == (0, {})
    assert says(TRUNCATED_RESULTS, rows, [mark("compact-summary", 490)]) == (0, {})
    assert says(TRUNCATED_RESULTS, rows, [mark("compaction", 470), mark("compaction", 20)]) == (1, {})


@pytest.mark.parametrize("kind", ["microcompaction", "context-edit"])
def test_a_clearing_on_record_explains_a_run_of_short_results(kind):
    rows = tool_results(*[50_000] * 8, *[5] * 5, gap=4 * MINUTE)
    start = 8 * 4 * MINUTE + 1  # first line of the first short answer
    assert says(TRUNCATED_RESULTS, rows, [mark(kind, start - 5 * MINUTE)]) == (0, {"documented-clearing": 1})
    assert says(TRUNCATED_RESULTS, rows, [mark(kind, start - 5 * MINUTE - 1)]) == (1, {})


@pytest.mark.parametrize("kind", ["microcompaction", "context-edit", "compaction", "compact-summary"])
def test_a_note_of_removal_is_explained_by_a_clearing_in_the_five_minutes_before(kind):
    rows = tool_results(900, 35, gap=10 * MINUTE)
    note = mark("result-cleared", 600, value=1)
    assert says(TRUNCATED_RESULTS, rows, [mark(kind, 300), note]) == (0, {"documented-clearing": 1})
    assert says(TRUNCATED_RESULTS, rows, [mark(kind, 299), note]) == (1, {})
    assert says(TRUNCATED_RESULTS, rows, [mark(kind, 601), note]) == (1, {})


def test_notes_of_removal_near_each_other_are_one_finding_with_their_sum():
    rows = tool_results(900, 900)
    notes = [mark("result-cleared", at, value=value) for at, value in ((100, 3), (400, None), (701, 2))]
    told = result(TRUNCATED_RESULTS, rows, notes)
    assert sorted(quantities(one)["removed-results"] for one in told.findings) == [2, 4]
    assert told.naive == 3


def test_short_results_that_are_notes_of_removal_are_found_once():
    rows = tool_results(*[50_000] * 8, *[35] * 5)
    assert says(TRUNCATED_RESULTS, rows, [mark("result-cleared", 161, value=1)]) == (1, {})


# --- context-drift -----------------------------------------------------------------------------------------------


def working(first, second, half=50):
    """A thread whose halves hold (reads, edits), spread over their first requests."""
    rows = steady(2 * half)
    for place, (reads, edits) in ((0, first), (half, second)):
        for number in range(half):
            rows[place + number] = msgspec.structs.replace(
                rows[place + number],
                file_reads=reads // half + (number < reads % half),
                file_edits=edits // half + (number < edits % half),
            )
    return rows


def test_the_ratio_falls_to_two_fifths_of_at_least_two():
    assert says(CONTEXT_DRIFT, working((100, 50), (40, 50))) == (1, {})
    assert says(CONTEXT_DRIFT, working((100, 50), (41, 50))) == (0, {})
    assert says(CONTEXT_DRIFT, working((99, 50), (10, 50))) == (0, {})
    assert result(CONTEXT_DRIFT, working((99, 50), (10, 50))).naive == 1


def test_ten_edits_in_each_half_are_enough_and_none_at_all_is_no_ratio():
    assert says(CONTEXT_DRIFT, working((100, 10), (10, 10))) == (1, {})
    assert says(CONTEXT_DRIFT, working((100, 9), (10, 10))) == (0, {"few-edits": 1})
    assert says(CONTEXT_DRIFT, working((100, 10), (9, 9))) == (0, {"few-edits": 1})
    for halves in (((100, 0), (10, 10)), ((100, 10), (10, 0))):
        told = result(CONTEXT_DRIFT, working(*halves))
        assert (told.found, told.explained, told.naive) == (0, {}, 0)


def test_a_thread_of_99_requests_is_not_measurable_nor_one_without_tool_uses():
    rows = working((100, 50), (25, 50))
    assert result(CONTEXT_DRIFT, rows).examined == 1
    assert result(CONTEXT_DRIFT, rows[1:]).outcome is Outcome.NOT_MEASURABLE
    assert result(CONTEXT_DRIFT, steady(100)).outcome is Outcome.NOT_MEASURABLE


@pytest.mark.parametrize(
    "change",
    [
        mark("effort-change", 500),
        mark("model-switch", 500),
        mark("command", 500, trigger=Trigger.MODEL),
        mark("command", 500, trigger=Trigger.EFFORT),
        mark("command", 500, trigger=Trigger.FAST),
    ],
)
def test_a_changed_setting_explains_the_fall(change):
    assert says(CONTEXT_DRIFT, working((100, 50), (25, 50)), [change]) == (0, {"effort-change": 1})


def test_another_model_explains_the_fall_and_another_command_does_not():
    rows = working((100, 50), (25, 50))
    other = [*rows[:50], *(msgspec.structs.replace(row, model="claude-sonnet-4-6") for row in rows[50:])]
    assert says(CONTEXT_DRIFT, other) == (0, {"effort-change": 1})
    assert says(CONTEXT_DRIFT, rows, [mark("command", 500, trigger=Trigger.OTHER)]) == (1, {})
    assert says(CONTEXT_DRIFT, rows, [mark("compact-summary", 500)]) == (0, {"compaction": 1})


def test_drift_is_never_more_than_a_proxy():
    (finding,) = result(CONTEXT_DRIFT, working((100, 50), (25, 50))).findings
    assert (finding.grade, finding.excess_tokens) == ("D", 0)
    assert CONTEXT_DRIFT.proxy_for
    assert CONTEXT_DRIFT.decided_by


# --- retry-storm -------------------------------------------------------------------------------------------------

ANSWERED = [request(0, 0, 50_000, 1_000), request(1, 9_000, 51_000, 1_000)]


def failures(*times, kind="retry", value=1):
    return [mark(kind, at, line=900 + number, value=value) for number, at in enumerate(times)]


def test_five_errors_within_exactly_ten_minutes_are_a_storm():
    assert says(RETRY_STORM, ANSWERED, failures(100, 200, 300, 400, 700)) == (1, {})
    assert says(RETRY_STORM, ANSWERED, failures(100, 200, 300, 400, 701)) == (0, {"spread-out": 1})
    assert says(RETRY_STORM, ANSWERED, failures(100, 200, 300, 400)) == (0, {})


def test_a_fifth_attempt_is_a_storm_even_where_the_others_were_not_written_down():
    assert says(RETRY_STORM, ANSWERED, failures(100, value=5)) == (1, {})
    assert says(RETRY_STORM, ANSWERED, failures(100, value=4)) == (0, {})
    assert says(RETRY_STORM, ANSWERED, failures(100, value=None)) == (0, {})


def test_the_status_of_an_error_is_no_attempt():
    assert says(RETRY_STORM, ANSWERED, failures(100, kind="api-error", value=529)) == (0, {})


def test_storms_more_than_ten_minutes_apart_are_two_and_leave_no_errors_spread_out():
    marks = failures(100, 110, 120, 130, 140, 741, 742, 743, 744, 745, 5_000)
    assert says(RETRY_STORM, ANSWERED, marks) == (2, {})


def test_only_retries_send_the_prompt_again():
    """Four retries of a prompt of 52,005 tokens that is answered in the end; the error shown last sends nothing."""
    marks = [*failures(100, 110, 120, 130), mark("api-error", 140, value=529)]
    (finding,) = result(RETRY_STORM, ANSWERED, marks).findings
    assert quantities(finding)["sent-again"] == 4 * 52_005
    assert quantities(finding)["errors"] == 5
    assert (finding.excess_tokens, finding.excess_usd) == (0, 0.0)
    assert finding.requests == (ANSWERED[0].id, ANSWERED[1].id)


def test_a_storm_at_the_end_counts_the_last_prompt_that_was_answered():
    (finding,) = result(RETRY_STORM, ANSWERED[:1], failures(100, 110, 120, 130, 140)).findings
    assert quantities(finding)["sent-again"] == 5 * 51_005
    assert finding.requests == (ANSWERED[0].id,)


@pytest.mark.parametrize("detector", [RETRY_STORM, SYNTHETIC_REFUSAL])
def test_a_thread_known_from_its_parent_only_holds_no_lines_of_errors(detector):
    nested = [msgspec.structs.replace(row, nested=True) for row in ANSWERED]
    assert result(detector, nested).outcome is Outcome.NOT_MEASURABLE
    assert result(detector, [nested[0], ANSWERED[1]]).outcome is Outcome.QUIET


# --- synthetic-refusal -------------------------------------------------------------------------------------------


def test_refusals_ten_minutes_apart_are_one_burst_and_a_second_more_makes_two():
    assert says(SYNTHETIC_REFUSAL, ANSWERED, failures(100, 700, 1_300, kind="limit-refusal"))[0] == 1
    assert says(SYNTHETIC_REFUSAL, ANSWERED, failures(100, 701, kind="limit-refusal"))[0] == 2


def test_every_line_of_the_client_is_counted_once_by_what_it_says():
    marks = [
        *failures(100, 200, kind="no-response"),
        *failures(300, kind="api-error", value=500),
        *failures(400, kind="limit-refusal"),
        *failures(500, kind="retry"),
    ]
    told = result(SYNTHETIC_REFUSAL, ANSWERED, marks)
    assert (told.found, told.explained) == (1, {"api-error": 1, "no-response": 2})
    assert told.examined == told.naive == 4


def test_a_refusal_cites_the_calls_on_both_sides_as_far_as_there_are_any():
    both, before, after = (
        result(SYNTHETIC_REFUSAL, ANSWERED, failures(at, kind="limit-refusal")).findings[0].requests
        for at in (100, 9_500, -100)
    )
    assert both == (ANSWERED[0].id, ANSWERED[1].id)
    assert before == (ANSWERED[1].id,)
    assert after == (ANSWERED[0].id,)


# --- uncached-input ----------------------------------------------------------------------------------------------


def plain(number, at, uncached, read=0, written=0, **fields):
    return request(number, at, read, written, input_tokens=uncached, **fields)


CACHED = plain(0, 0, 5, 20_000, 10_000)


def test_4096_tokens_without_any_cache_are_the_least_that_counts():
    assert says(UNCACHED_INPUT, [CACHED, plain(1, 20, 4_096)]) == (1, {})
    assert says(UNCACHED_INPUT, [CACHED, plain(1, 20, 4_095)]) == (0, {})


def test_half_of_a_prompt_of_8192_tokens_is_the_least_that_counts_beside_a_cache():
    assert says(UNCACHED_INPUT, [CACHED, plain(1, 20, 4_096, read=4_096)]) == (1, {})
    assert says(UNCACHED_INPUT, [CACHED, plain(1, 20, 4_096, read=4_095)]) == (0, {})
    assert says(UNCACHED_INPUT, [CACHED, plain(1, 20, 4_096, read=4_097)]) == (0, {})
    assert says(UNCACHED_INPUT, [CACHED, plain(1, 20, 4_096, written=4_096)]) == (1, {})


def test_requests_in_a_row_are_one_finding_and_an_explained_one_between_them_makes_two():
    rows = [CACHED, *(plain(number, 20 * number, 30_000 + 100 * number) for number in range(1, 5))]
    (finding,) = result(UNCACHED_INPUT, rows).findings
    assert finding.requests == tuple(row.id for row in rows)
    assert quantities(finding) == {"requests": 4, "uncached": 121_000, "read": 0}
    rows[2] = msgspec.structs.replace(rows[2], service_tier=ServiceTier.BATCH)
    assert says(UNCACHED_INPUT, rows) == (2, {"batch": 1})


def test_a_large_text_that_is_not_cached_is_new_only_once():
    """40,000 new tokens are rightly uncached; sent again with 300 more, 40,000 of them were there before."""
    paste, again = plain(1, 20, 40_000, read=30_000), plain(2, 40, 40_300, read=30_000)
    (finding,) = (told := result(UNCACHED_INPUT, [CACHED, paste, again])).findings
    assert told.explained == {"large-paste": 1}
    assert finding.excess_tokens == 40_000


def test_what_is_covered_to_98_percent_is_all_that_was_sent_before():
    before = plain(0, 0, 0, 20_000, 10_000)
    assert says(UNCACHED_INPUT, [before, plain(1, 20, 40_000, read=29_400)]) == (0, {"large-paste": 1})
    assert says(UNCACHED_INPUT, [before, plain(1, 20, 40_000, read=29_399)]) == (1, {})


def test_a_request_before_of_4096_tokens_could_have_been_cached():
    assert says(UNCACHED_INPUT, [plain(0, 0, 4_095), plain(1, 20, 30_000)]) == (0, {"below-minimum": 1})
    assert says(UNCACHED_INPUT, [plain(0, 0, 4_096), plain(1, 20, 30_000)]) == (1, {"first-call": 1})


def test_excess_nets_the_dearer_writing_of_what_is_new():
    """Opus 4.6 at $5 a million: 30,005 tokens read at $0.50 save $4.50 a million, 795 written cost $1.25 more."""
    (finding,) = result(UNCACHED_INPUT, [CACHED, plain(1, 20, 30_800)]).findings
    assert finding.excess_tokens == 30_005
    assert finding.excess_usd == pytest.approx((30_005 * 4.5 - 795 * 1.25) / 1_000_000)


def test_after_the_lifetime_nothing_could_have_been_read():
    (finding,) = result(UNCACHED_INPUT, [CACHED, plain(1, 70 * MINUTE, 30_800)]).findings
    assert finding.excess_tokens == 0
    assert finding.excess_usd < 0


def test_without_a_price_the_tokens_are_counted_and_the_dollars_are_unknown():
    rows = [msgspec.structs.replace(row, model="other") for row in (CACHED, plain(1, 20, 30_800))]
    (finding,) = result(UNCACHED_INPUT, rows).findings
    assert (finding.excess_tokens, finding.excess_usd) == (30_005, None)


def test_the_first_row_of_a_cut_log_is_not_taken_for_the_first_call():
    rows = [plain(4, 0, 30_000, position=4), plain(5, 20, 30_800, position=5)]
    assert says(UNCACHED_INPUT, rows) == (1, {})


def test_the_usual_rule_counts_small_requests_too():
    told = result(UNCACHED_INPUT, [CACHED, plain(1, 20, 300), plain(2, 40, 30_800)])
    assert (told.naive, told.examined) == (2, 3)
