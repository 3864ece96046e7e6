"""Checks that need more than one field or record: ids, file names, dates, references, rings."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from functools import cache
from typing import Any, get_args

from pydantic import AwareDatetime

from generator.base.problems import Problem
from generator.curated.countable import plan_has_its_records
from generator.curated.documents import no_document_twice
from generator.curated.entries import Entry, Records
from generator.curated.forms import ID
from generator.curated.locked import lost_ids
from generator.curated.models import Model
from generator.curated.periods import dates_are_in_their_period, nothing_is_to_come
from generator.curated.rules import documents_agree, measurements_name_their_claims
from generator.curated.targets import wrong_references
from generator.curated.vendor import vendors_word_is_at_its_address
from generator.curated.vendor_files import case_names_known_vendors
from generator.curated.yamlfile import Where, clipped

FIRST, LAST = dt.date(2023, 1, 1), dt.date(2030, 12, 31)
# https://learn.microsoft.com/windows/win32/fileio/naming-a-file
DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{name}{n}" for name in ("com", "lpt") for n in range(10))})
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?:Z|[+-][0-9]{2}:[0-9]{2})"
)


def problems_between(records: Records) -> Iterator[Problem]:
    """Every mistake that no single field shows."""
    yield from _counts(records)
    yield from _ids(records)
    yield from _files(records)
    yield from _dates(records)
    yield from _orders(records)
    yield from wrong_references(records)
    yield from documents_agree(records)
    yield from no_document_twice(records)
    yield from dates_are_in_their_period(records)
    yield from nothing_is_to_come(records)
    yield from measurements_name_their_claims(records)
    yield from vendors_word_is_at_its_address(records)
    yield from case_names_known_vendors(records)
    yield from plan_has_its_records(records)
    yield from lost_ids(records)
    for kind in records.kinds:
        for name in kind.rings:
            yield from _rings(records.of(kind), name)
        for check in kind.also:
            yield from check(records.of(kind), records.outside)


def _counts(records: Records) -> Iterator[Problem]:
    for kind in records.kinds:
        for entry in records.of(kind)[1:] if not kind.many else ():
            yield entry.problem((), "W-length", "one record may be here, and no second")


def _ids(records: Records) -> Iterator[Problem]:
    """Kinds of one space share their names; every other kind has its own."""
    taken: dict[tuple[str, ...], tuple[Entry, Where]] = {}
    for entry in records.entries:
        for space, where, values in _unique_values(entry):
            name = where[-1]
            if name == "id" and values[0].casefold() in DEVICES:
                message = f'"{values[0]}" is a reserved name on Windows'
                yield entry.problem(where, "W-unique", message, "choose another id")
            key = (space, *(value.casefold() for value in values))
            if key in taken:
                first, place = taken[key]
                line = first.document.place((*first.where, *place)).line
                there = f"line {line}" if first.document is entry.document else f"{first.document.path}:{line}"
                message = f'the {name} "{clipped(values[0])}" is taken'
                yield entry.problem(where, "W-unique", message, f"first in {there}")
            taken.setdefault(key, (entry, where))


def _unique_values(entry: Entry) -> Iterator[tuple[str, Where, tuple[str, ...]]]:
    """What may occur once: the space it is unique in, its place, and the value or values."""
    kind = entry.kind
    for path in kind.names if not kind.unique else ():
        for where, value in entry.leaves(path):
            if isinstance(value, str):
                yield kind.space or kind.word, where, (value,)
    for fields in kind.unique:
        values = tuple(str(value) for field in fields if isinstance(value := entry.value(field), str | int))
        if len(values) == len(fields):
            yield f"{kind.word} {' '.join(fields)}", (fields[0],), values


def _files(records: Records) -> Iterator[Problem]:
    for entry in records.entries:
        name = entry.kind.named_after
        if name == "id":
            if (id := entry.value("id")) != entry.stem and isinstance(id, str) and re.fullmatch(ID, id):
                hint = f"write id: {clipped(entry.stem)}, or name the file {clipped(id)}.yml"
                yield entry.problem(("id",), "W-name", "the id is not the name of the file", hint)
        elif name and entry.record is not None and (own := str(getattr(entry.record, name))) != entry.stem:
            place = (name,) if entry.value(name) is not None else entry.kind.order[:1]
            yield entry.problem(place, "W-name", f"the file is named after another {name}", f"{clipped(own)}.yml")


def _dates(records: Records) -> Iterator[Problem]:
    for entry in records.entries:
        for path, form in _date_fields(entry.kind.model).items() if entry.record else ():
            for where, written in entry.leaves(path):
                if not isinstance(written, str):
                    continue
                if not form.fullmatch(written):
                    hint = "2026-03-17T14:05:00Z" if form is _MOMENT else "2026-03-17"
                    yield entry.problem(where, "W-date", "not written as a date of ISO 8601", hint)
                elif not FIRST.isoformat() <= written[:10] <= LAST.isoformat():
                    yield entry.problem(where, "W-date", f"outside {FIRST.year} to {LAST.year}", "check the year")


@cache
def _date_fields(model: type[Model], before: str = "") -> dict[str, re.Pattern[str]]:
    """Each field of the model, and of those inside it, that holds a day or a moment, with the form it is written in."""
    found: dict[str, re.Pattern[str]] = {}
    for name, field in model.model_fields.items():
        for part in _parts(field.annotation):
            if part in (dt.datetime, AwareDatetime):
                found[before + name] = _MOMENT
            elif part is dt.date:
                found[before + name] = _DAY
            elif isinstance(part, type) and issubclass(part, Model):
                found |= _date_fields(part, f"{before}{name}.")
    return found


def _parts(annotation: Any) -> Iterator[Any]:
    yield annotation
    for part in get_args(annotation):
        yield from _parts(part)


def _orders(records: Records) -> Iterator[Problem]:
    for entry in records.entries:
        for start, end in entry.kind.spans if entry.record else ():
            first, last = _attribute(entry.record, start), _attribute(entry.record, end)
            if first is not None and last is not None and last < first:
                yield entry.problem(
                    tuple(end.split(".")), "W-order", "the end is before the start", f"it starts {first}"
                )


def _attribute(value: Any, path: str) -> Any:
    for step in path.split("."):
        value = getattr(value, step, None)
    return value


def _rings(entries: tuple[Entry, ...], name: str) -> Iterator[Problem]:
    """A record that leads back to itself: A -> A, or A -> B -> A."""
    leads = {entry.value("id"): entry.value(name) for entry in entries if isinstance(entry.value("id"), str)}
    for entry in entries:
        own, step, walked = entry.value("id"), entry.value(name), set[str]()
        while isinstance(step, str) and step not in walked and step != own:
            walked.add(step)
            step = leads.get(step)
        if step is not None and step == own:
            yield entry.problem((name,), "W-self", "the record leads back to itself", "name the first one that said it")
