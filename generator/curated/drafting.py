"""A new record on its way into content/: its values, id, file, and what is wrong with it. Nothing is written here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from generator.base.problems import ContentError, Problem
from generator.curated.case import Case
from generator.curated.documents import known_at
from generator.curated.draft_defaults import Known, with_defaults
from generator.curated.draft_fields import DraftField, fields_of, moment_of
from generator.curated.draft_ids import free_id, leap, taken_ids
from generator.curated.draft_text import new_file, record_text, says, with_entry
from generator.curated.echoes import echoes
from generator.curated.entries import Entry, Kind, sound
from generator.curated.locked import LETTERS
from generator.curated.models import Report
from generator.curated.proposed import Reading, problems_of
from generator.curated.schemas import schema_name
from generator.curated.web_archives import page_in
from generator.curated.yamlfile import MAX_BYTES, Place, clipped, parse, read_bytes

_HEADS = {
    "event": "Dated events that began in {month}. Titles are paraphrased; times are UTC.",
    "incident": "Incidents of the status page that began in {month}. Times are the life of the announcement, in UTC.",
    "correction": "What was on this site and was wrong: the old words, the new ones, and why.",
    "source": "Documents that claims and events lean on. Ids are permanent: add new ones at the end.",
    "measurement": "Measurements that bear on the claims. `ours` says whose; every figure has its source.",
}
"""First line of a list that is not there yet."""
FOLLOWS = {"period": "date", "evidence_class": "source_type", "day_only": "start"}
"""Fields that follow from another one as soon as that is known."""
_MOST_NOTES = 5  # records of one address that are named
_MOMENTS = ("start", "end")  # of events and incidents


@dataclass(frozen=True)
class Draft:
    """A record that could be written."""

    kind: Kind
    id: str
    path: str  # below the root
    before: bytes | None  # what the file holds now; None = there is none
    data: bytes
    values: Mapping[str, Any]
    notes: tuple[str, ...]  # what a person should look at
    place: str  # of its page below the case; "" = it has none of its own

    @property
    def where(self) -> tuple[int, ...]:
        """Where the record is in its file."""
        return (
            (len(parse(self.before, self.path, self.kind.times).value or ()) if self.before else 0,)
            if self.kind.listed
            else ()
        )


def known(reading: Reading) -> Known:
    """What the defaults of a new record rest on. Raises LookupError where today is not known."""
    cases = [case for _, case in sound(reading.records.of_word("case"), Case)]
    reports = tuple(report for _, report in sound(reading.records.of_word("report"), Report))
    if reading.records.outside.today is None:
        raise LookupError("a draft needs the day")
    return Known(cases[0] if cases else None, reports, reading.records.outside.today)


def completed(reading: Reading, word: str, given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """The values with those that follow from them, in the order of the fields, and why each was added."""
    given = dict(given)
    if word in {"event", "incident"} and isinstance(given.get("start"), str):
        found, why = with_defaults(word, given, known(reading))
        found |= {name: moment_of(found[name]) for name in _MOMENTS if isinstance(found.get(name), str)}
    else:
        page = page_in(str(given.get("url", "")))
        if page and "archive_url" not in given and word not in {"reply", "correction", "claim"}:
            given |= {"archive_url": given["url"], "url": page.replace("http://", "https://", 1)}
        found, why = with_defaults(word, given, known(reading))
    order = [field.name for field in fields_of(reading.kind(word))]
    return {name: found[name] for name in order if name in found}, why


def missing(kind: Kind, values: Mapping[str, Any]) -> tuple[DraftField, ...]:
    """The fields that only a person can fill in, the address first; the id is found, and others follow from these."""
    lacking = [field for field in fields_of(kind) if field.needed and field.name not in {*values, "id"}]
    names = {field.name for field in lacking}
    asked = [field for field in lacking if FOLLOWS.get(field.name) not in names]
    return tuple(sorted(asked, key=lambda field: field.name not in {"url", "page"}))


def who_has_it(reading: Reading, word: str, values: Mapping[str, Any]) -> tuple[Entry, ...]:
    """Records of this kind that the address is on record at, where one address has one record of the kind."""
    told_otherwise = word == "report" and (
        values.get("date_basis") == "comment-date" or values.get("echo_of") or values.get("relays")
    )
    if word not in {"report", "source"} or told_otherwise or not isinstance(values.get("url"), str):
        return ()
    return tuple(entry for entry in known_at(reading.records, values["url"]) if entry.kind.word == word)


def drafted(reading: Reading, word: str, values: Mapping[str, Any], why: Mapping[str, str]) -> Draft:
    """The record in its file. Raises ContentError where the file cannot take it, or where the id is taken."""
    kind = reading.kind(word)
    id = str(values.get("id") or free_id(reading.records, word, dict(values)) or "")
    if not id:
        raise ContentError(Problem(f"content/{kind.files}", 0, 0, "W-unique", "all numbers of this kind are taken"))
    if id.casefold() in {one.casefold() for one in taken_ids(reading.records, word)}:
        raise ContentError(Problem("--id", 0, 0, "W-unique", f'"{id}" is taken, or was once', "leave --id away"))
    if unused := leap(reading.records, word, id):
        message = f'"{clipped(id)}" would leave {unused:,} numbers before it unused'
        raise ContentError(Problem("--id", 0, 0, "W-value", message, "leave --id away"))
    whole = {"id": id, **{name: value for name, value in values.items() if name != "id"}}
    path = _file(kind, whole)
    before = _now(reading, path, kind)
    if before is not None and not kind.listed:
        raise ContentError(
            Problem(f"content/{path}", 0, 0, "W-unique", "the file is there already", "choose another --id")
        )
    data = _data(kind, path, before, whole, why)
    notes = tuple(_notes(reading, word, whole))
    place = f"{LETTERS[word]}/{id}" if word in LETTERS else ""
    return Draft(kind, id, f"content/{path}", before, data, whole, notes, place)


def faults(reading: Reading, draft: Draft) -> tuple[Problem, ...]:
    """All that `check` would say of the record, with the flag of the field in place of a line not written yet."""
    return tuple(sorted({_at_flag(draft, problem) for problem in problems_of(reading, draft.path, draft.data)}))


def _at_flag(draft: Draft, problem: Problem) -> Problem:
    if problem.path != draft.path:
        return problem
    try:
        document = parse(draft.data, draft.path, draft.kind.times)
    except ContentError:
        return problem
    at, deep = Place(problem.line, problem.column), len(draft.where)
    fields = [
        (place, where[deep])
        for where, place in document.keys.items()
        if where[:deep] == draft.where and len(where) == deep + 1
    ]
    above = [name for place, name in sorted(fields) if place <= at]
    flags = {field.name: field.flag for field in fields_of(draft.kind)}
    name = str(above[-1]) if above else ""
    return Problem(f"--{flags[name]}", 0, 0, problem.code, problem.message, problem.hint) if name in flags else problem


def _file(kind: Kind, values: Mapping[str, Any]) -> str:
    if kind.named_after == "id":
        return kind.files.replace("{id}", str(values["id"]))
    return kind.files.replace("{month}", str(values.get("start", ""))[:7])


def _now(reading: Reading, path: str, kind: Kind) -> bytes | None:
    """What the file holds; None where there is none. Raises ContentError where it is no ordinary file."""
    place = reading.content / path
    folder = place.parent
    if folder != reading.content and folder.is_symlink():
        raise ContentError(Problem(f"content/{kind.folder}", 0, 0, "W-file", "not an ordinary folder"))
    if not place.exists() and not place.is_symlink():
        return None
    return read_bytes(place, f"content/{path}", MAX_BYTES * kind.times)


def _data(kind: Kind, path: str, before: bytes | None, values: Mapping[str, Any], why: Mapping[str, str]) -> bytes:
    shown = f"content/{path}"
    comments = {name: reason for name, reason in why.items() if reason}
    if before is not None:
        return with_entry(before, shown, values, comments, kind.times)
    up = "../" * path.count("/")
    head = [f"yaml-language-server: $schema={up}schemas/{schema_name(kind)}.json"]
    head += [_HEADS[kind.word].format(month=PurePosixPath(path).stem)] if kind.word in _HEADS else []
    left = [field.name for field in fields_of(kind) if field.name not in values]
    tail = [f"Also possible: {', '.join(left)}."] if left and not kind.listed else []
    data = new_file(head, record_text(values, comments, "" if kind.listed else None), tail)
    says(data, shown, [dict(values)] if kind.listed else dict(values), kind.times)
    return data


def _notes(reading: Reading, word: str, values: Mapping[str, Any]) -> Iterator[str]:
    """Records that share the address, and those that may tell the same."""
    here = known_at(reading.records, str(values["url"])) if values.get("url") else ()
    for entry in here[:_MOST_NOTES]:
        yield f'the {entry.kind.word} "{entry.value("id")}" has this address too ({entry.document.path})'
    if len(here) > _MOST_NOTES:
        yield f"and {len(here) - _MOST_NOTES} more records have it"
    for echo in echoes(reading.records, word, dict(values)):
        yield f"{echo} (if this one only repeats it: --echo-of {echo.id})" if word == "report" else str(echo)
