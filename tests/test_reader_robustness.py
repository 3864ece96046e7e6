"""Logs as they really are: damaged, cut off, replaced and written while they are read; clocks that jump; all importers.

What a file holds is compared by its calls, meters, counters and buckets; the place of a record is left out, because
damage moves lines.
"""

from __future__ import annotations

import io
import json
import os
import random
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec
import pytest
from conftest import CORPORA
from promises import record

from generator.base.problems import Exit, WitnessmarkError
from generator.detectors import DETECTORS, run
from generator.importers import IMPORTERS, Importer, LogFile, read, read_bytes
from generator.importers.base import LONGEST_LINE, Count
from generator.importers.json_lines import has_later_object
from generator.importers.tables import rows as table_rows
from generator.ledger.subjects import subjects
from generator.records.results import Outcome
from generator.records.rows import LogData, SkipReason, SourceRef

pytestmark = pytest.mark.slow

SAMPLES = Path(__file__).parent / "samples"
KEY = b"key of a test"
LINES = {".jsonl", ".ndjson"}
SEED = 20260317

by_importer = pytest.mark.parametrize("importer", IMPORTERS, ids=lambda importer: importer.id)


class Sample(NamedTuple):
    """One file of samples."""

    importer: Importer
    path: Path
    data: bytes

    @property
    def lines(self) -> list[bytes]:
        """Ended lines without their end."""
        return self.data.split(b"\n")[:-1]

    def extract(self, data: bytes):
        return self.importer.read(io.BytesIO(data), self.path, 0, KEY)


@cache
def samples(importer: Importer) -> tuple[Sample, ...]:
    files = (path for path in sorted((SAMPLES / importer.id).rglob("*")) if path.is_file())
    return tuple(Sample(importer, path, path.read_bytes()) for path in files if path.suffix != ".md")


def line_samples() -> list[Sample]:
    return [sample for importer in IMPORTERS for sample in samples(importer) if sample.path.suffix in LINES]


def transcripts(most: int) -> list[Sample]:
    """The smallest public transcripts; none where the corpora are absent."""
    (importer,) = (one for one in IMPORTERS if one.id == "claude-code")
    files = sorted(CORPORA.rglob("*.jsonl"), key=lambda path: (path.stat().st_size, path))[:most]
    return [Sample(importer, path, path.read_bytes()) for path in files]


def holds(extract) -> dict[tuple, object]:
    """Calls by name with their tokens, and every other record that bears a number, with how often it stands there."""
    found: dict[tuple, object] = {}
    for name, copy in extract.calls.items():
        call = copy.request
        found["call", name] = (call.input_tokens, call.cache_read_tokens, call.cache_write_tokens, call.output_tokens)
    bare = {"source": SourceRef(0, 0)}
    # What only neighbouring lines tell is left out: the client's version, and whether a report is split at all.
    rows = [msgspec.structs.replace(row, **bare) for row in extract.meters]
    rows += [msgspec.structs.replace(row, **bare, version="") for row in extract.counters]
    rows += [msgspec.structs.replace(row, **bare, grouping=None) for row in extract.buckets]
    found.update({("row", row): count for row, count in Counter(map(msgspec.json.encode, rows)).items()})
    return found


# ---- damaged lines ----


def _flip(line: bytes, dice: random.Random) -> bytes:
    at = dice.randrange(len(line))
    return line[:at] + bytes([line[at] ^ 1 << dice.randrange(8)]) + line[at + 1 :]


def _cut(line: bytes, dice: random.Random) -> bytes:
    return line[: dice.randrange(len(line))]


def _insert(pieces: tuple[bytes, ...]) -> Callable[[bytes, random.Random], bytes]:
    def inserted(line: bytes, dice: random.Random) -> bytes:
        at = dice.randrange(len(line) + 1)
        return line[:at] + dice.choice(pieces) + line[at:]

    return inserted


def _drop(line: bytes, dice: random.Random) -> bytes:
    start, length = dice.randrange(len(line)), dice.randrange(1, 40)
    return line[:start] + line[start + length :]


def _twice(line: bytes, dice: random.Random) -> bytes:
    start, length = dice.randrange(len(line)), dice.randrange(1, 200)
    return line[: start + length] + line[start:]


def _zeros(line: bytes, dice: random.Random) -> bytes:
    """What a file system leaves after a loss of power."""
    start = dice.randrange(len(line))
    return line[:start] + bytes(len(line) - start)


def _torn(line: bytes, dice: random.Random) -> bytes:
    """Two writers at once: the beginning of the line, then a whole other one without an end between them."""
    return line[: dice.randrange(len(line))] + line


def _noise(line: bytes, dice: random.Random) -> bytes:
    return dice.randbytes(dice.randrange(1, 200))


DAMAGES: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _flip,
    _cut,
    _drop,
    _twice,
    _zeros,
    _torn,
    _noise,
    _insert((b"\x00", b"\x01", b"\x1b", b"\x7f", b"\t", b"\r")),
    _insert((b"\xff", b"\xc0\x80", b"\xed\xa0\xbd", b"\xf4\x90\x80\x80", b"\x80", b"\xe2\x82")),  # no UTF-8
    _insert((b"\xef\xbb\xbf", "\u2028".encode(), "\u0085".encode(), "\u202e".encode())),
    _insert((b"\\ud83d", b"\\udc00", b"\\ud83d\\ud83d", b"\\u", b"\\x", b"\\")),
    _insert((b'"', b"{", b"}", b"[", b"]", b",", b":", b"'")),
    _insert((b"9" * 30, b"-", b"1e999", b".5", b"NaN", b"null", b"true")),
    _insert((b"\n", b"\r\n", b"\n\n", b"\n \n")),
    _insert((b"[" * 3000, b'{"a":' * 3000)),
)
_TEXT = re.compile(rb'"(?:text|thinking|prompt|display|cwd|gitBranch|title|version_note)": ?"')


def _harmless(line: bytes, dice: random.Random) -> bytes:
    """Damage that leaves every figure readable: such a line must still be used."""
    places = [match.end() for match in _TEXT.finditer(line)]
    choice = 1 if line.startswith(b"\xef\xbb\xbf") else dice.randrange(4 if places else 3)
    if choice == 0:
        return b"\xef\xbb\xbf" + line
    if choice == 1:
        return line + b"\r"
    if choice == 2:
        return b"  " + line + b" \t"
    at = dice.choice(places)
    return line[:at] + dice.choice((b"\\ud83d", b"\\udc00 x", "\u2028".encode(), b"\\u0000", b"\x7f")) + line[at:]


class Tried(NamedTuple):
    damaged: int
    lost: list[str]


def try_damage(sample: Sample, dice: random.Random) -> Tried:
    """Put a damaged copy beside every line; say what of the sound lines, or of harmless damage, is missing."""
    lines = sample.lines
    broken = [dice.choice(DAMAGES)(line, dice) if line else b"{" for line in lines]
    mixed: list[bytes] = []
    for line, bad in zip(lines, broken, strict=True):
        mixed += [line, bad] if dice.random() < 0.5 else [bad, line]
    whole = b"".join(line + b"\n" for line in mixed)
    extract = sample.extract(whole)
    check_account(sample, extract, whole)
    told, alone = holds(extract), holds(sample.extract(b"".join(line + b"\n" for line in broken)))
    sound = holds(sample.extract(b"".join(line + b"\n" for line in lines)))
    lost = [f"{sample.path.name} {key}" for key, value in sound.items() if not _kept(key, value, told, alone)]

    mended = b"".join((_harmless(line, dice) if line else line) + b"\n" for line in lines)
    still = holds(sample.extract(mended))
    lost += [f"{sample.path.name} harmless {key}" for key, value in sound.items() if still.get(key) != value]
    return Tried(2 * len(lines), lost)


def _kept(key: tuple, value: object, told: dict, alone: dict) -> bool:
    """A damaged copy that is a sound line with other figures may add to its call, never take it away."""
    if key[0] == "call":
        return key in told and (key in alone or told[key] == value)
    return told.get(key, 0) >= value


def check_account(sample: Sample, extract, data: bytes) -> None:
    """Every line once, by a second count that shares no code with the readers."""
    tally = extract.tallies[0]
    assert tally.balances, sample.path.name
    assert tally.bytes == len(data), sample.path.name
    if not counts_lines(sample):
        return
    physical = data.split(b"\n")[:-1]
    blank = sum(not line or line.isspace() for line in physical)
    rows = len(physical) + sum(map(more_objects, physical))
    assert (tally.read, tally.blank, tally.pending) == (rows, blank, 0), sample.path.name
    assert tally.skipped.get(SkipReason.NOT_UTF8, 0) == sum(not _is_utf8(line) for line in physical), sample.path.name


def more_objects(line: bytes) -> int:
    """How many objects stand behind the first one on a line; each is a row. What follows the last whole one is one."""
    if not _is_utf8(line):
        return 0
    text, more = line.decode().strip(), 0
    while True:
        try:
            _, end = json.JSONDecoder().raw_decode(text)
        except (ValueError, RecursionError):
            return more
        text = text[end:].lstrip().removeprefix("\ufeff")
        if not re.match(r'\{\s*["}]', text):
            return more
        more += 1


@cache
def counts_lines(sample: Sample) -> bool:
    """Is one line one row of the account? Reports and OpenTelemetry hold many rows a line."""
    data = b"".join(line + b"\n" for line in sample.lines)
    return sample.extract(data).tallies[0].read == len(sample.lines)


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def damage_until(wanted: int, files: list[Sample], extra: list[Sample]) -> Tried:
    dice, tried, lost = random.Random(SEED), 0, []
    for sample in extra:
        found = try_damage(sample, dice)
        tried, lost = tried + found.damaged, lost + found.lost
    while tried < wanted:
        for sample in files:
            found = try_damage(sample, dice)
            tried, lost = tried + found.damaged, lost + found.lost
    return Tried(tried, lost)


def check_damage(wanted: int, public: int) -> None:
    extra = transcripts(public)
    found = damage_until(wanted, line_samples(), extra)
    note = f"damaged lines of the samples of {len({one.importer.id for one in line_samples()})} formats"
    if extra:
        note += f" and of {len(extra)} public transcripts"
    record(
        "readers-damaged-lines",
        trials=found.damaged,
        failures=len(found.lost),
        note=f"{note}; a failure is a sound line with tokens that was not counted, or an account that does not add up",
    )
    assert found.lost == []


def test_five_thousand_damaged_lines_cost_no_sound_line():
    check_damage(5_000, 4)


@pytest.mark.full
def test_a_hundred_thousand_damaged_lines_cost_no_sound_line():
    check_damage(100_000, 60)


HOUR = re.compile(rb"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]")


def tables() -> list[Sample]:
    return [one for importer in IMPORTERS for one in samples(importer) if one.path.suffix == ".csv"]


def test_damaged_rows_of_tables_take_no_sound_row_with_them():
    """A quote that damage opens would swallow the rows below it."""
    dice, trials, lost = random.Random(SEED), 0, []
    for _ in range(20):
        for sample in tables():
            head, *rows = [line for line in sample.data.split(b"\n") if line]
            sound = used(sample, [head, *rows])
            for at, row in enumerate(rows):
                bad = dice.choice(DAMAGES)(row, dice)
                trials += 1
                odd = b'"' in bad or HOUR.search(bad)  # an hour is one among hours only
                more = 0 if odd else used(sample, [head, bad])  # the row may be sound with other figures
                if used(sample, [head, *rows[:at], bad, *rows[at:]]) < sound + more:
                    lost.append(f"{sample.path.name} {at}")
    record(
        "readers-damaged-rows",
        trials=trials,
        failures=len(lost),
        note=f"damaged rows in the tables (CSV) of {len({one.importer.id for one in tables()})} formats; "
        "a failure is a sound row that was not read",
    )
    assert lost == []


def used(sample: Sample, lines: list[bytes]) -> int:
    data = b"".join(line + b"\n" for line in lines)
    tally = sample.extract(data).tallies[0]
    assert tally.balances
    assert tally.bytes == len(data)
    return tally.used


@pytest.mark.parametrize(
    ("text", "rows", "skipped"),
    [
        (b'a,b,c,d\n1,2,3,4\n1,"2,3,4\n5,6,7,8\n9,8,7,6\n', 3, 1),  # the quote is never closed
        (b'a,b,c,d\n1,2,3,"4\n5,6,7,8\n9,8,7,"6"\n', 2, 1),  # and here it is, by chance, with the right width
        (b'a,b,c,d\n1,"two\nlines, and ""more""",3,4\n5,6,7,8\n', 2, 0),  # a cell of two lines
        (b'a,b,c,d\n1,2,3,4\n5,6,7,"8', 1, 1),  # cut off within a number
        (b'a,b\n1,"two\nlines, or three"\n5,6\n', 2, 0),
    ],
)
def test_a_quote_costs_its_own_line_and_a_cell_of_several_lines_is_one_row(text, rows, skipped):
    count = Count()
    assert len(list(table_rows(io.BytesIO(text), count))) == rows
    assert (sum(count.skipped.values()), count.bytes) == (skipped, len(text))


def test_the_loss_of_any_line_with_figures_would_be_seen():
    """The comparison can fail: each line that tells something alone is missed when it is taken away."""
    sample = next(one for one in line_samples() if one.importer.id == "proxy-ndjson")
    lines, sound = sample.lines, holds(sample.extract(sample.data))
    telling = [n for n, line in enumerate(lines) if holds(sample.extract(line + b"\n"))]
    missed = []
    for n in range(len(lines)):
        less = holds(sample.extract(b"".join(line + b"\n" for line in lines[:n] + lines[n + 1 :])))
        if not all(_kept(key, value, less, {}) for key, value in sound.items()):
            missed.append(n)
    assert missed == telling
    assert len(missed) >= 3


# ---- a writer at work ----

WRITER = """
import random, sys, time
data, target, seed = open(sys.argv[1], "rb").read(), sys.argv[2], int(sys.argv[3])
dice, at = random.Random(seed), 0
with open(target, "ab", buffering=0) as log:
    while at < len(data):
        size = dice.choice((1, 7, 60, 200, 900))
        log.write(data[at : at + size])
        at += size
        time.sleep(0.0007)
"""


SAVED_ONCE = {"admin-usage", "admin-cost", "claude-code-analytics", "enterprise-usage", "enterprise-cost"}
"""Reports whose last line may lack its end, so the whole rows of a page in the making are read: each must be true."""


def figures(bucket) -> tuple:
    """What a row of a report counts; by what the report is split, and when it was made, its page says at its end."""
    names = ("start", "end", "input_tokens", "cache_read_tokens", "cache_write_tokens", "output_tokens", "mixed_tokens")
    return (*(getattr(bucket, name) for name in names), bucket.cost_usd)


def told(reading: LogData) -> tuple:
    """All records of a reading, with their places."""
    return (reading.requests, reading.marks, reading.meters, reading.buckets, reading.counters)


def whole_until(body: bytes, end: int) -> int:
    """Where the last line ends that is whole within `end` bytes: a line may be so before its line end is written."""
    start = body.rfind(b"\n", 0, end) + 1
    try:
        return end if isinstance(json.loads(body[start:end]), dict) else start
    except ValueError:
        return start


def beside_a_writer(sample: Sample, folder: Path, wanted: int) -> tuple[int, list[str]]:
    """Read a log while another process appends to it. Each reading must be that of the lines that were whole then."""
    body = b"".join(line + b"\n" for line in sample.lines)
    body *= max(1, 12_000 // len(body))
    source, before = folder / "source", folder / "before" / "s" / sample.path.name
    source.write_bytes(body)
    before.parent.mkdir(parents=True)
    expected: dict[int, tuple] = {}
    rows = set(map(figures, sample.extract(body).buckets))

    def truth(end: int) -> tuple:
        if end not in expected:
            before.write_bytes(body[:end] + (b"" if body[end - 1 : end] in b"\n" else b"\n"))
            expected[end] = told(read([LogFile(before, sample.importer)], key=KEY))
        return expected[end]

    def right(reading: LogData) -> bool:
        if sample.importer.id in SAVED_ONCE:
            return set(map(figures, reading.buckets)) <= rows
        return told(reading) == truth(whole_until(body, reading.tallies[0].bytes))

    reads, wrong, turn = 0, [], 0
    while reads < wanted:
        turn += 1
        live = folder / str(turn) / "s" / sample.path.name  # a folder can name a session: the same one
        live.parent.mkdir(parents=True)
        live.touch()
        command = [sys.executable, "-I", "-S", "-c", WRITER, str(source), str(live), str(turn)]
        writer = subprocess.Popen(command)
        last = 0
        try:
            while reads < wanted and writer.poll() is None:
                reading = read([LogFile(live, sample.importer)], key=KEY)
                tally = reading.tallies[0]
                if not tally.bytes:
                    continue  # nothing is written yet: no trial
                reads += 1
                if not right(reading) or tally.bytes < last or not tally.balances:
                    wrong.append(f"{sample.importer.id} at byte {tally.bytes}")
                last = tally.bytes
        finally:
            writer.kill()
            writer.wait()
    return reads, wrong


def live_formats() -> list[Sample]:
    """For each format of lines, its sample with most lines."""
    best: dict[str, Sample] = {}
    for sample in line_samples():
        if sample.importer.id not in best or len(sample.lines) > len(best[sample.importer.id].lines):
            best[sample.importer.id] = sample
    return list(best.values())


def check_live(tmp_path: Path, wanted: int) -> None:
    formats, reads, wrong = live_formats(), 0, []
    for sample in formats:
        (tmp_path / sample.importer.id).mkdir()
        found = beside_a_writer(sample, tmp_path / sample.importer.id, -(-wanted // len(formats)))
        reads, wrong = reads + found[0], wrong + found[1]
    record(
        "readers-live-writer",
        trials=reads,
        failures=len(wrong),
        note=f"reads of logs of {len(formats)} formats while another process wrote them; "
        "a failure is anything but the records of the lines that were whole at that moment",
    )
    assert wrong == []


def test_two_hundred_reads_beside_a_writer_are_prefixes_of_the_truth(tmp_path):
    check_live(tmp_path, 200)


@pytest.mark.full
def test_four_thousand_reads_beside_a_writer_are_prefixes_of_the_truth(tmp_path):
    check_live(tmp_path, 4_000)


# ---- lines or a document? ----


@pytest.mark.parametrize(
    ("text", "in_lines"),
    [
        (b'{"a": 1\n{"a": 2}\n', True),
        (b'[{"a": 1}\n{"a": 2}\n', True),
        (b'noise\n{"a": 2}\n{"a": 3\n', True),
        (b'{"a": 1}\n', False),
        (b'[\n{"a": 1},\n{"a": 2}\n]\n', False),
        (b'{"data": [\n{"a": 1},\n{"a": 2}\n], "more": [\n{"a": 1}\n]}\n', False),
        (b'[{"a": 1}\n,{"a": 2}\n]\n', False),
        (b'{\n  "a": 1\n}\n', False),
        (b'{"a": 1\n{"a": 2}', False),
    ],
)
def test_a_damaged_first_line_makes_no_document_of_lines_and_a_layout_no_lines_of_a_document(text, in_lines):
    assert has_later_object(text) == in_lines


# ---- files that change between being found and being read ----


class Shrinking(io.FileIO):
    """A file that is cut off, on the disk, while its first bytes are read."""

    def readinto(self, buffer) -> int | None:
        size = super().readinto(memoryview(buffer)[:512])
        os.truncate(self.name, 512)
        return size


def shrunk(file: LogFile) -> LogData:
    with io.BufferedReader(Shrinking(file.path), 512) as stream:
        return LogData(tallies=tuple(file.importer.read(stream, file.path, 0, KEY).tallies.values()))


def odd_contents(sample: Sample, other: Sample, dice: random.Random) -> list[bytes]:
    """What can stand in a file's place by the time that it is read."""
    half = len(sample.data) // 2
    return [
        b"",
        sample.data[:1],
        sample.data[:half],
        sample.data[:-1],
        other.data,
        dice.randbytes(4096),
        sample.data * 2,
    ]


def check_read(read_it: Callable[[], LogData], where: str) -> list[str]:
    """A reading whose account adds up, or an error that says what is wrong; anything else is a failure."""
    try:
        reading = read_it()
    except (OSError, WitnessmarkError):
        return []
    except Exception as error:  # noqa: BLE001  any other kind is what is looked for
        return [f"{where}: {type(error).__name__}"]
    return [] if all(tally.balances for tally in reading.tallies) else [f"{where}: does not balance"]


def test_a_file_that_changed_since_it_was_found_is_read_as_it_is_now_or_named_as_unreadable(tmp_path):
    """Cut off, emptied, grown, replaced by another log or by noise; gone, a folder, or cut off while it is read."""
    dice, trials, wrong = random.Random(SEED), 0, []
    every = [sample for importer in IMPORTERS for sample in samples(importer)[:2]]
    for number, sample in enumerate(every):
        path = tmp_path / str(number) / sample.path.name
        path.parent.mkdir()
        file = LogFile(path, sample.importer)
        again = partial(read, [file], key=KEY)
        for content in odd_contents(sample, every[number - 7], dice):
            path.write_bytes(content)
            trials, wrong = trials + 1, wrong + check_read(again, sample.path.name)
        path.write_bytes(sample.data)
        trials, wrong = trials + 1, wrong + check_read(partial(shrunk, file), f"{sample.path.name} shrinking")
        path.unlink()
        trials += 2
        with pytest.raises(OSError, match=path.name):
            again()
        path.mkdir()
        with pytest.raises(OSError, match=path.name):
            sample.importer.parse(path, 0, KEY)
    record(
        "readers-changed-files",
        trials=trials,
        failures=len(wrong),
        note=f"files of all {len(IMPORTERS)} formats that were cut off, emptied, replaced or deleted between being "
        "found and being read; a failure is a crash, or an account that does not add up",
    )
    assert wrong == []


def test_a_log_that_vanishes_while_a_scan_starts_ends_it_with_its_name_and_no_traceback(tmp_path, monkeypatch, capsys):
    from generator import cli
    from generator.cli import context as surroundings

    path = tmp_path / "s.jsonl"
    path.write_bytes(samples(IMPORTERS[0])[0].data)
    found = surroundings.discovered

    def discovered(*given):
        answer = found(*given)
        path.unlink()
        return answer

    monkeypatch.setattr("generator.cli.scan.discovered", discovered)
    monkeypatch.setattr(sys, "argv", ["witnessmark", "scan", str(tmp_path)])
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == Exit.IO
    assert "s.jsonl: No such file or directory" in capsys.readouterr().err


# ---- lines too long, kinds unknown ----

LONG_LINES = {"claude-code", "otel-events", "admin-usage", "stream-json", "langfuse", "litellm-daily", "meter-log"}


def test_a_line_longer_than_any_call_is_counted_and_passed_over_by_every_way_of_reading_lines():
    """A format of each kind of reader; ccusage reads small files only, and says so of a large one."""
    long = b'{"type":"x","text":"' + b"a" * LONGEST_LINE + b'"}\n'
    for sample in [one for one in live_formats() if one.importer.id in LONG_LINES]:
        whole = b"".join(line + b"\n" for line in sample.lines)
        middle = len(sample.lines[0]) + 1
        extract = sample.extract(whole[:middle] + long + whole[middle:])
        assert extract.tallies[0].balances, sample.importer.id
        assert extract.tallies[0].skipped[SkipReason.TOO_LONG] == 1, sample.importer.id
        sound, still = holds(sample.extract(whole)), holds(extract)
        assert all(_kept(key, value, still, {}) for key, value in sound.items()), sample.importer.id


KINDS = (
    b'{"type":"zz-canary-kind"}',
    b'{"type":"zz-canary-kind","data":[1,2],"timestamp":"2026-03-03T10:00:00Z"}',
    b'{"zz":1}',
)


def test_lines_of_unknown_kinds_are_counted_by_every_format_and_never_named():
    """Each is one more row of the account; no figure changes; what a stranger called the kind is not repeated."""
    trials = 0
    for sample in live_formats():
        whole = b"".join(line + b"\n" for line in sample.lines)
        before, extract = sample.extract(whole), None
        for kind in KINDS:
            extract = sample.extract(whole + kind + b"\n")
            trials += 1
            tally = extract.tallies[0]
            assert tally.balances
            more = tally.read - before.tallies[0].read  # a page of a report is a row, and so is each of its elements
            assert more == 1 or (more > 1 and sample.importer.id in {*SAVED_ONCE, "ccusage-json"}), sample.importer.id
            assert holds(extract) == holds(before), sample.importer.id
            told = sum(tally.types.values()) + sum(tally.skipped.values())
            assert told > sum(before.tallies[0].types.values()) + sum(before.tallies[0].skipped.values()), (
                sample.importer.id
            )
            assert "canary" not in str(tally)
    record(
        "readers-unknown-kinds",
        trials=trials,
        failures=0,
        note="lines of kinds that no reader knows, in every format of lines",
    )


# ---- clocks ----

MOMENT = re.compile(rb"(20\d\d-\d\d-\d\d)T(\d\d:\d\d:\d\d)(\.\d+)?(?:Z|\+00:00)")
DAYS = {"claude-code-analytics"}  # states a day of UTC, not a moment
DOCUMENTED_UTC = {
    "litellm-spend",
    "litellm-daily",
    "langfuse",
    "helicone",
}  # tables without zones, UTC by their documentation
ZONES = ("Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "Australia/Lord_Howe")


def in_zone(data: bytes, zone: str) -> bytes:
    """The same moments as a clock of that zone writes them, daylight saving and all."""

    def local(match: re.Match[bytes]) -> bytes:
        at = datetime.fromisoformat(f"{match[1].decode()}T{match[2].decode()}+00:00").astimezone(ZoneInfo(zone))
        text = at.isoformat().encode()
        return text[:19] + (match[3] or b"") + text[19:]

    return MOMENT.sub(local, data)


def moved(data: bytes, to: bytes) -> bytes:
    """The same clock times on another day."""
    return MOMENT.sub(lambda match: to + b"T" + match[2] + (match[3] or b"") + b"Z", data)


def spoken(extract) -> tuple:
    """Everything in order, places and all, but for the size of the file."""
    tally = extract.tallies[0]
    sums = (
        tally.read,
        tally.used,
        tally.other,
        tally.recovered,
        tally.pending,
        tally.blank,
        tally.skipped,
        tally.types,
    )
    return (extract.calls, extract.marks, extract.meters, extract.buckets, extract.counters, sums)


def clocked() -> list[Sample]:
    """Samples whose moments are written out, of all formats that have such."""
    every = [sample for importer in IMPORTERS for sample in samples(importer)]
    return [one for one in every if one.path.suffix in {*LINES, ".json"} and MOMENT.search(one.data)]


def test_moments_written_with_the_offset_of_a_zone_are_the_same_moments():
    """Zones of whole, half and quarter hours, in winter and in summer: not one record differs."""
    trials, wrong = 0, []
    for sample in clocked():
        if sample.importer.id in DAYS:
            continue
        for shift in (b"2026-01-15", b"2026-03-29", b"2026-07-15", b"2026-10-25"):  # two days on which clocks change
            data = moved(sample.data, shift)
            plain = spoken(sample.extract(data))
            for zone in ZONES:
                trials += 1
                if spoken(sample.extract(in_zone(data, zone))) != plain:
                    wrong.append(f"{sample.importer.id} {sample.path.name} {zone} {shift.decode()}")
    record(
        "readers-zones",
        trials=trials,
        failures=len(wrong),
        note="samples with all moments written by clocks of other zones, also on days on which those clocks change; "
        "a failure is any difference in what is read",
    )
    assert wrong == []


def test_a_time_without_a_zone_is_never_guessed():
    """Whatever such a clock says, the reading is the same: no record took its time from it."""
    trials, wrong, refused = 0, [], set()
    for sample in clocked():
        if sample.importer.id in {*DAYS, *DOCUMENTED_UTC}:
            continue
        extracts = [sample.extract(MOMENT.sub(text, sample.data)) for text in (rb"\1T\2\3", b"2025-01-01T12:34:56.000")]
        trials += 1
        if spoken(extracts[0]) != spoken(extracts[1]):
            wrong.append(f"{sample.importer.id} {sample.path.name}")
        if SkipReason.NAIVE_TIME in extracts[0].tallies[0].skipped:
            refused.add(sample.importer.id)
    record(
        "readers-naive-times",
        trials=trials,
        failures=len(wrong),
        note="samples with the zone of every moment taken away; a failure is a record that took its time from one",
    )
    assert wrong == []
    assert len(refused) >= 18, "formats that count a line as refused for its time"


def turned_back(line: bytes) -> bytes:
    """The line as written by a clock that was put back by an hour."""

    def earlier(match: re.Match[bytes]) -> bytes:
        at = datetime.fromisoformat(f"{match[1].decode()}T{match[2].decode()}+00:00") - timedelta(hours=1)
        return at.strftime("%Y-%m-%dT%H:%M:%S").encode() + (match[3] or b"") + b"Z"

    return MOMENT.sub(earlier, line)


def test_clocks_that_go_backwards_change_no_count_and_break_no_detector():
    """Put back in the middle of a log, put back at every second line, lines in reverse: the same calls and tokens."""
    trials, wrong = 0, []
    for sample in [one for one in clocked() if one.path.suffix in LINES and one.importer.id not in SAVED_ONCE]:
        lines = sample.lines
        half = len(lines) // 2
        jumped = lines[:half] + [turned_back(line) for line in lines[half:]]
        jumping = [turned_back(line) if n % 2 else line for n, line in enumerate(lines)]
        plain = calls(sample, lines)
        for change in (jumped, jumping, lines[::-1]):
            trials += 1
            if calls(sample, change) != plain:
                wrong.append(f"{sample.importer.id} {sample.path.name}")
            reading = read_bytes({str(sample.path): b"".join(line + b"\n" for line in change)}, key=KEY)
            known = subjects(reading)
            wrong += [
                f"{detector.id} on {sample.path.name}"
                for detector in DETECTORS
                if run(detector, known).outcome is Outcome.FAILED
            ]
            if [call.first_seen for call in reading.requests] != sorted(call.first_seen for call in reading.requests):
                wrong.append(f"{sample.path.name}: not in order")
    record(
        "readers-clocks-backwards",
        trials=trials,
        failures=len(wrong),
        note="logs whose clock goes backwards or whose lines are turned round; a failure is another count of calls or "
        "tokens, or a detector that throws",
    )
    assert wrong == []


def calls(sample: Sample, lines: list[bytes]) -> Counter:
    """Token counts of calls; where a log gives them no id, their names are made of their times."""
    found = holds(sample.extract(b"".join(line + b"\n" for line in lines)))
    return Counter(value for key, value in found.items() if key[0] == "call")
