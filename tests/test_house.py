"""The rules of the house that no linter knows."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

from generator.curated.codes import CODES
from generator.detectors import DETECTORS
from generator.importers import IMPORTERS
from generator.importers.guide import Verified
from generator.pages import PAGE_KINDS

ROOT = Path(__file__).parent.parent
MODULES = sorted((ROOT / "generator").rglob("*.py"))
WRITERS = {
    "site/publish.py",
    "packs/pack.py",
    "cli/lab.py",
    "cli/meter.py",
    "cli/proofs.py",
}  # the laboratory writes what `simulate` and `calibrate` were asked for
NOT_DETECTORS = {"__init__"}
WRITING = re.compile(r"\.write_(?:text|bytes)\(|\.mkdir\(|\.unlink\(|\.rename\(|rmtree\(|open\([^)]*[\"'][wax]")


def tracked():
    done = subprocess.run(["git", "ls-files", "-z"], capture_output=True, cwd=ROOT, check=True)
    return [ROOT / name for name in done.stdout.decode().split("\0") if name]


def test_only_the_two_ends_write_files():
    writing = {path.relative_to(ROOT / "generator").as_posix() for path in MODULES if WRITING.search(path.read_text())}
    assert writing <= WRITERS


def test_modules_are_small():
    long = {path.name: len(path.read_text().splitlines()) for path in MODULES}
    assert {name: lines for name, lines in long.items() if lines > 350} == {}


def test_every_detector_file_is_registered():
    files = {path.stem for path in (ROOT / "generator" / "detectors").glob("*.py")} - NOT_DETECTORS
    assert {detector.id.replace("-", "_") for detector in DETECTORS} == files


def test_every_detector_has_worked_examples_and_every_example_a_detector():
    files = {path.stem for path in (ROOT / "content" / "examples").glob("*.yml")}
    assert {detector.id for detector in DETECTORS} == files


def test_every_importer_has_samples():
    for importer in IMPORTERS:
        samples = (ROOT / "tests" / "samples" / importer.id).rglob("*")
        assert [path for path in samples if path.is_file() and path.suffix != ".md"], importer.id


def test_readme_names_every_format():
    table = (ROOT / "README.md").read_text().split("## What it reads")[1].split("\n## ")[0]
    assert {importer.id for importer in IMPORTERS} - set(re.findall(r"`([a-z0-9-]+)`", table)) == set()


def test_every_page_module_is_registered():
    with_kind = {
        path.stem
        for path in (ROOT / "generator" / "pages").glob("*.py")
        if re.search(r"^KIND = ", path.read_text(), re.MULTILINE)
    }
    assert {kind.id for kind in PAGE_KINDS} == with_kind


def test_paths_that_the_guides_name_exist():
    for guide in ("README.md", "CONTRIBUTING.md"):
        text = (ROOT / guide).read_text()
        for path in re.findall(r"`((?:generator|content|templates|tests)/[A-Za-z0-9_./-]+)`", text):
            assert (ROOT / path).exists(), f"{guide} names {path}"


def test_make_targets_that_the_guides_name_exist():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for guide in ("README.md", "CONTRIBUTING.md"):
        named = set(re.findall(r"`make ([a-z-]+)`", (ROOT / guide).read_text()))
        assert named <= targets


def test_readme_counts_the_ladder_right():
    from generator.ledger.explanations import EXPLANATIONS

    words = {17: "seventeen", 18: "eighteen", 19: "nineteen", 16: "sixteen", 29: "Twenty-nine", 30: "Thirty"}
    readme = " ".join((ROOT / "README.md").read_text().split())
    assert f"{words[len(EXPLANATIONS)]} innocent explanations" in readme
    assert f"{words[len(DETECTORS)]} detectors" in readme


def test_readme_counts_the_formats_that_were_tried_on_real_files():
    tried = sum(importer.guide.verified is Verified.REAL_FILES for importer in IMPORTERS)
    readme = " ".join((ROOT / "README.md").read_text().split())
    assert f"{tried} of the {len(IMPORTERS)} formats were tried on real files" in readme


def test_no_module_reads_the_clock_by_another_name():
    """ruff bans the usual names; this looks for the rest."""
    for path in MODULES:
        if "cli" in path.parts:
            continue
        names = {
            f"{ast.unparse(node.func)}" for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)
        }
        assert not names & {
            "date.today",
            "dt.date.today",
            "datetime.now",
            "datetime.today",
            "time.time",
            "os.getenv",
        }, path


def test_nothing_tracked_is_large_or_names_a_registry():
    hosts = [b"registry." + b"npmjs", b"pypi" + b".org/simple", b"files.python" + b"hosted"]
    for path in tracked():
        data = path.read_bytes() if path.is_file() else b""
        assert len(data) < 2_000_000, path
        assert not any(host in data for host in hosts), path


def test_problem_codes_are_explained():
    assert all(re.fullmatch(r"W-[a-z-]+", code) and len(text) > 10 for code, text in CODES.items())
