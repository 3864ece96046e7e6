"""The container file names what is there, and what runs in it is nobody. It cannot be built here: no image can be had."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
LINES = [line for line in (ROOT / ".ci" / "Containerfile").read_text("utf-8").splitlines() if line and line[0] != "#"]


def arguments(instruction):
    return [line.removeprefix(f"{instruction} ") for line in LINES if line.startswith(f"{instruction} ")]


def test_what_is_copied_is_in_the_repository():
    for words in arguments("COPY"):
        if not words.startswith("--from=build "):
            for name in words.split()[:-1]:
                assert (ROOT / name).exists(), name


def test_the_command_runs_as_nobody_and_is_the_last_stage():
    last = LINES[[place for place, line in enumerate(LINES) if line.startswith("FROM ")][-1] :]
    (user,) = [line for line in last if line.startswith("USER ")]
    assert re.fullmatch(r"USER [1-9]\d{3,}:[1-9]\d{3,}", user)
    assert last[-2:] == ['ENTRYPOINT ["witnessmark"]', 'CMD ["--help"]']
    assert not any(line.startswith("RUN ") for line in last[last.index(user) :])


def test_the_stages_have_one_base_of_the_python_that_the_program_needs():
    (base,) = {words.split()[0] for words in arguments("FROM")}
    needed = re.search(r'requires-python = ">=([\d.]+)"', (ROOT / "pyproject.toml").read_text("utf-8"))[1]
    assert base == f"docker.io/library/python:{needed}-slim"


def test_nothing_is_fetched_but_by_the_package_client():
    assert not arguments("ADD")
    assert not re.search(r"https?://|curl|wget", "\n".join(LINES))
