"""Wanted: for each claim that nothing public can check, the record that would decide it and who could publish it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from generator.base.wording import plural
from generator.grading import ComputedGrade
from generator.pages.parts.base import Page, PageKind
from generator.pages.parts.twin import json_twin

if TYPE_CHECKING:
    from generator.curated.claims import Claim
    from generator.detectors import Detector
    from generator.dossier import Dossier

COLLECT = "witnessmark collect LOGS --into content/evidence/NAME"


@dataclass(frozen=True)
class Want:
    """What would decide one claim."""

    claim: Claim
    record: str
    holder: str
    command: str
    """"" where nothing of this program makes it evidence."""
    detectors: tuple[Detector, ...]


@dataclass(frozen=True)
class WantedContext:
    """Variables of wanted.md.j2."""

    by_logs: tuple[Want, ...]
    """Decided by the author's own logs."""
    by_others: tuple[Want, ...]
    unsaid: tuple[Claim, ...]
    """Claims for which nobody has written yet what would decide them."""


def pages(dossier: Dossier) -> Iterator[Page]:
    """One page, where something is wanted."""
    case = dossier.library.case
    open_ones = [
        claim
        for claim in dossier.library.claims
        if claim.same_as is None and dossier.verdicts[claim.id].grade is ComputedGrade.NOT_CHECKABLE
    ]
    wants = [want for claim in open_ones if (want := _want(dossier, claim))]
    if not wants:
        return
    said = {want.claim.id for want in wants}
    context = WantedContext(
        by_logs=tuple(want for want in wants if want.detectors),
        by_others=tuple(want for want in wants if not want.detectors),
        unsaid=tuple(claim for claim in open_ones if claim.id not in said),
    )
    twin = [
        {
            "claim": want.claim.id,
            "record": want.record,
            "holder": want.holder,
            "command": want.command or None,
            "detectors": [detector.id for detector in want.detectors],
        }
        for want in wants
    ]
    yield Page(
        path=f"{case.id}/wanted/",
        template="wanted.md.j2",
        title="Wanted",
        description=f"What would decide the {plural(len(open_ones), 'claim')} that nothing public can check.",
        context=context,
        downloads=(json_twin("wanted", "wanted", {"claims": twin}, {"page": f"{case.id}/wanted/"}),),
    )


KIND = PageKind("wanted", pages)


def _want(dossier: Dossier, claim: Claim) -> Want | None:
    detectors = tuple(detector for detector in dossier.detectors if detector.id in claim.tested_by)
    if claim.wanted:
        return Want(claim, claim.wanted.record, claim.wanted.holder, claim.wanted.command or "", detectors)
    if not detectors:
        return None
    days = claim.dates.text if claim.dates else "the days of the article"
    record = f"Logs of the author's own use, {days}, or an evidence pack made from them."
    return Want(claim, record, "The author of the article", COLLECT, detectors)
