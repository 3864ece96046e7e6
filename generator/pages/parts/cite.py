"""How a page is cited: one line of text and a BibTeX entry, with the day of the snapshot."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

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
    text = f"Witnessmark ({dossier.day.year}). {title.rstrip('.')}. {note}."
    url = f"  url = {{{case.repository}}},\n" if case.repository else ""
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
