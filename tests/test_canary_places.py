"""Canaries of digits, and in places that are no values: names of files, folders, members, tables, columns and keys."""

from __future__ import annotations

import io
import json
import shutil
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from canary_logs import DIGITS, PLACES, SAMPLES, fields, numbers_shown, samples
from promises import record

from generator.importers import discover, read
from generator.packs.examine import examine
from generator.packs.ids import strange_ids
from generator.records.results import Level

pytestmark = pytest.mark.slow

KEY = b"canaries"
CASES = Path(__file__).parents[2] / "shared" / "cases"
NAME = "quokka-zinnia-49170555120 47118815"
NEEDLES = ("quokka", "zinnia", "49170555120", "47118815")


def records(path):
    """All that leaves of the files: the records, and the pack at its fullest level without the pack's own salts."""
    found = discover([path])
    if not found.claimed:
        return ""
    reading = read(found.claimed, key=KEY, jobs=1)
    body = examine(reading, id="canaries", simulated=False, level=Level.FULL, tool_version="0.1.0")
    assert [flaw for flaw in strange_ids(body) if "model" in flaw[0]] == []
    return (msgspec.json.encode(reading) + msgspec.json.encode(body)).decode()


@pytest.mark.parametrize("form", ["fast", pytest.param("full", marks=pytest.mark.full)])
def test_no_digits_of_any_field_reach_a_record(tmp_path, form):
    """In every text field: ids of models, versions and numbers that no model and no client has."""
    trials, leaked = 0, []
    variants = [(path, name, put) for _, path in samples() for name, put in sorted(fields(path).items(), key=str)]
    for number, (path, name, put) in enumerate(variants):
        wanted = {place for place in PLACES if place in str(name).lower()}  # a model or version: each canary, always
        if form == "fast" and not wanted and number % 4:
            continue
        for canary in DIGITS if wanted or form == "full" else [DIGITS[number % len(DIGITS)]]:
            target = tmp_path / f"{trials:05}" / path.parent.name / path.name
            target.parent.mkdir(parents=True)
            target.write_text(put(canary), "utf-8")
            found = discover([target])
            reading = read(found.claimed, key=KEY, jobs=1) if found.claimed else None
            trials += 1
            if reading is not None and numbers_shown(canary, msgspec.json.encode(reading).decode()):
                leaked.append((path.parent.name, name, canary))
            shutil.rmtree(target.parent)
    record("canaries-digits", trials=trials, failures=len(leaked), note="ids, versions and numbers in text fields")
    assert trials > 500
    assert leaked == []


def test_the_search_for_digits_sees_them():
    for canary in DIGITS:
        assert numbers_shown(canary, json.dumps({"model": canary})), canary


def test_no_name_of_a_file_or_folder_reaches_a_record(tmp_path):
    trials, leaked = 0, []
    for path in sorted(path for path in SAMPLES.rglob("*") if path.is_file() and path.suffix != ".md"):
        for name in (f"{NAME}{path.suffix}", path.name):
            target = tmp_path / f"{trials:04}" / NAME / path.parent.name / name
            target.parent.mkdir(parents=True)
            shutil.copyfile(path, target)
            trials += 1
            if any(needle in records(tmp_path / f"{trials - 1:04}") for needle in NEEDLES):
                leaked.append(path.name)
    record("canaries-names", trials=trials, failures=len(leaked), note="names of files and folders")
    assert leaked == []


def test_no_member_name_of_an_archive_reaches_a_record(tmp_path):
    """Of members that are read, of others, and of folders in it."""
    source = SAMPLES / "claude-export" / "export-2026-03.zip"
    with zipfile.ZipFile(source) as archive:
        members = {one.filename: archive.read(one) for one in archive.infolist()}
    for number, folder in enumerate(("", f"{NAME}/", f"a/{NAME}/b/")):
        target = tmp_path / str(number) / f"{NAME}.zip"
        target.parent.mkdir()
        with zipfile.ZipFile(target, "w") as archive:
            for name, data in members.items():
                archive.writestr(folder + name, data)
            archive.writestr(f"{folder}{NAME}.json", b'[{"quokka": "zinnia"}]')
            archive.writestr(f"{NAME}/", b"")
        assert not any(needle in records(target.parent) for needle in NEEDLES)


def test_no_name_of_a_database_its_tables_or_columns_reaches_a_record(tmp_path):
    for path in sorted((SAMPLES / "meter-snapshots").glob("*.db")):
        target = tmp_path / path.stem / f"{NAME}.db"
        target.parent.mkdir()
        shutil.copyfile(path, target)
        with closing(sqlite3.connect(target)) as base:
            (table,) = base.execute("SELECT name FROM sqlite_master WHERE name LIKE 'usage%'").fetchone()
            base.execute(f'ALTER TABLE {table} ADD COLUMN "{NAME}" TEXT')
            base.execute(f'UPDATE {table} SET "{NAME}" = ?', (NAME,))
            base.execute(f'CREATE TABLE "{NAME}" ("{NAME}" TEXT, timestamp TEXT, utilization REAL)')
            base.execute(f'INSERT INTO "{NAME}" VALUES (?, ?, 5)', (NAME, "2026-03-02T10:00:00Z"))
            base.execute(f'CREATE VIEW "v {NAME}" AS SELECT * FROM {table}')
            base.commit()
        assert not any(needle in records(target) for needle in NEEDLES)


def test_no_name_of_a_key_reaches_a_record(tmp_path):
    """Keys that are added to every object, at every depth."""

    def added(value):
        if isinstance(value, dict):
            return {**{key: added(inner) for key, inner in value.items()}, NAME: 3, "quokka_tokens": 49170555120}
        return [added(item) for item in value] if isinstance(value, list) else value

    trials, leaked = 0, []
    for importer, path in samples():
        lines = []
        for line in path.read_text("utf-8", "replace").splitlines():
            try:
                lines.append(json.dumps(added(json.loads(line))))
            except ValueError:
                lines.append(line)
        target = tmp_path / f"{trials:04}" / importer / path.name
        target.parent.mkdir(parents=True)
        target.write_text("\n".join(lines) + "\n", "utf-8")
        trials += 1
        if any(needle in records(target) for needle in NEEDLES):
            leaked.append((importer, path.name))
    record("canaries-keys", trials=trials, failures=len(leaked), note="keys added to every object")
    assert leaked == []


def test_no_heading_of_a_table_reaches_a_record(tmp_path):
    leaked = []
    for importer, path in samples():
        if path.suffix == ".csv":
            head, *rows = path.read_text("utf-8").splitlines()
            made = io.StringIO()
            made.write("\n".join([f"{head},{NAME}", *(f"{row},{NAME}" for row in rows)]) + "\n")
            target = tmp_path / importer / path.name
            target.parent.mkdir(exist_ok=True)
            target.write_text(made.getvalue(), "utf-8")
            if any(needle in records(target) for needle in NEEDLES):
                leaked.append(path.name)
    assert leaked == []


@pytest.mark.skipif(not CASES.is_dir(), reason="the cases lie beside the repository")
def test_the_digits_of_the_case_do_not_leave():
    text = records(CASES / "attack-model-digits" / "input")
    assert text
    assert not any(digits in text for digits in ("20991231", "20123456", "49.17", "30.55", "0049", "55512"))
