"""Facets of a list of records: what a reader can filter by, with the number of records behind each choice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from generator.charts.weeks import short_day
from generator.curated.models import Layer
from generator.grading import ComputedGrade
from generator.pages.parts.entries import NONE, Entry
from generator.pages.parts.source_types import ORIGINS

if TYPE_CHECKING:
    from generator.dossier import Dossier

TITLES = {
    "kind": "Kind",
    "record": "Record",
    "surface": "Surface",
    "symptom": "Symptom",
    "layer": "Points to",
    "grade": "Grade of its claim",
    "source": "Source",
    "week": "Week from Monday",
}
LOOK_TITLES = {
    "release": "Release",
    "official": "Official",
    "fault": "Fault or fix",
    "outage": "Outage",
    "report": "Report",
    "finding": "Finding",
}
RECORD_TITLES = {
    "claim": "Claims",
    "report": "Reports",
    "event": "Events",
    "incident": "Incidents",
    "finding": "Findings",
}
_OTHER_SURFACES = {"all": "No product named", "other": "Another product", "none": "None stated"}
_GRADE_TITLES = {grade.value: grade.value.replace("_", " ").capitalize() for grade in ComputedGrade} | {
    "none": "No claim rests on it"
}
_LAYER_TITLES = {layer.value: layer.value.capitalize() for layer in Layer} | {"none": "None stated"}


@dataclass(frozen=True)
class Option:
    """One value of a facet."""

    value: str
    label: str
    count: int


@dataclass(frozen=True)
class Facet:
    """One thing to filter by. Only values that occur are offered; `boxes` are ticked, others are chosen from."""

    name: str
    title: str
    options: tuple[Option, ...]
    boxes: bool = False

    def label(self, value: str) -> str:
        """Title of a value."""
        return next((option.label for option in self.options if option.value == value), value)


def facets(names: Sequence[str], found: Iterable[Entry], dossier: Dossier) -> tuple[Facet, ...]:
    """A facet for each name; the first is made of boxes."""
    kept = tuple(found)
    return tuple(_facet(name, kept, dossier, boxes=place == 0) for place, name in enumerate(names))


def tokens(entry: Entry, names: Sequence[str]) -> str:
    """Values of a row as its attribute: facets apart by ";", values by ","; empty for what is not stated."""
    stated = (entry.values(name) for name in names)
    return ";".join("" if values == (NONE,) else ",".join(values) for values in stated)


def _facet(name: str, found: Sequence[Entry], dossier: Dossier, *, boxes: bool) -> Facet:
    counts = Counter(value for entry in found for value in entry.values(name))
    labels = _labels(name, counts, dossier)
    return Facet(
        name=name,
        title=TITLES[name],
        options=tuple(Option(value, label, counts[value]) for value, label in labels.items() if counts[value]),
        boxes=boxes,
    )


def _labels(name: str, counts: Counter[str], dossier: Dossier) -> dict[str, str]:
    """All values with their titles, in the order of the list."""
    weeks = sorted(value for value in counts if name == "week" and value != "none")
    titles: dict[str, dict[str, str]] = {
        "kind": LOOK_TITLES,
        "record": RECORD_TITLES,
        "surface": {surface.id: surface.title for surface in dossier.library.surfaces} | _OTHER_SURFACES,
        "symptom": {symptom.id: symptom.title for symptom in dossier.library.symptoms} | {"none": "None stated"},
        "layer": _LAYER_TITLES,
        "grade": _GRADE_TITLES,
        "source": ORIGINS,
        "week": {week: _week(date.fromisoformat(week)) for week in weeks} | {"none": "Undated"},
    }
    return titles[name]


def _week(day: date) -> str:
    return f"{short_day(day)} {day.year}"
