"""What detectors say of a claim in the author's own logs. Logs of nobody else, and no simulated ones, speak here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

from generator.curated.claims import Claim, Stance
from generator.curated.models import EvidenceKind
from generator.detectors import DETECTORS
from generator.grading.weights import Item, Strength
from generator.records.results import Finding, FindingGrade, Outcome, Pack, Run

OWN_LOGS = "own-logs"  # all packs of one author have one origin
ONE_DAY = timedelta(days=1)  # articles give days in local time
_STRENGTHS = {
    FindingGrade.A: Strength.STRONG,
    FindingGrade.B: Strength.STRONG,
    FindingGrade.C: Strength.MEDIUM,
    FindingGrade.D: Strength.WEAK,
}


PROXIES = frozenset(detector.id for detector in DETECTORS if detector.proxy_for)


class OwnLogs(NamedTuple):
    """How much the author's own logs could say of a claim, by the rules of its detectors."""

    found: Strength = Strength.NONE
    quiet: Strength = Strength.NONE


def own_items(claim: Claim, packs: Iterable[Pack], author_packs: Iterable[str]) -> tuple[Item, ...]:
    """An item for each outcome of the claim's detectors in packs of the author that hold its days.

    Found speaks for the claim, quiet against it; not measurable and failed say nothing. A proxy only approaches the
    question, so that its silence denies nothing: it is context.
    """
    authors = frozenset(author_packs)
    return tuple(
        item
        for pack in packs
        if pack.id in authors and not pack.simulated and _covers(pack, claim)
        for run in pack.runs
        if run.detector in claim.tested_by
        for item in _outcome(claim, pack, run)
    )


def _outcome(claim: Claim, pack: Pack, run: Run) -> Iterator[Item]:
    if run.outcome is Outcome.QUIET and run.examined:
        shows, speaks = f"None found among {run.examined:,} examined.", run.detector not in PROXIES
        yield _item(pack, run, Stance.AGAINST if speaks else Stance.CONTEXT, shows, _by_number(run))
    if run.outcome is not Outcome.FOUND:
        return
    inside = [finding for finding in run.findings if _within(claim, finding.at.date(), _last(finding))]
    if inside:
        shows = f"{len(inside):,} found on the days of the claim; {run.found:,} in all, of {run.examined:,} examined."
        yield _item(pack, run, Stance.FOR, shows, max(_STRENGTHS[finding.grade] for finding in inside))
    elif not run.findings:  # a pack of sums says neither when nor how surely
        shows = f"{run.found:,} found of {run.examined:,} examined; published as sums only."
        yield _item(pack, run, Stance.FOR, shows, _by_number(run))


def could_say(claim: Claim) -> OwnLogs:
    """The weights that the claim's detectors could give: to their surest finding, and to a quiet run."""
    asked = [detector for detector in DETECTORS if detector.id in claim.tested_by]
    silence = [Strength.NONE if detector.id in PROXIES else Strength.MEDIUM for detector in asked]
    return OwnLogs(
        max((_STRENGTHS[one.surest] for one in asked), default=Strength.NONE), max(silence, default=Strength.NONE)
    )


def _by_number(run: Run) -> Strength:
    """Weight of an outcome without its findings: a proxy is weak."""
    return Strength.WEAK if run.detector in PROXIES else Strength.MEDIUM


def _item(pack: Pack, run: Run, stance: Stance, shows: str, strength: Strength) -> Item:
    return Item(EvidenceKind.OWN_FINDING, stance, shows, OWN_LOGS, strength, pack=pack.id, detector=run.detector)


def _covers(pack: Pack, claim: Claim) -> bool:
    days = [date.fromisoformat(day.day) for day in pack.days] or [reading.at.date() for reading in pack.meters]
    return bool(days) and _within(claim, min(days), max(days))


def _within(claim: Claim, first: date, last: date) -> bool:
    start, end = (claim.dates.start, claim.dates.end) if claim.dates else (None, None)
    return (start is None or last >= start - ONE_DAY) and (end is None or first <= end + ONE_DAY)


def _last(finding: Finding) -> date:
    return (finding.until or finding.at).date()
