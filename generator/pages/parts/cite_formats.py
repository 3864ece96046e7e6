"""A reference in the formats of citation managers.

BibTeX as biblatex reads it; CSL-JSON by the schema of the Citation Style Language (csl-data.json of its repository
`schema`); RIS by its specification of 2001: two letters, two spaces, a hyphen and a space, lines that end in CRLF.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from generator.dossier.edition import PUBLISHER

_TEX = str.maketrans({"\\": "", "{": "", "}": "", "~": " ", "^": " ", **{sign: f"\\{sign}" for sign in "#$%&_"}})


@dataclass(frozen=True)
class Reference:
    """One page or figure. All texts are single lines without control characters."""

    key: str
    title: str
    sentence: str
    grade: str
    day: date
    url: str  # absolute; "" while the site has no address
    path: str
    case: str
    container: str
    snapshot: str
    version: str
    records: str  # SHA-256, "" where it is not known
    without_address: str
    is_data: bool
    abstract: str = ""  # what a reader of the entry alone is told; a claim's names whose words they are

    @property
    def note(self) -> str:
        """What pins it: case, snapshot, version, page, grade and digest of the records."""
        place = f"page {self.path or '/'}"
        parts = [
            f"Case {self.case}",
            f"snapshot {self.snapshot}",
            f"version {self.version}",
            f"{place} ({self.without_address})" if self.without_address else place,
        ]
        graded = f". Grade {self.grade}" if self.grade else ""
        return ", ".join(parts) + graded + (f". SHA-256 of the records {self.records}" if self.records else "")

    @property
    def text(self) -> str:
        """One line for a footnote."""
        said = f" \u201c{self.sentence}\u201d" if self.sentence not in self.title else ""
        address = f" {self.url}" if self.url else ""
        return f"{PUBLISHER} ({self.day.year}). {_ended(self.title)}{said} {self.note}.{address}"


def bibtex(one: Reference) -> str:
    """One entry. No brace of a title is left in it, so that the braces of the entry balance."""
    fields = {
        "author": f"{{{PUBLISHER}}}",
        "title": f"{{{one.title.translate(_TEX)}}}",
        "year": str(one.day.year),
        "date": one.day.isoformat(),
        "url": one.url,
        "urldate": one.day.isoformat() if one.url else "",
        "version": one.version.translate(_TEX),
        "abstract": one.abstract.translate(_TEX),
        "note": one.note.translate(_TEX),
    }
    lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items() if value)
    return f"@{'dataset' if one.is_data else 'misc'}{{{one.key},\n{lines}}}\n"


def csl_json(references: Iterable[Reference]) -> bytes:
    """A list of items."""
    return (json.dumps([_item(one) for one in references], ensure_ascii=False, indent=1) + "\n").encode()


def _item(one: Reference) -> dict[str, Any]:
    day = {"date-parts": [[one.day.year, one.day.month, one.day.day]]}
    fields = {
        "id": one.key,
        "type": "dataset" if one.is_data else "webpage",
        "title": one.title,
        "author": [{"literal": PUBLISHER}],
        "container-title": one.container,
        "issued": day,
        "accessed": day,
        "URL": one.url,
        "abstract": one.abstract,
        "version": one.version,
        "note": one.note,
    }
    return {name: value for name, value in fields.items() if value}


def ris(one: Reference) -> str:
    """One record, from TY to ER."""
    day = one.day.strftime("%Y/%m/%d")
    fields = (
        ("TY", "DATA" if one.is_data else "ELEC"),
        ("ID", one.key),
        ("AU", PUBLISHER),
        ("TI", one.title),
        ("T2", one.container),
        ("PY", str(one.day.year)),
        ("DA", day),
        ("Y2", day),
        ("UR", one.url),
        ("AB", one.abstract),
        ("ET", one.version),
        ("N1", one.note),
    )
    lines = "".join(f"{tag}  - {value}\r\n" for tag, value in fields if value)
    return f"{lines}ER  - \r\n"


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith((".", "?", "!", "\u201d")) else f"{sentence}."
