"""The data of a case for catalogues: a Data Package (https://datapackage.org/standard/data-package/), an RO-Crate
(https://www.researchobject.org/ro-crate/specification/1.1/) and a CITATION.cff (https://citation-file-format.github.io/).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from generator.dossier.edition import PUBLISHER
from generator.pages.parts.base import Download
from generator.pages.parts.licence import LICENCE_ID, LICENCE_URL

if TYPE_CHECKING:
    from generator.dossier import Dossier
    from generator.pages.parts.api import Endpoint

_MEDIA = {"csv": "text/csv", "json": "application/json"}
_ABOUT = "Claims, reports, incidents, events, measurements and findings, with evidence, grades and sources."
_CRATE = "https://w3id.org/ro/crate/1.1"


def packages(dossier: Dossier, found: Sequence[Endpoint]) -> tuple[Download, ...]:
    """The three files, which stand beside the page of the data."""
    return (
        Download("datapackage.json", _json(_data_package(dossier, found))),
        Download("ro-crate-metadata.json", _json(_crate(dossier, found))),
        Download("CITATION.cff", _citation(dossier)),
    )


def _data_package(dossier: Dossier, found: Sequence[Endpoint]) -> dict[str, Any]:
    case = dossier.library.case
    return {
        "name": f"witnessmark-{case.id}",
        "title": case.title,
        "description": _ABOUT,
        "version": dossier.snapshot,
        "created": dossier.built.isoformat(),
        **_if(homepage=dossier.edition.url(f"{case.id}/data/")),
        "licenses": [{"name": LICENCE_ID, "path": LICENCE_URL}],
        "contributors": [{"title": PUBLISHER, "role": "author"}],
        "resources": [_resource(one) for one in found],
    }


def _resource(one: Endpoint) -> dict[str, Any]:
    stem, _, ending = one.download.name.rpartition("/")[2].partition(".")
    return {
        "name": f"{stem}-table" if ending == "csv" else stem,
        "title": one.what,
        "path": one.download.name,
        "format": ending,
        "mediatype": _MEDIA[ending],
        "encoding": "utf-8",
        "bytes": len(one.download.content),
        "hash": f"sha256:{one.sha256}",
        **_if(schema={"fields": [{"name": name, "type": "string"} for name in one.columns]} if ending == "csv" else ""),
    }


def _crate(dossier: Dossier, found: Sequence[Endpoint]) -> dict[str, Any]:
    case = dossier.library.case
    maker = {"@id": "#witnessmark"}
    files = [
        {
            "@id": one.download.name,
            "@type": "File",
            "name": one.what,
            "encodingFormat": _MEDIA[one.download.name.rpartition(".")[2]],
            "contentSize": str(len(one.download.content)),
            "sha256": one.sha256,
        }
        for one in found
    ]
    parts = [{"@id": one["@id"]} for one in files]
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": case.title,
        "description": _ABOUT,
        "datePublished": dossier.day.isoformat(),
        "version": dossier.snapshot,
        "license": {"@id": LICENCE_URL},
        "author": {"@id": "#authors"},
        **_if(url=dossier.edition.url(f"{case.id}/data/")),
        "hasPart": parts,
    }
    run = {
        "@id": "#build",
        "@type": "CreateAction",
        "name": "Build of the site from its records",
        "endTime": dossier.day.isoformat(),
        "instrument": maker,
        "result": parts,
        **_if(description=f"SHA-256 of the records: {dossier.edition.records}" if dossier.edition.records else ""),
    }
    descriptor = {
        "@id": "ro-crate-metadata.json",
        "@type": "CreativeWork",
        "about": {"@id": "./"},
        "conformsTo": {"@id": _CRATE},
    }
    others = [
        {"@id": "#authors", "@type": "Organization", "name": PUBLISHER},
        {"@id": "#witnessmark", "@type": "SoftwareApplication", "name": "Witnessmark", "version": dossier.version},
        {"@id": LICENCE_URL, "@type": "CreativeWork", "name": LICENCE_ID},
    ]
    return {"@context": f"{_CRATE}/context", "@graph": [descriptor, root, run, *files, *others]}


def _citation(dossier: Dossier) -> bytes:
    """YAML by hand: each value is JSON, which is YAML."""
    case = dossier.library.case
    fields = {
        "cff-version": "1.2.0",
        "message": "Cite the page that you use by its own citation; cite the data as a whole like this.",
        "type": "dataset",
        "title": f"Witnessmark: {case.title}",
        "abstract": _ABOUT,
        "authors": [{"name": PUBLISHER}],
        "version": dossier.snapshot,
        "date-released": dossier.day.isoformat(),
        "license": LICENCE_ID,
        **_if(
            url=dossier.edition.url(f"{case.id}/data/"),
            repository=str(case.repository) if case.repository else "",
        ),
    }
    return "".join(f"{name}: {json.dumps(value, ensure_ascii=False)}\n" for name, value in fields.items()).encode()


def _if(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value}


def _json(document: Mapping[str, Any]) -> bytes:
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()
