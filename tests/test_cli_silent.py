"""A log that was recognised and gave nothing is said, and ends the command with the exit code of work done in part."""

from __future__ import annotations

import json

import pytest
from test_cli import witnessmark

from generator.base.problems import Exit, Problem, printable

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


@pytest.mark.parametrize("command", [["scan"], ["scan", "--json"], ["collect", "--into", "content/evidence/mine"]])
def test_a_file_that_gives_nothing_is_named_with_its_reasons(tmp_path, command):
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "a.json").write_text(json.dumps(ANSWER))
    (tmp_path / "logs" / "b.jsonl").write_text(json.dumps(SUMMARY) + "\n")  # had nothing to give
    done = witnessmark(*command, tmp_path / "logs", home=tmp_path)
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
