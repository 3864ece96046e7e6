"""What changed since the newest snapshot and between each two, and what is gone. All of it is computed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from generator.base.wording import plural
from generator.dossier.changes import NOW, Change, Period, What
from generator.pages.parts.base import Page, PageKind
from generator.pages.parts.twin import json_twin

if TYPE_CHECKING:
    from generator.curated.locked import Locked, Moved
    from generator.dossier import Dossier

TITLES = {
    What.WITHDRAWN: "Withdrawn",
    What.CORRECTED: "Corrected",
    What.REGRADED: "Regraded",
    What.ADDED: "Added",
    What.RENAMED: "Titles changed",
    What.REWORDED: "Changed in another way",
}
MOST_LISTED = 400  # changes of one kind on one page; the JSON has all


@dataclass(frozen=True)
class Kind:
    """Changes of one kind."""

    what: What
    title: str
    count: int
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class ChangesContext:
    """Variables of changes.md.j2."""

    now: Period | None  # since the newest snapshot; None before there is one
    kinds: tuple[Kind, ...]
    snapshots: tuple[tuple[Period, str], ...]  # newest first, each with its changes in words
    gone: tuple[Locked, ...]  # newest first
    moved: tuple[Moved, ...]
    first: str  # the day from which ids are kept
    ids: int
    unpublished: str  # the host that feeds name though nobody has set it; "" where it is a real one


@dataclass(frozen=True)
class PeriodContext:
    """Variables of changes_between.md.j2."""

    period: Period
    kinds: tuple[Kind, ...]
    previous: Period | None
    next: Period | None


def pages(dossier: Dossier) -> Iterator[Page]:
    """The list, then a page for each snapshot; none before any id is kept."""
    library = dossier.library
    if not library.locked and not library.snapshots:
        return
    case = library.case.id
    periods = dossier.periods
    now = periods[-1] if periods else None
    host = urlsplit(dossier.address).hostname or ""
    gone = sorted((row for row in library.locked if row.gone), key=lambda row: (row.gone and row.gone.day, row.place))
    newest = library.snapshots[-1].id if library.snapshots else ""
    yield Page(
        path=f"{case}/changes/",
        template="changes.md.j2",
        title="Changes",
        description=f"What changed and what is gone. Newest snapshot: {newest or 'none yet'}.",
        context=ChangesContext(
            now=now,
            kinds=_kinds(now) if now else (),
            snapshots=tuple((one, _summary(one)) for one in reversed(periods[:-1])),
            gone=tuple(reversed(gone)),
            moved=library.moved,
            first=min((row.first for row in library.locked), default=dossier.day).isoformat(),
            ids=len(library.locked),
            unpublished="" if dossier.edition.address else host,
        ),
        downloads=(json_twin("changes", NOW, _record(now) if now else {}, _links(case, periods)),),
    )
    for index, period in enumerate(periods[:-1]):
        before = periods[index - 1] if index else None
        after = periods[index + 1] if index + 2 < len(periods) else None
        yield _period_page(case, period, before, after)


def _period_page(case: str, period: Period, before: Period | None, after: Period | None) -> Page:
    return Page(
        path=f"{case}/changes/{period.id}/",
        template="changes_between.md.j2",
        title=f"Snapshot {period.id}",
        description=f"{_summary(period)} {plural(period.records, 'record')} in this snapshot.",
        context=PeriodContext(period, _kinds(period), before, after),
        downloads=(json_twin("changes", period.id, _record(period), {"changes": f"{case}/changes/"}),),
        searchable=False,
    )


def _kinds(period: Period) -> tuple[Kind, ...]:
    found = ((what, period.of(what)) for what in What)
    return tuple(Kind(what, TITLES[what], len(all_), all_[:MOST_LISTED]) for what, all_ in found if all_)


def _summary(period: Period) -> str:
    if period.before is None:
        return "The first snapshot."
    said = [f"{len(period.of(what))} {TITLES[what].lower()}" for what in What if period.of(what)]
    return f"{', '.join(said)}." if said else "Nothing changed."


def _record(period: Period) -> dict[str, Any]:
    changes = [
        {
            "what": one.what.value,
            "record": one.place,
            "title": one.title,
            "day": one.day.isoformat(),
            "before": one.before,
            "after": one.after,
            "why": one.why,
            "to": one.to,
            "correction": one.correction,
        }
        for one in period.changes
    ]
    return {"from": period.before, "to": period.id, "day": period.day.isoformat(), "changes": changes}


def _links(case: str, periods: tuple[Period, ...]) -> dict[str, Any]:
    return {
        "snapshots": [f"{case}/changes/{one.id}/" for one in periods[:-1]],
        "feeds": ["feed.atom", "feed.json"],
    }


KIND = PageKind("changes", pages)
