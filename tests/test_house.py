"""The rules of the house that no linter knows."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

from generator.curated.codes import CODES
from generator.detectors import DETECTORS
from generator.importers import IMPORTERS
from generator.pages import OWN_KINDS, PAGE_KINDS

ROOT = Path(__file__).parent.parent
MODULES = sorted((ROOT / "generator").rglob("*.py"))
WRITERS = {
    "site/frozen.py",
    "site/promised.py",
    "site/publish.py",
    "site/search.py",
    "site/swap.py",
    "site/again.py",
    "site/zipped.py",
    "packs/pack.py",
    "packs/key.py",
    "base/kept.py",
    "cli/fleet.py",
    "cli/from_issue.py",
    "cli/init.py",
    "cli/lab.py",
    "cli/tables.py",
    "cli/links.py",
    "cli/meter.py",
    "cli/new/writing.py",
    "cli/offline.py",
    "cli/permanence.py",
    "cli/proofs.py",
    "cli/public.py",
    "importers/meters/databases.py",
    "index/sealed.py",
}
"""Below generator/: a site, a pack, pictures kept for the next build, what was read for the next scan, what
a command was asked to write, and the copy of a database with unmerged rows and the files of a public log, in temporary
folders that are gone when they were read."""
NOT_DETECTORS = {"__init__"}
OTHERS_MODULES = {"common_daily_activity.py"}  # a source of LiteLLM that its importer cites
WRITING = re.compile(
    r"\.write_(?:text|bytes)\(|\.mkdir\(|\.unlink\(|\.rename\(|rmtree\(|copyfile\(|open\([^)]*[\"'][wax]"
)


def tracked():
    done = subprocess.run(["git", "ls-files", "-z"], capture_output=True, cwd=ROOT, check=True)
    return [ROOT / name for name in done.stdout.decode().split("\0") if name]


def test_only_named_modules_write_files():
    writing = {path.relative_to(ROOT / "generator").as_posix() for path in MODULES if WRITING.search(path.read_text())}
    assert writing == WRITERS


def test_modules_are_small():
    long = {path.relative_to(ROOT).as_posix(): len(path.read_text().splitlines()) for path in MODULES}
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


def test_readme_leads_to_the_list_of_formats_and_names_none_that_is_gone():
    """The list itself is on the site, made from the importers; the README names some, and may not name a wrong one."""
    section = (ROOT / "README.md").read_text().split("## What it reads")[1].split("\n## ")[0]
    assert "/2026-03/logs/" in section
    ids = {importer.id for importer in IMPORTERS}
    assert set(re.findall(r"`([a-z]+(?:-[a-z]+)+)`", section)) <= ids


def test_every_page_module_is_registered():
    with_kind = {
        path.stem
        for path in (ROOT / "generator" / "pages").glob("*.py")
        if re.search(r"^KIND = ", path.read_text(), re.MULTILINE)
    }
    assert {kind.id for kind in (*PAGE_KINDS, *OWN_KINDS)} == with_kind


def test_paths_that_the_guides_name_exist():
    for guide in ("README.md", "CONTRIBUTING.md"):
        text = (ROOT / guide).read_text()
        for path in re.findall(r"`((?:generator|content|templates|tests)/[A-Za-z0-9_./-]+)`", text):
            assert (ROOT / path).exists(), f"{guide} names {path}"


def test_functions_that_the_walks_name_exist():
    """A hop is written `file.py:function`."""
    hops = re.findall(r"`(generator/[\w/]+\.py):(\w+)`", (ROOT / "CONTRIBUTING.md").read_text())
    assert len(hops) > 25
    for path, name in hops:
        tree = ast.parse((ROOT / path).read_text())
        assert name in {getattr(node, "name", "") for node in ast.walk(tree)}, f"{path} has no {name}"


def test_modules_that_texts_of_the_code_name_exist():
    """A docstring, comment or message that names a module by its file names one that is there."""
    files = [path.relative_to(ROOT).as_posix() for path in tracked() if path.suffix == ".py"]
    for path in MODULES:
        for named in re.findall(r"(?<![\w.*/])((?:[a-z_]+/)*[a-z_]+\.py)\b", path.read_text()):
            if named not in OTHERS_MODULES:
                assert any(f"/{file}".endswith(f"/{named}") for file in files), f"{path} names {named}"


def test_make_targets_that_the_guides_name_exist():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for guide in ("README.md", "CONTRIBUTING.md"):
        named = set(re.findall(r"`make ([a-z-]+)`", (ROOT / guide).read_text()))
        assert named <= targets


def test_readme_counts_nothing_that_grows_with_the_code():
    """A number of detectors, explanations or formats in the README would be one more place to change by hand."""
    readme = " ".join((ROOT / "README.md").read_text().split()).lower()
    number = r"(?:\d+|[a-z]+teen|twenty|thirty|forty)(?:-[a-z]+)?"
    assert re.findall(rf"{number} (?:innocent explanations|detectors|formats|importers)", readme) == []


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
