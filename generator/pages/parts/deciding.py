"""What would decide a claim that is open: the record somebody would have to publish, or the test somebody would run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator.grading import ComputedGrade

if TYPE_CHECKING:
    from generator.curated.claims import Claim
    from generator.detectors import Detector

SETTLED = frozenset({ComputedGrade.ESTABLISHED, ComputedGrade.CONTRADICTED, ComputedGrade.WITHDRAWN})
_DATED = (
    "A dated record made at the time: a log, an export of the usage page, or a screenshot that shows day, "
    "plan and surface."
)
_EVENT = "A dated document about this very thing: the vendor's own, or one that somebody kept at the time."
_SERVICE = (
    "A statement of the service with its own data, or an experiment that others can repeat. Logs of users alone "
    "cannot show what happens on servers."
)
_BY_KIND = {
    "figure": "The record that the figure was read from, with its date, plan and surface.",
    "event": _EVENT,
    "symptom": _DATED,
    "report": "The posts themselves, dated, and counted by questions that were asked alike for other weeks.",
    "inference": _SERVICE,
    "mechanism": _SERVICE,
}


def would_decide(claim: Claim, detectors: tuple[Detector, ...], grade: ComputedGrade) -> str | None:
    """One or two sentences that follow "It would take"; None where the grade needs nothing more.

    What the record of the claim names comes first, then a log where the claim is about the author's own, then what
    claims of its kind need.
    """
    if grade in SETTLED:
        return None
    if claim.wanted:
        return f"{claim.wanted.record.rstrip('.')}. Who has it: {claim.wanted.holder.rstrip('.')}."
    if detectors and grade is ComputedGrade.NOT_CHECKABLE:
        return (
            "The raw logs of that time, or an evidence pack made from them. The detectors "
            "named below would then answer the part of the claim that a log can show."
        )
    return _BY_KIND[claim.kind]
