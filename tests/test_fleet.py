"""Many users without a cluster: what inputs are, what belongs together, what may be told, and the report."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import fleet_inputs
import msgspec
import pytest
from builders import request
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from generator import importers
from generator.base.problems import LogError
from generator.cli import cli
from generator.fleet import splitting
from generator.fleet.amounts import first_versions
from generator.fleet.anonymous import may_be_told, told, told_days
from generator.fleet.answers import Amount, Answer, DayUse, decode, encode
from generator.fleet.events import columns_in, line_of, lines_of, user_in
from generator.fleet.groups import components, names_in, together
from generator.fleet.inputs import Kind, Source, inputs_of
from generator.fleet.judging import Settings, answer_of, answer_of_events
from generator.fleet.report import report
from generator.importers.claude.claude_code import CLAUDE_CODE
from generator.importers.fold import Extract, RequestCopy, fold
from generator.importers.reading import assembled
from generator.packs.examine import examine
from generator.packs.pack import read_pack, write_pack
from generator.records.fleet import Counted, Fleet, Group, Part
from generator.records.results import Level, Run

KEY = b"test"
SETTINGS = Settings(key=KEY, tool_version="0.1.0", findings=True)
PACKS = Path(__file__).resolve().parents[1] / "content" / "evidence"


def row_bytes(event):
    return msgspec.json.encode(fleet_inputs.row(event))


def alone(paths, key=KEY):
    """The runs of these logs as one machine makes them."""
    reading = importers.read(importers.discover(paths).claimed, key=key)
    return examine(reading, id="one", simulated=False, level=Level.FULL, tool_version="0.1.0").runs


def as_kept(runs):
    """As a pack holds them: there a count is a number with a point."""
    return msgspec.json.encode(msgspec.json.decode(msgspec.json.encode(runs), type=tuple[Run, ...]))


def same(runs, others):
    return as_kept(runs) == as_kept(others)


# What inputs are


def test_a_folder_of_folders_is_one_of_users(tmp_path):
    for name in ("anna", "ben"):
        (tmp_path / "logs" / name).mkdir(parents=True)
    found = inputs_of([tmp_path / "logs"])
    assert [(one.kind, one.name) for one in found.sources] == [(Kind.LOGS, "anna"), (Kind.LOGS, "ben")]
    assert not found.problems


def test_folders_of_one_name_are_one_user_s_wherever_they_lie(tmp_path):
    for place in ("here", "there"):
        (tmp_path / place / "anna").mkdir(parents=True)
    (only,) = inputs_of([tmp_path / "here", tmp_path / "there", tmp_path / "here"]).sources
    assert only.paths == (tmp_path / "here" / "anna", tmp_path / "there" / "anna")


def test_packs_are_known_by_their_manifest_and_tables_by_their_ends(tmp_path):
    found = inputs_of([PACKS / "agentv", PACKS])
    assert {one.kind for one in found.sources} == {Kind.PACK}
    assert len(found.sources) == len(list(PACKS.glob("*/pack.json")))
    whole, broken = tmp_path / "events" / "a.parquet", tmp_path / "events" / "b.parquet"
    whole.parent.mkdir()
    whole.write_bytes(b"PAR1....PAR1")
    broken.write_bytes(b"PAR1....")
    found = inputs_of([tmp_path / "events"])
    assert [(one.kind, one.paths) for one in found.sources] == [(Kind.EVENTS, (whole,))]
    assert [(one.path, one.code) for one in found.problems] == [(str(broken), "W-fleet-parquet")]


def test_what_lies_beside_the_folders_of_users_is_said_and_left_out(tmp_path):
    (tmp_path / "anna").mkdir()
    (tmp_path / "notes.jsonl").write_text("{}\n")
    found = inputs_of([tmp_path])
    assert [one.name for one in found.sources] == ["anna"]
    assert [one.code for one in found.problems] == ["W-fleet-loose"]


@pytest.mark.parametrize("name", ["empty", "a.jsonl", "broken.parquet"])
def test_an_input_without_a_user_is_refused(tmp_path, name):
    path = tmp_path / name
    path.mkdir() if name == "empty" else path.write_text("{}\n")
    with pytest.raises(LogError) as refused:
        inputs_of([path])
    assert str(path) in str(refused.value)


# Events of a table


def test_columns_are_known_by_the_spellings_of_exporters():
    assert columns_in(["Timestamp", "LogAttributes", "SeverityText"]) == {
        "Timestamp": "Timestamp",
        "LogAttributes": "LogAttributes",
    }
    assert columns_in(["timestamp", "log_attributes", "service_name"])["ServiceName"] == "service_name"
    assert "LogAttributes" not in columns_in(["Timestamp", "Body"])


def test_a_row_of_a_table_reads_as_the_line_of_the_file_exporter(tmp_path):
    events = list(fleet_inputs.events("anna"))
    (tmp_path / "logs.json").write_bytes(fleet_inputs.otlp_lines(events))
    expected = alone([tmp_path])
    found = answer_of_events("anna", map(row_bytes, events), SETTINGS)
    assert same(found.runs, expected)
    assert any(run.found for run in expected), "the events hold something to find"


def test_the_order_of_rows_does_not_show():
    rows = [row_bytes(event) for user in ("anna", "ben") for event in fleet_inputs.events(user)]
    shuffled = rows[:]
    random.Random(7).shuffle(shuffled)
    assert shuffled != rows
    assert lines_of(shuffled) == lines_of(rows)


def test_attributes_may_be_a_text_and_the_surest_name_of_a_user_is_taken():
    attributes = {"user.email": "a@example.org", "user.id": "seven"}
    as_map = msgspec.json.encode({"Timestamp": 1, "LogAttributes": attributes})
    as_text = msgspec.json.encode({"Timestamp": 1, "LogAttributes": msgspec.json.encode(attributes).decode()})
    assert line_of(as_map) == line_of(as_text)
    assert user_in(as_map) == user_in(as_text) == "seven"
    resource = msgspec.json.encode({"LogAttributes": {}, "ResourceAttributes": {"user.id": "eight"}})
    assert user_in(resource) == "eight"
    assert user_in(b'{"LogAttributes": "no object"}') == ""


# What belongs together


def test_files_that_share_a_name_over_others_are_one_group():
    files = {3: {"c", "d"}, 0: {"a"}, 1: {"b"}, 2: {"b", "c"}, 4: set()}
    assert components(files) == {0: 0, 1: 1, 2: 1, 3: 1, 4: 4}


def test_a_fork_with_a_session_of_its_own_is_with_the_calls_it_copied():
    def extract(session):
        call = request(1, 0, 0, 1000, session_name=session)
        copy = RequestCopy(call, sidechain=False, named=True, began=call.first_seen)
        return Extract(calls={call.id: copy})

    one, fork = extract("s"), extract("fork")
    assert {copy.request.session for copy in one.calls.values()} != {
        copy.request.session for copy in fork.calls.values()
    }
    assert components({0: names_in(one), 1: names_in(fork)}) == {0: 0, 1: 0}


@pytest.fixture(scope="module")
def transcripts(tmp_path_factory):
    """One user with many transcripts, one of them copied under another name, as a resumed session is."""
    folder = fleet_inputs.users(tmp_path_factory.mktemp("fleet"), 1, sessions=8) / "user-0"
    original = max(folder.rglob("*.jsonl"), key=lambda path: path.stat().st_size)
    (original.parent / "00000000-0000-4000-8000-00000000c0b1.jsonl").write_bytes(original.read_bytes())
    return folder


def grouped(folder, settings):
    """The pieces of a user's files, as tasks make them."""
    split = splitting.split_of(Source(Kind.LOGS, "user-0", (folder,)), settings)
    packed = {number: splitting.extract_of(path, number, settings) for number, path in enumerate(split.files)}
    groups = components({number: splitting.shared_names(one) for number, one in packed.items()})
    hands = [[packed[number] for number in packed if groups[number] == group] for group in sorted(set(groups.values()))]
    return split, hands


def test_groups_judged_apart_say_what_one_machine_says(transcripts):
    settings = replace(SETTINGS, split_bytes=0)
    split, hands = grouped(transcripts, settings)
    assert 1 < len(hands) < len(split.files), "some files are alone, and copies are together"
    pieces = [splitting.piece_of(hand, settings) for hand in reversed(hands)]
    found = splitting.answer_of_pieces(split, pieces, settings)
    whole = answer_of(Source(Kind.LOGS, "user-0", (transcripts,)), SETTINGS)
    assert encode(found) == encode(whole)
    assert same(found.runs, alone([transcripts]))
    assert any(run.found for run in found.runs)


def test_readings_of_groups_are_the_reading_of_all(transcripts):
    settings = replace(SETTINGS, split_bytes=0)
    _, hands = grouped(transcripts, settings)
    decode_extract = splitting._decode
    parts = [assembled(fold(map(decode_extract, hand)), [CLAUDE_CODE], KEY) for hand in hands]
    whole = importers.read(importers.discover([transcripts]).claimed, key=KEY)
    assert msgspec.json.encode(together(parts[::-1])) == msgspec.json.encode(whole)
    assert all(names_in(decode_extract(one)) for hand in hands for one in hand if decode_extract(one).calls)


def test_a_user_with_several_formats_or_little_is_one_task(tmp_path, transcripts):
    settings = replace(SETTINGS, split_bytes=0)
    assert splitting.split_of(Source(Kind.LOGS, "a", (transcripts,)), SETTINGS) is None
    mixed = fleet_inputs.users(tmp_path, 1, others=True) / "user-0"
    assert splitting.split_of(Source(Kind.LOGS, "a", (mixed,)), settings) is None


# Answers


@pytest.mark.parametrize("name", ["agentv", "prompts-chat", "imessage-mail"])
def test_a_full_pack_is_judged_again_and_says_the_same(name):
    found = answer_of(Source(Kind.PACK, name, (PACKS / name,)), SETTINGS)
    assert same(found.runs, read_pack(PACKS / name).runs)


def test_a_simulated_pack_is_left_out_beside_real_ones():
    found = answer_of(Source(Kind.PACK, "specimen", (PACKS / "specimen",)), SETTINGS)
    assert not found.requests
    assert [one.code for one in found.troubles] == ["W-fleet-simulated"]


def test_findings_stay_at_home_unless_asked_for():
    found = answer_of(Source(Kind.PACK, "agentv", (PACKS / "agentv",)), replace(SETTINGS, findings=False))
    assert not any(run.findings for run in found.runs)
    assert any(run.found for run in found.runs)


def test_a_user_whose_logs_cannot_be_read_is_named_and_no_error(tmp_path):
    (tmp_path / "notes.txt").write_text("nothing that is a log")
    found = answer_of(Source(Kind.LOGS, "anna", (tmp_path,)), SETTINGS)
    assert (found.requests, [one.code for one in found.troubles]) == (0, ["W-fleet-user"])
    gone = answer_of(Source(Kind.LOGS, "anna", (tmp_path / "gone",)), SETTINGS)
    assert [one.code for one in gone.troubles] == ["L01"]
    assert decode(encode(gone)) == gone


def test_a_session_is_of_the_version_it_began_with():
    pack = read_pack(PACKS / "git-sync")
    versions = first_versions(pack.requests)
    several = {
        session for session in versions if len({one.version for one in pack.requests if one.session == session}) > 1
    }
    assert several, "sessions of several versions are there"
    for session in several:
        earliest = min(
            (one for one in pack.requests if one.session == session), key=lambda one: (one.first_seen, one.id)
        )
        assert versions[session] == earliest.version


# What may be told


def amounts(*given):
    """(user, version, hits, trials), all of one detector."""
    return [
        (user, Amount("cache-break", Counted.SESSIONS, Part.ALL, version, hits, trials))
        for user, version, hits, trials in given
    ]


def lines(found):
    return [(one.group, one.version, one.users, one.hits, one.trials) for one in found.rates]


def test_versions_of_few_users_are_told_together_or_not_at_all():
    many = [(f"u{place}", "2.1.9", 1, 4) for place in range(5)]
    few = [(f"u{place}", f"2.1.{10 + place}", 1, 4) for place in range(5)]
    found = told(amounts(*many, *few), 5)
    assert lines(found) == [
        (Group.VERSION, "2.1.9", 5, 5, 20),
        (Group.OTHERS, "", 5, 5, 20),
        (Group.TOLD, "", 5, 10, 40),
    ]
    assert found.suppressed == 0
    found = told(amounts(*many, *few[:4]), 5)
    assert lines(found) == [(Group.VERSION, "2.1.9", 5, 5, 20), (Group.TOLD, "", 5, 5, 20)]
    assert found.suppressed == 4


def test_a_line_that_is_mostly_one_user_s_is_not_told():
    even = [(f"u{place}", "2.1.9", 0, 10) for place in range(5)]
    heavy = [("u0", "2.1.9", 0, 121), *even[1:]]
    assert lines(told(amounts(*even), 5))
    assert not lines(told(amounts(*heavy), 5))
    assert lines(told(amounts(("u0", "2.1.9", 0, 120), *even[1:]), 5))


def test_versions_come_in_the_order_of_their_numbers():
    given = [(f"u{place}", version, 0, 1) for version in ("2.1.100", "2.1.9", "1.0.99") for place in range(5)]
    assert [one.version for one in told(amounts(*given), 5).rates[:3]] == ["1.0.99", "2.1.9", "2.1.100"]


def test_the_interval_is_as_wide_as_users_differ():
    alike = told(amounts(*((f"u{place}", "2.1.9", 5, 10) for place in range(8))), 5).rates[0]
    apart = told(amounts(*((f"u{place}", "2.1.9", 10 * (place % 2), 10) for place in range(8))), 5).rates[0]
    assert (alike.hits, alike.trials) == (apart.hits, apart.trials) == (40, 80)
    assert apart.low < alike.low < 0.5 < alike.high < apart.high


def test_a_user_with_two_bodies_is_one_user():
    twice = [("u0", Amount("block-jump", Counted.USERS, Part.ALL, "", 1, 1))] * 2
    others = [(f"u{place}", Amount("block-jump", Counted.USERS, Part.ALL, "", 0, 1)) for place in range(1, 5)]
    (one, _) = told([*twice, *others], 5).rates
    assert (one.users, one.hits, one.trials) == (5, 1, 5)
    assert not told([*twice, *others[:3]], 5).rates


USERS = st.integers(0, 9).map("u{}".format)
CELLS = st.tuples(USERS, st.sampled_from(["", "2.1.9", "2.1.10", "2.1.11"]), st.integers(0, 3), st.integers(3, 40))


@given(st.lists(CELLS, max_size=40), st.integers(2, 6))
def test_no_line_and_no_difference_of_lines_is_of_few_users(cells, fewest):
    found = told(amounts(*cells), fewest)
    parts = [one for one in found.rates if one.group is not Group.TOLD]
    whole = [one for one in found.rates if one.group is Group.TOLD]
    assert all(fewest <= one.users <= len({user for user, *_ in cells}) for one in found.rates)
    assert sum(one.trials for one in parts) == sum(one.trials for one in whole)
    assert sum(one.hits for one in parts) == sum(one.hits for one in whole)
    assert all(0 <= one.low <= one.hits / one.trials <= one.high <= 1 for one in found.rates if one.low is not None)


def test_days_of_few_users_or_mostly_of_one_are_counted_and_not_told():
    def use(user, requests, read):
        return user, DayUse("2026-03-17", "claude-opus-4-6", requests, 5, 5, read, 5, 0.5)

    even = [use(f"u{place}", 10, 1000) for place in range(5)]
    days = told_days(even, 5)
    ((day,), rest, suppressed) = days
    assert (day.requests, day.cache_read_tokens, day.usd, rest, suppressed) == (50, 5000, 2.5, None, 0)
    assert told_days(even[:4], 5) == ((), None, 1)
    assert told_days([*even[:4], use("u9", 10, 1_000_000)], 5) == ((), None, 1)
    later = [(user, msgspec.structs.replace(one, day="2026-03-18")) for user, one in even[2:]]
    days = told_days([*even[:4], *later], 5)
    assert (days.told, days.suppressed, days.rest.requests) == ((), 2, 70), "together they are of five users"
    assert not may_be_told([1, 1, 1, 0, 0], 4)


# The report


@pytest.fixture(scope="module")
def packs():
    """Answers of the eleven public packs."""
    names = sorted(path.parent.name for path in PACKS.glob("*/pack.json") if path.parent.name != "specimen")
    return [answer_of(Source(Kind.PACK, name, (PACKS / name,)), SETTINGS) for name in names]


def made(answers, fewest=5):
    return report(answers, id="team", fewest=fewest, tool_version="0.1.0", simulated=False)


def test_a_report_is_a_pack_that_is_read_again(packs, tmp_path):
    evidence = made(packs)
    write_pack(evidence, tmp_path / "team")
    assert read_pack(tmp_path / "team") == evidence
    assert isinstance(evidence.fleet, Fleet)
    assert evidence.fleet.users == 11
    assert {"last-write-unread-in-five-seconds", "main-threads-for-an-hour"} <= {
        one.subject for one in evidence.fleet.rates
    }
    assert evidence.fleet.suppressed
    assert evidence.fleet.suppressed_days
    assert not any(run.findings for run in evidence.runs)


def test_neither_the_order_of_answers_nor_their_findings_change_the_report(packs, tmp_path):
    backwards = [decode(encode(one)) for one in reversed(packs)]
    bare = [
        msgspec.structs.replace(one, runs=tuple(msgspec.structs.replace(run, findings=()) for run in one.runs))
        for one in backwards
    ]
    assert msgspec.json.encode(made(bare)) == msgspec.json.encode(made(packs))


def test_no_name_of_a_user_or_a_session_is_in_the_report(packs, tmp_path):
    write_pack(made(packs, fewest=2), tmp_path / "team")
    text = (tmp_path / "team" / "pack.json").read_text()
    private = {one.user for one in packs} | {
        request.session for name in ("agentv", "git-sync") for request in read_pack(PACKS / name).requests
    }
    assert not [name for name in private if name in text]
    assert "cc-backend" not in text


def test_nothing_is_told_of_too_few_users(packs):
    with pytest.raises(LogError, match="W-fleet-few"):
        made(packs[:4])
    nobody = [*packs[:4], Answer(user="someone")]
    with pytest.raises(LogError, match="4 users have calls"):
        made(nobody)


@pytest.mark.parametrize(
    ("change", "flaw"),
    [
        ({"users": 4}, "are fewer than the report allows"),
        ({"hits": 10**6}, "are more than its trials"),
        ({"low": None}, "one end of an interval"),
        ({"low": 0.9, "high": 0.1}, "interval that cannot be"),
        ({"subject": "a-stranger-s-word"}, "neither a detector nor an experiment"),
        ({"version": "2.1.9"}, "is not the version"),
        ({"part": Part.AFTER, "subject": "cache-break"}, "which only experiments have"),
    ],
)
def test_a_report_that_cannot_be_is_refused(packs, tmp_path, change, flaw):
    evidence = made(packs)
    last = next(one for one in reversed(evidence.fleet.rates) if one.group is Group.TOLD and one.low is not None)
    rates = (msgspec.structs.replace(last, **change),)
    write_pack(
        msgspec.structs.replace(evidence, fleet=msgspec.structs.replace(evidence.fleet, rates=rates)), tmp_path / "team"
    )
    with pytest.raises(Exception, match=flaw):
        read_pack(tmp_path / "team")


def test_packs_without_a_report_hold_no_word_of_one(tmp_path):
    write_pack(read_pack(PACKS / "agentv"), tmp_path / "agentv")
    assert b'"fleet"' not in (tmp_path / "agentv" / "pack.json").read_bytes()


# The command, as far as it comes without Spark


def test_the_command_says_what_to_install(tmp_path, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "pyspark", None)
    (tmp_path / "logs" / "anna").mkdir(parents=True)
    found = CliRunner().invoke(cli, ["fleet", str(tmp_path / "logs"), "--into", str(tmp_path / "team")])
    assert isinstance(found.exception, ModuleNotFoundError)
    from generator.cli.lacking import lacking

    assert "pip install 'witnessmark[fleet]'" in lacking(found.exception)
