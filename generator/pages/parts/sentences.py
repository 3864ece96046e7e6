"""Results of findings in one sentence, with their numbers and units."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from generator.base.wording import duration, n, plural
from generator.records.results import Finding, Quantity, Unit

if TYPE_CHECKING:
    from generator.dossier.rows import FindingView
    from generator.records.results import Pack


def sentence(view: FindingView) -> str:
    """What was found. Shapes that several detectors share have a sentence of their own.

    A pack of another version of a detector may lack a quantity: then those that are there are listed.
    """
    try:
        return _told(view)
    except KeyError:
        return f"{view.detector.title}{_about(view.finding)}: {_listed(view.finding.quantities)}."


def _told(view: FindingView) -> str:
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
    if finding.detector in _OWN_WORDS:
        return _OWN_WORDS[finding.detector](finding, known)
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
        return share(value)
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


Known = dict[str, float]


def _unread(finding: Finding, known: Known) -> str:
    return (
        f"In {n(known['last-write-unread'])} of {n(known['looked-at'])} calls within five seconds of the answer "
        f"before, what had been written to the cache last was not read; {n(finding.excess_tokens)} tokens were "
        f"written again."
    )


def _short_counts(finding: Finding, known: Known) -> str:
    first = (
        f"the first lines of {n(known['on-several-lines'])} answers hold {share(known['first-line-share'])} of their "
        f"output"
    )
    last = f"{n(known['without-a-final-count'])} of {n(known['tool-calls'])} tool calls have no final count at all"
    short = [
        said for said, holds in ((first, known["understated"] > 0), (last, known["without-a-final-count"] > 0)) if holds
    ]
    return f"In logs of client {finding.client or 'of unknown version'}, {', and '.join(short or [first])}."


def _drift(_: Finding, known: Known) -> str:
    return (
        f"Reads for each edit fell from {known['reads-per-edit-before']:g} in the first half of the session "
        f"({n(known['edits-before'])} edits) to {known['reads-per-edit-after']:g} in the second "
        f"({n(known['edits-after'])} edits)."
    )


def _trim(finding: Finding, known: Known) -> str:
    return (
        f"A prompt shrank from {n(known['prompt-before'])} to {n(known['prompt-after'])} tokens in the middle of a "
        f"tool loop; {n(finding.excess_tokens)} tokens were written again."
    )


def _storm(_: Finding, known: Known) -> str:
    return (
        f"{n(known['errors'])} errors within {duration(known['span'])}, up to attempt {n(known['highest-attempt'])}; "
        f"{n(known['sent-again'])} tokens of prompt were sent again."
    )


def _tier(finding: Finding, known: Known) -> str:
    return (
        f"The share of cache writes that live one hour fell from {share(known['share-before'])} to "
        f"{share(known['share-after'])} ({n(known['calls-after'])} calls after); {n(finding.excess_tokens)} tokens "
        f"were written again within the hour."
    )


def _bad_version(finding: Finding, known: Known) -> str:
    faults = [quantity for quantity in finding.quantities if quantity.name != "calls"]
    seen = " and ".join(f"{quantity.name.replace('-', ' ')} {times(quantity.value)}" for quantity in faults)
    return f"{n(known['calls'])} calls came from a client version with a documented fault; its sign is seen: {seen}."


_OWN_WORDS: dict[str, Callable[[Finding, Known], str]] = {
    "unread-last-write": _unread,
    "log-integrity": _short_counts,
    "context-drift": _drift,
    "silent-trim": _trim,
    "retry-storm": _storm,
    "tier-change": _tier,
    "known-bad-version": _bad_version,
}


def share(value: float) -> str:
    """A share in words of percent, with a digit where it is small."""
    percent = 100 * value
    return f"{percent:.2g} %" if 0 < percent < 10 else f"{percent:.0f} %"  # noqa: PLR2004  two figures are enough


def times(count: float) -> str:
    """once, twice, 3 times."""
    return {1: "once", 2: "twice"}.get(int(count), f"{n(count)} times")


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
