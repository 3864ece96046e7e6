"""`witnessmark new`: a record of each kind from options and from answers, what is refused, and that nothing is harmed."""

from __future__ import annotations

import os
import shutil
from datetime import date
from pathlib import Path

import click
import pytest
import yaml
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from shares import drawn

from generator.base.problems import BusyError, ContentError, Exit, attempt
from generator.cli import cli
from generator.cli.new import KINDS, asking, command
from generator.cli.new.alone import alone
from generator.cli.new.tables import table_text
from generator.curated.draft_fields import DRAFTED, fields_of
from generator.curated.draft_ids import slug, taken_ids
from generator.curated.draft_text import new_file, record_text, says, with_entry
from generator.curated.echoes import echoes
from generator.curated.entries import Outside
from generator.curated.field_words import WORDS
from generator.curated.kinds import Library, kinds_of
from generator.curated.library import load
from generator.curated.proposed import reading_of

CASE = Path(__file__).parent / "sites" / "small" / "content"
TODAY = {"SOURCE_DATE_EPOCH": "1796040000"}  # 30 November 2026
THREAD = "https://github.com/anthropics/claude-code/issues/50001"
REPORT = (
    *("report", THREAD, "--title", "Weekly limit: gone in 'a' day", "--date", "2026-03-23"),
    *("--surface", "claude-code", "--symptom", "runaway-usage"),
)
TABLE = "Day,Share,Note\n2026-03-01,12.5,a b\n2026-03-02,7,\n"


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    root = tmp_path_factory.mktemp("small")
    shutil.copytree(CASE, root / "content")
    return root


@pytest.fixture
def root(small, tmp_path):
    shutil.copytree(small / "content", tmp_path / "content")
    return tmp_path


def run(root, *arguments, answers=None):
    return CliRunner().invoke(
        cli, ["new", *map(str, arguments), "--root", str(root)], env=TODAY, standalone_mode=False, input=answers
    )


def made(root, *arguments, answers=None):
    done = run(root, *arguments, answers=answers)
    if done.exception:
        raise done.exception
    return done.output


def refused(root, *arguments):
    """The lines of what must be refused; nothing may change."""
    before = tree(root)
    with pytest.raises(click.UsageError) as caught:
        made(root, *arguments)
    assert tree(root) == before
    return [line.strip() for line in caught.value.message.split("\n")[1:]]


def tree(root):
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def added(root, before):
    """The only file that changed, and its text."""
    after = tree(root)
    (name,) = {name for name in after.keys() | before.keys() if after.get(name) != before.get(name)}
    return name, after[name].decode()


# ---- each kind ----


def each(tmp_path):
    table = tmp_path / "figures.csv"
    table.write_text(TABLE, "utf-8")
    vendor = "https://code.claude.com/docs/en/news"
    return {
        "report": (REPORT[1:], "content/reports/cc-50001.yml"),
        "event": (
            (vendor, "--title", "A change", "--start", "2026-04-02", "--kind", "statement", "--surface", "claude-code"),
            "content/events/2026-04.yml",
        ),
        "incident": (
            (
                *("https://status.claude.com/incidents/abcdef123456", "--title", "Errors", "--impact", "minor"),
                *(
                    "--start",
                    "2026-03-23T12:00:00+02:00",
                    "--end",
                    "2026-03-23T11:00:00Z",
                    "--scope",
                    "api, claude-code",
                ),
            ),
            "content/incidents/2026-03.yml",
        ),
        "claim": (
            (
                *("--section", "Overview", "--lines", "14", "--statement", "It is so.", "--kind", "event"),
                *("--grade", "unsupported", "--confidence", "low", "--reason", "Nothing was found."),
                *("--dates", "2026-03-17 to ..: from 17 March", "--evidence", "report:cc-46829 for part: the cost"),
            ),
            "content/claims/C-104.yml",
        ),
        "source": (
            ("https://example.org/a", "--kind", "blog", "--read-how", "the live page", "--reliability", "low"),
            "content/sources.yml",
        ),
        "measurement": (
            (
                *(
                    "https://example.org/m",
                    "--title",
                    "Reads",
                    "--result",
                    "7 percent.",
                    "--by",
                    "A",
                    "--period",
                    "March",
                ),
                *("--sample", "s", "--method", "m", "--raw", "public", "--raw-where", "there", "--shows", "a"),
                *("--shows-not", "b", "--judgement", "c", "--table", table, "--bears-on", "C-064: It says: no."),
            ),
            "content/measurements/published.yml",
        ),
        "reply": (
            (
                *("https://site.example/2026-03/c/C-064/#evidence", "--by", "A. Person", "--stands", "reporter"),
                *("--text", "One.\n\nTwo: it's so.", "--received", "mail, known to us"),
            ),
            "content/replies/reporter-20261130.yml",
        ),
        "correction": (
            ("r/cc-46829", "--was", "old", "--now", "The new words of it", "--why", "w " * 90),
            "content/corrections.yml",
        ),
    }


@pytest.mark.parametrize("word", DRAFTED)
def test_each_kind_is_written_as_its_neighbours_are_and_check_takes_it(root, word):
    arguments, path = each(root.parent)[word]
    before = tree(root)
    said = made(root, word, *arguments)
    name, text = added(root, before)
    assert name == path
    assert said.startswith(f"Wrote the {word} ")
    assert "witnessmark check" in said
    old = before.get(name, b"").decode()
    assert text.startswith(old)
    if not old:
        assert text.startswith("# yaml-language-server: $schema=")
        schema = (root / name).parent / text.splitlines()[0].partition("$schema=")[2]
        assert (Path(__file__).parent.parent / schema.resolve().relative_to(root.resolve())).is_file()
    load(root / "content")
    assert not [path for path in tree(root) if "/." in path]


def test_values_say_what_was_meant(root):
    for word in ("event", "incident", "claim", "measurement", "reply", "correction"):
        made(root, word, *each(root.parent)[word][0])
    library = load(root / "content")
    event = next(one for one in library.events if one.title == "A change")
    assert (event.id, event.day_only, event.official, event.source_type) == ("E-091", True, True, "official-docs")
    incident = next(one for one in library.incidents if one.title == "Errors")
    assert (incident.start.hour, incident.scope) == (10, ("api", "claude-code"))
    claim = next(one for one in library.claims if one.id == "C-104")
    assert (str(claim.dates.start), claim.dates.end, claim.evidence[0].bears.value) == ("2026-03-17", None, "part")
    (measured,) = library.published
    assert measured.tables[0].rows == (("2026-03-01", 12.5, "a b"), ("2026-03-02", 7, None))
    assert (measured.bears_on[0].claim, measured.bears_on[0].says) == ("C-064", "It says: no.")
    assert library.replies[0].text == "One.\n\nTwo: it's so."
    assert (library.replies[0].page, library.corrections[0].date) == ("c/C-064", date(2026, 11, 30))


def test_the_commands_are_those_of_the_kinds_and_every_field_has_a_flag_and_words():
    assert KINDS == DRAFTED == tuple(WORDS)
    for kind in kinds_of(Library):
        if kind.word in DRAFTED:
            assert set(WORDS[kind.word]) == set(kind.model.model_fields), kind.word
            flags = [field.flag for field in fields_of(kind)]
            assert len(set(flags)) == len(flags)
            assert {"applied", "computed"} >= set(kind.model.model_fields) - {field.name for field in fields_of(kind)}


# ---- what is missing or wrong ----


def test_all_that_is_missing_is_named_at_once_with_its_flag(root):
    lines = refused(root, "report")
    assert [line.split()[0] for line in lines] == [
        "URL",
        "--title",
        "--date",
        "--surface",
        "--symptom",
        "--source-type",
    ]
    assert "One of issue, official, press, blog, social-as-reported." in lines[-1]


def test_words_that_are_not_known_come_with_the_nearest_one_and_with_all_else_that_is_wrong(root):
    lines = refused(
        root,
        *(
            "report",
            "http://example.org/x",
            "--surface",
            "claude-cod",
            "--symptom",
            "runaway-usag",
            "--date",
            "23.3.26",
        ),
        *("--source-type", "presss", "--figure", "half"),
    )
    text = "\n".join(lines)
    assert '--surface: W-ref unknown surface "claude-cod" (did you mean "claude-code"?)' in lines
    assert '--symptom: W-ref unknown symptom "runaway-usag" (did you mean "runaway-usage"?)' in lines
    assert '--source-type: W-value "presss" is not allowed here (did you mean "press"?)' in lines
    assert '--url: W-url "url" must begin with https://' in text
    assert "--date: W-date" in text
    assert '--figure is written "METRIC = VALUE"' in text
    assert "--title is missing" in text


@pytest.mark.parametrize(
    "address",
    [
        "https://github.com/anthropics/claude-code/issues/46829",
        "https://www.github.com/Anthropics/claude-code/issues/46829/?x=1#top",
        "https://api.github.com/repos/anthropics/claude-code/issues/46829",
        "https://web.archive.org/web/20260412101112/https://github.com/anthropics/claude-code/issues/46829",
        "https://archive.today/2026.04.12-101112/http://github.com/anthropics/claude-code/issues/46829",
    ],
)
def test_an_address_on_record_is_refused_in_each_of_its_forms_and_its_record_named(root, address):
    (line,) = refused(root, "report", address, *REPORT[2:])
    assert line.startswith('the report "cc-46829" has this address already (content/reports/cc-46829.yml)')


def test_a_comment_in_a_known_thread_is_a_report_of_its_own(root):
    before = tree(root)
    made(root, "report", "https://github.com/anthropics/claude-code/issues/46829#issuecomment-7", *REPORT[2:])
    name, text = added(root, before)
    assert name == "content/reports/cc-46829-comment-20260323.yml"
    assert "date_basis: comment-date" in text


def test_an_archived_copy_is_written_beside_the_page_that_it_copies(root):
    before = tree(root)
    made(root, "report", f"https://web.archive.org/web/20260412101112/{THREAD}", *REPORT[2:])
    values = yaml.safe_load(added(root, before)[1])
    assert values["url"] == THREAD
    assert values["archive_url"].endswith(THREAD)


def test_mistakes_between_fields_are_told_at_their_flag(root):
    lines = refused(
        root, *REPORT, "--period", "control-after", "--observed-from", "2026-03-20", "--observed-to", "2026-03-01"
    )
    assert any(line.startswith("--period: W-period") and "or mend the date" in line for line in lines)
    assert any(line.startswith("--observed-to: W-order") for line in lines)
    (line,) = refused(root, *(REPORT[:5]), "2027-01-01", *REPORT[6:])
    assert line.startswith("--date: W-date 2027-01-01 is to come (today is 2026-11-30")
    (line,) = refused(root, *REPORT, "--title", "a\u202eb")
    assert line.startswith("--title: W-char")


@pytest.mark.parametrize(
    "start",
    [
        *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-10:00", "0001-01-01", "2026-02-30", "2026-05-03T10:00:00"),
        *("20260503", "86400", "1774915200.5", "-1", "2026"),
    ],
)
def test_what_is_no_moment_is_called_that_and_nothing_else(root, start):
    event = each(root.parent)["event"][0]
    lines = refused(root, "event", *event, "--start", start)
    assert [line[:15] for line in lines] == ["--start: W-date"]
    lines = refused(root, "incident", *each(root.parent)["incident"][0], "--end", start)
    assert lines[0].startswith("--end: W-date")
    path = root / "content" / "events" / "2026-03.yml"
    text = path.read_text("utf-8")
    path.write_text(text.replace("start: 2026-03-", f"start: '{start}' # ", 1), "utf-8")
    assert path.read_text("utf-8") != text
    done = CliRunner().invoke(cli, ["check", "--root", str(root)], env=TODAY, standalone_mode=False)
    assert isinstance(done.exception, ContentError), done.exception
    assert {problem.code for problem in done.exception.problems if "start" in problem.message} <= {"W-date"}


@pytest.mark.parametrize(
    ("phrases", "said"),
    [
        ([""], "is empty"),
        ([" , "], "is empty"),
        (["weekly limit,,refund"], "is empty"),
        (["ab"], "3 letters or digits"),
        (["... - ?!"], "3 letters or digits"),
        (["Weekly limit", "weekly  LIMIT"], "the same twice"),
        (["Straße, STRASSE"], "the same twice"),
        (["one, two, three, four, five, six, seven, eight, nine"], "9 entries and may have 8"),
    ],
)
@pytest.mark.parametrize("word", ["event", "claim", "measurement"])
def test_phrases_of_the_search_are_few_and_worth_looking_for(root, word, phrases, said):
    asked = [part for text in phrases for part in ("--asked", text)]
    lines = refused(root, word, *each(root.parent)[word][0], *asked)
    assert all(line.startswith("--asked: W-") for line in lines)
    assert said in lines[0]


def test_phrases_of_the_search_that_are_sound(root):
    made(root, "event", *each(root.parent)["event"][0], "--asked", "opus 4.6, 4.6.1", "--asked", "one, two")
    (event,) = (one for one in load(root / "content").events if one.title == "A change")
    assert event.asked == ("opus 4.6", "4.6.1", "one", "two")


def test_an_id_is_never_used_twice(root):
    (line,) = refused(root, *REPORT, "--id", "CC-46829".lower())
    assert line == '--id: W-unique "cc-46829" is taken, or was once (leave --id away)'
    lock = "- kind: event\n  id: E-200\n  first: 2026-11-24\n  title: t\n  gone:\n    day: 2026-11-25\n    reason: r\n"
    (root / "content" / "ids.lock.yml").write_text(lock, "utf-8")
    assert "Wrote the event E-201 " in made(root, "event", *each(root.parent)["event"][0])
    made(root, *REPORT)
    assert "Wrote the report cc-50001-2 " in made(root, *REPORT, "--date-basis", "comment-date")


@pytest.mark.parametrize(
    ("word", "id"), [("event", "E-999"), ("event", "E-112"), ("claim", "C-800"), ("source", "S-999")]
)
def test_an_id_that_leaps_over_many_numbers_is_refused(root, word, id):
    arguments = each(root.parent)[word][0]
    (line,) = refused(root, word, *arguments, "--id", id)
    assert line.startswith(f'--id: W-value "{id}" would leave ')


def test_an_id_may_leap_over_some_numbers_and_the_last_one_by_hand_ends_nothing(root):
    event = each(root.parent)["event"][0]
    assert "Wrote the event E-111 " in made(root, "event", *event, "--id", "E-111")  # E-090 was the last
    assert "Wrote the event E-112 " in made(root, "event", *event, "--title", "Another")
    lock = "- kind: event\n  id: E-999\n  first: 2026-11-24\n  title: t\n  gone:\n    day: 2026-11-25\n    reason: r\n"
    (root / "content" / "ids.lock.yml").write_text(lock, "utf-8")
    taken = taken_ids(reading_of(root / "content", Outside()).records, "event")
    id = made(root, "event", *event, "--title", "A third").split()[3]
    assert id not in taken
    assert {f"E-{number:03}" for number in range(1, int(id[2:]))} <= taken


def test_mistakes_of_others_stop_nothing_and_hide_nothing(root):
    path = root / "content" / "reports" / "cc-24048.yml"
    path.write_text(path.read_text("utf-8").replace("source_type: issue", "source_type: isue"), "utf-8")
    assert made(root, *REPORT).startswith("Wrote")
    lines = refused(root, "source", THREAD, "--kind", "changelog", "--read-how", "a", "--reliability", "b")
    assert len(lines) == 2  # of another kind than the report there, and not the vendor's address


def test_a_dry_run_prints_the_record_and_writes_nothing(root):
    before = tree(root)
    said = made(root, *REPORT, "--dry")
    assert yaml.safe_load(said)["id"] == "cc-50001"
    assert tree(root) == before


def test_a_file_that_changes_meanwhile_is_left_as_it_is(root, monkeypatch):
    sound = command._sound

    def late(*arguments):
        draft = sound(*arguments)
        path = root / draft.path
        path.parent.mkdir(exist_ok=True)
        path.write_text((path.read_text("utf-8") if path.exists() else "") + "# mine\n", "utf-8")
        return draft

    monkeypatch.setattr(command, "_sound", late)
    for word in ("report", "source"):
        with pytest.raises(ContentError, match=r"W-file"):
            made(root, word, *each(root.parent)[word][0])
    assert (root / "content/reports/cc-50001.yml").read_text("utf-8") == "# mine\n"
    assert (root / "content/sources.yml").read_text("utf-8").endswith("# mine\n")
    assert not [name for name in tree(root) if "/." in name]


def test_nobody_else_writes_between_reading_and_writing(root, monkeypatch):
    held = []

    def noted(name):
        inner = getattr(command, name)

        def call(*arguments):
            with pytest.raises(BusyError), alone(root / "content", patience=0):
                pytest.fail(f"two at once: {name}")
            held.append(name)
            return inner(*arguments)

        monkeypatch.setattr(command, name, call)

    for name in ("reading_of", "_sound", "write"):
        noted(name)
    made(root, *REPORT)
    assert held == ["reading_of", "_sound", "write"]


def test_a_second_one_gives_up_with_the_code_of_busy(root):
    with (
        alone(root / "content"),
        pytest.raises(BusyError, match="another `new`") as caught,
        alone(root / "content", patience=0.1),
    ):
        pytest.fail("two at once")
    assert caught.value.exit == Exit.BUSY
    with alone(root / "content"), alone(root / "absent"):
        assert not [name for name in tree(root) if "lock" in name.rpartition("/")[2] and "ids.lock" not in name]


def test_a_folder_that_is_a_link_is_not_written_to(root, tmp_path):
    shutil.move(root / "content" / "reports", tmp_path / "elsewhere")
    (root / "content" / "reports").symlink_to(tmp_path / "elsewhere")
    (line,) = refused(root, *REPORT)
    assert "not an ordinary folder" in line


def test_of_many_records_of_one_page_some_are_named(root):
    for number in range(8):
        said = made(root, "event", *each(root.parent)["event"][0], "--title", f"A change {number}")
    assert said.count("has this address too") == 5
    assert "and 2 more records have it" in said


# ---- likely echoes ----


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"title": "One customer reports two silent regressions", "date": "2026-04-10"}, False),
        ({"title": "Weekly limit gone in one day", "date": "2026-03-24"}, True),
        ({"title": "Weekly limit gone in one day", "date": "2026-03-27"}, False),
        ({"title": "Nothing alike", "date": "2026-03-24", "figures": [{"metric": "m", "value": "21 to 100 %"}]}, True),
        ({"title": "Nothing alike", "date": "2026-03-24", "figures": [{"metric": "m", "value": "5 to 100 %"}]}, False),
        ({"title": "Weekly limit gone in one day", "date": "2026-03-24", "echo_of": "cc-50001"}, False),
    ],
)
def test_what_may_tell_the_same_is_named_with_the_rule(root, values, said):
    made(root, *REPORT, "--figure", "weekly limit = 21 % -> 100 %")
    found = list(echoes(reading_of(root / "content", Outside()).records, "report", values))
    assert [one.id for one in found if one.id == "cc-50001"] == (["cc-50001"] if said else [])
    if said:
        assert "a day apart" in str(found[0])


# ---- the figures of a measurement ----


def measured(root, tmp_path, data):
    """The rows that `new measurement` makes of a file, or what it says against it."""
    table = tmp_path / "t.csv"
    table.write_bytes(data)
    done = run(root, "measurement", *each(tmp_path)["measurement"][0][:-4], "--table", table, "--dry")
    if done.exception:
        return "\n".join(done.exception.message.split("\n")[1:])
    return yaml.safe_load(done.output)[0]["tables"][0]["rows"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'a,b\n"one\ntwo",2\n', "a line break within a cell of row 2"),
        (b'a,b\r\n1,"2\r\n"\r\n', "a line break within a cell of row 2"),
        (b'a,"b\nc"\n1,2\n', "a line break within a cell of row 1"),
        ("a,b\none\x85x,2\n".encode(), "W-char"),
        ("a,b\none\u2028,2\n".encode(), "W-char"),
        (b"a,b\none\x0b,2\n", "W-char"),
        (b"a,b\n1,2\n" + b",\n" * 600_000 + b"3,4\n", "more than 1,024 KiB"),
        (b"a,b\n1,2\n" + "é".encode() * 600_000, "more than 1,024 KiB"),
        ("a,b\n1,2\n".encode("utf-16"), "in UTF-8"),
        (b"a,b\n" + b"1,2\n" * 2_001, "1 to 2,000 rows"),
    ],
)
def test_a_table_is_taken_whole_or_refused(root, tmp_path, data, said):
    assert said in measured(root, tmp_path, data)


@pytest.mark.parametrize(
    "figure",
    ["0.10", "7.50", "-0", "123456789012345.123456789012", "0.000000000001", "0.1234567890123456789", "1e5"],
)
def test_a_figure_that_a_number_cannot_hold_as_it_is_written_stays_text(root, tmp_path, figure):
    assert measured(root, tmp_path, f"a,b\n{figure},12.5\n{figure},-7\n".encode()) == [[figure, 12.5], [figure, -7]]


def test_only_an_ordinary_file_holds_a_table_also_through_a_link(root, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "real.csv").write_text(TABLE, "utf-8")
    (tmp_path / "link.csv").symlink_to(tmp_path / "real.csv")
    for name in ("pipe", ".", "/dev/zero", "absent", "a\0b"):
        with pytest.raises(ValueError, match="as a table"):
            table_text(str(tmp_path / name))
    assert table_text(str(tmp_path / "link.csv")) == TABLE


# ---- on a terminal ----


def test_on_a_terminal_what_is_missing_is_asked_for_until_it_can_be_written(root, monkeypatch):
    monkeypatch.setattr(command, "on_terminal", lambda: True)
    answers = [
        THREAD, "Weekly limit", "23 March", "2026-03-23", "claude-cod", "claude-code, api", "runaway-usage",
        "", "limit = 21 % -> 100 %", "", "",
    ]  # fmt: skip
    before = tree(root)
    said = made(root, "report", answers="\n".join(answers) + "\n")
    assert 'did you mean "claude-code"?' in said
    assert "2026-03-17, or 2026-03-17T14:05:00Z" in said
    values = yaml.safe_load(added(root, before)[1])
    assert (values["surfaces"], values["figures"][0]["end"]) == (["claude-code", "api"], "100 %")
    assert "plans" not in values


def test_an_address_on_record_ends_the_questions_before_they_begin(root, monkeypatch):
    monkeypatch.setattr(command, "on_terminal", lambda: True)
    done = run(root, "report", answers="https://github.com/anthropics/claude-code/issues/46829\n")
    assert isinstance(done.exception, click.UsageError)
    assert done.output.count(":") < 6


def test_without_a_terminal_nothing_is_asked(root, monkeypatch):
    assert not asking.on_terminal()
    monkeypatch.setattr(command, "on_terminal", lambda: True)
    assert refused(root, "report", "--no-ask")


# ---- the text ----


@pytest.mark.parametrize(
    "text",
    [
        "", "# only a comment\n", "[]\n", "# head\n[]\n", "# head\n[ ]  # none yet\n# tail\n", "- {id: a}\n", "- id: a",
        "  - id: a\n", "- id: a # one\n# tail\n", "- id: a\r\n  b: 1\r\n", "-   id: a\n    b: 1\n",
    ],
)  # fmt: skip
def test_an_entry_is_added_below_and_every_other_byte_stays(text):
    data = with_entry(text.encode(), "x.yml", {"id": "b", "text": "two: it's"}, {"id": "why"})
    old = yaml.safe_load(text) or []
    assert yaml.safe_load(data) == [*old, {"id": "b", "text": "two: it's"}]
    kept = [line for line in text.replace("\r\n", "\n").split("\n") if line.strip("[] ") and "[ ]" not in line]
    assert [line for line in kept if line not in data.decode().replace("\r\n", "\n").split("\n")] == []
    assert ("\r\n" in text) == (b"\r\n" in data)
    assert b"\r\n" not in data or data.count(b"\n") == data.count(b"\r\n")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("[]  # keep me please\n", "# keep me please\n"),
        ("# c\n[ ] # keep\n\n\n# after\n\n", "# c\n# keep\n\n\n# after\n\n"),
        ("\n\n# c\n[]\n\n", "\n\n# c\n\n"),
        ("# a\r\n# b\n[]\r\n# c\n", "# a\r\n# b\n# c\n"),
        ("# a\n# b\r\n[]  # keep\r\n", "# a\n# b\r\n# keep\r\n"),
        ("# a\r\n# b\n", "# a\r\n# b\n"),
        ("# a []\n[]", "# a []\n"),
        ("[]", ""),
        ("---\n[]\n", "---\n"),
    ],
)
def test_of_an_empty_list_only_the_brackets_go(text, kept):
    data = with_entry(text.encode(), "x.yml", {"id": "b"}, {}).decode()
    assert data.startswith(kept)
    assert data[len(kept) :].rstrip("\r\n") == "- id: b"


@pytest.mark.parametrize("text", ["[{id: a}]\n", "a: 1\n", "- id: a\n...\n", "text\n"])
def test_a_list_in_another_form_is_left_to_a_person(text):
    with pytest.raises(ContentError):
        with_entry(text.encode(), "x.yml", {"id": "b"}, {})


WORD = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Cf", "Co", "Cn", "Mn", "Mc", "Me", "Zl", "Zp"]), min_size=1, max_size=160)  # fmt: skip


@settings(max_examples=drawn(150), deadline=None)
@given(
    st.dictionaries(
        st.sampled_from("abcdef"),
        WORD | st.booleans() | st.integers(-999, 999) | st.lists(WORD, max_size=3),
        min_size=1,
    )
)
def test_whatever_is_typed_is_read_as_it_was_typed(values):
    """Either the file says exactly what was meant, or nothing is given back."""
    for write, meant in (
        (lambda: new_file(["head"], record_text(values, {}), ["tail"]), values),
        (lambda: with_entry(b"- a: 1\n", "x.yml", values, {}), [{"a": 1}, values]),
    ):
        problems = []
        data = attempt(write, problems)
        if data is not None:
            attempt(lambda data=data, meant=meant: says(data, "x.yml", meant), problems)
        assert {problem.code for problem in problems} <= {"W-char"}  # letters that no file may hold


def test_names_are_made_of_what_is_there():
    assert slug("Ümläut: it's  A test!") == "umlaut-it-s-a-test"
    assert slug("???") == ""
