"""Where the addresses of built pages lead: to a file and an id of the site, to another host, or nowhere."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from generator.site.manifest import FROZEN
from generator.site.scan import Attribute, ScannedPage, Spot

HOME = "index.html"
NOT_FOUND = "404.html"
_ANCHORS = frozenset({"a", "area"})
_RESOURCE_RELS = frozenset(
    {"stylesheet", "icon", "preload", "modulepreload", "manifest", "prefetch", "preconnect", "dns-prefetch"}
)
_LOCAL_RELS = frozenset({"alternate", "prev", "next"})
_FROZEN = re.compile(rf"{FROZEN}/20[0-9]{{2}}-[0-9]{{2}}-[0-9]{{2}}\.[0-9]+/")
_LISTS = frozenset({"srcset", "imagesrcset"})
_WEB = frozenset({"http", "https"})
_LINKED = frozenset({"", "mailto", *_WEB})


class Fault(NamedTuple):
    """Something wrong at an element of a page."""

    spot: Spot
    code: str
    message: str
    hint: str = ""


@dataclass(frozen=True)
class Site:
    """All files and pages of a site; `base` is its path on its host."""

    files: frozenset[str]
    pages: Mapping[str, ScannedPage]
    base: str


class Link(NamedTuple):
    """One address of a page. `loads`: the browser fetches it unasked."""

    spot: Spot
    address: str
    loads: bool


class Target(NamedTuple):
    """A file of the site, "" for a place outside its base, and an id on it, "" for none."""

    file: str
    fragment: str


def links_of(page: ScannedPage) -> Iterator[Link]:
    """Every address of the page that a reader follows or a browser loads."""
    for attribute in page.addresses:
        loads = _loads(attribute)
        if loads is None:
            continue
        if attribute.name not in _LISTS:
            yield Link(attribute.spot, attribute.value.strip(), loads)
            continue
        for part in attribute.value.split(","):
            yield Link(attribute.spot, (part.split() or [""])[0], loads)


def _loads(attribute: Attribute) -> bool | None:
    """Is the address loaded? False where it leads somewhere, None where it only names something."""
    if attribute.spot.tag in _ANCHORS and attribute.name != "ping":
        return False
    if attribute.spot.tag != "link" or attribute.name != "href":
        return True
    rels = set(attribute.rel.split())
    if rels & _RESOURCE_RELS:
        return True
    return False if rels & _LOCAL_RELS else None


def link_faults(name: str, site: Site, led: set[str]) -> Iterator[Fault]:
    """What is wrong with the addresses of page `name`; every page that it leads a reader to is put into `led`."""
    for link in links_of(site.pages[name]):
        try:
            scheme, host, *_ = urlsplit(link.address)
        except ValueError:
            yield Fault(link.spot, "S210", f"{link.address!r} is not an address")
            continue
        outside = bool(host) or link.address.startswith("//") or scheme in _WEB
        if link.loads and outside:
            yield Fault(link.spot, "S207", "loads something from another host", "vendor it under assets/")
        elif link.loads and link.address.startswith("data:image/"):
            continue
        elif not link.loads and scheme not in _LINKED:
            yield Fault(link.spot, "S208", f"link with the scheme {scheme!r}")
        elif not link.loads and not link.address:
            yield Fault(link.spot, "S209", "empty link")
        elif link.loads or not (scheme or outside):
            target = resolved(name, link.address, site.base)
            yield from _target_faults(link, target, site)
            if link.spot.tag in _ANCHORS:
                led.add(target.file)


def _target_faults(link: Link, target: Target, site: Site) -> Iterator[Fault]:
    if _FROZEN.match(target.file):  # put there after the check, and whole by its own manifest
        return
    if target.file not in site.files:
        yield Fault(link.spot, "S210", f"{link.address!r} leads to no file of the site")
    elif target.fragment and target.file in site.pages and target.fragment not in site.pages[target.file].ids:
        yield Fault(link.spot, "S211", f"{link.address!r} leads to no id on that page")


def resolved(name: str, address: str, base: str) -> Target:
    """What a relative or root-relative address of page `name` means."""
    parts = urlsplit(address)
    fragment = unquote(parts.fragment.partition(":~:")[0])
    if not parts.path:
        return Target(name, fragment)
    path = unquote(parts.path)
    if path.startswith("/") and not path.startswith(base):
        return Target("", fragment)
    path = "/" + path.removeprefix(base) if path.startswith("/") else path
    target = posixpath.normpath(posixpath.join("/", posixpath.dirname(name), path)).lstrip("/")
    is_folder = path.endswith(("/", "/.", "/..")) or path in {".", ".."}
    return Target(posixpath.join(target, "index.html") if is_folder else target, fragment)


def orphans(site: Site, leads: Mapping[str, frozenset[str]]) -> tuple[str, ...]:
    """Pages that nobody reaches from the home page, given the files that each page leads to.

    404.html is shown by the host.
    """
    reached = {HOME}
    waiting = [HOME]
    while waiting:
        new = leads.get(waiting.pop(), frozenset()) - reached
        reached |= new
        waiting += new
    return tuple(sorted(site.pages.keys() - reached - {NOT_FOUND}))
