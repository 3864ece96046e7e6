"""Worked examples: each gives what it says, each explanation has one, and mistakes in the files are found."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from generator.base.problems import ContentError
from generator.curated.base_rates import Measurement
from generator.curated.examples import Example
from generator.curated.library import load_kind
from generator.curated.notation import SHORT
from generator.curated.outside import outside
from generator.detectors import DETECTORS, run
from generator.ledger.explanations import EXPLANATIONS, UNDECIDABLE
from generator.records.results import Outcome
from generator.records.rows import CounterReading, Mark, MeterReading, Request, SourceRef, UsageBucket
from generator.records.vocabulary import Pseudonym

CONTENT = Path(__file__).parent.parent / "content"
KNOWN = outside(DETECTORS)
BY_ID = {detector.id: detector for detector in DETECTORS}
EXAMPLES = load_kind(CONTENT, Example, KNOWN)
SETTLED_WHILE_READING = {"streaming-lines", "copied-history", "copied-boundary"}
"""The reader folds these into one record, so the rule never sees a candidate."""
ALWAYS_MEASURABLE = {"doubled-call"}
"""Each row of an example answers a line, so a log without parents cannot be written as one; tests/test_detectors.py has it."""

GOOD = """\
- detector: cache-break
  name: found
  title: A title
  because: A reason.
  expect: found
  requests:
    - {at: 0, read: 20000, written: 40000}
"""


def borrowed_by(detector) -> set[str]:
    """Explanations whose worked example stands with the cache break; a detector that uses the ladder shows one of them.

    One that asks about resumes uses all explanations but that one.
    """
    ladder = {explanation.id for explanation in EXPLANATIONS} | {id for id, _ in UNDECIDABLE}
    named = {benign.id for benign in detector.benign}
    return ladder & named if detector.id != "cache-break" and ladder - {"resume"} <= named else set()


def result_of(example):
    return run(BY_ID[example.detector], example.subjects())


def refused(tmp_path: Path, text: str, name: str = "cache-break") -> list[str]:
    folder = tmp_path / "examples"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.yml").write_text(text, "utf-8")
    with pytest.raises(ContentError) as caught:
        load_kind(tmp_path, Example, KNOWN)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"{example.detector}/{example.name}")
def test_each_example_gives_what_it_says(example):
    result = result_of(example)
    detector = BY_ID[example.detector]
    assert result.outcome == example.expect
    if example.benign in detector.undecidable:
        (finding,) = result.findings
        assert example.benign in finding.not_ruled_out
    elif example.benign in SETTLED_WHILE_READING:
        assert result.explained == {}
        assert result.examined >= 1
    elif example.benign:
        assert result.explained == {example.benign: 1}
    else:
        assert result.explained == {}


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda detector: detector.id)
def test_every_explanation_has_an_example_and_every_outcome_of_health_too(detector):
    own = [example for example in EXAMPLES if example.detector == detector.id]
    shown, named = {example.benign for example in own} - {None}, {benign.id for benign in detector.benign}
    borrowed = borrowed_by(detector)
    assert named - borrowed <= shown <= named
    assert not borrowed or shown & borrowed
    kinds = {"found", "quiet"} if detector.id in ALWAYS_MEASURABLE else {"found", "quiet", "not-measurable"}
    assert {example.expect for example in own if example.benign is None} == kinds


def test_a_decidable_explanation_ends_quiet_and_an_undecidable_one_is_found():
    for example in EXAMPLES:
        if example.benign:
            assert (example.expect == "found") == (example.benign in BY_ID[example.detector].undecidable)


def test_what_is_not_measurable_is_never_quiet():
    for example in EXAMPLES:
        if example.expect == "not-measurable":
            assert result_of(example).outcome is Outcome.NOT_MEASURABLE
            assert result_of(example).examined == 0


@pytest.mark.slow
def test_an_example_has_a_session_of_its_own():
    sessions = [{row.session for row in example.reading().requests} for example in EXAMPLES]
    assert sum(map(len, sessions)) == len(set().union(*sessions))


def test_a_good_file_loads(tmp_path):
    (tmp_path / "examples").mkdir()
    (tmp_path / "examples" / "cache-break.yml").write_text(GOOD, "utf-8")
    (example,) = load_kind(tmp_path, Example, KNOWN)
    assert example.requests[0].written == 40_000


def test_an_unknown_detector_is_refused_where_it_stands(tmp_path):
    (problem,) = refused(tmp_path, GOOD.replace("cache-break", "cache-brake"), "cache-brake")
    assert problem == (
        'content/examples/cache-brake.yml:1:13: W-ref unknown detector "cache-brake" (did you mean "cache-break"?)'
    )


def test_an_unknown_explanation_is_refused_where_it_stands(tmp_path):
    (problem,) = refused(tmp_path, GOOD.replace("  expect: found\n", "  expect: quiet\n  benign: model-swich\n"))
    assert problem == (
        'content/examples/cache-break.yml:6:11: W-ref unknown explanation "model-swich" (did you mean "model-switch"?)'
    )


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("  expect: found", "  expect: maybe", '5:11: W-value "maybe" is not allowed here'),
        ("written: 40000", "written: -1", '7:37: W-value "written": Input should be greater'),
        ("written: 40000", "writen: 40000", '7:7: W-missing field "written" is missing'),
        ("written: 40000", "writen: 40000", '7:28: W-field unknown field "writen" (did you mean "written"?)'),
        ("  title: A title\n", "", '1:3: W-missing field "title" is missing'),
        ("detector: cache-break", "detector: doubled-call", "1:13: W-name the file is named after another detector (doubled-call.yml)"),
        ("read: 20000", "read: much", '7:21: W-type "read" must be a whole number, not text'),
    ],
)  # fmt: skip
def test_mistakes_are_named_with_line_and_column(tmp_path, old, new, problem):
    assert any(
        found.startswith(f"content/examples/cache-break.yml:{problem}")
        for found in refused(tmp_path, GOOD.replace(old, new))
    )


def test_a_problem_never_repeats_the_value(tmp_path):
    assert "SECRET" not in "".join(refused(tmp_path, GOOD.replace("read: 20000", "read: SECRET")))


def test_all_mistakes_of_all_files_come_at_once(tmp_path):
    first = refused(tmp_path, GOOD.replace("found", "maybe"))
    both = refused(tmp_path, "just text\n", "doubled-call")
    assert len(both) == len(first) + 1


def test_a_name_is_taken_once(tmp_path):
    (problem,) = refused(tmp_path, GOOD + GOOD)
    assert problem == 'content/examples/cache-break.yml:9:9: W-unique the name "found" is taken (first in line 2)'


VALUES = {bool: "true", int: "7", float: "7.5"}


def word_and_value(field) -> tuple[str, str]:
    """A field of a record as an example writes it, with some value that the field may have."""
    hint = next(part for part in (*get_args(field.type), field.type) if part is not type(None))
    word = SHORT.get(field.name, field.name)
    if field.type == Pseudonym:
        return word, "somebody"
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return word, list(hint)[-1].value
    if word == "version":
        return word, "2.1.99"
    if word in {"model", "requested"}:
        return word, "claude-haiku-4-5"
    return word, VALUES.get(hint, "7.5" if hint is datetime else "a-word")


WRITABLE = [
    (part, kind, field)
    for part, kind in (
        ("requests", Request), ("marks", Mark), ("meter", MeterReading), ("counters", CounterReading), ("buckets", UsageBucket),
    )
    for field in msgspec.structs.fields(kind)
    if field.type is not SourceRef  # the place of the row
]  # fmt: skip


@pytest.mark.parametrize(("part", "kind", "field"), WRITABLE, ids=lambda value: getattr(value, "name", str(value)))
def test_every_field_of_every_record_can_be_written_in_an_example(tmp_path, part, kind, field):
    """A new field of a record is a field of the notation at once."""
    row = {"requests": "at: 0, read: 1, written: 2", "marks": "at: 0, kind: prompt", "meter": "at: 0, used: 5",
           "counters": "at: 0, value: 5", "buckets": "start: 0, end: 3600"}[part]  # fmt: skip
    word, value = word_and_value(field)
    cells = dict(cell.split(": ") for cell in row.split(", ")) | {word: value}
    text = (
        GOOD.partition("  requests:")[0] + f"  {part}:\n    - " + "{" + ", ".join(map(": ".join, cells.items())) + "}\n"
    )
    (tmp_path / "examples").mkdir()
    (tmp_path / "examples" / "cache-break.yml").write_text(text, "utf-8")
    (example,) = load_kind(tmp_path, Example, KNOWN)
    (record,) = getattr(example.reading(), {"meter": "meters"}.get(part, part))
    found = getattr(record, field.name)
    assert isinstance(record, kind)
    match value:
        case "somebody":
            assert len(found) == 16
        case "7.5" if isinstance(found, datetime):
            assert found == example.start + timedelta(seconds=7.5)
        case "7.5" if field.name == "used":
            assert found == 0.075
        case "true":
            assert found is True
        case "7" | "7.5":
            assert found == float(value)
        case _:
            assert found == value
    msgspec.convert(msgspec.to_builtins(record), type=kind)  # the value is one that a pack may hold


def test_a_refusal_is_written_as_the_record_has_it(tmp_path):
    (tmp_path / "examples").mkdir()
    text = GOOD.replace("written: 40000", "written: 40000, stop_reason: refusal, nested: true, region: us")
    (tmp_path / "examples" / "cache-break.yml").write_text(text, "utf-8")
    (example,) = load_kind(tmp_path, Example, KNOWN)
    (request,) = example.reading().requests
    assert (request.stop_reason, request.nested, request.region) == ("refusal", True, "us")


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("written: 40000", "written: 40000, stop_reason: refusl", '7:57: W-value "refusl" is not allowed here (did you mean "refusal"?)'),
        ("written: 40000", "written: 40000, stop_reson: refusal", '7:44: W-field unknown field "stop_reson" (did you mean "stop_reason"?)'),
        ("written: 40000", "written: 40000, ended: null", '7:51: W-type "ended" must be a number, not nothing'),
        ("written: 40000", "written: 40000, model: Acme", '7:51: W-value "model" has not the required form'),
        ("written: 40000", "written: 40000, input_tokens: 5", '7:44: W-field unknown field "input_tokens"'),
    ],
)  # fmt: skip
def test_mistakes_in_fields_of_the_record_are_named_too(tmp_path, old, new, problem):
    assert any(
        found.startswith(f"content/examples/cache-break.yml:{problem}")
        for found in refused(tmp_path, GOOD.replace(old, new))
    )


MEASURED = """\
- id: public-set
  title: A public set
  url: https://example.org/set
  licence: MIT
  requests: 904
  steps: 883
  breaks:
    - {reason: unexplained, count: 3, excess_tokens: 188161, usd: 1.5}
  detectors:
    - {id: cache-break, examined: 883, findings: 3, naive: 41}
  measured: 2026-11-24
  command: witnessmark scan set/
"""


def test_measurements_load_and_no_file_means_none(tmp_path):
    assert load_kind(tmp_path, Measurement) == ()
    (tmp_path / "measurements").mkdir()
    (tmp_path / "measurements" / "corpora.yml").write_text(MEASURED, "utf-8")
    (found,) = load_kind(tmp_path, Measurement)
    assert found.measured == date(2026, 11, 24)
    assert found.breaks[0].usd == 1.5


def test_a_measurement_with_an_id_that_is_taken_is_refused(tmp_path):
    (tmp_path / "measurements").mkdir()
    (tmp_path / "measurements" / "corpora.yml").write_text(MEASURED * 2, "utf-8")
    with pytest.raises(ContentError, match=r"corpora\.yml:13:7: W-unique"):
        load_kind(tmp_path, Measurement)


def test_the_measurements_of_the_repository_load():
    for measurement in load_kind(CONTENT, Measurement):
        assert sum(row.count for row in measurement.breaks) <= measurement.steps
        assert all(row.findings <= row.examined for row in measurement.detectors)
