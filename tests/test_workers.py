"""Commands with worker processes end: with their work, with a signal, and when a worker is killed."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from generator.base.problems import WorkerError
from generator.base.workers import answers

pytestmark = pytest.mark.slow

ENTIRE = Path(__file__).resolve().parents[2] / "shared" / "corpora" / "claude-code" / "entire"
SCAN = [sys.executable, "-m", "generator", "scan", str(ENTIRE), "--json", "--jobs", "2", "--no-cache"]
LONG = 300  # seconds after which a run counts as one that never ends


def heeding():
    """A run in the background of a shell ignores SIGINT, and so would its child."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def started():
    return subprocess.Popen(
        SCAN,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=heeding,  # noqa: PLW1509  no thread here
    )


def alive(group):
    """Processes of a group that still run; a zombie has ended."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _parent, own = stat.read_text().rsplit(")", 1)[1].split()[:3]
        except OSError:
            continue
        if int(own) == group and state != "Z":
            found.append(stat.parent.name)
    return found


def scans_end(count):
    for _ in range(count):
        run = started()
        try:
            _, errors = run.communicate(timeout=LONG)
        finally:
            if run.poll() is None:
                os.killpg(run.pid, signal.SIGKILL)
        assert run.returncode == 0
        assert b"Traceback" not in errors
        assert alive(run.pid) == []


def interrupted_scans_end(count, seed):
    """A signal each, half of them to the group as a terminal sends it, once both workers are there."""
    chance = random.Random(seed)
    seen = []
    for turn in range(count):
        run = started()
        until = time.monotonic() + LONG
        while len(alive(run.pid)) < 3 and run.poll() is None and time.monotonic() < until:
            time.sleep(0.005)
        time.sleep(chance.random() * 0.3)
        sent = time.monotonic()
        if turn % 2:
            with contextlib.suppress(ProcessLookupError):  # it has just ended
                os.killpg(run.pid, signal.SIGINT)
        else:
            run.send_signal(signal.SIGTERM)
        _, errors = run.communicate(timeout=LONG)
        seen.append((run.returncode, round(time.monotonic() - sent, 2)))
        assert run.returncode in {0, 130}, errors.decode()
        assert b"Traceback" not in errors
        assert alive(run.pid) == []
    codes = [code for code, _ in seen]
    print(f"{codes.count(130)} of {count} interrupted; slowest {max(took for _, took in seen)} s")
    assert codes.count(130) > count / 2, "the signals came too late to try anything"


@pytest.mark.corpora
def test_every_scan_ends():
    scans_end(20)


@pytest.mark.corpora
@pytest.mark.full
def test_every_scan_of_many_ends():
    scans_end(200)


@pytest.mark.corpora
def test_an_interrupted_scan_ends_with_its_workers():
    interrupted_scans_end(8, seed=1)


@pytest.mark.corpora
@pytest.mark.full
def test_many_interrupted_scans_end_with_their_workers():
    interrupted_scans_end(50, seed=2)


def killed_at_two(task):
    if task == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return task


def failing_at_two(task):
    if task == 2:
        raise ValueError("two")
    return task


def test_a_killed_worker_is_an_error_and_not_a_wait():
    with pytest.raises(WorkerError, match="W-worker"), answers(killed_at_two, range(8), 2) as found:
        list(found)


def test_an_error_of_a_worker_is_raised_here():
    with pytest.raises(ValueError, match="two"), answers(failing_at_two, range(8), 2) as found:
        list(found)


def test_workers_leave_no_process_when_the_block_is_left_early():
    with answers(time.sleep, [60, 60], 2) as found:
        assert len(found) == 2
    assert not [pid for pid in alive(os.getpgrp()) if parent(pid) == os.getpid()]


def parent(pid):
    try:
        return int(Path("/proc", pid, "stat").read_text().rsplit(")", 1)[1].split()[1])
    except OSError:
        return 0
