"""Ordinary reasons that give the picture of a fault: by symptom, by product, by list price, by documentation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from generator.curated.models import Confidence
from generator.dossier.applying.base import Applying, Kind, sentence, surfaces_of
from generator.ledger.prices import LONG_PROMPT

if TYPE_CHECKING:
    from generator.curated.kinds import Library
    from generator.curated.prices import PriceEpoch


def causes(library: Library) -> Iterator[Applying]:
    """All of them; those of symptoms, products and documentation have no days."""
    yield from _prices(library)
    yield from _documented(library)
    yield from _products(library)
    yield from _symptoms(library)


def _symptoms(library: Library) -> Iterator[Applying]:
    """What looks like each symptom of usage; all symptoms where the case does not say which those are."""
    plan = library.case.registered
    wanted = set(plan.usage_symptoms) if plan else {one.id for one in library.symptoms}
    for one in library.symptoms:
        if one.id in wanted:
            says = f"“{one.title}” has ordinary reasons, too."
            yield Applying(f"symptom-{one.id}", Kind.CAUSE, says, f"symptom/{one.id}/", note=sentence(one.looks_like))


def _products(library: Library) -> Iterator[Applying]:
    for one in library.surfaces:
        if one.looks_like:
            yield Applying(
                id=f"surface-{one.id}",
                kind=Kind.CAUSE,
                says=f"In {one.title} several things look like a fault and are none.",
                path=f"surface/{one.id}/",
                surfaces=(one.id,),
                note=sentence(one.looks_like),
            )


def _documented(library: Library) -> Iterator[Applying]:
    """What the vendor's documentation says of ordinary use: the day is that of the copy, since when is not known."""
    for event in library.events:
        if event.kind == "doc_fact" and event.official:
            yield Applying(
                id=event.id,
                kind=Kind.CAUSE,
                says=sentence(event.title),
                path=f"e/{event.id}/",
                surfaces=surfaces_of(event.surfaces, library),
                plans=event.plans,
                official=True,
                confidence=event.confidence,
                events=(event.id,),
                note=f"As documented on {event.start:%-d %B %Y}; since when is not on record.",
            )


def _prices(library: Library) -> Iterator[Applying]:
    """Periods in which a long prompt cost more for the whole call."""
    for one in library.prices:
        if one.over_200k:
            yield Applying(
                id=f"price-{one.model}-{one.speed}-{one.since}",
                kind=Kind.CAUSE,
                says=_dearer(one),
                path="prices/",
                first=one.since,
                last=one.until,
                official=True,
                confidence=Confidence.HIGH,
                note="List price; what a subscription includes is not billed by it.",
            )


def _dearer(one: PriceEpoch) -> str:
    assert one.over_200k is not None, "asked for rows with a price for long prompts only"
    mode = " in fast mode" if one.speed == "fast" else ""
    return (
        f"On {one.model}{mode} a call of more than {LONG_PROMPT:,} tokens cost {one.over_200k.input:g} dollars a "
        f"million input tokens as a whole, instead of {one.prices.input:g}."
    )
