"""JSON Schemas of the public files, made from the models behind them, so that neither can change alone.

A reader may meet a field that its schema does not know: fields are added without a new number. One that goes, or
changes its meaning, raises it.
"""

from __future__ import annotations

from typing import Any

import msgspec
from pydantic import BaseModel

from generator.curated.claims import Claim
from generator.curated.measurements import Published
from generator.curated.models import Event, Incident, Report, Source, SurfaceText, Symptom
from generator.curated.origins import Origin
from generator.curated.voices import Asked, Correction, Reply
from generator.grading import ComputedGrade
from generator.records.results import Finding

DRAFT = "https://json-schema.org/draft/2020-12/schema"
SCHEMA = 1  # of the public files; raised when a field goes or changes its meaning, not when one is added
MODELS: dict[str, type[BaseModel]] = {
    "reports": Report,
    "incidents": Incident,
    "events": Event,
    "measurements": Published,
    "corrections": Correction,
    "replies": Reply,
    "asked": Asked,
    "origins": Origin,
    "sources": Source,
}
TWINS: dict[str, type[BaseModel]] = {
    "report": Report,
    "incident": Incident,
    "event": Event,
    "source": Source,
    "surface": SurfaceText,
    "symptom": Symptom,
}
_TEXT = {"type": "string"}
_DAY = {"type": "string", "format": "date"}
_FRAME: dict[str, Any] = {
    "schema": {"const": SCHEMA},
    "generated": _DAY,
    "snapshot": _TEXT,
    "case": _TEXT,
    "licence": _TEXT,
}


def schemas() -> dict[str, dict[str, Any]]:
    """Every schema by the stem of its file: `reports` of an endpoint, `twin-report` of pages, `twin` of all others."""
    endpoints = {name: _model(model) for name, model in MODELS.items()} | {"claims": _claim(), "findings": _finding()}
    twins = {name: _model(model) for name, model in TWINS.items()}
    twins |= {"claim": _claim(), "finding": _finding(), "measurement": _measurement()}
    found = {name: _endpoint(name, record) for name, record in endpoints.items()}
    found |= {f"twin-{kind}": _twin(kind, record) for kind, record in twins.items()}
    return {**found, "twin": _twin("", {"type": "object"})}


def _endpoint(name: str, record: dict[str, Any]) -> dict[str, Any]:
    fields = {**_FRAME, "records": {"type": "array", "items": {"$ref": "#/$defs/record"}}}
    return _file(f"Records of {name}.json", fields, record)


def _twin(kind: str, record: dict[str, Any]) -> dict[str, Any]:
    named = {"const": kind} if kind else {"type": "string"}
    fields = {**_FRAME, "kind": named, "id": _TEXT, "record": {"$ref": "#/$defs/record"}, "links": {"type": "object"}}
    return _file(f"index.json beside a page of a {kind or 'record'}", fields, record)


def _file(title: str, fields: dict[str, Any], record: dict[str, Any]) -> dict[str, Any]:
    """An object with all these fields; what the record refers to is beside it."""
    inner = dict(record)
    parts = inner.pop("$defs", {})
    return {
        "$schema": DRAFT,
        "title": title,
        "type": "object",
        "required": list(fields),
        "properties": fields,
        "$defs": {**parts, "record": inner},
    }


def _model(model: type[BaseModel]) -> dict[str, Any]:
    whole: dict[str, Any] = _whole(model.model_json_schema(mode="serialization"))
    return whole


def _claim() -> dict[str, Any]:
    """A claim as it is published: `grade` is by rules, and the reviewer's has a name of its own."""
    schema = _model(Claim)
    reviewed = schema["properties"]["grade"]
    schema["properties"] |= {
        "grade": {"enum": [grade.value for grade in ComputedGrade]},
        "reviewed_grade": reviewed,
        "computed": {"type": "object", "required": ["grade", "rule", "why"]},
    }
    schema["required"] = [*schema["required"], "reviewed_grade", "computed"]
    return schema


def _measurement() -> dict[str, Any]:
    schema = _model(Published)
    schema["properties"]["worked_out"] = {"type": ["object", "null"]}
    schema["required"] = [*schema["required"], "worked_out"]
    return schema


def _finding() -> dict[str, Any]:
    """A finding with its sentence, and the public lines that it cites."""
    own: dict[str, Any] = {
        "simulated": {"type": "boolean"},
        "evidence": _TEXT,
        "public": {"type": "boolean"},
        "sentence": _TEXT,
        "lines": {"type": "array", "items": {"type": "object", "required": ["page", "raw", "line", "sha256"]}},
        "base_rate": {"type": "object"},
        "counterfactual": _TEXT,
    }
    schema = msgspec.json.schema(Finding)
    return {"allOf": [{"$ref": schema["$ref"]}], "properties": own, "required": list(own), "$defs": schema["$defs"]}


def _whole(schema: Any) -> Any:
    """The schema with every field of every object required, as records are written whole; unknown ones may be there."""
    if isinstance(schema, list):
        return [_whole(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: _whole(value) for key, value in schema.items() if (key, value) != ("additionalProperties", False)}
    return {**found, "required": list(found["properties"])} if isinstance(found.get("properties"), dict) else found
