"""What content may name though it is not written there: detectors with their explanations, and findings of packs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from generator.curated.entries import Outside

if TYPE_CHECKING:
    from datetime import date

    from generator.detectors import Detector
    from generator.records.results import Pack


def outside(detectors: Sequence[Detector], packs: Sequence[Pack] | None = None, today: date | None = None) -> Outside:
    """Ids of the detectors and of the findings in packs; None for packs that could not be read, so nobody is blamed.

    `today` is the last day on which prices that still hold are compared.
    """
    ids = {"detector": frozenset(detector.id for detector in detectors)}
    if packs is not None:
        ids["finding"] = frozenset(finding.id for pack in packs for run in pack.runs for finding in run.findings)
    explanations = {one.id: frozenset((*one.decidable, *one.undecidable)) for one in detectors}
    return Outside(ids=ids, explanations=explanations, today=today)
