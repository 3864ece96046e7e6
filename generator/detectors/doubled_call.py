"""Two calls of the same size hang under one line of the conversation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

from generator.detectors.shared.base import Benign, Detector, Explained, Judgement, Parameter, Reference, finding
from generator.detectors.shared.needs import PARENTS
from generator.ledger.prices import cost
from generator.ledger.subjects import Scope
from generator.ledger.threads import Thread
from generator.records.results import Finding, FindingGrade, Quantity, Unit
from generator.records.rows import MarkKind, Request

CLOSE = timedelta(seconds=120)
SAME_SIZE = 0.02


def _siblings(thread: Thread) -> Iterator[tuple[Request, Request]]:
    by_parent: defaultdict[str, list[Request]] = defaultdict(list)
    for request in thread.requests:
        if request.parent and not request.nested:
            by_parent[request.parent].append(request)
    for family in by_parent.values():
        yield from pairwise(family)


def _rule(thread: Thread) -> Iterator[Judgement]:
    for first, second in _siblings(thread):
        benign = _benign(thread, first, second)
        yield Explained(benign) if benign else _doubled(thread, first, second)


def _benign(thread: Thread, first: Request, second: Request) -> str | None:
    if first.model != second.model:
        return "other-model"  # benign: other-model
    if abs(first.total_tokens - second.total_tokens) > SAME_SIZE * max(first.total_tokens, 1):
        return "other-size"  # benign: other-size
    if second.first_seen - first.first_seen > CLOSE:
        return "far-apart"  # benign: far-apart
    if any(
        mark.kind in {MarkKind.RETRY, MarkKind.API_ERROR} and first.first_seen - CLOSE <= mark.at <= second.first_seen
        for mark in thread.marks
    ):
        return "retry-after-error"  # benign: retry-after-error
    if any(
        mark.kind in {MarkKind.INTERRUPT, MarkKind.RESUME, MarkKind.START}
        and first.first_seen <= mark.at <= second.first_seen
        for mark in thread.marks
    ):
        return "asked-again"  # benign: asked-again
    return None


def _doubled(thread: Thread, first: Request, second: Request) -> Finding:
    return finding(
        DOUBLED_CALL,
        (first.id, second.id),
        thread=thread,
        at=second.first_seen,
        grade=FindingGrade.A,
        quantities=(
            Quantity("first-prompt", first.total_tokens, Unit.TOKENS),
            Quantity("second-prompt", second.total_tokens, Unit.TOKENS),
            Quantity("apart", round((second.first_seen - first.first_seen).total_seconds(), 1), Unit.SECONDS),
        ),
        excess_tokens=second.total_tokens + second.output_tokens,
        excess_usd=cost(second),
        expected=0,
        observed=second.total_tokens,
        stated=second.miss_reason,
        lean="client-decides",
    )


DOUBLED_CALL = Detector(
    id="doubled-call",
    version="1.0.0",
    title="Doubled call",
    question="Does one line of a conversation get two calls of the same size?",
    scope=Scope.THREAD,
    unit="requests",
    rule_text=(
        "A transcript is a tree; in ordinary use each line has at most one answer. Two different calls under the "
        "same line, to the same model, within 120 s, with prompts within 2 % of each other, and no error, "
        "interruption or restart around them, are a doubled call."
    ),
    formula="parent[a] = parent[b], id[a] != id[b], |size[a] - size[b]| <= 2 %, |time[a] - time[b]| <= 120 s",
    naive_text="Every answer that is written on two or more lines of the transcript.",
    naive_unit="answers on several lines",
    finding_unit="pairs of calls",
    counterfactual="One call would have been enough: the whole second request is excess.",
    needs=(PARENTS,),
    benign=(
        Benign(
            "streaming-lines",
            "One answer is written as several lines, one a content block, with one message id.",
        ),
        Benign("copied-history", "A resumed or forked session copies old lines; the message id is the same."),
        Benign("other-model", "A side call (title, summary, classifier) goes to another model."),
        Benign("other-size", "The prompts differ by more than 2 %, so the second is not a repeat of the first."),
        Benign("far-apart", "They are more than 120 s apart: a later branch from the same line."),
        Benign("retry-after-error", "The service had failed a call just before, and the client tried again."),
        Benign("asked-again", "The user interrupted or restarted, and the client asked again."),
        Benign(
            "streaming-fallback",
            "A broken stream is repeated without streaming, as documented; whether both are billed no log shows.",
            decidable=False,
        ),
        Benign("second-process", "Two processes worked on one session at once.", decidable=False),
    ),
    limits=(
        "A transcript shows only calls whose answer arrived. Before client 2.1.77 the documented fallback after a "
        "broken stream was not written down, so quiet here does not mean that it never happened.",
        "A proxy or telemetry log sees calls that the transcript does not.",
    ),
    parameters=(
        Parameter(
            Quantity("farthest-apart", CLOSE.total_seconds(), Unit.SECONDS),
            "Covers the fallback after a broken stream seen in public packet captures.",
        ),
        Parameter(
            Quantity("size-difference", SAME_SIZE, Unit.SHARE),
            "A repeat has the same prompt; counting differs by a few tokens.",
        ),
    ),
    references=(
        Reference(
            "Issue with packet captures of two upstream requests a prompt",
            "https://github.com/anthropics/claude-code/issues/21969",
        ),
        Reference(
            "Claude Code documentation: telemetry (one entry per content block)",
            "https://code.claude.com/docs/en/monitoring-usage",
        ),
    ),
    rule=_rule,
    measurable=lambda thread: any(request.parent and not request.nested for request in thread.requests),
    examined=lambda thread: sum(bool(request.parent) and not request.nested for request in thread.requests),
    naive=lambda thread: sum(request.lines > 1 for request in thread.requests),
    symptoms=("double-call",),
)
