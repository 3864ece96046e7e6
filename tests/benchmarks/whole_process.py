"""One whole process and all that it starts: time, processor time, memory and what it printed.

Time is measured in runs that nobody looks at. Memory of the tree is measured in runs of their own, since looking into
/proc costs time: the proportional set sizes of all processes of the tree are added up every few milliseconds, so that
pages which forked workers share count once. A peak between two looks is missed; the figure is a lower bound.
"""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

MIB = 2**20
LOOK_SECONDS = 0.005
LONGEST_SECONDS = 900  # of one run; what takes longer is ended and named


class FailedRunError(Exception):
    """A command that did not end well; its text says how."""


@dataclass(frozen=True)
class Run:
    """Seconds of the clock and of the processors (user and system, with all processes that were waited for).

    `largest` is `ru_maxrss`: the largest single process, in MiB. `tree` is the sum over the tree, 0 where not looked at.
    """

    seconds: float
    cpu: float
    largest: float
    tree: float
    output: bytes


def run(
    command: Sequence[str], environment: Mapping[str, str], *, watched: bool = False, good: Sequence[int] = (0,)
) -> Run:
    """Start the command and wait for its end. Raises FailedRunError where it ends with another code than `good`."""
    with tempfile.TemporaryFile() as answer, tempfile.TemporaryFile() as errors:
        began = time.perf_counter()
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=answer,
            stderr=errors,
            env=dict(environment),
            start_new_session=True,
        )
        peak = _watch(process, began) if watched else 0
        _pid, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        answer.seek(0)
        errors.seek(0)
        if process.returncode not in good:
            last = errors.read().decode(errors="replace").strip().splitlines()[-1:] or [""]
            raise FailedRunError(f"ended with {process.returncode}: {last[0][:200]}")
        return Run(seconds, used.ru_utime + used.ru_stime, mib(used.ru_maxrss), peak / MIB, answer.read())


def own_floor() -> float:
    """MiB below which `largest` cannot be: a child has this script's memory for a moment."""
    return mib(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def mib(maxrss: int) -> float:
    """MiB of a `ru_maxrss`: Linux counts KiB, macOS bytes."""
    return maxrss / (MIB if sys.platform == "darwin" else 1024)


def _watch(process: subprocess.Popen[bytes], began: float) -> int:
    """Peak of the tree in bytes, until the process has ended; it stays a zombie for whoever waits."""
    peak = 0
    while not _ended(process.pid):
        peak = max(peak, sum(map(_proportional, tree(process.pid))))
        if time.perf_counter() - began > LONGEST_SECONDS:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise FailedRunError(f"took longer than {LONGEST_SECONDS} seconds")
        time.sleep(LOOK_SECONDS)
    return peak


def _ended(pid: int) -> bool:
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def tree(pid: int) -> Iterator[int]:
    """The process and all below it, as far as they are still there."""
    yield pid
    for task in _listed(Path(f"/proc/{pid}/task")):
        for child in _text(task / "children").split():
            yield from tree(int(child))


def _proportional(pid: int) -> int:
    """Proportional set size in bytes; 0 for a process that is gone or another user's."""
    for line in _text(Path(f"/proc/{pid}/smaps_rollup")).splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0


def _listed(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
