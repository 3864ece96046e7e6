"""Parts of `scan`: verdict, words, next steps, tables, project labels, skills, the zone of a day, the key."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta, timezone
from io import BytesIO, StringIO
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest
from builders import mark, request, steady
from rich.console import Console

from generator.base.problems import Problem
from generator.base.wording import printable
from generator.cli.labels import project_of
from generator.cli.terminal.next_steps import change, next_steps
from generator.cli.terminal.scan import print_scan
from generator.cli.terminal.share import percent, shared
from generator.cli.terminal.tables import filled, print_rows
from generator.cli.terminal.verdict import Worry, verdict
from generator.cli.terminal.view import view_of
from generator.cli.terminal.words import GRADES, money
from generator.importers.claude.skills import in_stream
from generator.ledger.prices import cost
from generator.ledger.subjects import subjects
from generator.ledger.usage import MAIN, UNNAMED, By, Span, monday, namer, usage_by
from generator.packs.examine import examine
from generator.packs.key import KEY_BYTES, load_key
from generator.records.results import FindingGrade, Lean, Level, Outcome
from generator.records.rows import LogData, Role, SkipReason, Tally, Window

EVER = Span(UTC)


def view(requests=(), marks=(), span=EVER, rounds=()):
    reading = LogData(requests=tuple(requests), marks=tuple(marks), rounds=tuple(rounds))
    shown = subjects(reading)
    evidence = examine(reading, id="x", simulated=False, level=Level.FINDINGS, tool_version="", shown=shown)
    return view_of(evidence, reading, shown, span, "UTC")


def with_evidence(shown, **changes):
    """The same view of evidence in which something else is said."""
    reading = LogData(requests=shown.requests)
    return view_of(msgspec.structs.replace(shown.evidence, **changes), reading, subjects(reading), EVER, "UTC")


def broken(at, *, read, first, wrote=0, count=200, **fields):
    """A steady thread in which the call at `at` reads only `read` of a prefix and writes the rest again."""
    rows = steady(count, first=first, **fields)
    row = rows[at]
    missed = row.cache_read_tokens - read
    again = row.cache_write_tokens + missed + wrote
    rows[at] = msgspec.structs.replace(
        row, cache_read_tokens=read, cache_write_tokens=again, cache_write_1h_tokens=again
    )
    return rows


def printed(shown, width=80):
    out = Console(file=StringIO(), width=width, highlight=False)
    print_scan(out, shown)
    return out.file.getvalue()


def test_a_thread_that_keeps_its_cache_is_nothing_to_worry_about():
    said = verdict(view(steady(50)))
    assert said.worry is Worry.NONE
    assert said.text == "Nothing to worry about: every one of 49 steps from one call to the next kept its cache."


def test_one_small_break_in_a_long_thread_is_nothing_to_worry_about_and_is_counted():
    said = verdict(view(broken(100, read=95_000, first=0)))
    assert said.worry is Worry.NONE
    assert "in 1 of 199 steps" in said.text
    assert "without an explanation in your log: $0." in said.text


def test_a_break_that_costs_more_is_worth_a_look_and_many_are_to_be_looked_into():
    assert verdict(view(broken(100, read=70_000, first=0))).worry is Worry.SOME
    rows = steady(30)
    for place in (10, 14, 18, 22, 26):
        row = rows[place]
        again = row.cache_read_tokens + row.cache_write_tokens
        rows[place] = msgspec.structs.replace(
            row, cache_read_tokens=0, cache_write_tokens=again, cache_write_1h_tokens=again
        )
    said = verdict(view(rows))
    assert said.worry is Worry.MUCH
    assert said.text.startswith("Look into it: ")


def test_a_break_without_a_price_is_told_in_tokens():
    said = verdict(view(broken(100, read=20_000, first=0, model="other")))
    assert said.worry is Worry.SOME
    assert said.text.endswith("tokens.")
    assert "$" not in said.text


def test_another_question_that_found_more_than_the_breaks_leads_the_sentence():
    uncached = [request(n, 20 * n, 0, 0, input_tokens=80_000, cache_write_5m_tokens=0) for n in range(30)]
    shown = view(uncached)
    said = verdict(shown)
    assert said.worry is Worry.MUCH
    assert said.text.startswith('Look into it: "Uncached input" was found 1 time, $')


def test_a_finding_about_a_meter_is_worth_a_look_though_it_has_no_tokens():
    shown = view(broken(100, read=95_000, first=0))
    (one,) = shown.evidence.runs[0].findings
    about_a_meter = msgspec.structs.replace(one, window=Window.FIVE_HOUR, excess_tokens=0, excess_usd=0.0)
    run = msgspec.structs.replace(shown.evidence.runs[0], findings=(about_a_meter,))
    other = with_evidence(shown, runs=(run, *shown.evidence.runs[1:]))
    assert verdict(shown).worry is Worry.NONE
    assert verdict(other).worry is Worry.SOME


def test_no_call_is_no_all_clear():
    assert verdict(view()).worry is Worry.UNKNOWN
    later = Span(UTC, since=date(2030, 1, 1))
    assert verdict(view(steady(5), span=later)).text == "Nothing can be said: no call falls into these days."


def test_calls_that_follow_no_other_say_that_nothing_can_be_told_of_caches():
    alone = [request(n, n, 0, 0, session_name=f"s{n}") for n in range(5)]
    assert "whether caches held cannot be told" in verdict(view(alone)).text


def test_what_was_skipped_is_said_in_the_short_report_and_a_wrong_account_too():
    sound = Tally(label="log-0001", importer="claude-code", bytes=9, read=5, used=3, skipped={SkipReason.NOT_JSON: 2})
    shown = view(steady(5))
    for tally, text in (
        (sound, "Read 5 lines of 1 file, 2 skipped (--all says why): every line is accounted for."),
        (
            msgspec.structs.replace(sound, read=6),
            "Read 6 lines of 1 file, 2 skipped (--all says why): THE ACCOUNT DOES",
        ),
    ):
        assert text in " ".join(printed(with_evidence(shown, tallies=(tally,))).split())


def test_what_the_price_holds_or_leaves_out_beside_the_calls_is_said():
    shown = view(steady(5))
    assert "web search" not in printed(shown)
    totals = msgspec.structs.replace(
        shown.evidence.totals,
        web_searches=3,
        other_makers=1,
        rounds_apart=2,
        rounds_usd=0.5,
        declined=1,
        declined_usd=0.25,
    )
    text = " ".join(printed(with_evidence(shown, totals=totals)).split())
    assert "Not in the price: 3 web searches, charged apart." in text
    assert "1 call of other makers' models: counted, not judged." in text
    assert "2 rounds of advisors and compactions: in the price ($0.50), not the tokens." in text
    assert "Not in the price: 1 attempt before another model answered ($0.25)." in text


def test_the_price_of_rounds_beside_a_call_is_in_its_row_and_in_the_total():
    rows = steady(3)
    advice = request(9, 25, 0, 9000, role=Role.ADVISOR, follows=rows[1].id)
    tried = request(8, 26, 0, 9000, role=Role.DECLINED, follows=rows[1].id)
    plain, advised = view(rows), view(rows, rounds=[advice, tried])
    assert advised.usage.cost_usd == pytest.approx(plain.usage.cost_usd + cost(advice))
    assert advised.usage.tokens == plain.usage.tokens
    (row,) = usage_by(advised.requests, namer(By.DAY, EVER), in_time=True, beside=advised.rounds)
    assert (row.calls, row.cost_usd) == (3, pytest.approx(advised.usage.cost_usd))
    part = view(rows, rounds=[advice, tried], span=Span(UTC, since=date(2026, 3, 17)))
    assert part.usage.cost_usd == pytest.approx(advised.usage.cost_usd)


def test_a_failed_rule_is_named():
    shown = view(steady(5))
    run = msgspec.structs.replace(shown.evidence.runs[0], outcome=Outcome.FAILED, error="valueerror")
    assert "Failed: Unexplained cache break (valueerror)." in printed(with_evidence(shown, runs=(run,)))


def test_every_question_that_was_asked_is_in_the_report():
    for shown in (view(steady(50)), view(broken(100, read=20_000, first=0))):
        text = " ".join(printed(shown).split())
        for run in shown.evidence.runs:
            named = text.count(next_title(run)) if run.outcome is not Outcome.NOT_MEASURABLE else 1
            assert named >= 1, run.detector


def next_title(run):
    from generator.cli.terminal.words import title_of

    return title_of(run.detector)


@pytest.mark.parametrize(
    ("usd", "text"),
    [
        (None, "no price"), (0.0, "$0.00"), (0.004, "under $0.01"), (1.238, "$1.24"), (1234.5, "$1,234.50"),
        (-2.45, "$2.45 less"), (-0.004, "under $0.01"), (-0.0, "$0.00"),
    ],
)  # fmt: skip
def test_money_is_never_negative(usd, text):
    assert money(usd) == text


def test_what_less_means_is_said_where_it_occurs():
    shown = view(broken(100, read=20_000, first=0))
    cheaper = msgspec.structs.replace(shown.findings[0], excess_usd=-2.45)
    run = next(run for run in shown.evidence.runs if run.findings)
    runs = tuple(
        msgspec.structs.replace(one, findings=(cheaper,)) if one is run else one for one in shown.evidence.runs
    )
    other = with_evidence(shown, runs=runs)
    assert "$2.45 less" in printed(other)
    assert "Less: it was cheaper than what it is compared with." in printed(other)
    assert "Less:" not in printed(shown)


def test_every_grade_and_every_lean_has_words():
    from generator.cli.terminal.next_steps import CHANGES

    assert set(GRADES) == set(FindingGrade)
    assert set(CHANGES) == set(Lean)


def test_the_version_that_mends_a_fault_is_named_where_the_log_met_it():
    """2.1.76 keeps the fault resume-deferral (2.1.69 to 2.1.89); a resume sets it off."""
    shown = view(broken(100, read=20_000, first=0, version="2.1.76"), [mark("resume", 150)])
    assert {finding.detector for finding in shown.findings} >= {"cache-break", "known-bad-version"}
    for finding in shown.findings:
        assert "2.1.76 has the known fault resume-deferral (from 2.1.69 up to 2.1.89); 2.1.90 or later" in change(
            shown, finding
        )


@pytest.mark.parametrize(("version", "marks"), [("2.1.76", []), ("2.1.95", [mark("resume", 150)])])
def test_a_version_that_met_no_fault_is_not_blamed(version, marks):
    shown = view(broken(100, read=20_000, first=0, version=version), marks)
    assert shown.findings
    for finding in shown.findings:
        assert "known fault" not in change(shown, finding)


def test_next_steps_name_the_id_and_no_path():
    shown = view(broken(100, read=20_000, first=0))
    (finding, *_) = shown.findings
    steps = {step.id: step for step in next_steps(shown, finding)}
    assert next(iter(steps)) == "change"
    assert finding.id in steps["prove"].command
    assert steps["publish"].command == "witnessmark collect LOGS --into PACK"


def test_a_wide_table_becomes_lines_and_loses_nothing():
    rows = [("a-name", "1,234", "", "5"), ("another", "6", "7", "8")]
    narrow, wide = (Console(file=StringIO(), width=width) for width in (25, 80))
    for out in (narrow, wide):
        print_rows(out, "Title", ("Name", "One", "Two", "Three"), rows)
    assert narrow.file.getvalue().splitlines() == [
        "Title", "a-name", "  one 1,234  three 5", "another", "  one 6  two 7  three 8",
    ]  # fmt: skip
    assert "─" in wide.file.getvalue()


def test_parts_are_never_broken():
    assert filled(["aaaa", "bb", "cccccccccc", "d"], 8) == ["aaaa  bb", "cccccccccc", "d"]
    assert filled([], 8) == []


@pytest.mark.parametrize(
    ("path", "roots", "label"),
    [
        ("/h/.claude/projects/-h-work/s.jsonl", ["/h/.claude/projects"], "-h-work"),
        ("/h/.claude/projects/-h-work/s.jsonl", ["/h/.claude"], "-h-work"),
        ("/h/.claude/projects/-h-work/s.jsonl", ["/h/.claude/projects/-h-work"], "-h-work"),
        ("/h/.claude/projects/-h-work/s.jsonl", ["/h/.claude/projects/-h-work/s.jsonl"], "-h-work"),
        ("/h/.claude/projects/-h-work/id/subagents/agent-1.jsonl", ["/h/.claude/projects/-h-work"], "-h-work"),
        ("/h/.config/claude/projects/work/s.jsonl", ["/h/.config/claude/projects/work"], "work"),
        ("/h/projects/mine/backup/a/s.jsonl", ["/h/projects/mine/backup"], "a"),  # the user's own folder of that name
        ("/h/backup/a/b/s.jsonl", ["/h/backup"], "a"),
        ("/h/backup/s.jsonl", ["/h/backup"], "backup"),
        ("/h/backup/s.jsonl", ["/h", "/h/backup"], "backup"),
        ("/h/backup/s.jsonl", ["/h/backup/s.jsonl"], "backup"),
        ("/h/backup/s.jsonl", [], "backup"),
        ("/s.jsonl", ["/s.jsonl"], "/"),
    ],
)
def test_a_project_is_the_folder_below_projects_or_below_what_was_named(path, roots, label):
    assert project_of(Path(path), [Path(root) for root in roots]) == label


@pytest.mark.parametrize("zone", [UTC, None, ZoneInfo("Pacific/Kiritimati"), ZoneInfo("Pacific/Pago_Pago")])
@pytest.mark.parametrize("year", [1, 9999])
def test_a_time_at_the_ends_of_the_calendar_has_a_day(zone, year):
    first, last = datetime(year, 1, 1, tzinfo=UTC), datetime(year, 12, 31, 23, 59, tzinfo=UTC)
    span = Span(zone)
    for at in (first, last):
        assert abs(span.day(at) - at.date()) <= timedelta(days=1)
        assert namer(By.WEEK, span)(request(0, 0, 0, 0, first_seen=at))


def test_weeks_begin_on_monday_and_months_are_of_the_zone():
    sunday = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    row = request(0, 0, 0, 0, first_seen=sunday)
    assert monday(date(2026, 3, 1)) == date(2026, 2, 23)
    assert namer(By.WEEK, EVER)(row) == "2026-02-23"
    east = Span(timezone(timedelta(hours=1)))
    assert namer(By.WEEK, east)(row) == "2026-03-02"
    west = Span(timezone(timedelta(hours=-24) + timedelta(minutes=1)))
    assert namer(By.MONTH, west)(row) == "2026-02"


def test_a_stretch_of_time_is_in_the_days_that_it_touches():
    span = Span(UTC, since=date(2026, 3, 17), until=date(2026, 3, 18))
    day = timedelta(days=1)
    noon = datetime(2026, 3, 17, 12, tzinfo=UTC)
    assert span.holds(noon)
    assert span.holds(noon + day)
    assert span.holds(noon - 3 * day, noon)
    assert not span.holds(noon - day)
    assert not span.holds(noon - 3 * day, noon - day)
    assert not span.holds(noon + 2 * day, noon + 3 * day)


def test_a_call_that_only_a_parent_tells_is_no_main_conversation():
    rows = [
        request(0, 0, 0, 0),
        request(1, 1, 0, 0, agent="abcdefghijklmnop"),
        request(2, 2, 0, 0, nested=True),
    ]
    names = {row.name: row.calls for row in usage_by(rows, namer(By.AGENT, EVER), in_time=False)}
    assert names == {MAIN: 1, UNNAMED: 1, "abcdefghijklmnop": 1}


def test_rows_without_a_time_begin_with_the_dearest():
    rows = [request(0, 0, 0, 10, session_name="a"), request(1, 1, 0, 10_000, session_name="b")]
    dear, cheap = usage_by(rows, namer(By.SESSION, EVER), in_time=False)
    assert dear.cost_usd > cheap.cost_usd
    unknown = usage_by([request(0, 0, 0, 0, model="other")], namer(By.MODEL, EVER), in_time=False)
    assert [(row.calls, row.unpriced, row.cost_usd) for row in unknown] == [(1, 1, 0.0)]


LINES = b"""{"type":"user","message":{"id":"no","content":"x"},"attributionSkill":"s"}
{"type":"assistant","message":{"id":"m1","usage":{}}}
not json, but "attributionSkill"
{"type":"assistant","message":{"id":"m1","usage":{}},"attributionSkill":"deploy"}
{"type":"assistant","message":{"id":"m2","usage":{}},"attributionSkill":"kit:test","attributionPlugin":"kit"}

{"type":"assistant","message":{"id":"m3","usage":{}},"attributionSkill":"test","attributionPlugin":"kit"}
{"type":"assistant","message":{"id":"m4","usage":{}},"attributionSkill":7}
{"type":"assistant","message":{"id":"m5","usage":{}},"attributionSkill":"\\ud83d"}
{"type":"assistant","message":{"id":"m6","usage":{}},"attributionSkill":""}
{"type":"assistant","message":{"id":"m7","usage":{}}}{"type":"assistant","message":{"id":"m8"},"attributionSkill":"two"}
{"type":"assistant","message":{"id":"m9","usage":{}},"attributionSkill":"cut"""


def test_a_skill_is_told_by_the_first_line_of_its_call():
    found = dict(in_stream(BytesIO(LINES)))
    assert found == {1: "s", 2: "deploy", 4: "deploy", 5: "kit:test", 7: "kit:test", 9: "\ufffd", 11: "two"}


def test_two_runs_that_make_a_key_at_once_agree(tmp_path, monkeypatch):
    path = tmp_path / "state" / "key"
    link = os.link

    def quicker(source, target):
        Path(target).write_bytes(b"k" * KEY_BYTES)  # the other run
        Path(target).chmod(0o600)
        link(source, target)

    monkeypatch.setattr(os, "link", quicker)
    assert load_key(path) == b"k" * KEY_BYTES
    assert [one.name for one in path.parent.iterdir()] == ["key"]


def test_a_key_is_made_where_the_disk_knows_no_links(tmp_path, monkeypatch):
    def refused(_source, _target):
        raise PermissionError

    monkeypatch.setattr(os, "link", refused)
    path = tmp_path / "key"
    made = load_key(path)
    assert len(made) == KEY_BYTES
    assert load_key(path) == made
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (None, "too few to say"), (0.0, "0 %"), (1.0, "100 %"), (0.99999, "over 99 %"), (0.00001, "under 0.01 %"),
        (0.002363, "0.24 %"), (0.0586, "5.9 %"), (0.96666, "97 %"),
    ],
)  # fmt: skip
def test_a_ratio_has_two_digits_and_no_false_zero(share, text):
    assert percent(share) == text


def test_a_ratio_of_few_is_left_out():
    block = shared(view(steady(3)))
    assert "steps that lost their cache: too few to say" in block
    assert "median call: too few to say" in block


def test_a_path_with_control_letters_is_escaped_in_a_problem():
    assert str(Problem("a\x1b[2J\u202eb", 1, 2, "X", "bad")) == r"a\x1b[2J\u202eb:1:2: X bad"
    assert printable("caf\u00e9 \u6f22 \U0001f600") == "caf\u00e9 \u6f22 \U0001f600"
    assert printable("\udc80") == r"\udc80"


def test_the_tables_that_can_be_asked_for_are_those_that_there_are():
    from generator.cli.scan import TABLES

    assert set(TABLES) == {by.value for by in By}


def test_a_long_series_of_a_meter_is_whole_at_80_columns():
    from generator.cli.terminal.series import print_series
    from generator.records.rows import MeterReading, SourceRef

    start = datetime(2026, 3, 17, 9, tzinfo=UTC)
    readings = [
        MeterReading(account=f"account{n}", window=Window.SEVEN_DAY_SONNET, at=start + timedelta(hours=hour), used=0.5,
                     source=SourceRef(0, 1 + hour))
        for n in range(2) for hour in range(3)
    ]  # fmt: skip
    out = Console(file=StringIO(), width=80, highlight=False)
    print_series(out, readings)
    shown = out.file.getvalue()
    assert "…" not in shown
    assert max(map(len, shown.splitlines())) <= 80
    assert shown.count("2026-03-17 09:00") == 2
