"""The workflows as values, and their commands run without the host they are for."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import yaml
from patience import HANGS

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / ".github" / "workflows"


def workflows() -> dict[str, Any]:
    """Each workflow by the name of its file. YAML 1.1 reads the key `on` as true."""
    found = {}
    for path in sorted(FOLDER.glob("*.yml")):
        said = yaml.safe_load(path.read_text("utf-8"))
        found[path.stem] = {("on" if key is True else key): value for key, value in said.items()}
    return found


def step(workflow: str, job: str, name: str) -> dict[str, Any]:
    """The step with this name. Raises StopIteration where there is none."""
    return next(one for one in workflows()[workflow]["jobs"][job]["steps"] if one.get("name") == name)


def run_step(workflow: str, job: str, name: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command of a step as the host runs it (bash -e, with pipefail where a shell is named)."""
    one = step(workflow, job, name)
    assert "${{" not in one["run"]
    named = one.get("shell") == "bash"  # https://docs.github.com/actions/reference/workflow-syntax (defaults.run.shell)
    options = ["--noprofile", "--norc", "-eo", "pipefail"] if named else ["-e"]
    shell = ["bash", *options, "-c", one["run"]]
    return subprocess.run(
        shell, cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True, timeout=HANGS, check=False
    )
