"""Detectors on the whole account, the asked model and the price of long prompts: edges that no worked example shows."""

from __future__ import annotations

from pathlib import Path

import pytest
from builders import mark, request, steady
from msgspec.structs import replace

from generator.detectors import run
from generator.detectors.known_bad_version import FAULTS, KNOWN_BAD_VERSION
from generator.detectors.log_integrity import LOG_INTEGRITY, PLACEHOLDER
from generator.detectors.long_context_premium import LONG_CONTEXT_PREMIUM
from generator.detectors.served_model import SERVED_MODEL
from generator.detectors.tier_change import TIER_CHANGE
from generator.importers import discover, read
from generator.ledger.subjects import arranged, subjects
from generator.records.results import Outcome
from generator.records.rows import ServiceTier, Trigger

CORPORA = Path(__file__).resolve().parents[2] / "shared" / "corpora" / "claude-code"
DAY = 86_400
SHORT = {"written_5m": 500}


def found(detector, requests, marks=()):
    return run(detector, arranged(requests, marks))


def quantities(finding):
    return {quantity.name: quantity.value for quantity in finding.quantities}


def day(number, count, *, short=False, **fields):
    """`count` calls on one day, a minute apart, each in a session of its day."""
    fields = {"session_name": f"day {number}", **fields}
    return [
        request(
            1000 * number + place,
            DAY * number + 60 * place,
            0 if place == 0 else 60_000 + 500 * (place - 1),
            500 if place else 60_000,
            **({"written_5m": 500 if place else 60_000} if short else {}),
            **fields,
        )
        for place in range(count)
    ]


def refusal(at):
    return mark("limit-refusal", at, session_name="day 0")


class TestTierChange:
    def test_days_in_between_that_are_mixed_belong_to_the_fall(self):
        """10 of 10, then 5 of 10, then 0 of 10: one fall, from the first day to the third."""
        mixed = [*day(1, 5), *day(1, 10, short=True)[5:]]
        result = found(TIER_CHANGE, [*day(0, 10), *mixed, *day(2, 10, short=True)])
        (finding,) = result.findings
        assert [(share.hits, share.trials) for share in finding.days] == [(10, 10), (5, 10), (0, 10)]
        assert finding.at.date().isoformat() == "2026-03-19"

    @pytest.mark.parametrize(("long", "falls"), [(9, 1), (8, 0)])
    def test_the_day_before_needs_nine_long_writes_of_ten(self, long, falls):
        before = [*day(0, long), *day(0, 10, short=True)[long:]]
        assert found(TIER_CHANGE, [*before, *day(1, 10, short=True)]).found == falls

    @pytest.mark.parametrize(("long", "falls"), [(1, 1), (2, 0)])
    def test_the_day_after_may_hold_one_long_write_of_ten(self, long, falls):
        after = [*day(1, 10, short=True)[:-long], *day(1, 10)[-long:]]
        assert found(TIER_CHANGE, [*day(0, 10), *after]).found == falls

    def test_a_rise_is_no_fall(self):
        result = found(TIER_CHANGE, [*day(0, 10, short=True), *day(1, 10)])
        assert (result.outcome, result.explained, result.examined) == (Outcome.QUIET, {}, 2)

    def test_a_fall_counts_its_own_days_until_the_hour_comes_back(self):
        rows = [*day(0, 10), *day(1, 11, short=True), *day(2, 10), *day(3, 5, short=True)]
        (finding,) = found(TIER_CHANGE, rows).findings
        assert quantities(finding)["calls-after"] == 11

    def test_falls_after_used_up_limits_do_not_make_it_alternate(self):
        rows = [*day(0, 10), *day(1, 10, short=True), *day(2, 10), *day(3, 10, short=True)]
        result = found(TIER_CHANGE, rows, [refusal(3600)])
        assert (result.found, result.explained) == (1, {"limit-reached": 1})

    def test_two_versions_that_fall_are_two_findings(self):
        rows = [
            *day(0, 10),
            *day(1, 10, short=True),
            *[replace(row, id=row.id[::-1], version="2.1.78") for row in (*day(0, 10), *day(1, 10, short=True))],
        ]
        assert {finding.client for finding in found(TIER_CHANGE, rows).findings} == {"2.1.76", "2.1.78"}

    def test_a_fall_inside_a_version_is_not_told_again_over_all_versions(self):
        assert found(TIER_CHANGE, [*day(0, 10), *day(1, 10, short=True)]).explained == {}

    def test_a_refusal_after_the_first_short_write_does_not_explain_it(self):
        """The faster use of the limit may follow from the fall; it cannot be its cause."""
        rows = [*day(0, 10), *day(1, 10, short=True)]
        assert found(TIER_CHANGE, rows, [refusal(DAY + 200)]).found == 1
        assert found(TIER_CHANGE, rows, [refusal(DAY - 200)]).explained == {"limit-reached": 1}

    def test_a_refusal_on_the_day_before_explains_a_fall_that_began_later_on(self):
        rows = [*day(0, 10), *day(1, 10, short=True)]
        early = refusal(-3600)  # an hour before the ten long writes, on their day
        assert found(TIER_CHANGE, rows, [early]).explained == {"limit-reached": 1}
        assert found(TIER_CHANGE, rows, [refusal(-DAY)]).found == 1

    def test_a_refusal_days_ago_explains_it_where_nobody_worked_since(self):
        rows = [*day(0, 10), *day(6, 10, short=True)]
        assert found(TIER_CHANGE, rows, [refusal(2 * DAY)]).explained == {"limit-reached": 1}

    def test_a_few_calls_before_a_real_fall_are_part_of_it(self):
        rows = [*day(0, 10), *day(1, 3, short=True), *day(2, 10, short=True)]
        result = found(TIER_CHANGE, rows)
        assert (result.found, result.explained) == (1, {})

    def test_writes_of_sub_agents_neither_make_nor_hide_a_fall(self):
        helper = day(1, 40, short=True, agent="aaaaaaaaaaaaaaaa")
        assert found(TIER_CHANGE, [*day(0, 10), *helper]).explained == {"sub-agents": 1}
        long_helper = day(1, 40, agent="aaaaaaaaaaaaaaaa", session_name="h")
        rows = [*day(0, 10), *[replace(row, id=row.id[::-1]) for row in long_helper], *day(1, 10, short=True)]
        assert found(TIER_CHANGE, rows).found == 1

    def test_calls_that_write_nothing_do_not_count_as_calls(self):
        blank = [replace(row, cache_write_tokens=0, cache_write_1h_tokens=0) for row in day(1, 30)]
        rows = [*day(0, 10), *[replace(row, id=row.id[::-1]) for row in blank], *day(1, 9, short=True)]
        assert found(TIER_CHANGE, rows).explained == {"few-calls": 1}

    @pytest.mark.parametrize(("pause", "counted"), [(200, 0), (400, 1), (3580, 1), (3586, 0)])
    def test_only_pauses_between_the_two_lifetimes_cost_anything(self, pause, counted):
        """The pause is from the end of the answer (4 s); the break after it rewrites 40,000 tokens for five minutes."""
        after = day(1, 10, short=True)
        late = request(1999, DAY + 540 + 4 + pause, 24_500, 41_000, written_5m=41_000, session_name="day 1")
        (finding,) = found(TIER_CHANGE, [*day(0, 10), *after, late]).findings
        assert quantities(finding)["expired-in-the-hour"] == counted
        assert finding.excess_tokens == counted * 40_000

    def test_the_cheaper_writes_are_taken_off_and_the_rest_may_be_negative(self):
        """10 writes of 64,500 tokens at 6.25 instead of 10 dollars a million: 24 cents less, and nothing expired."""
        (finding,) = found(TIER_CHANGE, [*day(0, 10), *day(1, 10, short=True)]).findings
        assert finding.excess_usd == pytest.approx(-64_500 * 3.75 / 1e6)
        assert finding.excess_tokens == 0
        assert finding.severity == "info"

    def test_what_expired_is_not_also_counted_as_a_cheaper_write(self):
        """40,000 tokens again at 6.25 less 0.50; the other 65,500 written would have been 3.75 dearer each million."""
        late = request(1999, DAY + 1500, 24_500, 41_000, written_5m=41_000, session_name="day 1")
        (finding,) = found(TIER_CHANGE, [*day(0, 10), *day(1, 10, short=True), late]).findings
        assert finding.excess_usd == pytest.approx((40_000 * 5.75 - 65_500 * 3.75) / 1e6)

    def test_without_a_price_the_amount_is_unknown_and_not_nothing(self):
        rows = [replace(row, model="other") for row in (*day(0, 10), *day(1, 10, short=True))]
        (finding,) = found(TIER_CHANGE, rows).findings
        assert finding.excess_usd is None

    def test_no_version_means_not_measurable(self):
        rows = [replace(row, version="") for row in (*day(0, 10), *day(1, 10, short=True))]
        assert found(TIER_CHANGE, rows).outcome is Outcome.NOT_MEASURABLE

    def test_it_cites_the_last_long_and_the_first_short_write(self):
        before, after = day(0, 10), day(1, 10, short=True)
        (finding,) = found(TIER_CHANGE, [*before, *after]).findings
        assert finding.requests == (before[-1].id, after[0].id)


def asked(*rows):
    """Calls a minute apart, given as (asked model, answering model)."""
    return [
        replace(row, requested_model=wanted, model=served)
        for row, (wanted, served) in zip(steady(len(rows), gap=60), rows, strict=True)
    ]


OPUS, SONNET = "claude-opus-4-6", "claude-sonnet-4-6"


class TestServedModel:
    def test_each_run_of_one_other_model_is_one_finding(self):
        rows = asked((OPUS, SONNET), (OPUS, SONNET), (OPUS, OPUS), (OPUS, SONNET), (OPUS, "claude-haiku-4-5"))
        result = found(SERVED_MODEL, rows)
        assert sorted(quantities(finding)["answers"] for finding in result.findings) == [1, 1, 2]
        assert result.examined == 5

    def test_names_of_gateways_cannot_be_compared(self):
        result = found(SERVED_MODEL, asked(("other", OPUS), (OPUS, "other"), (None, SONNET)))
        assert result.outcome is Outcome.NOT_MEASURABLE

    def test_a_call_that_names_no_model_does_not_part_a_run(self):
        assert found(SERVED_MODEL, asked((OPUS, SONNET), (None, SONNET), (OPUS, SONNET))).found == 1

    @pytest.mark.parametrize(
        ("wanted", "served", "explained"),
        [
            ("claude-opus-4-6", "claude-opus-4-6-20260205", {"alias": 1}),
            ("claude-opus-4-6-20260205", "claude-opus-4-6", {"alias": 1}),
            ("claude-3-5-haiku-latest", "claude-3-5-haiku-20241022", {"alias": 1}),
            ("claude-opus-4", "claude-opus-4-6", {}),
            ("claude-opus-4-6", "claude-opus-4-5-20251101", {}),
        ],
    )
    def test_only_the_date_may_differ_in_an_alias(self, wanted, served, explained):
        result = found(SERVED_MODEL, asked((wanted, served)))
        assert result.explained == explained
        assert result.found == (not explained)

    def test_the_command_model_announces_and_other_commands_do_not(self):
        rows = asked((OPUS, OPUS), (OPUS, SONNET))
        assert found(SERVED_MODEL, rows, [mark("command", 30, trigger=Trigger.MODEL)]).explained == {
            "fallback-announced": 1
        }
        assert found(SERVED_MODEL, rows, [mark("command", 30, trigger=Trigger.MCP)]).found == 1

    def test_only_what_was_announced_since_the_call_before_counts(self):
        rows = asked((OPUS, OPUS), (OPUS, OPUS), (OPUS, SONNET))
        assert found(SERVED_MODEL, rows, [mark("model-switch", 30)]).found == 1
        assert found(SERVED_MODEL, rows, [mark("model-switch", 90)]).explained == {"fallback-announced": 1}

    def test_an_announcement_before_the_first_call_counts(self):
        assert found(SERVED_MODEL, asked((OPUS, SONNET)), [mark("model-switch", -30)]).found == 0

    def test_a_dearer_answer_shows_a_positive_difference_and_an_unknown_price_shows_none(self):
        """60,000 tokens written for an hour, 5 uncached, 100 of output: Opus costs 5/3 of Sonnet."""
        (dear,) = found(SERVED_MODEL, asked((SONNET, OPUS))).findings
        (cheap,) = found(SERVED_MODEL, asked((OPUS, SONNET))).findings
        assert quantities(dear)["price-difference"] == pytest.approx(0.602525 * 2 / 5)
        assert quantities(cheap)["price-difference"] == -quantities(dear)["price-difference"]
        assert (dear.excess_tokens, dear.excess_usd) == (0, 0.0)
        (unknown,) = found(SERVED_MODEL, asked((OPUS, "claude-unheard-of-1"))).findings
        assert "price-difference" not in quantities(unknown)


def faults(requests, marks=()):
    """(version, fault, times) of each finding."""
    findings = found(KNOWN_BAD_VERSION, requests, marks).findings
    return sorted((finding.client, finding.quantities[0].name, finding.quantities[0].value) for finding in findings)


class TestKnownBadVersion:
    @pytest.mark.parametrize(
        ("version", "ids"),
        [
            ("2.1.19", {"prefix-mutation", "autocompact-retry"}),
            ("2.1.20", {"prefix-mutation", "autocompact-retry", "telemetry-5m"}),
            ("2.1.75", {"prefix-mutation", "autocompact-retry", "telemetry-5m", "resume-deferral"}),
            ("2.1.76", {"prefix-mutation", "telemetry-5m", "resume-deferral"}),
            ("2.1.88", {"prefix-mutation", "telemetry-5m", "resume-deferral", "thinking-cleared"}),
            ("2.1.89", {"telemetry-5m", "resume-deferral", "thinking-cleared"}),
            ("2.1.90", {"telemetry-5m", "thinking-cleared"}),
            ("2.1.100", {"telemetry-5m", "thinking-cleared"}),
            ("2.1.101", {"telemetry-5m"}),
            ("2.1.107", {"telemetry-5m"}),
            ("2.1.108", set()),
            ("2.2.0", set()),
        ],
    )
    def test_versions_are_numbers_and_both_ends_belong(self, version, ids):
        """2.1.100 comes after 2.1.89 and not before it."""
        assert {fault.id for fault in FAULTS if fault.touches(version)} == ids

    def test_a_version_off_the_list_is_neither_found_nor_explained(self):
        result = found(KNOWN_BAD_VERSION, steady(3, version="2.1.110"))
        assert (result.outcome, result.explained, result.examined, result.naive) == (Outcome.QUIET, {}, 0, 0)

    def test_a_fault_that_was_met_leaves_the_others_of_the_version_untold(self):
        result = found(KNOWN_BAD_VERSION, steady(3), [mark("resume", 30)])
        assert (result.found, result.explained, result.naive) == (1, {}, 1)

    def test_a_resume_is_of_the_version_that_answers_next(self):
        rows = [*steady(2, version="2.1.68"), *steady(2, first=2, version="2.1.69")]
        assert faults(rows, [mark("resume", 30)]) == [("2.1.69", "resume-deferral", 1)]
        assert faults(rows, [mark("resume", 10)]) == []
        assert faults(rows, [mark("resume", 300)]) == []

    def test_two_resumes_without_a_call_between_are_one(self):
        assert faults(steady(3), [mark("resume", 25), mark("resume", 27)]) == [("2.1.76", "resume-deferral", 1)]

    @pytest.mark.parametrize(
        ("reads", "times"),
        [
            ((15_000, 15_000, 15_000), 1),
            ((15_000, 15_200, 14_800, 15_000), 2),
            ((15_000, 15_000), 0),
            ((15_000, 15_000, 16_000), 0),
            ((15_000, 15_000, 60_000, 15_000), 0),
            ((0, 0, 0), 0),
            ((50_000, 50_000, 50_000), 0),
        ],
    )
    def test_a_pinned_start_is_three_equal_small_reads_in_a_row(self, reads, times):
        """Each call reads `reads` of 80,000 tokens and writes the rest again."""
        rows = [request(0, 0, 0, 80_000)] + [
            request(place + 1, 20 * (place + 1), read, 80_000 - read + 100 * place) for place, read in enumerate(reads)
        ]
        assert faults(rows) == ([("2.1.76", "prefix-mutation", times)] if times else [])

    def test_a_pinned_start_that_the_log_explains_does_not_count(self):
        rows = [request(0, 0, 0, 80_000)] + [request(n, 20 * n, 15_000, 65_000 + n) for n in (1, 2, 3)]
        assert faults(rows) == [("2.1.76", "prefix-mutation", 1)]
        assert faults(rows, [mark("skill", 30)]) == []

    @pytest.mark.parametrize(("pause", "times"), [(3600, 0), (3601, 1)])
    def test_only_a_pause_of_more_than_an_hour_clears_thinking(self, pause, times):
        rows = [
            request(0, 0, 0, 60_000, version="2.1.95"),
            request(1, 4 + pause, 60_000, 500, version="2.1.95"),
        ]
        assert faults(rows) == ([("2.1.95", "thinking-cleared", times)] if times else [])

    def test_a_pause_over_an_upgrade_is_another_process(self):
        rows = [request(0, 0, 0, 60_000, version="2.1.94"), request(1, 5000, 60_000, 500, version="2.1.95")]
        assert faults(rows) == []

    @pytest.mark.parametrize(
        ("times", "trigger", "found"),
        [
            ((25, 45, 65), Trigger.AUTO, 1),
            ((25, 45), Trigger.AUTO, 0),
            ((25, 45, 65), Trigger.MANUAL, 0),
            ((25, 45, 1706), Trigger.AUTO, 0),
            ((25, 45, 1705), Trigger.AUTO, 1),
        ],
    )
    def test_three_automatic_compactions_within_28_minutes_are_the_trigger(self, times, trigger, found):
        marks = [mark("compaction", at, trigger=trigger, line=900 + at) for at in times]
        rows = steady(100, version="2.1.60")
        assert faults(rows, marks) == ([("2.1.60", "autocompact-retry", 1)] if found else [])

    @pytest.mark.parametrize(("calls", "long", "found"), [(10, 0, 1), (9, 0, 0), (10, 1, 0)])
    def test_telemetry_needs_ten_writes_and_each_for_five_minutes(self, calls, long, found):
        rows = [*steady(calls, growth=500, prefix=500, version="2.1.105", written_5m=500)]
        rows += steady(long, first=calls, version="2.1.105")
        assert faults(rows) == ([("2.1.105", "telemetry-5m", calls)] if found else [])

    def test_writes_of_sub_agents_say_nothing_of_telemetry(self):
        rows = steady(12, growth=500, prefix=500, version="2.1.105", written_5m=500, agent="aaaaaaaaaaaaaaaa")
        assert faults(rows) == []

    def test_two_people_with_the_same_version_and_fault_have_findings_of_their_own(self):
        one = found(KNOWN_BAD_VERSION, steady(3), [mark("resume", 30)]).findings[0]
        rows = [replace(row, id=row.id[::-1]) for row in steady(3)]
        other = found(KNOWN_BAD_VERSION, rows, [mark("resume", 30)]).findings[0]
        assert one.id != other.id


FEBRUARY = {"first_seen": request(0, 0, 0, 0).first_seen.replace(month=2)}


class TestLongContextPremium:
    def test_one_finding_a_thread_holds_the_sum_and_cites_each_call(self):
        rows = [replace(row, **FEBRUARY) for row in steady(4, prefix=199_000, growth=800)]
        (finding,) = found(LONG_CONTEXT_PREMIUM, rows).findings
        assert finding.requests == tuple(row.id for row in rows[2:])
        assert quantities(finding) == {"long-prompts": 2, "longest": 201_405}
        input_side = (199_800 + 200_600) * 0.5 + 2 * (800 * 10 + 5 * 5)
        assert finding.excess_usd == pytest.approx((input_side + 2 * 100 * 12.5) / 1e6)
        assert finding.excess_tokens == 0

    def test_written_and_uncached_tokens_count_towards_the_step(self):
        rows = [request(0, 0, 0, 199_990, input_tokens=11, **FEBRUARY)]
        assert found(LONG_CONTEXT_PREMIUM, rows).found == 1

    def test_a_thread_over_the_end_of_the_premium_is_found_and_explained_once_each(self):
        dates = [{"first_seen": request(0, 0, 0, 0).first_seen.replace(day=day)} for day in (12, 12, 14, 14)]
        rows = [replace(row, **at) for row, at in zip(steady(4, prefix=250_000), dates, strict=True)]
        result = found(LONG_CONTEXT_PREMIUM, rows)
        assert (result.found, result.explained, result.examined, result.naive) == (1, {"no-premium-then": 1}, 4, 4)

    def test_a_model_without_a_price_is_told_once_a_thread(self):
        rows = [replace(row, model="other", **FEBRUARY) for row in steady(3, prefix=250_000)]
        assert found(LONG_CONTEXT_PREMIUM, rows).explained == {"no-price": 1}

    def test_a_batch_pays_half_of_the_premium(self):
        plain = request(0, 0, 250_000, 0, **FEBRUARY)
        (whole,) = found(LONG_CONTEXT_PREMIUM, [plain]).findings
        (half,) = found(LONG_CONTEXT_PREMIUM, [replace(plain, service_tier=ServiceTier.BATCH)]).findings
        assert half.excess_usd == pytest.approx(whole.excess_usd / 2)


def answers(count, first, final, *, start=0, lines=2, reads=None, version="2.1.76"):
    """Answers with these output counts on their first and their last line."""
    return steady(
        count,
        first=start,
        lines=lines,
        first_output_tokens=first,
        output_tokens=final,
        file_reads=reads,
        version=version,
    )


class TestLogIntegrity:
    @pytest.mark.parametrize(("first", "outcome"), [(94, "found"), (95, "quiet")])
    def test_first_lines_may_leave_out_five_in_a_hundred(self, first, outcome):
        result = found(LOG_INTEGRITY, answers(20, first, 100))
        assert result.outcome == outcome
        assert result.explained == ({"final-lines": 1} if outcome == "quiet" else {})

    def test_the_share_is_of_tokens_and_not_of_answers(self):
        """Twenty short answers are whole; one long one that is not outweighs them: 2,001 of 102,000."""
        rows = [*answers(20, 100, 100), *answers(1, 1, 100_000, start=20)]
        (finding,) = found(LOG_INTEGRITY, rows).findings
        assert quantities(finding)["first-line-share"] == pytest.approx(2_001 / 102_000)
        assert quantities(finding)["understated"] == 99_999
        assert finding.requests == (rows[-1].id,)

    @pytest.mark.parametrize(("output", "found_"), [(PLACEHOLDER, 1), (PLACEHOLDER + 1, 0)])
    def test_a_tool_call_of_thirty_tokens_was_not_counted_to_its_end(self, output, found_):
        assert found(LOG_INTEGRITY, answers(20, output, output, reads=1)).found == found_

    def test_edits_are_tool_calls_too(self):
        rows = [replace(row, file_edits=1) for row in answers(20, 3, 3)]
        assert found(LOG_INTEGRITY, rows).found == 1

    def test_a_short_answer_without_a_tool_call_is_no_placeholder(self):
        result = found(LOG_INTEGRITY, answers(20, 3, 3, reads=0))
        assert (result.outcome, result.explained) == (Outcome.QUIET, {})

    def test_a_tool_call_on_one_line_can_be_checked_as_well(self):
        result = found(LOG_INTEGRITY, answers(20, 3, 3, lines=1, reads=1))
        assert (result.found, result.examined, result.naive) == (1, 20, 0)

    def test_an_answer_on_one_line_cannot_be_compared(self):
        rows = answers(20, 1, 400, lines=1)
        assert (found(LOG_INTEGRITY, rows).outcome, found(LOG_INTEGRITY, rows).examined) == (Outcome.QUIET, 0)

    def test_each_question_needs_twenty_answers_of_its_own(self):
        """Nineteen answers with a low first line beside forty sound tool calls on one line are too few."""
        rows = [*answers(19, 1, 400), *answers(40, 90, 90, start=19, lines=1, reads=1)]
        assert found(LOG_INTEGRITY, rows).explained == {"few-calls": 1}
        rows = [*answers(19, 3, 3, lines=1, reads=1), *answers(40, 90, 90, start=19)]
        assert found(LOG_INTEGRITY, rows).explained == {"few-calls": 1}

    def test_one_unfinished_tool_call_of_twenty_is_still_sound(self):
        rows = [*answers(19, 90, 90, reads=1), *answers(1, 3, 3, start=19, reads=1)]
        assert found(LOG_INTEGRITY, rows).explained == {"final-lines": 1}
        rows = [*answers(18, 90, 90, reads=1), *answers(2, 3, 3, start=18, reads=1)]
        assert found(LOG_INTEGRITY, rows).found == 1

    def test_versions_are_told_apart(self):
        rows = [*answers(20, 1, 400), *answers(20, 400, 400, start=20, version="2.1.98")]
        (finding,) = found(LOG_INTEGRITY, rows).findings
        assert finding.client == "2.1.76"

    def test_without_first_lines_it_is_not_measurable(self):
        result = found(LOG_INTEGRITY, answers(20, None, 400, reads=1))
        assert (result.outcome, result.missing) == (Outcome.NOT_MEASURABLE, ("first-lines",))


@pytest.mark.corpora
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "spotter",
            {
                "tier-change": (1, 3, 513),
                "known-bad-version": (0, 6, 0),
                "long-context-premium": (0, 0, 0),
                "log-integrity": (2, 717, 374),
            },
        ),
        (
            "entire",
            {
                "tier-change": (0, 19, 211),
                "known-bad-version": (0, 23, 0),
                "long-context-premium": (0, 0, 0),
                "log-integrity": (8, 3763, 957),
            },
        ),
    ],
)
def test_findings_on_real_logs_are_the_measured_ones(name, expected):
    """(found, examined, reported by the naive rule) on two public sets of January and February 2026."""
    shown = subjects(read(discover([CORPORA / name]).claimed, key=b"key of a test"))
    detectors = (TIER_CHANGE, KNOWN_BAD_VERSION, LONG_CONTEXT_PREMIUM, LOG_INTEGRITY)
    results = [run(detector, shown) for detector in detectors]
    assert {one.detector: (one.found, one.examined, one.naive) for one in results} == expected
    assert run(SERVED_MODEL, shown).outcome is Outcome.NOT_MEASURABLE
