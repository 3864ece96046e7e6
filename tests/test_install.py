"""What a small install can do, what it says where it cannot, and what is in the wheel."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from generator.base.problems import Exit
from generator.base.shipped import shipped
from generator.cli.lacking import SITE, lacking

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
WITHOUT = """\
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {names!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Absent())
from generator.cli import main
main()
"""


def names_of(requirements):
    return {re.match(r"[A-Za-z0-9._-]+", one)[0].lower().replace("_", "-") for one in requirements}


def small(home, *arguments):
    """The command in a process in which nothing of the extra `site` can be imported."""
    code = WITHOUT.format(names=sorted({*SITE, "pyarrow", "pandas"}))
    env = {"PATH": "/usr/bin:/bin", "HOME": str(home), "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True,
        text=True,
        env=env,
        cwd=home,
        check=False,
    )


@pytest.mark.slow
def test_a_small_install_scans_collects_proves_and_verifies(tmp_path):
    logs, pack, proof = tmp_path / "logs", tmp_path / "mine", tmp_path / "proof.json"
    for arguments in (
        ("simulate", "--into", logs, "--seed", "3", "--sessions", "4"),
        ("scan", logs, "--jobs", "1"),
        ("scan", logs, "--jobs", "1", "--share"),
        ("collect", logs, "--into", pack, "--jobs", "1"),
    ):
        done = small(tmp_path, *arguments)
        assert (done.returncode, done.stderr) == (0, ""), arguments
    runs = json.loads((pack / "pack.json").read_text())["evidence"]["runs"]
    assert not any(run["outcome"] == "failed" for run in runs)
    finding = next(one["id"] for run in runs for one in run["findings"])
    done = small(tmp_path, "prove", finding, "--logs", logs, "--pack", pack, "--into", proof, "--jobs", "1")
    assert done.returncode == 0, done.stderr
    done = small(tmp_path, "verify", proof, "--pack", pack)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("command", [("build",), ("serve",), ("offline",), ("snapshot",)])
def test_a_command_that_lacks_a_library_says_what_to_install(tmp_path, command):
    done = small(tmp_path, *command)
    assert done.returncode == Exit.CONTENT
    (line,) = done.stderr.splitlines()
    assert line.endswith("pip install 'witnessmark[site]'")


def test_another_module_that_is_missing_is_an_error_of_the_program():
    assert lacking(ModuleNotFoundError("no", name="generator.gone")) is None
    assert lacking(ModuleNotFoundError("no")) is None


def test_the_names_are_those_of_the_extra():
    distributions = packages_distributions()
    extra = names_of(PROJECT["optional-dependencies"]["site"])
    assert not extra & names_of(PROJECT["dependencies"])
    found = {name.lower().replace("_", "-") for module in SITE for name in distributions[module]}
    assert found & extra == extra
    assert found <= extra


def test_what_is_shipped_is_in_the_repository_and_in_the_list_of_the_wheel():
    config = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]["targets"]["wheel"]
    for source, target in config["force-include"].items():
        assert target == f"generator/shipped/{source}"
        assert shipped(source) == ROOT / source
        assert (ROOT / source).exists()


@pytest.mark.slow
def test_the_wheel_carries_what_its_commands_need(tmp_path):
    pytest.importorskip("hatchling")
    code = f"from hatchling.build import build_wheel; print(build_wheel({str(tmp_path)!r}))"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        held = set(packed.namelist())
        packed.extractall(tmp_path / "site-packages")
    for name in ("templates/home.md.j2", "templates/theme/main.html", "mkdocs.yml", "content/examples/cache-break.yml"):
        assert f"generator/shipped/{name}" in held
    assert not any(name.startswith(("tests/", "content/", "templates/")) for name in held)
    code = (
        "from generator.base.shipped import shipped; import sys; from generator.cli import main;"
        "assert shipped('templates').is_dir(); sys.argv[0] = 'witnessmark'; main()"
    )
    for arguments in (["--help"], ["scan", "--help"], ["simulate", "--into", "logs", "--seed", "1", "--sessions", "1"]):
        env = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(tmp_path / "site-packages"), "HOME": str(tmp_path)}
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments], cwd=tmp_path, env=env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
