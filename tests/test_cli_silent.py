"""A log that was recognised and gave nothing is said, and ends the command with the exit code of work done in part."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from test_cli import ROOT, witnessmark

from generator.base.problems import Exit, Problem
from generator.base.wording import printable
from generator.importers.claude.claude_code import folders

pytestmark = pytest.mark.slow

ANSWER = {
    "response": {
        "id": "msg_01",
        "type": "message",
        "role": "assistant",
        "model": "claude-opus-4-6",
        "content": [],
        "usage": {"input_tokens": 10, "output_tokens": 20},
    }
}
SUMMARY = {"type": "summary", "summary": "x", "leafUuid": "u"}


@pytest.mark.parametrize("command", [["scan"], ["scan", "--json"], ["collect", "--into", "PACK"]])
def test_a_file_that_gives_nothing_is_named_with_its_reasons(tmp_path, command):
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "a.json").write_text(json.dumps(ANSWER))
    (tmp_path / "logs" / "b.jsonl").write_text(json.dumps(SUMMARY) + "\n")  # had nothing to give
    done = witnessmark(
        *(str(tmp_path / "mine") if word == "PACK" else word for word in command), tmp_path / "logs", home=tmp_path
    )
    assert done.returncode == Exit.PARTIAL, done.stderr
    named = [line for line in done.stderr.splitlines() if "W-nothing" in line]
    assert [line.split("logs/")[1].split(" (")[0] for line in named] == [
        "a.json:0:0: W-nothing was read as api-responses and gave nothing: 1 no-time"
    ]


def test_a_file_that_gives_something_is_not_named(tmp_path):
    rows = (json.dumps(ANSWER), json.dumps(ANSWER | {"timestamp": "2026-03-10T09:00:00Z"}))
    (tmp_path / "a.jsonl").write_text("\n".join(rows))
    done = witnessmark("scan", tmp_path / "a.jsonl", home=tmp_path)
    assert (done.returncode, "W-nothing" in done.stderr) == (Exit.OK, False)


def test_a_name_is_one_line_of_plain_text():
    assert printable(
        "a\x1b[31m\n\u202eb\udcff\u2028 \u00e4.jsonl"
    ) == r"a\x1b[31m\n\u202eb\udcff\u2028 \u00e4.jsonl".replace(r"\u00e4", "\u00e4")
    assert str(Problem("x\ny", 0, 0, "C", "m")) == r"x\ny:0:0: C m"


YEAR_ONE = [
    {
        "parentUuid": None,
        "isSidechain": False,
        "sessionId": "s",
        "version": "2.1.39",
        "type": "user",
        "message": {"role": "user", "content": "x"},
        "uuid": "u",
    },
    {
        "parentUuid": "u",
        "isSidechain": False,
        "sessionId": "s",
        "version": "2.1.39",
        "type": "assistant",
        "uuid": "a",
        "requestId": "req_1",
        "message": ANSWER["response"] | {"stop_reason": "end_turn"},
    },
]


def transcript(*times: str) -> str:
    rows = [row | {"timestamp": at, "uuid": f"{row['uuid']}{n}"} for n, at in enumerate(times) for row in YEAR_ONE]
    for n, row in enumerate(rows):
        if row["type"] == "assistant":
            row["message"] = row["message"] | {"id": f"msg_{n}"}
    return "".join(json.dumps(row) + "\n" for row in rows)


EDGES = (
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "0001-01-01T00:00:00+14:00",
    "1999-12-31T23:59:59Z",
    "2200-01-01T00:00:00Z",
)


@pytest.mark.parametrize("command", [["scan"], ["scan", "--json"], ["collect", "--into", "PACK"]])
def test_times_at_the_ends_of_the_calendar_are_bad_fields_and_no_traceback(tmp_path, command):
    """Case attack-year1. A parent of such a time costs the call nothing."""
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "a.jsonl").write_text(transcript(*EDGES))
    done = witnessmark(
        *(str(tmp_path / "mine") if word == "PACK" else word for word in command), tmp_path / "logs", home=tmp_path
    )
    assert done.returncode == Exit.PARTIAL
    assert "gave nothing: 10 bad-field" in done.stderr
    assert "Traceback" not in done.stderr


NAMES = ("[/red]x.jsonl", "[bold]\x1b[31mred\n\u202egnp.jsonl", "[link=file:\u0007]y.jsonl")


@pytest.mark.slow
@pytest.mark.parametrize("arguments", [[], ["--files"], ["--all", "--by", "project"], ["--json"]])
def test_a_name_is_never_markup_and_never_moves_the_cursor(tmp_path, arguments, monkeypatch):
    """Case attack-names: findings of files of such names, files that nobody knows, links, and a path that is not there."""
    logs = tmp_path / "logs"
    assert (
        witnessmark("simulate", "--into", tmp_path / "made", "--seed", "3", "--sessions", "6", home=tmp_path).returncode
        == 0
    )
    logs.mkdir()
    made = sorted((tmp_path / "made").rglob("*.jsonl"))
    for number, path in enumerate(made):
        odd = logs / f"{number}{NAMES[number % len(NAMES)]}"
        odd.parent.mkdir(exist_ok=True)
        odd.write_bytes(path.read_bytes())
    (logs / "\x1b[2Jwhat.jsonl").write_text("nothing known")
    (logs / "\x1b[2Jlink").symlink_to(tmp_path)
    (logs / "odd.\x1b[2J").write_text("x")
    done = witnessmark("scan", *arguments, logs, home=tmp_path)
    assert done.returncode == Exit.PARTIAL, done.stderr
    for text in (done.stdout, done.stderr):
        assert not [one for one in text if not one.isprintable() and one != "\n"]
    assert "Traceback" not in done.stderr
    if arguments == ["--files"]:
        assert "[/red]x.jsonl" in done.stdout.replace("\n", "")
    gone = witnessmark("scan", logs / "\x1b[2Jgone", home=tmp_path)
    assert (gone.returncode, "\x1b" in gone.stderr) == (Exit.CONTENT, False)


def shell(command: str, home) -> tuple[str, str]:
    text = f"{sys.executable} -m generator {command}; echo codes ${{PIPESTATUS[*]}}"
    done = subprocess.run(
        ["bash", "-c", text],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "HOME": str(home), "PYTHONUTF8": "1"},
    )
    return done.stdout.rsplit("codes ", 1)[1].strip(), done.stderr


@pytest.mark.parametrize("arguments", ["", "--json"])
def test_nobody_who_reads_and_no_output_at_all_end_quietly(tmp_path, arguments):
    path = tmp_path / "a.jsonl"
    path.write_text(transcript("2026-03-10T09:00:00Z"))
    assert shell(f"scan {arguments} {path} | head -c 1 > /dev/null", tmp_path)[1] == ""
    assert shell(f"scan {arguments} {path} | true", tmp_path) == ("141 0", "")
    assert shell(f"scan {arguments} {path} >&-", tmp_path) == ("0", "")
    assert shell(f"scan {arguments} {path} >/dev/null 2>&-", tmp_path) == ("0", "")


# The folder that the client is looked for in, and links


def test_the_folder_of_xdg_is_looked_at_and_each_folder_counts_once(tmp_path):
    for place in ("x/claude", ".config/claude", ".claude"):
        (tmp_path / place / "projects").mkdir(parents=True)
    own = folders(None, tmp_path, str(tmp_path / "x"))
    assert [one.parent.relative_to(tmp_path).as_posix() for one in own] == [".claude", "x/claude", ".config/claude"]
    assert len(folders(None, tmp_path, str(tmp_path / ".config"))) == 2
    assert len(folders(None, tmp_path, "x")) == 2  # a relative one counts for nothing
    assert folders(str(tmp_path / "x/claude"), tmp_path, "/nowhere") == (tmp_path / "x/claude/projects",)


def test_scan_finds_transcripts_below_xdg_config_home(tmp_path):
    folder = tmp_path / "cfg" / "claude" / "projects" / "p"
    folder.mkdir(parents=True)
    (folder / "a.jsonl").write_text(transcript("2026-03-10T09:00:00Z"))
    done = witnessmark("scan", "--json", home=tmp_path, env={"XDG_CONFIG_HOME": str(tmp_path / "cfg")})
    assert json.loads(done.stdout)["requests"]["count"] == 1


def test_links_that_were_not_followed_are_named(tmp_path):
    """Claude Code issue 46342: GNU stow makes them."""
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "a.jsonl").write_text(transcript("2026-03-10T09:00:00Z"))
    for number in range(22):
        (tmp_path / "logs" / f"link{number:02d}").symlink_to(tmp_path)
    done = witnessmark("scan", tmp_path / "logs", home=tmp_path)
    told = [line for line in done.stderr.splitlines() if "link" in line]
    assert told[0].startswith("22 links were not followed")
    assert [line.strip() for line in told[1:]] == [str(tmp_path / "logs" / f"link{n:02d}") for n in range(20)]
    assert "and 2 more" in done.stderr
