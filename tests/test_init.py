"""`witnessmark init`: a second case, and a site of one's own logs, from the command alone."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from generator.base.problems import ContentError
from generator.cli import cli
from generator.curated.library import load
from generator.curated.starting import Start, slug

ROOT = Path(__file__).parent.parent
CASE = {
    "--vendor": "Example AI",
    "--name": "The May 2027 limits",
    "--question": "Did the meter run too fast?",
    "--start": "2027-05-01",
    "--end": "2027-05-31",
    "--surface": "Example Chat",
    "--symptom": "Limits run out early",
}
FIRST_CASE = re.compile(
    r"anthropic|2026-0[234]|march special|"
    r"shared back end|4\.6 rollout|usage complaints|C-0[0-9][2-9]|cowork",
    re.IGNORECASE,
)


def call(*arguments, env=None):
    environment = {"SOURCE_DATE_EPOCH": str(int(datetime(2027, 6, 15, tzinfo=UTC).timestamp())), **(env or {})}
    done = CliRunner().invoke(cli, [str(one) for one in arguments], env=environment, standalone_mode=False)
    if done.exception:
        raise done.exception
    return done.output


def second(folder, **changed):
    """The command with its options; None leaves one out."""
    given = {**CASE, **{f"--{name}": value for name, value in changed.items()}}
    return call("init", folder, *(part for name, value in given.items() if value is not None for part in (name, value)))


def codes(error):
    return [(problem.path, problem.message) for problem in error.value.problems]


def test_a_case_of_another_vendor_is_read_at_once(tmp_path):
    second(tmp_path / "chat")
    library = load(tmp_path / "chat" / "content")
    assert (library.case.id, library.case.title, library.case.own) == ("2027-05", "The May 2027 limits", False)
    assert [surface.id for surface in library.surfaces] == ["example-chat"]
    assert [symptom.id for symptom in library.symptoms] == ["limits-run-out-early"]
    assert [section.section for section in library.sections] == ["Overview"]
    (claim,) = library.claims
    assert (claim.statement, claim.surfaces) == ("Limits run out early.", ("example-chat",))
    written = [tmp_path / "chat" / "mkdocs.yml", *(tmp_path / "chat" / "content").glob("*.yml")]
    assert not [path for path in written if FIRST_CASE.search(path.read_text("utf-8"))]
    menu = written[0].read_text("utf-8")
    assert "case: 2027-05" in menu
    assert "2027-05/was-it-me/" in menu
    assert "-special/" not in menu
    assert not list(tmp_path.glob(".*"))


def test_a_site_of_own_logs_is_read_at_once(tmp_path):
    call("init", tmp_path / "mine", "--own")
    library = load(tmp_path / "mine" / "content")
    assert (library.case.id, library.case.own, library.claims) == ("2027-01", True, ())
    config = (tmp_path / "mine" / "mkdocs.yml").read_text("utf-8")
    assert not re.search(r"claims/|reports/|headline/|timeline/", config)
    assert "\n  own: true" in config


def test_a_title_may_hold_any_sign_of_yaml(tmp_path):
    name = """Limits: "100 %" #1 - {a: [b]} & 'more' \\1 $x"""
    second(tmp_path / "chat", name=name, vendor="A: B", statement="- yes: *no")
    assert load(tmp_path / "chat" / "content").case.title == name
    import yaml

    assert yaml.safe_load((tmp_path / "chat" / "mkdocs.yml").read_text("utf-8"))["site_description"] == name


def test_all_that_is_wrong_is_said_at_once_and_nothing_is_written(tmp_path):
    full = tmp_path / "full"
    full.mkdir()
    (full / "kept.txt").write_text("mine")
    with pytest.raises(ContentError) as caught:
        second(full, end="2027-04-30", surface="!!", name="two\nlines")
    assert [path for path, _ in codes(caught)] == ['"two\\nlines"', "--end", "--surface", str(full)]
    assert [path.name for path in full.iterdir()] == ["kept.txt"]
    assert list(tmp_path.iterdir()) == [full]


def test_what_is_missing_is_named_by_its_option(tmp_path):
    with pytest.raises(ContentError) as caught:
        second(tmp_path / "chat", question=None, surface=None, end=None)
    assert codes(caught) == [("--end", "is needed"), ("--question", "is needed"), ("--surface", "is needed")]
    assert not (tmp_path / "chat").exists()


def test_a_failure_while_writing_leaves_nothing(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("generator.curated.library.load", full)
    with pytest.raises(OSError, match="No space"):
        second(tmp_path / "chat")
    assert list(tmp_path.iterdir()) == []


def test_an_empty_folder_is_taken_and_a_link_is_not(tmp_path):
    (tmp_path / "empty").mkdir()
    second(tmp_path / "empty")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    with pytest.raises(ContentError, match="is no folder"):
        second(tmp_path / "link")


def test_a_case_that_is_not_of_own_logs_still_needs_its_fields(tmp_path):
    call("init", tmp_path / "mine", "--own")
    case = tmp_path / "mine" / "content" / "case.yml"
    case.write_text(case.read_text("utf-8").replace("own: true\n", ""), "utf-8")
    with pytest.raises(ContentError) as caught:
        load(tmp_path / "mine" / "content")
    assert {message for _, message in codes(caught)} == {
        f'field "{name}" is missing'
        for name in (
            "question",
            "article",
            "article_window_start",
            "article_window_end",
            "answers",
            "caution",
            "people",
        )
    }


def test_ids_are_made_of_words():
    assert [slug(one) for one in ("Example Chat", "Café 4.6!", "—")] == ["example-chat", "cafe-4-6", ""]
    assert Start(name="x", start=date(2027, 5, 3), end=date(2027, 5, 4)).id == "2027-05"


@pytest.mark.slow
# A case of another vendor is built by the guide "Publish your own" (test_guides) in each run.
@pytest.mark.parametrize("own", [True, pytest.param(False, marks=pytest.mark.full)])
def test_what_init_wrote_builds_with_simulated_logs_and_tells_nothing_of_the_first_case(tmp_path, own):
    root, logs = tmp_path / "made", tmp_path / "logs"
    if own:
        call("init", root, "--own")
    else:
        second(root)
    env = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache"), "XDG_STATE_HOME": str(tmp_path / "state")}
    call("simulate", "--into", logs, "--seed", "3", "--sessions", "1", env=env)
    call("collect", logs, "--simulated", "--level", "aggregate", "--into", root / "content/evidence/made-up", env=env)
    call("build", "--root", root, env=env)
    case = "2027-01" if own else "2027-05"
    home = root / "site" / ("index.html" if own else f"{case}/index.html")
    text = re.sub(r"<[^>]+>", " ", home.read_text("utf-8"))
    assert not FIRST_CASE.search(text)
    assert ("My usage" if own else "Did the meter run too fast?") in text
    there = {
        path.parent.relative_to(root / "site" / case).as_posix() for path in (root / "site").glob(f"{case}/*/*.html")
    }
    assert {"findings", "detectors", "evidence", "logs"} <= there
    assert ({"claims", "reports", "symptoms", "contribute"} & there == set()) is own
    for page in (root / "site").rglob("*.html"):
        if "logs" not in page.relative_to(root).parts:  # pages on formats have their names
            around = re.finditer(r"<(footer|header)\b.*?</\1>", page.read_text("utf-8"), re.DOTALL)
            assert not FIRST_CASE.search(" ".join(one[0] for one in around)), page
