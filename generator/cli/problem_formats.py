"""Mistakes for other programs: JSON, SARIF for code scanning, and annotations of GitHub's workflows.

Texts in a message may be strangers': none of them ends a line, begins a command, or becomes a link.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from generator.base.problems import Problem
from generator.base.wording import printable
from generator.curated.codes import CODES

FORMATS = ("text", "json", "sarif", "github")
_SARIF = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


@dataclass(frozen=True)
class Checked:
    """What one check found."""

    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    sound: str = ""  # a sentence with the counts; "" where there are problems


def formatted(checked: Checked, format: str, version: str, folder: str = "") -> str:
    """The text for standard output. `folder` is where the root is, from where paths shall begin."""
    match format:
        case "json":
            return _json(checked, folder)
        case "sarif":
            return _sarif(checked, version, folder)
    return "".join(f"{line}\n" for line in _github(checked, folder))


def _levels(checked: Checked) -> Sequence[tuple[str, Problem]]:
    return [*(("error", one) for one in checked.problems), *(("warning", one) for one in checked.warnings)]


def _words(problem: Problem) -> str:
    hint = f" ({problem.hint})" if problem.hint else ""
    return printable(f"{problem.message}{hint}")


def _path(problem: Problem, folder: str) -> str:
    return f"{folder}/{problem.path}" if folder else problem.path


def _json(checked: Checked, folder: str) -> str:
    rows = [
        {
            "level": level,
            "path": printable(_path(one, folder)),
            "line": one.line,
            "column": one.column,
            "code": one.code,
            "message": printable(one.message),
            "hint": printable(one.hint),
        }
        for level, one in _levels(checked)
    ]
    return json.dumps({"sound": not checked.problems, "problems": rows}, indent=2) + "\n"


def _sarif(checked: Checked, version: str, folder: str) -> str:
    """SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html), one run."""
    levels = _levels(checked)
    codes = sorted({one.code for _, one in levels})
    rules: list[dict[str, Any]] = [
        {"id": code, "shortDescription": {"text": CODES.get(code, "A mistake in content.")}} for code in codes
    ]
    run = {
        "tool": {"driver": {"name": "witnessmark", "version": version, "rules": rules}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(level, one, codes.index(one.code), folder) for level, one in levels],
    }
    return json.dumps({"$schema": _SARIF, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _result(level: str, problem: Problem, rule: int, folder: str) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": quote(_path(problem, folder), errors="replace")}}
    if problem.line:
        place["region"] = {"startLine": problem.line} | ({"startColumn": problem.column} if problem.column else {})
    return {
        "ruleId": problem.code,
        "ruleIndex": rule,
        "level": level,
        "message": {"text": _without_links(_words(problem))},
        "locations": [{"physicalLocation": place}],
    }


def _without_links(text: str) -> str:
    """Brackets that are no link, as section 3.11.6 of SARIF writes them."""
    return re.sub(r"([\\\[\]])", r"\\\1", text)


def _github(checked: Checked, folder: str) -> list[str]:
    """Commands of a workflow, one a mistake, with the escapes of the runner itself.

    https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#setting-an-error-message
    """
    lines = []
    for level, one in _levels(checked):
        place = {"file": _path(one, folder), "line": one.line, "col": one.column, "title": one.code}
        given = ",".join(f"{name}={_property(str(value))}" for name, value in place.items() if value)
        lines.append(f"::{level} {given}::{_data(_words(one))}")
    return lines


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(printable(text)).replace(":", "%3A").replace(",", "%2C")
