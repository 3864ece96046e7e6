"""The public files hold to their published schemas, name each other with true digests, and are packages of their kinds."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from functools import cache

import jsonschema
import public_library
import pytest
import yaml

from generator.curated.voices import Asked, Correction, Reply
from generator.dossier.edition import Edition
from generator.pages import data, home
from generator.pages.parts.api import API
from generator.pages.parts.api_schemas import MODELS, schemas
from generator.pages.parts.packages import _data_package

ADDRESS = "https://witness.dev/"
FRAME = ["schema", "generated", "snapshot", "case", "licence"]


@cache
def page():
    """Of a library that has a record of nearly every kind."""
    spoken = {
        "asked": (Asked(id="one", date=date(2026, 11, 1), who="A", by="B", way="mail", about="This?"),),
        "corrections": (Correction(id="two", date=date(2026, 11, 2), was="a", now="b", why="c"),),
        "replies": (
            Reply(
                id="three", page="r/press", date=date(2026, 11, 3), by="A", stands="vendor", text="No.", received="mail"
            ),
        ),
    }
    edition = Edition.of(ADDRESS, {"content/case.yml": "ab" * 32})
    (made,) = data.pages(public_library.dossier(edition=edition, **spoken))
    return made


def file(name):
    return next(one.content for one in page().downloads if one.name == name)


def document(name):
    return json.loads(file(f"{API}/{name}"))


def faults(content, schema):
    jsonschema.Draft202012Validator.check_schema(schema)
    return [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(content)]


@pytest.mark.parametrize("name", [*MODELS, "claims", "findings"])
def test_every_file_holds_to_its_schema(name):
    content = document(f"{name}.json")
    assert list(content) == [*FRAME, "records"]
    assert faults(content, document(f"schema/{name}.json")) == []
    if name not in {"findings", "measurements", "origins"}:
        assert content["records"]


@pytest.mark.parametrize("name", ["reports", "claims", "asked", "events"])
def test_a_field_that_went_is_a_fault_and_one_that_came_is_none(name):
    content, schema = document(f"{name}.json"), document(f"schema/{name}.json")
    content["records"][0]["a_new_field"] = 1
    assert faults(content, schema) == []
    for field in [field for field in content["records"][0] if field != "a_new_field"]:
        without = {key: value for key, value in content["records"][0].items() if key != field}
        assert faults({**content, "records": [without]}, schema), field
    for field in content:
        assert faults({key: value for key, value in content.items() if key != field}, schema), field


def test_a_grade_of_the_reviewer_is_no_grade_by_rules():
    content, schema = document("claims.json"), document("schema/claims.json")
    content["records"][0]["grade"] = "partly_supported"
    assert faults(content, schema)


def test_the_index_names_every_file_with_its_digest_size_and_schema():
    index = document("index.json")
    assert list(index)[:5] == FRAME
    assert "Access-Control-Allow-Origin" in index["cors"]
    named = {f"{API}/{one['path']}" for one in index["endpoints"]}
    others = {one.name for one in page().downloads if one.name.startswith(f"{API}/")}
    assert others == named | {f"{API}/index.json", *(f"{API}/schema/{name}.json" for name in schemas())}
    for one in index["endpoints"]:
        content = file(f"{API}/{one['path']}")
        assert (one["sha256"], one["bytes"]) == (hashlib.sha256(content).hexdigest(), len(content))
        assert one["schema"] is None or document(one["schema"])
        if one["path"].endswith(".json"):
            assert one["records"] == len(json.loads(content)["records"])
    for schema in index["twins"]["schemas"].values():
        assert document(schema)


def test_the_entrance_at_the_root_leads_to_the_index():
    root = next(iter(home.pages(public_library.dossier())))
    (entrance,) = (one for one in root.downloads if one.name == f"{API}/index.json")
    content = json.loads(entrance.content)
    assert list(content) == [*FRAME, "cases"]
    assert content["cases"] == [{"id": "2026-03", "index": f"../../2026-03/data/{API}/index.json"}]


def test_the_data_package_has_every_file_with_a_true_digest():
    package = json.loads(file("datapackage.json"))
    assert package["homepage"] == f"{ADDRESS}2026-03/data/"
    assert package["licenses"][0]["name"] == "CC-BY-4.0"
    names = [one["name"] for one in package["resources"]]
    assert len(set(names)) == len(names)
    for one in package["resources"]:
        assert one["hash"] == f"sha256:{hashlib.sha256(file(one['path'])).hexdigest()}"
    (table,) = (one for one in package["resources"] if one["format"] == "csv")
    header = file(table["path"]).decode().splitlines()[0].split(",")
    assert [field["name"] for field in table["schema"]["fields"]] == header


def test_before_there_is_an_address_the_package_has_none():
    assert "homepage" not in _data_package(public_library.dossier(), ())


def test_the_crate_describes_itself_and_every_part_is_in_it():
    graph = {one["@id"]: one for one in json.loads(file("ro-crate-metadata.json"))["@graph"]}
    assert graph["ro-crate-metadata.json"]["about"] == {"@id": "./"}
    root = graph["./"]
    for part in root["hasPart"]:
        assert graph[part["@id"]]["sha256"] == hashlib.sha256(file(part["@id"])).hexdigest()
    for named in (root["license"], root["author"], graph["#build"]["instrument"]):
        assert named["@id"] in graph
    assert hashlib.sha256(f"{'ab' * 32}  content/case.yml\n".encode()).hexdigest() in graph["#build"]["description"]


def test_the_citation_file_is_yaml_with_what_its_format_asks_for():
    content = yaml.safe_load(file("CITATION.cff"))
    assert {"cff-version", "message", "title", "authors"} <= set(content)
    assert content["type"] == "dataset"
    assert content["version"] == "2026-11-24"
    assert str(content["date-released"]) == "2026-11-24"
    assert content["url"] == f"{ADDRESS}2026-03/data/"
