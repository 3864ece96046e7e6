"""Base rates of public sets: figures that the code measures again, sessions beside steps, sets that are not there."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from conftest import CORPORA, unpacked

from generator.cli import cli
from generator.curated.base_rates import Measurement
from generator.curated.library import load_kind
from generator.detectors import DETECTORS
from generator.dossier.base_rates import IN_SESSIONS, measured_again
from generator.importers import discover, read
from generator.packs.examine import examine
from generator.records.results import Level
from generator.simulator import FaultRates, simulate
from generator.simulator.calibrate import START

pytestmark = pytest.mark.slow

CONTENT = Path(__file__).parents[1] / "content"
SETS = CORPORA.parent / "sets"
HEAD = """\
- {{id: {id}, title: A set, url: "https://example.org/set", licence: MIT, requests: 1, steps: 1, measured: 2026-01-01,
   command: witnessmark base-rates SETS}}
"""


def evidence_of(folder: Path, name: str):
    reading = read(discover([folder]).claimed, key=b"any")
    return examine(reading, id=name, simulated=False, level=Level.FULL, tool_version="0.1.0")


@pytest.fixture(scope="module")
def logs(tmp_path_factory):
    """A set of simulated logs with faults."""
    folder = tmp_path_factory.mktemp("sets") / "mine"
    for name, data in simulate(7, sessions=25, start=START, faults=FaultRates.dose(0.6)).files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def content_with(folder: Path, *ids: str) -> Path:
    (folder / "content" / "measurements").mkdir(parents=True)
    (folder / "content" / "measurements" / "corpora.yml").write_text("".join(HEAD.format(id=id) for id in ids))
    return folder


def test_a_session_counts_once_however_many_findings_it_holds(logs):
    evidence = evidence_of(logs, "mine")
    known = Measurement(
        id="mine", title="A set", url="https://example.org/set", licence="MIT", requests=0, steps=0,
        measured=date(2026, 1, 1), command="c",
    )  # fmt: skip
    again = measured_again(known, evidence, measured=date(2026, 11, 29))
    by_id = {row.id: row for row in again.detectors}
    runs = {run.detector: run for run in evidence.runs}
    breaks = by_id["cache-break"]
    assert breaks.sessions is not None
    assert 0 < breaks.sessions < breaks.findings
    assert breaks.sessions == len({found.session for found in runs["cache-break"].findings})
    assert breaks.sessions <= again.sessions_with <= again.sessions == evidence.totals.sessions == 25
    assert {row.id for row in again.detectors if row.sessions is None} == {
        one.id for one in DETECTORS if one.scope not in IN_SESSIONS
    }
    twice = tuple(msgspec.structs.replace(run, findings=run.findings * 2) for run in evidence.runs)
    assert measured_again(known, msgspec.structs.replace(evidence, runs=twice), measured=again.measured) == again


def test_the_command_finds_each_set_in_one_of_the_folders(logs, tmp_path):
    root = content_with(tmp_path, "gone", "mine")
    (tmp_path / "other").mkdir()
    arguments = ["base-rates", str(tmp_path / "other"), str(logs.parent), "--root", str(root), "--jobs", "1"]
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 0, result.output
    assert "gone: not there, its figures stay as they were." in result.output
    gone, mine = load_kind(root / "content", Measurement)
    assert (gone.requests, gone.measured) == (1, date(2026, 1, 1))
    assert mine.requests > 100
    assert mine.sessions == 25


@pytest.mark.corpora
@pytest.mark.slow
@pytest.mark.parametrize("known", load_kind(CONTENT, Measurement), ids=lambda known: known.id)
def test_public_figures_are_what_the_code_measures(known, tmp_path):
    archive = CORPORA.parent / "sets" / f"{known.id}.tar.xz"
    folder = tmp_path / known.id if archive.is_file() else CORPORA / known.id
    if archive.is_file():
        unpacked(archive, tmp_path)
    again = measured_again(known, evidence_of(folder, known.id), measured=known.measured)
    command = "run `witnessmark base-rates SETS ../shared/corpora/claude-code`"
    changed = [row.id for row in again.detectors if row not in known.detectors]
    assert again.detectors == known.detectors, f"other base rates of {', '.join(changed) or 'a detector'}: {command}"
    assert again == known, f"other totals or breaks: {command}"
