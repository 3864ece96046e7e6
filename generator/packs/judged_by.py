"""By which vendors' files the calls of a pack were judged: of each model that the pack shows, nothing more."""

from __future__ import annotations

from collections.abc import Iterable

from generator.records.models import OTHER
from generator.records.results import DaySum, Digest
from generator.records.rows import Slug
from generator.records.vendor import judge_of, vendor_of


def judged_by(days: Iterable[DaySum]) -> dict[Slug, Digest]:
    """SHA-256 of the values of each file, by its id; another maker's model has none."""
    models = {day.model for day in days}
    judges = {judge_of(model) for model in models if model == OTHER or vendor_of(model)}
    return {one.id: one.digest for one in sorted(judges, key=lambda one: one.id)}
