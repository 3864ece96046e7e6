"""What the search of the site knows of each page, and its index, which Pagefind makes of the built pages.

The index is made after the gate and holds nothing but text of pages that it let pass; the search for text of logs
reads those pages, so it need not unpack the index (https://pagefind.app/docs/).
"""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import subprocess
import zlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from generator.base.problems import Problem, PublishRefusedError

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

_NOT_SEARCHED = "[data-search-exclude], .headerlink, article > h1, .wm-head__badges, .wm-records"
"""The heading is searched as the title, badges are no text, and each record of a list has a page of its own."""
_MINUTES = 5
_KEPT = re.compile(r"pagefind(-entry\.json|-worker\.js|\.js|\..*\.pf_meta)|wasm\.en\.pagefind")
_OF_THE_THEME = ("assets/javascripts/workers", "assets/javascripts/lunr")
_MARK = b"pagefind_dcd"  # before the content of each file of the index
_SYSTEM_ERROR = re.compile(r"\(os error (\d+)\)")
_NOT_OF_A_NAME = re.compile(r"[^a-z0-9]+")
_ISSUE = re.compile(r"^[a-z]+-(\d{3,})$")
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
        shutil.rmtree(built / name, ignore_errors=True)
    _run(built)
    folder = built / FOLDER
    pages = _fragments(folder)
    for path in folder.iterdir():
        if path.is_file() and not _KEPT.fullmatch(path.name):
            path.unlink()  # ready-made boxes, which insert text of pages as HTML
    records: dict[str, dict[str, str]] = {kind: {} for kind in (*KINDS.values(), PAGE)}
    for fragment, url, meta in pages:
        for name in _names(url, meta):
            records[meta.get("kind", PAGE)].setdefault(name, fragment)
    text = json.dumps({kind: names for kind, names in records.items() if names}, separators=(",", ":"))
    (folder / RECORDS).write_text(text, "utf-8", newline="")


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


def _run(built: Path) -> None:
    """Let Pagefind write its index, in an environment of its own: its options come from here alone."""
    try:
        from pagefind_bin import get_executable

        command = [str(get_executable()), "--site", ".", "--output-subdir", FOLDER]
        command += ["--exclude-selectors", _NOT_SEARCHED, "--force-language", "en", "--silent"]
        done = subprocess.run(  # noqa: S603  the command is ours, no shell
            command,
            cwd=built,
            env={"NO_COLOR": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=_MINUTES * 60,
            check=False,
        )
    except (ImportError, FileNotFoundError, PermissionError) as error:
        raise _refused(f"cannot be started: {type(error).__name__}", "install requirements/run.txt") from None
    except subprocess.TimeoutExpired:
        raise _refused(f"took more than {_MINUTES} minutes") from None
    if failed := _SYSTEM_ERROR.search(done.stdout):
        raise OSError(int(failed[1]), os.strerror(int(failed[1])), "Pagefind")
    if done.returncode:
        last = (done.stdout.strip().splitlines()[-1:] or ["no output"])[0][:300]
        raise _refused(f"ended with {done.returncode}: {last}")


def _fragments(folder: Path) -> list[tuple[str, str, dict[str, str]]]:
    """Name, address and metadata of each page in the index. Raises PublishRefusedError where it is not whole."""
    try:
        entry = json.loads((folder / "pagefind-entry.json").read_bytes())
        pages = sum(language["page_count"] for language in entry["languages"].values())
        found = []
        for path in sorted((folder / "fragment").glob("*.pf_fragment")):
            content = json.loads(gzip.decompress(path.read_bytes()).removeprefix(_MARK))
            found.append((path.stem, content["url"], content["meta"]))
    except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError, AttributeError) as error:
        raise _refused(f"left an index that cannot be read: {type(error).__name__}") from None
    if len(found) != pages:
        raise _refused(f"counts {pages} pages and wrote {len(found)}")
    return found


def _refused(message: str, hint: str = "") -> PublishRefusedError:
    return PublishRefusedError(Problem(FOLDER, 0, 0, "S103", f"Pagefind {message}", hint))
