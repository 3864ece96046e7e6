"""A prompt of a few words pays for a whole conversation again (the article's nine words and 79,000 tokens)."""

from __future__ import annotations

from collections.abc import Iterator

from generator.detectors.shared.base import Detector, Judgement, Parameter, step_finding
from generator.detectors.shared.breaks import (
    CACHING_DOCS,
    CLIENT_CACHING_DOCS,
    COUNTERFACTUAL,
    IDENTITY_PARAMETERS,
    LADDER_BENIGN,
    NEW_CHARGE_BENIGN,
    break_grade,
    charge_explanation,
)
from generator.detectors.shared.needs import PROMPTS, TOKENS
from generator.ledger.steps import Step
from generator.ledger.subjects import Scope
from generator.ledger.threads import Thread, human_prompts
from generator.records.results import Quantity, Unit

MAX_WORDS = 10
MIN_BILLED = 50_000  # tokens; well above a system prompt with tools (16,000-35,000)


def _short(thread: Thread) -> tuple[Step, ...]:
    return tuple(step for step in human_prompts(thread) if (step.after.prompt_words or 0) <= MAX_WORDS)


def _billed(step: Step) -> int:
    return step.after.cache_write_tokens + step.after.input_tokens


def _rule(thread: Thread) -> Iterator[Judgement]:
    for step in _short(thread):
        if _billed(step) < MIN_BILLED:
            continue
        explained = charge_explanation(step)
        if explained is not None:
            yield explained  # benign: what explains the charge
            continue
        words = Quantity("prompt-words", step.after.prompt_words or 0, Unit.WORDS)
        yield step_finding(SHORT_PROMPT_OVERBILLED, thread, step, break_grade(step), words)


def _naive(thread: Thread) -> int:
    return sum(_billed(step) >= MIN_BILLED for step in _short(thread))


SHORT_PROMPT_OVERBILLED = Detector(
    id="short-prompt-overbilled",
    version="1.0.0",
    title="Short prompt, large bill",
    question="Does a prompt of at most ten words pay for the whole conversation again without a reason?",
    scope=Scope.THREAD,
    unit="short human prompts",
    rule_text=(
        "A person types at most ten words; the call writes or sends uncached at least 50,000 tokens; the cached "
        "prefix should still have been there (the identity fails and the pause is shorter than the lifetime); and "
        "no innocent explanation holds."
    ),
    formula="words <= 10  and  write + input >= 50,000  and  q < 0.98  and no innocent explanation holds",
    naive_text="Every prompt of at most ten words that writes or sends at least 50,000 tokens.",
    naive_unit="prompts",
    finding_unit="prompts",
    counterfactual=COUNTERFACTUAL,
    needs=(PROMPTS, TOKENS),
    benign=(
        *NEW_CHARGE_BENIGN,
        *LADDER_BENIGN,
    ),
    limits=(
        "The size of a prompt is never the size of its words: every call sends the conversation so far. The "
        "question is only whether that was paid at the cache-read price or anew.",
        "After a pause longer than the cache's lifetime, paying again is correct billing; this is the commonest "
        "cause by far, and the log must show the pause and the lifetime to tell.",
        "The arithmetic is sure. That nothing unseen changed where the turn began is an assumption, so the grade is B, "
        "as for the cache break at a prompt.",
    ),
    parameters=(
        Parameter(Quantity("longest-prompt", MAX_WORDS, Unit.WORDS), "The article's example has nine words."),
        Parameter(
            Quantity("smallest-charge", MIN_BILLED, Unit.TOKENS),
            "Well above a system prompt with its tools (16,000-35,000 tokens in public logs).",
        ),
        *IDENTITY_PARAMETERS,
    ),
    references=(CACHING_DOCS, CLIENT_CACHING_DOCS),
    rule=_rule,
    measurable=lambda thread: bool(human_prompts(thread)),
    examined=lambda thread: len(_short(thread)),
    naive=_naive,
    symptoms=("overbilled-prompt", "gap-then-spike"),
)
