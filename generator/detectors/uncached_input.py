"""A conversation is sent at the full input price, as if there were no cache."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from generator.detectors.shared.base import Benign, Detector, Explained, Judgement, Parameter, Reference, finding
from generator.detectors.shared.breaks import CACHING_DOCS
from generator.detectors.shared.covering import counted
from generator.detectors.shared.needs import TOKENS
from generator.ledger.prices import rates
from generator.ledger.steps import BREAK_BELOW, MIN_EXPECTED, Step
from generator.ledger.subjects import Scope
from generator.ledger.threads import Thread
from generator.records.results import Finding, FindingGrade, Quantity, Unit
from generator.records.rows import Request, ServiceTier
from generator.records.vendor import judge_of

SMALLEST = 8192  # tokens of a prompt that is cached in part
MOSTLY = 0.5  # of the prompt


def _cached(request: Request) -> int:
    return request.cache_read_tokens + request.cache_write_tokens


def _is_uncached(request: Request) -> bool:
    if not _cached(request):
        return request.input_tokens >= judge_of(request.model).cache.smallest_prompt
    return request.total_tokens >= SMALLEST and request.input_tokens >= MOSTLY * request.total_tokens


def _is_new_content(step: Step) -> bool:
    """Is all that was sent before read or written, so that only what came new is uncached?"""
    return _cached(step.after) >= BREAK_BELOW * step.before.context


REASONS: tuple[tuple[str, Callable[[Step], bool]], ...] = (
    ("gateway-ids", lambda step: step.before.gateway or step.after.gateway),  # benign: gateway-ids
    ("batch", lambda step: step.after.service_tier is ServiceTier.BATCH),  # benign: batch
    ("side-call", lambda step: step.before.model != step.after.model),  # benign: side-call
    ("below-minimum", lambda step: step.before.context < step.cache.smallest_prompt),  # benign: below-minimum
    ("large-paste", _is_new_content),  # benign: large-paste
)
"""Tried in this order; the first that holds is the reason."""


def _rule(thread: Thread) -> Iterator[Judgement]:
    first = thread.requests[0]
    if not first.position and _is_uncached(first):
        yield Explained("first-call")  # benign: first-call
    run: list[Step] = []
    for step in thread.steps:
        explained = next((id for id, holds in REASONS if holds(step)), None)
        if _is_uncached(step.after) and explained is None:
            run.append(step)
            continue
        if _is_uncached(step.after) and explained is not None:
            yield Explained(explained)
        if run:
            yield _uncached(thread, run)
            run = []
    if run:
        yield _uncached(thread, run)


def _readable(step: Step) -> int:
    """Uncached tokens that the request before held already, if a cache of it would surely have lived."""
    if not step.within_lifetime:
        return 0
    return max(0, min(step.after.input_tokens, step.before.context - _cached(step.after)))


def _saving(step: Step) -> float | None:
    """USD that caching would have saved: old content read, new content written for five minutes."""
    price = rates(step.after)
    if price is None:
        return None
    old = _readable(step)
    new = step.after.input_tokens - old
    return old * (price.input - price.cache_read) - new * (price.cache_write_5m - price.input)


def _uncached(thread: Thread, run: Sequence[Step]) -> Finding:
    savings = [_saving(step) for step in run]
    known = [saving for saving in savings if saving is not None]
    return finding(
        UNCACHED_INPUT,
        (run[0].before.id, *(step.after.id for step in run)),
        thread=thread,
        at=run[0].after.first_seen,
        until=run[-1].after.first_seen,
        grade=FindingGrade.A,
        quantities=(
            Quantity("requests", len(run), Unit.REQUESTS),
            Quantity("uncached", sum(step.after.input_tokens for step in run), Unit.TOKENS),
            Quantity("read", sum(step.after.cache_read_tokens for step in run), Unit.TOKENS),
        ),
        lean="client-decides",
        excess_tokens=sum(map(_readable, run)),
        excess_usd=sum(known) if len(known) == len(savings) else None,
    )


UNCACHED_INPUT = Detector(
    id="uncached-input",
    version="1.0.0",
    title="Uncached input",
    question="Is a conversation sent without the cache, at the full input price?",
    scope=Scope.THREAD,
    unit="requests",
    rule_text=(
        "A request sends at least 4,096 tokens uncached and neither reads nor writes a cache; or at least half of a "
        "prompt of 8,192 tokens or more is uncached. It is not the thread's first, the model is the one of the "
        "request before, and what is uncached is more than what came new. Requests in a row are one finding."
    ),
    formula=(
        "input >= 4,096 with read = write = 0,  or  input >= 0.5 x size >= 4,096;  "
        "excess = min(input, size[i-1] - read - written)"
    ),
    naive_text="Every request that neither reads nor writes a cache, whatever its size.",
    naive_unit="requests that neither read nor write",
    finding_unit="runs of requests that are mostly uncached",
    counterfactual=(
        "What the request before held is read from cache, and what came new is written for five minutes, which costs "
        "a quarter more than plain input. For few requests with much new content this can come out below zero."
    ),
    needs=(TOKENS,),
    benign=(
        Benign("first-call", "The thread's first request: nothing was sent before it."),
        Benign("gateway-ids", "The calls carry ids that this vendor does not give: a gateway decides what is cached."),
        Benign("batch", "A batch request: its parts run in any order, so cache hits are best effort there."),
        Benign("side-call", "The model differs from that of the request before: a side call or a switch."),
        Benign("below-minimum", "The request before was too small to be cached."),
        Benign("large-paste", "All that was sent before is read or written; only new content is uncached."),
        Benign("caching-off", "The user switched caching off (DISABLE_PROMPT_CACHING).", decidable=False),
        Benign("gateway", "A gateway between client and service drops cache marks or their counts.", decidable=False),
    ),
    limits=(
        "The log shows that nothing was cached, not who decided so.",
        "Counts that a gateway leaves out look like caching switched off.",
    ),
    parameters=(
        Parameter(
            Quantity("smallest-uncached", MIN_EXPECTED, Unit.TOKENS),
            "Largest minimum of the 4.5 and 4.6 models for a cacheable prompt (prompt caching documentation).",
        ),
        Parameter(
            Quantity("smallest-prompt", SMALLEST, Unit.TOKENS),
            "Twice that minimum, so that the uncached half could have been cached.",
        ),
        Parameter(
            Quantity("mostly", MOSTLY, Unit.SHARE),
            "In ordinary calls of the client a handful of tokens is uncached.",
        ),
        Parameter(Quantity("covered", BREAK_BELOW, Unit.SHARE), "The same cut as for a break of the cache identity."),
    ),
    references=(
        CACHING_DOCS,
        Reference(
            "Claude Code documentation: settings that switch prompt caching off",
            "https://code.claude.com/docs/en/model-config",
        ),
    ),
    rule=_rule,
    measurable=lambda thread: bool(thread.requests),
    examined=lambda thread: len(thread.requests),
    naive=lambda thread: sum(not _cached(request) for request in thread.requests),
    one_a_unit=False,
    covers=counted("requests"),
    symptoms=("runaway-usage",),
)
