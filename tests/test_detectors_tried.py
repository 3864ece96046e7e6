"""What a log does not hold was not tried: a finding lists it as not ruled out, although the rule asks for it."""

from __future__ import annotations

import pytest
from builders import mark, request
from test_detectors_meters import WORK, read

from generator.detectors import DETECTORS
from generator.detectors.shared.running import run
from generator.ledger.subjects import arranged
from generator.records.rows import Speed, Trigger, Window

BY_ID = {detector.id: detector for detector in DETECTORS}
SAID = {"version": "2.1.20", "effort": "high", "speed": Speed.STANDARD}


def only(detector, requests=(), marks=(), meters=()):
    (finding,) = run(BY_ID[detector], arranged(requests, marks, meters)).findings
    assert not set(finding.ruled_out) & set(finding.not_ruled_out)
    return finding


def broken(**fields):
    return [request(0, 0, 20_000, 40_000, **fields), request(1, 20, 20_000, 40_900, **fields)]


def open_of(finding):
    """Explanations that a rule tries, and that this finding lists as open all the same."""
    return set(finding.not_ruled_out) & set(BY_ID[finding.detector].decidable)


@pytest.mark.parametrize(
    ("told", "left_open"),
    [
        ({}, set()),
        ({"effort": None}, {"settings-change"}),
        ({"speed": None}, {"settings-change"}),
        ({"version": "2.1.11"}, {"microcompaction"}),
        ({"version": "2.1.22"}, set()),
        ({"version": "2.1.76"}, {"microcompaction"}),
        ({"version": ""}, {"version-change", "microcompaction"}),
    ],
)
def test_a_setting_a_version_and_a_clearing_are_ruled_out_only_where_the_log_would_tell(told, left_open):
    assert open_of(only("cache-break", broken(**(SAID | told)))) == left_open


def test_a_fall_in_the_last_request_may_be_a_side_call():
    rows = [request(0, 0, 20_000, 80_000, **SAID), request(1, 20, 20_000, 10_000, **SAID)]
    assert open_of(only("session-reset", rows)) == {"side-call"}
    assert open_of(only("session-reset", [*rows, request(2, 40, 30_000, 900, **SAID)])) == set()


def test_a_resumed_prompt_that_came_back_shorter_may_have_been_cut():
    def resumed(written, *notes):
        rows = [request(0, 0, 20_000, 40_000, **SAID), request(1, 300, 20_000, written, **SAID)]
        return only("resume-miss", rows, [mark("resume", 290), *notes])

    assert open_of(resumed(42_000)) == set()
    assert open_of(resumed(35_000)) == {"trimmed"}
    assert open_of(resumed(42_000, mark("command", 40, trigger=Trigger.OTHER))) == {"command"}


@pytest.mark.parametrize(
    ("trigger", "value", "left_open"),
    [
        (Trigger.AUTO, 160_000, set()),
        (Trigger.NONE, 160_000, {"manual-compaction"}),
        (Trigger.AUTO, None, {"large-input"}),
    ],
)
def test_a_compaction_line_that_names_no_trigger_or_size_rules_out_less(trigger, value, left_open):
    rows = [request(number, 100 * number, 20_000, 20_000) for number in range(4)]
    marks = [mark("compaction", 90 + 100 * number, line=number, trigger=trigger, value=value) for number in range(3)]
    assert open_of(only("compaction-storm", rows, marks)) == left_open


@pytest.mark.parametrize("detector", ["idle-advance", "block-jump"])
def test_a_last_reading_may_be_wrong(detector):
    rise = (3000, 9) if detector == "idle-advance" else (1800, 9)
    rows = [(0, 0), (600, 4), (1200, 4), rise]
    assert open_of(only(detector, WORK, meters=read(*rows))) == {"glitch"}
    assert open_of(only(detector, WORK, meters=read(*rows, (rise[0] + 300, 9)))) == set()


def test_the_week_of_one_model_is_ruled_out_only_where_it_was_read():
    shown = [*read((300, 40)), *read((300, 55), window=Window.SEVEN_DAY, resets=604_800)]
    single = [Window.SEVEN_DAY_OPUS, Window.SEVEN_DAY_SONNET]
    refused = [mark("limit-refusal", 600)]
    told = [row for window in single for row in read((300, 10), window=window, resets=604_800)]
    assert open_of(only("low-meter-refusal", broken(), refused, shown)) == {"other-window-full"}
    assert open_of(only("low-meter-refusal", broken(), refused, [*shown, *told])) == set()
