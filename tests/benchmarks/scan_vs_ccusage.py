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
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from generator.simulator import Simulation

ROOT = Path(__file__).resolve().parents[2]
SEED = 1
START = datetime(2026, 8, 3, tzinfo=UTC)
DISTINCT_SESSIONS = 36  # about 40 MB with bulk texts; the rest are copies under other ids
MADE = "made.account"  # what the folder was made from; by this name no log
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
LOGGED = {  # name in `scan --json`: name in a transcript
    "input_tokens": "input_tokens",
    "cache_write_tokens": "cache_creation_input_tokens",
    "cache_read_tokens": "cache_read_input_tokens",
    "output_tokens": "output_tokens",
}


class Run(NamedTuple):
    """One whole process."""

    seconds: float
    peak_mib: float
    tokens: dict[str, int]


def simulated() -> Simulation:
    """The distinct sessions."""
    from generator.simulator import FaultRates, simulate

    made = simulate(SEED, sessions=DISTINCT_SESSIONS, start=START, faults=FaultRates.specimen(), bulk=True)
    # The peer reads transcripts only.
    return replace(made, files={name: data for name, data in made.files.items() if name.startswith("projects/")})


def copies(files: dict[str, bytes]) -> Iterator[list[tuple[str, bytes]]]:
    """Copy after copy of all files, under other ids: no id twice but where a fork repeats its own original."""
    parts = [(TAGGED.split(name.encode()), TAGGED.split(data)) for name, data in files.items()]
    for number in range(16**4):
        tag = f"{number:04x}".encode()
        copy = []
        for name, data in parts:
            top, _slug, *rest = tag.join(name).decode().split("/")
            slug = f"-simulated-project-{number}-{rest[0][4]}"  # a session and its sub-agents stay together
            copy.append(("/".join((top, slug, *rest)), tag.join(data)))
        yield copy


def unkeyed(files: dict[str, bytes]) -> dict[str, int]:
    """What is counted too much where each line without a request id passes for a call of its own."""
    calls: defaultdict[str, list[dict[str, int]]] = defaultdict(list)
    for data in files.values():
        for line in data.split(b"\n")[:-1]:
            record = json.loads(line)
            message = record.get("message") or {}
            if record["type"] == "assistant" and message["model"] != "<synthetic>" and "requestId" not in record:
                calls[message["id"]].append(message["usage"])
    best = [max(lines, key=lambda usage: usage["output_tokens"]) for lines in calls.values()]
    every = [usage for lines in calls.values() for usage in lines]
    return {
        ours: sum(usage[theirs] for usage in every) - sum(usage[theirs] for usage in best)
        for ours, theirs in LOGGED.items()
    }


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
    """Fill the folder with whole copies until they hold at least `size` bytes."""
    made = simulated()
    written = files = whole = 0
    for copy in copies(made.files):
        for name, data in copy:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            written += len(data)
            files += 1
        whole += 1
        if written >= size:
            break
    account = {
        "recipe": recipe(size),
        "bytes": written,
        "files": files,
        "truth": {name: getattr(made.truth.counts, name) * whole for name in TOKENS},
        "unkeyed": {name: count * whole for name, count in unkeyed(made.files).items()},
    }
    (folder / MADE).write_text(json.dumps(account))


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
