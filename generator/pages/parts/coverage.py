"""Which questions a log can answer, and which input it lacks: the join of importers and detectors.

A log answers a question alone if it gives all that the detector needs. Nothing here is kept by hand: a new importer or
detector shows on every page that asks.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from generator.detectors import DETECTORS, Detector
from generator.detectors.shared.needs import COUNTERS, METER, NEEDS, TOKENS, Need
from generator.importers import IMPORTERS, Importer
from generator.importers.guide import Verified


class Kind(StrEnum):
    """What a log holds, in the words of a reader."""

    CALLS = "calls"
    METERS = "meters"
    COUNTERS = "counters"
    REPORTS = "reports"
    ACTIVITY = "activity"


def kinds(importer: Importer) -> tuple[Kind, ...]:
    """What a log of this format holds; activity (when something was done) where it is nothing that can be counted."""
    held = (
        (Kind.CALLS, TOKENS.id in importer.gives),
        (Kind.METERS, METER.id in importer.gives),
        (Kind.COUNTERS, COUNTERS.id in importer.gives),
        (Kind.REPORTS, importer.reports),
    )
    return tuple(kind for kind, holds in held if holds) or (Kind.ACTIVITY,)


def lacking(importer: Importer, detector: Detector) -> tuple[Need, ...]:
    """Inputs of the detector that a log of this format does not give."""
    return tuple(need for need in detector.needs if need.id not in importer.gives)


def answered(importer: Importer, detectors: Iterable[Detector] = DETECTORS) -> tuple[Detector, ...]:
    """Detectors that can run on such logs alone."""
    return tuple(detector for detector in detectors if not lacking(importer, detector))


def answering(detector: Detector) -> tuple[Importer, ...]:
    """Formats that give all it needs, the surest first."""
    return ranked(importer for importer in IMPORTERS if not lacking(importer, detector))


def giving(need: Need) -> tuple[Importer, ...]:
    """Formats that give this input, the surest first."""
    return ranked(importer for importer in IMPORTERS if need.id in importer.gives)


def of_surface(surface: str) -> tuple[Importer, ...]:
    """Formats of one surface, the surest first."""
    return ranked(importer for importer in IMPORTERS if importer.surface == surface)


def ranked(importers: Iterable[Importer]) -> tuple[Importer, ...]:
    """The surest first; of equals those whose word counts (`authority`), then those that answer most."""
    return tuple(sorted(importers, key=_rank))


def _rank(importer: Importer) -> tuple[int, int, int, str]:
    sure = list(Verified).index(importer.guide.verified)
    return (sure, importer.authority, -len(answered(importer)), importer.id)


def numbered() -> tuple[tuple[int, Need], ...]:
    """The inputs with the numbers by which the table of formats and detectors names them."""
    return tuple(enumerate(NEEDS.values(), start=1))
