"""The states in which `scan` is run: without a stored index, and, where the program keeps one, with it.

`cold`: every byte is read, nothing is stored (`--no-cache` where there is such an option).
`first`: the same with an empty index, which is written.
`warm`: the index is there and no log changed.
`grown`: the index is there and one log of many grew by some lines.

Logs that are shared are never changed: the growing set has hard links to all of them but one, which is a copy.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench_tools import ROOT
from made_logs import MADE, MIB
from whole_process import run

SCAN = (sys.executable, "-m", "generator", "scan")
GOOD = (0, 3)  # 3: a log was left out or is incomplete, as some of the simulated and public ones are
SETTLED = 5  # seconds: an index does not trust what was changed a moment ago, and a link changes the ctime
WANTED = MIB  # bytes of the log that grows, about: neither the largest nor a scrap


@dataclass(frozen=True)
class Turn:
    """One command of a round; `before` puts its state in place and is not timed."""

    command: Sequence[str]
    environment: Mapping[str, str]
    before: Callable[[], object] = bool
    good: tuple[int, ...] = (0,)


def keeps_an_index() -> bool:
    """Whether `scan` has an option not to use one."""
    return (
        "--no-cache" in subprocess.run((*SCAN, "--help"), capture_output=True, text=True, check=True, cwd=ROOT).stdout
    )


def turns(logs: Path, work: Path, environment: Mapping[str, str], rounds: int) -> Iterator[tuple[str, Turn]]:
    """Each state with its turn, `cold` first. Fills the index that `warm` and `grown` find."""
    own = {**environment, "PYTHONPATH": str(ROOT)}
    plain = (*SCAN, str(logs), "--json")
    indexed = keeps_an_index()
    yield "cold", Turn((*plain, "--no-cache") if indexed else plain, own, good=GOOD)
    if not indexed:
        return
    index = work / "index"
    shutil.rmtree(index, ignore_errors=True)
    first, warm, grown = ({**own, "XDG_CACHE_HOME": str(index / state)} for state in ("first", "warm", "grown"))
    yield "first", Turn(plain, first, lambda: shutil.rmtree(index / "first", ignore_errors=True), GOOD)
    log = Growing.beside(logs, rounds + 2)  # before any index is filled: a new link changes the ctime of every log
    run(plain, warm, good=GOOD)
    yield "warm", Turn(plain, warm, good=GOOD)
    command = (*SCAN, str(log.folder), "--json")
    run(command, grown, good=GOOD)
    yield "grown", Turn(command, grown, log.grow, GOOD)


class Growing:
    """A set of which one log gets longer, slice by slice, until it is whole again."""

    def __init__(self, folder: Path, log: Path, slices: Sequence[bytes]) -> None:
        self.folder = folder
        self._log = log
        self._slices = iter(slices)

    @classmethod
    def beside(cls, logs: Path, slices: int) -> Growing:
        """Made beside `logs` where it is not there yet; the log that grows holds its first half."""
        folder = logs.with_name(f"{logs.name}-growing")
        if not folder.exists():
            shutil.copytree(logs, folder, copy_function=os.link, ignore=shutil.ignore_patterns(MADE))
            time.sleep(SETTLED)
        whole = min(sorted(logs.rglob("*.jsonl")), key=lambda path: abs(path.stat().st_size - WANTED))
        log = folder / whole.relative_to(logs)
        lines = whole.read_bytes().splitlines(keepends=True)
        half = len(lines) // 2
        parts = [b"".join(lines[half + at : half + at + max(1, half // slices)]) for at in _starts(half, slices)]
        log.unlink()  # the link alone; the log that is shared keeps its bytes
        log.write_bytes(b"".join(lines[:half]))
        return cls(folder, log, parts)

    def grow(self) -> None:
        """Add the next slice. Raises StopIteration where none is left."""
        with self._log.open("ab") as file:
            file.write(next(self._slices))


def _starts(half: int, slices: int) -> range:
    return range(0, max(1, half // slices) * slices, max(1, half // slices))
