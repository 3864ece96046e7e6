"""Detectors of meters and counters at the edges that their worked examples do not show."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import msgspec
import pytest
from builders import KEY, START, mark, request
from hypothesis import given
from hypothesis import strategies as st

from generator.detectors import DETECTORS, run
from generator.detectors.shared.meters import explained_points, settled_points, standing_since
from generator.ledger.subjects import Interval, Scope, arranged
from generator.records.pseudonyms import pseudonym
from generator.records.results import FindingGrade, Lean, Outcome
from generator.records.rows import Counter, CounterReading, MarkKind, MeterReading, SourceRef, Window

BY_ID = {detector.id: detector for detector in DETECTORS}
METERED = [detector for detector in DETECTORS if detector.scope is Scope.METER]
FIVE_HOURS = 18_000
WEEK = 604_800
ACCOUNT = pseudonym("account", "a", KEY)


def after(seconds):
    return START + timedelta(seconds=seconds)


def read(*rows, window=Window.FIVE_HOUR, resets=FIVE_HOURS, line=1000):
    """Readings of one window from (second, percent) or (second, percent, reset second or None)."""
    return [
        MeterReading(
            account=ACCOUNT,
            window=window,
            at=after(at),
            used=used / 100,
            resets_at=None if (end := own[0] if own else resets) is None else after(end),
            source=SourceRef(0, line + number),
        )
        for number, (at, used, *own) in enumerate(rows)
    ]


def calls(*seconds, first=0, usd=0.5, **fields):
    """Calls that end at these seconds and cost `usd` at list price (written for an hour, $10 a million)."""
    return [
        request(first + number, at - 4, 0, round(usd * 100_000), input_tokens=0, output_tokens=0, **fields)
        for number, at in enumerate(seconds)
    ]


WORK = calls(*range(60, 481, 60))  # eight calls, $4, the last ends at 480 s


def result(detector, requests=(), meters=(), marks=(), counters=()):
    return run(BY_ID[detector], arranged(requests, marks, meters, counters))


def meter_of(requests, readings):
    (meter,) = arranged(requests, (), readings).meters
    return meter


def quantities(finding):
    return {quantity.name: quantity.value for quantity in finding.quantities}


# subjects


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ((0, 40, 600), (599, 41, 600), True),
        ((0, 40, 600), (600, 41, 600), False),
        ((0, 40, 9000), (300, 41, 9120), True),
        ((0, 40, 9000), (300, 41, 9121), False),
        ((0, 40, None), (300, 40, None), True),
        ((0, 40, None), (300, 39, None), False),
        ((0, 0, None), (300, 5, 9000), True),
        ((0, 40, 9000), (300, 0, None), False),
    ],
)
def test_a_reset_shows_by_its_time_and_without_one_by_a_fall(first, second, same):
    assert Interval(*read(first, second)).same_window is same


def test_a_window_of_one_model_counts_only_its_calls():
    requests = [*calls(60), *calls(120, first=1, model="claude-sonnet-4-6")]
    subjects = arranged(
        requests,
        (),
        [
            *read((0, 0), (600, 9), window=Window.SEVEN_DAY_OPUS),
            *read((0, 0), (600, 9), window=Window.SEVEN_DAY_SONNET),
            *read((0, 0), (600, 9), window=Window.FIVE_HOUR),
        ],
    )
    costs = {meter.window: round(meter.cost_between(after(0), after(600)), 4) for meter in subjects.meters}
    assert costs == {Window.SEVEN_DAY_OPUS: 0.5, Window.SEVEN_DAY_SONNET: 0.3, Window.FIVE_HOUR: 0.8}


# what calls explain


def test_a_call_that_runs_while_the_meter_is_read_may_be_posted_already():
    long = request(0, 100, 0, 50_000, input_tokens=0, output_tokens=0, ended=after(900))
    meter = meter_of([long, *calls(1800, first=1)], read((0, 0), (600, 4), (3000, 5)))
    assert meter.cost_between(after(0), after(600)) == 0
    assert explained_points(meter, after(0), after(600)) == pytest.approx(0.5 / meter.usd_per_point)
    assert explained_points(meter, after(0), after(99)) == 0
    asleep = msgspec.structs.replace(long, ended=after(600 + 3601))
    assert explained_points(meter_of([asleep], read((0, 0), (600, 4), (9000, 5))), after(0), after(600)) == 0


def test_a_call_without_a_price_may_explain_anything():
    unknown = request(9, 1500, 0, 50_000, model="other")
    meters = read((0, 0), (600, 4), (1200, 4), (3000, 7))
    assert result("idle-advance", WORK, meters).outcome is Outcome.FOUND
    assert result("idle-advance", [*WORK, unknown], meters).found == 0
    assert result("block-jump", [*WORK, unknown], read((0, 0), (240, 2), (480, 4), (1080, 4), (1560, 9))).found == 0


def test_a_rise_is_counted_against_the_whole_window_before_and_three_readings_after():
    meter = meter_of(WORK, read((0, 0), (100, 40), (200, 10), (300, 10), (400, 10), (500, 10), (600, 41), (700, 41)))
    assert settled_points(meter, 5, 6) == 1
    spike = meter_of(WORK, read((0, 3), (100, 90), (200, 90), (300, 90), (400, 3)))
    assert settled_points(spike, 0, 1) == 0
    lasting = meter_of(WORK, read((0, 3), (100, 90), (200, 90), (300, 90), (400, 90), (500, 3)))
    assert settled_points(lasting, 0, 1) == 87


def test_an_earlier_wrong_reading_does_not_hide_later_rises():
    meter = meter_of(WORK, read((0, 3), (100, 90), (200, 3), (300, 20)))
    assert settled_points(meter, 2, 3) == 17


def test_a_value_stands_since_its_first_reading_and_not_over_a_reset():
    meter = meter_of(WORK, read((0, 4, 250), (200, 4, 250), (300, 4), (400, 4), (500, 5)))
    assert standing_since(meter, 3) == after(300)
    assert standing_since(meter, 1) == after(0)
    assert standing_since(meter, 4) == after(500)


@given(st.lists(st.integers(0, 100), min_size=2, max_size=12))
def test_a_rise_never_settles_above_what_was_read(values):
    meter = meter_of(WORK, read(*((60 * place, value) for place, value in enumerate(values))))
    for first in range(len(values) - 1):
        assert settled_points(meter, first, first + 1) <= meter.intervals[first].points


@given(st.lists(st.integers(0, 12), min_size=2, max_size=12), st.lists(st.integers(0, 3), min_size=2, max_size=12))
def test_a_meter_that_only_grows_shows_no_fall(starts, steps):
    values = [sum(steps[:place]) for place in range(len(steps) + 1)]
    meters = read(*((300 * place, value) for place, value in enumerate(values)))
    for name in ("negative-delta", "recount-cluster"):
        answer = result(name, (), meters)
        assert (answer.outcome, answer.naive, answer.explained) == (Outcome.QUIET, 0, {})


# idle advance


def test_close_readings_are_joined_into_one_stretch_and_one_finding():
    """Three steps of one point at five-minute readings: no single interval is long or high."""
    rows = [
        (0, 0),
        (300, 2),
        (600, 4),
        *((600 + 300 * step, 4 + (step - 2) // 2 * (step > 2)) for step in range(1, 11)),
    ]
    answer = result("idle-advance", WORK, read(*rows))
    (finding,) = answer.findings
    assert max(later[0] - sooner[0] for sooner, later in pairwise(rows)) == 300
    assert quantities(finding)["rise"] == 4
    assert quantities(finding)["predicted"] == 0
    assert finding.at == after(1200)  # ten minutes after the last call, at 480 s
    assert len(finding.readings) == 9
    assert (finding.grade, finding.lean, finding.account) == (FindingGrade.C, Lean.ACCOUNT, ACCOUNT)


@pytest.mark.parametrize(
    ("rows", "found", "explained"),
    [
        ([(1200, 4), (2100, 6)], 1, {}),
        ([(1200, 4), (2099, 6)], 0, {"late-posting": 1}),  # 900 s with the late part, 899 s without
        ([(1200, 4), (2100, 5.99)], 0, {"one-step": 1}),
        ([(1200, 4), (2100, 4.99)], 0, {}),
        ([(1079, 4), (2100, 6)], 0, {"late-posting": 1}),  # a call ended 599 s before
        ([(1081, 4), (2100, 6)], 1, {}),
        ([(1079, 4), (1100, 4), (2100, 6)], 1, {}),  # the beginning is cut off, the rest stands
    ],
)
def test_idle_means_fifteen_minutes_two_points_and_ten_minutes_after_the_calls(rows, found, explained):
    answer = result("idle-advance", WORK, read((0, 0), (600, 4), *rows))
    assert (answer.found, answer.explained) == (found, explained)


def test_small_calls_are_idle_until_they_add_up_to_half_a_point():
    meters = read((0, 0), (600, 4), (1200, 4), (2400, 7))
    assert result("idle-advance", [*WORK, *calls(1500, first=50, usd=0.2)], meters).found == 1
    assert result("idle-advance", [*WORK, *calls(1500, 1800, first=50, usd=0.2)], meters).found == 0


def test_a_rise_in_the_next_window_needs_quiet_and_a_point_to_count_as_explained():
    rows = [(0, 0, 2000), (600, 4, 2000), (1200, 4, 2000)]
    assert result("idle-advance", WORK, read(*rows, (3000, 5, 20_000))).explained == {"reset": 1}
    assert result("idle-advance", WORK, read(*rows, (3000, 4, 20_000))).explained == {}
    assert result("idle-advance", WORK, read(*rows, (2001, 5, 20_000))).explained == {}
    assert result("idle-advance", [*WORK, *calls(2500, first=50)], read(*rows, (3000, 5, 20_000))).explained == {}


def test_an_overnight_rise_counts_however_far_apart_the_readings_are():
    meters = read((0, 0), (600, 4), (1200, 4), (40_000, 9), window=Window.SEVEN_DAY, resets=WEEK)
    (finding,) = result("idle-advance", WORK, meters).findings
    assert (quantities(finding)["rise"], finding.window) == (5, Window.SEVEN_DAY)


def test_the_old_value_of_another_session_makes_no_idle_rise():
    meters = read((0, 0), (450, 4), (490, 2), (1200, 2), (3000, 4))
    assert result("idle-advance", WORK, meters).explained == {"glitch": 1}


def test_extra_usage_has_no_price_of_a_point():
    meters = read((0, 0), (600, 4), (1200, 4), (3000, 7), window=Window.EXTRA_USAGE)
    for name in ("idle-advance", "block-jump"):
        assert result(name, WORK, meters).outcome is Outcome.NOT_MEASURABLE


def test_the_naive_rule_counts_each_rise_without_a_call_between_its_readings():
    meters = read((0, 0, 650), (600, 4, 650), (700, 5), (800, 6), (900, 6))
    assert result("idle-advance", WORK, meters).naive == 2


# block jump


@pytest.mark.parametrize(
    ("jump", "found", "explained"),
    [
        ([(1080, 4), (1980, 9)], 1, {}),
        ([(1080, 4), (1981, 9)], 0, {"poll-gap": 1}),
        ([(1080, 4), (1380, 7)], 1, {}),
        ([(1080, 4), (1380, 6.99)], 0, {}),
        ([(1079, 4), (1380, 7)], 0, {"late-posting": 1}),
    ],
)
def test_a_jump_is_three_points_in_fifteen_minutes_that_no_call_pays(jump, found, explained):
    answer = result("block-jump", WORK, read((0, 0), (240, 2), (480, 4), *jump))
    assert (answer.found, answer.explained) == (found, explained)


def test_twice_the_prediction_and_two_and_a_half_points_pay_a_jump():
    """Two calls of $0.50, at $99 for 99 points, predict one point: up to 4.5 points are paid."""
    weekly = [*calls(1000, 1100, first=20), *calls(40_000, first=30, usd=98)]
    for rise, found in ((4.49, 0), (4.5, 1)):
        meters = read(
            (0, 0), (900, 0), (1200, rise), (30_000, rise), (39_000, rise), (41_000, 99),
            window=Window.SEVEN_DAY, resets=WEEK,
        )  # fmt: skip
        assert result("block-jump", weekly, meters).found == found


def test_a_jump_back_to_a_value_shown_long_before_is_no_jump():
    old = [(500 + 60 * step, 2) for step in range(12)]
    rows = [(0, 0), (240, 2), (360, 4), (480, 6), *old, (1220, 6)]
    assert result("block-jump", WORK, read(*rows)).explained == {"glitch": 1}


def test_the_naive_rule_of_jumps_counts_two_points():
    answer = result("block-jump", WORK, read((0, 0), (240, 2), (480, 3.99), (1080, 4)))
    assert (answer.naive, answer.examined) == (1, 3)


def test_a_wrong_value_may_last_three_readings():
    rows = [(0, 0), (240, 2), (480, 4), (1080, 4), (1380, 60), (1400, 60), (1420, 60), (1440, 4)]
    assert result("block-jump", WORK, read(*rows)).explained == {"glitch": 1}
    late = [*rows[:-1], (1440, 60), (1460, 4)]
    assert result("block-jump", WORK, read(*late)).found == 1


def test_a_reset_after_a_jump_is_no_fall_back():
    rows = [(0, 0, 1500), (240, 2, 1500), (480, 4, 1500), (1080, 4, 1500), (1380, 9, 1500), (1600, 0, 20_000)]
    (finding,) = result("block-jump", WORK, read(*rows)).findings
    assert quantities(finding)["rise"] == 5


def test_block_jumps_stand_for_something_that_no_log_decides():
    for name in ("block-jump", "recount-cluster"):
        detector = BY_ID[name]
        assert detector.proxy_for
        assert detector.decided_by
        assert any("not decidable from this log" in limit for limit in detector.limits)


# falls


def test_a_fall_and_a_rise_are_one_finding_from_the_reading_before_to_the_rise():
    answer = result("negative-delta", (), read((0, 10), (60, 20), (120, 18), (180, 15), (240, 15.5), (300, 30)))
    (finding,) = answer.findings
    assert (finding.at, finding.until) == (after(60), after(300))
    assert quantities(finding) == {"fall": 2, "rise": 14.5, "span": 240}
    assert (answer.examined, answer.naive, answer.explained) == (5, 2, {})
    assert (finding.grade, finding.lean_reason, finding.excess_tokens) == (FindingGrade.B, "display", 0)


@pytest.mark.parametrize(
    ("rows", "found", "explained"),
    [
        ([(0, 20), (60, 18), (120, 20)], 1, {}),
        ([(0, 20), (60, 18.01), (120, 21)], 0, {"one-step": 1}),
        ([(0, 20), (60, 15), (120, 16.99)], 0, {"no-rise": 1}),
        ([(0, 20), (60, 15), (120, 15), (180, 15), (240, 20)], 1, {}),
        ([(0, 20), (60, 15), (120, 15), (180, 15), (240, 15), (300, 20)], 0, {"no-rise": 1}),
        ([(0, 20, 200), (60, 15, 200), (210, 20, 9000)], 0, {"no-rise": 1}),  # the rise is of the next window
        ([(0, 3), (60, 100), (120, 3), (180, 4)], 0, {"no-rise": 1}),  # up and back
        ([(0, 3), (60, 100), (120, 3), (180, 6)], 0, {"old-value": 1}),
        ([(0, 15, 50), (60, 20), (120, 15), (180, 20)], 1, {}),  # 15 was shown in the window before
        ([(0, 20), (60, 15), (120, 20), (180, 14), (240, 20)], 2, {}),
    ],
)
def test_a_fall_counts_with_a_new_value_and_a_rise_within_three_intervals(rows, found, explained):
    answer = result("negative-delta", (), read(*rows))
    assert (answer.found, answer.explained) == (found, explained)


def test_falls_are_judged_only_where_both_readings_name_a_reset():
    mixed = read((0, 40), (60, 0, None), (120, 40), (180, 41))
    answer = result("negative-delta", (), mixed)
    assert (answer.outcome, answer.examined, answer.explained) == (Outcome.QUIET, 1, {"reset": 1})
    assert result("recount-cluster", (), mixed).examined == 1


@pytest.mark.parametrize(
    ("third", "found", "explained"), [(600, 1, {}), (601, 0, {"spread-out": 1})], ids=["ten-minutes", "a-second-more"]
)
def test_a_cluster_is_three_falls_within_ten_minutes_of_the_first(third, found, explained):
    shift = 60
    rows = [(0, 20), (shift, 19), (120, 23), (180, 22), (shift + third - 1, 25), (shift + third, 24)]
    answer = result("recount-cluster", (), read(*rows))
    assert (answer.found, answer.explained, answer.naive) == (found, explained, 1)


def test_clusters_do_not_overlap_and_each_is_cited_whole():
    rows = [(0, 20)]
    for step in range(8):
        rows += [(60 + 180 * step, 19 + 3 * step), (120 + 180 * step, 23 + 3 * step)]
    answer = result("recount-cluster", (), read(*rows))
    first, second = sorted(answer.findings, key=lambda finding: finding.at)
    assert (quantities(first)["falls"], quantities(second)["falls"]) == (4, 4)
    assert (first.at, first.until, second.at, second.until) == (after(0), after(600), after(660), after(1320))
    assert len(first.readings) == 8


def test_a_fall_of_less_than_a_point_is_no_correction():
    rows = [(0, 20), (60, 19.01), (120, 23), (180, 22), (240, 25), (300, 24)]
    assert result("recount-cluster", (), read(*rows)).found == 0


def test_two_falls_are_no_cluster_and_three_resets_beside_them_none_either():
    answer = result("recount-cluster", (), read((0, 20), (60, 19), (120, 23), (180, 22)))
    assert (answer.outcome, answer.naive, answer.explained) == (Outcome.QUIET, 0, {})
    resets = read((0, 20, 100), (60, 19, 100), (120, 9, 200), (180, 8, 200), (210, 4, 9000))
    assert result("recount-cluster", (), resets).explained == {"reset": 1}


# running counters


def count(*rows, counter=Counter.INPUT_TOKENS, version="2.1.80"):
    """Counter readings from (second, value, uptime)."""
    return [
        CounterReading(
            session=pseudonym("session", "s", KEY),
            counter=counter,
            at=after(at),
            value=value,
            uptime=uptime,
            version=version,
            model="claude-opus-4-6",
            source=SourceRef(0, 2000 + number),
        )
        for number, (at, value, uptime) in enumerate(rows)
    ]


PROMPT = mark("prompt", 0)
FALL = count((10, 104_000, 100), (70, 4_000, 160))


@pytest.mark.parametrize(
    ("before", "after_", "found"),
    [(50_000, 10_000, 1), (49_999, 4_000, 0), (50_000, 10_001, 0), (50_000, 0, 1)],
)
def test_a_counter_falls_from_fifty_thousand_to_a_fifth(before, after_, found):
    answer = result("counter-reset", (), (), [PROMPT], count((10, before, 100), (70, after_, 160)))
    assert (answer.found, answer.examined, answer.naive) == (found, 1, 1)


def test_a_counter_finding_names_the_session_and_both_readings_and_no_tokens():
    (finding,) = result("counter-reset", (), (), [PROMPT], FALL).findings
    assert finding.session == FALL[0].session
    assert finding.readings == (SourceRef(0, 2000), SourceRef(0, 2001))
    assert (finding.requests, finding.excess_tokens, finding.client) == ((), 0, "2.1.80")


@pytest.mark.parametrize(
    ("note", "benign"),
    [
        (mark("compaction", 10), "compaction"),
        (mark("compact-summary", 70), "compaction"),
        (mark("microcompaction", 30), "compaction"),
        (mark("resume", 30), "cleared"),
        (mark("start", 30), "cleared"),
        (mark("command", 30, trigger="clear"), "cleared"),
        (mark("command", 30, trigger="compact"), "cleared"),
        (mark("command", 30, trigger="resume"), "cleared"),
        (mark("command", 30, trigger="rewind"), "cleared"),
        (mark("command", 30, trigger="model"), None),
        (mark("clear", 71), None),
        (mark("clear", 9), None),
    ],
)
def test_what_lies_between_the_readings_explains_a_fall(note, benign):
    answer = result("counter-reset", (), (), [PROMPT, note], FALL)
    assert answer.explained == ({benign: 1} if benign else {})
    assert answer.found == (benign is None)


@pytest.mark.parametrize(
    "missing",
    [
        {"counters": [msgspec.structs.replace(row, uptime=None) for row in FALL]},
        {"counters": [msgspec.structs.replace(row, version="") for row in FALL]},
        {"counters": [msgspec.structs.replace(row, counter=Counter.COST) for row in FALL]},
        {"counters": FALL, "marks": []},
        {"counters": FALL[:1]},
    ],
    ids=["no clock", "no version", "a cost", "no transcript", "one reading"],
)
def test_a_counter_without_clock_version_or_transcript_says_nothing(missing):
    answer = result("counter-reset", **({"marks": [PROMPT]} | missing))
    assert (answer.outcome, answer.not_measurable) == (Outcome.NOT_MEASURABLE, 1)


def test_output_counters_are_judged_too_and_an_unpublic_model_is_no_switch():
    rows = [msgspec.structs.replace(row, counter=Counter.OUTPUT_TOKENS) for row in FALL]
    blank = [rows[0], msgspec.structs.replace(rows[1], model=None)]
    assert result("counter-reset", (), (), [PROMPT], rows).found == 1
    assert result("counter-reset", (), (), [PROMPT], blank).found == 1


@pytest.mark.parametrize(("version", "found"), [("2.1.131", 1), ("2.1.132", 0), ("2.2.0", 0)])
def test_from_2_1_132_on_the_counter_is_no_sum(version, found):
    rows = count((10, 104_000, 100), (70, 4_000, 160), version=version)
    assert result("counter-reset", (), (), [PROMPT], rows).found == found


# refusals


def both(*rows, week=55):
    """Five-hour and weekly readings, the week at one value."""
    return [
        *read(*rows),
        *read(*((at, week, WEEK) for at, *_ in rows), window=Window.SEVEN_DAY, line=3000),
    ]


def refused(*seconds):
    return [mark(MarkKind.LIMIT_REFUSAL, at, line=900 + number) for number, at in enumerate(seconds)]


@pytest.mark.parametrize(
    ("meters", "explained"),
    [
        (both((0, 40)), {}),
        (both((-1, 40)), {"stale-reading": 1}),
        (both((300, 89.9)), {}),
        (both((300, 90)), {"meter-full": 1}),
        (both((300, 85), (1200, 100)), {"meter-full": 1}),  # the meter lagged behind the limiter
        (both((300, 85), (1201, 100)), {}),
        (both((300, 40), week=90), {"other-window-full": 1}),
        ([*both((300, 40)), *read((300, 95), window=Window.SEVEN_DAY_OPUS, line=4000)], {"other-window-full": 1}),
        ([*both((300, 40)), *read((300, 99), window=Window.EXTRA_USAGE, line=4000)], {}),
        ([*both((300, 40)), *read((-700, 20), window=Window.SEVEN_DAY_OPUS, line=4000)], {"stale-reading": 1}),
        (both((-900, 40, 1), (300, 2)), {"just-reset": 1}),
        (both((-900, 40, 0), (300, 2)), {}),
        (both((-900, 40, 600), (300, 2)), {"just-reset": 1}),
        (both((100, 95, 200), (300, 2)), {"just-reset": 1}),
        (both((300, 40, -50)), {"stale-reading": 1}),  # a window that had ended already
    ],
)
def test_a_refusal_at_600_s_is_found_only_with_fresh_readings_below_ninety(meters, explained):
    answer = result("low-meter-refusal", (), meters, refused(600))
    assert answer.explained == explained
    assert answer.found == (not explained)
    assert (answer.examined, answer.naive) == (1, 1)


def test_refusals_within_ten_minutes_of_each_other_are_one_finding():
    meters = both(*((300 * step, 40) for step in range(10)))
    answer = result("low-meter-refusal", (), meters, refused(600, 1200, 1800, 2401))
    sizes = sorted(quantities(finding)["refusals"] for finding in answer.findings)
    assert (sizes, answer.examined) == ([1, 3], 4)


def test_a_refusal_finding_shows_the_fullest_window_and_the_oldest_reading():
    meters = [*read((500, 40)), *read((300, 70, WEEK), window=Window.SEVEN_DAY, line=3000)]
    (finding,) = result("low-meter-refusal", (), meters, refused(600)).findings
    assert quantities(finding) == {"refusals": 1, "highest-meter": 0.7, "oldest-reading": 300}
    assert finding.window is Window.FIVE_HOUR
    assert finding.readings == (SourceRef(0, 1000), SourceRef(0, 3000))


# whole windows


def windows(*rises, start=0, first=0, usd=0.5, every=FIVE_HOURS):
    """Five-hour windows of twenty calls each, with four readings up to the rise; (calls, readings)."""
    requests, readings = [], []
    for place, rise in enumerate(rises):
        began = start + place * every
        requests += calls(*range(began + 70, began + 1271, 60)[:20], first=1000 * first + 100 * place, usd=usd)
        readings += read(
            *((began + 600 * step, first + rise * share) for step, share in enumerate((0, 0.5, 0.8, 1))),
            resets=began + FIVE_HOURS,
            line=1000 + 10 * place + start,
        )
    return requests, readings


def at_dates(requests, readings, begin):
    """The same records with START moved to `begin`."""
    shift = begin - START
    moved = [
        msgspec.structs.replace(
            row, started=row.started + shift, first_seen=row.first_seen + shift, ended=row.ended + shift
        )
        for row in requests
    ]
    return moved, [msgspec.structs.replace(row, at=row.at + shift, resets_at=row.resets_at + shift) for row in readings]


FEBRUARY = datetime(2026, 2, 10, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("rises", "found"),
    [
        ((10, 10, 10, 23), 1),
        ((10, 10, 10, 22.99), 0),
        ((3.2, 3.2, 3.2, 9.99), 0),  # above 2 x 3.2 + 3, but below ten points
        ((3.2, 3.2, 3.2, 10), 1),
        ((30, 10, 10, 30), 2),  # each is judged by the others
    ],
)
def test_a_window_outruns_its_calls_by_as_much_again_and_three_points_and_by_ten_in_all(rises, found):
    answer = result("meter-cost-gap", *at_dates(*windows(*rises), FEBRUARY))
    assert (answer.found, answer.examined, answer.explained) == (found, 4, {})


def test_a_window_with_no_call_at_all_has_no_ratio():
    requests, readings = windows(10, 10, 10, 12)
    quiet = [row for row in requests if row.ended < after(3 * FIVE_HOURS)]
    (finding,) = result("meter-cost-gap", *at_dates(quiet, readings, FEBRUARY)).findings
    assert quantities(finding) == {"rise": 12, "predicted": 0}


@pytest.mark.parametrize(("gap", "explained"), [(3600, {}), (3601, {"poll-gap": 1})])
def test_a_window_may_be_unread_for_an_hour(gap, explained):
    requests, readings = windows(10, 10, 10, 30)
    late = [*readings[:-1], msgspec.structs.replace(readings[-1], at=readings[-2].at + timedelta(seconds=gap))]
    assert result("meter-cost-gap", *at_dates(requests, late, FEBRUARY)).explained == explained


def test_windows_with_few_readings_or_over_the_limit_are_not_judged():
    requests, readings = windows(10, 10, 10, 30)
    fewer = at_dates(requests, readings[:-1], FEBRUARY)
    assert result("meter-cost-gap", *fewer).examined == 3
    assert result("meter-cost-gap", *fewer).found == 0
    over = at_dates(*windows(10, 10, 10, 101), FEBRUARY)
    assert result("meter-cost-gap", *over).examined == 3


@pytest.mark.parametrize(("seen", "explained"), [(5, {}), (5.1, {"started-late": 1})])
def test_a_window_is_seen_from_its_start_up_to_five_percent(seen, explained):
    requests, readings = windows(10, 10, 10, 30)
    later = [
        msgspec.structs.replace(row, used=row.used + seen / 100) if place >= 12 else row
        for place, row in enumerate(readings)
    ]
    answer = result("meter-cost-gap", *at_dates(requests, later, FEBRUARY))
    assert answer.explained == explained
    assert answer.found == (not explained)


def move_last(readings, begin, calls_too):
    """The last window moved so that it begins at `begin`."""
    first = readings[12].at
    shift = begin - first
    moved = [msgspec.structs.replace(row, at=row.at + shift, resets_at=row.resets_at + shift) for row in readings[12:]]
    requests = [
        msgspec.structs.replace(
            row, started=row.started + shift, first_seen=row.first_seen + shift, ended=row.ended + shift
        )
        if row.started >= first
        else row
        for row in calls_too
    ]
    return requests, [*readings[:12], *moved]


@pytest.mark.parametrize(
    ("begins", "last", "rise", "explained"),
    [
        # nights of the promotion, then a Monday night after it
        ("2026-03-14T00:00", "2026-03-30T00:00", 25, "promotion-ended"),
        ("2026-03-14T00:00", "2026-03-30T00:00", 25.1, None),  # more than 2.5 times
        ("2026-03-14T00:00", "2026-03-28T06:00", 24, None),  # still promoted
        ("2026-03-14T00:00", "2026-03-28T07:00", 24, "promotion-ended"),
        ("2026-03-14T00:00", "2026-03-23T14:00", 24, "promotion-ended"),  # a weekday morning inside it
        ("2026-03-14T00:00", "2026-03-22T14:00", 24, None),  # a Sunday morning inside it
        ("2026-03-02T00:00", "2026-03-30T00:00", 24, None),  # measured before it
        # ordinary nights, then hours that run faster
        ("2026-04-05T00:00", "2026-04-06T12:00", 25, "peak-hours"),
        ("2026-04-05T00:00", "2026-04-06T12:00", 25.1, None),
        ("2026-04-05T00:00", "2026-04-06T11:00", 24, None),  # four in the morning Pacific
        ("2026-04-05T00:00", "2026-04-06T17:00", 24, "peak-hours"),
        ("2026-04-05T00:00", "2026-04-06T18:00", 24, None),  # eleven
        ("2026-04-03T20:00", "2026-04-04T14:00", 24, None),  # a Saturday
        ("2026-02-09T20:00", "2026-02-10T15:00", 24, None),  # before the rule
        ("2026-11-08T20:00", "2026-11-09T13:00", 24, "peak-hours"),  # winter time
        ("2026-11-08T20:00", "2026-11-09T12:00", 24, None),
    ],
)
def test_hours_and_dates_explain_up_to_two_and_a_half_times(begins, last, rise, explained):
    begin = datetime.fromisoformat(begins).replace(tzinfo=UTC)
    requests, readings = at_dates(*windows(10, 10, 10, rise), begin)
    requests, readings = move_last(readings, datetime.fromisoformat(last).replace(tzinfo=UTC), requests)
    answer = result("meter-cost-gap", requests, readings)
    assert answer.explained == ({explained: 1} if explained else {})
    assert answer.found == (explained is None)


def test_peak_hours_explain_nothing_where_the_other_windows_lie_in_them_too():
    begin = datetime(2026, 4, 6, 13, tzinfo=UTC)
    requests, readings = at_dates(*windows(10, 10, 10, 24, every=86_400), begin)
    assert result("meter-cost-gap", requests, readings).found == 1


def test_the_naive_rule_compares_points_with_all_tokens():
    requests, readings = windows(10, 10, 10, 16)
    assert result("meter-cost-gap", requests, readings).naive == 1
    assert result("meter-cost-gap", *windows(10, 10, 10, 15)).naive == 0


# all of them


@pytest.mark.parametrize("detector", METERED, ids=lambda detector: detector.id)
def test_a_meter_finding_has_no_tokens_no_price_and_no_thread(detector):
    for answer in (
        result(detector.id, WORK, read((0, 0), (240, 2), (480, 4), (1080, 4), (1380, 9), (3000, 12))),
        result(detector.id, (), read((0, 20), (60, 19), (120, 23), (180, 20), (240, 25), (300, 24))),
        result(detector.id, *at_dates(*windows(10, 10, 10, 30), FEBRUARY)),
        result(detector.id, (), both((300, 40)), refused(600)),
    ):
        for finding in answer.findings:
            assert (finding.excess_tokens, finding.excess_usd, finding.session, finding.requests) == (0, 0.0, "", ())
            assert finding.readings
            assert finding.account == ACCOUNT


@given(st.lists(st.tuples(st.integers(1, 2000), st.integers(0, 100), st.booleans()), min_size=2, max_size=15))
def test_every_candidate_is_found_or_explained_and_no_rule_throws(steps):
    at, rows, end = 0, [], 6000
    for seconds, used, moved in steps:
        at += seconds
        end = at + FIVE_HOURS if moved else end
        rows.append((at, used, end))
    for detector in METERED:
        answer = result(detector.id, WORK, read(*rows), refused(900, 2000))
        assert answer.outcome is not Outcome.FAILED
        assert set(answer.explained) <= set(detector.decidable)
