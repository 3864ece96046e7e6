"""What detectors on the cache identity share: the explanations as benign ones, and their references."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from generator.detectors.shared.base import UNSEEN, Benign, Explained, Parameter, Reference
from generator.ledger.explanations import EXPLANATIONS, UNEXPLAINED
from generator.ledger.steps import BAND_AFTER, BAND_BEFORE, BREAK_BELOW, MIN_EXPECTED, Lifetime, Step, in_tool_loop
from generator.ledger.threads import Thread
from generator.records.results import FindingGrade, Quantity, Unit

LADDER_BENIGN = (*(Benign(explanation.id, explanation.text) for explanation in EXPLANATIONS), *UNSEEN)

CACHING_DOCS = Reference(
    "Anthropic documentation: prompt caching (lifetimes, invalidation, minimum length)",
    "https://platform.claude.com/docs/en/build-with-claude/prompt-caching",
)
CLIENT_CACHING_DOCS = Reference(
    "Claude Code documentation: prompt caching (what rebuilds the cache)",
    "https://code.claude.com/docs/en/prompt-caching",
)
DIAGNOSTICS_DOCS = Reference(
    "Anthropic documentation: cache diagnostics (stated miss reasons)",
    "https://platform.claude.com/docs/en/build-with-claude/cache-diagnostics",
)

IDENTITY_PARAMETERS = (
    Parameter(
        Quantity("break-below", BREAK_BELOW, Unit.SHARE),
        "Real departures are bimodal: below 0.6 or at 1, so the cut is not delicate (measured on 27,169 requests).",
    ),
    Parameter(
        Quantity("smallest-expected-read", MIN_EXPECTED, Unit.TOKENS),
        "Largest minimum of the 4.5 and 4.6 models for a cacheable prompt (prompt caching documentation).",
    ),
    Parameter(
        Quantity("band-before-expiry", BAND_BEFORE, Unit.SECONDS),
        "Up to 285 s of a lifetime of 300 s, one pair in 9,850 read nothing; nearer to its end, expiry is possible.",
    ),
    Parameter(
        Quantity("band-after-expiry", BAND_AFTER, Unit.SECONDS),
        "From 30 s past the lifetime 254 of 254 pairs had missed (5-minute lifetime, eight public log sets).",
    ),
)

COUNTERFACTUAL = "The same request, with the previous prefix read from cache at the cache-read price."


def has_testable_step(thread: Thread) -> bool:
    """Can the identity say anything about this thread?"""
    return thread.testable_steps > 0


def testable_steps(thread: Thread) -> int:
    """Number of steps on which the identity can fail."""
    return thread.testable_steps


def explanation(step: Step) -> Explained | None:
    """The innocent explanation of a break, or None where it is unexplained (or no break at all)."""
    if step.reason is None or step.reason == UNEXPLAINED:
        return None
    return Explained(step.reason)


NEW_CHARGE_BENIGN = (
    Benign("nothing-cached", "The request before left no cached prefix worth the name, so all was new."),
    Benign("new-content", "The old prefix was read in full; the tokens were new (a file, an image, a paste)."),
)
"""Explanations of a large charge that is no broken step at all."""


def charge_explanation(step: Step) -> Explained | None:
    """The innocent explanation of a large charge: all was new, or the explanation that holds; None where none does."""
    if not step.testable:
        return Explained("nothing-cached")  # benign: nothing-cached
    if not step.is_break:
        return Explained("new-content")  # benign: new-content
    return explanation(step)  # benign: the explanation that holds


def break_grade(step: Step) -> FindingGrade:
    """Grade A inside a tool loop with a known lifetime; where a turn begins something unseen may have changed, and
    beyond twenty new blocks the service does not look for older entries.
    """
    many = (step.after.added_blocks or 0) > step.cache.looked_back
    sure = step.lifetime is not Lifetime.UNKNOWN and in_tool_loop(step) and not many
    return FindingGrade.A if sure else FindingGrade.B


def run_grade(steps: Sequence[Step]) -> FindingGrade:
    """Grade of several broken steps together: that of the least sure of them."""
    return max(map(break_grade, steps))


def commonest(reasons: Iterable[str | None]) -> Explained:
    """The innocent explanation that took most of these breaks; the first of them where several took as many."""
    taken = Counter(reason for reason in reasons if reason is not None and reason != UNEXPLAINED)
    return Explained(taken.most_common(1)[0][0])
