"""What a measurement, a reply or a correction may name: ids of records, and the pages that they have."""

from __future__ import annotations

from collections.abc import Iterable

from generator.curated.measurements import Published
from generator.curated.models import Library


def names(library: Library | None, detectors: Iterable[str]) -> dict[str, frozenset[str]]:
    """Ids by the field of a measurement that may name them; nothing where the library could not be read."""
    if library is None:
        return {}
    return {
        "claims": frozenset(claim.id for claim in library.claims),
        "surfaces": frozenset(surface.id for surface in library.surfaces),
        "symptoms": frozenset(symptom.id for symptom in library.symptoms),
        "detectors": frozenset(detectors),
    }


def page_ids(
    library: Library | None, findings: Iterable[str] | None, published: tuple[Published, ...] | None
) -> dict[str, frozenset[str]]:
    """Ids of the records that have a page, by its letter; a letter is absent where its records could not be read."""
    found: dict[str, frozenset[str]] = {}
    if findings is not None:
        found["f"] = frozenset(findings)
    if published is not None:
        found["m"] = frozenset(one.id for one in published)
    if library is not None:
        found |= {
            "c": frozenset(claim.id for claim in library.claims),
            "e": frozenset(event.id for event in library.events),
            "r": frozenset(report.id for report in library.reports),
        }
    return found
