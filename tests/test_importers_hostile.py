"""Files made to exhaust memory or to crash a reader: counted, skipped for a reason, and never held.

Memory is the peak of a process that reads the file, less that of one that reads a small file of the same format.
"""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

import pytest

pytestmark = pytest.mark.slow

MEBIBYTE = 1024 * 1024
ALLOWED = 100 * MEBIBYTE
READ = """
import json, re, sys
from pathlib import Path
from generator.importers import discover, read
found = discover([Path(sys.argv[1])])
reading = read(found.claimed, key=b"key")
print(json.dumps({
    "importers": [tally.importer for tally in reading.tallies],
    "balances": all(tally.balances for tally in reading.tallies),
    "skipped": {k.value: n for tally in reading.tallies for k, n in tally.skipped.items()},
    "pending": sum(tally.pending for tally in reading.tallies),
    "calls": len(reading.requests),
    "unclaimed": len(found.unclaimed),
    "peak": int(re.search(r"VmHWM:\\s*(\\d+)", Path("/proc/self/status").read_text()).group(1)) * 1024,
}))
"""
CALL = {
    "type": "assistant", "uuid": "u", "parentUuid": None, "sessionId": "s", "version": "2.1.90", "isSidechain": False,
    "timestamp": "2026-03-23T10:00:00Z", "requestId": "req_01SampleA",
    "message": {
        "id": "msg_01SampleA", "model": "claude-opus-4-6", "stop_reason": "end_turn",
        "usage": {"input_tokens": 3, "cache_read_input_tokens": 0, "cache_creation_input_tokens": 9, "output_tokens": 2},
    },
}  # fmt: skip
LINE = json.dumps(CALL).encode() + b"\n"


def look(path: Path) -> dict:
    run = subprocess.run([sys.executable, "-c", READ, str(path)], capture_output=True, text=True, check=True)
    return json.loads(run.stdout)


def hole(stream: BinaryIO, size: int) -> None:
    """Zero bytes that take no room on the disk."""
    stream.seek(size, 1)


def long_line(path: Path, *, ended: bool) -> None:
    with path.open("wb") as stream:
        stream.write(LINE)
        hole(stream, 1024 * MEBIBYTE)
        stream.write(b"\n" + LINE.replace(b"SampleA", b"SampleB") if ended else b"}")


def long_element(path: Path) -> None:
    entry = {
        "startedDateTime": "2026-03-23T10:00:00Z",
        "request": {"method": "POST", "url": "https://api.anthropic.com/v1/messages", "headers": []},
        "response": {"status": 200, "headers": [], "content": {"mimeType": "application/json", "text": ""}},
    }
    first = json.dumps({"log": {"version": "1.2", "creator": {"name": "x"}, "entries": [entry]}}).encode()
    with path.open("wb") as stream:
        stream.write(first.removesuffix(b"]}}") + b',{"text":"')
        hole(stream, 1024 * MEBIBYTE)
        stream.write(b'"}]}}')


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> int:
    path = tmp_path_factory.mktemp("small") / "small.jsonl"
    path.write_bytes(LINE)
    return int(look(path)["peak"])


@pytest.mark.slow
def test_a_line_of_one_gibibyte_is_skipped_and_the_calls_around_it_are_not(tmp_path, base):
    long_line(tmp_path / "log.jsonl", ended=True)
    seen = look(tmp_path)
    assert (seen["calls"], seen["skipped"], seen["balances"]) == (2, {"too-long": 1}, True)
    assert seen["peak"] - base < ALLOWED


@pytest.mark.slow
def test_a_line_of_one_gibibyte_without_an_end_is_pending(tmp_path, base):
    long_line(tmp_path / "log.jsonl", ended=False)
    seen = look(tmp_path)
    assert (seen["calls"], seen["pending"], seen["balances"]) == (1, 1, True)
    assert seen["peak"] - base < ALLOWED


@pytest.mark.slow
def test_an_element_of_one_gibibyte_is_skipped(tmp_path, base):
    long_element(tmp_path / "recording.har")
    seen = look(tmp_path)
    assert (seen["importers"], seen["skipped"], seen["balances"]) == (["har"], {"too-long": 1}, True)
    assert seen["peak"] - base < ALLOWED


@pytest.mark.slow
@pytest.mark.parametrize("deep", [4_000_000, pytest.param(30_000_000, marks=pytest.mark.full)], ids=["fast", "full"])
@pytest.mark.parametrize("bomb", [(b"[", 1), (b'{"a":', 4), (b'{"a":[', 6)], ids=["lists", "objects", "both"])
def test_nested_bombs_cost_no_memory_and_no_call(tmp_path, base, bomb, deep):
    """As a line of a transcript, as a document, and as an element of one; a level that cost 100 bytes would show."""
    exploded(tmp_path, base, bomb[0] * (deep // bomb[1]))


@pytest.mark.slow
def test_a_nested_bomb_that_is_closed_costs_no_memory_and_no_call(tmp_path, base):
    exploded(tmp_path, base, b"[" * 400_000 + b"]" * 400_000 + b"\n")


def exploded(tmp_path, base, bomb):
    (tmp_path / "line.jsonl").write_bytes(LINE + bomb + b"\n" + LINE.replace(b"SampleA", b"SampleB"))
    (tmp_path / "document.json").write_bytes(bomb)
    (tmp_path / "element.har").write_bytes(b'{"log":{"version":"1.2","creator":{},"entries":[' + bomb)
    seen = look(tmp_path)
    assert (seen["calls"], seen["balances"]) == (2, True)
    assert seen["peak"] - base < ALLOWED


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "cp037"])
def test_other_encodings_are_named_and_not_guessed(tmp_path, encoding):
    (tmp_path / "log.jsonl").write_bytes((LINE * 3).decode().encode(encoding))
    seen = look(tmp_path)
    assert (seen["calls"], seen["unclaimed"]) == (0, 1)


def test_lines_in_latin_1_are_skipped_among_good_ones(tmp_path):
    odd = LINE.replace(b"SampleA", b"SampleC").replace(b"end_turn", "für".encode("latin-1"))
    (tmp_path / "log.jsonl").write_bytes(LINE + odd + LINE.replace(b"SampleA", b"SampleB"))
    seen = look(tmp_path)
    assert (seen["calls"], seen["skipped"]) == (2, {"not-utf8": 1})


def archive(path: Path, write: Callable[[zipfile.ZipFile], Iterator[None] | None]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        write(packed)


def zeros(packed: zipfile.ZipFile) -> None:
    with packed.open("conversations.json", "w", force_zip64=True) as member:
        member.write(b'[{"uuid":"u","name":"n","chat_messages":[{"uuid":"m","sender":"human","text":"')
        for _ in range(1024):
            member.write(bytes(MEBIBYTE))


@pytest.mark.slow
def test_an_archive_that_unpacks_to_one_gibibyte_is_refused(tmp_path, base):
    archive(tmp_path / "export.zip", zeros)
    seen = look(tmp_path)
    assert (seen["importers"], seen["balances"], seen["calls"]) == (["claude-export"], True, 0)
    assert seen["skipped"], "nothing was said of it"
    assert seen["peak"] - base < ALLOWED
