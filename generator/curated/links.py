"""The list of all addresses of records and of their archived copies, as a table that people fill in and give back."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from generator.base.problems import ContentError, Problem
from generator.curated.archives import fault_of
from generator.curated.archiving import AFTER, FIELD, Addition, with_copies
from generator.curated.checking import did_you_mean
from generator.curated.entries import Entry, Outside
from generator.curated.folder import read_folder
from generator.curated.kinds import Library, kinds_of
from generator.curated.models import WebUrl
from generator.curated.yamlfile import Document, read_bytes

COLUMNS = ("kind", "id", "address", "archive")
MOST_BYTES = 8 * 1024 * 1024
_ADDRESS: TypeAdapter[object] = TypeAdapter(WebUrl)


@dataclass(frozen=True)
class Link:
    """One record, its address, and the archived copy on record."""

    entry: Entry
    kind: str
    id: str
    address: str
    archive: str  # "" = none


@dataclass(frozen=True)
class Changed:
    """A file of content/ with its copies in it."""

    path: Path
    content: bytes
    copies: int


def links(content: Path) -> tuple[Link, ...]:
    """Every record that has an address, in the order of the files.

    Raises ContentError with every mistake of these files.
    """
    kinds = tuple(kind for kind in kinds_of(Library) if FIELD in kind.model.model_fields)
    records, problems = read_folder(content, kinds, Outside())
    if problems:
        raise ContentError(*problems)
    return tuple(
        Link(entry, kind.word, str(entry.value("id")), str(entry.value(AFTER)), str(entry.value(FIELD) or ""))
        for kind in kinds
        for entry in records.of(kind)
    )


def table(found: Iterable[Link]) -> str:
    """The list as CSV."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows((one.kind, one.id, one.address, one.archive) for one in found)
    return out.getvalue()


def filled(path: Path, found: Sequence[Link], content: Path, *, replace: bool) -> tuple[Changed, ...]:
    """The files of content/ with the copies of a filled list; a row without a copy changes nothing.

    Raises ContentError with all mistakes of the list and of the records that it names.
    """
    known = {(one.kind, one.id): one for one in found}
    problems: list[Problem] = []
    named: dict[tuple[str, str], int] = {}
    wanted: dict[str, list[tuple[Link, str]]] = {}
    for line, row in _rows(path):
        kind, id, _, archive = row
        link = known.get((kind, id))
        first = named.setdefault((kind, id), line)
        wrong = tuple(_faults(row, link, known, replace=replace))
        if first != line:
            wrong = (("W-twice", f"{kind} {id} is in the list twice", f"first in line {first}"),)
        problems += [Problem(str(path), line, 0, *fault) for fault in wrong]
        if link and not wrong and archive and archive != link.archive:
            wanted.setdefault(link.entry.document.path, []).append((link, archive))
    changed = [one for rows in wanted.values() if (one := _changed(rows, content, problems))]
    if problems:
        raise ContentError(*problems)
    return tuple(changed)


def _rows(path: Path) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Number and cells of each line. Raises ContentError for what is no such table."""
    data = read_bytes(path, str(path), MOST_BYTES)
    hint = f"the first line is {','.join(COLUMNS)}, as `witnessmark links` writes it"
    try:
        if len(data) > MOST_BYTES:
            raise ValueError("too large")  # noqa: TRY301
        reader = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True)
        rows = [(reader.line_num, tuple(cell.strip() for cell in row)) for row in reader if any(map(str.strip, row))]
    except (ValueError, csv.Error):
        raise ContentError(
            Problem(str(path), 0, 0, "W-list", "is not a table of comma-separated values", hint)
        ) from None
    if not rows or rows[0][1] != COLUMNS:
        raise ContentError(Problem(str(path), 1, 0, "W-list", "does not begin with the names of its columns", hint))
    if uneven := [number for number, row in rows if len(row) != len(COLUMNS)]:
        message = f"does not have {len(COLUMNS)} columns"
        raise ContentError(*(Problem(str(path), number, 0, "W-list", message, hint) for number in uneven))
    yield from rows[1:]


def _faults(
    row: tuple[str, ...], link: Link | None, known: Iterable[tuple[str, str]], *, replace: bool
) -> Iterator[tuple[str, str, str]]:
    """Code, message and hint of each mistake of a row."""
    kind, id, address, archive = row
    if link is None:
        yield "W-unknown", f"there is no {kind} {id}", did_you_mean(id, (one for of, one in known if of == kind))
        return
    if address != link.address:
        yield "W-address", f"the address of {kind} {id} is another one now", f"write the list again: {link.address}"
        return
    if not archive or archive == link.archive:
        return
    try:
        _ADDRESS.validate_json(json.dumps(archive), strict=True)  # as records are read
    except ValidationError as error:
        yield "W-archive", f"the copy of {kind} {id}: {error.errors()[0]['msg']}", "https://web.archive.org/web/..."
        return
    more = link.entry.value("more_urls")
    if fault := fault_of(archive, (link.address, *(more if isinstance(more, list) else ()))):
        yield "W-archive", f"the copy of {kind} {id} {fault[0]}", fault[1]
    elif link.archive and not replace:
        yield "W-archive", f"{kind} {id} has another copy already", f"{link.archive}; --replace puts yours there"


def _changed(rows: Sequence[tuple[Link, str]], content: Path, problems: list[Problem]) -> Changed | None:
    """The file that these records are in, with their copies; None, and its problems, where that cannot be done."""
    entry = rows[0][0].entry
    document: Document = entry.document
    path = content / document.path.removeprefix("content/")
    additions = [Addition(link.entry.where, archive) for link, archive in rows]
    try:
        data = read_bytes(path, document.path, MOST_BYTES)
        return Changed(path, with_copies(data, document, additions, entry.kind.times), len(rows))
    except ContentError as error:
        problems += error.problems
        return None
