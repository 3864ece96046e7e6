"""Planted faults of a thread that are no loss of the cache: calls too many, and contexts that vanish."""

from __future__ import annotations

from datetime import timedelta

from generator.simulator.account import Refusal
from generator.simulator.confounders import LONG_PROMPT, fail
from generator.simulator.sessions import Session, compact
from generator.simulator.transcript import CLEARED

LIMIT = "You've hit your session limit (simulated)"
NOT_CUT_FOR = timedelta(minutes=6)  # a cleared result soon after a compaction is its doing
BURST = timedelta(minutes=11)  # refusals nearer than that are one burst
SUMMED = 210_000  # bytes of tool results


def doubled_call(session: Session) -> None:
    """The same prompt is sent twice under one line; the second reads what the first wrote."""
    session.prompt(15)
    asked = (session.log.parent, session.log.asked)
    session.call(tool=False)
    session.log.parent, session.log.asked = asked
    session.log.wait(session.rng.uniform(1, 30))
    second = session.call(tool=False, growth=0)
    session.enter("doubled-call", second, excess=second.usage.whole + second.usage.output)


def compaction_storm(session: Session) -> None:
    """Automatic compactions, each a few minutes after the one before."""
    rebuilt = []
    began = session.log.clock
    for number in range(session.rng.randint(3, 4)):
        session.turn(20, session.rng.randint(7, 9))
        session.log.wait(60)
        began = began if number else session.log.clock
        compact(session, "auto")
        session.prompt(20)
        rebuilt.append(session.call(tool=False, cause="compaction").usage.written)
        session.log.wait(30)
    session.enter_span("compaction-storm", began, excess=sum(rebuilt[1:]))


def session_reset(session: Session) -> None:
    """In a tool loop most of the context is gone, and nobody asked for it."""
    session.fill(105_000)
    session.pause()
    session.in_loop()
    made = session.send(session.prefix, session.rng.randint(2_000, 8_000), cause="trimmed")
    session.enter("session-reset", made, excess=made.usage.written + made.usage.uncached)


def silent_trim(session: Session) -> None:
    """In a tool loop the context is cut by a third."""
    session.fill(3 * session.prefix)
    session.pause()
    session.in_loop()
    left = int(session.cached * session.rng.uniform(0.55, 0.85))
    made = session.send(session.prefix, left - session.prefix, cause="trimmed")
    session.enter("silent-trim", made, excess=made.missed)


def truncated_results(session: Session) -> None:
    """Tool results become empty: some as a marker says, some as nothing but brevity shows."""
    while session.cut and session.log.clock - session.cut < NOT_CUT_FOR:
        session.chat()
        session.pause()
    marked = session.rng.random() < 0.75  # noqa: PLR2004
    session.prompt(20)
    run = [session.call(tool=True)]
    if not marked:
        for _ in range(5):
            session.log.tool_result("simulated " * (SUMMED // 50))
            run = [session.call(tool=True)]
            session.log.wait(2)
    for _ in range(session.rng.randint(2, 4) if marked else 6):
        session.log.tool_result(CLEARED if marked else "simulated")
        run.append(session.call(tool=True))
        session.log.wait(2)
    session.log.tool_result()
    session.call(tool=False)
    session.enter("truncated-results", *run, excess=0)


def retry_storm(session: Session) -> None:
    """One prompt is refused at least five times before it is answered."""
    session.prompt(20)
    began = session.log.clock
    for attempt in range(1, session.rng.randint(6, 9)):
        fail(session, attempt)
        session.log.wait(session.rng.uniform(4, 25))
    session.enter_span("retry-storm", began)
    session.call(tool=False)
    session.settle()


def refusal(session: Session, *, polled: bool = False) -> None:
    """The client writes that a limit is reached. `polled` = the meter is read a moment before."""
    recent = [one.at for one in session.account.refusals if session.log.clock - one.at < BURST]
    if recent or not session.account.may_refuse(session.log.clock):
        return
    before = session.last
    session.log.synthetic(LIMIT, error=False)
    session.account.refusals.append(Refusal(session.log.clock, session.log.session, before.message, polled))
    session.pause()
    session.prompt(20)
    session.enter("synthetic-refusal", before, session.call(tool=False), excess=0)


def refusal_at_low_meter(session: Session) -> None:
    """A refusal just after the meter was read."""
    refusal(session, polled=True)


def long_context(session: Session) -> None:
    """A prompt of over 200,000 tokens; whether it costs more depends on the day."""
    session.fill(LONG_PROMPT + 1)
    session.pause()
    session.chat()


def drift(session: Session) -> None:
    """A whole thread: first four looks at files for each change, later one."""
    began = session.log.clock
    for tools, rounds in (
        (("Read", "Read", "Grep", "Read", "Edit"), 12),
        (("Edit", "Read", "Edit", "Read", "Bash"), 13),
    ):
        session.prompt(30)
        for name in tools * rounds:
            session.send(session.cached, session.grow(), tool=True, name=name)
            session.log.wait(session.rng.expovariate(1 / 4) + 0.5)
            session.log.tool_result()
        session.call(tool=False)
        session.pause()
    session.enter_span("context-drift", began)


def counter_reset(session: Session) -> None:
    """The running counter of tokens starts again although nothing else did."""
    if session.log.since((2, 1, 132)):  # no running total any more (statusline documentation)
        return
    session.fill(session.cached + 60_000)
    session.pause()
    session.chat()
    session.counters_lost.append(session.log.clock)
    session.log.wait(2)
    session.chat()


def bad_version(session: Session) -> None:
    """What sets off the known faults of clients: a resumed session."""
    session.restart("resume")
    session.chat()
