"""Without any one line that lets an innocent explanation hold, a worked example fails.

Lines are marked `# benign: <id>` in the detectors and in what they share. Each is taken out of the source, the detectors that
use it are made again from the mutant, and their examples are judged; so are the entries `Benign(...)` themselves.
"""

from __future__ import annotations

import ast
import importlib
import re
import sys
import types
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
from test_examples import EXAMPLES, SETTLED_WHILE_READING, borrowed_by

from generator.detectors import DETECTORS, Detector, run

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "generator" / "detectors"
MARKED = re.compile(r"# benign:")
FILES = sorted(
    path for path in FOLDER.rglob("*.py") if path.stem not in {"__init__", "base", "attribution", "needs", "running"}
)


def stands(detector: Detector) -> bool:
    """Do all examples of the detector give what they say, and does it name each explanation that they show?"""
    own = [example for example in EXAMPLES if example.detector == detector.id]
    named = {benign.id for benign in detector.benign}
    shown = {example.benign for example in own} - {None}
    borrowed = borrowed_by(detector)
    if not (named - borrowed <= shown <= named):
        return False
    for example in own:
        result = run(detector, example.subjects())
        if result.outcome != example.expect:
            return False
        settled = example.benign in SETTLED_WHILE_READING
        if example.benign in detector.decidable and result.explained != ({} if settled else {example.benign: 1}):
            return False
        if example.benign is None and result.explained != {}:
            return False
        if settled and not result.examined:
            return False
    return True


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


@contextmanager
def made_from(path: Path, source: str):
    """The detectors that a mutant of this file gives."""
    name = module_name(path)
    users = [path] if is_detector(path) else [file for file in FILES if is_detector(file) and uses(file, name)]
    kept = dict(sys.modules)
    try:
        module = types.ModuleType(name)
        module.__file__ = str(path)
        sys.modules[name] = module
        exec(compile(source, str(path), "exec"), module.__dict__)
        modules = [module] if is_detector(path) else [remade(file) for file in users]
        yield [value for one in modules for value in vars(one).values() if isinstance(value, Detector)]
    finally:
        for changed in [key for key in sys.modules if sys.modules[key] is not kept.get(key)]:
            sys.modules.pop(changed)
        sys.modules.update(kept)


def remade(path: Path):
    name = module_name(path)
    sys.modules.pop(name, None)
    return importlib.import_module(name)


@cache
def is_detector(path: Path) -> bool:
    return path.stem.replace("_", "-") in {detector.id for detector in DETECTORS}


@cache
def uses(path: Path, name: str) -> bool:
    return name in path.read_text("utf-8")


def without_line(source: str, number: int) -> str:
    """The source without the line; `pass` stands in its place where a block would be empty."""
    rows = source.splitlines(keepends=True)
    row = rows[number]
    for instead in ("", f"{row[: len(row) - len(row.lstrip())]}pass\n"):
        mutant = "".join([*rows[:number], instead, *rows[number + 1 :]])
        try:
            ast.parse(mutant)
        except SyntaxError:
            continue
        return mutant
    pytest.fail("a line marked as benign must be a whole statement or entry")


def without_entry(source: str, place: int) -> str:
    """The source without its `place`-th `Benign(...)`."""
    tree = ast.parse(source)
    tuples = [node for node in ast.walk(tree) if isinstance(node, ast.Tuple) and any(map(is_benign, node.elts))]
    entries = [(node, entry) for node in tuples for entry in node.elts if is_benign(entry)]
    node, entry = entries[place]
    node.elts.remove(entry)
    return ast.unparse(tree)


def is_benign(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Benign"


MARKED_LINES = [
    (path, number)
    for path in FILES
    for number, row in enumerate(path.read_text("utf-8").splitlines())
    if MARKED.search(row)
]
ENTRIES = [
    (path, place)
    for path in FILES
    for place in range(
        sum(
            is_benign(entry)
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.Tuple)
            for entry in node.elts
        )
    )
]


def name_of(item) -> str:
    return f"{item[0].stem}-{item[1]}"


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda detector: detector.id)
def test_as_it_is_every_detector_stands(detector):
    assert stands(detector)


@pytest.mark.parametrize("path", [file for file in FILES if is_detector(file)], ids=lambda path: path.stem)
def test_a_detector_made_again_from_its_source_stands(path):
    with made_from(path, path.read_text("utf-8")) as detectors:
        assert [stands(detector) for detector in detectors] == [True]


@pytest.mark.parametrize("item", MARKED_LINES, ids=name_of)
def test_without_a_marked_line_an_example_fails(item):
    path, number = item
    with made_from(path, without_line(path.read_text("utf-8"), number)) as detectors:
        assert detectors
        assert not all(stands(detector) for detector in detectors)


@pytest.mark.parametrize("item", ENTRIES, ids=name_of)
def test_without_an_entry_an_example_has_no_explanation(item):
    path, place = item
    with made_from(path, without_entry(path.read_text("utf-8"), place)) as detectors:
        assert not all(stands(detector) for detector in detectors)


def test_every_detector_marks_its_lines():
    marked = {module_name(path) for path, _ in MARKED_LINES}
    silent = [
        detector.id
        for detector in DETECTORS
        if module_name(own := FOLDER / f"{detector.id.replace('-', '_')}.py") not in marked
        and not any(uses(own, shared) for shared in marked)
    ]
    assert silent == []
