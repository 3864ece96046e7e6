"""Detectors of broken steps in one thread: the edges that their worked examples do not show."""

from __future__ import annotations

import pytest
from builders import mark, request

from generator.detectors import DETECTORS, run
from generator.ledger.steps import Lifetime
from generator.ledger.subjects import arranged
from generator.records.results import Outcome
from generator.records.rows import Trigger

BY_ID = {detector.id: detector for detector in DETECTORS}


def outcome(detector, requests, marks=()):
    return run(BY_ID[detector], arranged(requests, marks))


def rows(*given, **fields):
    """Requests from (at, read, written); each may end with its own fields."""
    return [
        request(number, at, read, written, **(fields | (own[0] if own else {})))
        for number, (at, read, written, *own) in enumerate(given)
    ]


def quantity(finding, name):
    (found,) = [one.value for one in finding.quantities if one.name == name]
    return found


WARM = (0, 20_000, 40_000)


class TestGapThenSpike:
    @staticmethod
    def pair(pause, read=20_000, written=42_000, **after):
        return rows(WARM, (4 + pause, read, written, after))

    @pytest.mark.parametrize(("pause", "examined"), [(299.9, 0), (300, 1)])
    def test_a_pause_counts_from_five_minutes_on(self, pause, examined):
        result = outcome("gap-then-spike", self.pair(pause))
        assert (result.examined, result.found, result.naive) == (examined, examined, examined)

    @pytest.mark.parametrize(("written", "found"), [(19_994, 0), (19_995, 1)])
    def test_written_and_uncached_tokens_together_make_the_spike(self, written, found):
        """Each request sends five tokens uncached."""
        result = outcome("gap-then-spike", self.pair(600, 45_000, written))
        assert (result.examined, result.found, result.naive) == (1, found, found)

    def test_uncached_tokens_alone_can_be_a_spike(self):
        result = outcome("gap-then-spike", self.pair(600, 30_000, 0, input_tokens=35_000))
        (finding,) = result.findings
        assert finding.excess_tokens == 30_000

    @pytest.mark.parametrize(("pause", "found"), [(3580.9, 1), (3581, 0), (3585, 0), (3631, 0)])
    def test_near_the_end_of_the_lifetime_nothing_is_found(self, pause, found):
        """The answer before took 4 s, so that its entry may be as much older than the pause."""
        result = outcome("gap-then-spike", self.pair(pause))
        assert (result.found, sum(result.explained.values())) == (found, 1 - found)

    def test_where_the_lifetime_is_not_known_the_cache_may_be_gone(self):
        unknown = {"cache_write_5m_tokens": None, "cache_write_1h_tokens": None}
        result = outcome("gap-then-spike", rows(WARM, (604, 20_000, 42_000), **unknown))
        assert result.explained == {"lifetime-ambiguous": 1}
        assert "lifetime-split" in result.missing

    def test_grade_a_inside_a_tool_loop_and_b_where_a_turn_begins(self):
        loop = outcome("gap-then-spike", self.pair(600)).findings
        typed = outcome("gap-then-spike", self.pair(600, prompt_words=9)).findings
        noticed = outcome("gap-then-spike", self.pair(600), [mark("automatic-prompt", 603)]).findings
        assert [str(one.grade) for one in (*loop, *typed, *noticed)] == ["A", "B", "B"]

    def test_each_candidate_is_counted_once(self):
        """Naive = found + explained: no candidate disappears."""
        result = outcome(
            "gap-then-spike",
            rows((0, 0, 3_000), (604, 0, 42_000), (1208, 42_000, 30_000), (1812, 20_000, 60_000), (5600, 0, 90_000)),
        )
        assert result.explained == {"lifetime-elapsed": 1, "nothing-cached": 1, "new-content": 1}
        assert (result.found, result.naive, result.examined) == (1, 4, 4)


class TestExpiryCycling:
    @staticmethod
    def losses(*times, read=20_000):
        """A loss at each time after the first request; each prompt is larger than the one before."""
        return rows(WARM, *((at, read, 42_000 + 2_000 * place) for place, at in enumerate(times)))

    @pytest.mark.parametrize(("last", "found"), [(3_660, 1), (3_661, 0)])
    def test_three_losses_count_within_sixty_minutes(self, last, found):
        """First and third lie 3,600 or 3,601 s apart, and no pause reaches the lifetime."""
        assert outcome("expiry-cycling", self.losses(60, 1_800, last)).found == found

    @pytest.mark.parametrize(("read", "found"), [(31_000, 1), (31_001, 0)])
    def test_half_of_the_expected_read_is_a_loss(self, read, found):
        """62,000 are expected by the second loss, more by the third."""
        given = rows(WARM, (60, 20_000, 42_000), (120, read, 33_000), (180, 20_000, 46_000))
        assert outcome("expiry-cycling", given).found == found

    def test_hours_do_not_overlap_and_one_hour_is_one_finding(self):
        result = outcome("expiry-cycling", self.losses(*range(60, 60 + 9 * 600, 600)))
        assert [quantity(finding, "broken-steps") for finding in result.findings] == [7]
        assert result.naive == 1

    def test_six_losses_over_two_hours_are_two_findings(self):
        result = outcome("expiry-cycling", self.losses(60, 600, 1_200, 3_700, 4_300, 4_900))
        assert result.found == result.naive == 2
        assert result.findings[0].requests != result.findings[1].requests

    def test_an_explained_loss_just_before_does_not_hide_three_unexplained_ones(self):
        """A window from the explained loss on would hold only two of the three."""
        given = self.losses(60, 3_000, 3_500, 4_000)
        result = outcome("expiry-cycling", given, [mark("command", 50)])
        assert (result.found, result.explained) == (1, {})

    def test_explained_losses_inside_a_found_hour_are_no_second_candidate(self):
        given = self.losses(*range(60, 60 + 6 * 300, 300))
        commands = [mark("command", 360 - 10), mark("command", 960 - 10), mark("command", 1_560 - 10)]
        result = outcome("expiry-cycling", given, commands)
        assert (result.found, result.explained) == (1, {})
        assert quantity(result.findings[0], "broken-steps") == 3

    def test_an_hour_with_two_unexplained_losses_is_explained_by_the_commonest_reason(self):
        given = self.losses(60, 360, 660, 960, 1_260)
        notes = [mark("skill", 50), mark("command", 350), mark("command", 650)]
        result = outcome("expiry-cycling", given, notes)
        assert (result.found, result.explained, result.naive) == (0, {"command": 1}, 1)

    def test_the_lean_of_a_mixed_window_stays_open(self):
        part = outcome("expiry-cycling", self.losses(60, 120, 180)).findings
        nothing = outcome("expiry-cycling", rows(WARM, (60, 0, 62_000), (120, 0, 64_000), (180, 0, 66_000))).findings
        mixed = outcome("expiry-cycling", rows(WARM, (60, 20_000, 42_000), (120, 0, 64_000), (180, 0, 66_000))).findings
        assert [one.lean_reason for one in (*part, *nothing, *mixed)] == ["prefix-read", "nothing-read", "no-layer"]

    def test_the_excess_is_the_sum_of_the_losses(self):
        (finding,) = outcome("expiry-cycling", self.losses(60, 120, 180)).findings
        assert finding.excess_tokens == 40_000 + 42_000 + 44_000
        assert len(finding.requests) == 4


class TestPrefixPin:
    @pytest.mark.parametrize(("read", "found"), [(20_400, 1), (20_401, 0), (19_600, 1), (19_599, 0)])
    def test_reads_are_equal_within_two_per_cent_of_the_first(self, read, found):
        given = rows(WARM, (60, 20_000, 42_000), (120, read, 44_000), (180, 20_000, 46_000))
        assert outcome("prefix-pin", given).found == found

    def test_a_healthy_request_in_between_ends_the_run(self):
        given = rows(WARM, (60, 20_000, 42_000), (120, 20_000, 44_000), (180, 64_000, 900), (240, 20_000, 47_000))
        result = outcome("prefix-pin", given)
        assert (result.found, result.naive) == (0, 1)

    def test_nothing_read_is_no_pinned_prefix(self):
        result = outcome("prefix-pin", rows(WARM, (60, 0, 62_000), (120, 0, 64_000), (180, 0, 66_000)))
        assert (result.found, result.naive) == (0, 1)

    @pytest.mark.parametrize(("written", "found"), [(14_000, 1), (13_300, 0)])
    def test_less_than_six_tenths_of_the_expected_read(self, written, found):
        """20,000 read of 34,000 is 0.588, of 33,300 it is 0.601."""
        given = rows((0, 20_000, written), (60, 20_000, 15_000), (120, 20_000, 16_000), (180, 20_000, 17_000))
        result = outcome("prefix-pin", given)
        assert (result.found, result.naive) == (found, 1)

    def test_a_run_is_one_finding_with_the_sum_of_its_excess(self):
        given = rows(WARM, *((60 * n, 20_000, 40_000 + 2_000 * n) for n in range(1, 9)))
        (finding,) = outcome("prefix-pin", given).findings
        assert quantity(finding, "broken-steps") == 8
        assert quantity(finding, "pinned-read") == 20_000
        assert finding.excess_tokens == sum(40_000 + 2_000 * n for n in range(8))
        assert len(finding.requests) == 9

    def test_an_explained_start_does_not_explain_the_requests_after_it(self):
        given = rows(WARM, *((60 * n, 20_000, 40_000 + 2_000 * n) for n in range(1, 5)))
        (finding,) = outcome("prefix-pin", given, [mark("command", 50)]).findings
        assert quantity(finding, "broken-steps") == 3

    def test_with_two_unexplained_requests_the_run_is_explained_once(self):
        given = rows(WARM, *((60 * n, 20_000, 40_000 + 2_000 * n) for n in range(1, 5)))
        result = outcome("prefix-pin", given, [mark("command", 50), mark("command", 110)])
        assert (result.found, result.explained) == (0, {"command": 1})

    def test_a_run_stops_where_requests_of_the_thread_are_missing(self):
        """Rows of a partial pack keep their positions; what lay between them nobody knows."""
        given = rows(*((60 * n, 20_000, 40_000 + 2_000 * n, {"position": n}) for n in range(6)))
        assert outcome("prefix-pin", given).found == 1
        assert outcome("prefix-pin", [row for row in given if row.position != 3]).found == 0

    def test_another_level_begins_another_run(self):
        given = rows(WARM, *((60 * n, 20_000 if n < 4 else 10_000, 40_000 + 15_000 * n) for n in range(1, 7)))
        assert outcome("prefix-pin", given).found == 2


class TestResumeMiss:
    @staticmethod
    def resumed(pause=300, read=20_000, written=42_000, *notes, version="2.1.76"):
        given = rows(WARM, (4 + pause, read, written), version=version)
        return outcome("resume-miss", given, [mark("resume", pause), *notes])

    def test_a_start_beside_the_resume_is_the_same_resume(self):
        result = self.resumed(300, 20_000, 42_000, mark("start", 290))
        assert (result.found, result.explained) == (1, {})

    def test_the_command_that_resumes_is_no_explanation(self):
        result = self.resumed(300, 20_000, 42_000, mark("command", 299, trigger=Trigger.RESUME))
        assert (result.found, result.explained) == (1, {})

    @pytest.mark.parametrize(("at", "trigger"), [(302, "other"), (40, "mcp"), (40, "custom"), (40, "rewind")])
    def test_any_other_command_is(self, at, trigger):
        """Of the unnamed built-in commands only one before the resume can be the one that ended the session."""
        result = self.resumed(300, 20_000, 42_000, mark("command", at, trigger=Trigger(trigger)))
        assert (result.found, result.explained) == (0, {"command": 1})

    @pytest.mark.parametrize("kind", ["compaction", "tools-change", "skill", "interrupt"])
    def test_the_other_explanations_still_explain(self, kind):
        assert self.resumed(300, 20_000, 42_000, mark(kind, 40)).found == 0

    def test_a_shorter_prompt_that_was_rebuilt_is_a_finding_of_grade_b(self):
        """55,000 tokens instead of 60,000, and only the first 20,000 of them were read."""
        (finding,) = self.resumed(300, 20_000, 35_000).findings
        (whole,) = self.resumed(300, 20_000, 42_000).findings
        assert (str(finding.grade), str(whole.grade)) == ("B", "A")
        assert finding.excess_tokens == 35_005

    @pytest.mark.parametrize(("read", "explained"), [(33_003, {"trimmed": 1}), (33_002, {})])
    def test_a_shorter_prompt_that_is_mostly_read_was_cut_at_its_end(self, read, explained):
        """0.6 of 55,005 tokens is 33,003."""
        assert self.resumed(300, read, 55_000 - read).explained == explained

    @pytest.mark.parametrize(("version", "lean"), [
        ("2.1.68", "prefix-read"), ("2.1.69", "client-versions"), ("2.1.89", "client-versions"),
        ("2.1.90", "prefix-read"), ("", "prefix-read"),
    ])  # fmt: skip
    def test_the_versions_with_the_known_fault_lean_to_the_client(self, version, lean):
        (finding,) = self.resumed(version=version).findings
        assert finding.lean_reason == lean

    def test_the_control_counts_prompts_within_the_lifetime_that_were_not_resumed(self):
        prompt = {"prompt_words": 5}
        given = rows(
            WARM,
            (60, 60_000, 900),  # a tool loop
            (120, 60_900, 900, prompt),  # hit
            (180, 20_000, 43_000, prompt),  # miss
            (240, 63_000, 900, prompt),  # hit
            (540, 20_000, 45_000, prompt),  # the resume
            (5_000, 0, 66_000, prompt),  # past the lifetime
        )
        (finding,) = outcome("resume-miss", given, [mark("resume", 500)]).findings
        assert (quantity(finding, "control-steps"), quantity(finding, "control-misses")) == (3, 1)

    def test_resumes_without_a_cached_prefix_are_not_counted(self):
        given = rows((0, 0, 3_000), (100, 0, 40_000), (160, 40_000, 900))
        result = outcome("resume-miss", given, [mark("resume", 90)])
        assert (result.outcome, result.examined, result.naive) == (Outcome.QUIET, 0, 0)

    def test_naive_counts_every_break_after_a_resume(self):
        assert self.resumed(300, 60_000, 900).naive == 0
        late = self.resumed(4_000, 0, 62_000)
        assert (late.found, late.naive, late.explained) == (0, 1, {"lifetime-elapsed": 1})

    def test_a_sub_agents_thread_says_nothing_of_resumes(self):
        given = rows(WARM, (60, 60_000, 900), agent="a" * 16)
        assert outcome("resume-miss", given).outcome is Outcome.NOT_MEASURABLE


class TestThinkingStripped:
    @staticmethod
    def thread(*after, pause=3_601, version="2.1.90"):
        """A pause, the rebuild after it, then (read, written) a minute apart each."""
        start = 4 + pause
        steps = [(start + 60 * (place + 1), *pair) for place, pair in enumerate(after)]
        return rows(WARM, (start, 0, 62_000), *steps, version=version)

    MISSES = ((50_000, 13_000), (52_000, 12_500), (54_000, 12_000))

    @pytest.mark.parametrize(("pause", "found"), [(3_600, 0), (3_601, 1)])
    def test_the_pause_is_longer_than_an_hour(self, pause, found):
        result = outcome("thinking-stripped", self.thread(*self.MISSES, pause=pause))
        assert (result.examined, result.found, result.naive) == (found, found, found)

    @pytest.mark.parametrize(("version", "found"), [
        ("2.1.84", 0), ("2.1.85", 1), ("2.1.100", 1), ("2.1.101", 0), ("", 0),
    ])  # fmt: skip
    def test_only_the_versions_with_the_fault(self, version, found):
        first = request(0, *WARM, version="2.1.90")  # one version is known, so the thread can be judged
        result = outcome("thinking-stripped", [first, *self.thread(*self.MISSES, version=version)[1:]])
        assert result.found == found
        assert result.explained == ({} if found else {"other-version": 1})

    def test_a_log_without_versions_is_not_measurable(self):
        result = outcome("thinking-stripped", self.thread(*self.MISSES, version=""))
        assert result.outcome is Outcome.NOT_MEASURABLE
        assert "client-versions" in result.missing

    @pytest.mark.parametrize(("healthy", "found"), [(2, 1), (3, 0)])
    def test_three_of_the_next_five(self, healthy, found):
        """The third miss is the fifth or the sixth request after the pause."""
        hits = [(62_000 + 100 * n, 100) for n in range(healthy)]
        end = 62_000 + 100 * healthy
        misses = [(end - 12_000 + 1_000 * n, 14_000) for n in range(3)]
        assert outcome("thinking-stripped", self.thread(*hits, *misses)).found == found

    def test_requests_past_the_lifetime_are_passed_over(self):
        """The cache lives five minutes here; the pause of ten is no miss of the fault, and does not end the count."""
        five = {"cache_write_1h_tokens": 0, "cache_write_5m_tokens": 9_999}
        given = rows(
            WARM,
            (4_000, 0, 62_000),
            (4_060, 50_000, 13_000),
            (4_120, 52_000, 12_500),
            (4_724, 0, 66_000),
            (4_784, 55_000, 13_000),
            version="2.1.90",
            **five,
        )
        result = outcome("thinking-stripped", given)
        assert (result.found, result.examined) == (1, 1)
        assert quantity(result.findings[0], "broken-steps") == 3
        assert quantity(result.findings[0], "looked-at") == 3

    def test_nothing_read_is_not_what_a_cleared_block_of_thinking_does(self):
        result = outcome("thinking-stripped", self.thread((0, 63_000), (0, 64_000), (0, 65_000)))
        assert (result.found, result.explained, result.naive) == (0, {}, 1)

    def test_the_next_long_pause_ends_the_count(self):
        given = self.thread(*self.MISSES[:2])
        later = [request(9, 8_000, 0, 67_000, version="2.1.90"), request(10, 8_060, 55_000, 13_000, version="2.1.90")]
        result = outcome("thinking-stripped", [*given, *later])
        assert (result.found, result.examined, result.naive) == (0, 0, 0)

    def test_fewer_than_three_requests_after_the_pause_are_not_examined(self):
        result = outcome("thinking-stripped", self.thread(*self.MISSES[:2]))
        assert (result.outcome, result.examined) == (Outcome.QUIET, 0)

    def test_with_two_unexplained_misses_the_pause_is_explained_once(self):
        result = outcome("thinking-stripped", self.thread(*self.MISSES), [mark("skill", 3_660)])
        assert (result.found, result.explained) == (0, {"skill": 1})

    def test_a_context_edit_is_the_question_and_a_microcompaction_is_an_answer(self):
        times = (3_660, 3_720, 3_780)
        edits = [mark("context-edit", at) for at in times]
        cleared = [mark("microcompaction", at) for at in times]
        given = self.thread(*self.MISSES)
        assert outcome("thinking-stripped", given, edits).found == 1
        assert outcome("thinking-stripped", given, [*edits, *cleared]).explained == {"microcompaction": 1}

    def test_the_finding_is_grade_b_and_leans_to_the_client(self):
        (finding,) = outcome("thinking-stripped", self.thread(*self.MISSES)).findings
        assert (str(finding.grade), finding.lean_reason) == ("B", "client-versions")
        assert finding.excess_tokens == 12_000 + 11_000 + 10_500


@pytest.mark.parametrize(
    "detector", ["gap-then-spike", "expiry-cycling", "prefix-pin", "resume-miss", "thinking-stripped"]
)
def test_one_request_alone_is_not_measurable(detector):
    result = outcome(detector, rows(WARM))
    assert (result.outcome, result.not_measurable) == (Outcome.NOT_MEASURABLE, 1)


def test_builders_write_for_an_hour():
    """The rows of this file stand for a thread with the long lifetime unless they say otherwise."""
    ((step,),) = [thread.steps for thread in arranged(rows(WARM, (60, 60_000, 900)), ()).threads]
    assert step.lifetime is Lifetime.ONE_HOUR
