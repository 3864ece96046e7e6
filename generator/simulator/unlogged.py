"""What breaks the identity of an innocent session and is in no line of its log, each as often as real logs allow.

Rates are per 1,000 calls of public logs. An unexplained break of them may be a fault or such a change, and nobody can
tell; here every one is taken for a change, so the mix is on the severe side.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from generator.simulator.logged import rounds, two_processes
from generator.simulator.made import Made
from generator.simulator.sessions import COLD, LIFETIMES, PARTIAL, Session
from generator.simulator.transcript import Form

SESSION_CALLS = 57  # calls of a simulated session at the lowest dose of faults
PUBLIC = 25_776  # steps of the ten public sets on which the identity can fail
LARGE = 24_286  # steps of the same and of one set more, in which a main thread's prompt could become smaller
ONE_PERSON = 5_331  # steps of one person's public logs, July and August 2026
NONE_SEEN = 3.69  # upper end of the exact 95 % interval of a count of 0
NO_SPLIT = Form(split=False)


@dataclass(frozen=True)
class Unlogged:
    """One kind of change without a line. `why` no log can decide it."""

    id: str
    title: str
    per_thousand: float  # calls
    basis: str
    why: str
    act: Callable[[Session], None]


def _broken(session: Session, kind: str, loss: str, *, loop: bool) -> None:
    rng = session.rng
    if loop:
        session.in_loop()
    else:
        if session.lifetime == "1h" and rng.random() < 0.3:  # noqa: PLR2004
            session.pause(300, 3000)
        session.prompt(rng.randint(2, 60))
    session.innocent(kind, session.call(tool=False, loss=loss, cause=kind))


def _tools(session: Session) -> None:
    _broken(session, "unlogged-tools", COLD, loop=session.rng.random() < 0.75)  # noqa: PLR2004


def _messages(session: Session) -> None:
    _broken(session, "unlogged-thinking", PARTIAL, loop=False)


def _inside(session: Session) -> None:
    _broken(session, "unlogged-rewrite", PARTIAL, loop=True)


def _midnight(session: Session) -> None:
    """The date changes where the person lives, at any hour of the log's time."""
    if session.rng.random() < 0.5:  # noqa: PLR2004
        session.in_loop()
    else:
        session.prompt(session.rng.randint(2, 60))
    read = min(session.prefix // 2, session.cached)
    session.innocent("unlogged-midnight", session.call(tool=False, read=read, cause="unlogged-midnight"))


def _lifetime(session: Session) -> None:
    """From five-minute to one-hour writes, in a log that does not split what was written."""
    kept, session.fixed = session.fixed, "5m"
    session.prompt(20)
    session.call(tool=False, form=NO_SPLIT)
    session.pause()
    session.fixed = "1h"
    session.prompt(session.rng.randint(2, 60))
    made = session.call(tool=False, loss=COLD, cause="unlogged-lifetime", form=NO_SPLIT)
    session.innocent("unlogged-lifetime", made)
    session.fixed = kept


def _rounds(session: Session) -> None:
    made = rounds(session, listed=False, searches=session.rng.randint(0, 1))
    session.innocent("unlogged-rounds", made)


def _clearing(session: Session) -> None:
    """The client clears old tool results in a tool loop, as designed."""
    session.fill(100_000)
    session.pause()
    session.in_loop()
    left = int(session.cached * session.rng.uniform(0.7, 0.92))
    read = min(session.prefix, session.cached)
    session.innocent("unlogged-clearing", session.send(read, left - read, cause="unlogged-clearing"))


def _rewind(session: Session) -> None:
    """The conversation is taken up at a much earlier place, in a log whose lines do not show where."""
    session.fill(100_000)
    session.pause()
    if session.rng.random() < 0.5:  # noqa: PLR2004
        session.in_loop()
    else:
        session.prompt(session.rng.randint(12, 60))
    read = int(session.cached * session.rng.uniform(0.18, 0.35))
    session.innocent("unlogged-rewind", session.send(read, session.grow(), cause="unlogged-rewind"))


def _processes(session: Session) -> None:
    """Half of the logs have no tree of lines, half have one that was made of their order in time."""
    session.log.treeless = session.rng.random() < 0.5  # noqa: PLR2004
    alive = [call for call in session.calls if _is_alive(session, call)]
    older = _left(session.rng.choice(alive)) if alive and session.rng.random() < 0.5 else None  # noqa: PLR2004
    first, second = two_processes(session, tree=False, older=older)
    session.log.treeless = False
    for made in (*first, *second):
        session.innocent("unlogged-processes", made)


def _left(call: Made) -> int:
    return call.usage.read + call.usage.written


def _is_alive(session: Session, call: Made) -> bool:
    """Can what the call left still be read?"""
    soon = (session.log.clock - call.ended).total_seconds() < LIFETIMES[session.lifetime] / 2
    return (
        soon
        and call.model == session.model
        and call.usage.lifetime == session.lifetime
        and call.prompt == call.usage.whole
    )


KINDS: tuple[Unlogged, ...] = (
    Unlogged(
        "unlogged-tools",
        "A tool server or the tool list changed",
        1000 * 8 / PUBLIC,
        "8 of 25,776 steps of the ten public sets read nothing for no reason in the log",
        "Nothing is read, as when the service loses an entry. Clients write a line for a changed tool list only since "
        "they defer tools, and not for each server that reconnects; nothing else tells, until the API stated reasons.",
        _tools,
    ),
    Unlogged(
        "unlogged-thinking",
        "Thinking or another setting was switched between two turns",
        1000 * 31 / PUBLIC,
        "31 of 25,776 steps of the ten public sets read a part where a turn begins, for no reason in the log",
        "Tools and system prompt are read and the messages are not, whoever caused it. Where neither prompt nor answer "
        "says how a turn thinks, the two turns look alike.",
        _messages,
    ),
    Unlogged(
        "unlogged-rewrite",
        "The client rewrote an older message in the middle of a turn",
        1000 * 19 / PUBLIC,
        "19 of 25,776 steps of the ten public sets read a part in a tool loop, for no reason in the log",
        "The transcript holds the messages as they were first sent; what the client sends later is in no line.",
        _inside,
    ),
    Unlogged(
        "unlogged-midnight",
        "Midnight of the person's own time zone",
        1000 / 3_848,
        "1 in 3,848 calls of one public set in which midnight was that of the log's own time",
        "Transcripts state times in UTC and not where the person is, so any hour can be midnight.",
        _midnight,
    ),
    Unlogged(
        "unlogged-lifetime",
        "A switch to the longer lifetime that is not written down",
        1000 / ONE_PERSON,
        "1 in 5,331 steps of one person's logs, where it was written down",
        "Without the split of what was written, both requests look as if they had written for the same lifetime.",
        _lifetime,
    ),
    Unlogged(
        "unlogged-rounds",
        "Rounds of the service's own tools that are not listed",
        1000 * NONE_SEEN / 6_023,
        "none in 6,023 calls that list their rounds; the upper end of the exact 95 % interval is taken",
        "The counts are a sum. A sum that reads more than there was gives itself away; not where the answer opens a "
        "thread or follows another sum.",
        _rounds,
    ),
    Unlogged(
        "unlogged-clearing",
        "Old tool results were cleared as designed",
        1000 * 4 / LARGE,
        "4 of 24,286 steps of public sets, all that the detector finds there",
        "Clients wrote a line for it only for a while; what remains is a smaller prompt, whoever made it smaller.",
        _clearing,
    ),
    Unlogged(
        "unlogged-rewind",
        "The conversation was taken up at a much earlier place",
        1000 * NONE_SEEN / LARGE,
        "none in 24,286 steps of public sets; the upper end of the exact 95 % interval is taken",
        "A rewind, a fork or a crash leaves the same short prompt as a lost conversation, unless the tree of lines "
        "shows the branch.",
        _rewind,
    ),
    Unlogged(
        "unlogged-processes",
        "A session that is open twice, in a log without a tree of lines or with one made of its order",
        1000 / 47 / SESSION_CALLS,
        "1 in 47 sessions of one person's logs; that the tree is missing is an assumption, it was there",
        "The two conversations read and write as one would that is cut and restored. Only where the smaller one takes "
        "up exactly what it had left, and the other goes on later, does it show.",
        _processes,
    ),
)

OTHER_DEVICE = "other-device"
ALL: tuple[Unlogged, ...] = (
    *KINDS,
    Unlogged(
        OTHER_DEVICE,
        "Another device of the account draws on the meter",
        0.0,
        "a burst of use every other day: an assumption",
        "The meter counts the whole account, and the other device's calls are in another log.",
        lambda _: None,  # metering.py lets it act
    ),
)
BY_ID = {kind.id: kind for kind in ALL}


def drawn(rng: random.Random, scale: float) -> Iterator[Callable[[Session], None]]:
    """Changes of one session, each kind as often as its rate times `scale` says."""
    for kind in KINDS:
        expected = scale * kind.per_thousand * SESSION_CALLS / 1000
        for _ in range(int(expected) + (rng.random() < expected % 1)):
            yield kind.act
