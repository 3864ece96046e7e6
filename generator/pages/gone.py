"""Pages of what is gone: why, since when, and where it still can be read; and of addresses that moved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from generator.base.problems import ContentError, Problem
from generator.dossier.changes import last_in
from generator.pages.parts.base import Page, PageKind
from generator.pages.parts.notes import Notes, notes_on
from generator.pages.parts.twin import json_twin

if TYPE_CHECKING:
    from datetime import date

    from generator.curated.locked import Locked
    from generator.dossier import Dossier

FILE = "content/redirects.yml"


@dataclass(frozen=True)
class GoneContext:
    """Variables of gone.md.j2."""

    kind: str  # "report"; "" for a page of no single record
    id: str
    title: str  # the last one that is known
    day: date
    reason: str
    to: str  # address from the root of the site of what took its place, "" where nothing did
    last: str  # number of the newest snapshot that has it
    old: str  # the address that it had


def pages(dossier: Dossier) -> Iterator[Page]:
    """Withdrawn records, then addresses that moved."""
    library = dossier.library
    case = library.case.id
    for row in library.locked:
        if row.gone:
            yield _tombstone(dossier, row)
    for moved in library.moved:
        if "#" in moved.old:
            continue
        last = next((one.id for one in reversed(library.snapshots) if moved.old in one.addresses), "")
        to = moved.new or ""
        context = GoneContext("", "", moved.old, moved.day, moved.why, to, last, moved.old)
        yield _page(moved.old, "This page moved" if to else "This page is gone", context, None, case)


def _tombstone(dossier: Dossier, row: Locked) -> Page:
    library = dossier.library
    case = library.case.id
    last = last_in(library.snapshots, row.place)
    title = last.facts[row.place].title if last else row.title
    assert row.gone is not None
    to = f"{case}/{row.gone.to}/" if row.gone.to else ""
    old = f"{case}/{row.place}/"
    context = GoneContext(row.kind, row.id, title, row.gone.day, row.gone.reason, to, last.id if last else "", old)
    word = f"{row.kind[0].upper()}{row.kind[1:]} {row.id}"
    return _page(old, f"{word} is withdrawn", context, notes_on(dossier, row.place), case)


def _page(path: str, title: str, context: GoneContext, notes: Notes | None, case: str) -> Page:
    record = {
        "gone": True,
        "title": context.title,
        "day": context.day.isoformat(),
        "reason": context.reason,
        "to": context.to or None,
        "last_snapshot": context.last or None,
    }
    links = {"page": path, "changes": f"{case}/changes/", "to": context.to or None}
    return Page(
        path=path,
        template="gone.md.j2",
        title=title,
        description=f"Gone since {context.day}.",
        context=context,
        downloads=(json_twin(context.kind or "page", context.id or path, record, links),),
        searchable=False,
        notes=notes,
        instead=context.to or path,
    )


def refuse_living(pages: Sequence[Page]) -> None:
    """Raises ContentError where an address that is said to have moved, or to be gone, has a page."""
    living = {page.path.casefold() for page in pages if not page.instead}
    wrong = [page.path for page in pages if page.instead and page.path.casefold() in living]
    if wrong:
        message, hint = "is said to have moved or to be gone, and has a page", "take out its row, or the page"
        raise ContentError(*(Problem(FILE, 0, 0, "W-twice", f"{one} {message}", hint) for one in wrong))


KIND = PageKind("gone", pages)
