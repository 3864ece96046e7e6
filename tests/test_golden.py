"""The golden site: a small case with simulated evidence must render to exactly the files in expected/.

A difference is left beside it in expected-changed/. `pytest tests/test_golden.py --update-golden` accepts it.
"""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from generator.build import plan, read_content, render_site
from generator.importers import discover, read
from generator.packs.examine import examine
from generator.records.results import Level
from generator.simulator import FaultRates, simulate

ROOT = Path(__file__).parent.parent
CASE = Path(__file__).parent / "sites" / "small"
EXPECTED = CASE / "expected"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
TEXTS = (".md", ".json", ".csv", ".txt", ".bib")


@pytest.fixture(scope="module")
def small_root(tmp_path_factory):
    """The case as a repository of its own, with the worked examples of the real one."""
    root = tmp_path_factory.mktemp("golden")
    shutil.copytree(CASE / "content", root / "content")
    shutil.copytree(ROOT / "content" / "examples", root / "content" / "examples")
    return root


def rendered(root, folder):
    made = simulate(2, sessions=2, start=datetime(2026, 8, 3, tzinfo=UTC), faults=FaultRates(1, 1, 0, 0, 0))
    for name, data in made.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    reading = read(discover([folder]).claimed, key=b"golden")
    evidence = examine(reading, id="specimen", simulated=True, level=Level.FINDINGS, tool_version="0.1.0")
    dossier = read_content(root, (evidence,), now=NOW, version="0.1.0")
    return {file.path: file.content for file in render_site(dossier, plan(dossier), ROOT / "templates")}


def of_interest(path):
    """Texts of every page, but of one detector only: their pages are long and alike."""
    if not path.endswith(TEXTS) or path.startswith("assets/"):
        return False
    return "/d/" not in path or "/d/premature-expiry/" in path


def test_the_golden_site_is_as_expected(small_root, tmp_path, request):
    files = {path: data for path, data in rendered(small_root, tmp_path).items() if of_interest(path)}
    changed = CASE / "expected-changed"
    shutil.rmtree(changed, ignore_errors=True)
    target = EXPECTED if request.config.getoption("--update-golden") else changed
    before = {
        path.relative_to(EXPECTED).as_posix(): path.read_bytes() for path in EXPECTED.rglob("*") if path.is_file()
    }
    if before == files:
        return
    shutil.rmtree(target, ignore_errors=True)
    for path, data in files.items():
        file = target / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    different = sorted(path for path in before.keys() | files.keys() if before.get(path) != files.get(path))
    assert target == EXPECTED, f"{len(different)} files differ, see {changed.name}/: {different[:5]}"


def test_two_renderings_are_the_same_bytes(small_root, tmp_path):
    assert rendered(small_root, tmp_path / "one") == rendered(small_root, tmp_path / "two")


def test_simulated_findings_say_so_wherever_they_stand(small_root, tmp_path):
    files = rendered(small_root, tmp_path)
    pages = [path for path in files if "/f/F-" in path and path.endswith((".md", ".json", ".csv", ".txt", ".bib"))]
    assert len(pages) > 5
    for path in pages:
        assert b"simulated" in files[path].lower(), path
