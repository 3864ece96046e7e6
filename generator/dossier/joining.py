"""Library and packs become a dossier, with what is kept from build to build."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from generator.base.bundle import kept_in as bundle_in
from generator.base.cards import kept_in as cards_in
from generator.base.pictures import kept_in as pictures_in
from generator.curated.kinds import Library
from generator.detectors import Detector
from generator.dossier import Dossier
from generator.dossier.base_rates import from_packs
from generator.dossier.edition import UNPUBLISHED, Edition
from generator.dossier.facts import of_whole, without_withdrawn
from generator.dossier.special import kept_in as special_in
from generator.proofs.public import kept_in as proofs_in
from generator.records.results import Pack


def joined(
    library: Library,
    packs: tuple[Pack, ...],
    detectors: tuple[Detector, ...],
    *,
    now: datetime,
    version: str,
    cache: Path | None,
    own: int = 0,
    edition: Edition = UNPUBLISHED,
) -> Dossier:
    """A dossier that keeps below `cache` what takes long to make: pictures, proofs, statistics."""
    shown = without_withdrawn(packs, library.locked)
    library = library.model_copy(update={"measurements": from_packs(library.measurements, shown)})
    kept = pictures_in(cache), of_whole(proofs_in(cache), packs), special_in(cache)
    return Dossier(library, shown, detectors, now, version, *kept, edition, cards_in(cache), bundle_in(cache), own)
