"""The plan of a case: every fault is at its field, and `check` finds what the build would stumble over."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from generator.curated import countable
from generator.curated.crosscheck import problems_between
from generator.curated.entries import Outside
from generator.curated.folder import read_folder
from generator.curated.kinds import Library, kinds_of
from generator.dossier import special
from generator.dossier.special.series import OF_ALL

REAL = Path(__file__).parents[1] / "content"


@pytest.fixture
def content(tmp_path):
    """What the plan names, and no more."""
    for name in ("case.yml", "incidents", "events", "measurements/published.yml"):
        to = tmp_path / "content" / name
        to.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if (REAL / name).is_dir() else shutil.copyfile)(REAL / name, to)
    return tmp_path / "content"


def written(content, old, new, name="case.yml"):
    text = (content / name).read_text("utf-8")
    assert text.count(old) == 1, (old, text.count(old))
    (content / name).write_text(text.replace(old, new), "utf-8")
    return text[: text.index(old)].count("\n") + 1


def told(content):
    kinds = tuple(kind for kind in kinds_of(Library) if kind.word in {"case", "incident", "event", "measurement"})
    records, problems = read_folder(content, kinds, Outside())
    found = [*problems, *problems_between(records)]
    return [(p.path.removeprefix("content/"), p.line, p.code) for p in found]


def test_the_plan_as_it_is_has_no_fault(content):
    assert told(content) == []


BEFORE, ROLLOUT = "before: {first: 2025-11-17, last: 2026-02-04}", "rollout: {first: 2026-02-05, last: 2026-03-31}"
AFTER, STUDIED = "after: {first: 2026-04-01, last: 2026-04-30}", "studied: {first: 2026-02-01, last: 2026-04-30}"
COMPARED, NEAR = "compared: {first: 2026-02-05, last: 2026-04-30}", "near: {first: 2026-02-01, last: 2026-03-31}"
CREST = "crest: {first: 2026-03-23, last: 2026-04-05}"
PLANS = [
    (BEFORE, "before: {first: 2025-11-17, last: 2026-02-05}", {"W-order"}),  # a day of both
    (BEFORE, "before: {first: 2026-04-01, last: 2026-04-30}", {"W-order"}),
    (BEFORE, "before: {first: 2026-02-04, last: 2025-11-17}", {"W-order"}),
    (BEFORE, "before: {first: 2026-02-01, last: 2026-02-04}", {"W-length"}),
    (BEFORE, "before: {first: 2025-11-10, last: 2026-02-04}", {"W-order"}),
    (NEAR, "near: {first: 1026-02-01, last: 2026-03-31}", {"W-length", "W-order"}),  # a slip of a thousand years
    (AFTER, "after: {first: 2026-03-31, last: 2026-04-30}", {"W-order"}),
    (AFTER, "after: {first: 2026-04-25, last: 2026-04-30}", {"W-length"}),
    (AFTER, "after: {first: 2026-04-01, last: 2026-05-30}", {"W-order"}),
    (STUDIED, "studied: {first: 2026-01-31, last: 2026-04-30}", {"W-order"}),  # the case begins in February
    (NEAR, "near: {first: 2026-02-01, last: 2026-05-31}", {"W-order"}),
    (COMPARED, "compared: {first: 2026-03-17, last: 2026-03-23}", {"W-length", "W-registered"}),
    (COMPARED, "compared: {first: 2026-03-15, last: 2026-04-12}", set()),  # three weeks beside the article's days
    (COMPARED, "compared: {first: 2026-03-18, last: 2026-04-30}", {"W-order"}),
    (CREST, "crest: {first: 2026-02-02, last: 2026-04-26}", {"W-length"}),  # leaves nothing to compare with
    (CREST, "crest: {first: 2026-03-23, last: 2026-04-04}", {"W-length"}),
    ("  lag: 7", "  lag: 5", {"W-value"}),
    ("failures: [2026-02-06, 2026-02-25,", "failures: [2026-02-25, 2026-02-06,", {"W-order"}),
    ("{day: 2026-02-17, word: Sonnet 4.6", "{day: 2026-02-20, word: Sonnet 4.6", {"W-registered"}),
    ("{day: 2026-02-17, word: Sonnet 4.6", "{day: 2026-04-17, word: Sonnet 4.6", {"W-date", "W-order", "W-registered"}),
    ("neutral_questions: issues-by-month", "neutral_questions: cache-life", {"W-registered"}),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "codes"), PLANS)
def test_each_fault_of_a_plan_is_on_its_line(content, old, new, codes):
    """Or on that of the stretch beside it, where two of them overlap."""
    line = written(content, old, new)
    found = told(content)
    assert {code for *_, code in found} == codes
    assert {(path, at) for path, at, _ in found} <= {("case.yml", at) for at in (line - 2, line, line + 1)}


def test_a_short_rollout_is_named_though_its_releases_are_outside_it_too(content):
    line = written(content, ROLLOUT, "rollout: {first: 2026-02-05, last: 2026-02-09}")
    assert ("case.yml", line, "W-length") in told(content)


def test_few_incidents_cannot_be_counted(content):
    for path in (content / "incidents").glob("*.yml"):
        text = path.read_text("utf-8").split("\n- id:")
        path.write_text("\n- id:".join(text[:4]) + "\n", "utf-8")
    found = told(content)
    assert {(path, code) for path, _, code in found if code == "W-registered"} == {("case.yml", "W-registered")}
    assert all(line for _, line, _ in found)


def test_a_month_without_incidents_is_named(content):
    (content / "incidents" / "2026-04.yml").write_text("[]\n", "utf-8")
    reads = (content / "case.yml").read_text("utf-8").split("\n")
    line = next(number for number, text in enumerate(reads, 1) if "  after: {first" in text)
    assert ("case.yml", line, "W-registered") in told(content)


def test_incidents_that_cannot_be_read_are_their_own_mistake(content):
    (content / "incidents" / "2026-04.yml").write_text("x: [", "utf-8")
    assert "W-registered" not in {code for *_, code in told(content)}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("columns: [Month, Filed, Hits]", "columns: [Months, Filed, Hits]"),
        ("- ['2026-03', ", "- ['March', "),
        ("- ['2026-03', ", "- ['2026-04', "),
    ],
)
def test_questions_that_are_no_months_are_named_at_the_plan(content, old, new):
    text = (content / "measurements" / "published.yml").read_text("utf-8")
    start = text.index("- id: issues-by-month")
    assert old in text[start:], text[start : start + 6000]
    changed = text[:start] + text[start:].replace(old, new, 1)
    (content / "measurements" / "published.yml").write_text(changed, "utf-8")
    assert ("case.yml", "W-registered") in {(path, code) for path, _, code in told(content)}


def test_what_is_asked_beforehand_is_what_the_page_asks():
    assert countable.FEWEST == special.FEWEST
    assert countable.SERVICES == OF_ALL
