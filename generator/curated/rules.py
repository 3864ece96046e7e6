"""Checks of claims and events that are no references: what a piece of evidence leads to, and how an event ends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from generator.base.problems import Problem
from generator.curated.entries import Entry, Outside, sound
from generator.curated.models import Claim, Event


def evidence_leads_somewhere(entries: Sequence[Entry], _: Outside) -> Iterator[Problem]:
    """Each piece of evidence names a record or an address, and its address is one of the claim's sources."""
    for entry, claim in sound(entries, Claim):
        sources = {str(url) for url in claim.sources}
        for index, piece in enumerate(claim.evidence):
            if piece.url is not None and str(piece.url) not in sources:
                message = "the address is not among the sources of the claim"
                yield entry.problem(("evidence", index, "url"), "W-source", message, "add it there")
            elif not (piece.url or piece.report or piece.event or piece.incident):
                message = "the piece names no url, report, event or incident"
                yield entry.problem(("evidence", index), "W-source", message)


def events_end_once(entries: Sequence[Entry], _: Outside) -> Iterator[Problem]:
    """An event is put to an end by a later one, and has no second end of its own."""
    events = {event.id: event for _, event in sound(entries, Event)}
    for entry, event in sound(entries, Event):
        if event.ended_by not in events:
            continue
        if events[event.ended_by].start <= event.start:
            yield entry.problem(("ended_by",), "W-order", "the event that ends it does not come after it")
        if event.end is not None:
            yield entry.problem(("end",), "W-order", "an event has an end or is ended by another, not both")
