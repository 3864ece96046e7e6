"""The figures of the page of promises: how runs write them, how they are read, and what the page says of them."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import promises
import pytest
import yaml

from generator.curated.promises import load_promises
from generator.problems import ContentError

TRIAL = "- {{id: {id}, form: {form}, trials: {trials}, failures: {failures}, date: '2026-11-24', command: pytest x}}\n"


def written(content: Path, text: str) -> Path:
    (content / "measurements").mkdir(parents=True, exist_ok=True)
    (content / "measurements" / "promises.yml").write_text(text, encoding="utf-8")
    return content


def trial(id="a-b", form="fast", trials=3, failures=0):
    return TRIAL.format(id=id, form=form, trials=trials, failures=failures)


def mistakes(content: Path) -> list[str]:
    with pytest.raises(ContentError) as caught:
        load_promises(content)
    return [f"{problem.line}:{problem.column} {problem.code}" for problem in caught.value.problems]


def test_nothing_is_written_unless_asked_for(tmp_path, monkeypatch):
    monkeypatch.delenv(promises.VARIABLE, raising=False)
    monkeypatch.chdir(tmp_path)
    promises.record("a-b", trials=1, failures=0)
    assert not list(tmp_path.iterdir())


def test_a_record_can_be_read_and_says_how_to_run_it_again(tmp_path, monkeypatch):
    content = written(tmp_path, "[]\n")
    monkeypatch.setenv(promises.VARIABLE, str(content / "measurements" / "promises.yml"))
    promises.record("a-b", trials=3, failures=1, note="one: two, {three} # four")
    (found,) = load_promises(content)
    assert (found.id, found.form, found.trials, found.failures) == ("a-b", "fast", 3, 1)
    assert found.note == "one: two, {three} # four"
    assert found.command == "pytest tests/test_promises.py::test_a_record_can_be_read_and_says_how_to_run_it_again"


def test_the_same_id_and_form_is_replaced_and_everything_else_stays_in_order(tmp_path, monkeypatch):
    path = written(tmp_path, trial("z-z") + trial("a-b", "full", 9)) / "measurements" / "promises.yml"
    monkeypatch.setenv(promises.VARIABLE, str(path))
    promises.record("a-b", trials=5, failures=0)
    promises.record("a-b", trials=7, failures=0)
    found = [(entry["id"], entry["form"], entry["trials"]) for entry in yaml.safe_load(path.read_text())]
    assert found == [("a-b", "fast", 7), ("a-b", "full", 9), ("z-z", "fast", 3)]


@pytest.mark.parametrize(("id", "trials", "failures"), [("Not A Slug", 1, 0), ("a", 1, 2), ("a", -1, -1)])
def test_a_record_that_makes_no_sense_is_refused_even_when_nothing_is_written(id, trials, failures):
    with pytest.raises(ValueError, match="not a record"):
        promises.record(id, trials=trials, failures=failures)


def test_processes_that_record_at_once_lose_nothing(tmp_path):
    """What workers of pytest-xdist do: four processes, 25 entries each, one file."""
    path = written(tmp_path, "[]\n") / "measurements" / "promises.yml"
    code = "import sys, promises\nfor i in range(25): promises.record(f'w{sys.argv[1]}-{i}', trials=1, failures=0)"
    env = os.environ | {promises.VARIABLE: str(path), "PYTHONPATH": str(Path(__file__).parent)}
    workers = [subprocess.Popen([sys.executable, "-c", code, str(worker)], env=env) for worker in range(4)]
    assert [worker.wait(60) for worker in workers] == [0] * 4
    assert len(load_promises(tmp_path)) == 100


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (trial() + trial(), ["2:8 W-unique"]),
        (trial() + trial(failures=4), ["2:8 W-unique", "2:46 W-value"]),
        (trial(trials=-1), ["1:33 W-value"]),
        (trial(form="quick"), ["1:19 W-value"]),
        ("a: b\n", ["1:1 W-type"]),
    ],
)
def test_every_mistake_in_the_file_is_found_with_line_and_column(tmp_path, text, expected):
    assert mistakes(written(tmp_path, text)) == expected


def test_without_the_file_nothing_is_recorded(tmp_path):
    assert load_promises(tmp_path) == ()


def test_dates_are_dates(tmp_path):
    assert load_promises(written(tmp_path, trial()))[0].date == date(2026, 11, 24)
