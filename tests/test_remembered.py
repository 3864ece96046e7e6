"""What a reading keeps for the next one changes nothing but the time: equal values, equal mistakes, no trust."""

import shutil
from pathlib import Path

import pytest

from generator.base.problems import ContentError, PackError
from generator.curated import keeping
from generator.curated.keeping import Kept
from generator.packs import remembered as memory
from generator.packs.pack import read_pack, read_packs
from generator.packs.remembered import remembered

ROOT = Path(__file__).parent.parent
EVIDENCE = ROOT / "content" / "evidence"


@pytest.fixture
def pack(tmp_path):
    smallest = min((path for path in EVIDENCE.iterdir() if path.is_dir()), key=weight)
    return shutil.copytree(smallest, tmp_path / "evidence" / smallest.name)


def weight(folder):
    return sum(file.stat().st_size for file in folder.iterdir())


def test_a_pack_from_the_memory_is_the_pack(pack, tmp_path, monkeypatch):
    cold = remembered(tmp_path / "cache")(pack)
    monkeypatch.setattr(memory, "read_pack", None)  # nothing is taken apart again
    warm = remembered(tmp_path / "cache")(pack)
    assert cold == warm == read_pack(pack)
    assert [str(row.started) for row in cold.requests] == [str(row.started) for row in warm.requests]


@pytest.mark.parametrize("damage", ["a byte", "a file more", "a file less", "another name"])
def test_a_damaged_pack_is_refused_as_without_a_memory(pack, tmp_path, damage):
    read = remembered(tmp_path / "cache")
    read(pack)
    table = pack / "requests.parquet"
    if damage == "a byte":
        data = bytearray(table.read_bytes())
        data[len(data) // 2] ^= 1
        table.write_bytes(data)
    elif damage == "a file less":
        table.unlink()
    elif damage == "another name":
        pack = pack.rename(pack.with_name("another"))
    else:
        (pack / "more.txt").symlink_to("/etc/hostname")
        assert read(pack) == read_pack(pack)
        return
    with pytest.raises(PackError) as told:
        read(pack)
    with pytest.raises(PackError) as alone:
        read_pack(pack)
    assert told.value.problems == alone.value.problems


def test_a_broken_entry_is_made_again(pack, tmp_path):
    whole = remembered(tmp_path / "cache")(pack)
    (entry,) = (tmp_path / "cache" / "packs").iterdir()
    good = entry.read_bytes()
    entry.write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
    assert read_packs(pack.parent, remembered(tmp_path / "cache")) == (whole,)
    assert entry.read_bytes() == good


def test_values_are_kept_by_the_bytes_of_their_file(tmp_path, monkeypatch):
    first = Kept(tmp_path, ROOT)
    sound = b"a: [1, 2.5, no, ~]\nb: {c: true}\n"
    value = first.document(sound, "content/x.yml", 1).value
    first.save()
    monkeypatch.setattr(keeping, "parse", None)  # nothing is taken apart again
    again = Kept(tmp_path, ROOT).document(sound, "content/other.yml", 1)
    assert again.value == value == {"a": [1, 2.5, "no", None], "b": {"c": True}}
    assert (again.path, again.place(("b", "c"))) == ("content/other.yml", (2, 8))


def test_mistakes_are_not_kept(tmp_path):
    kept = Kept(tmp_path, ROOT)
    for _ in range(2):
        with pytest.raises(ContentError):
            kept.document(b"a: 1\na: 2\n", "content/x.yml", 1)
        kept.save()
        kept = Kept(tmp_path, ROOT)


def test_another_program_keeps_its_own(tmp_path, monkeypatch):
    kept = Kept(tmp_path, ROOT)
    kept.document(b"a: 1\n", "x", 1)
    kept.save()
    monkeypatch.setattr(keeping, "reader_digest", lambda: "of another program")
    monkeypatch.setattr(keeping, "parse", lambda *_: pytest.skip("read again, as it must be"))
    Kept(tmp_path, ROOT).document(b"a: 1\n", "x", 1)
    pytest.fail("values of another program were taken")
