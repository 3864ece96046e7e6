"""Same inputs, same bytes: in any time zone, locale, hash seed and order of files. And builds that meet each other."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from patience import HANGS
from promises import record

from generator.base.problems import Exit
from generator.site.manifest import NAME, differences

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
CASE = ROOT / "tests" / "sites" / "small"
ZONES = ("UTC", "Asia/Kathmandu", "America/St_Johns")
LOCALES = ("C.UTF-8", "C")  # the second without UTF-8 mode: what is written then must not ask the locale

BUILD = """
import os, random, subprocess, sys
seed, script = sys.argv[1:3]
del sys.argv[1:3]
chance = random.Random(int(seed))
listdir, scandir, run = os.listdir, os.scandir, subprocess.run

def shuffled(items):
    items = list(items)
    chance.shuffle(items)
    return items

class Scan:
    def __init__(self, *path):
        with scandir(*path) as entries:
            self.entries = iter(shuffled(entries))
    def __iter__(self): return self
    def __next__(self): return next(self.entries)
    def __enter__(self): return self
    def __exit__(self, *_): pass
    def close(self): pass

def mkdocs_too(command, **more):
    if command[1:3] == ["-P", "-c"] and "generator.site.again" in command[3]:
        return run([sys.executable, "-P", script, seed, script, "again", *command[4:]], **more)
    assert command[1:4] == ["-P", "-m", "mkdocs"]
    return run([sys.executable, "-P", script, seed, script, *command[3:]], **more)

os.listdir = lambda *path: shuffled(listdir(*path))
os.scandir = Scan
if sys.argv[1] == "mkdocs":
    del sys.argv[0]
    from mkdocs.__main__ import cli
    cli()
elif sys.argv[1] == "again":
    del sys.argv[0]
    sys.path.insert(0, sys.argv.pop(1))
    from generator.site.again import main
    main()
else:
    subprocess.run = mkdocs_too
    print("ready", flush=True)
    sys.stdin.readline()
    from generator.cli import main
    main()
"""
"""Shuffles what folders list (os.walk and Path.glob ask os.scandir), in MkDocs too, waits for a line, then builds."""


def make_root(folder):
    """The small case as a repository, its files written in an order of their own."""
    folder.mkdir()
    shutil.copytree(CASE / "content", folder / "content")
    shutil.copytree(ROOT / "content" / "examples", folder / "content" / "examples")
    shutil.copytree(ROOT / "templates", folder / "templates")
    shutil.copy(ROOT / "mkdocs.yml", folder)
    return folder


def start(root, script, seed, **environment):
    env = {
        "PATH": os.environ["PATH"],
        "TZ": "UTC",
        "PYTHONPATH": str(ROOT),
        "HOME": str(root),
        "SOURCE_DATE_EPOCH": "1795521600",
        "PYTHONHASHSEED": str(seed),
        "PYTHONCOERCECLOCALE": "0",
    } | environment
    return subprocess.Popen(
        [sys.executable, script, str(seed), script, "build", "--root", root],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=env,
        cwd=root,
        text=True,
        encoding="utf-8",
        errors="replace",
    )


@pytest.fixture(scope="module")
def script(tmp_path_factory):
    path = tmp_path_factory.mktemp("script") / "shuffled_build.py"
    path.write_text(BUILD)
    return str(path)


def bytes_of(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def eight(tmp_path_factory, script):
    """Eight builds of one root, begun when all of them are loaded: the root, exit codes and what they said."""
    root = make_root(tmp_path_factory.mktemp("eight") / "root")
    running = [start(root, script, seed) for seed in range(8)]
    for process in running:
        assert process.stdout.readline() == "ready\n"
    for process in running:
        process.stdin.write("go\n")
        process.stdin.flush()
    said = [process.communicate(timeout=HANGS)[1] for process in running]
    return root, [process.returncode for process in running], said


def test_of_eight_builds_at_once_one_works_and_seven_say_busy(eight):
    root, codes, said = eight
    broken = differences(root / "site")
    right = sorted(codes) == [0, *[Exit.BUSY] * 7]
    failures = len(broken) or (not right)
    record("publish-builds-at-once", trials=8, failures=int(failures), note=f"exit codes {sorted(map(int, codes))}")
    assert right, said
    assert broken == ()
    assert not [text for text in said if "Traceback" in text]


def check_builds(tmp_path, script, eight, builds):
    """This many builds, the one of the eight that worked among them."""
    first, different = bytes_of(eight[0] / "site"), set()
    for number in range(1, builds):
        root = make_root(tmp_path / f"root-{number}")
        locale = LOCALES[number % len(LOCALES)]
        utf8 = "0" if locale == "C" else "1"
        process = start(root, script, number * 7 + 1, TZ=ZONES[number % len(ZONES)], LC_ALL=locale, PYTHONUTF8=utf8)
        _, said = process.communicate("go\n", timeout=HANGS)
        assert process.returncode == 0, said
        assert differences(root / "site") == ()
        built = bytes_of(root / "site")
        different |= {name for name in first.keys() | built.keys() if first.get(name) != built.get(name)}
        shutil.rmtree(root)
    assert NAME in first
    note = f"{len(first)} files each; time zones, locales, hash seeds and orders of folders varied, MkDocs included; failures are files that differ"
    record("determinism-builds", trials=max(builds, len(different)), failures=len(different), note=note)
    assert sorted(different) == []


def test_builds_under_other_surroundings_are_the_same_bytes(tmp_path, script, eight):
    check_builds(tmp_path, script, eight, 2)


@pytest.mark.full
def test_twenty_builds_over_3_zones_and_2_locales_are_the_same_bytes(tmp_path, script, eight):
    check_builds(tmp_path, script, eight, 20)
