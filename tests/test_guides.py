"""The three guides, each run from the text of its own page in a fresh home."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest
from guide_shell import ROOT, Home, blocks

from generator.build import read_content
from generator.cli import cli
from generator.curated.library import load
from generator.pages import guides
from generator.pages.guides import GUIDES
from generator.site.context import SiteContext
from generator.site.render import render

CASE = ROOT / "tests" / "sites" / "small" / "content"


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    """What `git clone` gives: the small case with what the program needs to build it, as a repository."""
    root = tmp_path_factory.mktemp("repository") / "clone"
    shutil.copytree(CASE, root / "content")
    shutil.copytree(ROOT / "templates", root / "templates")
    shutil.copy(ROOT / "mkdocs.yml", root)
    for command in (
        ["init", "-q", "-b", "main"],
        ["config", "user.name", "A"],
        ["config", "user.email", "a@example.org"],
        ["add", "."],
        ["commit", "-q", "-m", "all"],
    ):
        subprocess.run(["git", *command], cwd=root, check=True)
    return root


@pytest.fixture(scope="module")
def texts(repository):
    """The page of each guide as it is handed to MkDocs."""
    from datetime import UTC, datetime

    found = read_content(repository, now=datetime(2026, 11, 30, tzinfo=UTC), version="0")
    planned = list(guides.pages(found))
    files = render(planned, templates=ROOT / "templates", site_context=SiteContext.of(found))
    pages = {file.path: file.content.decode() for file in files if file.path.endswith(".md")}
    return {guide.id: pages[f"{found.library.case.id}/guides/{guide.id}/index.md"] for guide in GUIDES}


@pytest.fixture
def home(repository, tmp_path):
    return Home(tmp_path / "home", repository)


def test_every_guide_has_commands_and_they_are_of_the_program(texts):
    for id, page in texts.items():
        commands = [
            name for block in blocks(page) for name in re.findall(r"^witnessmark ([a-z-]+)", block, re.MULTILINE)
        ]
        assert len(commands) >= 2, id
        if "init" in cli.commands:
            assert set(commands) <= set(cli.commands), id


def test_a_guide_says_how_long_it_takes(texts):
    for guide in GUIDES:
        assert f"{guide.minutes} minutes" in texts[guide.id]


@pytest.mark.slow
def test_was_i_affected(texts, home):
    """With transcripts where the client keeps them, as a reader has."""
    from click.testing import CliRunner

    made = home.folder / ".claude" / "projects"
    made.mkdir(parents=True)
    assert CliRunner().invoke(cli, ["simulate", "--into", str(made), "--seed", "3", "--sessions", "4"]).exit_code == 0
    said = [home.run(block) for block in blocks(texts["affected"])]
    assert home.replaced == 2
    assert any("cache" in one for one in said)
    assert "%" in said[-1]  # a few ratios
    assert str(home.folder) not in said[-1]


@pytest.mark.slow
def test_add_a_report(texts, home):
    for block in blocks(texts["add-a-report"]):
        home.run(block)
    assert home.replaced == 2
    work = home.folder / "witnessmark"
    done = subprocess.run(
        ["git", "show", "--stat", "--format=%s", "HEAD"], cwd=work, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("Add a report\n")
    (new,) = {one.id for one in load(work / "content").reports} - {one.id for one in load(CASE).reports}
    assert f"content/reports/{new}.yml" in done.stdout
    assert "1 file changed" in done.stdout


@pytest.mark.slow
@pytest.mark.skipif("init" not in cli.commands, reason="there is no command init yet")
def test_publish_your_own(texts, home):
    for block in blocks(texts["publish"]):
        home.run(block)
    assert home.replaced == 2
    case = home.folder / "my-case"
    assert home.where == case
    assert (case / "site" / "index.html").is_file()
    assert (home.folder / "my-logs" / "content").is_dir()
    assert "server_name evidence.example.org;" in (case / "evidence.conf").read_text("utf-8")
    assert '"SecurityHeadersConfig"' in (case / "policy.json").read_text("utf-8")
