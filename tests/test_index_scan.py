"""A scan that remembers says what one that reads everything says, byte for byte, whatever happened to the files.

Tests write files and scan in the same second, while a scan keeps nothing of a file that changed within the last two:
here its clock is ahead.
"""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zlib
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import hypothesis.strategies as st
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

import generator.base.listing
import generator.cli.remembered
import generator.cli.scan
from generator.base.problems import Exit, LogError
from generator.cli import cli
from generator.importers.base import Importer
from generator.index.sealed import DIGEST_BYTES, MAGIC, Sealed
from generator.simulator import FaultRates
from generator.simulator import simulate as simulated

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
SAMPLES = Path(__file__).parent / "samples"
HEAD = len(MAGIC) + 2 * DIGEST_BYTES
PROJECT = "-home-canary-secretproject"
AHEAD = 10_000_000_000  # nanoseconds
VIEWS = (
    ("--json",),
    (),
    ("--all",),
    ("--csv",),
    ("--by", "session", "--csv"),
    ("--by", "project"),
    ("--json", "--files"),
    ("--since", "2026-08-04", "--timezone", "Asia/Kathmandu"),
    ("--share",),
)


@pytest.fixture(autouse=True)
def _ahead(monkeypatch):
    for module in (generator.cli.remembered, generator.cli.scan, generator.cli.logs):
        monkeypatch.setattr(module, "clock_ns", lambda: time.time_ns() + AHEAD)


@pytest.fixture(scope="module")
def made():
    """Transcripts of some sessions, by their names."""
    run = simulated(5, sessions=4, start=datetime(2026, 8, 3, tzinfo=UTC), faults=FaultRates.specimen())
    return {name: data for name, data in run.files.items() if name.startswith("projects/")}


@pytest.fixture
def folders(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "logs").mkdir()
    return tmp_path


def laid(files, folder):
    for name, data in files.items():
        parts = name.split("/")
        path = folder.joinpath(parts[0], PROJECT, *parts[2:])
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def scan(*arguments):
    done = CliRunner().invoke(cli, ["scan", *map(str, arguments)])
    if isinstance(done.exception, LogError):  # nothing is left to read
        return done.exception.exit, done.stdout, str(done.exception)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stdout, done.stderr


def kept(cache):
    (folder,) = (cache / "witnessmark").glob("scan-*")
    return folder


class Reads:
    """How many files were parsed."""

    def __init__(self, monkeypatch):
        self.count = 0
        parse = Importer.parse

        def counted(importer, *arguments):
            self.count += 1
            return parse(importer, *arguments)

        monkeypatch.setattr(Importer, "parse", counted)

    def taken(self):
        count, self.count = self.count, 0
        return count


class Folder(RuleBasedStateMachine):
    """A folder of logs to which anything happens; after each step a warm scan equals a cold one."""

    files: dict[str, bytes]
    pool: list[bytes]

    @initialize()
    def begin(self):
        self.place = Path(tempfile.mkdtemp())
        os.environ["XDG_STATE_HOME"], os.environ["XDG_CACHE_HOME"] = (
            str(self.place / "state"),
            str(self.place / "cache"),
        )
        self.logs = laid(dict(list(self.files.items())[:3]), self.place / "logs")
        self.turn = 0

    def teardown(self):
        shutil.rmtree(self.place)

    def _one(self, number):
        found = sorted(path for path in self.logs.rglob("*") if path.is_file())
        return found[number % len(found)] if found else self.logs / "projects" / PROJECT / "first.jsonl"

    @rule(number=st.integers(0, 50), start=st.integers(0, 5000), lines=st.integers(1, 20))
    def append(self, number, start, lines):
        with self._one(number).open("ab") as file:
            start %= len(self.pool)
            file.write(b"\n".join(self.pool[start : start + lines]) + b"\n")

    @rule(number=st.integers(0, 50), start=st.integers(0, 5000), share=st.floats(0.1, 0.9))
    def append_half_a_line(self, number, start, share):
        line = self.pool[start % len(self.pool)]
        with self._one(number).open("ab") as file:
            file.write(line[: int(len(line) * share)])

    @rule(number=st.integers(0, 50), share=st.floats(0, 0.99))
    def truncate(self, number, share):
        path = self._one(number)
        if path.exists():
            os.truncate(path, int(path.stat().st_size * share))

    @rule(number=st.integers(0, 50))
    def rewrite_as_long_and_with_its_old_time(self, number):
        path = self._one(number)
        if path.exists():
            status, data = path.stat(), path.read_bytes()
            path.write_bytes(re.sub(rb'(?<="output_tokens":)[0-9]', lambda m: b"9" if m.group() < b"5" else b"1", data))
            os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))

    @rule(number=st.integers(0, 50), other=st.integers(0, 50))
    def copy(self, number, other):
        path = self._one(number)
        if path.exists():
            shutil.copy2(path, path.with_name(f"copy-{other}.jsonl"))

    @rule(number=st.integers(0, 50), other=st.integers(0, 50))
    def replace(self, number, other):
        path = self._one(number)
        if path.exists() and path != self._one(other):
            path.replace(self._one(other))

    @rule(number=st.integers(0, 50), other=st.integers(0, 50))
    def rename(self, number, other):
        path = self._one(number)
        if path.exists():
            path.rename(path.with_name(f"agent-{other}.jsonl"))

    @rule(number=st.integers(0, 50))
    def delete(self, number):
        self._one(number).unlink(missing_ok=True)

    @rule(number=st.integers(0, 50), hours=st.integers(-48, 48))
    def set_back_its_clock(self, number, hours):
        path = self._one(number)
        if path.exists():
            at = path.stat().st_mtime_ns + hours * 3_600_000_000_000
            os.utime(path, ns=(at, at))

    @rule(name=st.sampled_from(sorted(path.name for path in SAMPLES.iterdir())))
    def add_another_format(self, name):
        shutil.copytree(SAMPLES / name, self.logs / "others" / name, dirs_exist_ok=True)

    @rule(
        text=st.sampled_from(["x", "not a log\n", "{}\n", ""]), name=st.sampled_from(["notes.txt", "a.png", "b.jsonl"])
    )
    def add_something_else(self, text, name):
        (self.logs / name).write_text(text)

    @rule()
    def nothing(self):
        pass

    @rule(place=st.integers(0, 10_000), number=st.integers(0, 20))
    def break_the_cache(self, place, number):
        found = sorted((self.place / "cache").rglob("scan-*/*"))
        if found:
            path = found[number % len(found)]
            data = bytearray(path.read_bytes())
            if data:
                data[place % len(data)] ^= 0x55
                path.write_bytes(data)

    @invariant()
    def warm_is_as_cold(self):
        view = VIEWS[self.turn % len(VIEWS)]
        self.turn += 1
        cold = scan(self.logs, *view, "--no-cache")
        for _ in range(2):
            code, out, err = scan(self.logs, *view)
            said = [line for line in err.splitlines(keepends=True) if not line.startswith("What earlier scans kept")]
            assert (code, out, "".join(said)) == cold


def machine(made, *, examples, steps):
    run_state_machine_as_test(
        kind_of(made),
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


def kind_of(made):
    lines = [line for data in made.values() for line in data.splitlines()]
    return type("Folder", (Folder,), {"files": made, "pool": lines})


@pytest.mark.parametrize("view", [("--json",), ("--by", "session")])
def test_each_thing_that_can_happen_to_a_file_once(made, folders, monkeypatch, view):
    monkeypatch.setattr(sys.modules[__name__], "VIEWS", (view,))
    folder = kind_of(made)()
    folder.begin()
    for step in (
        folder.nothing,
        lambda: folder.append(number=1, start=40, lines=12),
        lambda: folder.append_half_a_line(number=1, start=60, share=0.5),
        lambda: folder.rewrite_as_long_and_with_its_old_time(number=1),
        lambda: folder.rewrite_as_long_and_with_its_old_time(number=0),
        lambda: folder.truncate(number=0, share=0.7),
        lambda: folder.copy(number=2, other=1),
        lambda: folder.rename(number=1, other=3),
        lambda: folder.replace(number=0, other=2),
        lambda: folder.set_back_its_clock(number=0, hours=-5),
        lambda: folder.add_another_format(name="statusline"),
        lambda: folder.add_something_else(name="a.png", text="x"),
        lambda: folder.break_the_cache(place=300, number=1),
        lambda: folder.delete(number=0),
    ):
        folder.warm_is_as_cold()
        step()
        folder.warm_is_as_cold()
    folder.teardown()


def test_whatever_happens_to_the_files_warm_is_as_cold(made, folders):
    machine(made, examples=6, steps=8)


@pytest.mark.full
def test_whatever_happens_to_the_files_warm_is_as_cold_in_many_ways(made, folders):
    machine(made, examples=150, steps=25)


def test_only_files_that_changed_are_read(made, folders, monkeypatch):
    logs, reads = laid(made, folders / "logs"), Reads(monkeypatch)
    scan(logs)
    assert reads.taken() == len(made)
    scan(logs)
    assert reads.taken() == 0
    scan(logs, "--json")
    assert reads.taken() == 0
    first, *_ = sorted(logs.rglob("*.jsonl"))
    with first.open("ab") as file:
        file.write(b"{}\n")
    scan(logs)
    assert reads.taken() == 1
    shutil.copy(first, first.with_name("0.jsonl"))  # the places of all others change
    warm = scan(logs, "--json")
    assert reads.taken() == 1
    assert warm == scan(logs, "--json", "--no-cache")
    assert reads.taken() == len(made) + 1


def test_nothing_changed_runs_no_detector_and_opens_no_log(made, folders, monkeypatch):
    logs = laid(made, folders / "logs")
    first = scan(logs, "--json")
    monkeypatch.setattr(generator.cli.scan, "reading_of", None)
    monkeypatch.setattr(generator.cli.scan, "discovered", None)
    assert scan(logs, "--json") == first


def test_what_depends_on_other_files_is_read_again(folders, monkeypatch):
    shutil.copytree(SAMPLES / "raw-bodies", folders / "logs" / "raw")
    scan(folders / "logs", "--by", "project")
    reads = Reads(monkeypatch)
    scan(folders / "logs", "--by", "project")
    assert reads.taken() > 0


def test_a_scan_just_after_a_file_changed_keeps_nothing_of_it(made, folders, monkeypatch):
    logs = laid(made, folders / "logs")
    monkeypatch.setattr(generator.cli.scan, "clock_ns", time.time_ns)
    scan(logs)
    reads = Reads(monkeypatch)
    scan(logs)
    assert reads.taken() == len(made)


def test_without_the_cache_none_is_made(made, folders):
    scan(laid(made, folders / "logs"), "--no-cache")
    assert not (folders / "cache").exists()


def test_a_collected_pack_is_the_same_from_a_warm_cache(made, folders, monkeypatch):
    logs, reads = laid(made, folders / "logs"), Reads(monkeypatch)
    packs = []
    for name, options in (("cold", ["--no-cache"]), ("first", []), ("warm", [])):
        reads.taken()
        done = CliRunner().invoke(cli, ["collect", str(logs), "--into", str(folders / name / "pack"), *options])
        assert done.exit_code == 0, done.output
        files = sorted((folders / name / "pack").rglob("*"))
        packs.append({path.name: path.read_bytes() for path in files if path.is_file()})
    assert reads.taken() == 0
    assert packs[0] == packs[1] == packs[2]


def test_no_text_of_a_log_is_in_the_cache(made, folders):
    logs = laid(made, folders / "logs")
    shutil.copytree(SAMPLES, logs / "secretsamples")
    for view in VIEWS:
        scan(logs, *view)
    texts = set()
    for data in made.values():
        for line in data.splitlines():
            with suppress(ValueError):  # some are damaged
                texts.update(strings(json.loads(line)))
    texts = {text for text in texts if any(letter in text for letter in " /-_") and not is_public(text)}
    assert len(texts) > 500
    texts |= {PROJECT, "canary", "secretsamples", str(folders)}
    held = b"".join(clear(path) for path in kept(folders / "cache").iterdir())
    assert len(held) > 20_000
    assert [text for text in sorted(texts) if text.encode() in held] == []


def strings(value):
    """All texts of at least eight letters in a value."""
    if isinstance(value, str):
        return {value} if len(value) >= 8 else set()
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return {text for item in items for text in strings(item)}


def is_public(text):
    """Is it a time, or a word of the format: a model, a kind of line, a reason?"""
    return text.startswith(("2026-", "claude-", "<")) or text in PUBLIC


PUBLIC = {
    "tool_use", "tool_result", "end_turn", "max_tokens", "sdk-cli", "sdk-py", "sdk-ts", "stop_sequence",
    "not_available", "previous_message_not_found", "system_changed", "messages_changed", "tools_changed", "model_changed",
    "queue-operation", "file-history-snapshot", "permission-mode", "last-prompt", "agent-name", "custom-title",
    "limit-refusal",
}  # fmt: skip


def clear(path):
    """Everything that somebody with the program reads in one of its files."""
    data = path.read_bytes()[HEAD:]
    parts, start = [path.name.encode(), data], 0
    while (start := data.find(b"\x78", start)) >= 0:
        unpacker = zlib.decompressobj()
        try:
            parts.append(unpacker.decompress(data[start:]))
        except zlib.error:
            parts.append(b"")
        start += max(1, len(data) - start - len(unpacker.unused_data)) if unpacker.eof else 1
    return b"\0".join(parts)


@pytest.mark.parametrize("how", ["garbage", "empty", "open", "folder", "link"])
def test_a_spoiled_cache_is_thrown_away_and_said_in_one_line(made, folders, how):
    logs = laid(made, folders / "logs")
    first = scan(logs, "--json")
    folder = kept(folders / "cache")
    for path in [] if how in {"open", "link"} else [path for path in folder.iterdir() if path.name != "lock"]:
        if how == "folder":
            path.unlink()
            path.mkdir(mode=0o700)
        else:
            path.write_bytes(b"" if how == "empty" else b"garbage" * 40)
    if how == "open":
        folder.chmod(0o777)
    if how == "link":
        folder.rename(folders / "elsewhere")
        folder.symlink_to(folders / "elsewhere")
    code, out, err = scan(logs, "--json")
    assert (code, out) == first[:2]
    (line,) = [line for line in err.splitlines() if "What earlier scans kept" in line]
    if how == "link":
        assert "it is not used" in line
        return
    assert "it is thrown away" in line
    assert folder.stat().st_mode & 0o777 == 0o700
    assert scan(logs, "--json") == first


def test_scans_at_the_same_time_are_all_right(made, folders):
    logs = laid(made, folders / "logs")
    for path in logs.rglob("*.jsonl"):
        os.utime(path)
    command = [sys.executable, "-m", "generator", "scan", str(logs), "--json"]
    time.sleep(2.2)  # else nothing is kept
    cold = subprocess.run([*command, "--no-cache"], capture_output=True, check=True, cwd=ROOT)
    for _ in range(2):
        running = [subprocess.Popen(command, stdout=-1, stderr=-1, cwd=ROOT) for _ in range(3)]
        for process in running:
            out, err = process.communicate(timeout=300)
            assert (process.returncode, out, err) == (0, cold.stdout, cold.stderr)
    assert list(kept(folders / "cache").glob("answer-*"))


def test_a_folder_that_cannot_be_written_to_ends_no_scan(made, folders, monkeypatch):
    logs = laid(made, folders / "logs")
    (folders / "cache").write_text("a file where the folder should be")
    code, out, err = scan(logs, "--json")
    assert (code, out, "") == scan(logs, "--json", "--no-cache")
    assert err.count("\n") == 1
    assert "it is not used" in err


def test_a_full_disk_ends_no_scan(made, folders, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    logs = laid(made, folders / "logs")
    monkeypatch.setattr(Sealed, "write", full)
    code, out, err = scan(logs, "--json")
    assert (code, out, "") == scan(logs, "--json", "--no-cache")
    assert err == "What was read could not be kept for the next scan: No space left on device.\n"


def test_what_files_gave_nothing_is_said_again(made, folders):
    logs = laid(made, folders / "logs")
    (logs / "strange.jsonl").write_text('{"type":"strange"}\n' * 3)
    (logs / "picture.secret").write_bytes(b"\0\1")
    shutil.copy(next((SAMPLES / "claude-code").glob("*.jsonl")), logs / "cut.jsonl")
    os.truncate(logs / "cut.jsonl", 300)
    said = [scan(logs, "--json") for _ in range(2)]
    assert said[0] == said[1] == scan(logs, "--json", "--no-cache")
    assert said[0][0] == Exit.PARTIAL
    assert "strange.jsonl" in said[0][2]
    assert ".secret" in said[0][2]


def test_an_answer_is_not_given_again_where_something_cannot_be_read_now(made, folders, monkeypatch):
    logs = laid(made, folders / "logs")
    scan(logs, "--json")
    listed = generator.base.listing.listed

    def refused(paths):
        return replace(listed(paths), problems=(generator.base.listing.unreadable(logs / "closed"),))

    monkeypatch.setattr(generator.base.listing, "listed", refused)
    done = CliRunner().invoke(cli, ["scan", str(logs), "--json"])
    assert isinstance(done.exception, LogError)
    assert not done.stdout
