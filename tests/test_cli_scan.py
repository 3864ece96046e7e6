"""`scan` for every day: what it prints at 80 columns, what it never prints, ids that stay, and the options."""

from __future__ import annotations

import csv
import fcntl
import io
import json
import os
import pty
import re
import shutil
import struct
import subprocess
import sys
import termios
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner
from patience import HANGS
from rich.cells import cell_len

from generator.base.problems import Exit
from generator.cli import cli
from generator.cli.terminal.verdict import WORDS
from generator.detectors import DETECTORS
from generator.packs.key import load_key
from generator.packs.pack import read_pack
from generator.records.pseudonyms import pseudonym
from generator.simulator import FaultRates
from generator.simulator import simulate as simulated

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
CORPORA = ROOT.parent / "shared" / "corpora" / "claude-code"
PROJECT = "-home-canary-secretproject"
COMMANDS = re.compile(r"witnessmark [a-z-]+")


def scan(*arguments, columns="80"):
    """The command in this process; the same logs, options and key give the same answer, so that one run is enough."""
    return ran(tuple(map(str, arguments)), columns, os.environ["XDG_STATE_HOME"])


@cache
def ran(arguments, columns, _state):
    return CliRunner().invoke(cli, ["scan", *arguments], env={"COLUMNS": columns})


def answered(id, **more):
    """One line of a transcript with one call."""
    usage = {"input_tokens": 3, "cache_creation_input_tokens": 40, "cache_read_input_tokens": 500, "output_tokens": 6}
    message = {"id": f"msg_{id}", "model": "claude-opus-4-6", "role": "assistant", "content": [], "usage": usage}
    line = {"type": "assistant", "uuid": f"u-{id}", "parentUuid": None, "isSidechain": False, "sessionId": f"s-{id}"}
    return json.dumps(line | {"timestamp": "2026-08-03T10:00:00Z", "message": message} | more) + "\n"


def said(*arguments):
    return json.loads(scan(*arguments, "--json").stdout)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Simulated logs with every fault, below a project folder with a telling name."""
    from datetime import UTC, datetime

    folder = tmp_path_factory.mktemp("made") / ".claude"
    run = simulated(5, sessions=10, start=datetime(2026, 8, 3, tzinfo=UTC), faults=FaultRates.specimen())
    for name, data in run.files.items():
        parts = name.split("/")
        path = folder.joinpath(parts[0], PROJECT, *parts[2:]) if parts[0] == "projects" else folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


@pytest.fixture
def state(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state"


def in_terminal(columns, *arguments, home):
    """What a terminal of this width shows, colours taken out."""
    parent, child = pty.openpty()
    fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "TERM": "xterm", "LANG": "C.UTF-8"}
    process = subprocess.Popen(
        [sys.executable, "-m", "generator", "scan", *map(str, arguments)],
        stdout=child, stdin=child, stderr=subprocess.DEVNULL, env=environment, cwd=ROOT,
    )  # fmt: skip
    os.close(child)
    shown = b""
    while True:
        try:
            part = os.read(parent, 65536)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        shown += part
    os.close(parent)
    assert process.wait(timeout=HANGS) == Exit.OK
    return re.sub(r"\x1b\[[0-9;]*m", "", shown.decode()).replace("\r\n", "\n").splitlines()


@pytest.mark.corpora
def test_in_a_terminal_of_80_columns_the_report_is_short_and_nothing_is_cut(tmp_path):
    lines = in_terminal(80, CORPORA / "entire", home=tmp_path)
    assert 20 < len(lines) <= 60
    assert max(map(cell_len, lines)) <= 80
    assert "…" not in "".join(lines)
    assert lines[0].startswith(tuple(WORDS.values()))
    text = " ".join(" ".join(lines).split())
    assert re.search(r"in \d+ of 3,8\d\d steps .*: \$\d+\.\d\d of \$\d+\.\d\d at list price \([\d.]+ %\)", text)
    for detector in DETECTORS:
        measured = detector.title in text
        assert measured or "--all: which" in text


@pytest.mark.parametrize("columns", [40, 80, 120])
@pytest.mark.parametrize("options", [(), ("--all",), ("--by", "session"), ("--by", "project"), ("--by", "model")])
def test_at_no_width_a_line_is_longer_than_it_or_cut(made, columns, options):
    shown = scan(made, *options, columns=str(columns)).stdout
    assert max(cell_len(line) for line in shown.splitlines()) <= columns
    assert "…" not in shown
    assert not re.search(r"\[/?(bold|dim)\]", shown)


def test_a_table_at_any_width_holds_every_figure(made):
    wide = scan(made, "--by", "session", columns="200").stdout
    narrow = scan(made, "--by", "session", columns="40").stdout
    figures = re.compile(r"(?<![\w.])\$?\d[\d,.]*\d(?![\w.])")
    assert sorted(figures.findall(wide)) == sorted(figures.findall(narrow))


def test_what_was_found_comes_first_the_dearest_before_the_others(made):
    shown = scan(made).stdout
    order = [shown.index(part) for part in ("Found, what cost most first", "Not found:", "Not measurable", "Next")]
    assert order == sorted(order)
    costs = [(one["list_price_usd"] or 0, one["excess_tokens"]) for one in said(made)["findings"]]
    assert len(costs) > 5
    assert costs == sorted(costs, reverse=True)


def test_the_words_of_the_report_are_explained_or_gone(made):
    shown = scan(made, "--all").stdout
    assert "Naive rule" not in shown
    assert "Other tools would report" in shown
    assert not re.search(r"\$-|-\$", shown)
    assert "Grade, how sure it is: A = it follows from the log alone" in shown


@pytest.mark.parametrize(
    "options",
    [
        (), ("--all",), ("--json",), ("--csv",), ("--share",), ("--json", "--all"),
        *(("--by", by) for by in ("day", "week", "month", "model", "session", "agent")),
        *(("--by", by, "--csv") for by in ("day", "session", "agent")),
    ],
)  # fmt: skip
def test_no_project_file_or_session_is_named_unless_it_is_asked_for(made, options):
    result = scan(made, *options)
    assert result.exit_code == Exit.OK
    names = {PROJECT, "canary", "secretproject", ".jsonl", str(made)}
    names |= {path.stem for path in made.rglob("*.jsonl")}
    assert not [name for name in names if name in result.stdout]


def test_a_project_is_named_where_it_is_asked_for_and_the_reader_is_warned(made):
    shown = scan(made, "--by", "project").stdout
    assert PROJECT in shown
    assert "local labels of your machine (projects): do not paste them" in " ".join(shown.split())
    assert PROJECT in [row["name"] for row in said(made, "--by", "project")["usage"]["rows"]]


def test_the_owner_can_look_up_which_file_a_label_is(made):
    table = dict(re.findall(r"^(log-\d{4})  (/.*)$", scan(made, "--files").stdout, re.MULTILINE))
    assert len(table) == said(made)["tally"]["files"]
    assert table == said(made, "--files")["paths"]
    one = next(one for one in said(made)["findings"] if one["source"] and one["thread"])
    path = Path(table[one["source"]["label"]])
    line = path.read_bytes().split(b"\n")[one["source"]["line"] - 1]
    assert json.loads(line)["message"]["usage"]


def test_the_owner_can_look_up_which_file_a_session_is(made):
    shown = scan(made, "--by", "session", "--files").stdout
    table = dict(re.findall(r"^(log-\d{4})  (/.*)$", shown, re.MULTILINE))
    sessions = dict(re.findall(r"^([a-z2-7]{16})  (log-\d{4}.*)$", shown, re.MULTILINE))
    names = [row["name"] for row in said(made, "--by", "session")["usage"]["rows"]]
    assert set(sessions) == set(names)
    key = load_key(Path(os.environ["XDG_STATE_HOME"], "witnessmark", "key"))
    for session, labels in sessions.items():
        for label in labels.split():
            raw = set(re.findall(r'"sessionId":\s*"([^"]+)"', Path(table[label]).read_text()))
            assert session in {pseudonym("session", id, key) for id in raw}
    assert said(made, "--files")["sessions"] == {name: labels.split() for name, labels in sessions.items()}


def test_ids_stay_and_are_those_of_a_pack(made, state, tmp_path):
    first, again = ([one["id"] for one in said(made)["findings"]] for _ in range(2))
    assert first == again
    pack = tmp_path / "mine"
    assert CliRunner().invoke(cli, ["collect", str(made), "--into", str(pack)]).exit_code == Exit.OK
    assert set(first) == {finding.id for run in read_pack(pack).runs for finding in run.findings}
    assert first
    assert (state / "witnessmark" / "key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (state / "witnessmark").iterdir()] == ["key"]


def test_a_finding_of_scan_can_be_proved_as_its_next_step_says(made, state, tmp_path):
    one = next(one for one in said(made)["findings"] if one["thread"])
    steps = {step["id"]: step.get("command", "") for step in one["next_steps"]}
    assert {"change", "publish", "prove"} <= set(steps)
    for id in ("publish", "prove"):
        words = steps[id].replace("LOGS", str(made)).replace("PACK", str(tmp_path / "mine"))
        words = words.replace("proof.json", str(tmp_path / "proof.json")).split()
        result = CliRunner().invoke(cli, words[1:])
        assert result.exit_code == Exit.OK, result.output
    assert one["id"] in (tmp_path / "proof.json").read_text()


def test_a_finding_that_the_pack_lacks_is_explained(made, state, tmp_path):
    pack = tmp_path / "mine"
    CliRunner().invoke(cli, ["collect", str(made), "--into", str(pack)])
    shutil.rmtree(state)  # another key: its ids are others
    other = said(made)["findings"][0]["id"]
    result = CliRunner().invoke(
        cli, ["prove", other, "--logs", str(made), "--pack", str(pack), "--into", str(tmp_path / "p.json")]
    )
    assert "`scan` and `collect` give the same ids" in str(result.exception)


def test_without_a_place_for_the_key_scan_works_and_says_that_ids_are_of_this_run(made, tmp_path, monkeypatch):
    (tmp_path / "state").write_text("a file, so no folder can be made there")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    result = scan(made)
    assert result.exit_code == Exit.OK
    assert "The ids are of this run only" in result.stdout
    assert said(made)["stable_ids"] is False


def test_ids_of_simulated_logs_are_those_of_their_packs(made, state, tmp_path):
    pack = tmp_path / "specimen"
    CliRunner().invoke(cli, ["collect", str(made), "--simulated", "--into", str(pack)])
    ids = {one["id"] for one in said(made, "--simulated")["findings"]}
    assert ids == {finding.id for run in read_pack(pack).runs for finding in run.findings}
    assert not state.exists()


def test_every_finding_is_in_the_json_with_what_it_needs(made):
    found = said(made)
    assert len(found["findings"]) == sum(run["findings"] for run in found["detectors"].values())
    assert len({one["id"] for one in found["findings"]}) == len(found["findings"])
    for one in found["findings"]:
        assert re.fullmatch(r"F-[A-Z2-7]{8}", one["id"])
        assert re.fullmatch(r"2026-\d\d-\d\dT\d\d:\d\d:00Z", one["at"])
        assert one["grade_means"]
        assert one["lean"] in {"client", "service", "policy", "account", "open"}
        assert one["next_steps"][0]["id"] == "change"
        assert one["source"] is None or re.fullmatch(r"log-\d{4}", one["source"]["label"])
    assert any(one["thread"] for one in found["findings"])
    assert any(one["source"] for one in found["findings"])


def test_the_share_block_holds_no_tokens_times_or_names(made):
    whole, block = said(made), scan(made, "--share").stdout
    assert not re.search(r"\d{4}|\d,\d|\d{1,2}:\d\d|\$", block)
    assert not re.search(r"F-[A-Z2-7]{8}|log-\d|\d\.\d+\.\d", block)
    figures = {one["excess_tokens"] for one in whole["findings"]} | {
        value
        for row in [*whole["usage"]["rows"], whole["requests"]]
        for value in row.values()
        if isinstance(value, int)
    }
    numbers = set(re.findall(r"\d+(?:\.\d+)?", block))
    assert not {str(figure) for figure in figures if figure > 100} & numbers
    names = {path.stem for path in made.rglob("*.jsonl")} | {PROJECT, "opus", "sonnet", "haiku", "claude"}
    assert not [name for name in names if name in block]
    assert len(re.findall(r"\d %", block)) > 5


def test_dates_choose_calls_and_findings_and_both_ends_count(made):
    rows = said(made)["usage"]["rows"]
    assert len(rows) >= 3
    first, last = rows[0]["name"], rows[1]["name"]
    part = said(made, "--since", first, "--until", last.replace("-", ""))
    assert part["usage"]["rows"] == rows[:2]
    assert part["usage"]["total"]["calls"] == rows[0]["calls"] + rows[1]["calls"]
    whole = {one["id"] for one in said(made)["findings"]}
    inside = {one["id"] for one in part["findings"]}
    assert inside < whole
    assert all(first <= one["at"][:10] <= last for one in part["findings"] if one["until"] is None)
    assert part["detectors"] == said(made)["detectors"]  # they see everything
    assert "Only findings of these days are shown" in scan(made, "--since", first).stdout


def test_days_without_a_call_are_said_so(made):
    result = scan(made, "--since", "2030-01-01")
    assert result.exit_code == Exit.OK
    assert result.stdout.startswith("Nothing can be said: no call falls into these days.")


def test_a_day_ends_where_the_zone_says(made, monkeypatch):
    utc = {row["name"]: row["calls"] for row in said(made)["usage"]["rows"]}
    far = said(made, "--timezone", "Pacific/Kiritimati")["usage"]  # fourteen hours ahead
    assert {row["name"]: row["calls"] for row in far["rows"]} != utc
    assert far["total"]["calls"] == sum(utc.values())
    local = said(made, "--timezone", "local")["usage"]["rows"]  # TZ of the tests is Asia/Kathmandu
    assert local == said(made, "--timezone", "Asia/Kathmandu")["usage"]["rows"]
    assert "(Asia/Kathmandu)" in scan(made, "--timezone", "Asia/Kathmandu").stdout


@pytest.mark.parametrize(
    "options",
    [
        ("--timezone", "Mars/Olympus"), ("--timezone", "../../etc/passwd"), ("--timezone", ""), ("--timezone", "America"),
        ("--timezone", "x" * 5000), ("--timezone", "a\0b"), ("--since", "yesterday"), ("--since", "2026-13-01"),
        ("--since", "2026-08-05", "--until", "2026-08-04"), ("--by", "weekday"), ("--json", "--csv"), ("--csv", "--share"),
    ],
)  # fmt: skip
def test_a_wrong_option_is_a_usage_error(made, options):
    result = scan(made, *options)
    assert result.exit_code == Exit.CONTENT
    assert result.stdout == ""


def test_csv_is_the_table_and_no_cell_is_a_formula(tmp_path):
    names = ("=HYPERLINK(1)", "+1", "@sum", "-home-me", "plain, with comma")
    for number, name in enumerate(names):
        (tmp_path / "projects" / name).mkdir(parents=True)
        (tmp_path / "projects" / name / "a.jsonl").write_text(answered(number))
    head, *rows = csv.reader(io.StringIO(scan(tmp_path, "--by", "project", "--csv").stdout))
    table = said(tmp_path, "--by", "project")["usage"]["rows"]
    assert {row["name"] for row in table} == set(names)
    assert head[0] == "project"
    assert [row[0].removeprefix("'") for row in rows] == [row["name"] for row in table]
    assert [int(row[1]) for row in rows] == [row["calls"] for row in table]
    assert not [row[0] for row in rows if row[0].startswith(("=", "+", "-", "@"))]


def test_a_folder_with_a_hostile_name_reaches_no_terminal_raw(tmp_path):
    hostile = "\x1b[2J[bold red]x[link=y]\u202e:smile:\nnext"
    folder = tmp_path / "projects" / hostile
    folder.mkdir(parents=True)
    (folder / "a.jsonl").write_text(answered(1, attributionSkill=hostile))
    (folder / "odd\x1b[2J.json").write_text('{"five_hour": 1}')
    asked = [("--by", by, *form) for by in ("project", "skill") for form in ((), ("--csv",), ("--json",))]
    for options in (*asked, ("--files",)):
        result = scan(tmp_path, *options, columns="200")
        shown = result.stdout + result.stderr
        assert "\x1b" not in shown
        assert "\u202e" not in shown
        assert r"\x1b[2J[bold red]x[link=y]" in result.stdout.replace("\\\\", "\\"), options
        assert ":smile:" in result.stdout
        assert r"odd\x1b[2J.json:0:0: W-unclaimed" in result.stderr


def test_every_command_of_the_report_is_one(made):
    named = {found.split()[1] for found in COMMANDS.findall(scan(made, "--all").stdout)}
    assert named >= {"collect", "prove"}
    assert named <= set(cli.commands)
