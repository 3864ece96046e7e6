"""The conversation is gone from one request to the next, although nobody asked for that."""

from __future__ import annotations

from collections.abc import Iterator

from generator.detectors.shared.base import Benign, Detector, Explained, Judgement, Parameter
from generator.detectors.shared.breaks import CLIENT_CACHING_DOCS
from generator.detectors.shared.falls import (
    BENIGN,
    CHECKPOINT_DOCS,
    RESET_BELOW,
    can_tell,
    fall_finding,
    falls,
    reason,
    steps_from,
)
from generator.detectors.shared.needs import MARKS, THREADS, TOKENS
from generator.ledger.subjects import Scope
from generator.ledger.threads import Thread
from generator.records.results import FindingGrade, Quantity, Unit

SMALLEST = 60_000  # tokens


def _rule(thread: Thread) -> Iterator[Judgement]:
    for fall in falls(thread, SMALLEST):
        if fall.share > RESET_BELOW:
            continue
        explained = reason(fall)
        yield Explained(explained) if explained else fall_finding(SESSION_RESET, thread, fall, "no-layer")


SESSION_RESET = Detector(
    id="session-reset",
    version="1.0.0",
    title="Session reset",
    question="Does a long conversation vanish without anybody having asked for it?",
    scope=Scope.THREAD,
    unit="steps",
    rule_text=(
        "A prompt of at least 60,000 tokens is followed, in the same thread, by one of at most 40 % of its size. "
        "Model and client version are the same; no compaction, clearing, restart, command, interruption or error "
        "comes in between; and the next request is not back at the old size."
    ),
    formula="size[i] <= 0.4 x size[i-1]  and  size[i-1] >= 60,000  and  no innocent explanation holds",
    naive_text="Every fall of the prompt to 40 % or less from at least 60,000 tokens.",
    naive_unit="falls of the prompt",
    finding_unit="falls of the prompt",
    counterfactual=(
        "The conversation goes on: what is written anew is read from cache. Nothing is counted where the cache may "
        "have expired."
    ),
    needs=(TOKENS, MARKS, THREADS),
    benign=(
        *BENIGN,
        Benign("fork", "The conversation was continued from an earlier place, and no line says so.", decidable=False),
        Benign("crash", "The client crashed and took up what it had saved, and no line says so.", decidable=False),
    ),
    limits=(
        "Only the size of the prompt is seen, not what it holds.",
        "Sub-agents are left out: clients do not write down when they compact.",
        "A conversation that goes on under a new session id is another thread here, and no fall.",
        "Falls of less than this are looked at by the detector silent-trim.",
    ),
    parameters=(
        Parameter(
            Quantity("reset-below", RESET_BELOW, Unit.SHARE),
            "A compaction leaves about 17,000 to 35,000 tokens of a full context of some 160,000.",
        ),
        Parameter(
            Quantity("smallest-prompt", SMALLEST, Unit.TOKENS),
            "System prompt and tools take 16,000 to 35,000 tokens; 40 % of 60,000 is within that range.",
        ),
    ),
    references=(CHECKPOINT_DOCS, CLIENT_CACHING_DOCS),
    rule=_rule,
    measurable=lambda thread: can_tell(thread, SMALLEST),
    examined=lambda thread: steps_from(thread, SMALLEST),
    naive=lambda thread: sum(fall.share <= RESET_BELOW for fall in falls(thread, SMALLEST)),
    symptoms=("session-reset",),
    surest=FindingGrade.B,
)
