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
from public_library import HOSTILE, dossier

from generator.base.problems import ContentError
from generator.curated.library import load, load_kind
from generator.curated.promises import Promise, Trial
from generator.pages.promises import pages
from generator.site.render import SiteContext, render

ROOT = Path(__file__).parent.parent
PROMISES = load_kind(ROOT / "content", Promise)
SITE = SiteContext(id="2026-03", title="The case", built=date(2026, 11, 24), version="0.1.0")

TRIAL = "- {{id: {id}, form: {form}, trials: {trials}, failures: {failures}, date: '2026-11-24', command: pytest x}}\n"


def written(content: Path, text: str) -> Path:
    (content / "measurements").mkdir(parents=True, exist_ok=True)
    (content / "measurements" / "promises.yml").write_text(text, encoding="utf-8")
    return content


def trial(id="a-b", form="fast", trials=3, failures=0):
    return TRIAL.format(id=id, form=form, trials=trials, failures=failures)


def mistakes(content: Path) -> list[str]:
    with pytest.raises(ContentError) as caught:
        load_kind(content, Trial)
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
    (found,) = load_kind(content, Trial)
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


@pytest.mark.slow
def test_processes_that_record_at_once_lose_nothing(tmp_path):
    """What workers of pytest-xdist do: four processes, 25 entries each, one file."""
    path = written(tmp_path, "[]\n") / "measurements" / "promises.yml"
    code = "import sys, promises\nfor i in range(25): promises.record(f'w{sys.argv[1]}-{i}', trials=1, failures=0)"
    env = os.environ | {promises.VARIABLE: str(path), "PYTHONPATH": str(Path(__file__).parent)}
    workers = [subprocess.Popen([sys.executable, "-c", code, str(worker)], env=env) for worker in range(4)]
    assert [worker.wait(60) for worker in workers] == [0] * 4
    assert len(load_kind(tmp_path, Trial)) == 100


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
    assert load_kind(tmp_path, Trial) == ()


def test_dates_are_dates(tmp_path):
    assert load_kind(written(tmp_path, trial()), Trial)[0].date == date(2026, 11, 24)


# ---- the page ----


def run(id, form="fast", **fields):
    given = {"trials": 10, "failures": 0, "date": date(2026, 11, 24), "command": "pytest x"}
    return Trial(**(given | {"id": id, "form": form} | fields))


def page(*trials):
    (one,) = pages(dossier(trials=trials, promises=PROMISES))
    return one


def text(*trials):
    files = render((page(*trials),), templates=ROOT / "templates", site_context=SITE)
    return next(file.content.decode() for file in files if str(file.path).endswith(".md"))


def section(markdown: str, promise: str) -> str:
    return markdown.split(f"{{ #{promise} }}")[1].split("\n## ", maxsplit=1)[0]


def test_a_promise_without_a_run_says_so_in_its_section_and_at_the_top():
    markdown = text(run("proofs-honest"))
    for promise in PROMISES:
        bare = "No recorded run." in section(markdown, promise.id)
        listed = f'<a href="#{promise.id}">' in markdown.split("## ")[0]
        assert bare == listed == (promise.id != "proofs"), promise.id


def test_a_failure_is_said_in_words_and_in_figures():
    markdown = text(run("proofs-honest", trials=12_000, failures=3), run("proofs-tampered"))
    own = section(markdown, "proofs")
    assert "Not kept." in own
    assert "12,000" in own
    assert "<b>3</b>" in own
    assert "Not kept." not in section(markdown, "readers")
    assert page(run("proofs-honest", failures=3)).context.failures == 3


def test_each_run_shows_its_form_its_day_and_how_to_run_it_again_the_long_form_first():
    own = section(
        text(run("readers-live-writer"), run("readers-live-writer", "full", command="pytest y --full")), "readers"
    )
    assert own.index("pytest y --full") < own.index("pytest x")
    assert own.count('datetime="2026-11-24"') == 2
    assert "<td>full</td>" in own


def test_a_run_of_no_promise_is_shown_and_not_lost():
    markdown = text(run("weather-good"))
    assert "weather-good-fast" in section(markdown, "others")
    assert "{ #others }" not in text()


def test_every_run_on_record_belongs_to_exactly_one_promise():
    for trial in load_kind(ROOT / "content", Trial):
        owners = [promise.id for promise in PROMISES if trial.id in promise.trials]
        assert len(owners) == 1, (trial.id, owners)


PROMISE = "- {{id: {id}, title: T, texts: [a], tested: b, never: [c], trials: [{trials}]}}\n"


def promised(content: Path, *rows: tuple[str, str]) -> Path:
    text = "".join(PROMISE.format(id=id, trials=trials) for id, trials in rows)
    (content / "promises.yml").write_text(text, encoding="utf-8")
    return content


def test_a_promise_names_trials_that_are_on_record(tmp_path):
    """Whoever misspells a trial would show a promise as untested."""
    with pytest.raises(ContentError) as caught:
        load(written(promised(tmp_path, ("aa", "a-b, a-bb")), trial("a-b")))
    references = [problem for problem in caught.value.problems if problem.code == "W-ref"]
    assert [(p.line, p.column, p.message, p.hint) for p in references] == [
        (1, 71, 'unknown trial "a-bb"', 'did you mean "a-b"?')
    ]


def test_a_trial_counts_for_one_promise(tmp_path):
    with pytest.raises(ContentError) as caught:
        load_kind(promised(tmp_path, ("aa", "a-b"), ("bb", "a-b")), Promise)
    assert [(p.line, p.code, p.message) for p in caught.value.problems] == [
        (2, "W-twice", '"a-b" is a trial of the promise "aa"')
    ]


@pytest.mark.parametrize(
    ("old", "new"), [("texts: [a]", "texts: []"), ("never: [c]", "never: []"), ("tested: b", "tested: ''")]
)
def test_every_promise_says_what_is_not_promised_and_how_it_is_tested(tmp_path, old, new):
    (tmp_path / "promises.yml").write_text(PROMISE.format(id="aa", trials="").replace(old, new), encoding="utf-8")
    with pytest.raises(ContentError):
        load_kind(tmp_path, Promise)


def test_a_case_without_promises_has_an_empty_page():
    (one,) = pages(dossier())
    assert one.description.startswith("0 promises, 0 of them")
    files = render((one,), templates=ROOT / "templates", site_context=SITE)
    assert "<b>0</b> promises" in next(file.content.decode() for file in files if file.path.endswith(".md"))


def test_words_of_promises_are_shown_as_text():
    hostile = PROMISES[0].model_copy(update=dict.fromkeys(("title", "tested"), HOSTILE) | {
        "texts": (HOSTILE,), "never": (HOSTILE,),
    })  # fmt: skip
    (one,) = pages(dossier(promises=(hostile,), trials=(run("weather-good"),)))
    files = render((one,), templates=ROOT / "templates", site_context=SITE)
    shown = next(file.content.decode() for file in files if file.path.endswith(".md"))
    assert "<script" not in shown
    assert "\n## <" not in shown


def test_notes_are_shown_as_text():
    assert "<script" not in text(run("readers-live-writer", note=HOSTILE))


@pytest.mark.parametrize("place", ["templates/method.md.j2", "templates/theme/partials/footer.html", "README.md"])
def test_the_page_is_linked_where_readers_ask(place):
    assert "promises/" in (ROOT / place).read_text(encoding="utf-8")
