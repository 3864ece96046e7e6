"""Which claims' evidence names a record: the grades that a list can show beside it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from generator.grading import ComputedGrade

if TYPE_CHECKING:
    from generator.curated.claims import Claim
    from generator.dossier import Dossier

Graded = tuple[tuple[str, ComputedGrade], ...]
"""Ids of claims with their computed grades."""


def claims_on_records(dossier: Dossier) -> dict[tuple[str, str], Graded]:
    """Claims by (kind, id) of each record that their evidence names.

    An address counts only where one record of its kind stands: a changelog stands behind dozens of events, and
    citing it says nothing of any one of them. Repeats of a claim are left out.
    """
    alone = _alone(dossier)
    found: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for claim in dossier.library.claims:
        if claim.same_as is None:
            for record in _named(claim, dossier, alone):
                found[record].add(claim.id)
    for report in dossier.library.reports:
        found["report", report.id].update((*report.supports, *report.contradicts))
    return {
        record: tuple((claim, dossier.verdicts[claim].grade) for claim in sorted(claims))
        for record, claims in found.items()
        if claims
    }


def _named(claim: Claim, dossier: Dossier, alone: dict[str, tuple[tuple[str, str], ...]]) -> Iterator[tuple[str, str]]:
    for url in claim.sources:
        yield from alone.get(str(url), ())
    for item in dossier.verdicts[claim.id].items:
        if item.written is None:
            yield from (
                ("finding", view.finding.id)
                for view in dossier.findings
                if (view.detector.id, view.pack.id) == (item.detector, item.pack)
            )
            continue
        written = item.written
        for kind, id in (
            ("report", written.report),
            ("event", written.event),
            ("incident", written.incident),
            ("measurement", written.measurement),
        ):
            if id is not None:
                yield kind, id


def _alone(dossier: Dossier) -> dict[str, tuple[tuple[str, str], ...]]:
    """Records by address, where each is the only one of its kind there."""
    library = dossier.library
    places = [
        *(("event", event.id, str(event.url)) for event in library.events),
        *(("report", report.id, str(report.url)) for report in library.reports),
        *(("incident", incident.id, str(incident.url)) for incident in library.incidents),
    ]
    count = Counter((kind, url) for kind, _, url in places)
    found: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for kind, id, url in places:
        if count[kind, url] == 1:
            found[url].append((kind, id))
    return {url: tuple(records) for url, records in found.items()}
