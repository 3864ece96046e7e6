"""No address is lost: every page and every place on a page that the newest snapshot had is still there.

A heading that a page leaves out now, since it has nothing to list, keeps its place all the same, as does a record that
is gone and a place that content/redirects.yml says moved. What is lost otherwise is refused by the site checker.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING

from generator.base.problems import Problem
from generator.curated.snapshots import PageGroup

if TYPE_CHECKING:
    from pathlib import Path

    from generator.dossier import Dossier
    from generator.pages.parts.base import Page
    from generator.site.render import RenderedFile
    from generator.site.scan import ScannedPage

GONE = "gone.md.j2"
"""The template of pages that say only that something is gone or moved: every old place on them is kept."""
_PAGE = "index.md"
_HEADING = re.compile(r"^#{1,6} .*\{ #([A-Za-z][\w.-]*)[ }]", re.MULTILINE)
_ID = re.compile(r"<(?!input|textarea)[a-z][a-z0-9]*\b[^<>]*?\sid=\"([^\"]+)\"")
_FENCED = re.compile(r"^ {0,3}(```|~~~).*?^ {0,3}\1", re.MULTILINE | re.DOTALL)
_LITERAL = re.compile(r"(?:\{ #|\sid=\")([A-Za-z][\w.-]*(?:\{\{ loop\.index \}\})?)[ \"}]")
_COUNTED = "{{ loop.index }}"
_PARTS = re.compile(r"{%-? (?:extends|import|include) \"(_[a-z_]+\.md\.j2)\"")
_ALWAYS = (r"(?:for|against)", r"(?:[a-z]-)?m-[0-9]{4}-[0-9]{2}")
"""Places that macros name: the two sides of a claim, and the months of lists."""
_END = "</article>"


@dataclass(frozen=True)
class Promise:
    """What a build owes to the newest snapshot."""

    snapshot: str = ""  # its number; "" before there is one
    pages: Mapping[str, frozenset[str]] = field(default_factory=dict)  # places on each, by address of the page
    kept: Mapping[str, re.Pattern[str]] = field(default_factory=dict)  # places that a page may leave out
    moved: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # by page: where each old place is now
    led_on: Mapping[str, str] = field(default_factory=dict)  # by page that moved as a whole: where it is now


def addresses_of(files: Iterable[RenderedFile]) -> tuple[PageGroup, ...]:
    """Every page and the places on it, from its Markdown; pages with the same places are one group."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for file in files:
        if file.path == _PAGE or file.path.endswith(f"/{_PAGE}"):
            places = tuple(sorted(_places(file.content.decode())))
            groups.setdefault(places, []).append(file.path.removesuffix(_PAGE))
    return tuple(PageGroup(fragments=places, at=tuple(at)) for places, at in sorted(groups.items()))


def merged(now: Iterable[PageGroup], before: Mapping[str, frozenset[str]]) -> tuple[PageGroup, ...]:
    """The addresses of now with what they keep of the ones before."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for group in now:
        for page in group.at:
            groups.setdefault(tuple(sorted({*group.fragments, *before.get(page, ())})), []).append(page)
    return tuple(PageGroup(fragments=places, at=tuple(sorted(at))) for places, at in sorted(groups.items()))


def _places(markdown: str) -> set[str]:
    text = _FENCED.sub("", markdown)
    return {*_HEADING.findall(text), *_ID.findall(text)}


def promise_of(dossier: Dossier, pages: Sequence[Page], templates: Path) -> Promise:
    """What the newest snapshot had, and which of its places these pages may leave out."""
    library = dossier.library
    led_on = {row.old: row.new for row in library.moved if row.new and "#" not in row.old}
    if not library.snapshots:
        return Promise(led_on=led_on)
    newest = library.snapshots[-1]
    listed = {f"(?:[a-z]-)?{re.escape(row.id)}" for row in library.locked}  # a record may leave a list
    moved: dict[str, dict[str, str]] = {}
    for row in library.moved:
        page, _, old = row.old.partition("#")
        if old:
            moved.setdefault(page, {})[old] = (row.new or "").partition("#")[2]
    fixed = {name: _vocabulary(name, templates, listed) for name in {page.template for page in pages}}
    return Promise(newest.id, newest.addresses, {page.path: fixed[page.template] for page in pages}, moved, led_on)


def _vocabulary(name: str, templates: Path, listed: Iterable[str]) -> re.Pattern[str]:
    """Places that a template names, whether or not a page has something to put there."""
    if name == GONE:
        return re.compile(".*", re.DOTALL)
    text = _with_parts(name, templates, set())
    literal = _LITERAL.findall(text)
    found = {re.escape(one.removesuffix(_COUNTED)) + "[0-9]+" * one.endswith(_COUNTED) for one in literal}
    return re.compile("|".join(sorted({*found, *listed, *_ALWAYS})))


def _with_parts(name: str, templates: Path, seen: set[str]) -> str:
    """The text of a template and of all that it is put together from."""
    path = templates / name
    if name in seen or not path.is_file():
        return ""
    seen.add(name)
    text = path.read_text("utf-8")
    return text + "".join(_with_parts(part, templates, seen) for part in _PARTS.findall(text))


def keep_places(built: Path, promise: Promise) -> None:
    """Put back places that pages may leave out: before the place that one moved to, else at the end of the page."""
    for address, places in promise.pages.items():
        path = built / address / "index.html"
        if not path.is_file():
            continue
        page = path.read_text("utf-8")
        missing = sorted(one for one in places if f'id="{escape(one)}"' not in page)
        changed = page
        for place in missing:
            changed = _kept(changed, address, place, promise)
        if changed != page:
            path.write_text(changed, "utf-8", newline="")


def _kept(page: str, address: str, place: str, promise: Promise) -> str:
    mark = f'<span id="{escape(place)}"></span>'
    new = promise.moved.get(address, {}).get(place)
    if new and (at := re.search(rf'<[a-z][a-z0-9]*\b[^<>]*\sid="{re.escape(escape(new))}"', page)):
        return page[: at.start()] + mark + page[at.start() :]
    vocabulary = promise.kept.get(address)
    if new is not None or (vocabulary and vocabulary.fullmatch(place)):
        return page.replace(_END, mark + _END, 1)
    return page


def lost(pages: Mapping[str, ScannedPage], promise: Promise) -> Iterator[Problem]:
    """Every page and place of the newest snapshot that this site does not have."""
    for address, places in promise.pages.items():
        name = f"{address}index.html"
        if name not in pages:
            message = f"the page was public in snapshot {promise.snapshot}, and is gone"
            yield Problem(name, 0, 0, "S219", message, f"bring it back, or name {address} in content/redirects.yml")
            continue
        for place in sorted(places - pages[name].ids):
            message = f"the place #{place} was public in snapshot {promise.snapshot}, and is gone"
            hint = f"keep the id, or name {address}#{place} in content/redirects.yml"
            yield Problem(name, 0, 0, "S220", message, hint)
