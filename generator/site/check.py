"""Check of the built site. `mkdocs build --strict` does not see raw HTML links, images, or what a browser would load.

Reads the folder, changes nothing. Paths in problems are relative to it.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote, urlsplit

from generator.base.problems import Problem
from generator.site.csp import DATA_TYPES, HEADERS_FILE, THEME_SCRIPTS, headers_problems, page_problems, script_id

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_RESOURCES = {
    ("script", "src"),
    ("img", "src"),
    ("img", "srcset"),
    ("source", "src"),
    ("source", "srcset"),
    ("iframe", "src"),
    ("embed", "src"),
    ("object", "data"),
    ("video", "src"),
    ("video", "poster"),
    ("audio", "src"),
    ("use", "href"),
    ("use", "xlink:href"),
    ("image", "href"),
    ("image", "xlink:href"),
    ("track", "src"),
    ("input", "src"),
    ("body", "background"),
    ("form", "action"),
    ("button", "formaction"),
    ("input", "formaction"),
    ("a", "ping"),
}
_LINKS = {("a", "href"), ("area", "href"), *_RESOURCES}
_RESOURCE_RELS = {
    "stylesheet",
    "icon",
    "preload",
    "modulepreload",
    "manifest",
    "prefetch",
    "preconnect",
    "dns-prefetch",
}
_LOCAL_RELS = _RESOURCE_RELS | {"alternate", "prev", "next"}
_FETCHED = re.compile(r"""(?:@import\s+|url\(\s*)["']?((?:[a-z][a-z0-9+.-]*:)?//[^"')\s]+)""", re.IGNORECASE)
_SVG_DANGER = re.compile(
    r"<(?:\w+:)?(?:script|foreignobject|iframe|a|animate|set|handler|style|image|use)\b|\son\w+\s*=|javascript:|<!(?:DOCTYPE|ENTITY)"
    r"|(?:href|src)\s*=\s*[\"']?\s*(?!#)|@import|url\(\s*[\"']?(?!#)",
    re.IGNORECASE,
)
_PUBLISHED = frozenset(
    (".bib", ".css", ".csv", ".gz", ".html", ".ico", ".js", ".json", ".map", ".png", ".svg", ".txt", ".woff2", ".xml")
)
_NO_SUFFIX = frozenset({HEADERS_FILE, ".gitignore", ".nojekyll", "CNAME"})


class Place(NamedTuple):
    """Something at a line of a page."""

    line: int
    value: str


@dataclass
class Scanned:
    """What one page refers to and what it offers."""

    ids: dict[str, int] = field(default_factory=dict)
    doubles: list[Place] = field(default_factory=list)
    links: list[Place] = field(default_factory=list)
    resources: list[Place] = field(default_factory=list)
    scripts: list[Place] = field(default_factory=list)
    faults: list[Place] = field(default_factory=list)
    title: str = ""
    headings: int = 0
    described: bool = False
    policy: str | None = None  # of the first <meta>, if that is what it is
    metas: int = 0
    redirects: bool = False


def check_site(root: Path, known_scripts: frozenset[str] = THEME_SCRIPTS, *, base: str = "/") -> tuple[Problem, ...]:
    """All problems of all pages, sorted; links are followed to files and fragments.

    `base` is the path of the site on its host: 404.html addresses everything from there.
    """
    entries = {path.relative_to(root).as_posix(): path for path in root.rglob("*")}
    files = frozenset(name for name, path in entries.items() if path.is_file() and not path.is_symlink())
    sources = {name: (root / name).read_text("utf-8") for name in sorted(files) if name.endswith(".html")}
    pages = {name: _scan(source) for name, source in sources.items()}
    site = _Site(files, pages, base)
    problems: list[Problem] = []
    for name, page in pages.items():
        problems += _page_problems(name, page, known_scripts)
        scripts = [body for _, body in page.scripts]
        problems += page_problems(name, sources[name], page.policy, scripts, known_scripts)
        problems += _link_problems(name, page, site)
    for name, path in entries.items():
        problems += _file_problems(name, path)
    headers = (root / HEADERS_FILE).read_text("utf-8") if HEADERS_FILE in files else ""
    problems += headers_problems(headers, sources.values(), known_scripts)
    problems += [problem for name in files if name.endswith(".json") for problem in _json_problems(root, name)]
    return tuple(sorted(problems))


class _Site(NamedTuple):
    files: frozenset[str]
    pages: Mapping[str, Scanned]
    base: str


class _Scanner(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Scanned()
        self._script: list[str] | None = None
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        line = self.getpos()[0]
        values = {name: value or "" for name, value in attrs}
        self._attributes(tag, values, line)
        page = self.page
        match tag:
            case "link":
                self._link(values, line)
            case "meta":
                if not page.metas and values.get("http-equiv", "").lower() == "content-security-policy":
                    page.policy = values.get("content", "")
                page.metas += 1
                page.described |= values.get("name") == "description" and bool(values.get("content"))
                page.redirects |= values.get("http-equiv", "").lower() == "refresh"
            case "img":
                missing = [name for name in ("alt", "width", "height") if name not in values]
                page.faults.extend(Place(line, f"<img> without {name}") for name in missing)
            case "base":
                page.faults.append(Place(line, "<base> moves every address of the page"))
            case "h1":
                page.headings += 1
            case "title":
                self._in_title = not page.title
            case "script" if "src" not in values and values.get("type", "") not in DATA_TYPES:
                self._script = []

    def handle_data(self, data: str) -> None:
        if self._script is not None:
            self._script.append(data)
        elif self._in_title:
            self.page.title += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "script" and self._script is not None:
            self.page.scripts.append(Place(self.getpos()[0], "".join(self._script)))
            self._script = None
        elif tag == "title":
            self._in_title = False

    def _attributes(self, tag: str, values: Mapping[str, str], line: int) -> None:
        for name, value in values.items():
            if name == "id":
                if value in self.page.ids:
                    self.page.doubles.append(Place(line, value))
                self.page.ids.setdefault(value, line)
            elif (tag, name) in _LINKS:
                group = self.page.resources if (tag, name) in _RESOURCES else self.page.links
                group.extend(Place(line, address) for address in _addresses(name, value))
            elif name.startswith("on"):
                self.page.faults.append(Place(line, f"attribute {name} on <{tag}>"))
            elif name in {"style", "srcdoc"}:
                self.page.faults.append(Place(line, f"attribute {name} on <{tag}>, which the policy blocks"))

    def _link(self, values: Mapping[str, str], line: int) -> None:
        rels = set(values.get("rel", "").lower().split())
        place = Place(line, values.get("href", ""))
        if rels & _RESOURCE_RELS:
            self.page.resources.append(place)
        elif rels & _LOCAL_RELS:
            self.page.links.append(place)


def _scan(html: str) -> Scanned:
    scanner = _Scanner()
    scanner.feed(html)
    scanner.close()
    return scanner.page


def _addresses(name: str, value: str) -> Iterator[str]:
    if name != "srcset":
        yield value.strip()
        return
    for part in value.split(","):
        yield part.split()[0] if part.split() else ""


def _page_problems(name: str, page: Scanned, known_scripts: frozenset[str]) -> Iterator[Problem]:
    for line, identifier in page.doubles:
        yield Problem(name, line, 0, "S201", f"the id {identifier!r} stands twice on the page")
    for line, fault in page.faults:
        yield Problem(name, line, 0, "S202", fault)
    for line, body in page.scripts:
        if script_id(body) not in known_scripts:
            yield Problem(name, line, 0, "S203", f"unknown inline script {script_id(body)}")
    if page.redirects or name == "404.html":
        return
    if not page.title.strip():
        yield Problem(name, 0, 0, "S204", "the page has no title")
    if page.headings != 1:
        yield Problem(name, 0, 0, "S205", f"the page has {page.headings} main headings", "one <h1> a page")
    if not page.described:
        yield Problem(name, 0, 0, "S206", "the page has no description")


def _file_problems(name: str, path: Path) -> Iterator[Problem]:
    """Only ordinary files of known types are published; pictures and stylesheets fetch and run nothing."""
    if path.is_symlink() or not (path.is_file() or path.is_dir()):
        yield Problem(name, 0, 0, "S215", "not an ordinary file")
    elif path.is_dir():
        return
    elif path.suffix not in _PUBLISHED and path.name not in _NO_SUFFIX:
        yield Problem(name, 0, 0, "S215", "a file of a type that the site does not publish")
    elif path.suffix == ".svg" and (found := _SVG_DANGER.search(path.read_text("utf-8"))):
        yield Problem(name, 0, 0, "S216", f"a picture with {found[0].strip()[:20]!r}")
    elif path.suffix == ".css" and _FETCHED.search(path.read_text("utf-8")):
        yield Problem(name, 0, 0, "S207", "loads something from another host", "vendor it under assets/")


def _link_problems(name: str, page: Scanned, site: _Site) -> Iterator[Problem]:
    for place in page.resources:
        if _is_outside(place.value):
            hint = "vendor it under assets/"
            yield Problem(name, place.line, 0, "S207", "loads something from another host", hint)
        elif not place.value.startswith("data:image/"):
            yield from _target_problems(name, place, site)
    for place in page.links:
        scheme = urlsplit(place.value).scheme
        if scheme not in {"", "http", "https", "mailto"}:
            yield Problem(name, place.line, 0, "S208", f"link with the scheme {scheme!r}")
        elif not place.value:
            yield Problem(name, place.line, 0, "S209", "empty link")
        elif not scheme and not _is_outside(place.value):
            yield from _target_problems(name, place, site)


def _target_problems(name: str, place: Place, site: _Site) -> Iterator[Problem]:
    target, fragment = _resolve(name, place.value, site.base)
    if target not in site.files:
        yield Problem(name, place.line, 0, "S210", f"{place.value!r} leads to no file of the site")
    elif fragment and target in site.pages and fragment not in site.pages[target].ids:
        yield Problem(name, place.line, 0, "S211", f"{place.value!r} leads to no id on that page")


def _resolve(name: str, address: str, base: str) -> tuple[str, str]:
    """File and fragment that a relative or root-relative address of page `name` means; "" outside `base`."""
    parts = urlsplit(address)
    fragment = unquote(parts.fragment.partition(":~:")[0])
    if not parts.path:
        return name, fragment
    path = unquote(parts.path)
    if path.startswith("/") and not path.startswith(base):
        return "", fragment
    path = "/" + path.removeprefix(base) if path.startswith("/") else path
    target = posixpath.normpath(posixpath.join("/", posixpath.dirname(name), path)).lstrip("/")
    is_folder = path.endswith(("/", "/.", "/..")) or path in {".", ".."}
    return posixpath.join(target, "index.html") if is_folder else target, fragment


def _is_outside(address: str) -> bool:
    return address.startswith("//") or urlsplit(address).scheme in {"http", "https"}


def _json_problems(root: Path, name: str) -> Iterator[Problem]:
    try:
        json.loads((root / name).read_bytes(), parse_constant=_refuse_constant)
    except ValueError:  # the text of the error could repeat the file
        yield Problem(name, 0, 0, "S212", "not valid JSON")


def _refuse_constant(_name: str) -> None:
    raise ValueError("NaN and Infinity are not JSON")
