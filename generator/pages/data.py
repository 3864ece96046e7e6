"""The downloads: public records in a shape of their own, so that a change inside never changes what others read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from generator.pages.parts.api import API, Endpoint, described, endpoints
from generator.pages.parts.api_schemas import SCHEMA
from generator.pages.parts.base import Download, Page, PageKind
from generator.pages.parts.cite import Cited, cite
from generator.pages.parts.licence import LICENCE
from generator.pages.parts.packages import packages

if TYPE_CHECKING:
    from generator.dossier import Dossier

_ABOUT = {
    f"{API}/index.json": "All of these files with their schemas, for programs",
    "datapackage.json": "The same for Frictionless tools: a Data Package",
    "ro-crate-metadata.json": "The same for archives of research data: an RO-Crate",
    "CITATION.cff": "How to cite the data as a whole",
}
"""Files about the files."""


@dataclass(frozen=True)
class File:
    """One row of the table of downloads. `bytes` and `sha256` are those of the file itself."""

    name: str
    path: str  # relative to the page
    what: str
    rows: int
    bytes: int
    sha256: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class DataContext:
    """Variables of data.md.j2."""

    files: tuple[File, ...]
    about: tuple[tuple[str, str], ...]  # files about the files: path and what each is
    schemas: tuple[str, ...]  # paths
    address: str  # of the site, where it has one
    records_sha256: str
    licence: str
    schema: int
    rows: int
    findings: int


def pages(dossier: Dossier) -> Iterator[Page]:
    """One page, with every file beside it."""
    case = dossier.library.case
    path = f"{case.id}/data/"
    found = endpoints(dossier)
    beside = (*described(dossier, found), *packages(dossier, found))
    yield Page(
        path=path,
        template="data.md.j2",
        title="Data",
        description="Everything this site knows as JSON and CSV, with sizes, checksums, columns and licence.",
        context=DataContext(
            files=tuple(map(_row, found)),
            about=tuple(_ABOUT.items()),
            schemas=tuple(file.name for file in beside if file.name.startswith(f"{API}/schema/")),
            address=dossier.edition.address,
            records_sha256=dossier.edition.records,
            licence=LICENCE,
            schema=SCHEMA,
            rows=sum(one.records for one in found if one.download.name.endswith(".json")),  # CSV holds them again
            findings=len(dossier.findings),
        ),
        downloads=(*(one.download for one in found), *beside),
        citation=cite(dossier, path, f"Data of the case \u201c{case.title}\u201d", Cited(kind="data")),
        asked=("download", "how to cite", "dataset"),
    )


def _row(one: Endpoint) -> File:
    download: Download = one.download
    return File(
        name=download.name.rpartition("/")[2],
        path=download.name,
        what=one.what,
        rows=one.records,
        bytes=len(download.content),
        sha256=one.sha256,
        columns=one.columns,
    )


KIND = PageKind("data", pages)
