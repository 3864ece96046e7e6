"""Odd environments, odd files in the place of a manifest, and days: what a command says of them, without a traceback."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from generator.base.problems import ContentError, LogError, PackError
from generator.cli import cli
from generator.cli.context import console, default_logs, now
from generator.ledger.explanations import EXPLANATIONS
from generator.packs.manifest import read_manifest
from generator.packs.pack import read_pack
from generator.site.manifest import NAME, Provenance, differences, manifest_of

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
PACK = Path(__file__).parent / "packs" / "5" / "small"
CASES = ROOT.parent / "shared" / "cases"


# ---- the environment ----


@pytest.mark.parametrize(
    "epoch",
    ["-1", "-99999999999", "99999999999999999999", "253402300800", "7258118400", "words", "1.5", "1e9", "0x10", " 12", "1_0", "+5", "\u0661\u0662", "12\n"],
)  # fmt: skip
def test_an_odd_source_date_epoch_is_a_clear_error(monkeypatch, epoch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    run = CliRunner().invoke(cli, ["check", "--root", str(ROOT / "tests" / "sites" / "small")])
    assert run.exit_code == 2
    assert "SOURCE_DATE_EPOCH must be whole seconds since 1970" in run.output
    with pytest.raises(click.UsageError):
        now()


@pytest.mark.parametrize(
    ("epoch", "at"),
    [("0", datetime(1970, 1, 1, tzinfo=UTC)), ("7258118399", datetime(2199, 12, 31, 23, 59, 59, tzinfo=UTC))],
)
def test_a_plain_source_date_epoch_is_the_clock(monkeypatch, epoch, at):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    assert now() == at
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "")
    assert now().year > 2025


@pytest.mark.parametrize("columns", ["\u00b2", "\u0663", "99999999999999", "-5", "words", "0"])
def test_an_odd_number_of_columns_is_no_traceback(monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", columns)
    assert console(80).width in {40, 80}


@pytest.mark.parametrize(
    ("environ", "looked"),
    [
        ({}, "~/.claude/projects, ~/.config/claude/projects"),
        ({"CLAUDE_CONFIG_DIR": "/nowhere/mine"}, "/nowhere/mine/projects"),
        ({"CLAUDE_CONFIG_DIR": "/nowhere/a,/nowhere/b"}, "/nowhere/a/projects, /nowhere/b/projects"),
        (
            {"XDG_CONFIG_HOME": "/nowhere/x"},
            "~/.claude/projects, /nowhere/x/claude/projects, ~/.config/claude/projects",
        ),
        ({"XDG_CONFIG_HOME": "relative"}, "~/.claude/projects, ~/.config/claude/projects"),
    ],
)
def test_where_no_logs_are_the_places_that_were_looked_at_are_named(monkeypatch, tmp_path, environ, looked):
    for name in ("CLAUDE_CONFIG_DIR", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path / "state"), **environ}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(LogError) as error:
        default_logs()
    (problem,) = error.value.problems
    assert (problem.path, problem.code) == (looked, "W-no-logs")
    assert ("CLAUDE_CONFIG_DIR" in problem.hint) == ("CLAUDE_CONFIG_DIR" in environ)


@pytest.mark.slow
@pytest.mark.parametrize("coding", ["ascii", "latin-1", "cp1252"])
def test_names_that_the_output_cannot_spell_are_escaped(tmp_path, coding):
    (tmp_path / "\u00fcn\u00ef-\u540d\u524d.jsonl").write_text("no log\n")
    done = subprocess.run(
        [sys.executable, "-m", "generator", "scan", str(tmp_path)],
        capture_output=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONIOENCODING": coding, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert done.returncode == 4
    assert b"\\u540d" in done.stderr or coding == "ascii"  # click takes ASCII for a mistake, and says it in UTF-8
    assert b"Traceback" not in done.stderr


# ---- files in the place of a manifest ----


@pytest.fixture
def site(tmp_path):
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "index.html").write_text("x")
    (folder / NAME).write_bytes(manifest_of(folder, Provenance()))
    assert differences(folder) == ()
    return folder


@pytest.mark.parametrize("kind", ["pipe", "folder", "link", "device", "socket"])
def test_verify_site_refuses_what_is_no_file_in_the_place_of_the_manifest(site, kind):
    path = site / NAME
    path.rename(site.parent / "real.json")
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "link":
        path.symlink_to(site.parent / "real.json")
    elif kind == "device":
        path.symlink_to("/dev/zero")
    else:
        import socket

        socket.socket(socket.AF_UNIX).bind(str(path))
    run = CliRunner().invoke(cli, ["verify-site", str(site)])
    assert isinstance(run.exception, ContentError)
    assert "S301 is missing or not a manifest" in str(run.exception)


def test_a_manifest_with_a_key_twice_is_refused(site):
    text = (site / NAME).read_text()
    (site / NAME).write_text(text.replace('"outputs": {', '"outputs": {"index.html": "0", ', 1))
    assert [problem.code for problem in differences(site)] == ["S301"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"schema":', '"schema": 1, "schema":'),
        ('"evidence": {', '"evidence": {"id": "other", '),
        ('"totals": {', '"totals": {"requests": 1, '),
        ('"totals": {', '"totals": {"\\u0072equests": 1, '),
        ('"evidence": {', '"evidence": {"simulated": false, "simulated": false, '),
    ],
)
def test_a_key_that_is_twice_in_a_pack_is_refused(tmp_path, old, new):
    folder = tmp_path / "small"
    shutil.copytree(PACK, folder)
    read_pack(folder)
    text = (folder / "pack.json").read_text()
    assert old in text
    (folder / "pack.json").write_text(text.replace(old, new, 1))
    with pytest.raises(PackError, match="holds a key twice in one object"):
        read_pack(folder)


def test_a_pack_of_huge_numbers_is_refused_as_before(tmp_path):
    folder = tmp_path / "small"
    shutil.copytree(PACK, folder)
    text = (folder / "pack.json").read_text()
    (folder / "pack.json").write_text(text.replace('"schema":', f'"x": 1{"0" * 5000}, "schema":', 1))
    with pytest.raises(PackError):
        read_manifest(folder)


# ---- days ----


@pytest.fixture(scope="module")
def logs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    shutil.rmtree(folder)
    run = CliRunner().invoke(cli, ["simulate", "--into", str(folder), "--seed", "6", "--sessions", "4"])
    assert run.exit_code == 0, run.output
    return folder


def scanned(*arguments):
    run = CliRunner().invoke(cli, ["scan", *map(str, arguments)])
    assert run.exit_code in {0, 3}, run.output
    return run.stdout


def test_since_chooses_the_breaks_of_the_json_as_those_of_the_list(logs):
    whole = json.loads(scanned(logs, "--json"))
    days = sorted({date.fromisoformat(row["name"]) for row in whole["usage"]["rows"]})
    assert sum(whole["breaks"].values()) > 0
    none = json.loads(scanned(logs, "--json", "--since", "2199-01-01"))
    assert (none["breaks"], none["break_excess"], none["findings"]) == ({}, {}, [])
    assert none["requests"] == whole["requests"]
    split = days[len(days) // 2]
    early = json.loads(scanned(logs, "--json", "--until", split.isoformat()))
    late = json.loads(scanned(logs, "--json", "--since", date.fromordinal(split.toordinal() + 1).isoformat()))
    both = {
        reason: early["breaks"].get(reason, 0) + late["breaks"].get(reason, 0)
        for reason in {*early["breaks"], *late["breaks"]}
    }
    assert both == whole["breaks"]
    shown = scanned(logs, "--all", "--until", split.isoformat())
    assert all(f"\n{reason}: {count:,} (" in shown for reason, count in early["breaks"].items())


def test_shared_ratios_of_some_days_are_sentences(logs):
    whole = scanned(logs, "--share")
    some = scanned(logs, "--share", "--since", "2000-01-01")
    lines = [line for line in some.split("examined:\n")[1].splitlines() if line.startswith("  ")]
    assert lines
    assert all(": found in these days" in line for line in lines), some
    assert any("; in all days of these logs, " in line for line in lines), some
    for line in lines:
        detector, told, share = line.strip().split(": ")[0], *line.partition("; in all days of these logs, ")[1:]
        assert (f"  {detector}: {share}\n" if told else f"  {detector}\n") in whole


# ---- one list of each thing ----


def test_the_tables_of_scan_are_made_of_the_list_itself():
    from generator.cli.scan import TABLES
    from generator.ledger.by import By

    assert tuple(map(By, TABLES)) == tuple(By)


def test_a_command_is_still_an_explanation():
    assert [one.id for one in EXPLANATIONS].count("command") == 1


# ---- what held already ----


@pytest.mark.skipif(not CASES.is_dir(), reason="../shared/cases is absent")
@pytest.mark.parametrize("case", ["attack-year1", "attack-names", "attack-wal-database"])
def test_cases_that_once_ended_in_a_traceback_or_lost_rows(case):
    assert "every line is accounted for" in " ".join(scanned(CASES / case).split())
