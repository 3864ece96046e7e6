"""Weekly windows of one family of models, in every spelling, and what a refusal is."""

from __future__ import annotations

import json
import sqlite3

import msgspec
import pytest

from generator.detectors import run
from generator.detectors.low_meter_refusal import LOW_METER_REFUSAL
from generator.importers import discover, read, read_bytes
from generator.importers.claude.lines import Line, Message
from generator.importers.claude.marks import synthetic_line
from generator.importers.meters.polls import KEYS
from generator.importers.windows import HEADERS, SCOPED
from generator.ledger.subjects import MODEL_WINDOWS, UNRATED, subjects
from generator.records.rows import LogData, MarkKind, Window

KEY = b"key of a test"
AT = "2026-08-21T12:00:00Z"
RESET = 1_787_600_000
FAMILIES = ("opus", "sonnet", "haiku", "fable", "mythos")


def of(*rows: dict) -> LogData:
    return read_bytes({"a.jsonl": b"".join(json.dumps(row).encode() + b"\n" for row in rows)}, key=KEY)


def shares(reading: LogData) -> dict[str, float]:
    return {row.window.value: row.used for row in reading.meters}


def endpoint(**more: object) -> dict:
    return {"timestamp": AT, "five_hour": {"utilization": 12.0, "resets_at": "2026-08-21T16:30:00Z"}, **more}


def scoped(name: str, percent: float = 100) -> dict:
    return {
        "kind": "weekly_scoped",
        "percent": percent,
        "resets_at": "2026-08-24T16:30:00Z",
        "scope": {"model": {"id": None, "display_name": name}, "surface": None},
    }


def statusline(**windows: float) -> dict:
    limits = {name: {"used_percentage": used, "resets_at": RESET} for name, used in windows.items()}
    return {"timestamp": AT, "session_id": "s", "rate_limits": limits}


def headers(**windows: float) -> dict:
    named = {f"anthropic-ratelimit-unified-{name}-utilization": str(used) for name, used in windows.items()}
    return {"timestamp": AT, "headers": {"anthropic-ratelimit-unified-5h-utilization": "0.12", **named}}


def event(**windows: float) -> dict:
    several = {name: {"utilization": used, "resetsAt": RESET} for name, used in windows.items()}
    info = {"status": "allowed", "unifiedWindows": several}
    return {"type": "rate_limit_event", "session_id": "s", "uuid": "u", "timestamp": AT, "rate_limit_info": info}


@pytest.mark.parametrize("family", FAMILIES)
def test_the_weekly_window_of_a_family_is_read_in_every_spelling(family):
    """Cases report-09 and of Claude Code issues 88137 and 92080."""
    name = f"seven-day-{family}"
    assert shares(of(endpoint(limits=[scoped(f"Claude {family.title()} 5.1")])))[name] == 1.0
    assert shares(of(endpoint(**{f"seven_day_{family}": {"utilization": 26.0, "resets_at": None}})))[name] == 0.26
    assert shares(of(statusline(five_hour=1, **{f"seven_day_{family}": 26})))[name] == 0.26
    alone = {"timestamp": AT, f"seven_day_{family}": {"used_percentage": 26, "resets_at": RESET}}
    assert shares(of(alone))[name] == 0.26
    assert shares(of(headers(**{f"7d_{family}": 0.26})))[name] == 0.26
    assert shares(of(event(**{f"seven_day_{family}": 0.26})))[name] == 0.26
    table = f"time,window,used_percent\n{AT},seven_day_{family},26\n".encode()
    assert shares(read_bytes({"a.csv": table}, key=KEY))[name] == 0.26


def test_the_window_of_included_overage_is_read_under_its_three_names():
    name = Window.SEVEN_DAY_OVERAGE_INCLUDED.value
    assert shares(of(statusline(five_hour=1, seven_day_overage_included=26)))[name] == 0.26
    assert shares(of(headers(**{"7d_oi": 0.26})))[name] == 0.26
    assert shares(of(event(seven_day_overage_included=0.26)))[name] == 0.26


@pytest.mark.parametrize(
    "row",
    [
        endpoint(limits=[scoped("Iguana")]),
        endpoint(limits=[{"kind": "monthly_all", "percent": 3, "resets_at": None}]),
        endpoint(seven_day_iguana={"utilization": 26.0, "resets_at": None}),
        statusline(five_hour=1, seven_day_iguana=26),
        headers(**{"7d_iguana": 0.26}),
        event(five_hour=0.1, seven_day_iguana=0.26),
    ],
)
def test_a_window_that_has_no_name_here_is_counted_without_its_name(row):
    (tally,) = of(row).tallies
    assert (tally.types["unknown-window"], tally.used, tally.balances) == (1, 1, True)
    assert "iguana" not in str(tally)


def test_a_window_of_an_unknown_name_in_a_trackers_table_is_counted(tmp_path):
    base = sqlite3.connect(tmp_path / "x.db")
    base.execute("CREATE TABLE usage_snapshots (timestamp, account_name, bucket, utilization, resets_at)")
    base.execute("INSERT INTO usage_snapshots VALUES (?, 'a', 'iguana', 3, NULL)", (AT,))
    base.commit()
    base.close()
    (tally,) = read(discover([tmp_path]).claimed, key=KEY).tallies
    assert tally.types == {"no-reading": 1, "unknown-window": 1}


@pytest.mark.parametrize("row", [endpoint(seven_day_iguana=None), endpoint(spend={"percent": 3}), headers(overage=0.5)])
def test_what_is_empty_or_no_window_is_not_counted_as_one(row):
    assert "unknown-window" not in of(row).tallies[0].types


def test_of_two_limits_of_one_family_the_fuller_counts():
    assert (
        shares(of(endpoint(limits=[scoped("Fable 5.1", 40), scoped("Fable", 90), scoped("Fable 5", 7)])))[
            "seven-day-fable"
        ]
        == 0.9
    )


def test_every_window_has_a_key_and_is_rated_or_known_not_to_be():
    assert set(KEYS) == set(Window)
    assert set(SCOPED.values()) == set(MODEL_WINDOWS)
    assert set(HEADERS.values()) == set(Window) - {Window.EXTRA_USAGE}
    assert {Window.FIVE_HOUR, Window.SEVEN_DAY, *MODEL_WINDOWS, *UNRATED} == set(Window)


def refused_at(minute: int) -> dict:
    message = {
        "role": "assistant",
        "model": "<synthetic>",
        "content": [{"type": "text", "text": "You've hit your limit"}],
    }
    return {
        "type": "assistant",
        "sessionId": "s",
        "uuid": "r",
        "parentUuid": None,
        "isSidechain": False,
        "timestamp": f"2026-08-21T12:{minute:02d}:30Z",
        "message": message | {"usage": {"input_tokens": 0, "output_tokens": 0}},
    }


@pytest.mark.parametrize(("percent", "outcome"), [(100, "quiet"), (40, "found")])
def test_a_full_window_of_one_family_explains_a_refusal(percent, outcome):
    polls = [
        endpoint(
            seven_day={"utilization": 52.0, "resets_at": "2026-08-24T16:30:00Z"}, limits=[scoped("Fable", percent)]
        )
        | {"timestamp": f"2026-08-21T12:{minute:02d}:00Z"}
        for minute in range(6)
    ]
    lines = [b"".join(json.dumps(row).encode() + b"\n" for row in rows) for rows in (polls, [refused_at(4)])]
    reading = read_bytes({"polls.jsonl": lines[0], "s.jsonl": lines[1]}, key=KEY)
    found = run(LOW_METER_REFUSAL, subjects(reading))
    assert found.outcome.value == outcome
    if outcome == "quiet":
        assert found.explained == {"other-window-full": 1}
    else:
        assert "other-window-full" in found.findings[0].ruled_out


# Wordings


def kind(text: str) -> MarkKind:
    message = Message(model="<synthetic>", content=msgspec.Raw(json.dumps(text).encode()))
    return synthetic_line(Line(type="assistant", message=message, is_api_error=True), message).kind


@pytest.mark.parametrize(
    "text",
    [
        "You've reached your Fable 5 limit. Run /usage-credits to continue or switch models with /model.",
        "You've reached your Mythos limit. Run /usage-credits to continue.",
        "You've hit your session limit \u00b7 resets 5:10pm (Europe/Paris)",
        "You've hit your weekly limit \u00b7 resets Aug 19, 6am",
        "You've hit your Opus limit \u00b7 resets Monday",
        "You've hit your org's monthly usage limit",
        "You\u2019ve hit your limit \u00b7 resets 3:30am (Asia/Calcutta)",
        "5-hour limit reached \u2219 resets 3am",
        "Weekly limit reached \u00b7 resets Dec 2, 7pm (Europe/Moscow) \u00b7 /upgrade",
        "Opus weekly limit reached \u2219 resets Oct 9",
        "Session limit reached \u2219 resets 8pm",
        "Claude AI usage limit reached|1760004000",
        "Claude usage limit reached. Your limit will reset at 3pm",
        "You have reached your specified API usage limits. You will regain access on 2026-04-01 at 00:00 UTC.",
        "You're out of extra usage \u00b7 resets 6pm",
        "You've run out of usage credits",
        "Fable 5 requires usage credits. Run /usage-credits",
    ],
)
def test_a_message_of_a_limit_of_the_account_is_a_refusal(text):
    """Case report-11 and the wordings of public issues."""
    assert kind(text) is MarkKind.LIMIT_REFUSAL


@pytest.mark.parametrize(
    "text",
    [
        "API Error: Request rejected (429) \u00b7 This request would exceed your account's rate limit. Please try again later.",
        "API Error: Server is temporarily limiting requests (not your usage limit)",
        "Context limit reached \u00b7 /compact or /clear to continue",
        "You've reached the output token limit",
        "API Error: 529 overloaded",
        "Prompt is too long",
    ],
)
def test_a_message_of_another_limit_is_none(text):
    assert kind(text) is not MarkKind.LIMIT_REFUSAL
