"""Running a detector over a whole body of evidence: what it examined and found, or that it failed."""

from __future__ import annotations

from generator.detectors.shared.base import Detector
from generator.detectors.shared.needs import NEEDS, Need
from generator.detectors.shared.parts import merged, partial
from generator.ledger.subjects import Subjects
from generator.records.results import Run


def run(detector: Detector, subjects: Subjects) -> Run:
    """Run one detector over its subjects. An exception becomes the outcome "failed", with its type and no text.

    "Quiet" needs every input and at least one subject that the rule could judge; else it is "not measurable", and
    `missing` names the inputs that were not there. What was found stays found.
    """
    return merged(detector, (partial(detector, subjects),))


def how_to_measure(run: Run) -> tuple[Need, ...]:
    """The inputs that were missing, with how to get them."""
    return tuple(NEEDS[id] for id in run.missing if id in NEEDS)
