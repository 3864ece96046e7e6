"""The public files of a case: one JSON file a kind of record, an index of them all, and the schema of each."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from generator.charts.files import csv_bytes
from generator.pages.parts.api_schemas import SCHEMA, schemas
from generator.pages.parts.base import Download
from generator.pages.parts.finding import record as finding_record
from generator.pages.parts.licence import LICENCE

if TYPE_CHECKING:
    from pydantic import BaseModel

    from generator.curated.models import Report
    from generator.dossier import Dossier

API = "api/v1"
TWIN_SCHEMA = SCHEMA
CORS = (
    "Static files: a host that reads _headers lets pages of any site read them "
    "(Access-Control-Allow-Origin: *); on another host that is for whoever publishes the site to set."
)
REPORT_COLUMNS = (
    "id", "date", "date_basis", "period", "title", "surfaces", "symptoms", "plans", "client_version", "model", "layer",
    "evidence_class", "detail", "echo_of", "source_type", "status", "url", "archive_url",
)  # fmt: skip


@dataclass(frozen=True)
class Endpoint:
    """One file of records. `columns`: its fields, in the order of their first record."""

    what: str
    download: Download  # its name is below the page of the data
    records: int
    columns: tuple[str, ...]
    schema: str  # stem of its JSON Schema; "" for a table

    @property
    def sha256(self) -> str:
        """Of the file."""
        return hashlib.sha256(self.download.content).hexdigest()


def endpoints(dossier: Dossier) -> tuple[Endpoint, ...]:
    """Every file of records, in the order of the page."""
    library = dossier.library
    reports = library.reports
    kinds: tuple[tuple[str, str, Sequence[BaseModel]], ...] = (
        ("Public reports, each in our paraphrase, with its address", "reports", reports),
        ("Incidents of the vendor's status page", "incidents", library.incidents),
        ("Dated events", "events", library.events),
        ("Measurements with their tables", "measurements", library.published),
        ("Corrections of these pages", "corrections", library.corrections),
        ("Replies to these pages, in full", "replies", library.replies),
        ("Who was asked for a reply, when and how", "asked", library.asked),
        ("Where the public logs are, with the SHA-256 of each file", "origins", library.origins),
        ("Documents that claims and events lean on", "sources", library.sources),
    )
    plain = [_json(dossier, what, name, [one.model_dump(mode="json") for one in found]) for what, name, found in kinds]
    table = Download(f"{API}/reports.csv", csv_bytes(REPORT_COLUMNS, map(_report_row, reports)))
    return (
        _json(
            dossier,
            "Assertions of the article, with evidence, grade, and the grade of a reviewer",
            "claims",
            list(_claims(dossier)),
        ),
        plain[0],
        Endpoint("The same reports as a table", table, len(reports), REPORT_COLUMNS, ""),
        *plain[1:],
        _json(
            dossier,
            "Findings of all detectors in real logs, with the public lines that they cite",
            "findings",
            [finding_record(view) for view in dossier.findings],
        ),
    )


def described(dossier: Dossier, found: Sequence[Endpoint]) -> tuple[Download, ...]:
    """The index of these files, and every schema."""
    index = {
        **frame(dossier),
        "records_sha256": dossier.edition.records or None,
        "cors": CORS,
        "endpoints": [
            {
                "path": one.download.name.removeprefix(f"{API}/"),
                "what": one.what,
                "schema": f"schema/{one.schema}.json" if one.schema else None,
                "records": one.records,
                "bytes": len(one.download.content),
                "sha256": one.sha256,
            }
            for one in found
        ],
        "twins": {
            "what": "index.json beside every page of a record; links are paths from the root of the site",
            "schemas": {
                name.removeprefix("twin-") if name != "twin" else "any other": f"schema/{name}.json"
                for name in schemas()
                if name.startswith("twin")
            },
        },
    }
    return (
        Download(f"{API}/index.json", _written(index)),
        *(Download(f"{API}/schema/{name}.json", _written(schema)) for name, schema in schemas().items()),
    )


def entrance(dossier: Dossier) -> Download:
    """/api/v1/index.json: where the index of each case is."""
    case = dossier.library.case
    index = f"../../{case.id}/data/{API}/index.json"
    return Download(f"{API}/index.json", _written({**frame(dossier), "cases": [{"id": case.id, "index": index}]}))


def frame(dossier: Dossier) -> dict[str, Any]:
    """What every file says of itself."""
    return {
        "schema": SCHEMA,
        "generated": dossier.day.isoformat(),
        "snapshot": dossier.snapshot,
        "case": dossier.library.case.id,
        "licence": LICENCE,
    }


def _claims(dossier: Dossier) -> Iterator[dict[str, Any]]:
    """`grade` is computed, with the rule in `computed`; `reviewed_grade` is a reviewer's."""
    for claim in dossier.library.claims:
        verdict = dossier.verdicts[claim.id]
        yield {
            **claim.model_dump(mode="json"),
            "grade": verdict.grade.value,
            "reviewed_grade": claim.grade.value,
            "computed": {"grade": verdict.grade.value, "rule": verdict.rule.id, "why": verdict.why},
        }


def _json(dossier: Dossier, what: str, name: str, records: list[dict[str, Any]]) -> Endpoint:
    columns = tuple(dict.fromkeys(field for record in records for field in record))
    download = Download(f"{API}/{name}.json", _written({**frame(dossier), "records": records}))
    return Endpoint(what, download, len(records), columns, name)


def _written(document: Mapping[str, Any]) -> bytes:
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def _report_row(report: Report) -> tuple[Any, ...]:
    values = report.model_dump(mode="json")
    cells = (values[column] for column in REPORT_COLUMNS)
    return tuple(" ".join(cell) if isinstance(cell, list) else cell for cell in cells)
