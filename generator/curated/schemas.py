"""JSON Schema of each kind of file, for editors that check YAML while it is written."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from generator.curated.analysis import Section
from generator.curated.headline import Headline
from generator.curated.measurements import Published
from generator.curated.models import Case, Claim, Event, Incident, Model, Report, Source, SurfaceText, Symptom, Variant
from generator.curated.prices import PriceEpoch
from generator.curated.voices import Correction, Reply

# What YAML language servers of all ages read; the models use no keyword that is newer.
DRAFT = "http://json-schema.org/draft-07/schema#"


class SurfacesFile(Model):
    """The file surfaces.yml: the doors of the case, and scopes that are no door of it."""

    surfaces: tuple[SurfaceText, ...]
    elsewhere: tuple[Variant, ...] = ()


_FILES: dict[str, Any] = {
    "analysis": Section,
    "case": Case,
    "claim": Claim,
    "corrections": tuple[Correction, ...],
    "events": tuple[Event, ...],
    "hypotheses": Headline,
    "incidents": tuple[Incident, ...],
    "prices": tuple[PriceEpoch, ...],
    "published": tuple[Published, ...],
    "reply": Reply,
    "report": Report,
    "sources": tuple[Source, ...],
    "surfaces": SurfacesFile,
    "symptoms": tuple[Symptom, ...],
}


def json_schemas() -> dict[str, dict[str, Any]]:
    """JSON Schema by kind of file: one record (`report`), or a list of them (`events`)."""
    return {name: {"$schema": DRAFT, **TypeAdapter(kind).json_schema()} for name, kind in _FILES.items()}
