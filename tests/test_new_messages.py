"""What `new` says of options that are wrong: each by the name it is given with, once, and nothing that follows from it."""

from __future__ import annotations

from datetime import date

import pytest
from click.testing import CliRunner

from generator.cli import cli
from generator.cli.init import _write
from generator.curated.starting import Start


@pytest.fixture
def root(tmp_path):
    start = Start(
        name="x", start=date(2027, 5, 1), end=date(2027, 5, 31), question="q?", vendor="V", surfaces=("Chat",),
        symptoms=("Limits end early",),
    )  # fmt: skip
    _write(tmp_path / "case", start)
    return tmp_path / "case"


def said(root, *arguments):
    env = {"SOURCE_DATE_EPOCH": "1812000000"}
    done = CliRunner().invoke(cli, ["new", "report", "--root", str(root), "--no-ask", *arguments], env=env)
    assert done.exit_code == 2
    return done.output


GOOD = (
    "https://example.org/t/1", "--title", "T", "--date", "2027-05-03", "--surface", "chat", "--symptom",
    "limits-end-early", "--source-type", "issue", "--evidence-class", "user-report", "--independence", "independent",
)  # fmt: skip


def test_that_somebody_read_it_and_how_is_never_said_for_them(root):
    text = said(root, *GOOD)
    assert "--opened is missing" in text
    assert "--provenance is missing" in text
    assert not list((root / "content" / "reports").glob("*"))


def test_a_wrong_address_is_named_by_its_argument(root):
    text = said(root, "not-an-address", *GOOD[1:])
    assert "URL: W-url" in text
    assert "--url" not in text


def test_a_malformed_figure_hides_no_other_problem_and_nothing_follows_from_a_wrong_value(root):
    text = said(root, *GOOD[:3], "--date", "2027-99-99", *GOOD[5:], "--figure", "nonsense")
    assert "--figure is written" in text
    assert "--date: W-date" in text
    assert "--opened is missing" in text
    assert "--figure is missing" not in text
    assert "--period is missing" not in text
    assert "--date is missing" not in text
