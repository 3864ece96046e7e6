"""Nothing at all is read from cache although its lifetime has not passed.

Only a change of tools or system prompt, or eviction on the service's side, can do this; so it leans further
towards the service than a partial miss does, and no further than that.
"""

from __future__ import annotations

from collections.abc import Iterator

from generator.detectors.shared.base import Detector, Judgement, step_finding
from generator.detectors.shared.breaks import (
    CACHING_DOCS,
    COUNTERFACTUAL,
    DIAGNOSTICS_DOCS,
    IDENTITY_PARAMETERS,
    LADDER_BENIGN,
    break_grade,
    explanation,
    has_testable_step,
    testable_steps,
)
from generator.detectors.shared.needs import LIFETIME, THREADS, TOKENS
from generator.ledger.steps import Step
from generator.ledger.subjects import Scope
from generator.ledger.threads import Thread


def _cold(step: Step) -> bool:
    return step.read == 0 and step.testable


def _rule(thread: Thread) -> Iterator[Judgement]:
    for step in thread.steps:
        if not _cold(step):
            continue
        explained = explanation(step)
        if explained is not None:
            yield explained  # benign: the explanation that holds
            continue
        yield step_finding(PREMATURE_EXPIRY, thread, step, break_grade(step))


def _naive(thread: Thread) -> int:
    return sum(_cold(step) for step in thread.steps)


PREMATURE_EXPIRY = Detector(
    id="premature-expiry",
    version="1.0.0",
    title="Cache gone before its lifetime",
    question="Is nothing read from a warm cache before its promised lifetime has passed?",
    scope=Scope.THREAD,
    unit="steps",
    rule_text=(
        "The previous request left a cached prefix, the pause since its answer is at least 15 s shorter than the "
        "lifetime that this thread itself wrote with (five "
        "minutes where the log does not say), model and client version are the same, nothing in between "
        "rebuilds the cache, and still the request reads nothing at all."
    ),
    formula="read[i] = 0  and  pause < lifetime - 15 s  and no innocent explanation holds",
    naive_text="Every request that reads nothing from cache although the one before it left a cached prefix.",
    naive_unit="requests that read nothing",
    finding_unit="steps that read nothing although the cache should have lived",
    counterfactual=COUNTERFACTUAL,
    needs=(LIFETIME, TOKENS, THREADS),
    benign=LADDER_BENIGN,
    limits=(
        "Reading nothing at all means that the very first block differed or was gone. A changed tool list or "
        "system prompt looks the same as an eviction by the service.",
        "Grade A is given inside a tool loop with a known lifetime. Where a turn begins, a tool server may have "
        "reconnected or a setting changed in between, so the grade there is B, as for the cache break.",
        "The pause is counted from the last line of the previous answer to the line that the request answers; a "
        "clock that jumps (sleep, time sync) moves it.",
    ),
    parameters=IDENTITY_PARAMETERS,
    references=(CACHING_DOCS, DIAGNOSTICS_DOCS),
    rule=_rule,
    measurable=has_testable_step,
    examined=testable_steps,
    naive=_naive,
    symptoms=("cache-miss", "cache-expiry-cycling"),
)
