"""The first sentence of `scan`: what was found, and whether to worry.

It measures by the same steps as the severity of a finding (detectors/shared/base.py): below 1 % of the list price, or
below 20,000 tokens, nothing to worry about; from 5 % on, or from five million tokens on, look into it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from generator.base.wording import n, pct, plural
from generator.cli.terminal.view import View, total_tokens, total_usd
from generator.cli.terminal.words import money, title_of
from generator.detectors.shared.base import LOW_TOKENS, severity
from generator.records.results import Finding, Outcome, Severity

STEP = "from one call to the next"


class Worry(IntEnum):
    """How much what was found matters, all of it together."""

    UNKNOWN = 0
    NONE = 1
    SOME = 2
    MUCH = 3


WORDS = {
    Worry.UNKNOWN: "Nothing can be said",
    Worry.NONE: "Nothing to worry about",
    Worry.SOME: "Worth a look",
    Worry.MUCH: "Look into it",
}
_LEVELS = {
    Severity.INFO: Worry.NONE,
    Severity.LOW: Worry.SOME,
    Severity.MEDIUM: Worry.MUCH,
    Severity.HIGH: Worry.MUCH,
}


@dataclass(frozen=True)
class Verdict:
    """The level and its sentence."""

    worry: Worry
    text: str


def verdict(view: View) -> Verdict:
    """What was found and whether to worry. What questions overlap on is never added up: the largest decides."""
    asked = [run for run in view.evidence.runs if run.outcome in {Outcome.FOUND, Outcome.QUIET}]
    if not asked:
        return Verdict(Worry.UNKNOWN, f"{WORDS[Worry.UNKNOWN]}: these logs hold too little for any question.")
    if not view.findings and not view.requests and view.evidence.totals.requests:
        return Verdict(Worry.UNKNOWN, f"{WORDS[Worry.UNKNOWN]}: no call falls into these days.")
    lost = view.unexplained
    by_breaks = _worry(view, lost.excess_tokens, lost.excess_usd)
    others = [(_of_findings(view, findings), run.detector, findings) for run, findings in view.found]
    worst = max(others, key=lambda row: row[0], default=None)
    sentence = _breaks(view)
    if worst is not None and worst[0] > by_breaks:
        worry, detector, findings = worst
        return Verdict(
            worry, f"{WORDS[worry]}: {_named(view, detector, findings)}. {sentence[0].upper()}{sentence[1:]}"
        )
    return Verdict(by_breaks, f"{WORDS[by_breaks]}: {sentence}")


def _worry(view: View, tokens: int, usd: float) -> Worry:
    whole = view.usage.cost_usd
    if whole == 0 and tokens >= LOW_TOKENS:  # no call has a price, so no share can be told
        return max(Worry.SOME, _LEVELS[severity(tokens, usd, whole)])
    return _LEVELS[severity(tokens, usd, whole)]


def _of_findings(view: View, findings: tuple[Finding, ...]) -> Worry:
    """A meter states no tokens; what moved it without a logged call is worth a look whatever it cost."""
    least = Worry.SOME if any(finding.window is not None for finding in findings) else Worry.NONE
    return max(least, _worry(view, total_tokens(findings), total_usd(findings)))


def _named(view: View, detector: str, findings: tuple[Finding, ...]) -> str:
    usd, whole = total_usd(findings), view.usage.cost_usd
    share = f", {money(usd)} of {money(whole)} at list price ({pct(usd / whole)})" if usd > 0 and whole else ""
    return f'"{title_of(detector)}" was found {plural(len(findings), "time")}{share}'


def _breaks(view: View) -> str:
    lost, whole = view.unexplained, view.usage.cost_usd
    if not view.steps:
        asked = plural(len(view.found), "question") if view.found else "no question"
        return (
            f"{asked} found anything; whether caches held cannot be told, as no two "
            "calls of one conversation follow each other here."
        )
    if not lost.count:
        explained = " or has an explanation in your log" if view.breaks else ""
        return f"every one of {plural(view.steps, 'step')} {STEP} kept its cache{explained}."
    cost = f"{money(lost.excess_usd)} of {money(whole)} at list price ({pct(lost.excess_usd / whole)})" if whole else ""
    return (
        f"in {n(lost.count)} of {plural(view.steps, 'step')} {STEP}, cached conversation was paid again without an "
        f"explanation in your log: {cost or plural(lost.excess_tokens, 'token')}."
    )
