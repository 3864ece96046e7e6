"""The JSON Schemas of content/ say the same as the models do; test_generated.py holds the committed files to them."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from generator.curated.schema_words import vocabulary_of
from generator.curated.schemas import json_schemas, schema_globs
from generator.curated.yamlfile import parse

ROOT = Path(__file__).parent.parent
SCHEMAS = json_schemas(words=vocabulary_of(ROOT / "content", frozenset({"cache-break"})))


@pytest.mark.parametrize("name", SCHEMAS)
def test_schema_is_valid_in_its_draft(name):
    """Draft 7 is what YAML language servers read; no newer keyword may slip in unseen."""
    jsonschema.Draft7Validator.check_schema(SCHEMAS[name])
    newer = {
        "prefixItems",
        "unevaluatedProperties",
        "dependentRequired",
        "dependentSchemas",
        "$dynamicRef",
        "minContains",
    }
    assert not newer & set(json.dumps(SCHEMAS[name]).split('"'))


def test_schema_refuses_what_the_model_refuses():
    """An unknown field, a missing one, a number for a text."""
    validator = jsonschema.Draft7Validator(SCHEMAS["sources"])
    source = {
        "id": "S-001",
        "url": "https://example.org/",
        "kind": "blog",
        "opened": True,
        "read_how": "x",
        "reliability": "y",
    }
    assert validator.is_valid([source])
    assert not validator.is_valid([source | {"colour": "red"}])
    assert not validator.is_valid([source | {"read_how": 1}])
    assert not validator.is_valid([{"id": "S-001"}])


CASE = ROOT / "tests" / "sites" / "small" / "content"
SMALL = json_schemas(words=vocabulary_of(CASE))


def value(path, old="", new=""):
    text = path.read_text("utf-8")
    assert old in text, old
    return parse(text.replace(old, new, 1).encode(), "x").value


def test_what_check_takes_the_schemas_take():
    """Every file of the small case, by the table that editors have."""
    seen = set()
    for schema, (glob,) in schema_globs().items():
        for path in CASE.parent.glob(glob):
            errors = list(jsonschema.Draft7Validator(SMALL[Path(schema).stem]).iter_errors(value(path)))
            assert errors == [], path
            seen.add(Path(schema).stem)
    assert seen >= {"report", "claim", "events", "incidents", "sources", "surfaces", "symptoms", "case"}


@pytest.mark.parametrize(
    ("name", "file", "old", "new"),
    [
        ("report", "reports/cc-46829.yml", "surfaces: [claude-code]", "surfaces: [claude-cod]"),
        ("report", "reports/cc-46829.yml", "surfaces: [claude-code]", "surfaces: [claude-code, claude-code]"),
        ("report", "reports/cc-24048.yml", "symptoms: [", "symptoms: [runaway, "),
        ("report", "reports/cc-24048.yml", "url: https://", "url: http://"),
        ("report", "reports/cc-24048.yml", "url: https://", "url: "),
        ("report", "reports/cc-24048.yml", "date: 20", "date: 30"),
        ("report", "reports/cc-24048.yml", "source_type: issue", "source_type: isue"),
        ("events", "events/2026-03.yml", "surfaces: [claude-ai", "surfaces: [claude-a"),
        ("events", "events/2026-03.yml", "Z\n", "\n"),
        ("incidents", "incidents/2026-03.yml", "scope: [all]", "scope: [al]"),
        ("claim", "claims/C-064.yml", "id: C-064", "id: C-64"),
        ("surfaces", "surfaces.yml", "elsewhere:", "elswhere:"),
    ],
)
def test_schemas_refuse_what_check_refuses_as_far_as_they_can(name, file, old, new):
    validator = jsonschema.Draft7Validator(SMALL[name])
    assert validator.is_valid(value(CASE / file))
    assert not validator.is_valid(value(CASE / file, old, new))


def test_slow_words_are_listed_and_ids_of_records_are_patterns():
    report = SMALL["report"]["properties"]
    assert "claude-code" in report["surfaces"]["items"]["enum"]
    assert "runaway-usage" in report["symptoms"]["items"]["enum"]
    for field in ("supports", "contradicts"):
        assert "pattern" in report[field]["items"]
        assert report[field]["uniqueItems"]
    assert "enum" not in json.dumps(report["echo_of"])
    assert report["title"]["description"].startswith("What was reported")
    assert "enum" in json.dumps(SCHEMAS["symptoms"])  # detectors
    assert "enum" not in json.dumps(SMALL["symptoms"])  # not known
