"""The publish gate: what must never stand on the site is looked for in every file before any is written.

Allow-listing by type is the wall (records hold no free text); this is the smoke alarm behind it. The problem names
the file and the kind of thing, never the thing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from generator.problems import Problem
from generator.render import RenderedFile

TEXT_SUFFIXES = (".md", ".json", ".csv", ".svg", ".txt", ".bib", ".xml")
"""Files made from data. Stylesheets and scripts are the theme's own and hashed by the site checker."""


@dataclass(frozen=True)
class Pattern:
    """One kind of private string."""

    code: str
    what: str
    needle: re.Pattern[str]


PATTERNS = (
    Pattern(
        "W-gate-home",
        "a path in somebody's home folder",
        re.compile(r"/(?:home|Users)/[A-Za-z0-9._-]+/|[A-Z]:\\Users\\"),
    ),
    Pattern(
        "W-gate-mail",
        "an e-mail address",
        re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}"),
    ),
    Pattern(
        "W-gate-key",
        "a secret key",
        re.compile(
            r"sk-ant-[A-Za-z0-9_-]{8}|sk-[A-Za-z0-9]{32}|AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{30}|xox[abprs]-[A-Za-z0-9-]{10}"
            r"|AIza[0-9A-Za-z_-]{35}|glpat-[0-9A-Za-z_-]{20}|-----BEGIN [A-Z ]*PRIVATE KEY-----"
        ),
    ),
    Pattern("W-gate-token", "a signed token", re.compile(r"eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.")),
    Pattern("W-gate-id", "a raw id of a request or message", re.compile(r"\b(?:msg|req|toolu)_01[0-9A-Za-z]{20}")),
    Pattern(
        "W-gate-uuid",
        "a raw id of a session or line",
        re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\b", re.IGNORECASE),
    ),
)


def gate(files: Sequence[RenderedFile], *, public: Iterable[str]) -> Iterator[Problem]:
    """Problems of all files. What stands in `public`, the URLs that content cites, may stand on a page too."""
    allowed = {match.group() for text in set(public) for pattern in PATTERNS for match in pattern.needle.finditer(text)}
    for file in files:
        if not file.path.endswith(TEXT_SUFFIXES):
            continue
        text = file.content.decode("utf-8", "replace")
        for pattern in PATTERNS:
            found = next((match for match in pattern.needle.finditer(text) if match.group() not in allowed), None)
            if found:
                line = text.count("\n", 0, found.start()) + 1
                yield Problem(
                    file.path, line, 0, pattern.code, f"would publish {pattern.what}", "remove it at its source"
                )
