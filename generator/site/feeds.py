"""Feeds of what changed: Atom (RFC 4287) and JSON Feed 1.1, of the site, of each surface and of each claim.

An entry is a record, by an id that never changes; `updated` moves when the record is corrected, regraded or withdrawn,
so a reader shows the same entry anew and not a second one. Changes reach a feed with the snapshot that holds them;
corrections and withdrawals at once, by their own day.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from generator.curated.locked import LETTERS, rows_of
from generator.dossier.changes import NOW, Change, What, buried, corrected
from generator.dossier.edition import PUBLISHER
from generator.grading.weights import named

if TYPE_CHECKING:
    from generator.curated.claims import Claim
    from generator.curated.kinds import Library
    from generator.dossier import Dossier

ATOM, JSON = "feed.atom", "feed.json"
MOST = 100  # entries of one feed
JSON_FEED = "https://jsonfeed.org/version/1.1"
PUBLISHERITY = "witnessmark.example,2026-03-01"
"""Of the tag addresses of entries (RFC 4151): a name that no host has, so no move of the site can change an id. A UUID
would do as well, but looks like the raw id of a session, which the gate refuses."""
_NO_PAGE = "corrections"


@dataclass(frozen=True)
class Item:
    """One entry: a record, or a correction of no single one."""

    key: str  # its place below the case; what its id is made of
    path: str  # of its page, from the root of the site
    title: str
    published: date
    updated: date
    text: str


@dataclass(frozen=True)
class Feed:
    """One feed; `path` is the folder that its two files are in."""

    path: str
    title: str
    page: str
    items: tuple[Item, ...]
    updated: date


def item_id(case: str, key: str) -> str:
    """The same for ever, wherever the site is published."""
    return f"tag:{PUBLISHERITY}:{case}/{key}"


def fed_pages(library: Library) -> dict[str, str]:
    """The folder of the feeds that a page names, by its address; empty before there is a list of ids."""
    if not library.locked:
        return {}
    case, rows = library.case.id, rows_of(library.locked)
    own = [f"{case}/surface/{surface.id}/" for surface in library.surfaces]
    own += [f"{case}/c/{claim.id}/" for claim in library.claims if f"c/{claim.id}" in rows]
    return {f"{case}/": "", f"{case}/changes/": ""} | {page: page for page in own}


def feed_files(dossier: Dossier) -> Iterator[tuple[str, bytes]]:
    """Both files of each feed with their paths; none before there is a list of ids."""
    for feed in feeds(dossier):
        yield f"{feed.path}{ATOM}", atom(feed, dossier)
        yield f"{feed.path}{JSON}", json_feed(feed, dossier)


def feeds(dossier: Dossier) -> Iterator[Feed]:
    """Site, surfaces, claims."""
    library = dossier.library
    if not library.locked:
        return
    case = library.case.id
    told = _told(dossier)
    start = min(row.first for row in library.locked)
    yield _feed("", f"Witnessmark: {library.case.title}", f"{case}/changes/", told.values(), start)
    for surface in library.surfaces:
        wanted = {f"c/{one.id}" for one in dossier.claims_on(surface.id)}
        wanted |= {f"r/{one.id}" for one in dossier.reports_on(surface.id)}
        wanted |= {f"e/{one.id}" for one in dossier.events_on(surface.id)}
        wanted |= {f"i/{one.id}" for one in dossier.incidents_on(surface.id)}
        path = f"{case}/surface/{surface.id}/"
        yield _feed(path, f"Witnessmark: {surface.title}", path, (told[key] for key in wanted & told.keys()), start)
    rows = rows_of(library.locked)
    for claim in library.claims:
        row = rows.get(f"c/{claim.id}")
        if row is not None:
            path = f"{case}/c/{claim.id}/"
            plain = Item(row.place, path, f"{claim.id}: {claim.statement}", row.first, row.first, "First recorded.")
            about = [told.get(row.place, plain), *(told[key] for key in _leaned_on(claim) & told.keys())]
            yield _feed(path, f"Witnessmark: claim {claim.id}", path, about, row.first)


def _leaned_on(claim: Claim) -> set[str]:
    keys = (named(item).partition(":") for item in claim.evidence)
    return {f"{LETTERS[word]}/{id}" for word, _, id in keys}


def _feed(path: str, title: str, page: str, items: Iterable[Item], start: date) -> Feed:
    newest = sorted(items, key=lambda item: item.key)
    newest.sort(key=lambda item: item.updated, reverse=True)
    return Feed(path, title, page, tuple(newest[:MOST]), max((item.updated for item in newest), default=start))


def _told(dossier: Dossier) -> dict[str, Item]:
    """Every record that changed, with all its changes, by its key."""
    library = dossier.library
    titles = {row.place: row.title for row in library.locked if row.kind == "figure" and not row.gone}
    titles |= {fact.place: fact.title for fact in dossier.facts}
    changes = [one for period in dossier.periods if period.id != NOW for one in period.changes]
    changes = [
        one for one in changes if one.what is not What.CORRECTED and not (one.what is What.WITHDRAWN and one.link)
    ]
    changes += [corrected(one, titles.get(one.page or "", "")) for one in library.corrections]
    changes += [buried(row) for row in library.locked if row.gone]
    by_key: dict[str, list[Change]] = {}
    for one in changes:
        by_key.setdefault(one.place or f"correction/{one.correction}", []).append(one)
    first = {row.place: row.first for row in library.locked}
    return {key: _item(dossier, key, found, titles, first.get(key)) for key, found in by_key.items()}


def _item(dossier: Dossier, key: str, changes: Sequence[Change], titles: dict[str, str], first: date | None) -> Item:
    case = dossier.library.case.id
    newest = sorted(changes, key=lambda one: one.day, reverse=True)
    is_page = not key.startswith("correction/")
    name = titles.get(key) or next((one.title for one in newest if one.title), "") or "Correction"
    gone = key not in titles and is_page
    title = f"{'Withdrawn: ' if gone else ''}{f'{key[2:]}: ' if is_page else ''}{name}"
    return Item(
        key=key,
        path=f"{case}/{key}/" if is_page else f"{case}/{_NO_PAGE}/#correction-{newest[0].correction}",
        title=title,
        published=min(first or newest[-1].day, newest[-1].day),
        updated=newest[0].day,
        text="\n\n".join(f"{one.day}: {one.text}" for one in newest),
    )


def _moment(day: date) -> str:
    return f"{day}T00:00:00Z"


def atom(feed: Feed, dossier: Dossier) -> bytes:
    """RFC 4287: id, title, updated and author of the feed; id, title, updated and a link of each entry."""
    base, case = _base(dossier), dossier.library.case.id
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">',
        f"<id>{item_id(case, f'feed/{feed.path}')}</id>",
        f"<title>{escape(feed.title)}</title>",
        f"<updated>{_moment(feed.updated)}</updated>",
        f"<author><name>{PUBLISHER}</name></author>",
        f'<link rel="self" type="application/atom+xml" href={quoteattr(f"{base}{feed.path}{ATOM}")}/>',
        f'<link rel="alternate" type="text/html" href={quoteattr(f"{base}{feed.page}")}/>',
    ]
    for item in feed.items:
        lines += [
            "<entry>",
            f"<id>{item_id(case, item.key)}</id>",
            f"<title>{escape(item.title)}</title>",
            f"<published>{_moment(item.published)}</published>",
            f"<updated>{_moment(item.updated)}</updated>",
            f'<link rel="alternate" type="text/html" href={quoteattr(f"{base}{item.path}")}/>',
            f'<content type="text">{escape(item.text)}</content>',
            "</entry>",
        ]
    return "\n".join((*lines, "</feed>", "")).encode()


def json_feed(feed: Feed, dossier: Dossier) -> bytes:
    """JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/)."""
    base, case = _base(dossier), dossier.library.case.id
    content = {
        "version": JSON_FEED,
        "title": feed.title,
        "home_page_url": f"{base}{feed.page}",
        "feed_url": f"{base}{feed.path}{JSON}",
        "language": "en",
        "authors": [{"name": PUBLISHER}],
        "items": [
            {
                "id": item_id(case, item.key),
                "url": f"{base}{item.path}",
                "title": item.title,
                "content_text": item.text,
                "date_published": _moment(item.published),
                "date_modified": _moment(item.updated),
            }
            for item in feed.items
        ],
    }
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def _base(dossier: Dossier) -> str:
    """The address of the site with a slash at its end; where none is stated, paths from its root."""
    return f"{dossier.address.rstrip('/')}/"
