"""Packs of older programs are read for as long as there are packs; those of newer ones are refused in true words."""

from __future__ import annotations

import json

import pyarrow as pa
import pytest
from pack_shapes import COMMAND, PACKS, RAISE, SHAPE, breaks, shape
from pack_tools import changed, copied, document, refusal, table, with_rows, with_table

from generator.packs.pack import read_pack
from generator.packs.schema import UPGRADES, steps_from, tables_of
from generator.records.results import Lean
from generator.records.rows import SCHEMA_VERSION

SCHEMAS = sorted(int(path.name) for path in PACKS.iterdir())
KEPT = [(schema, path.name) for schema in SCHEMAS for path in sorted((PACKS / str(schema)).iterdir()) if path.is_dir()]


@pytest.mark.parametrize(("schema", "name"), KEPT)
def test_a_pack_of_every_schema_is_read_and_says_what_it_said(tmp_path, schema, name):
    pack = copied(tmp_path, schema, name)
    said, read = document(pack), read_pack(pack)
    assert said["schema"] == schema
    for table_name, entry in said["tables"].items():
        assert len(getattr(read, table_name)) == entry["rows"]
    kept = ("requests", "input_tokens", "cache_write_tokens", "cache_read_tokens", "output_tokens", "cost_usd", "steps")
    assert {one: getattr(read.totals, one) for one in kept} == {one: said["evidence"]["totals"][one] for one in kept}
    assert [run.detector for run in read.runs] == [run["detector"] for run in said["evidence"]["runs"]]
    ids = [finding["id"] for run in said["evidence"]["runs"] for finding in run["findings"]]
    assert [finding.id for run in read.runs for finding in run.findings] == ids
    assert ids


def test_every_schema_has_a_kept_pack():
    assert SCHEMA_VERSION in SCHEMAS, f"there is no pack of schema {SCHEMA_VERSION} in tests/packs; run `{COMMAND}`"
    assert list(range(1, SCHEMA_VERSION + 1)) == SCHEMAS
    assert sorted(UPGRADES) == SCHEMAS[:-1]


def test_what_packs_hold_changes_only_by_defaults_or_by_a_new_schema():
    committed = json.loads(SHAPE.read_text())
    broken = list(breaks(committed, shape()))
    assert broken == [], f"packs of schema {SCHEMA_VERSION} would no longer be read: {RAISE}"
    assert committed == shape(), f"fields or ids came to schema {SCHEMA_VERSION}; run `{COMMAND}`"


def test_the_guard_of_the_shape_sees_each_kind_of_change():
    now = shape()
    fields, ids = now["fields"], now["ids"]
    without = {name: kind for name, kind in fields.items() if name != "Totals.threads"}
    renamed = list(breaks(now, {"fields": without | {"Totals.strands": fields["Totals.threads"]}, "ids": ids}))
    required = list(breaks(now, {"fields": fields | {"Totals.new": "int"}, "ids": ids}))
    retyped = list(breaks(now, {"fields": fields | {"Totals.threads": "str, with a default"}, "ids": ids}))
    retired = list(breaks(now, {"fields": fields, "ids": ids | {"needs": ids["needs"][1:]}}))
    assert [len(found) for found in (renamed, required, retyped, retired)] == [1, 1, 1, 1]
    added = {"fields": fields | {"Totals.new": "int, with a default"}, "ids": ids | {"needs": [*ids["needs"], "x"]}}
    assert list(breaks(now, added)) == []


def test_the_step_to_schema_4_only_renames(tmp_path):
    """The same logs under both programs: one reading."""
    older, newer = copied(tmp_path / "3", 3), copied(tmp_path / "4", 4)
    assert document(older)["evidence"]["totals"]["chains"] == document(newer)["evidence"]["totals"]["threads"] > 0
    assert read_pack(older) == read_pack(newer)


def test_a_pack_of_schema_4_with_the_name_of_schema_3_is_refused(tmp_path):
    pack = changed(copied(tmp_path), lambda value: value["evidence"]["totals"].update(chains=1))
    assert "evidence.totals holds a field" in refusal(pack, "W-pack-field").message


def test_an_optional_field_and_column_that_a_pack_lacks_take_their_defaults(tmp_path):
    pack = copied(tmp_path)
    whole = read_pack(pack)
    with_rows(pack, "requests", table(pack, "requests").drop_columns(["file_edits", "nested", "lines"]))

    def forget(value):
        del value["evidence"]["reconciliation"]
        for run in value["evidence"]["runs"]:
            run.pop("naive", None)

    read = read_pack(changed(pack, forget))
    assert [row.id for row in read.requests] == [row.id for row in whole.requests]
    assert {(row.file_edits, row.nested, row.lines) for row in read.requests} == {(None, False, 1)}
    assert read.reconciliation.windows == ()
    assert {run.naive for run in read.runs} == {0}


def test_a_required_column_that_lacks_is_named(tmp_path):
    pack = copied(tmp_path)
    with_rows(pack, "requests", table(pack, "requests").drop_columns(["input_tokens"]))
    assert refusal(pack, "W-pack-column").message == "lacks the column input_tokens"


def test_a_column_or_field_that_nobody_knows_is_refused_and_not_repeated(tmp_path):
    pack = copied(tmp_path)
    rows = table(pack, "marks")
    with_rows(pack, "marks", rows.append_column("my prompt", pa.array(["secret"] * rows.num_rows)))
    found = refusal(pack, "W-pack-column")
    assert "update the program" in found.hint
    assert "prompt" not in str(found)
    pack = changed(copied(tmp_path / "b"), lambda value: value["evidence"]["runs"][3].update({"my prompt": "secret"}))
    assert refusal(pack, "W-pack-field").message == "evidence.runs[3] holds a field that this program does not know"


def test_a_newer_schema_says_so_and_asks_for_an_update(tmp_path):
    found = refusal(changed(copied(tmp_path), lambda value: value.update(schema=99)), "W-pack-schema")
    assert found.path == "evidence/small/pack.json"
    assert found.message == f"made by a newer witnessmark: schema 99, this program reads up to {SCHEMA_VERSION}"
    assert found.hint.startswith("update the program")


@pytest.mark.parametrize("schema", [0, -1, True, None, "3", 3.5, 2**70])
def test_a_schema_that_is_none(tmp_path, schema):
    refusal(changed(copied(tmp_path), lambda value: value.update(schema=schema)), "W-pack-schema")


@pytest.mark.parametrize("schema", SCHEMAS)
def test_a_table_of_a_schema_must_be_listed(tmp_path, schema):
    pack = changed(copied(tmp_path, schema), lambda value: value["tables"].pop(tables_of(schema)[-1]))
    refusal(pack, "W-pack-table")


@pytest.mark.parametrize("schema", SCHEMAS[:-1])
@pytest.mark.parametrize("evidence", [None, [], {}, {"totals": None}, {"totals": []}])
def test_a_step_on_what_no_program_wrote_ends_in_a_refusal(tmp_path, schema, evidence):
    refusal(changed(copied(tmp_path, schema), lambda value: value.update(evidence=evidence)), "W-pack")


def test_a_bucket_of_schema_2_which_no_program_wrote_is_refused(tmp_path):
    pack = copied(tmp_path, 2)
    rows = table(copied(tmp_path / "x", 3), "buckets").drop_columns(
        ["report", "grouping", "as_of", "cumulative", "requests", "mixed_tokens"]
    )
    assert rows.num_rows
    with_rows(pack, "buckets", rows)
    assert refusal(pack, "W-pack-column").message == "lacks the column report"


def test_no_hint_of_a_newer_or_strange_pack_says_to_collect_it_again(tmp_path):
    for index, (change, code) in enumerate(
        (
            (lambda value: value.update(schema=99), "W-pack-schema"),
            (lambda value: value["evidence"].update(id="other"), "W-pack-name"),
            (lambda value: value["evidence"]["runs"][0].update(detector="other"), "W-pack-id"),
            (lambda value: value["evidence"]["totals"].update(requests=1), "W-pack-number"),
            (lambda value: value["evidence"].update(more=1), "W-pack-field"),
        )
    ):
        pack = changed(copied(tmp_path / str(index)), change)
        assert "collect" not in refusal(pack, code).hint.replace("was collected", "")


def test_the_ladder_reaches_the_present_schema_from_each_rung():
    assert [len(steps_from(schema)) for schema in SCHEMAS] == list(range(SCHEMA_VERSION - 1, -1, -1))
    assert tables_of(1) == ("requests", "marks", "meters", "buckets")
    assert tables_of(4) == ("requests", "marks", "meters", "buckets", "counters")
    assert tables_of(5) == ("requests", "rounds", "marks", "meters", "buckets", "counters")
    assert tables_of(SCHEMA_VERSION) == (*tables_of(5), "lines")


@pytest.mark.parametrize("schema", [2, 3, 4])
def test_reasons_that_once_leaned_to_the_service_lean_to_nobody_since_schema_5(tmp_path, schema):
    pack = copied(tmp_path, schema)
    said = {
        one["id"]: one["lean"]
        for run in document(pack)["evidence"]["runs"]
        for one in run["findings"]
        if one["lean_reason"] == "nothing-read"
    }
    read = {
        one.id: one.lean for run in read_pack(pack).runs for one in run.findings if one.lean_reason == "nothing-read"
    }
    assert set(said.values()) == {"service"}
    assert read == dict.fromkeys(said, Lean.OPEN)


def test_a_damaged_table_says_where_to_get_it(tmp_path):
    pack = copied(tmp_path)
    data = (pack / "marks.parquet").read_bytes()
    (pack / "marks.parquet").write_bytes(data[:-1])
    found = refusal(pack, "W-pack-digest")
    assert found.path == "evidence/small/marks.parquet"
    assert "version control" in found.hint
    with_table(pack, "marks", data[:-1], table(copied(tmp_path / "b"), "marks").num_rows)
    assert refusal(pack, "W-pack-table").path == "evidence/small/marks.parquet"
