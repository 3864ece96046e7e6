"""Simulated transcripts of any size for the benchmarks: same size, same bytes, and the true sums beside them.

Distinct sessions are simulated once; the rest are copies of them under other ids, so that a set of many gigabytes is made
at the speed of the disk. `prepared` fills a folder on the first call and reads its account on later ones.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from generator.simulator import Simulation

ROOT = Path(__file__).resolve().parents[2]
SEED = 1
START = datetime(2026, 8, 3, tzinfo=UTC)
DISTINCT_SESSIONS = 36  # about 40 MB with bulk texts; the rest are copies under other ids
DISTINCT_BYTES = 40 * 2**20  # smaller sets have fewer distinct sessions
MADE = "made.account"  # what the folder was made from; by this name no log
MIB = 2**20

# Four characters of every id, the same place in each copy: a hex tag there keeps a uuid a uuid.
TAGGED = re.compile(
    rb"(?<=msg_01)\w{4}|(?<=req_011)\w{4}|(?<=toolu_01)\w{4}|(?<=chatcmpl-)\w{4}|(?<=relay-)\w{4}"
    rb"|(?<![0-9a-f])[0-9a-f]{4}(?=[0-9a-f]{4}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})"
)
TOKENS = ("input_tokens", "cache_write_tokens", "cache_read_tokens", "output_tokens")  # as in `scan --json`
LOGGED = {  # name in `scan --json`: name in a transcript
    "input_tokens": "input_tokens",
    "cache_write_tokens": "cache_creation_input_tokens",
    "cache_read_tokens": "cache_read_input_tokens",
    "output_tokens": "output_tokens",
}


def sessions_for(size: int) -> int:
    """Distinct sessions of a set of `size` bytes."""
    return max(1, DISTINCT_SESSIONS * min(size, DISTINCT_BYTES) // DISTINCT_BYTES)


def simulated(sessions: int = DISTINCT_SESSIONS) -> Simulation:
    """The distinct sessions."""
    from generator.simulator import FaultRates, simulate

    made = simulate(SEED, sessions=sessions, start=START, faults=FaultRates.specimen(), bulk=True)
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
        "distinct_sessions": sessions_for(size),
        "simulator_sha256": digest,
        "tagged": TAGGED.pattern.decode(),
    }


def make(folder: Path, size: int) -> None:
    """Fill the folder with whole copies until they hold at least `size` bytes."""
    made = simulated(sessions_for(size))
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


def shared(data: Path, size: int) -> Path:
    """The folder below `data` that holds the set of `size` bytes; a new name where none does."""
    for account in sorted(data.glob(f"*/{MADE}")):
        if json.loads(account.read_text()).get("recipe") == recipe(size):
            return account.parent
    return data / f"{size // MIB}-mib"
