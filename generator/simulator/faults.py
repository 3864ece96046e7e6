"""Planted faults: breaks for no reason that a log could give, and calls that should not have been made."""

from __future__ import annotations

from collections.abc import Callable

from generator.simulator.sessions import COLD, PARTIAL, Session, compact
from generator.simulator.truth import Fault


def _short_prompt(session: Session) -> None:
    while session.cached < session.prefix + 60_000:
        session.turn(20, 2)
        session.call(tool=False, growth=session.rng.randint(8_000, 20_000))
        session.pause()
    session.log.prompt(session.rng.randint(2, 9))
    before = session.cached
    message = session.call(tool=False, loss=PARTIAL)
    session.truth.faults.append(Fault("short-prompt-overbilled", session.log.session, message, before - session.prefix))


def _doubled(session: Session) -> None:
    """The same prompt is sent twice under one line; the second reads what the first wrote."""
    session.log.prompt(15)
    asked = session.log.parent
    grown = session.grow()
    session.call(tool=False, growth=grown)
    session.log.parent = asked
    session.log.wait(session.rng.uniform(1, 30))
    message = session.call(tool=False, growth=0)
    usage = session.last
    whole = usage.read + usage.written + usage.uncached + usage.output if usage else 0
    session.truth.faults.append(Fault("doubled-call", session.log.session, message, whole))


def _storm(session: Session) -> None:
    rebuilt = []
    for _ in range(session.rng.randint(3, 4)):
        session.turn(20, session.rng.randint(7, 9))
        session.log.wait(60)
        compact(session, "auto")
        session.log.prompt(20)
        session.call(tool=False)
        rebuilt.append(session.last.written if session.last else 0)
        session.log.wait(30)
    session.truth.faults.append(Fault("compaction-storm", session.log.session, "", sum(rebuilt[1:])))


FAULTS: dict[str, Callable[[Session], None]] = {
    "cache_break": lambda session: session.fault("cache-break", PARTIAL),
    "premature_expiry": lambda session: session.fault("premature-expiry", COLD),
    "short_prompt_overbilled": _short_prompt,
    "doubled_call": _doubled,
    "compaction_storm": _storm,
}
