"""Pictures are drawn once: a cache that is cold, broken, forged or out of reach changes the time and nothing else."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from generator.base import kept, pictures
from generator.base.drawing import draw
from generator.base.pictures import kept_in

SPEC = {
    "mark": "bar",
    "data": {"name": "rows"},
    "encoding": {"x": {"field": "a", "type": "nominal"}, "y": {"field": "b", "type": "quantitative"}},
}
DATA = {"rows": [{"a": "x", "b": 1}, {"a": "y", "b": 2}]}


@pytest.fixture
def vega(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What was really drawn, in order; the picture says which."""
    asked: list[object] = []

    def drawn(whole: object) -> str:
        asked.append(whole)
        return f'<svg width="{len(asked)}" height="20"><text>{json.dumps(whole)}</text></svg>'

    monkeypatch.setattr(pictures, "vega", drawn)
    return asked


def entries(folder: Path) -> list[Path]:
    return sorted((folder / "pictures").iterdir())


def test_a_kept_picture_is_the_drawn_one(tmp_path: Path) -> None:
    fresh = draw(SPEC, DATA)
    assert kept_in(None)(SPEC, DATA) == fresh
    assert kept_in(tmp_path)(SPEC, DATA) == fresh
    assert kept_in(tmp_path)(SPEC, DATA) == fresh


def test_one_specification_is_drawn_once(tmp_path: Path, vega: list[object]) -> None:
    for folder in (None, tmp_path):
        vega.clear()
        kept = kept_in(folder)
        assert kept(SPEC, DATA) == kept(SPEC, DATA)
        assert len(vega) == 1
    assert kept_in(tmp_path)(SPEC, DATA).width == 1
    assert len(vega) == 1


@pytest.mark.parametrize(
    ("spec", "data"),
    [
        (SPEC | {"mark": "line"}, DATA),
        (SPEC | {"config": {"font": "Arial"}}, DATA),
        (dict(reversed(SPEC.items())), DATA),
        (SPEC, {"rows": [*DATA["rows"], {"a": "z", "b": 3}]}),
        (SPEC, {"rows": [{"a": "x", "b": 1.0}, {"a": "y", "b": 2}]}),
        (SPEC, {"row": DATA["rows"]}),
    ],
)
def test_whatever_differs_is_drawn_anew(tmp_path: Path, vega: list[object], spec, data) -> None:
    kept_in(tmp_path)(SPEC, DATA)
    kept_in(tmp_path)(spec, data)
    assert len(vega) == 2


@pytest.mark.parametrize("what", ["version", "VEGA_LITE"])
def test_another_vega_draws_anew(
    tmp_path: Path, vega: list[object], monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    kept_in(tmp_path)(SPEC, DATA)
    monkeypatch.setattr(pictures, what, (lambda _name: "0") if what == "version" else "0")
    kept_in(tmp_path)(SPEC, DATA)
    assert len(vega) == 2


def _another_name(folder: Path) -> None:
    kept_in(folder)(SPEC | {"mark": "line"}, DATA)
    one, other = entries(folder)
    data = one.read_bytes(), other.read_bytes()
    one.write_bytes(data[1])
    other.write_bytes(data[0])


def _changed(folder: Path) -> None:
    for path in entries(folder):
        path.write_bytes(path.read_bytes().replace(b"<text>", b"<Text>"))


def _linked(folder: Path) -> None:
    for path in entries(folder):
        path.rename(folder / "elsewhere")
        path.symlink_to(folder / "elsewhere")


BROKEN = {
    "changed": _changed,
    "cut": lambda folder: [os.truncate(path, path.stat().st_size - 9) for path in entries(folder)],
    "empty": lambda folder: [path.write_bytes(b"") for path in entries(folder)],
    "bytes": lambda folder: [path.write_bytes(b"\xff" * 99) for path in entries(folder)],
    "another's": _another_name,
    "a folder": lambda folder: [(path.unlink(), path.mkdir()) for path in entries(folder)],
    "a link": _linked,
}


@pytest.mark.parametrize("fault", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_entry_is_noticed_and_drawn_again(tmp_path: Path, vega: list[object], fault) -> None:
    whole = kept_in(tmp_path)(SPEC, DATA)
    fault(tmp_path)
    before = len(vega)
    again = kept_in(tmp_path)(SPEC, DATA)
    assert len(vega) == before + 1
    assert again.svg.partition(">")[2] == whole.svg.partition(">")[2]
    if fault is not BROKEN["a folder"]:
        kept_in(tmp_path)(SPEC, DATA)
        assert len(vega) == before + 1, "the new picture took its place"


@pytest.mark.skipif(os.name != "posix", reason="modes of POSIX")
def test_nobody_else_may_read_what_is_kept(tmp_path: Path, vega: list[object]) -> None:
    """Also where the folder was there before, and open."""
    folder = tmp_path / "cache"
    folder.mkdir(mode=0o755)
    before = os.umask(0)
    try:
        kept_in(folder)(SPEC, DATA)
    finally:
        os.umask(before)
    for path in (folder, folder / "pictures"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700
    assert [stat.S_IMODE(path.stat().st_mode) for path in entries(folder)] == [0o600]


@pytest.mark.parametrize("where", ["file", "file/below", "/proc/none/there"])
def test_a_folder_that_cannot_be_used_costs_time_alone(tmp_path: Path, vega: list[object], where: str) -> None:
    (tmp_path / "file").write_text("x")
    assert kept_in(tmp_path / where)(SPEC, DATA).height == 20
    assert len(vega) == 1


def test_a_linked_folder_is_left_alone(tmp_path: Path, vega: list[object], monkeypatch) -> None:
    """It may be anybody's: its mode stays, and nothing in it is removed."""
    monkeypatch.setattr(kept, "MOST_FILES", 1)
    foreign = tmp_path / "foreign"
    foreign.mkdir(mode=0o755)
    for name in ("one", "two", "three"):
        (foreign / name).write_text("theirs")
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "pictures").symlink_to(foreign)
    kept_in(tmp_path / "cache")(SPEC, DATA)
    assert sorted(path.name for path in foreign.iterdir()) == ["one", "three", "two"]
    assert stat.S_IMODE(foreign.stat().st_mode) == 0o755


def test_a_disk_that_fills_leaves_no_half_entry(tmp_path: Path, vega: list[object], monkeypatch) -> None:
    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    assert kept_in(tmp_path)(SPEC, DATA).height == 20
    assert entries(tmp_path) == []


def test_the_oldest_half_goes_when_there_are_too_many(tmp_path: Path, vega: list[object], monkeypatch) -> None:
    monkeypatch.setattr(kept, "MOST_FILES", 3)
    for number in range(4):
        kept_in(tmp_path)(SPEC | {"width": number}, DATA)
    for number, path in enumerate(entries(tmp_path)):
        os.utime(path, ns=(number, number))
    used = entries(tmp_path)[0]
    os.utime(used)
    kept_in(tmp_path)(SPEC | {"width": 9}, DATA)
    assert len(entries(tmp_path)) == 3
    assert used in entries(tmp_path)


@pytest.mark.parametrize(
    ("given", "wanted"),
    [("/x/cache", "/x/cache"), ("", "/home/a/.cache"), ("relative", "/home/a/.cache"), (None, "/home/a/.cache")],
)
def test_the_cache_is_below_the_users_cache_folder(
    monkeypatch: pytest.MonkeyPatch, given: str | None, wanted: str
) -> None:
    from generator.cli.context import cache_folder

    monkeypatch.setenv("HOME", "/home/a")
    if given is None:
        monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    else:
        monkeypatch.setenv("XDG_CACHE_HOME", given)
    assert cache_folder() == Path(wanted, "witnessmark")
