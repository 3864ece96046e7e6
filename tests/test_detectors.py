"""Detectors beyond their worked examples: ids, severity, counts, failure, and that each explanation is needed."""

from __future__ import annotations

import dataclasses
from functools import cache
from pathlib import Path

import msgspec
import pytest
from builders import mark, request

from generator.curated.examples import Example
from generator.curated.library import load_kind
from generator.detectors import DETECTORS, run
from generator.detectors.shared.base import HIGH_TOKENS, LOW_TOKENS, finding_id, severity
from generator.ledger import explanations
from generator.ledger.explanations import EXPLANATIONS, UNDECIDABLE
from generator.ledger.subjects import Scope, Subjects, arranged
from generator.records.results import Outcome, Severity
from generator.records.rows import Trigger

CONTENT = Path(__file__).parent.parent / "content"
EXAMPLES = load_kind(CONTENT, Example)
BY_ID = {detector.id: detector for detector in DETECTORS}
ONE_SUBJECT = [detector for detector in DETECTORS if detector.scope in {Scope.THREAD, Scope.COUNTER}]
"""Detectors whose subject lies in one session; a meter or an account is shown every call there is."""
FOUND = {example.detector: example for example in EXAMPLES if example.name == "found"}


def threads(*examples: Example):
    """All examples as one log."""
    readings = [example.reading() for example in examples]
    return arranged(
        *(
            [record for reading in readings for record in getattr(reading, kind)]
            for kind in ("requests", "marks", "meters", "counters")
        )
    )


@cache
def whole_log(*, backwards=False):
    """All examples as one log, made once."""
    return threads(*(reversed(EXAMPLES) if backwards else EXAMPLES))


def answers(example: Example) -> bool:
    """Does the example still give what it says?"""
    result = run(BY_ID[example.detector], threads(example))
    taken = example.benign is None or example.expect == "found" or result.explained in ({example.benign: 1}, {})
    return result.outcome == example.expect and taken


NEVER = {
    "premature-expiry": {
        "thinking-dropped",
        "unread-last-write",
        "few-tokens",
        "server-rounds",
        "two-conversations",
    },  # they need a read; it asks for none
    "short-prompt-overbilled": {"compaction-call"},  # nobody types the prompt of a summary
}
"""Explanations that cannot hold of what a detector looks at."""


@pytest.mark.slow
@pytest.mark.parametrize("explanation", EXPLANATIONS, ids=lambda explanation: explanation.id)
def test_without_any_one_explanation_an_example_fails(explanation, monkeypatch):
    """A mutation test: an explanation that no example needs would be untested prose."""
    monkeypatch.setattr(
        explanations, "EXPLANATIONS", tuple(other for other in EXPLANATIONS if other is not explanation)
    )
    ordered = sorted(EXAMPLES, key=lambda example: example.benign != explanation.id)  # its own first: they should fail
    for id in ("cache-break", "premature-expiry", "short-prompt-overbilled"):
        if explanation.id not in NEVER.get(id, ()):
            assert any(not answers(example) for example in ordered if example.detector == id), id


def test_an_explanation_has_one_id_in_each_detector():
    """A finding names each id as ruled out or as not ruled out, never as both."""
    for detector in DETECTORS:
        ids = [benign.id for benign in detector.benign]
        assert len(ids) == len(set(ids)), detector.id


@pytest.mark.parametrize("name", ["cache-break/two-branches", "cache-break/rewind", "unread-last-write/branches"])
def test_without_the_tree_an_example_of_branches_would_be_a_finding(name):
    example = next(one for one in EXAMPLES if f"{one.detector}/{one.name}" == name)
    known = {request.id for request in example.reading().requests}
    assert all(request.follows in known | {""} for request in example.reading().requests)
    flat = [msgspec.structs.replace(request, follows="") for request in example.reading().requests]
    assert run(BY_ID[example.detector], arranged(flat, ())).outcome is Outcome.FOUND


def test_without_the_rounds_an_example_of_a_search_would_be_a_break():
    example = next(one for one in EXAMPLES if (one.detector, one.name) == ("cache-break", "rounds"))
    sums = [msgspec.structs.replace(request, left_tokens=None) for request in example.reading().requests]
    result = run(BY_ID["cache-break"], arranged(sums, ()))
    assert result.found or result.explained


@pytest.mark.slow
def test_the_ladder_as_it_is_fails_no_example():
    assert [example.name for example in EXAMPLES if not answers(example)] == []


@pytest.mark.slow
@pytest.mark.parametrize("detector", ONE_SUBJECT, ids=lambda detector: detector.id)
def test_ids_and_findings_stay_when_more_logs_are_added(detector):
    alone = run(detector, threads(FOUND[detector.id])).findings
    together = run(detector, whole_log()).findings
    assert alone
    assert set(alone) <= set(together)


@pytest.mark.slow
@pytest.mark.parametrize("detector", DETECTORS, ids=lambda detector: detector.id)
def test_the_order_of_threads_changes_nothing(detector):
    assert run(detector, whole_log()) == run(detector, whole_log(backwards=True))


def test_an_id_hangs_on_detector_major_version_and_requests_only():
    first = finding_id("cache-break", "1.0.0", ("a", "b"))
    assert first == finding_id("cache-break", "1.9.3", ("a", "b"))
    others = {
        finding_id("cache-break", "2.0.0", ("a", "b")),
        finding_id("doubled-call", "1.0.0", ("a", "b")),
        finding_id("cache-break", "1.0.0", ("b", "a")),
        finding_id("cache-break", "1.0.0", ("ab",)),
    }
    assert len(others | {first}) == 5


@pytest.mark.parametrize(
    ("tokens", "usd", "session", "expected"),
    [
        (LOW_TOKENS - 1, 1.0, 1.0, Severity.INFO),
        (LOW_TOKENS, 0.0099, 1.0, Severity.INFO),
        (LOW_TOKENS, 0.01, 1.0, Severity.LOW),
        (LOW_TOKENS, 0.05, 1.0, Severity.MEDIUM),
        (LOW_TOKENS, 0.20, 1.0, Severity.MEDIUM),
        (LOW_TOKENS, 0.21, 1.0, Severity.HIGH),
        (LOW_TOKENS, None, 1.0, Severity.INFO),
        (LOW_TOKENS, 0.5, 0.0, Severity.INFO),
        (0, 0.3, 1.0, Severity.HIGH),
        (0, 0.0, 1.0, Severity.INFO),
        (HIGH_TOKENS, -1.0, 1.0, Severity.INFO),
        (HIGH_TOKENS, None, 0.0, Severity.HIGH),
    ],
)
def test_severity_is_the_share_of_the_thread_and_five_million_tokens_are_high_without_a_price(
    tokens, usd, session, expected
):
    assert severity(tokens, usd, session) is expected


@pytest.mark.slow
@pytest.mark.parametrize("detector", ONE_SUBJECT, ids=lambda detector: detector.id)
def test_all_examples_together_are_counted_once_each(detector):
    """Over all examples of a detector: found ones found, each decidable explanation once."""
    own = [example for example in EXAMPLES if example.detector == detector.id]
    result = run(detector, threads(*own))
    singles = [run(detector, threads(example)) for example in own]
    assert result.found == len(result.findings) == sum(single.found for single in singles)
    assert sum(result.explained.values()) == sum(sum(single.explained.values()) for single in singles)
    assert result.examined == sum(single.examined for single in singles)
    assert result.not_measurable == sum(single.not_measurable for single in singles)
    assert list(result.explained) == sorted(result.explained)


@pytest.mark.slow
def test_findings_are_sorted_by_excess_then_id():
    found = run(BY_ID["cache-break"], threads(*EXAMPLES)).findings
    assert list(found) == sorted(found, key=lambda finding: (-finding.excess_tokens, finding.id))


def test_a_rule_that_throws_fails_alone_and_tells_only_the_type_of_the_error():
    def broken(thread):
        raise KeyError("a secret line of the log")
        yield

    detector = dataclasses.replace(BY_ID["cache-break"], rule=broken)
    result = run(detector, threads(FOUND["cache-break"]))
    assert result.outcome is Outcome.FAILED
    assert result.error == "keyerror"
    assert result.findings == ()
    assert result.found == 0
    assert "secret" not in repr(result)


def test_nothing_to_look_at_is_not_measurable_and_never_quiet():
    for detector in DETECTORS:
        assert run(detector, Subjects(())).outcome is Outcome.NOT_MEASURABLE


def test_a_log_without_parents_says_nothing_of_doubled_calls():
    rows = FOUND["doubled-call"].reading().requests
    blank = arranged([msgspec.structs.replace(row, parent="") for row in rows], ())
    result = run(BY_ID["doubled-call"], blank)
    assert (result.outcome, result.not_measurable) == (Outcome.NOT_MEASURABLE, 1)


def test_calls_known_only_from_a_parents_transcript_are_no_doubled_calls():
    rows = FOUND["doubled-call"].reading().requests
    nested = arranged([msgspec.structs.replace(row, nested=True) for row in rows], ())
    assert run(BY_ID["doubled-call"], nested).outcome is Outcome.NOT_MEASURABLE


def test_a_quiet_thread_beside_an_unmeasurable_one_is_quiet_and_the_other_is_counted():
    quiet = next(example for example in EXAMPLES if example.detector == "cache-break" and example.name == "quiet")
    blank = next(
        example for example in EXAMPLES if example.detector == "cache-break" and example.name == "not-measurable"
    )
    result = run(BY_ID["cache-break"], threads(quiet, blank))
    assert result.outcome is Outcome.QUIET
    assert result.not_measurable == 1


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda detector: detector.id)
def test_every_finding_says_what_was_ruled_out_and_what_no_log_can_rule_out(detector):
    for finding in run(detector, whole_log()).findings:
        assert set(finding.ruled_out) <= set(detector.decidable)
        assert set(detector.undecidable) <= set(finding.not_ruled_out)
        assert detector.undecidable
        assert sorted((*finding.ruled_out, *finding.not_ruled_out)) == sorted(benign.id for benign in detector.benign)


def test_the_ladder_stands_whole_on_each_detector_of_the_identity():
    whole = [explanation.id for explanation in EXPLANATIONS] + [id for id, _ in UNDECIDABLE]
    for id in ("cache-break", "premature-expiry", "short-prompt-overbilled"):
        assert [benign.id for benign in BY_ID[id].benign][-len(whole) :] == whole


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda detector: detector.id)
def test_a_detector_explains_itself(detector):
    ids = [benign.id for benign in detector.benign]
    assert len(set(ids)) == len(ids)
    assert detector.question.endswith("?")
    assert detector.limits
    assert detector.parameters
    assert all(parameter.source for parameter in detector.parameters)
    assert all(reference.url.startswith("https://") for reference in detector.references)
    assert detector.naive_text
    assert detector.counterfactual
    assert detector.symptoms


def test_cache_break_is_grade_b_at_a_human_prompt_and_a_in_a_tool_loop():
    typed = FOUND["short-prompt-overbilled"]
    assert [str(finding.grade) for finding in run(BY_ID["cache-break"], threads(typed)).findings] == ["B"]
    assert [str(finding.grade) for finding in run(BY_ID["cache-break"], threads(FOUND["cache-break"])).findings] == [
        "A"
    ]


@pytest.mark.parametrize("detector", ["cache-break", "premature-expiry", "gap-then-spike", "short-prompt-overbilled"])
@pytest.mark.parametrize(("words", "split", "grade"), [(None, True, "A"), (5, True, "B"), (None, False, "B")])
def test_one_broken_step_has_one_grade_whoever_reports_it(detector, words, split, grade):
    """A tool loop with a known lifetime is grade A; a prompt, and an unknown lifetime, are grade B."""
    own = {"prompt_words": words} | ({} if split else {"cache_write_1h_tokens": None, "cache_write_5m_tokens": None})
    rows = [request(0, 0, 20_000, 60_000, **own), request(1, 400 if split else 60, 0, 80_500, **own)]
    grades = [str(finding.grade) for finding in run(BY_ID[detector], arranged(rows, ())).findings]
    seen = (words is not None or detector != "short-prompt-overbilled") and (split or detector != "gap-then-spike")
    assert grades == ([grade] if seen else [])


def test_excess_in_dollars_is_the_price_of_writing_less_the_price_of_reading():
    """40,000 tokens written for an hour at $10 a million instead of read at $0.50 (Opus 4.6, March 2026): $0.38."""
    (finding,) = run(BY_ID["cache-break"], threads(FOUND["cache-break"])).findings
    assert finding.excess_tokens == 40_000
    assert finding.excess_usd == pytest.approx(0.38)


def test_a_doubled_call_costs_the_whole_second_call():
    (finding,) = run(BY_ID["doubled-call"], threads(FOUND["doubled-call"])).findings
    assert finding.excess_tokens == 60_000 + 900 + 5 + 400
    assert [quantity.name for quantity in finding.quantities] == ["first-prompt", "second-prompt", "apart"]


@pytest.mark.parametrize(("times", "excess"), [((20, 40, 60), 0), ((20, 120, 140), 40_000), ((20, 120, 220), 90_000)])
def test_a_call_after_several_compactions_is_counted_once_and_after_the_first_not_at_all(times, excess):
    rows = [request(number, 100 * number, 20_000, 20_000 + 10_000 * number) for number in range(4)]
    marks = [mark("compaction", at, line=at, trigger=Trigger.AUTO) for at in times]
    (finding,) = run(BY_ID["compaction-storm"], arranged(rows, marks)).findings
    assert finding.excess_tokens == excess


def test_a_storm_counts_its_compactions_and_leaves_the_first_rebuild_out_of_the_excess():
    (finding,) = run(BY_ID["compaction-storm"], threads(FOUND["compaction-storm"])).findings
    quantities = {quantity.name: quantity.value for quantity in finding.quantities}
    assert quantities["compactions"] == 3
    assert quantities["span"] == 600
    assert finding.excess_tokens == 40_000
