"""Cached conversation is paid for again although nothing in the log explains it (cache churn)."""

from __future__ import annotations

from collections.abc import Iterator

from generator.detectors.shared.base import Detector, Judgement, step_finding
from generator.detectors.shared.breaks import (
    CACHING_DOCS,
    CLIENT_CACHING_DOCS,
    COUNTERFACTUAL,
    DIAGNOSTICS_DOCS,
    IDENTITY_PARAMETERS,
    LADDER_BENIGN,
    break_grade,
    explanation,
    has_testable_step,
    testable_steps,
)
from generator.detectors.shared.needs import THREADS, TOKENS
from generator.ledger.subjects import Scope
from generator.ledger.threads import Thread
from generator.records.vendor import judge_of

NAIVE_HIT_RATIO = 0.8  # warning threshold of a published detector (research/detectors.md section 3, llm-relay)


def _rule(thread: Thread) -> Iterator[Judgement]:
    for step in thread.steps:
        if not step.is_break:
            continue
        explained = explanation(step)
        if explained is not None:
            yield explained  # benign: the explanation that holds
            continue
        yield step_finding(CACHE_BREAK, thread, step, break_grade(step))


def _naive(thread: Thread) -> int:
    return sum(
        request.cache_read_tokens < NAIVE_HIT_RATIO * request.total_tokens
        for request in thread.requests
        if request.total_tokens >= judge_of(request.model).cache.smallest_prompt
    )


CACHE_BREAK = Detector(
    id="cache-break",
    version="1.0.0",
    title="Unexplained cache break",
    question="Is cached conversation paid for again without a reason that the log shows?",
    scope=Scope.THREAD,
    unit="steps",
    rule_text=(
        "Within one conversation thread, each request should read from cache what the request before it read "
        "plus what it wrote. A step whose read falls short of that by more than 2 % is a break. Every innocent "
        "explanation is tried in a fixed order and the first that holds is recorded; a break that none of them "
        "explains is a finding."
    ),
    formula="q = read[i] / (read[i-1] + write[i-1]);  break if q < 0.98;  excess = min(expected - read, write + input)",
    naive_text="Every request whose cache-hit ratio is below 80 %, whatever came before it.",
    naive_unit="requests with a hit ratio below 80 %",
    finding_unit="steps that read less than they should, by more than 2 %",
    counterfactual=COUNTERFACTUAL,
    needs=(TOKENS, THREADS),
    benign=LADDER_BENIGN,
    limits=(
        "Unexplained is not the same as faulty: a changed tool list, an MCP server that reconnected, or a setting "
        "changed outside the session leave no trace in old transcripts.",
        "Grade A is given inside a tool loop with a known lifetime; where a turn begins (a prompt, or the notice of a "
        "background task) something may have changed in between, so the grade there is B.",
        "Unexplained breaks also occur in logs from before February 2026: compare with the base rate, not with zero.",
    ),
    parameters=IDENTITY_PARAMETERS,
    references=(CACHING_DOCS, CLIENT_CACHING_DOCS, DIAGNOSTICS_DOCS),
    rule=_rule,
    measurable=has_testable_step,
    examined=testable_steps,
    naive=_naive,
    symptoms=("cache-miss",),
)
