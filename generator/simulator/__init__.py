"""Sessions and meters with planted faults and confounders: raw files in the real formats, and the truth about them."""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from generator.simulator.account import Account, current, faulty, second
from generator.simulator.confounders import CONFOUNDERS, MODELS, batch
from generator.simulator.exports import exported
from generator.simulator.facts import facts
from generator.simulator.logged import LOGGED
from generator.simulator.made import Made, consequences, late_entries
from generator.simulator.meter_faults import METER_FAULTS, WEIGHT
from generator.simulator.metering import metered
from generator.simulator.planted import ACTS, OLD_CLIENT, Act, FaultRates
from generator.simulator.sessions import FOLDER, Session, sub_agent
from generator.simulator.thread_faults import drift
from generator.simulator.transcript import Transcript
from generator.simulator.truth import Confounder, Fault, Truth
from generator.simulator.unlogged import drawn as changes

__all__ = ["Confounder", "Fault", "FaultRates", "Simulation", "Truth", "exported", "simulate"]

SYNTHETIC = (("No response requested.", False), ("API Error: 500 (simulated)", True))
INNOCENT = 3  # confounders a session
LOOK_ALIKES = (*CONFOUNDERS, *LOGGED)
KEPT = timedelta(days=30)  # clean-up of old files (cleanupPeriodDays)


@dataclass(frozen=True)
class Simulation:
    """Files by path below the folder that `scan` is given, and the truth."""

    files: dict[str, bytes]
    truth: Truth


def simulate(
    seed: int,
    *,
    sessions: int,
    start: datetime,
    faults: FaultRates | None,
    bulk: bool = False,
    every: timedelta = timedelta(hours=7),
    unlogged: float = 0.0,
) -> Simulation:
    """Simulate; the same arguments give the same bytes.

    Without faults, whatever is found and not in truth is a false alarm. Client versions and prices follow the
    dates. `unlogged` lets all act that no line tells, so many times as often as in public logs: changes of the prompt,
    second processes, another device that draws on the meter. Truth does not list them as faults.
    """
    rng = random.Random(seed)  # noqa: S311  a simulation, nothing secret
    truth, account = Truth(), Account()
    files: dict[str, bytes] = {}
    made: list[Session] = []
    wishes: list[tuple[str, int]] = []
    last_day = start + every * sessions
    for number in range(sessions):
        began = start + every * number + timedelta(milliseconds=rng.randint(0, 3_600_000))
        if made:
            began = max(began, made[-1].log.clock + timedelta(minutes=20))
        drawn = faults.drawn(rng) if faults else frozenset()
        version, fixed = _client(began, number, drawn)
        log = Transcript(rng, "", version, began, bulk=bulk)
        session = Session(rng, log, truth, account, MODELS[number % 2], rng.randint(16_000, 26_000), fixed=fixed)
        _run(session, number, drawn, tuple(changes(rng, unlogged)))
        files |= _files(session, number, old=last_day - began > KEPT)
        made.append(session)
        # A weight that holds in most windows is the usual one, so at most every fourth window's is changed.
        wishes += [(kind, number) for kind in METER_FAULTS if kind in drawn and (number % 4 == 2 or kind != WEIGHT)]  # noqa: PLR2004
        if "tier-change" in drawn:
            account.fall(session.log.clock)
    for session in made:
        truth.faults.extend(consequences(session.calls))
        _count(truth, (*session.calls, *session.side))
    truth.faults.extend(late_entries(account.unread))
    truth.faults.extend(facts(made, [refusal.at for refusal in account.refusals]))
    files |= metered(rng, account, made, wishes, truth, other_device=unlogged > 0)
    return Simulation(files, truth)


def _client(start: datetime, number: int, drawn: Collection[str]) -> tuple[str, str]:
    """Version of a session's client, and the lifetime of its cache where the account does not set it."""
    if not OLD_CLIENT.isdisjoint(drawn):
        version = faulty(start)
        return version, "" if version == current(start) else "1h"
    return (second(start), "5m") if number % 4 == 3 else (current(start), "")  # noqa: PLR2004  every fourth


def _run(session: Session, number: int, drawn: Collection[str], unseen: Sequence[Act]) -> None:
    """One session: the main thread, and a sub-agent in every third."""
    rng, log = session.rng, session.log
    log.session = log.uuid()
    log.lines.append(b'{"type":"summary","summary":"simulated","leafUuid":"simulated"}')
    log.hook("SessionStart:startup", "SessionStart")
    session.prompt(30)
    if number % 25 == 13:  # noqa: PLR2004
        log.entrypoint = "sdk-py"
        batch(session)
        return
    session.call(tool=False, growth=session.prefix + rng.randint(2_000, 6_000))
    session.pause()
    # A drifting thread takes a whole session, so at most every fourth is one.
    if "context-drift" in drawn and number % 4 == 1:
        drift(session)
        return
    acts = [act for kind, act in ACTS if kind in drawn]
    acts += [LOOK_ALIKES[(number * INNOCENT + place) % len(LOOK_ALIKES)] for place in range(INNOCENT)]
    acts += unseen
    rng.shuffle(acts)
    for act in acts:
        session.chat()
        session.pause()
        act(session)
        session.pause()
        if rng.random() < 0.05:  # noqa: PLR2004
            text, error = rng.choice(SYNTHETIC)
            log.synthetic(text, error=error)
            session.settle()
        session.chat()
        session.pause()
    if number % 3 == 0:
        sub_agent(session, f"a{rng.getrandbits(28):07x}")


def _files(session: Session, number: int, *, old: bool) -> dict[str, bytes]:
    """The session's files: every fifth is copied by a fork, and of old ones the sub-agents' may be cleaned away."""
    log = session.log
    files = {f"{FOLDER}/{log.session}.jsonl": log.data(unended=number % 7 == 0)}
    if number % 5 == 2:  # noqa: PLR2004
        # A fork copies every line into a new file: same ids, another session. Readers keep what comes first by name.
        while (fork := log.uuid()) < log.session:
            pass
        files[f"{FOLDER}/{fork}.jsonl"] = log.data().replace(log.session.encode(), fork.encode())
        session.copied = True
    log.lines.clear()
    if old and number % 10 == 4:  # noqa: PLR2004
        session.side = [call for call in session.side if call.agent in session.mirrored]
        session.twice.clear()
        return files
    return files | session.aside


def _count(truth: Truth, calls: Sequence[Made]) -> None:
    """Add calls to the true sums."""
    counts = truth.counts
    for call in calls:
        counts.requests += 1
        counts.input_tokens += call.usage.uncached
        counts.cache_write_tokens += call.usage.written
        counts.cache_read_tokens += call.usage.read
        counts.output_tokens += call.usage.output
