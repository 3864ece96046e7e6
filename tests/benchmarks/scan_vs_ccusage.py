"""Time `witnessmark scan` against `ccusage claude daily` on the same simulated transcripts. A benchmark, not a test.

How to run it, from the root of the repository:

    npm install --prefix PEERS ccusage@20.0.24
    node PEERS/node_modules/ccusage/src/cli.js --version      (its launcher makes the binary executable)
    python tests/benchmarks/scan_vs_ccusage.py --size-mib 1024 --rounds 5 --folder DIR \
        --ccusage PEERS/node_modules/@ccusage/ccusage-linux-x64/bin/ccusage

The peer is the npm package ccusage 20.0.24; the path is that of its native binary, so no Node start is timed.
DIR is filled on the first run and read again by later ones; delete it to make it anew.

What is compared: whole processes, run in turns, the first of a round changing from round to round. Both read every
file; the peer adds up days, `scan` also runs the detectors. Seconds depend on the machine and on what else it does;
the ratio of the medians is the result. Peak memory is `ru_maxrss` of `wait4`, as `/usr/bin/time -v` states it: the
largest single process of the tree, not the sum, and never below this script's own size, which is printed with it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import os
import platform
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
SEED = 1
START = datetime(2026, 8, 3, tzinfo=UTC)
DISTINCT_SESSIONS = 36  # about 40 MB with bulk texts; the rest are copies under other ids
MADE = "made.json"  # what the folder was made from; `scan` and the peer look at *.jsonl only
MIB = 2**20

# Four characters of every id, the same place in each copy: a hex tag there keeps a uuid a uuid.
TAGGED = re.compile(
    rb"(?<=msg_01)\w{4}|(?<=req_011)\w{4}|(?<=toolu_01)\w{4}"
    rb"|(?<![0-9a-f])[0-9a-f]{4}(?=[0-9a-f]{4}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})"
)
TOKENS = {  # name in `scan --json`: name in the peer's totals
    "input_tokens": "inputTokens",
    "cache_write_tokens": "cacheCreationTokens",
    "cache_read_tokens": "cacheReadTokens",
    "output_tokens": "outputTokens",
}


class Run(NamedTuple):
    """One whole process."""

    seconds: float
    peak_mib: float
    tokens: dict[str, int]


def copies() -> Iterator[tuple[str, bytes]]:
    """Transcripts without end: path and bytes, no id twice but where a fork repeats its own original."""
    from generator.simulator import FaultRates, simulate

    made = simulate(
        SEED,
        sessions=DISTINCT_SESSIONS,
        start=START,
        faults=FaultRates.specimen(),
        bulk=True,
    )
    parts = [(TAGGED.split(name.encode()), TAGGED.split(data)) for name, data in made.files.items()]
    for number in range(16**4):
        tag = f"{number:04x}".encode()
        for name, data in parts:
            top, _slug, *rest = tag.join(name).decode().split("/")
            slug = f"-simulated-project-{number}-{rest[0][4]}"  # a session and its sub-agents stay together
            yield "/".join((top, slug, *rest)), tag.join(data)


def recipe(size: int) -> dict[str, Any]:
    """What decides the bytes of the folder: two folders of one recipe are equal."""
    modules = sorted((ROOT / "generator" / "simulator").glob("*.py"))
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in modules)).hexdigest()
    return {
        "asked": size,
        "seed": SEED,
        "start": START.isoformat(),
        "distinct_sessions": DISTINCT_SESSIONS,
        "simulator_sha256": digest,
    }


def make(folder: Path, size: int) -> None:
    """Fill the folder with at least `size` bytes of transcripts."""
    written = files = 0
    for name, data in copies():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        written += len(data)
        files += 1
        if written >= size:
            break
    (folder / MADE).write_text(json.dumps({"recipe": recipe(size), "bytes": written, "files": files}))


def prepared(folder: Path, size: int) -> dict[str, Any]:
    """Account of the folder, which is made first where it is absent or empty."""
    if not folder.exists() or not any(folder.iterdir()):
        folder.mkdir(parents=True, exist_ok=True)
        # A process of its own: what the simulator needs would count as memory of every process started later.
        maker = multiprocessing.get_context("spawn").Process(target=make, args=(folder, size))
        maker.start()
        maker.join()
    if not (folder / MADE).is_file():
        sys.exit("the folder holds something else, or was not made to its end; name another one")
    account: dict[str, Any] = json.loads((folder / MADE).read_text())
    if account.get("recipe") != recipe(size):
        sys.exit("the folder was made for another size or by another simulator; delete it or name another one")
    return account


def timed(command: list[str], folder: Path) -> tuple[float, float, dict[str, Any]]:
    """Seconds, peak MiB and the JSON answer of a whole process."""
    environment = os.environ | {"CLAUDE_CONFIG_DIR": str(folder)}
    with tempfile.TemporaryFile() as answer:
        began = time.perf_counter()
        process = subprocess.Popen(command, stdout=answer, env=environment, cwd=ROOT)
        _pid, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            sys.exit(f"{command[0]} ended with {process.returncode}")
        answer.seek(0)
        return seconds, mib(used.ru_maxrss), json.load(answer)


def mib(maxrss: int) -> float:
    """MiB of a `ru_maxrss`: Linux counts KiB, macOS bytes."""
    return maxrss / (MIB if sys.platform == "darwin" else 1024)


def scan(folder: Path) -> Run:
    """`witnessmark scan`."""
    seconds, peak, answer = timed([sys.executable, "-m", "generator", "scan", str(folder), "--json"], folder)
    return Run(seconds, peak, {name: answer["requests"][name] for name in TOKENS})


def peer(binary: Path, folder: Path) -> Run:
    """`ccusage claude daily`."""
    seconds, peak, answer = timed([str(binary), "claude", "daily", "--json", "--offline"], folder)
    return Run(seconds, peak, {ours: answer["totals"][theirs] for ours, theirs in TOKENS.items()})


def report(ours: list[Run], theirs: list[Run]) -> None:
    """Print medians, the ratio, peaks, and whether the sums agree."""
    medians = []
    for name, runs in (("witnessmark scan", ours), ("ccusage claude daily", theirs)):
        seconds = [run.seconds for run in runs]
        medians.append(statistics.median(seconds))
        print(
            f"{name:21} median {medians[-1]:7.2f} s  ({min(seconds):.2f} to {max(seconds):.2f})"
            f"  peak {max(run.peak_mib for run in runs):7.1f} MiB"
        )
    print(f"ratio of the medians  {medians[0] / medians[1]:.2f}  (below 1: scan is quicker)")
    own = mib(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    print(f"peak: largest single process, as /usr/bin/time -v; floor {own:.1f} MiB, this script's own")
    for name in TOKENS:
        mine, other = {run.tokens[name] for run in ours}, {run.tokens[name] for run in theirs}
        if len(mine) > 1 or len(other) > 1:
            print(f"{name:18} NOT REPEATABLE")
            continue
        left, right = mine.pop(), other.pop()
        verdict = "agree" if left == right else f"DIFFER by {left - right:+,}"
        print(f"{name:18} scan {left:>16,}  ccusage {right:>16,}  {verdict}")


def main() -> None:
    """Make the folder where needed, run in turns, print."""
    parser = argparse.ArgumentParser(description="witnessmark scan against ccusage claude daily")
    parser.add_argument("--size-mib", type=int, default=1024)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", type=Path, required=True, help="for the transcripts; filled on the first run")
    parser.add_argument("--ccusage", type=Path, required=True, help="native binary of ccusage 20.0.24")
    given = parser.parse_args()
    folder, binary = given.folder.resolve(), given.ccusage.resolve()
    version = subprocess.run([binary, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    account = prepared(folder, given.size_mib * MIB)
    print(f"{account['bytes'] / MIB:,.0f} MiB in {account['files']:,} simulated transcripts, {given.rounds} rounds")
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {version}")
    ours: list[Run] = []
    theirs: list[Run] = []
    for number in range(given.rounds):
        turns: list[Callable[[], None]] = [
            lambda: ours.append(scan(folder)),
            lambda: theirs.append(peer(binary, folder)),
        ]
        for turn in turns if number % 2 == 0 else reversed(turns):
            turn()
    report(ours, theirs)


if __name__ == "__main__":
    main()
