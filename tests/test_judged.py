"""Findings read by hand: each has a place, a verdict that fits, a known set and detector, and is counted once."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest

from generator.base.problems import ContentError
from generator.curated.base_rates import MeasuredDetector, Measurement
from generator.curated.entries import Outside
from generator.curated.judged import Judged, Verdict, tally
from generator.curated.library import load_kind
from generator.detectors import DETECTORS
from generator.pages.parts.public_sets import public_rates, public_total, read_by_hand

CONTENT = Path(__file__).parents[1] / "content"
KNOWN = Outside(
    ids={"base rate": frozenset({"spotter"}), "detector": frozenset({"cache-break", "retry-storm"})},
    explanations={"cache-break": frozenset({"skill"})},
)
ROW = """\
- set: {set}
  detector: {detector}
  what: {what}
  file: a/full.jsonl
  line: {line}
  verdict: {verdict}
  why: The lines show it.
  read: 2026-11-29
"""


def row(*, set="spotter", detector="cache-break", line=7, verdict='"true"', what="finding", more="") -> str:
    return ROW.format(set=set, detector=detector, line=line, verdict=verdict, what=what) + more


def loaded(folder: Path, text: str) -> tuple[Judged, ...]:
    (folder / "measurements").mkdir()
    (folder / "measurements" / "judged.yml").write_text(text, "utf-8")
    return load_kind(folder, Judged, KNOWN)


def verdict(word: str, **fields) -> Judged:
    given = {
        "set": "spotter",
        "detector": "cache-break",
        "what": "finding",
        "file": "a.jsonl",
        "line": 1,
        "why": "w",
        "read": "2026-11-29",
    }
    return Judged.model_validate(given | {"verdict": word} | fields)


def test_they_load_in_the_order_of_their_places(tmp_path):
    later, sooner = row(line=9), row(line=2, verdict="doubtful", more="  taken_by: skill\n")
    found = loaded(tmp_path, later + sooner)
    assert [(one.place, one.verdict) for one in found] == [
        ("a/full.jsonl:2", Verdict.DOUBTFUL),
        ("a/full.jsonl:9", Verdict.TRUE),
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (row(set="spoter"), r'1:8: W-ref unknown base rate "spoter".*spotter'),
        (row(detector="cache-brake"), r'2:13: W-ref unknown detector "cache-brake".*cache-break'),
        (row(verdict="doubtful", more="  taken_by: skil\n"), r'9:13: W-ref unknown explanation "skil".*skill'),
        (row(more="  taken_by: skill\n"), r"9:13: W-value a true finding"),
        (row() + row(), r"W-unique"),
        (row(verdict="maybe"), r"judged\.yml:6:"),
        (row(verdict="true"), r"judged\.yml:6:"),  # without quotes it is no word in YAML
        (row(line=0), r"judged\.yml:5:"),
        (row().replace("a/full", "../full"), r"judged\.yml:4:"),
    ],
)
def test_a_wrong_one_is_refused_at_its_place(tmp_path, text, problem):
    with pytest.raises(ContentError, match=problem):
        loaded(tmp_path, text)


def test_a_finding_and_a_step_may_have_one_place(tmp_path):
    assert len(loaded(tmp_path, row() + row(what="step"))) == 2


def test_the_verdicts_are_counted():
    rows = [verdict("true"), verdict("true"), verdict("doubtful"), verdict("false", taken_by="skill")]
    counted = tally(rows)
    assert (counted.true, counted.doubtful, counted.false, counted.taken, counted.read) == (2, 1, 1, 1, 4)
    assert tally([]).read == 0


def test_steps_are_counted_apart_and_other_detectors_not_at_all():
    rows = [verdict("true"), verdict("false", what="step"), verdict("false", detector="retry-storm")]
    found = read_by_hand("cache-break", rows)
    assert found is not None
    assert (found.findings.read, found.findings.true, found.steps.read, found.steps.false) == (1, 1, 1, 1)
    assert read_by_hand("doubled-call", rows) is None


def test_what_was_read_is_of_sets_detectors_and_explanations_that_exist():
    outside = Outside(
        ids={
            "base rate": frozenset(one.id for one in load_kind(CONTENT, Measurement)),
            "detector": frozenset(one.id for one in DETECTORS),
        },
        explanations={one.id: frozenset(benign.id for benign in one.benign) for one in DETECTORS},
    )
    found = load_kind(CONTENT, Judged, outside)
    assert tally(one for one in found if one.what == "finding").read == 147
    steps = [one for one in found if one.what == "step"]
    assert (len(steps), {one.detector for one in steps}) == (20, {"unread-last-write"})


# ---- public sets ----


def measured(steps: tuple[int, int], sessions: tuple[int | None, int], outcome="found") -> Measurement:
    """A set with so many findings of so many steps, and sessions with one of so many sessions."""
    found, examined = steps
    with_one, every = sessions
    return Measurement(
        id="public",
        title="A set",
        url="https://example.org/set",
        licence="MIT",
        requests=100,
        steps=90,
        sessions=every,
        detectors=(
            MeasuredDetector(
                id="cache-break", outcome=outcome, examined=examined, findings=found, sessions=with_one, naive=5
            ),
        ),
        measured=date(2026, 11, 29),
        command="witnessmark base-rates SETS",
    )


BREAKS = SimpleNamespace(id="cache-break", one_a_unit=True, unit="steps", unit_one="")


def test_sessions_stand_beside_steps():
    (rate,) = public_rates(BREAKS, [measured((6, 90), (2, 8))])
    assert (rate.rate.hits, rate.rate.trials) == (6, 90)
    assert rate.rate.sessions == (2, 8)
    assert rate.rate.text == "6 findings in 90 steps, 6.7 % (95 % interval 2.5 to 13.9 %), in 2 of 8 sessions"


def test_the_sum_leaves_out_sets_that_lack_what_it_needs():
    sets = [measured((6, 90), (2, 8)), measured((1, 10), (1, 4)), measured((0, 0), (0, 50), "not-measurable")]
    total = public_total(BREAKS, sets)
    assert total is not None
    assert total.sessions is not None
    assert (total.sets, total.rate.hits, total.rate.trials, total.naive) == (2, 7, 100, 10)
    assert (total.sessions.hits, total.sessions.trials) == (3, 12)
    assert public_total(BREAKS, sets[2:]) is None


def test_findings_about_the_whole_account_lie_in_no_session():
    (rate,) = public_rates(BREAKS, [measured((1, 90), (None, 8))])
    assert rate.rate.sessions is None
