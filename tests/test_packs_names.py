"""`collect` refuses a name that no reader takes, before it reads a log; and the cases of the review, by the command."""

from __future__ import annotations

import pytest
from canary_logs import SAMPLES
from click.testing import CliRunner
from pack_tools import copied

from generator.base.problems import PackError
from generator.cli import cli
from generator.packs.pack import check_name, read_packs

LOG = SAMPLES / "claude-code"


def collected(folder):
    """What `collect --into` ends with."""
    return CliRunner().invoke(cli, ["collect", str(LOG), "--into", str(folder), "--simulated"])


@pytest.mark.parametrize(
    "name", ["UPPER", "Bad Name", "a.b", "a" * 65, "-first", "a_b", "naïve", "\u0663", "a\nb", "a\x1b[2Jb"]
)
def test_a_name_that_no_reader_takes_is_refused_before_a_log_is_read(tmp_path, monkeypatch, name):
    def no_reading(*_given):
        raise AssertionError("a log was read")

    monkeypatch.setattr("generator.cli.logs.discovered", no_reading)
    done = collected(tmp_path / name)
    assert isinstance(done.exception, PackError), done.exception
    (problem,) = done.exception.problems
    assert (done.exception.exit, problem.code) == (2, "W-pack-name")
    assert "small letters, digits and hyphens" in problem.hint
    assert str(problem).isprintable()
    assert not (tmp_path / name).exists()


def test_the_folder_of_all_packs_is_no_pack(tmp_path):
    packs = tmp_path / "content" / "evidence"
    packs.mkdir(parents=True)
    done = collected(packs)
    assert isinstance(done.exception, PackError)
    assert "the folder of all packs" in str(done.exception)
    assert list(packs.iterdir()) == []


def test_a_folder_with_packs_in_it_is_no_pack(tmp_path):
    folder = copied(tmp_path).parent
    with pytest.raises(PackError, match="W-pack-name"):
        check_name(folder)


def test_the_present_folder_gives_its_own_name(tmp_path, monkeypatch):
    (tmp_path / "mine").mkdir()
    monkeypatch.chdir(tmp_path / "mine")
    done = collected(".")
    assert done.exit_code in {0, 3}, done.output
    (pack,) = read_packs(tmp_path)
    assert pack.id == "mine"


@pytest.mark.parametrize("name", ["mine", "a", "0", "team-2026-03", "a" * 64])
def test_a_name_that_collect_takes_is_read_again(tmp_path, name):
    assert collected(tmp_path / name).exit_code in {0, 3}
    (pack,) = read_packs(tmp_path)
    assert pack.id == name
