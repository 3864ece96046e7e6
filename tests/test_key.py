"""The key: made for its owner alone, and refused where somebody else could know or replace it."""

from __future__ import annotations

import os

import pytest

from generator.base.problems import PackError
from generator.cli.context import own_key, state_folder
from generator.packs.key import KEY_BYTES, load_key

posix = pytest.mark.skipif(os.name != "posix", reason="bits of Unix")


@pytest.fixture
def key(tmp_path):
    """The place of a key that was made."""
    path = tmp_path / "state" / "witnessmark" / "key"
    load_key(path)
    return path


def refused(path):
    """What is said of the key, and what to do."""
    with pytest.raises(PackError) as caught:
        load_key(path)
    (problem,) = caught.value.problems
    assert problem.code == "W-key"
    assert problem.hint
    return str(problem)


def test_a_relative_state_folder_is_no_folder_of_the_repository(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for relative in ("mystate", "./mystate", "../mystate", ""):
        monkeypatch.setenv("XDG_STATE_HOME", relative)
        monkeypatch.setenv("HOME", str(tmp_path / "home"))
        assert state_folder() == tmp_path / "home" / ".local" / "state" / "witnessmark"
    own_key()
    assert not (tmp_path / "mystate").exists()


def test_an_absolute_state_folder_counts(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert state_folder() == tmp_path / "witnessmark"


@posix
@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_a_new_key_is_its_owners_alone(tmp_path, umask):
    path = tmp_path / "state" / "witnessmark" / "key"
    before = os.umask(umask)
    try:
        assert len(load_key(path)) == KEY_BYTES
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


@posix
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660, 0o666, 0o620, 0o602, 0o601, 0o777])
def test_a_key_that_others_can_read_or_change_is_refused(key, mode):
    key.chmod(mode)
    assert "others" in refused(key)
    key.chmod(0o600)
    assert len(load_key(key)) == KEY_BYTES


@posix
@pytest.mark.parametrize("mode", [0o777, 0o770, 0o707, 0o720, 0o702, 0o1777])
def test_a_folder_in_which_others_can_write_is_refused(key, mode):
    key.parent.chmod(mode)
    assert "folder" in refused(key)
    key.unlink()
    assert "folder" in refused(key)
    assert not os.path.lexists(key)


@posix
@pytest.mark.parametrize("mode", [0o700, 0o750, 0o755])
def test_a_folder_that_others_can_only_look_into_is_not(key, mode):
    key.parent.chmod(mode)
    assert len(load_key(key)) == KEY_BYTES


def test_a_link_is_refused_wherever_it_leads(key, tmp_path):
    known = tmp_path / "zeros"
    known.write_bytes(bytes(KEY_BYTES))
    known.chmod(0o600)
    for target in (known, tmp_path / "nothing", tmp_path):
        key.unlink()
        key.symlink_to(target)
        assert "is a link" in refused(key)
    assert known.read_bytes() == bytes(KEY_BYTES)


def test_a_folder_and_a_pipe_are_refused(key):
    key.unlink()
    key.mkdir()
    assert "not an ordinary file" in refused(key)
    if os.name == "posix":
        key.rmdir()
        os.mkfifo(key, 0o600)
        assert "not an ordinary file" in refused(key)


@pytest.mark.parametrize("size", [0, 31, 33, 4096])
def test_a_key_of_another_size_is_refused(key, size):
    key.write_bytes(bytes(size))
    assert "32 bytes" in refused(key)


def test_a_file_in_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "witnessmark").write_text("")
    assert "not a folder" in refused(tmp_path / "witnessmark" / "key")


def test_what_is_said_of_a_key_holds_nothing_of_it(key):
    key.write_bytes(b"k" * 40)
    assert "kkkk" not in refused(key)
