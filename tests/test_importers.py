"""Discovery of logs, byte lines, dealing to processes."""

from __future__ import annotations

import io
import json
import os
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.base.problems import LogError
from generator.importers import IMPORTERS, discover, read
from generator.importers.base import Count, LogFile, lines
from generator.importers.json_lines import glued, is_whole_object
from generator.importers.reading import deal
from generator.records.rows import SkipReason

SAMPLES = Path(__file__).parent / "samples" / "claude-code"
LINE = b'{"type":"user","sessionId":"s","uuid":"u"}\n'


def found(*paths: Path) -> tuple[list[str], list[str]]:
    discovery = discover(paths)
    return [file.path.name for file in discovery.claimed], [file.path.name for file in discovery.unclaimed]


def test_importer_ids_are_unique():
    assert len({importer.id for importer in IMPORTERS}) == len(IMPORTERS)


def test_folders_are_searched_by_content_in_order(tmp_path):
    (tmp_path / "b").mkdir()
    for name in ("z.jsonl", "a.jsonl", "b/m.jsonl", "b/notes.txt", "b/plain"):
        (tmp_path / name).write_bytes(LINE)
    assert found(tmp_path) == (["a.jsonl", "m.jsonl", "notes.txt", "plain", "z.jsonl"], [])


def test_files_that_are_no_logs_are_counted_by_suffix_and_never_claimed(tmp_path):
    for name in ("a.png", "b.PNG", "read.md"):
        (tmp_path / name).write_bytes(b"no log")
    discovery = discover([tmp_path])
    assert (discovery.claimed, discovery.unclaimed) == ((), ())
    assert dict(discovery.others) == {".png": 2, ".md": 1}


def test_a_file_that_the_user_names_is_never_merely_counted(tmp_path):
    (tmp_path / "a.png").write_bytes(b"no log")
    assert found(tmp_path / "a.png") == ([], ["a.png"])


def test_an_unclaimed_file_is_named_with_its_nearest_formats(tmp_path):
    (tmp_path / "odd.json").write_bytes(b'{"five_hour": 3, "resets_at": "x", "seven_day": 2, "sessionId": 1}')
    (tmp_path / "none.json").write_bytes(b"{}")
    (tmp_path / "packed.gz").write_bytes(b"\x1f\x8b\x08\x00")
    named = {file.path.name: file for file in discover([tmp_path]).unclaimed}
    assert named["odd.json"].nearest[0] == "usage-endpoint"
    assert named["none.json"].nearest == ()
    assert "unpack" in named["packed.gz"].advice


def test_a_file_given_by_name_counts_whatever_its_suffix(tmp_path):
    (tmp_path / "session.log").write_bytes(LINE)
    assert found(tmp_path / "session.log") == (["session.log"], [])


def test_a_foreign_jsonl_is_unclaimed_not_dropped(tmp_path):
    (tmp_path / "other.jsonl").write_bytes(b'{"type":"session_meta","payload":{}}\n')
    (tmp_path / "noise.jsonl").write_bytes(b"\x00\xff\n")
    assert found(tmp_path) == ([], ["noise.jsonl", "other.jsonl"])


def test_the_same_file_by_several_paths_counts_once(tmp_path):
    file = tmp_path / "a.jsonl"
    file.write_bytes(LINE)
    os.link(file, tmp_path / "hard.jsonl")
    (tmp_path / "soft.jsonl").symlink_to(file)
    claimed, _ = found(tmp_path, file, tmp_path / "soft.jsonl")
    assert len(claimed) == 1


def test_links_do_not_lead_out_of_the_folder(tmp_path):
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    outside.mkdir()
    inside.mkdir()
    (outside / "secret.jsonl").write_bytes(LINE)
    (inside / "folder").symlink_to(outside)
    (inside / "file.jsonl").symlink_to(outside / "secret.jsonl")
    assert found(inside) == ([], [])


def test_links_are_counted_so_that_none_is_passed_over_in_silence(tmp_path):
    (tmp_path / "log.jsonl").write_bytes(LINE)
    (tmp_path / "linked.jsonl").symlink_to(tmp_path / "log.jsonl")
    assert [link.name for link in discover([tmp_path]).links] == ["linked.jsonl"]


def test_a_first_line_longer_than_the_head_is_known_in_both_orders_of_its_keys(tmp_path):
    """Newer clients write sessionId behind the message, where a long prompt hides it."""
    text = b"x" * 70_000
    old = (
        b'{"parentUuid":null,"isSidechain":true,"sessionId":"s","type":"user","message":{"content":"' + text + b'"}}\n'
    )
    new = b'{"parentUuid":null,"isSidechain":true,"agentId":"a","type":"user","message":{"content":"' + text
    (tmp_path / "old.jsonl").write_bytes(old)
    (tmp_path / "new.jsonl").write_bytes(new + b'"},"sessionId":"s"}\n')
    assert found(tmp_path) == (["new.jsonl", "old.jsonl"], [])


def test_only_regular_files_are_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe.jsonl")
    assert found(tmp_path) == ([], [])


def test_a_pipe_put_in_the_place_of_a_log_is_no_wait(tmp_path):
    (tmp_path / "log.jsonl").write_bytes(LINE)
    found = discover([tmp_path]).claimed
    (tmp_path / "log.jsonl").unlink()
    os.mkfifo(tmp_path / "log.jsonl")
    with pytest.raises(OSError, match="regular"):
        read(found, key=b"key")


def test_a_missing_path_is_an_error_of_the_user(tmp_path):
    with pytest.raises(LogError) as caught:
        discover([tmp_path / "absent", tmp_path / "gone"])
    assert len(caught.value.problems) == 2


def test_an_empty_file_is_claimed_and_its_tally_is_zero(tmp_path):
    (tmp_path / "empty.jsonl").touch()
    (tally,) = read(discover([tmp_path]).claimed, key=b"key").tallies
    assert (tally.bytes, tally.read, tally.balances) == (0, 0, True)


def test_a_transcript_is_known_by_any_line_of_its_head(tmp_path):
    """A damaged, long or half-written first line does not hide the format."""
    whole = (SAMPLES / "client-2.1.12.jsonl").read_bytes()
    second = whole[whole.index(b"\n") + 1 :]
    for number, content in enumerate([b"\x00broken\n" + second, b"\xef\xbb\xbf" + whole, whole[:400], second]):
        (tmp_path / f"{number}.jsonl").write_bytes(content)
    assert found(tmp_path) == (["0.jsonl", "1.jsonl", "2.jsonl", "3.jsonl"], [])


def test_no_logs_read_as_nothing():
    reading = read([], key=b"key", jobs=2)
    assert (reading.requests, reading.marks, reading.tallies) == ((), (), ())


def test_tallies_are_labelled_in_the_order_of_files():
    files = [LogFile(path, IMPORTERS[0]) for path in sorted(SAMPLES.glob("*.jsonl"), reverse=True)]
    reading = read(files, key=b"key")
    assert [tally.label for tally in reading.tallies] == [f"log-{n:04d}" for n in range(1, len(files) + 1)]
    assert [tally.bytes for tally in reading.tallies] == [file.path.stat().st_size for file in files]


def test_progress_is_told_of_every_file():
    labels = []

    def track(items, label):
        labels.append((len(items), label))
        return items

    files = discover([SAMPLES]).claimed
    read(files, key=b"key", track=track)
    assert labels == [(len(files), "reading logs")]


# Byte lines


def split(data: bytes, longest: int = 100) -> tuple[list[bytes], Count]:
    count = Count()
    return list(lines(io.BytesIO(data), count, longest=longest)), count


@given(
    st.lists(st.sampled_from([b"", b" ", b"a", b"\r", b"\n", b"x" * 7, "\u2028".encode(), b"\x0b\x85"]), max_size=14)
)
def test_lines_end_at_newline_only(parts):
    """Not at carriage returns or U+2028; blank lines are counted; an unended last line that is no object is pending."""
    data = b"".join(parts)
    given_lines, count = split(data)
    *ended, last = data.split(b"\n")
    assert given_lines == [line + b"\n" for line in ended if line.strip()]
    assert count.pending == bool(last)
    assert count.read == len(ended) + bool(last)
    assert count.blank == sum(not line.strip() for line in ended)
    assert count.bytes == len(data)


@given(st.integers(0, 40), st.booleans())
def test_a_line_too_long_is_skipped_and_its_neighbours_are_not(length, ended):
    data = b"before\n" + b"x" * length + (b"\nafter\n" if ended else b"")
    given_lines, count = split(data, longest=12)
    middle = [b"x" * length + b"\n"] if ended and 0 < length <= 12 else []
    assert given_lines == [b"before\n", *middle, *([b"after\n"] if ended else [])]
    assert count.skipped.get(SkipReason.TOO_LONG, 0) == (ended and length > 12)
    assert count.pending == (not ended and length > 0)
    assert count.bytes == len(data)


@pytest.mark.parametrize(
    ("last", "whole"),
    [
        (b'{"a": 1}', True),
        (b'\xef\xbb\xbf{"a": "\\ud83d"}', True),
        (b'{"a": 1} \r', True),
        (b'{"a": 1}{"b": 2}', True),
        (b'{"a": 1}{"b": ', False),
        (b'{"a": {"b": 1}', False),
        (b"12", False),  # of 123
        (b"[1, 2]", False),
        (b'"text"', False),
    ],
)
def test_a_last_line_without_its_end_is_given_where_it_is_a_whole_object(last, whole):
    given_lines, count = split(b'{"a": 0}\n' + last)
    assert given_lines[1:] == ([last] if whole else [])
    assert (count.read, count.pending) == (2, not whole)


@given(
    st.recursive(st.integers() | st.text(), lambda inner: st.dictionaries(st.text(), inner, max_size=3), max_leaves=6)
)
def test_no_beginning_of_an_object_is_one(value):
    text = json.dumps({"a": value}, ensure_ascii=False).encode()
    assert is_whole_object(text)
    assert not any(is_whole_object(text[:end]) for end in range(len(text)))


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        (b'{"a": "}{\\"{"}{"b": {}}', [b'{"a": "}{\\"{"}', b'{"b": {}}']),
        (b'{} \t{"b": 1}\xef\xbb\xbf{"c": 1}\n', [b"{}", b' \t{"b": 1}', b'\xef\xbb\xbf{"c": 1}\n']),
        (b'{"a": 1}{"b": ', [b'{"a": 1}', b'{"b": ']),
        (b'{"a": 1', []),
        (b'{"a": 1}, {"b": 1}', []),
        (b'{"a": [{"b": 1}{"c": 1}]}', []),
        (b'{"a":}{"b": 1}', []),  # no seam between whole objects
        (b'{"a": {"b": 1}', []),
        (b'{"a": "' + b'\\"' * 100_000 + b'}{"', []),
    ],
)
def test_objects_on_one_line_are_taken_apart(line, parts):
    assert glued(line) == parts


def test_a_line_too_long_is_never_held(tmp_path):
    """A line of 80 MiB costs no more memory than the longest line that is read."""
    path = tmp_path / "long.jsonl"
    with path.open("wb") as stream:
        for _ in range(80):
            stream.write(b"x" * 2**20)
        stream.write(b"\n")
        stream.write(LINE)
    count = Count()
    tracemalloc.start()
    with path.open("rb") as stream:
        assert list(lines(stream, count, longest=2**20)) == [LINE]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 * 2**20
    assert count.skipped == {SkipReason.TOO_LONG: 1}


@given(st.lists(st.integers(0, 1000), max_size=40), st.integers(1, 8))
def test_dealing_gives_every_file_to_one_hand(sizes, hands):
    dealt = deal(sizes, hands)
    assert sorted(index for hand in dealt for index in hand) == list(range(len(sizes)))
    sums = [sum(sizes[index] for index in hand) for hand in dealt]
    assert sums == sorted(sums, reverse=True)
    if len(dealt) > 1:
        assert max(sums) - min(sums) <= max(sizes)
