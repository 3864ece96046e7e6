"""Sessions with planted faults and confounders, as raw files in the real format, and the truth about them."""

from __future__ import annotations

import json
import random
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from generator.simulator.sessions import FOLDER, simulate_session
from generator.simulator.truth import Confounder, Fault, FaultRates, Truth

__all__ = ["Confounder", "Fault", "FaultRates", "Simulation", "Truth", "simulate"]


@dataclass(frozen=True)
class Simulation:
    """Files by path below the folder that `scan` is given, and the truth."""

    files: dict[str, bytes]
    truth: Truth


def simulate(seed: int, *, sessions: int, start: datetime, faults: FaultRates | None, bulk: bool = False) -> Simulation:
    """Simulate; the same arguments give the same bytes. Without faults, whatever is found is a false alarm."""
    rng = random.Random(seed)  # noqa: S311  a simulation, nothing secret
    truth = Truth()
    files: dict[str, bytes] = {}
    for number in range(sessions):
        began = start + timedelta(hours=7 * number, seconds=rng.uniform(0, 3600))
        made = simulate_session(rng, began, number, faults, truth, bulk=bulk)
        files |= made
        if number % 5 == 2:  # noqa: PLR2004  every fifth session is continued in a copy
            files |= _forked(rng, next(iter(made.values())))
    return Simulation(files, truth)


def _forked(rng: random.Random, data: bytes) -> dict[str, bytes]:
    """A fork copies every line into a new file: same ids, another session."""
    name = str(uuid.UUID(int=rng.getrandbits(128), version=4))
    lines = []
    for line in data.split(b"\n")[:-1]:
        record = json.loads(line)
        if "sessionId" in record:
            record["sessionId"] = name
        lines.append(json.dumps(record, separators=(",", ":")).encode())
    return {f"{FOLDER}/{name}.jsonl": b"".join(line + b"\n" for line in lines)}
