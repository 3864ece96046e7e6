"""Mistakes as people make them, sown over the real content with a seed: each is reported at its line."""

# ruff: noqa: ARG005  every mistake is made from a line and a source of chance, few need both
from __future__ import annotations

import random
import re
import shutil
from collections import Counter
from pathlib import Path

import pytest
import real_case
from promises import record

from generator.base.problems import ContentError
from generator.curated.library import load
from generator.curated.outside import outside
from generator.detectors import DETECTORS

ROOT = Path(__file__).parent.parent
MISTAKES = 300
FOLDERS = ("claims", "reports")


def line_of(lines, pattern, rng):
    """Index of one line that matches, or None."""
    found = [at for at, line in enumerate(lines) if re.match(pattern, line)]
    return rng.choice(found) if found else None


def swap(pattern, make):
    """A mistake that changes one line and belongs to that line."""

    def sow(lines, rng):
        at = line_of(lines, pattern, rng)
        if at is None or (changed := make(lines[at], rng)) == lines[at]:
            return None
        return [*lines[:at], changed, *lines[at + 1 :]], at + 1

    return sow


def added(make):
    """A mistake that adds one line at the end of the top level."""

    def sow(lines, rng):
        return [*lines, make(lines, rng)], len(lines) + 1

    return sow


def misspelt(line, rng):
    key, colon, rest = line.partition(":")
    at = rng.randrange(1, len(key))
    return key[:at] + key[at - 1] + key[at:] + colon + rest


def missing(lines, rng):
    """A required field of one line taken out: reported where its record begins, which is the first key."""
    required = [
        at
        for at, line in enumerate(lines)
        if re.match(r"(?:grade|confidence|date|date_basis|period|detail|opened):", line)
    ]
    at = rng.choice(required)
    left = [*lines[:at], *lines[at + 1 :]]
    first = next(i for i, line in enumerate(left) if line and not line.startswith("#"))
    return left, first + 1


def twice(lines, rng):
    at = line_of(lines, r"(?:kind|grade|confidence|date|period|opened|detail):", rng)
    return ([*lines[: at + 1], lines[at], *lines[at + 1 :]], at + 2) if at is not None else None


KINDS = {
    "misspelt key": swap(r"(?:symptoms|surfaces|confidence|statement|date|period|source_type|evidence_class|independence):", misspelt),
    "missing field": missing,
    "key twice": twice,
    "unknown field": added(lambda lines, rng: f"note_{rng.randrange(99)}: x"),
    "wrong word": swap(r"(?:kind|grade|confidence|period|date_basis|source_type|detail|evidence_class): \w", lambda line, rng: line + "x"),
    "number for text": swap(r"(?:section|provenance|independence): ", lambda line, rng: line.split(":")[0] + f": {rng.randrange(9)}"),
    "text for truth": swap(r"(?:opened|private): ", lambda line, rng: line.split(":")[0] + ": yes"),
    "text for list": swap(r"(?:symptoms|surfaces): \[", lambda line, rng: line.split(":")[0] + ": runaway"),
    "no such day": swap(r"(?:date|observed_from|observed_to): 2", lambda line, rng: re.sub(r"\d\d$", "32", line)),
    "other order of the day": swap(r"(?:date|observed_from|observed_to): 2", lambda line, rng: re.sub(r"(\d{4})-(\d\d)-(\d\d)", r"\3.\2.\1", line)),
    "unknown symptom": swap(r"symptoms: \[\w", lambda line, rng: line.replace("[", "[no-such-symptom, ")),
    "unknown surface": swap(r"surfaces: \[", lambda line, rng: line.replace("[", "[claude-cod, " if "[c" in line else "[claude-cod")),
    "unknown report": swap(r"  - report: ", lambda line, rng: line + "9x"),
    "unknown event": swap(r"    event: ", lambda line, rng: "    event: E-999"),
    "script address": swap(r"url: https", lambda line, rng: "url: javascript:alert(1)"),
    "plain http": swap(r"url: https", lambda line, rng: line.replace("https:", "http:")),
    "address of this machine": swap(r"url: https", lambda line, rng: "url: https://127.0.0.1/x"),
    "password in an address": swap(r"url: https", lambda line, rng: line.replace("https://", "https://me:pw@")),
    "look-alike host": swap(r"url: https://github", lambda line, rng: line.replace("github", "gith\u0443b")),
    "half an address": swap(r"url: https", lambda line, rng: "url: github.com/x"),
    "id of another file": swap(r"id: ", lambda line, rng: line + "9" if "C-" not in line else "id: C-999"),
    "id with a path": swap(r"id: ", lambda line, rng: "id: ../x"),
    "unseen letter": swap(r"(?:section|provenance|independence|kind): ", lambda line, rng: line + "\u200b"),
    "turned text": swap(r"(?:section|provenance|independence|kind): ", lambda line, rng: line + "\u202e"),
    "tab": swap(r"(?:section|provenance|independence|kind): ", lambda line, rng: line.replace(": ", ":\t")),
    "open quote": swap(r"(?:section|provenance|independence): '", lambda line, rng: line.rstrip("'") + "' x'"),
    "colon in text": swap(r"(?:provenance|independence|kind|period): [a-zA-Z]", lambda line, rng: line + ": x"),
    "anchor": swap(r"(?:kind|provenance|independence|period): ", lambda line, rng: line.replace(": ", ": &a ")),
    "alias": swap(r"(?:kind|provenance|independence|period): ", lambda line, rng: line.split(":")[0] + ": *a"),
    "tag": swap(r"(?:kind|provenance|independence|period): ", lambda line, rng: line.replace(": ", ": !!str ")),
    "too long": swap(r"(?:section|provenance|independence): ", lambda line, rng: line.split(":")[0] + ": " + "x" * 301),
    "empty": swap(r"(?:section|provenance|independence|kind|period): ", lambda line, rng: line.split(":")[0] + ":"),
}  # fmt: skip


def sown(content, seed):
    """One mistake in each of many files; where each must be reported."""
    rng = random.Random(seed)
    paths = [path for folder in FOLDERS for path in sorted((content / folder).glob("*.yml"))]
    rng.shuffle(paths)
    kinds = list(KINDS)
    wanted = {}
    while len(wanted) < MISTAKES and paths:
        path = paths.pop()
        name = kinds[len(wanted) % len(kinds)]
        made = KINDS[name](path.read_text("utf-8").rstrip("\n").split("\n"), rng)
        if made is None:  # this file has no such line; another kind will fit it
            paths.insert(0, path) if rng.random() < 0.9 else None
            continue
        lines, at = made
        path.write_text("\n".join(lines) + "\n", "utf-8")
        wanted[f"content/{path.relative_to(content).as_posix()}"] = (name, at)
    return wanted


@pytest.mark.slow
@pytest.mark.parametrize("seed", [6])
def test_nearly_every_mistake_is_reported_at_its_line(tmp_path, seed):
    """300 mistakes of 32 kinds in 300 files, read in one go; at least 98 % at the right line."""
    content = tmp_path / "content"
    shutil.copytree(ROOT / "content", content)
    wanted = sown(content, seed)
    assert len(wanted) == MISTAKES
    assert len(Counter(name for name, _ in wanted.values())) == len(KINDS)
    with pytest.raises(ContentError) as caught:
        load(content, outside(DETECTORS))
    places = {(problem.path, problem.line) for problem in caught.value.problems}
    missed = {path: (name, at) for path, (name, at) in wanted.items() if (path, at) not in places}
    elsewhere = {problem.path for problem in caught.value.problems} - set(wanted)
    record("content-mistakes", trials=len(wanted), failures=len(missed), note=f"{len(KINDS)} kinds of mistakes")
    print(f"{len(wanted)} mistakes, missed {missed}; files blamed without a mistake of their own: {len(elsewhere)}")
    assert len(missed) <= MISTAKES * 0.02, missed


@pytest.mark.slow
def test_the_content_as_it_is_has_no_mistake():
    """Every problem above comes from what was sown."""
    assert real_case.library().reports
