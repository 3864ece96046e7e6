"""Check of the built site. `mkdocs build --strict` does not see raw HTML links, images, or what a browser would load.

Reads the folder, changes nothing. Paths in problems are relative to it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from generator.base.problems import Problem
from generator.site.csp import THEME_SCRIPTS, page_problems, script_id
from generator.site.hosting import HEADERS_FILE, REDIRECTS_FILE, headers_problems
from generator.site.links import NOT_FOUND, Fault, Site, link_faults, orphans
from generator.site.pictures import fetches, picture_flaw
from generator.site.promised import Promise, lost
from generator.site.scan import ScannedPage, lines_of, scan

_PUBLISHED = frozenset(
    (
        ".atom", ".bib", ".cff", ".css", ".csv", ".gz", ".html", ".ico", ".js", ".json", ".map", ".png", ".ris",
        ".sha256", ".svg", ".txt", ".woff2", ".xml", ".pagefind", ".pf_fragment", ".pf_index", ".pf_meta",
    )
)  # fmt: skip
_FORBIDDEN = {
    "base": "<base> moves every address of the page",
    "meta": "<meta http-equiv=refresh> takes the reader away",
    "style": "<style>, which the policy blocks",
}
NOTHING = Promise()
_NO_SUFFIX = frozenset({HEADERS_FILE, REDIRECTS_FILE, ".gitignore", ".nojekyll", "CNAME", "SHA256SUMS"})


def check_site(
    root: Path,
    known_scripts: frozenset[str] = THEME_SCRIPTS,
    *,
    base: str = "/",
    pages: Mapping[str, ScannedPage] | None = None,
    promise: Promise = NOTHING,
) -> tuple[Problem, ...]:
    """All problems of all pages, sorted; links are followed to files and fragments.

    `base` is the path of the site on its host: 404.html addresses everything from there. `pages` are the scans of
    all pages as they are in the folder, where the caller has them already. `promise` is what an older site had.
    """
    entries = {path.relative_to(root).as_posix(): path for path in root.rglob("*")}
    files = frozenset(name for name, path in entries.items() if path.is_file() and not path.is_symlink())
    if pages is None:
        names = sorted(name for name in files if name.endswith(".html"))
        pages = {name: scan((root / name).read_text("utf-8")) for name in names}
    problems = [*_pages_problems(root, Site(files, pages, base), known_scripts)]
    for name, path in entries.items():
        problems += _file_problems(name, path)
    headers = (root / HEADERS_FILE).read_text("utf-8") if HEADERS_FILE in files else ""
    scripts = (text for page in pages.values() for text in page.script_texts)
    problems += headers_problems(headers, scripts, known_scripts)
    problems += lost(pages, promise)
    problems += [problem for name in files if name.endswith(".json") for problem in _json_problems(root, name)]
    return tuple(sorted(problems))


def _pages_problems(root: Path, site: Site, known_scripts: frozenset[str]) -> Iterator[Problem]:
    leads = {}
    for name, page in site.pages.items():
        led: set[str] = set()
        yield from _placed(root / name, name, (*_element_faults(page, known_scripts), *link_faults(name, site, led)))
        yield from (Problem(name, 0, 0, *fault) for fault in _page_faults(name, page))
        yield from page_problems(name, page.opening, page.script_texts, known_scripts)
        leads[name] = frozenset(led)
    for name in orphans(site, leads):
        yield Problem(name, 0, 0, "S217", "no link leads here from the home page", "link it from a page above it")


def _placed(path: Path, name: str, faults: Iterable[Fault]) -> Iterator[Problem]:
    """The faults of a page with their lines: a second look at the page where there is any."""
    faults = tuple(faults)
    lines = lines_of(path.read_text("utf-8"), {fault.spot for fault in faults}) if faults else {}
    for spot, code, message, hint in faults:
        yield Problem(name, lines[spot], 0, code, message, hint)


def _element_faults(page: ScannedPage, known_scripts: frozenset[str]) -> Iterator[Fault]:
    for double in page.doubles:
        yield Fault(double.spot, "S201", f"the id {double.value!r} is on the page twice")
    for active in page.active:
        yield Fault(active.spot, "S202", f"attribute {active.name} on <{active.spot.tag}>, which the policy blocks")
    for lacking in page.incomplete:
        yield Fault(lacking.spot, "S202", f"<img> without {lacking.name}")
    for spot in page.forbidden:
        yield Fault(spot, "S202", _FORBIDDEN[spot.tag])
    for spot, body in page.scripts:
        if script_id(body) not in known_scripts:
            yield Fault(spot, "S203", f"unknown inline script {script_id(body)}")


def _page_faults(name: str, page: ScannedPage) -> Iterator[tuple[str, ...]]:
    for tag in page.dropped:
        yield "S218", f"a <{tag}> is where none may be, so this parser leaves it out and another may not"
    if name == NOT_FOUND:
        return
    if not page.title.strip():
        yield "S204", "the page has no title"
    if page.headings != 1:
        yield "S205", f"the page has {page.headings} main headings", "one <h1> a page"
    if not page.described:
        yield "S206", "the page has no description"


def _file_problems(name: str, path: Path) -> Iterator[Problem]:
    """Only ordinary files of known types are published; pictures and stylesheets fetch and run nothing."""
    if path.is_symlink() or not (path.is_file() or path.is_dir()):
        yield Problem(name, 0, 0, "S215", "not an ordinary file")
    elif path.is_dir():
        return
    elif path.suffix not in _PUBLISHED and path.name not in _NO_SUFFIX:
        yield Problem(name, 0, 0, "S215", "a file of a type that the site does not publish")
    elif path.suffix == ".svg" and (flaw := picture_flaw(path.read_bytes())):
        yield Problem(name, 0, 0, "S216", f"a picture with {flaw}", "pictures draw, and do nothing else")
    elif path.suffix == ".css" and fetches(path.read_text("utf-8", "replace")):
        yield Problem(name, 0, 0, "S207", "loads something from another host", "vendor it under assets/")


def _json_problems(root: Path, name: str) -> Iterator[Problem]:
    try:
        json.loads((root / name).read_bytes(), parse_constant=_refuse_constant)
    except ValueError:  # the text of the error could repeat the file
        yield Problem(name, 0, 0, "S212", "not valid JSON")


def _refuse_constant(_name: str) -> None:
    raise ValueError("NaN and Infinity are not JSON")
