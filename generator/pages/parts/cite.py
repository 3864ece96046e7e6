"""How a page is cited: one line of text and a BibTeX entry, pinned to the snapshot that says the same, if one does."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from generator.dossier.changes import pinned
from generator.pages.parts.base import Download

if TYPE_CHECKING:
    from generator.dossier import Dossier

_SPACES = re.compile(r"\s+")
_TEX = str.maketrans({"\\": "", "{": "", "}": "", "~": " ", "^": " ", **{sign: f"\\{sign}" for sign in "#$%&_"}})


@dataclass(frozen=True)
class Citation:
    """The line that a page shows, and the two files beside it."""

    text: str
    downloads: tuple[Download, ...]


def cite(dossier: Dossier, path: str, title: str) -> Citation:
    """Citation of the page at `path`."""
    title = _SPACES.sub(" ", title).strip()
    case = dossier.library.case
    note = f"Case {case.id}, snapshot {dossier.day.isoformat()}, version {dossier.version}, page {path}"
    kept = pinned(dossier.periods, dossier.library.snapshots, path.removeprefix(f"{case.id}/").strip("/"))
    if kept:
        note = f"Case {case.id}, snapshot {kept}, version {dossier.version}, page {path}"
    at = f"{dossier.address.rstrip('/')}/{f'v/{kept}/' if kept else ''}{path}" if dossier.address else ""
    text = f"Witnessmark ({dossier.day.year}). {title.rstrip('.')}. {note}.{f' {at}' if at else ''}"
    url = f"  url = {{{at}}},\n  urldate = {{{dossier.day.isoformat()}}},\n" if at else ""
    key = "-".join(("witnessmark", *path.strip("/").split("/")))
    bibtex = (
        f"@misc{{{key},\n"
        "  author = {{Witnessmark}},\n"
        f"  title = {{{{{title.translate(_TEX)}}}}},\n"
        f"  year = {{{dossier.day.year}}},\n"
        f"  date = {{{dossier.day.isoformat()}}},\n"
        f"{url}"
        f"  note = {{{note.translate(_TEX)}}},\n"
        "}\n"
    )
    files = (Download("cite.txt", f"{text}\n".encode()), Download("cite.bib", bibtex.encode()))
    return Citation(text, files)
