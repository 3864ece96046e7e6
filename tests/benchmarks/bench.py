"""`make bench`: how fast `scan` is, beside other programs that read the same logs. A benchmark, not a test.

How to run it, from the root of the repository:

    make bench                                   about 12 minutes on two cores; 10 MB, 100 MB, 1 GB and the public sets
    make bench BENCH="--full"                    also 10 GB: half an hour more, and 11 GB of disk
    make bench BENCH="--only scan --sizes 10,100 --rounds 3"
    make bench BENCH_DATA=DIR                    simulated logs are in DIR, and are made there where they are not

Other programs are installed below `build/bench/peers`, logs are below `build/bench/data`; both are used again. Each set
is written to `content/measurements/speed.yml` as soon as it is done: rows of other sets stay where machine, versions
and this program's sources are the same, and are dropped where they are not. So a run that was ended goes on with
`--sizes`, and figures of two programs never stand in one table.

What is compared: whole processes, in turns, the order changing from round to round, and the ratio within each round.
Before the rounds every log is read once, so that it is in the page cache, and every command runs once to warm up; the
memory of its tree is looked at in that run. What each program printed is held against the true output tokens of the
simulation, so that a program that found no logs is seen.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "measurements"))

from bench_record import HEAD, known, memory, merged, written
from bench_rows import OURS, ratio_rows, run_rows
from bench_states import Turn, turns
from bench_tools import PEERS, ROOT, Absent, Tool, counted_by_us, home_of, installed, newest, newest_ccusage
from made_logs import MIB, prepared, shared
from whole_process import FailedRunError, Run, run

SIZES = (10, 100, 1024)  # MiB
LARGE = 10 * 1024
ROUNDS = 5
ROUNDS_OF_LARGE = 3
PUBLIC = "public"
CHUNK = 16 * MIB


@dataclass(frozen=True)
class Logs:
    """One set of logs. `truth` is its output tokens, None where nobody knows them."""

    id: str
    folder: Path
    size: int
    files: int
    truth: int | None
    asked: int  # MiB


def main() -> None:
    """Measure set after set and write each one down."""
    given = _arguments()
    work, data = given.work.resolve(), (given.data or given.work / "data").resolve()
    data.mkdir(parents=True, exist_ok=True)
    tools, absent = ready(work, given.tools)
    before = known(given.into, tools)
    for logs in wanted_sets(given, data):
        record = measured(logs, [tool for tool in tools if logs.asked <= tool.largest], work, given)
        before = merged(before, record, absent, tools)
        given.into.write_text(HEAD + written(before), encoding="utf-8")
        print(f"{logs.id}: written to {given.into}", flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "bench", help="for other programs and logs")
    parser.add_argument("--data", type=Path, help="folder of the logs; default: data below --work")
    parser.add_argument("--into", type=Path, default=ROOT / "content" / "measurements" / "speed.yml")
    parser.add_argument("--only", choices=("scan", PUBLIC), help="scan: simulated logs; public: the public sets")
    parser.add_argument("--sizes", type=lambda text: tuple(map(int, text.split(","))), help="MiB of simulated logs")
    parser.add_argument("--full", action="store_true", help=f"also {LARGE} MiB")
    parser.add_argument("--tools", type=lambda text: tuple(text.split(",")), help="only these other programs")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--corpora", type=Path, default=ROOT.parent / "shared" / "corpora")
    given = parser.parse_args()
    given.command = command_of(given)
    given.sizes = given.sizes or (*SIZES, *((LARGE,) if given.full else ()))
    return given


def command_of(given: argparse.Namespace) -> str:
    """The command in the words of the options that change what is measured: no folder of this machine."""
    options = {
        "--full": "" if given.full else None,
        "--only": given.only,
        "--sizes": ",".join(map(str, given.sizes)) if given.sizes else None,
        "--tools": ",".join(given.tools) if given.tools else None,
        "--rounds": str(given.rounds) if given.rounds != ROUNDS else None,
    }
    words = " ".join(f"{name} {value}".strip() for name, value in options.items() if value is not None)
    return f'make bench BENCH="{words}"' if words else "make bench"


def ready(work: Path, names: Sequence[str] | None) -> tuple[list[Tool], list[Absent]]:
    """The programs that can be run, and those that cannot with the reason."""
    tools = list(PEERS)
    version = newest_ccusage()
    absent = [] if version else [Absent("ccusage-newest", "ccusage", "newest", "Nobody says which version is newest.")]
    if version and version != PEERS[0].version:
        tools.insert(1, newest(version))
    there = []
    for tool in tools:
        if names and tool.id not in names:
            continue
        reason = installed(tool, work)
        print(f"{tool.name} {tool.version}: {reason.why if reason else 'ready'}", flush=True)
        if reason:
            absent.append(reason)
        else:
            there.append(tool)
    return there, absent


def wanted_sets(given: argparse.Namespace, data: Path) -> Iterator[Logs]:
    """Sets in the order of their sizes, each made when it comes to it."""
    for size in given.sizes if given.only != PUBLIC else ():
        folder = shared(data, size * MIB)
        account = prepared(folder, size * MIB)
        yield Logs(f"{size}-mib", folder, account["bytes"], account["files"], account["truth"]["output_tokens"], size)
    if given.only != "scan" and (given.corpora / "sets").is_dir():
        yield public_logs(given.corpora, data)


def public_logs(corpora: Path, data: Path) -> Logs:
    """All public sets under one folder, laid out as Claude Code does it: some programs go by the names of files."""
    from peers import laid_out

    sys.path.insert(0, str(corpora))
    import unpack

    for folder in unpack.unpack(data / "unpacked"):
        laid_out(folder, data / PUBLIC)
    found = sorted((data / PUBLIC).rglob("*.jsonl"))
    return Logs(PUBLIC, data / PUBLIC / ".claude", sum(path.stat().st_size for path in found), len(found), None, 0)


def measured(logs: Logs, tools: Sequence[Tool], work: Path, given: argparse.Namespace) -> dict[str, Any]:
    """All rows of one set."""
    rounds = min(given.rounds, ROUNDS_OF_LARGE) if logs.asked >= LARGE else given.rounds
    load = os.getloadavg()[0]
    in_cache = read_once(logs.folder)
    print(
        f"{logs.id}: {logs.size / 1e6:,.0f} MB in {logs.files:,} files, load {load:.1f}, nice {os.nice(0)}", flush=True
    )
    environment = surroundings(logs, work)
    every = {f"{OURS}/{state}": turn for state, turn in turns(logs.folder, work, environment, rounds)}
    every |= {
        f"{tool.id}/cold": Turn(tool.command(home_of(tool, work), logs.folder), environment, good=tool.good)
        for tool in tools
    }
    watched, failed = warmed_up(every)
    runs = in_turns({name: every[name] for name in watched}, rounds, failed)
    if broken := [f"{name}: {why}" for name, why in failed.items() if name.startswith(OURS)]:
        sys.exit("\n".join(broken))
    row = {
        "id": logs.id,
        "simulated": logs.truth is not None,
        "bytes": logs.size,
        "files": logs.files,
        "rounds": rounds,
        "measured": datetime.now(UTC).date(),
        "command": given.command,
        "load_before": round(load, 1),
        "load_after": round(os.getloadavg()[0], 1),
        "nice": os.nice(0),
        "in_page_cache": in_cache,
    }
    readers = {tool.id: tool.output for tool in tools} | {OURS: counted_by_us}
    rows = run_rows(logs.id, runs, watched)
    for one in rows:
        one["counted"] = share(readers[one["tool"]], watched[f"{one['tool']}/{one['state']}"], logs)
    return {
        "sets": [row],
        "runs": rows,
        "ratios": ratio_rows(logs.id, runs),
        "failed": [{"set": logs.id, "tool": turn.split("/")[0], "why": why} for turn, why in failed.items()],
    }


def read_once(folder: Path) -> bool:
    """Read every file, so that it is in the page cache; False where memory is too small for all of them."""
    size = 0
    for path in folder.rglob("*.jsonl"):
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                size += len(chunk)
    return size < memory() * 0.6


def surroundings(logs: Logs, work: Path) -> dict[str, str]:
    """The environment of all commands: a home folder whose logs are these, and nothing of the user's own."""
    home = work / "homes" / logs.id
    home.mkdir(parents=True, exist_ok=True)
    link = home / ".claude"
    link.unlink(missing_ok=True)
    link.symlink_to(logs.folder)
    own = {"HOME": str(home), "CLAUDE_CONFIG_DIR": str(logs.folder), "TZ": "UTC", "COLUMNS": "200"}
    folders = {f"XDG_{name}_HOME": str(home / name.lower()) for name in ("CACHE", "STATE", "CONFIG", "DATA")}
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "TMPDIR") if name in os.environ}
    return kept | own | folders


def warmed_up(every: Mapping[str, Turn]) -> tuple[dict[str, Run], dict[str, str]]:
    """Each command once, its memory looked at; and why those failed that did."""
    watched: dict[str, Run] = {}
    failed: dict[str, str] = {}
    for name, turn in every.items():
        turn.before()
        try:
            watched[name] = run(turn.command, turn.environment, watched=True, good=turn.good)
        except FailedRunError as error:
            failed[name] = str(error)
            print(f"  {name}: {error}", flush=True)
    return watched, failed


def in_turns(every: Mapping[str, Turn], rounds: int, failed: dict[str, str]) -> dict[str, list[Run]]:
    """The runs of each command, round by round; a command that fails once goes to `failed` and is not run again."""
    runs: dict[str, list[Run]] = {name: [] for name in every}
    for number in range(rounds):
        for name in ordered(list(every), number):
            if name in failed:
                continue
            turn = every[name]
            turn.before()
            try:
                runs[name].append(run(turn.command, turn.environment, good=turn.good))
            except FailedRunError as error:
                failed[name] = str(error)
                del runs[name]
                continue
            print(f"  {number + 1}/{rounds} {name:28} {runs[name][-1].seconds:8.2f} s", flush=True)
    return runs


def ordered(names: Sequence[str], number: int) -> list[str]:
    """Another one begins in each round, and every second round is backwards."""
    start = number % len(names)
    turned = [*names[start:], *names[:start]]
    return turned if number % 2 == 0 else turned[::-1]


def share(output: Callable[[str], float | None], answer: Run, logs: Logs) -> float | None:
    """Output tokens that the program counted, as a part of the true ones."""
    if logs.truth is None:
        return None
    counted = output(answer.output.decode(errors="replace"))
    return None if counted is None else round(counted / logs.truth, 4)


if __name__ == "__main__":
    main()
