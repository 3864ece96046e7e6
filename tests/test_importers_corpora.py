"""The importer on real transcripts: published check sums, and 200 seeded damages."""

from __future__ import annotations

import io
import random
from collections import Counter
from functools import cache
from pathlib import Path

import msgspec
import pytest

from generator.importers import discover, read, reading
from generator.importers.claude.claude_code import read_stream
from generator.records.rows import LogData, MarkKind

CORPORA = Path(__file__).resolve().parents[2] / "shared" / "corpora" / "claude-code"
KEY = b"key of a test"

pytestmark = pytest.mark.corpora

EXPECTED = {
    "spotter": {
        "requests": 904,
        "nested": 5,
        "input": 9_165,
        "writes": 2_079_960,
        "reads": 77_423_878,
        "lines": 10_155,
        "usage lines": 1_824,
    },
    "entire": {
        "requests": 3_837,
        "nested": 172,
        "input": 129_694,
        "writes": 16_497_917,
        "reads": 384_927_957,
        "lines": 16_643,
        "usage lines": 8_966,
    },
}


@cache
def corpus(name: str) -> LogData:
    return read(discover([CORPORA / name]).claimed, key=KEY)


@pytest.mark.parametrize("name", EXPECTED)
def test_totals_are_the_published_ones(name):
    """Sums over one record per message id (corpora/README.md); usage lines are assistant records of real calls."""
    result = corpus(name)
    assert {
        "requests": len(result.requests),
        "nested": sum(request.nested for request in result.requests),
        "input": sum(request.input_tokens for request in result.requests),
        "writes": sum(request.cache_write_tokens for request in result.requests),
        "reads": sum(request.cache_read_tokens for request in result.requests),
        "lines": sum(tally.read for tally in result.tallies),
        "usage lines": sum(tally.usage_lines for tally in result.tallies),
    } == EXPECTED[name]


@pytest.mark.parametrize("name", EXPECTED)
def test_every_line_is_used_or_of_another_kind(name):
    for tally in corpus(name).tallies:
        assert tally.balances
        assert (tally.skipped, tally.pending, tally.recovered) == ({}, 0, 0)
        assert "unknown" not in tally.types


@pytest.mark.parametrize(("name", "compactions", "copies"), [("spotter", 5, 0), ("entire", 29, 1)])
def test_compactions_count_once(name, compactions, copies):
    result = corpus(name)
    assert sum(mark.kind is MarkKind.COMPACTION for mark in result.marks) == compactions
    assert result.repeated_marks.get(MarkKind.COMPACTION, 0) == copies


def test_retries_and_synthetic_lines():
    result = corpus("entire")
    kinds = Counter(mark.kind for mark in result.marks)
    assert kinds[MarkKind.RETRY] == 30
    synthetic = (MarkKind.NO_RESPONSE, MarkKind.API_ERROR, MarkKind.LIMIT_REFUSAL)
    assert sum(kinds[kind] + result.repeated_marks.get(kind, 0) for kind in synthetic) == 12


@pytest.mark.parametrize("name", EXPECTED)
def test_every_call_but_the_mirrored_has_a_start(name):
    for request in corpus(name).requests:
        assert (request.started is None) == request.nested
        assert request.started is None or request.started <= request.ended


def test_compaction_threads_are_threads_of_their_own():
    """Five summarising calls, each in a file agent-acompact-*.jsonl and none in a main thread."""
    folder = CORPORA / "spotter"
    files = discover([folder]).claimed
    compact = {n for n, file in enumerate(files) if file.path.name.startswith("agent-acompact-")}
    owned = [request for request in corpus("spotter").requests if request.source.file in compact]
    assert len({request.thread for request in owned}) == len(compact) == 5
    assert all(request.agent for request in owned)


def test_processes_agree_with_one_process(monkeypatch):
    monkeypatch.setattr(reading, "WORTH_A_PROCESS", 0)
    files = discover([CORPORA / "spotter"]).claimed
    assert msgspec.json.encode(read(files, key=KEY, jobs=2)) == msgspec.json.encode(corpus("spotter"))


def test_the_order_of_files_changes_no_figure():
    files = discover([CORPORA / "spotter"]).claimed
    turned = read(files[::-1], key=KEY)

    def rows(result):
        return sorted(
            (r.id, r.session, r.agent, r.parent, r.first_seen, r.ended, r.output_tokens, r.lines, r.prompt_words or -1)
            for r in result.requests
        )

    assert rows(turned) == rows(corpus("spotter"))


PIECES = (b"\x00", b"\xef\xbb\xbf", b"\r\n", "\u2028".encode(), b"\n", b"\xff", b'"', b"{", b"\\ud83d", b"\x85")


def damage(data: bytes, dice: random.Random) -> bytes:
    """One to four damages: cut off, flip bytes, drop, double or swap lines, insert a piece."""
    for _ in range(dice.randint(1, 4)):
        at = dice.randrange(len(data) + 1)
        rows = data.split(b"\n")
        row = dice.randrange(len(rows))
        match dice.randrange(6):
            case 0:
                data = data[:at]
            case 1:
                flipped = bytearray(data)
                for _ in range(dice.randint(1, 20)):
                    if flipped:
                        flipped[dice.randrange(len(flipped))] ^= 1 << dice.randrange(8)
                data = bytes(flipped)
            case 2:
                data = b"\n".join(rows[:row] + rows[row + 1 :])
            case 3:
                data = b"\n".join(rows[:row] + rows[row:][:1] + rows[row:])
            case 4:
                dice.shuffle(rows)
                data = b"\n".join(rows)
            case _:
                data = data[:at] + dice.choice(PIECES) + data[at:]
    return data


def test_two_hundred_damages_are_accounted_for():
    """Never an exception; the account balances; nothing is counted twice."""
    small = sorted((path for path in CORPORA.rglob("*.jsonl")), key=lambda path: (path.stat().st_size, path))[:12]
    whole = {path: path.read_bytes() for path in small}
    dice = random.Random(20260310)
    for _ in range(200):
        path = dice.choice(small)
        damaged = damage(whole[path], dice)
        extract = read_stream(io.BytesIO(damaged), path.stem, 0, KEY)
        tally = extract.tallies[0]
        assert tally.balances
        assert tally.bytes == len(damaged)
        assert tally.read == damaged.count(b"\n") + (not damaged.endswith(b"\n") and bool(damaged))
        assert msgspec.json.decode(msgspec.json.encode(extract), type=type(extract)) == extract
