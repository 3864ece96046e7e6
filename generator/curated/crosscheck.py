"""Checks that need more than one field or record: ids, references, order of dates, file names."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast

from generator.base.problems import Problem
from generator.curated.checking import M, did_you_mean, value_at
from generator.curated.models import Case, Claim, Event, Incident, Model, Report, SurfaceText, Symptom, Variant
from generator.curated.yamlfile import Document, Where, clipped

FIRST, LAST = dt.date(2023, 1, 1), dt.date(2030, 12, 31)
# https://learn.microsoft.com/windows/win32/fileio/naming-a-file
DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{name}{n}" for name in ("com", "lpt") for n in range(10))})
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})")
_ORDERS = ((Claim, ("dates", "start"), ("dates", "end")), (Report, ("observed_from",), ("observed_to",)),
           (Incident, ("start",), ("end",)), (Event, ("start",), ("end",)),
           (Case, ("window_start",), ("window_end",)),
           (Case, ("article_window_start",), ("article_window_end",)))  # fmt: skip
_DATES: dict[type[Model], tuple[Where, ...]] = {
    Claim: (("dates", "start"), ("dates", "end")),
    Report: (("date",), ("observed_from",), ("observed_to",)),
    Incident: (("start",), ("end",)),
    Event: (("start",), ("end",)),
    Case: (("window_start",), ("window_end",), ("article_window_start",), ("article_window_end",)),
}


@dataclass(frozen=True)
class Entry:
    """One record as it stands in its file; `record` is None if it breaks its schema."""

    model: type[Model]
    record: Model | None
    document: Document
    where: Where
    stem: str | None  # name of the file, where it means something

    @property
    def id(self) -> str | None:
        """The id as written, also of a record that breaks its schema."""
        value = value_at(self.document.value, (*self.where, "id"))
        return value if isinstance(value, str) else None

    def problem(self, path: Where, code: str, message: str, hint: str = "") -> Problem:
        """A mistake in one field."""
        return self.document.problem((*self.where, *path), code, message, hint)


@dataclass
class Records:
    """What a reading of the folder found."""

    detectors: frozenset[str] | None
    packs: frozenset[str] | None = None  # names of evidence packs
    entries: list[Entry] = field(default_factory=list)
    _names: defaultdict[type[Model], set[str]] = field(default_factory=lambda: defaultdict(set))
    _broken: set[type[Model]] = field(default_factory=set)

    def add(self, entry: Entry) -> None:
        """Keep one record."""
        self.entries.append(entry)

    def named(self, model: type[Model], identity: str | None) -> None:
        """Count an id as known though its record is broken: one mistake must not be reported at every reference."""
        if identity is not None:
            self._names[model].add(identity)

    def broken(self, model: type[Model]) -> None:
        """Say that the file of these records could not be read, so that references to them cannot be judged."""
        self._broken.add(model)

    def of(self, model: type[M]) -> tuple[M, ...]:
        """All sound records of a type, in the order read."""
        return tuple(cast("M", entry.record) for entry in self.entries if entry.model is model and entry.record)

    def first(self, model: type[M]) -> M | None:
        """The only record of a type."""
        return next(iter(self.of(model)), None)

    def ids(self, model: type[Model]) -> frozenset[str] | None:
        """Known ids of a type; None if they cannot be known."""
        if model in self._broken:
            return None
        return frozenset({entry.id for entry in self.entries if entry.model is model and entry.id} | self._names[model])

    def scopes(self) -> frozenset[str] | None:
        """What `surfaces` and `scope` may name: surfaces, their variants, and what lies elsewhere."""
        surfaces, elsewhere = self.ids(SurfaceText), self.ids(Variant)
        if surfaces is None or elsewhere is None:
            return None
        return surfaces | elsewhere | {identity for identity, _, _ in _variants(self)}


def problems_between(records: Records) -> Iterator[Problem]:
    """Every mistake that no single field shows."""
    yield from _ids(records)
    yield from _files(records)
    yield from _dates(records)
    yield from _references(records)
    yield from _evidence(records)
    yield from _rings(records, Claim, "same_as")
    yield from _rings(records, Report, "echo_of")
    yield from _ends(records)


def _variants(records: Records) -> Iterator[tuple[str, Entry, Where]]:
    for entry in records.entries:
        variants = value_at(entry.document.value, (*entry.where, "variants")) if entry.model is SurfaceText else None
        for index, _ in enumerate(variants if isinstance(variants, list) else ()):
            path: Where = ("variants", index, "id")
            identity = value_at(entry.document.value, (*entry.where, *path))
            if isinstance(identity, str):
                yield identity, entry, path


def _ids(records: Records) -> Iterator[Problem]:
    """Surfaces, variants and elsewhere share one space of names; every other type has its own."""
    named = [(entry.id, entry, cast("Where", ("id",))) for entry in records.entries if entry.id]
    taken: dict[tuple[type[Model], str], Problem] = {}
    for identity, entry, path in [*named, *_variants(records)]:
        space = SurfaceText if entry.model is Variant else entry.model
        here = entry.problem(path, "W-unique", f'the id "{clipped(identity)}" is taken')
        if identity.casefold() in DEVICES:
            yield entry.problem(path, "W-unique", f'"{identity}" is a reserved name on Windows', "choose another id")
        first = taken.setdefault((space, identity.casefold()), here)
        if first is not here:
            yield entry.problem(path, "W-unique", here.message, f"first in {first.path}:{first.line}")


def _files(records: Records) -> Iterator[Problem]:
    for entry in records.entries:
        if entry.stem is None:
            continue
        if isinstance(entry.record, Event | Incident):
            month = f"{entry.record.start.astimezone(dt.UTC):%Y-%m}"
            if month != entry.stem:
                yield entry.problem(("start",), "W-name", "the file is named after another month", f"{month}.yml")
        elif entry.model in (Claim, Report) and entry.id is not None and entry.id != entry.stem:
            hint = f"write id: {entry.stem}, or name the file {clipped(entry.id)}.yml"
            yield entry.problem(("id",), "W-name", "the id is not the name of the file", hint)


def _dates(records: Records) -> Iterator[Problem]:
    for entry in records.entries:
        for path in _DATES.get(entry.model, ()) if entry.record else ():
            written = value_at(entry.document.value, (*entry.where, *path))
            form = _MOMENT if entry.model in (Event, Incident) else _DAY
            if not isinstance(written, str):
                continue
            if not form.fullmatch(written):
                hint = "2026-03-17T14:05:00Z" if form is _MOMENT else "2026-03-17"
                yield entry.problem(path, "W-date", "not written as a date of ISO 8601", hint)
            elif not FIRST.isoformat() <= written[:10] <= LAST.isoformat():
                yield entry.problem(path, "W-date", f"outside {FIRST.year} to {LAST.year}")
        for model, start, end in _ORDERS:
            first, last = (_attribute(entry.record, path) for path in (start, end))
            if entry.model is model and first is not None and last is not None and last < first:
                yield entry.problem(end, "W-order", "the end lies before the start")


def _attribute(record: Model | None, path: Where) -> dt.date | None:
    value: object = record
    for step in path:
        value = getattr(value, str(step), None)
    return cast("dt.date | None", value)


def _references(records: Records) -> Iterator[Problem]:
    """Each id that a record names, looked up; also of records that break their schema elsewhere."""
    scopes, symptoms = records.scopes(), records.ids(Symptom)
    claims, reports = records.ids(Claim), records.ids(Report)
    events, incidents = records.ids(Event), records.ids(Incident)
    answers: tuple[Where, ...] = tuple(("answers", index, "claims") for index in range(3))
    fields: dict[type[Model], tuple[tuple[Where, str, frozenset[str] | None], ...]] = {
        Case: (*((path, "claim", claims) for path in answers), (("author_packs",), "evidence pack", records.packs)),
        Claim: (
            (("surfaces",), "surface", scopes),
            (("symptoms",), "symptom", symptoms),
            (("same_as",), "claim", claims),
            (("tested_by",), "detector", records.detectors),
        ),
        Report: (
            (("surfaces",), "surface", scopes),
            (("symptoms",), "symptom", symptoms),
            (("echo_of",), "report", reports),
            (("supports",), "claim", claims),
            (("contradicts",), "claim", claims),
        ),
        Incident: ((("scope",), "surface", scopes),),
        Event: ((("surfaces",), "surface", scopes), (("ended_by",), "event", events)),
        Symptom: ((("detectors",), "detector", records.detectors),),
    }
    for entry in records.entries:
        for path, kind, known in fields.get(entry.model, ()):
            yield from _unknown(entry, path, kind, known)
        pieces = value_at(entry.document.value, (*entry.where, "evidence")) if entry.model is Claim else None
        for index, _ in enumerate(pieces if isinstance(pieces, list) else ()):
            for name, known in (("report", reports), ("event", events), ("incident", incidents)):
                yield from _unknown(entry, ("evidence", index, name), name, known)


def _evidence(records: Records) -> Iterator[Problem]:
    """Each piece of evidence leads somewhere, and its address is one of the claim's sources."""
    for entry in records.entries:
        if not isinstance(entry.record, Claim):
            continue
        sources = {str(url) for url in entry.record.sources}
        for index, piece in enumerate(entry.record.evidence):
            if piece.url is not None and str(piece.url) not in sources:
                message = "the address is not among the sources of the claim"
                yield entry.problem(("evidence", index, "url"), "W-source", message, "add it there")
            elif not (piece.url or piece.report or piece.event or piece.incident):
                message = "the piece names no url, report, event or incident"
                yield entry.problem(("evidence", index), "W-source", message)


def _unknown(entry: Entry, path: Where, kind: str, known: frozenset[str] | None) -> Iterator[Problem]:
    value = value_at(entry.document.value, (*entry.where, *path))
    names = [(path, value)] if not isinstance(value, list) else [((*path, n), name) for n, name in enumerate(value)]
    seen = set()
    for place, name in names:
        if not isinstance(name, str):
            continue
        if name in seen:
            yield entry.problem(place, "W-twice", f'{kind} "{clipped(name)}" is listed twice')
        elif known is not None and name not in known:
            yield entry.problem(place, "W-ref", f'unknown {kind} "{clipped(name)}"', did_you_mean(name, known))
        seen.add(name)


def _ends(records: Records) -> Iterator[Problem]:
    """An event is put to an end by a later one, and has no second end of its own."""
    events = {event.id: event for event in records.of(Event)}
    for entry in records.entries:
        if not isinstance(entry.record, Event) or entry.record.ended_by not in events:
            continue
        if events[entry.record.ended_by].start <= entry.record.start:
            yield entry.problem(("ended_by",), "W-order", "the event that ends it does not come after it")
        if entry.record.end is not None:
            yield entry.problem(("end",), "W-order", "an event has an end or is ended by another, not both")


def _rings(records: Records, model: type[Model], name: str) -> Iterator[Problem]:
    """A record that leads back to itself: A -> A, or A -> B -> A."""
    leads = {
        entry.id: value_at(entry.document.value, (*entry.where, name))
        for entry in records.entries
        if entry.model is model
    }
    for entry in records.entries:
        if entry.model is not model:
            continue
        step, walked = leads.get(entry.id), set[str]()
        while isinstance(step, str) and step not in walked and step != entry.id:
            walked.add(step)
            step = leads.get(step)
        if step is not None and step == entry.id:
            yield entry.problem((name,), "W-self", "the record leads back to itself")
