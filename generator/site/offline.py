"""The site as one zip that opens by double click: index.html behind the name of each folder, no address of a server.

A browser gives a page that was opened as a file no module script, no index of a search and no page of a folder
(https://html.spec.whatwg.org/#concept-origin: such a page has an origin of its own). So folders are named by their
page, modules become plain scripts, the search becomes a link to the table of all records, and the policy allows files.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from html import escape, unescape
from urllib.parse import quote, urlsplit

from generator.base.problems import Problem
from generator.site.links import NOT_FOUND, links_of, resolved
from generator.site.manifest import FROZEN
from generator.site.scan import scan
from generator.site.search import FOLDER as SEARCH

README = "README.txt"
_SCRIPT_OF_SEARCH = "assets/search.js"
_LEFT_OUT = frozenset(
    {".gitignore", ".nojekyll", NOT_FOUND, "CNAME", "_headers", "_redirects", "robots.txt", "sitemap.xml"}
    | {"sitemap.xml.gz", "manifest.json", "SHA256SUMS", "assets/missing.js", _SCRIPT_OF_SEARCH}
)
"""What speaks to a host or a crawler, and digests of files that are other ones here; the zip has its own."""
_LEFT_OUT_FOLDERS = (f"{SEARCH}/", f"{FROZEN}/")
_LEFT_OUT_TYPES = (".map",)

_TAG = r"(?:[^<>\"]|\"[^\"]*\")*?"
_LINK = re.compile(rf'(<(?:a|area|link)\b{_TAG}\shref=")([^"]*)(")')
_PRELOAD = re.compile(rf'\s*<link\b{_TAG}\srel="(?:module)?preload"{_TAG}>')
_MODULE = re.compile(rf'<script\b{_TAG}\stype="module"{_TAG}></script>')
_SRC = re.compile(r'\ssrc="([^"]*)"')
_SEARCH_SCRIPT = re.compile(rf'\s*<script\b{_TAG}\ssrc="(?:\.\./|\./)*{re.escape(_SCRIPT_OF_SEARCH)}"{_TAG}></script>')
_SEARCH_BOX = re.compile(rf'(<a\b{_TAG}\sclass="wm-searchbox"{_TAG})\sdata-index="[^"]*"')
_SEARCH_LABEL = '<span class="wm-searchbox__label">Search</span>'
_TABLE_LABEL = '<span class="wm-searchbox__label">All records</span>'
_POLICY = re.compile(r'(<meta http-equiv="Content-Security-Policy" content=")([^"]*)(">)')
_EXPORT = re.compile(r"^export (?=(?:async )?function |const |let |class )", re.MULTILINE)
_IMPORT = re.compile(r"^(?:import\b(?!\()|export\b)", re.MULTILINE)


def offline_names(names: Iterable[str]) -> tuple[str, ...]:
    """The files of a site that the zip holds, sorted: all but what a host, a crawler or the search reads."""
    return tuple(
        name
        for name in sorted(names)
        if name not in _LEFT_OUT and not name.startswith(_LEFT_OUT_FOLDERS) and not name.endswith(_LEFT_OUT_TYPES)
    )


def modules_of(pages: Mapping[str, str]) -> frozenset[str]:
    """The files that pages load as modules."""
    found = set()
    for name, page in pages.items():
        for tag in _MODULE.findall(page):
            if source := _SRC.search(tag):
                found.add(resolved(name, unescape(source[1]), "/").file)
    return frozenset(found)


def as_file(page: str, name: str, address: str = "") -> str:
    """A page for the zip; `name` is its path, `address` that of the published site, "" where there is none.

    Links into frozen snapshots, which are not in the zip, lead to the published site, or to the README.
    """
    page = _SEARCH_SCRIPT.sub("", _PRELOAD.sub("", page))
    page = _SEARCH_BOX.sub(r"\1", page).replace(_SEARCH_LABEL, _TABLE_LABEL)
    page = _MODULE.sub(lambda tag: tag[0].replace(' type="module"', " defer", 1), page)
    page = _POLICY.sub(lambda meta: meta[1] + meta[2].replace("'self'", "'self' file:") + meta[3], page, count=1)
    return _LINK.sub(lambda link: link[1] + escape(_target(unescape(link[2]), name, address)) + link[3], page)


def _target(link: str, name: str, address: str) -> str:
    """The same address for a page that is a file."""
    parts = urlsplit(link)
    if parts.scheme or parts.netloc or not parts.path:
        return link
    target = resolved(name, link, "/").file
    if target.startswith(f"{FROZEN}/"):
        mark = f"#{parts.fragment}" if parts.fragment else ""
        online = address + quote(target.removesuffix("index.html")) + mark
        return online if address else posixpath.relpath(f"/{README}", "/" + posixpath.dirname(name))
    if not target.endswith("/index.html") and target != "index.html":
        return link
    path = parts.path if parts.path.endswith("index.html") else posixpath.join(parts.path, "index.html")
    return parts._replace(path=path).geturl()


def as_plain_script(script: str) -> str:
    """A module as a script of its own scope. Raises ValueError for one that imports or exports in another way."""
    text = _EXPORT.sub("", script)
    if _IMPORT.search(text):
        raise ValueError("a module that imports")
    return f'(() => {{\n"use strict";\n{text}}})();\n'


def dead_links(pages: Mapping[str, str], files: frozenset[str]) -> Iterator[Problem]:
    """Every address of a page that leads to no file of the zip, or to no place on it, as a browser reads it there."""
    scans = {name: scan(page) for name, page in pages.items()}
    for name, scanned in scans.items():
        for link in links_of(scanned):
            parts = urlsplit(link.address)
            if parts.scheme or parts.netloc:
                if link.loads and parts.scheme != "data":
                    yield Problem(name, 0, 0, "S207", "loads something from another host")
                continue
            target = resolved(name, link.address, "/")
            folder = parts.path.endswith(("/", "/..", "/.")) or parts.path in {".", ".."} or parts.path.startswith("/")
            if folder or target.file not in files:
                yield Problem(name, 0, 0, "S210", f"{link.address!r} leads to no file of the zip")
            elif target.fragment and target.file in scans and target.fragment not in scans[target.file].ids:
                yield Problem(name, 0, 0, "S211", f"{link.address!r} leads to no id on that page")
