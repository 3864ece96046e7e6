"""The index: what is kept of a file comes back at any place, seals hold, and a file that may change unseen is not kept."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from generator.base.listing import listed
from generator.importers import IMPORTERS, discover
from generator.importers.fold import fold
from generator.importers.packing import packed, unpacked
from generator.index.answers import Answer, question, recall, remember
from generator.index.files import MOST_SEGMENTS, SEGMENT, Fresh, is_settled, load, save, state_of
from generator.index.program import program
from generator.index.sealed import Sealed, SpoiledError

SAMPLES = Path(__file__).parent / "samples"
KEY = b"k" * 32
SECOND = 1_000_000_000
LATER = 10**18 * 4  # nanoseconds: far behind all times of files


@pytest.fixture
def sealed(tmp_path):
    made = Sealed(tmp_path / "cache", KEY, b"p" * 32)
    made.make()
    return made


@pytest.fixture
def logs(tmp_path):
    folder = tmp_path / "logs"
    folder.mkdir()
    for name in "abc":
        (folder / f"{name}.jsonl").write_text(f"{name}\n")
    return folder


def fresh(listing, start=0):
    return [
        Fresh(file, "claude-code", place, b"gave " + bytes([65 + place])) for place, file in enumerate(listing.files)
    ][start:]


def test_what_a_file_gave_is_the_same_at_any_place_among_the_files():
    found = discover((SAMPLES,)).claimed
    assert {file.importer.id for file in found} == {importer.id for importer in IMPORTERS}
    for file in found:
        there = file.importer.parse(file.path, 3, KEY)
        for place in (0, 3, 17):
            assert unpacked(packed(there, 3), place) == file.importer.parse(file.path, place, KEY)


def test_packed_and_unpacked_extracts_fold_to_the_same():
    found = discover((SAMPLES / "claude-code",)).claimed
    extracts = [file.importer.parse(file.path, place, KEY) for place, file in enumerate(found)]
    again = [unpacked(packed(one, place), place) for place, one in enumerate(extracts)]
    assert msgspec.msgpack.encode(fold(again)) == msgspec.msgpack.encode(fold(extracts))


def test_files_that_did_not_change_are_known_and_others_are_not(sealed, logs):
    listing = listed((logs,))
    save(sealed, [], fresh(listing), LATER)
    known = load(sealed, listing.files)
    assert [known.packed(known.entries[file.path]) for file in listing.files] == [b"gave A", b"gave B", b"gave C"]
    (logs / "b.jsonl").write_text("B\n")  # as long as before
    os.utime(logs / "b.jsonl", ns=(listing.files[1].status.st_atime_ns, listing.files[1].status.st_mtime_ns))
    (logs / "c.jsonl").rename(logs / "d.jsonl")
    assert list(load(sealed, listed((logs,)).files).entries) == [logs / "a.jsonl"]


def test_a_file_that_the_user_names_is_another_question(sealed, logs):
    save(sealed, [], fresh(listed((logs,))), LATER)
    assert not load(sealed, listed((logs / "a.jsonl",)).files).entries


def test_a_file_that_changed_just_before_the_run_is_not_kept(sealed, logs):
    listing = listed((logs,))
    began = max(file.status.st_ctime_ns for file in listing.files)
    save(sealed, [], fresh(listing), began)
    assert not load(sealed, listing.files).entries
    status = listing.files[0].status
    assert not is_settled(status, status.st_ctime_ns + SECOND)
    assert is_settled(status, status.st_ctime_ns + 3 * SECOND)
    name = question(sealed, (), listing)
    remember(sealed, name, Answer("said"), listing, began)
    assert recall(sealed, name) is None
    remember(sealed, name, Answer("said"), listing, LATER)
    assert recall(sealed, name) == Answer("said")


def test_segments_become_one_and_what_is_dead_goes(sealed, logs):
    listing = listed((logs,))
    for run in range(3 * MOST_SEGMENTS):
        (logs / "a.jsonl").write_text(f"{run}\n")
        listing = listed((logs,))
        save(sealed, listing.files[1:], [Fresh(listing.files[0], "claude-code", 0, b"%d" % run * 3000)], LATER)
    if "b" not in {file.path.stem for file in listing.files}:
        pytest.fail("the folder lost a file")
    save(sealed, [], fresh(listing, 1), LATER)
    known = load(sealed, listing.files)
    assert known.packed(known.entries[logs / "a.jsonl"]) == b"%d" % run * 3000
    assert known.packed(known.entries[logs / "c.jsonl"]) == b"gave C"
    segments = {name: status.st_size for name, status in sealed.names().items() if name.startswith(SEGMENT)}
    assert len(segments) <= MOST_SEGMENTS
    assert sum(segments.values()) < 4 * len(known.packed(known.entries[logs / "a.jsonl"])) + 4096 * len(segments)


def test_entries_that_nobody_used_for_long_go(sealed, logs):
    listing = listed((logs,))
    day = 86_400 * SECOND
    save(sealed, [], fresh(listing), LATER)
    save(sealed, listing.files[:1], [], LATER + 20 * day)
    save(sealed, [], [], LATER + 40 * day)
    assert list(load(sealed, listing.files).entries) == [logs / "a.jsonl"]


@pytest.mark.parametrize("place", [0, 8, 40, 41, 80, -1])
def test_a_changed_byte_is_seen_wherever_it_is(sealed, place):
    sealed.write("index", b"content of some length")
    path = sealed.folder / "index"
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)
    with pytest.raises(SpoiledError, match=r"is broken|another version"):
        sealed.read("index")


@pytest.mark.parametrize("length", [0, 5, 40, 71, 80])
def test_a_cut_file_is_seen(sealed, length):
    sealed.write("index", b"content of some length")
    path = sealed.folder / "index"
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(SpoiledError, match=r"is broken|another version"):
        sealed.read("index")


def test_a_file_under_another_name_or_of_another_key_or_program_is_none_of_ours(sealed, tmp_path):
    sealed.write("index", b"content")
    (sealed.folder / "index").rename(sealed.folder / "answer-1")
    with pytest.raises(SpoiledError, match="is broken"):
        sealed.read("answer-1")
    sealed.write("index", b"content")
    with pytest.raises(SpoiledError, match="another version"):
        Sealed(tmp_path / "cache", KEY, b"q" * 32).read("index")
    assert Sealed(tmp_path / "cache", b"l" * 32, b"p" * 32).folder != sealed.folder


def test_nobody_else_can_read_or_write_it(sealed):
    sealed.write("index", b"content")
    assert sealed.folder.stat().st_mode & 0o777 == 0o700
    assert (sealed.folder / "index").stat().st_mode & 0o777 == 0o600
    (sealed.folder / "index").chmod(0o640)
    with pytest.raises(SpoiledError, match="not yours alone"):
        sealed.read("index")
    sealed.folder.chmod(0o770)
    with pytest.raises(SpoiledError, match="not yours alone"):
        sealed.read("index")


def test_a_link_or_a_pipe_in_its_place_is_not_followed(sealed, tmp_path):
    (tmp_path / "elsewhere").write_bytes(b"x")
    (sealed.folder / "index").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SpoiledError, match="cannot be read"):
        sealed.read("index")
    os.mkfifo(sealed.folder / "answer-1", 0o600)
    with pytest.raises(SpoiledError, match="not yours alone"):
        sealed.read("answer-1")


def test_a_question_is_another_one_for_each_option_file_and_state(sealed, logs):
    asked = {question(sealed, ("json",), listed((logs,)))}
    asked.add(question(sealed, ("text",), listed((logs,))))
    (logs / "a.jsonl").write_text("z\n")
    asked.add(question(sealed, ("json",), listed((logs,))))
    (logs / "b.jsonl").rename(logs / "e.jsonl")
    asked.add(question(sealed, ("json",), listed((logs,))))
    (logs / "link").symlink_to(logs / "a.jsonl")
    asked.add(question(sealed, ("json",), listed((logs,))))
    assert len(asked) == 5
    assert not any("json" in name or "logs" in name for name in asked)


def test_an_answer_that_is_large_beside_the_logs_is_not_kept_and_only_the_last_three_are(sealed, logs):
    listing = listed((logs,))
    remember(sealed, "answer-big", Answer(os.urandom(200_000).hex()), listing, LATER)
    assert recall(sealed, "answer-big") is None
    for number in range(5):
        remember(sealed, f"answer-{number}", Answer(str(number)), listing, LATER)
        os.utime(sealed.folder / f"answer-{number}", (number, number))
    kept = [name for name in sealed.names() if name.startswith("answer-")]
    assert sorted(kept) == ["answer-2", "answer-3", "answer-4"]


def test_another_source_is_another_program(tmp_path):
    (tmp_path / "a.py").write_text("1")
    before = program(tmp_path)
    assert program(tmp_path) == before
    (tmp_path / "a.py").write_text("2")
    assert program(tmp_path) != before
    assert state_of((tmp_path / "a.py").stat()).bytes == 1
