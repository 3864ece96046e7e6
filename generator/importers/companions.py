"""Files that lie beside logs and hold no usage of their own, so that they are counted and not asked about.

Companions are sorted out before importers are asked. A name alone is therefore not enough where a log could bear it:
the content or the folder has to agree. Layouts: research/log-formats.md 1.1, 1.9 and 5.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from generator.importers.json_lines import BOM

TOOL_RESULTS = "tool-results"  # output of tools that was too long for the transcript; may quote whole logs
AGENT_FOLDERS = frozenset({"subagents", "workflows"})
CLIENT_FOLDERS = {
    "file-history": "file-history",
    "shell-snapshots": "shell-snapshot",
    "paste-cache": "pasted-text",
    "todos": "todo-list",
    "plans": "plan",
}
"""Folders of the client below `.claude`, by the kind of what is in them."""
SETTINGS = frozenset({"settings.json", "settings.local.json", "cowork_settings.json", ".claude.json"})
CLIENT = ".claude"
DATABASE_PARTS = {
    "wal": (b"7\x7f\x06\x82", b"7\x7f\x06\x83"),
    "shm": (b"\x18\xe2-\0", b"\0-\xe2\x18"),
    "journal": (b"\xd9\xd5\x05\xf9 \xa1c\xd7",),
}
"""First bytes of the files beside a database, by the end of their names (sqlite.org: fileformat2, walformat)."""

_JOURNAL_STEP = re.compile(rb'"type"\s*:\s*"(?:started|result)"')
_LOG_LINE = re.compile(rb'"(?:parentUuid|parent_tool_use_id|leafUuid|usage)"\s*:')
_PROCESS_FILE = re.compile(r"[0-9]{1,10}(?:\.[0-9a-f]{6,64})?\.(?:json|key)")
_COWORK = re.compile(r"local_[A-Za-z0-9_-]{1,80}\.json")
_RUN = re.compile(r"wf_[A-Za-z0-9_-]{1,80}\.json")


def companion(path: Path, head: bytes) -> str | None:
    """Public name of the kind of a file without usage; None where it may be a log. `head`: its first bytes."""
    whole = head.removeprefix(BOM).lstrip()
    return next((kind for kind, is_one in KINDS if is_one(path, whole)), None) or _of_client(path, whole)


def _is_journal(path: Path, head: bytes) -> bool:
    if path.name != "journal.jsonl" or not AGENT_FOLDERS & set(path.parts[:-1]):
        return False
    return _JOURNAL_STEP.search(head) is not None and _LOG_LINE.search(head) is None


def _is_running(path: Path, head: bytes) -> bool:
    if path.parent.name != "sessions" or not _PROCESS_FILE.fullmatch(path.name):
        return False
    return path.suffix == ".key" or _has(head, b"pid", b"sessionId")


def _is_part_of_a_database(path: Path, head: bytes) -> bool:
    """What SQLite keeps beside a database while its program runs; what it holds is read with the database."""
    base, _, suffix = path.name.rpartition("-")
    return suffix in DATABASE_PARTS and head.startswith(DATABASE_PARTS[suffix]) and path.with_name(base).is_file()


def _is_settings(path: Path, head: bytes) -> bool:
    return path.name in SETTINGS and head.startswith(b"{") and _LOG_LINE.search(head) is None


KINDS: tuple[tuple[str, Callable[[Path, bytes], bool]], ...] = (
    ("tool-result", lambda path, _: path.parent.name == TOOL_RESULTS),
    ("agent-description", lambda path, _: path.name.startswith("agent-") and path.name.endswith(".meta.json")),
    ("agent-journal", _is_journal),
    ("workflow-run", lambda path, _: path.parent.name == "workflows" and _RUN.fullmatch(path.name) is not None),
    ("session-index", lambda path, head: path.name == "sessions-index.json" and _has(head, b"entries")),
    ("running-session", _is_running),
    ("cowork-session", lambda path, head: _COWORK.fullmatch(path.name) is not None and _has(head, b"sessionId")),
    ("part-of-a-database", _is_part_of_a_database),
    ("memory", lambda path, _: path.parent.name == "memory" and path.suffix == ".md"),
    ("settings", _is_settings),
)
"""Kinds and what tells them, from a path and the first bytes without a byte order mark."""


def _has(head: bytes, *keys: bytes) -> bool:
    """Is it a JSON object with all of these keys in its head?"""
    return head.startswith(b"{") and all(re.search(b'"' + key + rb'"\s*:', head) for key in keys)


def _of_client(path: Path, head: bytes) -> str | None:
    """Kind of a file in one of the client's own folders; a copied transcript there stays a log."""
    above = path.parts[:-1]
    if CLIENT not in above or _LOG_LINE.search(head):
        return None
    below = above[len(above) - above[::-1].index(CLIENT) :]
    return CLIENT_FOLDERS.get(below[0]) if below else None
