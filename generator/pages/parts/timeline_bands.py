"""Periods that the timeline shows beside its entries: documented faults, policy; and official statements."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from generator.pages.parts.spans import Span, event_span

if TYPE_CHECKING:
    from generator.curated.models import Event
    from generator.dossier import Dossier

BANDS = {
    "promotion": "policy",
    "policy_change": "policy",
    "regression": "fault",
    "statement": "statement",
}
"""Kinds of events that have a band, and which."""

TITLES = {
    "fault": "Documented faults",
    "policy": "Promotions, policy and limits",
    "statement": "Official statements",
}
"""Groups of bands, in the order shown; the article's own days stand before them."""


@dataclass(frozen=True)
class Band:
    """One period, or the moment of a statement."""

    kind: str  # fault, policy, statement
    event: Event
    span: Span
    ended_by: Event | None
    open: bool
    """No end is on record, and it is of a kind that has one."""


@dataclass(frozen=True)
class BandGroup:
    """Bands of one kind, oldest first."""

    kind: str
    title: str
    bands: tuple[Band, ...]


def band_groups(dossier: Dossier) -> tuple[BandGroup, ...]:
    """Every group that has a band."""
    bands = tuple(_bands(dossier))
    groups = (
        BandGroup(kind, title, tuple(band for band in bands if band.kind == kind)) for kind, title in TITLES.items()
    )
    return tuple(group for group in groups if group.bands)


def _bands(dossier: Dossier) -> Iterator[Band]:
    events = {event.id: event for event in dossier.library.events}
    for event in dossier.library.events:
        if event.kind in BANDS:
            kind = BANDS[event.kind]
            span = event_span(event, events)
            ended = events.get(event.ended_by or "")
            yield Band(kind, event, span, ended, open=span.until is None and kind != "statement")
