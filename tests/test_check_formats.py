"""`check` for other programs: JSON, SARIF and annotations, whatever a message holds; and `check --watch`."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import click
import jsonschema
import pytest
from click.testing import CliRunner

from generator.base.problems import ContentError, Exit, Problem
from generator.cli import cli, site
from generator.cli.problem_formats import FORMATS, Checked, formatted
from generator.cli.watching import watched
from generator.curated import keeping
from generator.curated.keeping import Kept
from generator.curated.library import load

ROOT = Path(__file__).parent.parent
HOSTILE = "::error::a\r\n::set-output name=x::y\n##[command] 100%25 [link](javascript:x) {0} a:b,c\u2028\x1b[31m\\"
CHECKED = Checked(
    (
        Problem("content/reports/a.yml", 3, 7, "W-ref", 'unknown surface "claude-cod"', 'did you mean "claude-code"?'),
        Problem("content/a,b:c%.yml", 0, 0, "W-file", HOSTILE, HOSTILE),
    ),
    (Problem("content/case.yml", 2, 1, "W-contact", "warning: nobody"),),
)

SARIF = {
    "type": "object",
    "required": ["version", "runs", "$schema"],
    "properties": {
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "items": {
                "required": ["tool", "results"],
                "properties": {
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "tool": {"required": ["driver"], "properties": {"driver": {"required": ["name"]}}},
                    "results": {
                        "type": "array",
                        "items": {
                            "required": ["message"],
                            "properties": {
                                "level": {"enum": ["none", "note", "warning", "error"]},
                                "ruleIndex": {"type": "integer", "minimum": 0},
                                "message": {"required": ["text"]},
                                "locations": {"items": {"properties": {"physicalLocation": {"properties": {
                                    "artifactLocation": {"properties": {"uri": {"type": "string", "pattern": "^[A-Za-z0-9/._~%-]+$"}}},
                                    "region": {"properties": {"startLine": {"minimum": 1}, "startColumn": {"minimum": 1}}},
                                }}}}},
                            },
                        },
                    },
                },
            },
        },
    },
}  # fmt: skip
"""What the standard's schema asks of the parts that are written here. The whole schema is tried where SARIF_SCHEMA
names it.
"""


@pytest.mark.parametrize("checked", [CHECKED, Checked(), Checked(warnings=CHECKED.warnings)])
def test_sarif_keeps_to_its_standard(checked):
    made = json.loads(formatted(checked, "sarif", "0.1.0"))
    jsonschema.Draft7Validator(SARIF).validate(made)
    if path := os.environ.get("SARIF_SCHEMA"):
        jsonschema.Draft7Validator(json.loads(Path(path).read_text("utf-8"))).validate(made)
    (run,) = made["runs"]
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert not re.search(r"(?<!\\)[\[\]]", result["message"]["text"].replace("\\\\", ""))
    assert len(run["results"]) == len(checked.problems) + len(checked.warnings)


def test_sarif_names_the_place_and_the_code():
    first, second, third = json.loads(formatted(CHECKED, "sarif", "0.1.0", "sub"))["runs"][0]["results"]
    place = first["locations"][0]["physicalLocation"]
    assert place == {
        "artifactLocation": {"uri": "sub/content/reports/a.yml"},
        "region": {"startLine": 3, "startColumn": 7},
    }
    assert first["message"]["text"] == 'unknown surface "claude-cod" (did you mean "claude-code"?)'
    assert "region" not in second["locations"][0]["physicalLocation"]
    assert third["level"] == "warning"


def parsed(line):
    """A command as the runner of workflows reads it: https://github.com/actions/runner, ActionCommand.TryParseV2."""
    assert line.startswith("::")
    command, _, data = line[2:].partition("::")
    name, _, properties = command.partition(" ")
    found = dict(pair.split("=", 1) for pair in properties.split(",") if pair)

    def plain(text):
        for code, sign in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
            text = text.replace(code, sign)
        return text

    return name, {key: plain(value) for key, value in found.items()}, plain(data)


def test_an_annotation_is_one_command_whatever_the_message_holds():
    lines = formatted(CHECKED, "github", "0.1.0").splitlines()
    assert len(lines) == 3
    first, second, third = map(parsed, lines)
    assert first == (
        "error",
        {"file": "content/reports/a.yml", "line": "3", "col": "7", "title": "W-ref"},
        'unknown surface "claude-cod" (did you mean "claude-code"?)',
    )
    assert second[:2] == ("error", {"file": "content/a,b:c%.yml", "title": "W-file"})
    assert "100%25 [link]" in second[2]
    assert not re.search(r"[\r\n\u2028\x1b]", second[2])
    assert third[0] == "warning"


def test_json_holds_every_part_of_a_problem():
    made = json.loads(formatted(CHECKED, "json", "0.1.0"))
    assert made["sound"] is False
    assert made["problems"][0] == {
        "level": "error", "path": "content/reports/a.yml", "line": 3, "column": 7, "code": "W-ref",
        "message": 'unknown surface "claude-cod"', "hint": 'did you mean "claude-code"?',
    }  # fmt: skip
    assert json.loads(formatted(Checked(), "json", "0")) == {"sound": True, "problems": []}


# ---- the command ----


def run(root, *more):
    return CliRunner().invoke(cli, ["check", "--root", str(root), *more], standalone_mode=False)


@pytest.mark.parametrize("form", FORMATS[1:])
def test_a_mistake_is_on_standard_output_and_the_exit_code_is_that_of_content(tmp_path, monkeypatch, form):
    shutil.copytree(ROOT / "tests" / "sites" / "small" / "content", tmp_path / "repo" / "content")
    path = tmp_path / "repo" / "content" / "reports" / "cc-24048.yml"
    path.write_text(path.read_text("utf-8").replace("source_type: issue", "source_type: isue"), "utf-8")
    monkeypatch.chdir(tmp_path)
    done = run("repo", "--format", form)
    assert isinstance(done.exception, SystemExit)
    assert done.exception.code == Exit.CONTENT
    assert "repo/content/reports/cc-24048.yml" in done.stdout
    assert done.stderr == ""


def test_what_is_sound_has_no_result(tmp_path, monkeypatch):
    monkeypatch.setattr(site, "_sound", lambda *_: Checked(sound="yes"))
    assert run(tmp_path, "--format", "github").output == ""
    assert json.loads(run(tmp_path, "--format", "sarif").output)["runs"][0]["results"] == []
    assert run(tmp_path).output == "yes\n"


def test_watching_prints_text_only(tmp_path):
    done = run(tmp_path, "--watch", "--format", "json")
    assert isinstance(done.exception, click.UsageError)


def test_each_change_is_checked_once_and_no_failure_ends_it(tmp_path, monkeypatch):
    (tmp_path / "content").mkdir()
    said, checks = [], []
    errors = [
        ContentError(Problem("content/a.yml", 1, 1, "W-x", "m")),
        OSError(5, "gone", "a"),
        KeyError("secret"),
        None,
    ]

    def check():
        checks.append(1)
        if error := errors[len(checks) - 1]:
            raise error

    def wait(_self, _seconds):
        if len(checks) == len(errors):
            raise KeyboardInterrupt
        (tmp_path / "content" / f"{len(checks)}.yml").write_text("x")

    monkeypatch.setattr("threading.Event.wait", wait)
    with pytest.raises(KeyboardInterrupt):
        watched(tmp_path, check, said.append)
    assert len(checks) == 4
    assert said[0] == "content/a.yml:1:1: W-x m"
    assert said[2] == "a: gone"
    assert "internal error KeyError" in said[4]
    assert "secret" not in "".join(said)


def test_a_second_reading_sees_what_changed_and_takes_only_that_apart(tmp_path, monkeypatch):
    content = tmp_path / "content"
    shutil.copytree(ROOT / "tests" / "sites" / "small" / "content", content)
    kept, taken = Kept(), []
    plain = keeping.parse
    monkeypatch.setattr(keeping, "parse", lambda data, shown, times=1: taken.append(shown) or plain(data, shown, times))
    first = load(content, kept=kept)
    assert len(taken) > 5
    taken.clear()
    assert load(content, kept=kept) == first == load(content)
    assert taken == []
    path = content / "reports" / "cc-24048.yml"
    text = path.read_text("utf-8")
    path.write_text(text.replace("source_type: issue", "source_type: isue"), "utf-8")
    for _ in range(2):
        with pytest.raises(ContentError, match="isue"):
            load(content, kept=kept)
    path.write_text(text.replace("provenance: 'Q060'", "provenance: Q061"), "utf-8")
    assert load(content, kept=kept) == load(content) != first
    assert set(taken) == {"content/reports/cc-24048.yml"}
    path.unlink()
    (content / "claims" / "C-103.yml").unlink()
    assert all(problem.code == "W-ref" for problem in _refused(content, kept))


def _refused(content, kept):
    with pytest.raises(ContentError) as caught:
        load(content, kept=kept)
    return caught.value.problems


@pytest.mark.slow
def test_watching_ends_cleanly_on_an_interrupt(tmp_path):
    shutil.copytree(ROOT / "tests" / "sites" / "small" / "content", tmp_path / "content")
    with (tmp_path / "said").open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "generator", "check", "--watch", "--root", str(tmp_path)],
            stdout=out, stderr=out, cwd=ROOT,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509  a run in the background ignores it
        )  # fmt: skip
        for _ in range(600):
            if b"Waiting" in (tmp_path / "said").read_bytes():
                break
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == Exit.INTERRUPTED
    text = (tmp_path / "said").read_text("utf-8")
    assert "Waiting for a change" in text
    assert "Traceback" not in text
