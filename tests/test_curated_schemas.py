"""The JSON Schemas of content/ say the same as the models do; test_generated.py holds the committed files to them."""

from __future__ import annotations

import json

import jsonschema
import pytest

from generator.curated.schemas import json_schemas

SCHEMAS = json_schemas()


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
