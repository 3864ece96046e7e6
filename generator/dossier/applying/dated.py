"""What has days: promotions and limits, peak hours, incidents of the status page, releases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date
from typing import TYPE_CHECKING

from generator.curated.models import Confidence
from generator.dossier.applying.base import Applying, Kind, sentence, surfaces_of, version_of

if TYPE_CHECKING:
    from generator.curated.kinds import Library
    from generator.curated.models import Event, Incident

POLICIES = frozenset({"promotion", "policy_change", "limit_reset"})
PRODUCTS = frozenset({"cli_release", "model_release", "product_launch", "product_ga"})
MOMENTARY = frozenset({"limit_reset"})
"""Policies that are done at once; one of another kind without an end on record is still in force."""


def days_of(event: Event, library: Library) -> tuple[date, date | None]:
    """First and last day of an event, UTC; no last day where no end is on record."""
    ending = next((other for other in library.events if other.id == event.ended_by), None)
    end = ending.start if ending else event.end
    return event.start.astimezone(UTC).date(), end.astimezone(UTC).date() if end else None


def policies(library: Library) -> Iterator[Applying]:
    """Promotions, changes of policy and limits; those that hold at certain hours are told apart."""
    for event in library.events:
        if event.kind in POLICIES:
            first, last = days_of(event, library)
            yield _event(event, _policy(event), first, first if event.kind in MOMENTARY else last, library)


def _policy(event: Event) -> Kind:
    """What the vendor did not say itself is never listed among the things that it changed."""
    if not event.official:
        return Kind.CHANGE
    return Kind.PEAK if event.kind == "policy_change" and event.hours else Kind.POLICY


def releases(library: Library) -> Iterator[Applying]:
    """Releases of the client, of models and of products, each on its day."""
    for event in library.events:
        if event.kind in PRODUCTS or version_of(event):
            first, _ = days_of(event, library)
            yield _event(event, Kind.RELEASE, first, first, library)


def incidents(library: Library) -> Iterator[Applying]:
    """Incidents of the status page; an announcement's life is not the length of the failure."""
    for one in library.incidents:
        yield Applying(
            id=one.id,
            kind=Kind.INCIDENT,
            says=_announced(one),
            path=f"i/{one.id}/",
            first=one.start.astimezone(UTC).date(),
            last=one.end.astimezone(UTC).date(),
            surfaces=surfaces_of(one.scope, library),
            official=True,
            confidence=Confidence.HIGH,
            note="" if one.impact == "none" else f"Impact by the status page: {one.impact}.",
        )


def _announced(one: Incident) -> str:
    start, end = one.start.astimezone(UTC), one.end.astimezone(UTC)
    if start == end:
        when = f"at {start:%H:%M} UTC on {start:%-d %B %Y}"
    elif start.date() == end.date():
        when = f"from {start:%H:%M} to {end:%H:%M} UTC on {start:%-d %B %Y}"
    else:
        when = f"from {start:%H:%M} UTC on {start:%-d %B} to {end:%H:%M} UTC on {end:%-d %B %Y}"
    return f"The status page announced an incident, in our words: {one.title}, {when}."


def _event(event: Event, kind: Kind, first: date, last: date | None, library: Library) -> Applying:
    version = version_of(event)
    return Applying(
        id=event.id,
        kind=kind,
        says=sentence(event.title),
        path=f"e/{event.id}/",
        first=first,
        last=last,
        versions=(version, version) if version and kind is Kind.RELEASE else None,
        surfaces=surfaces_of(event.surfaces, library),
        plans=event.plans,
        hours=event.hours or "",
        official=event.official,
        confidence=event.confidence,
        events=(event.id,),
    )
