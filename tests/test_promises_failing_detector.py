"""A detector that throws gets its page and exit code 3; everything else is built, and no text of the log is told."""

from __future__ import annotations

import dataclasses
import re
import shutil
import sys
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import msgspec
import pytest
from promises import record
from public_library import dossier

from generator import cli
from generator.base.problems import Exit
from generator.curated.examples import Example
from generator.curated.library import load_kind
from generator.detectors import DETECTORS, run
from generator.importers import discover, read
from generator.ledger.subjects import subjects
from generator.packs.examine import examine
from generator.pages import detectors
from generator.pages import evidence as evidence_pages
from generator.records.results import Level, Outcome
from generator.simulator import FaultRates, simulate
from generator.site.render import SiteContext, render

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
SITE = SiteContext(id="2026-03", title="The case", built=datetime(2026, 11, 24, tzinfo=UTC).date(), version="0.1.0")
SECRET = "canary line of the log"


def throwing(*_args, **_more):
    raise KeyError(SECRET)


def broken(detector):
    return dataclasses.replace(detector, rule=throwing)


@cache
def reading():
    """The samples of all formats: together they meet the needs of nearly every detector."""
    return read(discover([ROOT / "tests" / "samples"]).claimed, key=b"key of a test")


@cache
def evidence():
    return examine(reading(), id="mine", simulated=False, level=Level.FINDINGS, tool_version="0.1.0")


def test_each_detector_in_turn_fails_alone_and_its_page_says_so():
    everything, examples, wrong = subjects(reading()), load_kind(ROOT / "content", Example), []
    for place, detector in enumerate(DETECTORS):
        own = (one.subjects() for one in examples if one.detector == detector.id)
        told = next(one for one in (everything, *own) if run(detector, one).outcome is not Outcome.NOT_MEASURABLE)
        failed = run(broken(detector), told)
        if (failed.outcome, failed.error) != (Outcome.FAILED, "keyerror"):
            wrong.append(f"{detector.id}: {failed.outcome}")
            continue
        runs = (*evidence().runs[:place], failed, *evidence().runs[place + 1 :])
        mixed = dossier(packs=(msgspec.structs.replace(evidence(), runs=runs),))
        pages = tuple(detectors.KIND.pages(mixed))
        page = next(page for page in pages if page.path.endswith(f"/d/{detector.id}/"))
        text = b"".join(
            file.content for file in render((page,), templates=ROOT / "templates", site_context=SITE)
        ).decode()
        if len(pages) < len(DETECTORS) or "Failed" not in text or "keyerror" not in text or SECRET in text:
            wrong.append(detector.id)
    record(
        "readers-failing-detectors",
        trials=len(DETECTORS),
        failures=len(wrong),
        note="each detector in turn made to throw; a failure is a missing page, or text of the log on it",
    )
    assert wrong == []


def test_lines_of_unknown_kinds_stand_on_the_page_of_the_logs_with_their_number():
    first, *others = evidence().tallies
    odd = msgspec.structs.replace(first, types={"assistant": 5, "unknown": 4_000_321})
    mixed = dossier(packs=(msgspec.structs.replace(evidence(), tallies=(odd, *others)),))
    pages = [page for page in evidence_pages.KIND.pages(mixed) if page.path.endswith("/mine/")]
    text = b"".join(file.content for file in render(pages, templates=ROOT / "templates", site_context=SITE)).decode()
    assert re.search(r"unknown\D{0,80}4,000,[0-9]{3}", text)


@pytest.fixture
def failing_build(tmp_path, monkeypatch):
    """The command `build` on the small case and simulated logs, with a first detector that throws."""
    root, logs = tmp_path / "root", tmp_path / "logs"
    shutil.copytree(ROOT / "tests" / "sites" / "small" / "content", root / "content")
    shutil.copytree(ROOT / "content" / "examples", root / "content" / "examples")
    shutil.copytree(ROOT / "templates", root / "templates")
    shutil.copy(ROOT / "mkdocs.yml", root / "mkdocs.yml")
    (root / "site").mkdir()
    shutil.copy(ROOT / "site" / ".gitignore", root / "site" / ".gitignore")
    made = simulate(
        2,
        sessions=1,
        start=datetime(2026, 8, 3, tzinfo=UTC),
        faults=FaultRates({"cache-break": 1, "premature-expiry": 1}),
    )
    for name, data in made.files.items():
        path = logs / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    monkeypatch.setitem(examine.__kwdefaults__, "detectors", (broken(DETECTORS[0]), *DETECTORS[1:]))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(sys, "argv", ["witnessmark", "build", "--root", str(root), "--logs", str(logs)])
    return root / "site"


def ends_in_part(capsys) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main()
    said = capsys.readouterr()
    assert ended.value.code == Exit.PARTIAL, said.err
    assert f"Detectors that failed: {DETECTORS[0].id}" in said.err
    assert SECRET not in said.out + said.err


def test_every_page_is_written_and_the_exit_code_says_that_a_detector_threw(failing_build, monkeypatch, capsys):
    """The whole command but for MkDocs, which the long form runs."""
    files = {}

    def publish(rendered, _layout, **_more):
        files.update({file.path: file.content for file in rendered})
        return failing_build

    monkeypatch.setattr("generator.build.publish_site", publish)
    ends_in_part(capsys)
    page = files[f"2026-03/d/{DETECTORS[0].id}/index.md"].decode()
    assert "Failed" in page
    assert "keyerror" in page
    assert all(f"2026-03/d/{other.id}/index.md" in files for other in DETECTORS)
    assert not [path for path, content in files.items() if SECRET.encode() in content]


@pytest.mark.full
def test_a_site_is_built_with_a_detector_that_throws(failing_build, capsys):
    """The command as it is run, MkDocs included."""
    ends_in_part(capsys)
    page = (failing_build / "2026-03" / "d" / DETECTORS[0].id / "index.html").read_text(encoding="utf-8")
    assert "Failed" in page
    assert "keyerror" in page
    assert all((failing_build / "2026-03" / "d" / other.id / "index.html").is_file() for other in DETECTORS)
    files = [path for path in failing_build.rglob("*") if path.is_file()]
    assert not [path for path in files if SECRET.encode() in path.read_bytes()]
