"""Each mistake of tests/mistakes.yml made in a small sound case: what `check` says of it, for the test and the guide.

`python tests/contributors_mistakes.py` writes content/mistakes.yml.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from generator.base.problems import ContentError, Problem
from generator.curated.library import load
from generator.curated.outside import outside
from generator.detectors import DETECTORS

ROOT = Path(__file__).parent.parent
CASE = ROOT / "tests" / "sites" / "small" / "content"
LIST = ROOT / "content" / "mistakes.yml"
HEAD = "# Written by `python tests/contributors_mistakes.py` from tests/mistakes.yml; do not edit it by hand.\n"
TODAY = date(2026, 11, 30)
REPORT = """\
# yaml-language-server: $schema=../schemas/report.json
id: new-report
title: 'Limit gone in a day'
date: 2026-03-23
date_basis: posted
period: window
surfaces: [claude-code]
plans: [max]
symptoms: [runaway-usage]
url: https://github.com/anthropics/claude-code/issues/50001
source_type: issue
detail: none
evidence_class: user-report
independence: independent
opened: true
provenance: 'read by the contributor'
"""


def mistakes() -> list[dict[str, Any]]:
    return yaml.safe_load((ROOT / "tests" / "mistakes.yml").read_text("utf-8"))


def sound(folder: Path) -> Path:
    """The small case with one more report, for which its tests ask for nothing."""
    content = folder / "content"
    shutil.copytree(CASE, content)
    (content / "reports" / "new-report.yml").write_text(REPORT, "utf-8")
    return content


def made(content: Path, mistake: dict[str, Any]) -> None:
    """Make the mistake."""
    path = content / mistake["file"]
    if "move" in mistake:
        (content / mistake["move"]).rename(path)
    elif "text" in mistake:
        path.write_text(mistake["text"], "utf-8")
    elif "cut" in mistake:
        path.write_text(path.read_text("utf-8").partition(mistake["cut"])[0], "utf-8")
    else:
        text = path.read_text("utf-8")
        assert text.count(mistake["old"]) == 1, mistake["id"]
        path.write_text(text.replace(mistake["old"], mistake["new"]), "utf-8")


def said(content: Path) -> tuple[Problem, ...]:
    """What `check` says of the folder."""
    try:
        load(content, outside(DETECTORS, today=TODAY))
    except ContentError as error:
        return error.problems
    return ()


def told() -> Iterator[tuple[dict[str, Any], tuple[Problem, ...]]]:
    """Each mistake with all that is said of it."""
    with tempfile.TemporaryDirectory() as name:
        content = sound(Path(name))
        kept = {path: path.read_bytes() for path in content.rglob("*") if path.is_file()}
        for mistake in mistakes():
            made(content, mistake)
            yield mistake, said(content)
            for path in [path for path in content.rglob("*") if path.is_file()]:
                path.unlink()
            for path, data in kept.items():
                path.write_bytes(data)


def listed(rows: list[tuple[dict[str, Any], tuple[Problem, ...]]]) -> str:
    """The list for the guide."""
    text = HEAD
    for mistake, (problem, *_) in rows:
        place = f"{problem.path}:{problem.line}:{problem.column}"
        fields = {
            "mistake": mistake["mistake"],
            "message": f"{place}: {problem.code} {problem.message}",
            "todo": problem.hint[:1].upper() + problem.hint[1:],
        }
        text += f"- id: {mistake['id']}\n"
        text += "".join(f"  {name}: {json.dumps(value, ensure_ascii=False)}\n" for name, value in fields.items())
    return text


if __name__ == "__main__":
    LIST.write_text(listed(list(told())), "utf-8")
