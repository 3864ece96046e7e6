"""A pull request from end to end without its host: the commands are those of the workflow files, read out of them.

What is left out: `make .venv/.run` (the environment of the tests takes its place) and the actions of the host, which
check out, and keep and publish a folder.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from workflow_files import ROOT, run_step, step

from generator.cli.site import check

pytestmark = pytest.mark.slow
CASE = ROOT / "tests" / "sites" / "small" / "content"
DAY = "1796040000"  # 30 November 2026
NEW = "content/reports/weekly-limit.yml"
GOOD = """\
# yaml-language-server: $schema=../schemas/report.json
id: weekly-limit
title: 'Weekly limit reached in one day'
date: 2026-03-17
date_basis: posted
period: window
surfaces: [claude-code]
symptoms: [runaway-usage]
url: https://example.org/thread/1
source_type: issue
detail: none
evidence_class: user-report
independence: 'independent'
opened: true
provenance: 'read by the contributor'
"""
BAD = GOOD.replace("period: window", "periode: window").replace("https://example.org", "http://example.org")


def git(folder, *arguments):
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "protocol.file.allow=always"]
    return subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def main(tmp_path_factory):
    """The branch main of a small case, as a repository."""
    root = tmp_path_factory.mktemp("main")
    shutil.copytree(CASE, root / "content")
    shutil.copytree(ROOT / "content" / "examples", root / "content" / "examples")
    for folder in ("templates", "requirements"):
        shutil.copytree(ROOT / folder, root / folder)
    for file in ("mkdocs.yml", "Makefile", "pyproject.toml", "LICENSE"):
        shutil.copy(ROOT / file, root)
    (root / ".gitignore").write_text(".venv/\nbuild/\nsite/\n")
    git(root, "init", "-q", "-b", "main")
    git(root, "add", ".")
    git(root, "commit", "-q", "-m", "The case")
    return root


def change(main, name, files):
    """A pull request: a branch from main with these files."""
    git(main, "checkout", "-q", "-b", name, "main")
    for path, text in files.items():
        (main / path).parent.mkdir(parents=True, exist_ok=True)
        (main / path).write_text(text, "utf-8")
    git(main, "add", ".")
    git(main, "commit", "-q", "-m", name)
    git(main, "checkout", "-q", "main")


def checked_out(main, name, folder):
    """What the two checkouts of content.yml give: main, and below it the change merged into it, two commits deep."""
    git(folder, "clone", "-q", "--branch", "main", str(main), "work")
    work = folder / "work"
    git(folder, "clone", "-q", str(main), "merged")
    git(folder / "merged", "merge", "-q", "--no-ff", "-m", "merge", f"origin/{name}")
    git(work, "clone", "-q", "--depth", "2", (folder / "merged").as_uri(), "change")
    installed(work)
    return work


def installed(root):
    """The environment of the tests in place of `make .venv/.run`."""
    assert step("content", "preview", "Install")["run"] == "make .venv/.run"
    (root / ".venv" / "bin").mkdir(parents=True)
    command = root / ".venv" / "bin" / "witnessmark"
    command.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m generator "$@"\n')
    command.chmod(0o755)
    (root / ".venv" / ".run").touch()


def run(name, work, job=("content", "preview")):
    outputs = {"GITHUB_OUTPUT": str(work / "output"), "GITHUB_STEP_SUMMARY": str(work / "summary")}
    return run_step(*job, name, work, SOURCE_DATE_EPOCH=DAY, XDG_CACHE_HOME=os.environ["XDG_CACHE_HOME"], **outputs)


def taken(main, name, folder):
    work = checked_out(main, name, folder)
    assert run("Is it content alone?", work).returncode == 0
    assert (work / "output").read_text() == "alone=true\n"
    assert run("Take its content", work).returncode == 0
    assert not (work / "change").exists()
    return work


has_format = pytest.mark.skipif(
    not any("--format" in option.opts for option in check.params), reason="check has no --format yet"
)


@has_format
def test_a_bad_file_is_annotated_at_its_lines(main, tmp_path):
    change(main, "bad", {NEW: BAD})
    done = run("Check", taken(main, "bad", tmp_path))
    assert done.returncode == 2
    said = re.findall(r"^::error file=([^,]+),line=(\d+),", done.stdout, re.MULTILINE)
    lines = BAD.splitlines()
    wanted = {lines.index("periode: window") + 1, lines.index("url: http://example.org/thread/1") + 1}
    assert {(file, int(line)) for file, line in said} >= {(NEW, line) for line in wanted}


@has_format
def test_hostile_text_writes_no_command_of_the_host(main, tmp_path):
    hostile = GOOD.replace("surfaces: [claude-code]", 'surfaces: ["a::error file=x::owned", "%0A::set-env name=A::b"]')
    change(main, "hostile", {NEW: hostile})
    done = run("Check", taken(main, "hostile", tmp_path))
    assert done.returncode == 2
    commands = [line for line in done.stdout.splitlines() if line.startswith("::")]
    assert all(re.match(r"::error file=content/reports/weekly-limit\.yml,line=\d+", line) for line in commands)
    assert "set-env" not in "".join(re.findall(r"^::(\S+)", done.stdout, re.MULTILINE))


def test_a_change_of_code_is_not_run_with_the_content(main, tmp_path):
    change(main, "code", {NEW: GOOD, "templates/home.md.j2": "owned"})
    work = checked_out(main, "code", tmp_path)
    assert run("Is it content alone?", work).returncode == 0
    assert not (work / "output").exists()
    assert "not of content/ alone" in (work / "summary").read_text()


def test_links_in_the_content_are_not_followed(main, tmp_path):
    git(main, "checkout", "-q", "-b", "linked", "main")
    (main / "content" / "reports" / "passwd.yml").symlink_to("/etc/passwd")
    git(main, "add", ".")
    git(main, "commit", "-q", "-m", "linked")
    git(main, "checkout", "-q", "main")
    work = taken(main, "linked", tmp_path)
    assert (work / "content" / "reports" / "passwd.yml").is_symlink()
    done = subprocess.run(
        [work / ".venv/bin/witnessmark", "check"], cwd=work, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "content/reports/passwd.yml:0:0: W-file not an ordinary file" in done.stderr + done.stdout
    assert "root:" not in done.stderr + done.stdout


def test_a_good_file_is_previewed_on_all_its_pages(main, tmp_path):
    change(main, "good", {NEW: GOOD})
    work = taken(main, "good", tmp_path)
    done = run("Build", work)
    assert done.returncode == 0, done.stderr[-2000:]
    assert (work / "preview" / "offline.zip").stat().st_size > 100_000
    shows_the_report(work / "preview" / "site")


@pytest.mark.full  # `make test` builds the preview, which is the same command
def test_a_good_file_is_published_after_the_merge_on_all_its_pages(main, tmp_path):
    change(main, "merged", {NEW: GOOD})
    git(main, "merge", "-q", "--no-ff", "-m", "merge", "merged")
    git(tmp_path, "clone", "-q", "--branch", "main", str(main), "published")
    installed(tmp_path / "published")
    done = run("Build", tmp_path / "published", ("publish", "build"))
    assert done.returncode == 0, done.stderr[-2000:]
    shows_the_report(tmp_path / "published" / "site")
    assert (tmp_path / "published" / "site" / "manifest.json").is_file()


def shows_the_report(site: Path) -> None:
    """Its own page and the pages of everything that it names; each leads to it."""
    title = "Weekly limit reached in one day"
    assert title in (site / "2026-03" / "r" / "weekly-limit" / "index.html").read_text("utf-8")
    for page in ("reports", "explore", "symptom/runaway-usage", "surface/claude-code"):
        text = (site / "2026-03" / page / "index.html").read_text("utf-8")
        assert "r/weekly-limit/" in text, page
    assert title in (site / "2026-03" / "r" / "weekly-limit" / "index.json").read_text("utf-8")
