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
`scan` works in several processes and the peer in threads of one, so these two figures do not compare as wholes.

Sums are held against the truth of the simulation. One call in a hundred has no request id, more than in real logs
(a few lines in 100,000), and ccusage 20.0.24 counts every line of such a call
(https://github.com/ccusage/ccusage/issues/976); the script says whether its distance to the truth is exactly that.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from made_logs import MIB, ROOT, prepared

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


def report(ours: list[Run], theirs: list[Run], account: dict[str, Any]) -> None:
    """Print medians, the ratio, peaks, and the sums of both beside the truth."""
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
        truth, known = account["truth"][name], account["unkeyed"][name]
        for tool, runs in (("scan", ours), ("ccusage", theirs)):
            over = {run.tokens[name] - truth for run in runs}
            print(f"{name:18} truth {truth:>16,}  {tool:8} {verdict(over, known)}")


def verdict(over: set[int], known: int) -> str:
    """Words for the distances to the truth that the runs of one tool had."""
    if len(over) > 1:
        return "NOT REPEATABLE"
    (distance,) = over
    if distance == 0:
        return "exact"
    if distance == known:
        return f"{distance:+,}: each line without a request id counted as a call"
    return f"{distance:+,}: UNEXPLAINED"


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
    report(ours, theirs, account)


if __name__ == "__main__":
    main()
