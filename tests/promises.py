"""Figures for the page of promises: what a test counted, written down by the run itself.

`record` does nothing unless WITNESSMARK_PROMISES names the file (see `make promises`). Call it with what was really
counted, before the last assertion, so that a failure is on record too.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import yaml
from filelock import FileLock

VARIABLE = "WITNESSMARK_PROMISES"
FORM = "WITNESSMARK_PROMISES_FORM"  # conftest.py says here whether the running test is a long form
HEAD = "# Written by `make promises` and `make promises-full`; do not edit the figures by hand.\n"
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def record(promise_id: str, *, trials: int, failures: int, note: str = "") -> None:
    """Merge one entry into the file: the same id and form is replaced, everything else stays."""
    if not _ID.fullmatch(promise_id) or not 0 <= failures <= trials:
        raise ValueError(f"not a record of a promise: {promise_id!r}, {trials}, {failures}")
    if not (named := os.environ.get(VARIABLE)):
        return
    form = os.environ.get(FORM, "fast")
    entry: dict[str, object] = {
        "id": promise_id,
        "form": form,
        "trials": trials,
        "failures": failures,
        "date": datetime.now(UTC).date().isoformat(),
        "command": _command(form),
    }
    merge(Path(named), entry | ({"note": note} if note else {}))


def merge(path: Path, entry: dict[str, object]) -> None:
    """Put the entry in its place by id and form; workers of one run take turns."""
    lock = Path(tempfile.gettempdir()) / f"promises-{hashlib.sha256(str(path).encode()).hexdigest()[:16]}.lock"
    with FileLock(lock):
        known = yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else None
        entries = {(old["id"], old["form"]): old for old in known or ()}
        entries[entry["id"], entry["form"]] = entry
        lines = [f"- {_flow(entries[key])}" for key in sorted(entries)]
        fresh = path.with_name(f".{path.name}.{os.getpid()}")
        fresh.write_text(HEAD + "".join(lines), encoding="utf-8")
        fresh.replace(path)


def _flow(entry: dict[str, object]) -> str:
    text: str = yaml.safe_dump(entry, default_flow_style=True, sort_keys=False, allow_unicode=True, width=10**6)
    return text


def _command(form: str) -> str:
    """How to run the test again; pytest names the running test in its environment."""
    test = os.environ.get("PYTEST_CURRENT_TEST", "tests").rsplit(" ", 1)[0]
    return f"pytest {test.split('[')[0]}" + (" --full" if form == "full" else "")
