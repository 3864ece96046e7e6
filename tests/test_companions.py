"""Files beside logs: known by folder and content, and never a log that only bears such a name."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.importers.companions import companion

SAMPLES = Path(__file__).parent / "samples"
PROJECT = Path("home/.claude/projects/-folder")
SESSION = PROJECT / "00000000-0000-4000-8000-000000000001"
COWORK = Path("Claude/local-agent-mode-sessions/org/account")
CALL = b'{"parentUuid":null,"type":"assistant","sessionId":"s","message":{"id":"msg_01SampleA","usage":{"input_tokens":1}}}\n'


def document(**fields: object) -> bytes:
    return json.dumps(fields).encode()


KNOWN = [
    (PROJECT / "sessions-index.json", document(version=1, entries=[{"sessionId": "s"}]), "session-index"),
    (PROJECT / "sessions-index.json", b"\xef\xbb\xbf" + document(entries=[]), "session-index"),
    (SESSION / "subagents" / "agent-a1.meta.json", document(agentType="x", description="y"), "agent-description"),
    (SESSION / "tool-results" / "toolu_01.txt", b"plain text", "tool-result"),
    (SESSION / "tool-results" / "quoted.jsonl", CALL, "tool-result"),
    (SESSION / "subagents" / "journal.jsonl", b'{"type":"started","agentId":"a"}\n', "agent-journal"),
    (SESSION / "subagents/workflows/wf_1/journal.jsonl", b'{"type":"result","result":1}\n', "agent-journal"),
    (SESSION / "workflows" / "wf_ab12.json", document(runId="wf_ab12", status="done"), "workflow-run"),
    (Path(".claude/sessions/4711.json"), document(pid=4711, sessionId="s", cwd="x"), "running-session"),
    (Path(".claude/sessions/4711.0a1b2c3d.key"), b"key", "running-session"),
    (COWORK / "local_00000000-0000-4000-8000-000000000001.json", document(sessionId="local_x"), "cowork-session"),
    (COWORK / "agent" / "local_ditto_1.json", document(sessionId="local_ditto_1"), "cowork-session"),
    (PROJECT / "memory" / "MEMORY.md", b"# Notes", "memory"),
    (Path(".claude/settings.json"), document(cleanupPeriodDays=90), "settings"),
    (Path(".claude/file-history/s/abc@v1"), b"text of a file", "file-history"),
    (Path(".claude/todos/s-agent-s.json"), b"[]", "todo-list"),
]


@pytest.mark.parametrize(("path", "head", "kind"), KNOWN, ids=lambda value: value if isinstance(value, str) else "")
def test_a_file_without_usage_is_known(path, head, kind):
    assert companion(path, head) == kind


@pytest.mark.parametrize(
    "path",
    [
        SESSION / "subagents" / "journal.jsonl",
        PROJECT / "sessions-index.json",
        Path(".claude/sessions/4711.json"),
        COWORK / "local_abc" / "audit.jsonl",
        PROJECT / "memory" / "copy.jsonl",
        Path(".claude/settings.json"),
        Path(".claude/todos/copy.jsonl"),
        PROJECT / "00000000-0000-4000-8000-000000000001.jsonl",
        SESSION / "subagents" / "agent-a1.jsonl",
        Path(".claude/plans/a/copy.jsonl"),
    ],
    ids=str,
)
def test_a_log_under_the_name_of_a_companion_stays_a_log(path):
    """Companions are sorted out before importers are asked: a wrong one would hide usage."""
    assert companion(path, CALL) is None


@pytest.mark.parametrize(
    ("path", "head"),
    [
        (PROJECT / "sessions-index.json", b"[]"),
        (Path("journal.jsonl"), b'{"type":"started"}\n'),
        (Path("sessions/report.json"), document(pid=1, sessionId="s")),
        (Path("local_usage.json"), document(usage={"input_tokens": 1})),
        (Path("agent-a1.json"), b"{}"),
        (Path("todos/list.json"), b"[]"),
        (Path(".claude/history.jsonl"), document(display="x")),
        (Path(".claude/stats-cache.json"), document(version=1)),
    ],
    ids=lambda value: str(value) if isinstance(value, Path) else "",
)
def test_a_name_alone_or_a_place_alone_does_not_hide_a_file(path, head):
    assert companion(path, head) is None


@pytest.mark.parametrize("path", sorted(SAMPLES.rglob("*.*")), ids=lambda path: path.name)
def test_no_sample_of_a_log_is_a_companion(path):
    """Wherever it lies: in the client's own folders too."""
    head = path.read_bytes()[:65536]
    for place in (path, PROJECT / path.name, COWORK / "local_abc" / path.name, Path(".claude") / path.name):
        assert companion(place, head) is None


@given(st.lists(st.text(max_size=8), max_size=4).map(lambda parts: Path(*parts, "x")), st.binary(max_size=80))
def test_any_name_and_any_bytes_are_answered(path, head):
    assert companion(path, head) is None or companion(path, head)


def test_what_a_database_keeps_beside_it_is_part_of_it_and_only_beside_one(tmp_path):
    path = tmp_path / "x.db"
    program = sqlite3.connect(path, isolation_level=None)
    program.execute("PRAGMA journal_mode = WAL")
    program.execute("CREATE TABLE t (x)")
    beside = {file.name: companion(file, file.read_bytes()[:64]) for file in tmp_path.iterdir()}
    assert beside == {"x.db": None, "x.db-wal": "part-of-a-database", "x.db-shm": "part-of-a-database"}
    assert companion(tmp_path / "x.db-wal", CALL) is None  # a log under such a name
    assert companion(tmp_path / "y.db-wal", (tmp_path / "x.db-wal").read_bytes()[:64]) is None
    program.close()
