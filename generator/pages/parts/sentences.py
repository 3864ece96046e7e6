"""Results of findings in one sentence, with their numbers and units."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator.base.wording import duration, n, plural
from generator.records.results import Finding, Quantity, Unit

if TYPE_CHECKING:
    from generator.dossier import FindingView
    from generator.records.results import Pack


def sentence(view: FindingView) -> str:
    """What was found. Shapes that several detectors share have a sentence of their own."""
    finding = view.finding
    known = {quantity.name: quantity.value for quantity in finding.quantities}
    tokens = f"{plural(finding.excess_tokens, 'token')} {'was' if finding.excess_tokens == 1 else 'were'}"
    if "compactions" in known:
        return (
            f"{plural(known['compactions'], 'automatic compaction')} within {duration(known['span'])}, with "
            f"{plural(known['requests-between'], 'request')} between; {tokens} written anew."
        )
    if "second-prompt" in known:
        return (
            f"Two calls answer one line, {duration(known['apart'])} apart: {n(known['first-prompt'])} and "
            f"{plural(known['second-prompt'], 'token')} of prompt."
        )
    if "broken-steps" in known:
        return (
            f"{plural(known['broken-steps'], 'call')} within {duration(known['span'])} read less from cache than was "
            f"there{_others(finding, 'broken-steps', 'span')}; {tokens} paid for again."
        )
    if "expected-read" not in known:
        return f"{view.detector.title}{_about(finding)}: {_listed(finding.quantities)}."
    words = f"A prompt of {plural(known['prompt-words'], 'word')}: " if "prompt-words" in known else ""
    return (
        f"{words}{n(known['observed-read'])} of {plural(known['expected-read'], 'expected token')} were read from "
        f"cache after a pause of {duration(known['pause'])}; {tokens} paid for again."
    )


def quantity_text(value: float, unit: Unit) -> str:
    """A number with its unit: 2 % or 15 s or 4,096 tokens."""
    if unit is Unit.SHARE:
        return f"{value * 100:g} %"
    if unit is Unit.SECONDS:
        return duration(value)
    if unit is Unit.USD:
        return f"${value:,.2f}"
    if unit is Unit.RATIO:
        return f"{value:.2f}"
    if unit is Unit.POINTS:
        return f"{value:.1f} percentage points"
    return plural(value, unit.value.removesuffix("s"))


def period(evidence: Pack) -> str:
    """First and last UTC day of the evidence."""
    if not evidence.days:
        return "no dated call"
    first, last = min(day.day for day in evidence.days), max(day.day for day in evidence.days)
    return first if first == last else f"{first} to {last}"


def _about(finding: Finding) -> str:
    if finding.client:
        return f", client {finding.client}"
    return f", {finding.window.value.replace('-', ' ')} meter" if finding.window else ""


def _listed(quantities: tuple[Quantity, ...]) -> str:
    return ", ".join(
        f"{quantity.name.replace('-', ' ')} {quantity_text(quantity.value, quantity.unit)}" for quantity in quantities
    )


def _others(finding: Finding, *said: str) -> str:
    rest = tuple(quantity for quantity in finding.quantities if quantity.name not in said)
    return f" ({_listed(rest)})" if rest else ""
