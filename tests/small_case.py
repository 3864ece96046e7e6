"""The small case as a repository of its own, with the logs of one public repository, to build, serve and pack."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

from click.testing import CliRunner

from generator.cli import cli

REPOSITORY = Path(__file__).parent.parent
CASE = REPOSITORY / "tests" / "sites" / "small"
DAY = date(2026, 11, 30)
PUBLIC = "agentv"
PUBLISHED = "https://witnessmark.example/"
PROJECT = "project/"
"""The path of a project's page: whatever is addressed from the root of a host shows itself."""
MOVED = """\
- old: 2026-03/statements/
  new: 2026-03/claims/
  day: 2026-11-30
  why: The list of claims has a plainer name.
"""


def make_root(folder: Path) -> Path:
    """Content, templates and mkdocs.yml, with a pack whose lines are public and an address that moved."""
    root = folder / "root"
    shutil.copytree(CASE / "content", root / "content")
    shutil.copytree(REPOSITORY / "content" / "examples", root / "content" / "examples")
    shutil.copytree(REPOSITORY / "content" / "evidence" / PUBLIC, root / "content" / "evidence" / PUBLIC)
    (root / "content" / "origins").mkdir()
    shutil.copy(REPOSITORY / "content" / "origins" / f"{PUBLIC}.yml", root / "content" / "origins")
    shutil.copytree(REPOSITORY / "templates", root / "templates")
    config = (REPOSITORY / "mkdocs.yml").read_text("utf-8")
    assert config.count(PUBLISHED) == 1
    (root / "mkdocs.yml").write_text(config.replace(PUBLISHED, PUBLISHED + PROJECT), "utf-8")
    (root / "content" / "redirects.yml").write_text(MOVED, "utf-8")
    shutil.copy(REPOSITORY / "LICENSE", root)
    return root


def run(root: Path, *arguments: str, day: date = DAY) -> str:
    """A command on a day; what it raises is raised."""
    epoch = str(int(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp()))
    environment = {"SOURCE_DATE_EPOCH": epoch}
    command, *others = arguments
    done = CliRunner().invoke(cli, [command, "--root", str(root), *others], env=environment, standalone_mode=False)
    if done.exception:
        raise done.exception
    return done.output


def built(folder: Path) -> Path:
    """The root after `witnessmark lock` and `witnessmark build`."""
    root = make_root(folder)
    run(root, "lock")
    run(root, "build")
    return root
