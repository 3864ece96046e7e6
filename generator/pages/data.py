"""The downloads: public records in a shape of their own, so that a change inside never changes what others read."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from generator.charts.files import csv_bytes
from generator.pages.parts.base import Download, Page, PageKind
from generator.pages.parts.cite import cite
from generator.pages.parts.finding import record as finding_record

if TYPE_CHECKING:
    from generator.curated.models import Report
    from generator.dossier import Dossier

API = "api/v1"
SCHEMA = 1  # of the public files; raised when a field goes or changes its meaning, not when one is added
LICENCE = "CC BY 4.0 for text and data, MIT for code"
REPORT_COLUMNS = (
    "id", "date", "date_basis", "period", "title", "surfaces", "symptoms", "plans", "client_version", "model", "layer",
    "evidence_class", "detail", "echo_of", "source_type", "status", "url", "archive_url",
)  # fmt: skip


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
    licence: str
    schema: int
    rows: int
    findings: int
    cite_text: str


def pages(dossier: Dossier) -> Iterator[Page]:
    """One page, with every file beside it."""
    case = dossier.library.case
    path = f"{case.id}/data/"
    made = tuple(_files(dossier))
    citation = cite(dossier, path, f"Data of the case \u201c{case.title}\u201d")
    yield Page(
        path=path,
        template="data.md.j2",
        title="Data",
        description="Everything this site knows as JSON and CSV, with sizes, checksums, columns and licence.",
        context=DataContext(
            files=tuple(_row(what, download) for what, download in made),
            licence=LICENCE,
            schema=SCHEMA,
            rows=sum(_count(download) for _, download in made),
            findings=len(dossier.findings),
            cite_text=citation.text,
        ),
        downloads=(*(download for _, download in made), *citation.downloads),
        boost=1.5,
        asked=("download", "how to cite", "dataset"),
    )


def _files(dossier: Dossier) -> Iterator[tuple[str, Download]]:
    library = dossier.library
    yield (
        "Assertions of the article, with evidence, grade, and the grade of a reviewer",
        _json(dossier, "claims", _claims(dossier)),
    )
    yield "Public reports, each in our paraphrase, with its address", _models(dossier, "reports", library.reports)
    yield "The same reports as a table", _reports_table(library.reports)
    yield "Incidents of the vendor's status page", _models(dossier, "incidents", library.incidents)
    yield "Dated events", _models(dossier, "events", library.events)
    yield "Measurements with their tables", _models(dossier, "measurements", library.published)
    yield "Corrections of these pages", _models(dossier, "corrections", library.corrections)
    yield "Replies to these pages, in full", _models(dossier, "replies", library.replies)
    yield "Where the public logs are, with the SHA-256 of each file", _models(dossier, "origins", library.origins)
    yield "Documents that claims and events lean on", _models(dossier, "sources", library.sources)
    yield (
        "Findings of all detectors in real logs, with the public lines that they cite",
        _json(dossier, "findings", [finding_record(view) for view in dossier.findings]),
    )


def _claims(dossier: Dossier) -> list[dict[str, Any]]:
    """`grade` is computed, with the rule in `computed`; `reviewed_grade` is a reviewer's."""
    return [
        {
            **claim.model_dump(mode="json"),
            "grade": verdict.grade.value,
            "reviewed_grade": claim.grade.value,
            "computed": {"grade": verdict.grade.value, "rule": verdict.rule.id, "why": verdict.why},
        }
        for claim in dossier.library.claims
        for verdict in (dossier.verdicts[claim.id],)
    ]


def _models(dossier: Dossier, name: str, models: Sequence[BaseModel]) -> Download:
    return _json(dossier, name, [model.model_dump(mode="json") for model in models])


def _json(dossier: Dossier, name: str, records: list[dict[str, Any]]) -> Download:
    document = {
        "schema": SCHEMA,
        "generated": dossier.day.isoformat(),
        "case": dossier.library.case.id,
        "licence": LICENCE,
        "records": records,
    }
    return Download(f"{API}/{name}.json", (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode())


def _reports_table(reports: Sequence[Report]) -> Download:
    return Download(f"{API}/reports.csv", csv_bytes(REPORT_COLUMNS, map(_report_row, reports)))


def _report_row(report: Report) -> tuple[Any, ...]:
    values = report.model_dump(mode="json")
    cells = (values[column] for column in REPORT_COLUMNS)
    return tuple(" ".join(cell) if isinstance(cell, list) else cell for cell in cells)


def _row(what: str, download: Download) -> File:
    return File(
        name=download.name.rpartition("/")[2],
        path=download.name,
        what=what,
        rows=_count(download),
        bytes=len(download.content),
        sha256=hashlib.sha256(download.content).hexdigest(),
        columns=_columns(download),
    )


def _count(download: Download) -> int:
    if download.name.endswith(".csv"):
        return sum(1 for _ in _csv(download)) - 1
    return len(json.loads(download.content)["records"])


def _columns(download: Download) -> tuple[str, ...]:
    """Fields in the order of their first record."""
    if download.name.endswith(".csv"):
        return tuple(next(_csv(download)))
    return tuple(dict.fromkeys(field for record in json.loads(download.content)["records"] for field in record))


def _csv(download: Download) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(download.content.decode(), newline=""))


KIND = PageKind("data", pages)
