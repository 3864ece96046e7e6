"""What the search of the site knows of each page, and its index, which Pagefind makes of the built pages.

The index is made after the gate and holds nothing but text of pages that it let pass. It lies there before the finished
site is searched for text of logs, which unpacks it (guard/decode.py) (https://pagefind.app/docs/).
"""

from __future__ import annotations

import gzip
import json
import re
import shutil
import zlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from generator.site import pagefind

if TYPE_CHECKING:
    from pathlib import Path

    from generator.pages.parts.base import Page

FOLDER = "pagefind"
RECORDS = "records.json"
"""Beside the index: the fragment of each record by kind and by every name that a reader may type.

Pagefind 1.5.2 writes its filters in an order that changes from run to run (mended after that release: Pagefind/pagefind
1124), and its ranking knows no exact match of an id, so both are looked up here."""

PAGE = "Page"
KINDS: Mapping[str, str] = {
    "c": "Claim",
    "f": "Finding",
    "g": "Figure",
    "d": "Detector",
    "m": "Measurement",
    "r": "Report",
    "i": "Incident",
    "e": "Event",
    "s": "Source",
    "symptom": "Symptom",
    "surface": "Product",
}
"""Kind of record by the folder of its page: 2026-03/c/C-007/."""

_NOT_SEARCHED = ("[data-search-exclude]", ".headerlink", "article > h1", ".wm-head__badges", ".wm-records")
"""The heading is searched as the title, badges are no text, and each record of a list has a page of its own."""
_SEARCHED = " data-pagefind-body"
_FRAGMENT = re.compile(r"fragment/(\w+)\.pf_fragment")
_KEPT = re.compile(
    r"pagefind(-entry\.json|-worker\.js|\.js|\.\w+\.pf_meta)|wasm\.en\.pagefind"
    r"|fragment/\w+\.pf_fragment|index/\w+\.pf_index"
)
_OF_THE_THEME = ("assets/javascripts/workers", "assets/javascripts/lunr")
_MARK = b"pagefind_dcd"  # before the content of each file of the index
_NOT_OF_A_NAME = re.compile(r"[^a-z0-9]+")
_ISSUE = re.compile(r"^[a-z]+-([0-9]{3,})$")
"""The number of a report's issue, such as 16157 in cc-16157."""
_BETWEEN = "; "


def sought(page: Page, grades: Mapping[str, str]) -> dict[str, Any]:
    """Fields of the front matter from which the theme tells Pagefind what a page is; none for one left out.

    `grades` are computed grades by claim.
    """
    if not page.searchable:
        return {}
    folders = page.path.strip("/").split("/")
    kind = KINDS.get(folders[1], PAGE) if len(folders) == len(("case", "kind", "id")) else PAGE
    fields: dict[str, Any] = {"kind": kind}
    if kind != PAGE:
        fields["id"] = folders[-1]
        if folders[-1] in grades:
            fields["grade"] = grades[folders[-1]].replace("_", " ").capitalize()
    if page.asked:
        fields["asked"] = _BETWEEN.join(page.asked)
    return fields


def write_index(built: Path) -> None:
    """Index the built site into its folder `pagefind`, and take away what the theme brings for a search of its own.

    Raises PublishRefusedError where Pagefind is missing or fails; OSError where the system refused it something.
    """
    for name in _OF_THE_THEME:
        if (built / name).exists():
            shutil.rmtree(built / name)
    made = pagefind.files(built, _pages(built), _NOT_SEARCHED)
    records: dict[str, dict[str, str]] = {kind: {} for kind in (*KINDS.values(), PAGE)}
    for fragment, url, meta in _fragments(made):
        for name in _names(url, meta):
            records[meta.get("kind", PAGE)].setdefault(name, fragment)
    text = json.dumps({kind: names for kind, names in records.items() if names}, separators=(",", ":"))
    # What is not kept are ready-made boxes, which insert text of pages as HTML.
    kept = {name: data for name, data in made.items() if _KEPT.fullmatch(name)}
    for name, data in {**kept, RECORDS: text.encode()}.items():
        path = built / FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def _pages(built: Path) -> Iterator[tuple[str, str]]:
    """Address and HTML of each page that is searched, sorted: the theme marks what of it."""
    for path in sorted(built.rglob("index.html")):
        page = path.read_text("utf-8")
        if _SEARCHED in page:
            folder = path.parent.relative_to(built).as_posix()
            yield ("/" if folder == "." else f"/{folder}/"), page


def _names(url: str, meta: Mapping[str, str]) -> Iterator[str]:
    """Every name of a page, as a browser makes it of what was typed: small letters and digits alone."""
    id = meta.get("id") or url.strip("/").rpartition("/")[2] or "index"
    numbers = _ISSUE.findall(id)
    for name in (id, *numbers, *meta.get("asked", "").split(_BETWEEN)):
        if squashed := squash(name):
            yield squashed


def squash(name: str) -> str:
    """Small letters and digits of a name: `F-7K2QH3`, `f7k2qh3` and `2.1.88`, `2188` are the same."""
    return _NOT_OF_A_NAME.sub("", name.lower())


def _fragments(made: Mapping[str, bytes]) -> list[tuple[str, str, dict[str, str]]]:
    """Name, address and metadata of each page in the index. Raises PublishRefusedError where it is not whole."""
    try:
        entry = json.loads(made["pagefind-entry.json"])
        pages = sum(language["page_count"] for language in entry["languages"].values())
        found = []
        for name in sorted(made):
            if fragment := _FRAGMENT.fullmatch(name):
                content = json.loads(gzip.decompress(made[name]).removeprefix(_MARK))
                found.append((fragment[1], content["url"], content["meta"]))
    except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError, AttributeError) as error:
        raise pagefind.refused(f"gave an index that cannot be read: {type(error).__name__}") from None
    if len(found) != pages:
        raise pagefind.refused(f"counts {pages} pages and gave {len(found)}")
    return found
