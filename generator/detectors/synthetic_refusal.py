"""Answers that the client wrote itself, told apart: a limit, an error, or no answer asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from generator.detectors.shared.base import Benign, Detector, Explained, Judgement, Parameter, Reference
from generator.detectors.shared.bursts import burst_finding, bursts, of_kinds
from generator.detectors.shared.covering import counted
from generator.detectors.shared.needs import MARKS
from generator.ledger.subjects import Scope
from generator.ledger.threads import Thread
from generator.records.results import Finding, FindingGrade, Quantity, Unit
from generator.records.rows import Mark, MarkKind

APART = timedelta(minutes=10)
INNOCENT: dict[MarkKind, str] = {
    MarkKind.NO_RESPONSE: "no-response",  # benign: no-response
    MarkKind.API_ERROR: "api-error",  # benign: api-error
}
SYNTHETIC = frozenset({MarkKind.NO_RESPONSE, MarkKind.API_ERROR, MarkKind.LIMIT_REFUSAL})


def _rule(thread: Thread) -> Iterator[Judgement]:
    for mark in of_kinds(thread, INNOCENT):
        yield Explained(INNOCENT[mark.kind])
    for burst in bursts(of_kinds(thread, {MarkKind.LIMIT_REFUSAL}), APART):
        yield _refused(thread, burst)


def _refused(thread: Thread, burst: Sequence[Mark]) -> Finding:
    return burst_finding(
        SYNTHETIC_REFUSAL,
        thread,
        burst,
        FindingGrade.A,
        Quantity("refusals", len(burst), Unit.EVENTS),
        lean="no-layer",
    )


def _synthetic(thread: Thread) -> int:
    return len(of_kinds(thread, SYNTHETIC))


SYNTHETIC_REFUSAL = Detector(
    id="synthetic-refusal",
    version="1.0.0",
    title="Refusal written by the client",
    question="Which answers did the client write itself, and which of them name a limit?",
    scope=Scope.THREAD,
    unit="lines written by the client",
    rule_text=(
        "The client writes lines in the model's place under the name <synthetic>. They are split by what they say. "
        "Those that name a usage limit are findings, one for each run in which they follow each other within 10 "
        "minutes; API errors, and notes that no answer was asked for, are explained."
    ),
    formula="<synthetic> line that names a limit;  one finding for lines <= 10 min apart",
    naive_text='Every line of the model "<synthetic>", taken for a false limit.',
    naive_unit="lines",
    finding_unit="runs of lines",
    counterfactual="None: such a line is not a call and costs nothing.",
    needs=(MARKS,),
    benign=(
        Benign("no-response", "A note that no answer was requested, as after an interruption or a resume."),
        Benign("api-error", "The client shows an error that the service returned."),
        Benign("limit-reached", "The limit was really reached; only the meter of that time can tell.", decidable=False),
    ),
    limits=(
        "That a limit was named says nothing of whether it was reached: see low-meter-refusal, which asks the meter.",
        "The client writes the line on an answer of the service or of its own accord; the line looks the same.",
        "A thread in which no call was ever answered is not seen, nor a sub-agent without a transcript of its own.",
    ),
    parameters=(
        Parameter(
            Quantity("apart", APART.total_seconds(), Unit.SECONDS),
            "Somebody who is refused tries again within minutes; later refusals are told apart.",
        ),
    ),
    references=(
        Reference(
            "Report of limit messages without a call to the service",
            "https://github.com/anthropics/claude-code/issues/40584",
        ),
    ),
    rule=_rule,
    measurable=lambda thread: not all(request.nested for request in thread.requests),
    examined=_synthetic,
    naive=_synthetic,
    one_a_unit=False,
    covers=counted("refusals"),
    symptoms=("rate-limit-message",),
)
