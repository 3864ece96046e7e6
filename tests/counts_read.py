"""What a page or a file of a built site says of counts and shares, read as a reader would, and what is wrong with it.

Read are words of the article, of tables and of figures, and numbers of JSON; not code, scripts or pictures.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from generator.base.wording import singular
from generator.detectors import DETECTORS
from generator.records.results import Unit

BLOCKS = "article|section|div|p|li|ul|ol|dl|dt|dd|tr|td|th|table|caption|h[1-6]|summary|figcaption|nav|br|title|details"
NOT_READ = re.compile(r"<(script|style|svg|code|pre)\b.*?</\1>", re.DOTALL)
NUMBER = r"(?<![\w.,:/\-\u2013])"
SHARE = r"(\d{1,3}(?:,\d{3})*(?:\.\d+)?|\d+(?:\.\d+)?)"
OVER = re.compile(NUMBER + rf"{SHARE} (?:to {SHARE} )?%")
NOTHING = re.compile(NUMBER + r"0 (?:%? ?of|in) 0(?![.,:\w\-])")
NOUNS = """accounts agents answers assertions attempts bodies breaks bytes calls causes changes characters claims
columns compactions copies corrections counts days detectors documents echoes entries errors events explanations
factors faults features figures files findings formats hours incidents intervals issues items lines links logs marks
measurements meters minutes models months observations origins packs pages people periods pieces points prices prompts
promises questions readings reasons records refusals replies reports requests results resumes reviewers rows rounds runs
samples searches seconds sections seeds sessions sets shares sources starts steps symptoms tests threads titles tokens
tools trials units users values versions weeks windows words writes years"""
"""That stand after a count on this site, beside the units of detectors and quantities."""
ADJECTIVES = """automatic broken cited dated distinct excess expected false further human idle innocent log logged own
planted public recorded reset short simulated single status-page such tool user web worked"""
SHARES = re.compile(r"(?:^|_)(?:share|low_95|high_95|value_share)$")


def nouns() -> frozenset[str]:
    """Plurals that must not follow a 1."""
    heads = {
        many for detector in DETECTORS for many, one in zip(detector.unit.split(), singular(detector.unit).split(), strict=False)
        if many != one
    }  # fmt: skip
    return frozenset({*NOUNS.split(), *heads, *(unit.value for unit in Unit if unit.value.endswith("s"))})


ONE = re.compile(NUMBER + rf"1 (?:(?:{'|'.join(ADJECTIVES.split())}) )*({'|'.join(sorted(nouns()))})\b(?!['\u2019-])")


def text_of(page: str) -> str:
    """The words of a page, a block a line."""
    lines = re.sub(rf"</?(?:{BLOCKS})\b[^>]*>", "\n", NOT_READ.sub(" ", page))
    return html.unescape(re.sub(r"<[^>]+>", "", lines))


def faults_of_text(text: str, over: bool = True) -> Iterator[str]:
    """What no page may say. `over`: also percentages above 100 %."""
    for said in OVER.finditer(text) if over else ():
        if any(float(part.replace(",", "")) > 100 for part in said.groups() if part):
            yield _around(text, said)
    for wrong in (NOTHING, ONE):
        yield from (_around(text, said) for said in wrong.finditer(text))


def faults_of_json(value: Any, where: str = "") -> Iterator[str]:
    """Shares over 1 or under 0, ends of intervals without a share, and sentences as above."""
    if isinstance(value, dict):
        for name, part in value.items():
            if SHARES.search(name) and isinstance(part, int | float) and not 0 <= part <= 1:
                yield f"{where}.{name} = {part}"
            yield from faults_of_json(part, f"{where}.{name}")
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from faults_of_json(part, f"{where}[{index}]")
    elif isinstance(value, str):
        yield from (f"{where}: {said}" for said in faults_of_text(value))


def faults_of_site(folder: Path, allowed: frozenset[str] = frozenset()) -> list[str]:
    """Every fault of every page and JSON file below the folder; `allowed` are passages of curated text."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.suffix in {".html", ".md"}:
            said: Iterator[str] = faults_of_text(text_of(path.read_text("utf-8")))
        elif path.suffix == ".json" and "pagefind" not in path.parts:
            said = faults_of_json(json.loads(path.read_text("utf-8")))
        else:
            continue
        name = path.relative_to(folder).as_posix()
        found += [f"{name}: {one}" for one in said if not any(text in one for text in allowed)]
    return found


def _around(text: str, said: re.Match[str]) -> str:
    return " ".join(text[max(0, said.start() - 50) : said.end() + 30].split())
