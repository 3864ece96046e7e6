"""Prompts of more than 200,000 tokens on days and models whose price list charges the whole call more for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import fsum

from generator.detectors.shared.base import Benign, Detector, Explained, Judgement, Parameter, Reference, finding
from generator.detectors.shared.covering import counted
from generator.detectors.shared.needs import TOKENS
from generator.ledger.prices import LONG_PROMPT, surcharge
from generator.ledger.subjects import Scope
from generator.ledger.threads import Thread
from generator.records.results import Finding, FindingGrade, Quantity, Unit
from generator.records.rows import Request
from generator.records.vendor import judge_of


def _long(thread: Thread) -> list[Request]:
    return [request for request in thread.requests if _is_long(request)]


def _is_long(request: Request) -> bool:
    """Is it above the size from which its vendor has a price of its own, where it has one?"""
    limit = judge_of(request.model).prices.long_prompt
    return 0 < limit < request.context


def _rule(thread: Thread) -> Iterator[Judgement]:
    sums = {step.before.id for step in thread.steps if step.after_rounds}
    if any(request.id in sums for request in _long(thread)):
        yield Explained("server-rounds")  # benign: server-rounds
    added = [(request, surcharge(request)) for request in _long(thread) if request.id not in sums]
    if any(usd is None for _, usd in added):
        yield Explained("no-price")  # benign: no-price
    if any(usd == 0 for _, usd in added):
        yield Explained("no-premium-then")  # benign: no-premium-then
    charged = [(request, usd) for request, usd in added if usd]
    if charged:
        yield _premium(thread, charged)


def _premium(thread: Thread, charged: Sequence[tuple[Request, float]]) -> Finding:
    requests = [request for request, _ in charged]
    return finding(
        LONG_CONTEXT_PREMIUM,
        tuple(request.id for request in requests),
        thread=thread,
        at=requests[0].first_seen,
        until=requests[-1].first_seen,
        grade=FindingGrade.A,
        quantities=(
            Quantity("long-prompts", len(requests), Unit.REQUESTS),
            Quantity("longest", max(request.context for request in requests), Unit.TOKENS),
        ),
        excess_usd=fsum(usd for _, usd in charged),
        lean="price-list",
    )


LONG_CONTEXT_PREMIUM = Detector(
    id="long-context-premium",
    version="1.0.0",
    title="Higher price for a long prompt",
    question="Did prompts of more than 200,000 tokens cost more by the price list of their day?",
    scope=Scope.THREAD,
    unit="requests of more than 200,000 tokens",
    rule_text=(
        "A prompt counts with all its tokens: uncached, read and written. Above 200,000 the price list of some models "
        "and days charges the whole call more, also its first 200,000 tokens and its answer. One finding a thread, "
        "with the sum of what that added. Calls of the same size without the higher price are told apart."
    ),
    formula="input + read + written > 200,000  and  price(day, long) - price(day, short) > 0",
    naive_text="Every request of more than 200,000 tokens, whatever its model and day.",
    naive_unit="requests",
    finding_unit="threads",
    counterfactual=(
        "The same tokens at the price of a short prompt on the same day. No token was sent needlessly, so the excess "
        "is in dollars alone."
    ),
    needs=(TOKENS,),
    benign=(
        Benign(
            "no-premium-then",
            "On that day this model cost the same for long prompts (the 4.6 models since 13 March 2026).",
        ),
        Benign("server-rounds", "The counts are a sum over rounds of server tools, as the request after it shows."),
        Benign("no-price", "The price list does not know the model, so nothing is said of its price."),
        Benign(
            "subscription",
            "A subscription is not billed by this list; what a long prompt takes from its limits is not published.",
            decidable=False,
        ),
    ),
    limits=(
        "This is the price as published, not a fault: the question is whether the user knew.",
        "List prices. Discounts, credits and the terms of a contract are not in a log.",
    ),
    parameters=(
        Parameter(
            Quantity("longest-short-prompt", LONG_PROMPT, Unit.TOKENS),
            "The step of the published price list.",
        ),
    ),
    references=(
        Reference(
            "Anthropic documentation: pricing of long contexts",
            "https://platform.claude.com/docs/en/about-claude/pricing",
        ),
        Reference(
            "Anthropic documentation: release notes (13 March 2026: long contexts at the standard price)",
            "https://platform.claude.com/docs/en/release-notes/overview",
        ),
    ),
    rule=_rule,
    measurable=lambda thread: bool(thread.requests),
    examined=lambda thread: len(_long(thread)),
    naive=lambda thread: len(_long(thread)),
    one_a_unit=False,
    covers=counted("long-prompts"),
    symptoms=("runaway-usage",),
)
