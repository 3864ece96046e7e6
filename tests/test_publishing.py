"""What publishes the site brings every frozen snapshot with it, or publishes nothing: no address below /v/ is lost."""

from __future__ import annotations

import os
import subprocess
import tarfile
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from generator.base.problems import Exit, PublishRefusedError
from generator.cli import cli

ROOT = Path(__file__).parent.parent
WORKFLOW = yaml.safe_load((ROOT / ".github" / "workflows" / "publish.yml").read_text("utf-8"))
STEPS = WORKFLOW["jobs"]["build"]["steps"]
GH = """#!/bin/sh
# A release each: `gh release download snapshot-N --pattern N.tar.gz --output -`
[ "$1 $2 $4 $6" = "release download --pattern --output" ] || exit 9
cat "$RELEASES/$3/$5" || exit 1
"""


def taken(root, *numbers):
    """A repository in which these snapshots were taken."""
    folder = root / "content" / "snapshots"
    folder.mkdir(parents=True)
    for number in numbers:
        (folder / f"{number}.json").write_text("{}")
    return root


def build(root, *more):
    return CliRunner().invoke(cli, ["build", "--root", str(root), *more], standalone_mode=False)


def test_a_build_to_publish_is_refused_where_a_copy_is_missing_and_names_each(tmp_path):
    root = taken(tmp_path, "2026-11-30.1", "2026-12-14.1", "2026-12-14.2")
    (root / "snapshots" / "2026-12-14.1").mkdir(parents=True)
    error = build(root, "--whole").exception
    assert isinstance(error, PublishRefusedError)
    assert error.exit is Exit.REFUSED
    assert [(one.path, one.code) for one in error.problems] == [
        ("snapshots/2026-11-30.1", "S223"),
        ("snapshots/2026-12-14.2", "S223"),
    ]
    assert not (root / "site").exists()


def test_without_the_flag_and_with_all_copies_it_is_not_refused_for_that(tmp_path):
    root = taken(tmp_path, "2026-11-30.1")
    for more in ((), ("--whole",)):
        assert "S223" not in str(build(root, *more).exception)  # but for other things: there is nothing to build
        (root / "snapshots" / "2026-11-30.1").mkdir(parents=True, exist_ok=True)


def test_the_workflow_builds_only_with_all_snapshots_and_fetches_them_first():
    names = [step.get("name") or step.get("run") or step["uses"].partition("@")[0] for step in STEPS]
    at = names.index("Fetch the frozen snapshots")
    assert names[at:] == [
        *("Fetch the frozen snapshots", "The address of the site", "Build"),
        "actions/upload-pages-artifact",
    ]
    assert "$(BIN)/witnessmark build $(BUILD)" in (ROOT / "Makefile").read_text("utf-8")
    assert WORKFLOW["permissions"] == {}
    assert WORKFLOW["jobs"]["build"]["permissions"] == {"contents": "read", "pages": "read"}


@pytest.fixture
def fetch(tmp_path):
    """The step of the workflow, with a `gh` that hands out the releases of a folder."""
    (step,) = (step for step in STEPS if step.get("name") == "Fetch the frozen snapshots")
    assert step["shell"] == "bash"
    tools, releases = tmp_path / "tools", tmp_path / "releases"
    tools.mkdir()
    (tools / "gh").write_text(GH)
    (tools / "gh").chmod(0o755)

    def run(root):
        environment = {"PATH": f"{tools}:{os.environ['PATH']}", "RELEASES": str(releases)}
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]  # as the runner calls it
        return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)

    def release(number):
        copy = tmp_path / "made" / number
        copy.mkdir(parents=True)
        (copy / "index.html").write_text(number)
        folder = releases / f"snapshot-{number}"
        folder.mkdir(parents=True)
        with tarfile.open(folder / f"{number}.tar.gz", "w:gz") as packed:
            packed.add(copy, number)

    return run, release


def test_the_step_of_the_workflow_brings_every_copy_to_its_place(tmp_path, fetch):
    run, release = fetch
    root = taken(tmp_path / "repository", "2026-11-30.1", "2026-12-14.1")
    release("2026-11-30.1")
    release("2026-12-14.1")
    done = run(root)
    assert (done.returncode, done.stderr) == (0, "")
    found = {path.relative_to(root).as_posix() for path in (root / "snapshots").rglob("*") if path.is_file()}
    assert found == {"snapshots/2026-11-30.1/index.html", "snapshots/2026-12-14.1/index.html"}


def test_a_release_that_is_missing_is_said_and_then_stops_the_build(tmp_path, fetch):
    run, release = fetch
    root = taken(tmp_path / "repository", "2026-11-30.1", "2026-12-14.1")
    release("2026-12-14.1")
    done = run(root)
    assert done.returncode == 0
    assert "snapshot-2026-11-30.1 could not be fetched" in done.stderr
    assert "snapshots/2026-11-30.1:0:0: S223" in str(build(root, "--whole").exception)


def test_before_the_first_snapshot_there_is_nothing_to_fetch(tmp_path, fetch):
    run, _ = fetch
    done = run(tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
