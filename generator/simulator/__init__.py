"""Sessions with planted faults and confounders, as raw files in the real format, and the truth about them."""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from generator.simulator.confounders import CONFOUNDERS, MODELS
from generator.simulator.faults import FAULTS
from generator.simulator.sessions import FOLDER, Session, sub_agent
from generator.simulator.transcript import Transcript
from generator.simulator.truth import Confounder, Fault, FaultRates, Truth

__all__ = ["Confounder", "Fault", "FaultRates", "Simulation", "Truth", "simulate"]

VERSIONS = ("2.1.39", "2.1.76", "2.1.104", "2.1.130", "2.1.220")
SYNTHETIC = ("No response requested.", "You've hit your session limit (simulated)")


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
        made = _session(rng, began, number, faults, truth, bulk=bulk)
        files |= made
        if number % 5 == 2:  # noqa: PLR2004  every fifth session is continued in a copy
            files |= _forked(rng, next(iter(made.values())))
    return Simulation(files, truth)


def _session(
    rng: random.Random, start: datetime, number: int, faults: FaultRates | None, truth: Truth, *, bulk: bool
) -> dict[str, bytes]:
    """Files of one session: the main thread, and a sub-agent in every third."""
    name = str(uuid.UUID(int=rng.getrandbits(128), version=4))
    log = Transcript(rng, name, VERSIONS[number % len(VERSIONS)], start, bulk=bulk)
    session = Session(
        rng=rng, log=log, truth=truth, model=MODELS[number % 2],
        lifetime="1h" if rng.random() < 0.7 else "5m",  # noqa: PLR2004  share of threads, research section 6
        prefix=rng.randint(16_000, 26_000),
    )  # fmt: skip
    session.cached = 0
    log.lines.append(b'{"type":"summary","summary":"simulated","leafUuid":"simulated"}')
    log.hook("SessionStart:startup", "SessionStart")
    log.prompt(30)
    session.call(tool=False, growth=session.prefix + rng.randint(2_000, 6_000))
    acts: list[Callable[[Session], None]] = [
        FAULTS[kind] for kind in FAULTS if faults is not None and rng.random() < getattr(faults, kind)
    ]
    acts += [CONFOUNDERS[(number * 4 + place) % len(CONFOUNDERS)] for place in range(4)]
    rng.shuffle(acts)
    for act in acts:
        for _ in range(rng.randint(1, 3)):
            session.pause()
            session.turn(rng.randint(11, 60), rng.randint(2, 9))
        session.pause()
        act(session)
        if rng.random() < 0.1:  # noqa: PLR2004
            log.synthetic(rng.choice(SYNTHETIC), error=False)
        session.turn(rng.randint(11, 60), rng.randint(2, 5))
    if number % 3 == 0:
        sub_agent(session, f"a{rng.getrandbits(28):07x}")
    return {f"{FOLDER}/{name}.jsonl": log.data(unended=number % 7 == 0)} | session.aside


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
