"""Planted losses of the cache: breaks for no reason that a log could give."""

from __future__ import annotations

from generator.simulator.made import RESUMED, STRIPPED_IN, UNEXPLAINED
from generator.simulator.sessions import COLD, LIFETIMES, PARTIAL, Session


def cache_break(session: Session) -> None:
    """A partial miss in a tool loop."""
    session.fault(PARTIAL)


def premature_expiry(session: Session) -> None:
    """A total miss in a tool loop."""
    session.fault(COLD)


def gap_then_spike(session: Session) -> None:
    """A pause of some minutes within an hour's lifetime, and the conversation is paid again."""
    if session.lifetime == "5m":
        return
    session.fill(session.prefix + 24_000)
    session.log.wait(session.rng.uniform(330, 3000))
    session.prompt(session.rng.randint(12, 60))
    session.call(tool=False, loss=PARTIAL, cause=UNEXPLAINED)


def expiry_cycling(session: Session) -> None:
    """Four losses of more than half within minutes."""
    session.fill(2 * session.prefix + 8_000)
    for loss in (COLD, PARTIAL, COLD, PARTIAL):
        session.pause()
        session.fault(loss)


def prefix_pin(session: Session) -> None:
    """Every call of a tool loop reads the system prompt only."""
    session.fill(2 * session.prefix + 8_000)
    session.pause()
    session.in_loop()
    for _ in range(session.rng.randint(3, 5)):
        session.call(tool=True, loss=PARTIAL, cause=UNEXPLAINED)
        session.log.wait(2)
        session.log.tool_result()
    session.call(tool=False)


def resume_miss(session: Session) -> None:
    """A session is resumed, by hand or by the SDK, while its cache lives, and reads the system prompt only."""
    session.restart(session.rng.choice(("resume", "sdk")))
    session.log.wait(2)
    session.prompt(session.rng.randint(12, 60))
    session.call(tool=False, loss=PARTIAL, cause=RESUMED)


def thinking_stripped(session: Session) -> None:
    """After a pause of over an hour each call loses a part, at another token each time."""
    low, high = STRIPPED_IN
    if not session.log.since(low) or session.log.since((*high[:2], high[2] + 1)):
        return
    session.fill(3 * session.prefix)
    session.log.wait(LIFETIMES["1h"] + session.rng.uniform(60, 3000))
    session.broken("lifetime-elapsed", COLD)
    session.pause()
    session.in_loop()
    for share in (0.7, 0.82, 0.66, 0.78):
        session.call(tool=True, read=int(session.cached * share), cause=UNEXPLAINED)
        session.log.wait(2)
        session.log.tool_result()
    session.call(tool=False)


def short_prompt(session: Session) -> None:
    """A few words pay for a whole conversation."""
    session.fill(session.prefix + 60_000)
    session.pause()
    session.prompt(session.rng.randint(2, 9))
    session.call(tool=False, loss=PARTIAL, cause=UNEXPLAINED)


def uncached_input(session: Session) -> None:
    """Calls that neither read nor write: the whole conversation as plain input."""
    session.in_loop()
    before = session.last.usage.whole
    run = []
    for number in range(session.rng.randint(1, 3)):
        if number:
            session.log.wait(2)
            session.log.tool_result()
        whole = session.cached + session.grow()
        run.append(session.send(0, 0, uncached=whole, tool=True, cause=UNEXPLAINED if not number else ""))
        session.cached = whole
    wholes = [before, *(made.usage.uncached for made in run[:-1])]
    excess = sum(min(made.usage.uncached, whole) for made, whole in zip(run, wholes, strict=True))
    session.enter("uncached-input", *run, excess=excess)
    session.log.wait(2)
    session.log.tool_result()
    session.call(tool=False, loss=COLD)  # nothing was cached, so nothing is missed


def unread_last_write(session: Session) -> None:
    """From here on, for some days, the newest entry of the cache is now and then not yet there to be read."""
    session.account.be_late(session.log.clock)
