"""Committed files that a command writes are what it writes today, and whoever changed the code is told the command.

The golden site and the calibration have files of their own: test_golden.py, test_calibration.py.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from generator.cli import cli, lab
from generator.curated.kinds import Library, kinds_of
from generator.curated.schema_words import vocabulary_of
from generator.curated.schemas import schema_files, schema_globs
from generator.detectors import DETECTORS
from generator.simulator.calibrate import SEEDS, SESSIONS

ROOT = Path(__file__).parent.parent
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
WRITING = ("golden", "specimen", "schemas", "calibration", "promises")
VOCABULARY = vocabulary_of(ROOT / "content", frozenset(detector.id for detector in DETECTORS))
SPECIMEN = ROOT / "content" / "evidence" / "specimen"


def recipe(target):
    """Prerequisites and commands of a target."""
    found = re.search(rf"^{target}:([^#\n]*)(?:##[^\n]*)?\n((?:\t.*\n)+)", MAKEFILE, re.MULTILINE)
    return found[1].split(), [line.strip() for line in found[2].splitlines()]


def commands(target):
    """Arguments of each call of witnessmark in the recipe of a target."""
    return [line.split()[1:] for line in recipe(target)[1] if line.startswith("$(BIN)/witnessmark ")]


def run(*arguments):
    done = CliRunner().invoke(cli, [str(argument) for argument in arguments])
    assert done.exit_code == 0, done.output


@pytest.mark.slow
def test_the_specimen_is_what_its_recipe_makes(tmp_path):
    """Byte for byte, by the commands of the Makefile with other folders."""
    simulate, collect = commands("specimen")
    folders = {"build/specimen": tmp_path / "logs", "content/evidence/specimen": tmp_path / "specimen"}
    for arguments in (simulate, collect):
        run(*(folders.get(argument, argument) for argument in arguments))
    made = {path.name: path.read_bytes() for path in (tmp_path / "specimen").iterdir()}
    kept = {path.name: path.read_bytes() for path in SPECIMEN.iterdir()}
    changed = sorted(name for name in made.keys() | kept.keys() if made.get(name) != kept.get(name))
    assert not changed, f"content/evidence/specimen is of other code ({', '.join(changed)}): run `make specimen`"


def test_the_schemas_are_those_of_the_models():
    """A changed model without its changed schema would tell editors something else than the build."""
    kept = {path.name: path.read_text("utf-8") for path in (ROOT / "content" / "schemas").glob("*.json")}
    made = schema_files(VOCABULARY)
    changed = sorted(name for name in made.keys() | kept.keys() if made.get(name) != kept.get(name))
    assert not changed, f"content/schemas is of other models ({', '.join(changed)}): run `make schemas`"


def test_the_command_writes_the_schemas_and_takes_old_ones_away(tmp_path):
    (tmp_path / "content" / "schemas").mkdir(parents=True)
    (tmp_path / "content" / "schemas" / "gone.json").write_text("{}")
    for name in ("surfaces.yml", "symptoms.yml"):
        shutil.copy(ROOT / "content" / name, tmp_path / "content")
    (arguments,) = commands("schemas")
    run(*arguments, "--root", tmp_path)
    assert {
        path.name: path.read_text("utf-8") for path in (tmp_path / "content" / "schemas").iterdir()
    } == schema_files(VOCABULARY)
    assert json.loads((tmp_path / ".vscode" / "settings.json").read_text("utf-8")) == {"yaml.schemas": schema_globs()}


def test_the_command_writes_schemas_of_a_case_without_words_and_keeps_other_settings(tmp_path):
    (tmp_path / ".vscode").mkdir()
    settings = tmp_path / ".vscode" / "settings.json"
    settings.write_text('{"editor.tabSize": 2, "yaml.schemas": {"old.json": "*.yml"}}')
    run("schemas", "--root", tmp_path)
    assert json.loads(settings.read_text()) == {"editor.tabSize": 2, "yaml.schemas": schema_globs()}
    settings.write_text("{} // mine")
    run("schemas", "--root", tmp_path)
    assert settings.read_text() == "{} // mine"


def test_editors_have_the_schema_of_each_kind_of_file():
    kept = json.loads((ROOT / ".vscode" / "settings.json").read_text("utf-8"))["yaml.schemas"]
    assert kept == schema_globs(), "run `make schemas`"
    written = [kind for kind in kinds_of(Library) if kind.by_hand and not kind.files.endswith(".toml")]
    assert {glob for globs in kept.values() for glob in globs} == {
        "content/" + re.sub(r"\{\w+\}", "*", kind.files) for kind in written
    }
    assert all((ROOT / schema).is_file() for schema in kept)


def test_hooks_for_commits_name_commands_and_targets_that_there_are():
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    program, command = hook["entry"].split()
    assert (hook["id"], program, command in cli.commands) == ("witnessmark-check", "witnessmark", True)
    (own,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))["repos"][0]["hooks"]
    assert own["id"] == hook["id"]
    assert commands(own["entry"].removeprefix("make ")) == [["check"]]
    for files in (hook["files"], own["files"]):
        assert re.search(files, "content/reports/a.yml")
        assert not re.search(files, "generator/content/a.py")


def test_the_calibration_is_made_with_the_sizes_that_its_test_asks_for():
    (arguments,) = commands("calibration")
    assert arguments == ["calibrate", "--corpora", "$(CORPORA)"]
    defaults = {option.name: option.default for option in lab.calibrate.params}
    assert (defaults["seeds"], defaults["sessions"]) == (SEEDS, SESSIONS)


def test_the_golden_site_is_written_by_its_test():
    assert recipe("golden")[1] == ["$(BIN)/pytest tests/test_golden.py --update-golden"]


@pytest.mark.parametrize("target", WRITING)
def test_the_guide_names_every_target_that_writes_a_committed_file(target):
    assert f"`make {target}`" in (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    assert f"\n{target}: " in MAKEFILE


# ---- make check and make test ----


def test_check_and_the_rest_are_all_tests():
    """`make test` names no choice of tests and runs all that `make check` runs; CI runs `make test`."""
    wanted, ran = recipe("check")
    assert ran == ['$(PYTEST) -m "not slow"']
    more, all_of_them = recipe("test")
    assert all_of_them == ["$(PYTEST)"]
    assert set(wanted) == {"lint", "types", "contract", "content"} < set(more)
    (options,) = re.findall(r"^PYTEST := \$\(BIN\)/pytest(.*)$", MAKEFILE, re.MULTILINE)
    assert not re.search(r"\s(?:-m|-k|--ignore|--deselect|tests/)", options)
    assert (ROOT / ".ci" / "run").read_text().splitlines()[-1] == "make test"
    before, long_form = recipe("test-full")
    assert (before, long_form) == (["test"], ['$(PYTEST) -m "full or hypothesis" --full'])


@pytest.mark.slow
def test_slow_tests_are_chosen_by_their_mark_and_none_is_lost():
    """A file with slow tests beside a file without: both halves together are what is collected without a choice."""

    def collected(*choice):
        files = ("tests/test_hostile_policy.py", "tests/test_statistics.py")
        command = [sys.executable, "-m", "pytest", "--collect-only", "-qq", *choice, *files]
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
        return {line.split(":")[0]: int(line.split()[-1]) for line in done.stdout.splitlines() if ": " in line}

    whole, slow, quick = collected(), collected("-m", "slow"), collected("-m", "not slow")
    assert min(slow["tests/test_hostile_policy.py"], quick["tests/test_statistics.py"]) > 0
    assert "tests/test_statistics.py" not in slow
    assert {file: slow.get(file, 0) + quick.get(file, 0) for file in whole} == whole
