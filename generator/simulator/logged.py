"""More innocent breaks that a log names: turns that think or not, processes, rounds, dates, gateways, long answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from generator.simulator.confounders import cleared, fail
from generator.simulator.made import Made
from generator.simulator.sessions import COLD, LIFETIMES, PARTIAL, Session, summary_anew
from generator.simulator.transcript import Form, Usage

FORGETFUL = "claude-sonnet-4-5"  # drops the thinking of the turn before (ledger/turns.py)
THINKING, SILENT = Form(thinks=True), Form(thinks=False)
FEW_OF = 40_000  # tokens, of which fewer than 1,024 can still be more than 2 %
EVEN, LARGE, SMALL = (1_000, 12_000), (12_000, 16_000), (200, 400)  # tokens that a turn adds
NOT_DEAR = 150_000  # tokens; the older model costs more for long prompts on every day
MARGIN = 60.0  # seconds from the end of a lifetime, within which nothing is sure


def _thinking_switched(session: Session) -> None:
    """A turn without thinking between two with it; the prompts of the two say so."""
    session.prompt(20, thinks=True)
    session.call(tool=False, form=THINKING)
    for thinks, form in ((False, SILENT), (True, THINKING)):
        session.pause()
        session.prompt(session.rng.randint(12, 60), thinks=thinks)
        made = session.call(tool=False, loss=PARTIAL, cause="thinking-changed", form=form)
        session.innocent("thinking-changed", made)


def _thinking_dropped(session: Session) -> None:
    """An older model thinks before it calls tools; at the next prompt all after that thinking is read anew."""
    if session.cached > NOT_DEAR:
        return
    newer, session.model = session.model, FORGETFUL
    session.broken("model-switch", COLD)
    session.pause()
    session.prompt(30)
    session.call(tool=True, form=THINKING)
    kept = session.cached
    for number in range(3):
        session.log.wait(6)
        session.log.tool_result()
        session.call(tool=number < 2, growth=3_000 + kept // 60, form=SILENT)  # noqa: PLR2004
    session.pause()
    session.prompt(session.rng.randint(12, 60))
    session.innocent("thinking-dropped", session.call(tool=False, read=kept, cause="thinking-dropped"))
    session.pause()
    session.model = newer
    session.broken("model-switch", COLD)


def _midnight(session: Session) -> None:
    """The session goes on over midnight, and the date in the prompt changes."""
    clock = session.log.clock
    midnight = datetime.combine(clock.date() + timedelta(days=1), datetime.min.time(), clock.tzinfo)
    wait = (midnight - clock).total_seconds() - session.rng.uniform(40, 100)
    ended = session.ended or clock
    gone = wait + (clock - ended).total_seconds() - LIFETIMES[session.lifetime]
    if wait < 0 or abs(gone) < MARGIN:
        return
    session.log.wait(wait)
    if gone > 0:
        session.broken("lifetime-elapsed", COLD)
    else:
        session.prompt(20)
        session.call(tool=False)
    session.log.wait((midnight - session.log.clock).total_seconds() + session.rng.uniform(1, 30))
    session.broken("date-change")


def _lifetime_switched(session: Session) -> None:
    """The client writes for five minutes for a while, and then for an hour again."""
    kept, session.fixed = session.fixed, "5m"
    session.chat()
    session.pause()
    session.fixed = "1h"
    session.broken("lifetime-switch", COLD)
    session.pause()
    session.fixed = kept
    session.chat()


def _resumed_by_sdk(session: Session) -> None:
    """A new process of the SDK takes the session up; within the lifetime all is read."""
    late = session.rng.random() < 0.5  # noqa: PLR2004
    if late:
        session.log.wait(LIFETIMES[session.lifetime] + session.rng.uniform(60, 4000))
    session.restart("sdk")
    if late:
        session.broken("lifetime-elapsed", COLD)
    else:
        session.chat()


def _restated(session: Session) -> None:
    """A new process writes down again what the session is."""
    for kind in ("agent-name", "custom-title", "last-prompt"):
        session.log.bare(kind, value="simulated")
    session.broken("restart")


def _remote(session: Session) -> None:
    session.log.system("bridge_status", content="simulated")
    session.broken("remote-control", COLD)


def _summary_anew(session: Session) -> None:
    """The request for a summary is put together anew, so it reads no more than the tools."""
    session.innocent("compaction-call", summary_anew(session))


def _relayed(session: Session) -> None:
    """Calls go through a gateway for a while, which names them and keeps a cache of its own."""
    session.prompt(session.rng.randint(12, 60))
    made = session.call(tool=False, loss=PARTIAL, cause="gateway-ids", form=Form(relayed=True))
    session.innocent("gateway-ids", made)
    session.pause()
    session.broken("gateway-ids")


def _few(session: Session) -> None:
    """Less than the smallest block is paid again."""
    if session.cached > FEW_OF:
        cleared(session)
        session.pause()
    session.prompt(session.rng.randint(12, 60))
    read = session.cached - session.rng.randint(900, 1000)
    session.innocent("few-tokens", session.call(tool=False, read=read, cause="few-tokens"))


def _long_answer(session: Session) -> None:
    """An answer that takes longer than the cache lives."""
    if session.lifetime != "5m":
        return
    session.prompt(session.rng.randint(12, 60))
    session.send(session.cached, session.grow(), during=lambda: session.log.wait(session.rng.uniform(290, 500)))
    session.pause(5, 20)
    session.broken("lifetime-ambiguous", COLD)


def _retried_long_ago(session: Session) -> None:
    """One call fails, and many good ones follow; the failure explains nothing that comes after them."""
    session.prompt(20)
    fail(session, 1)
    session.log.wait(1)
    session.call(tool=False)
    session.settle()


def rounds(session: Session, *, listed: bool, searches: int = 1, advised: bool = False) -> Made:
    """An answer of two or three rounds of the service's own tools; the counts above them are their sum.

    Returns the call after it, which is back at one round.
    """
    session.prompt(session.rng.randint(12, 60))
    lifetime = session.fixed or session.account.lifetime(session.log.clock)
    made: list[Usage] = []
    for _ in range(session.rng.randint(2, 3)):
        before = made[-1].read + made[-1].written if made else session.cached
        made.append(Usage(before, session.rng.randint(400, 4000), 2, 40, lifetime))
    last = made[-1]
    session.send(
        sum(one.read for one in made),
        sum(one.written for one in made),
        uncached=sum(one.uncached for one in made),
        form=Form(
            rounds=tuple(made),
            listed=listed,
            searches=searches,
            advised=Usage(0, 0, last.whole, 900, lifetime) if advised else None,
        ),
        left=last.read + last.written,
    )
    place = len(session.calls)
    session.pause()
    session.chat()
    return session.calls[place]


def _rounds(session: Session) -> None:
    rounds(session, listed=True, advised=session.rng.random() < 0.5)  # noqa: PLR2004


def _summed(session: Session) -> None:
    """The rounds are not listed, but the sum reads more than there was, and the next prompt is back at one round."""
    session.innocent("server-rounds", rounds(session, listed=False))


@dataclass
class Process:
    """One of two processes of a session: what it left in the cache, and the line that its next one hangs under."""

    cached: int
    ended: datetime | None
    parent: str | None
    asked: datetime | None

    @classmethod
    def of(cls, session: Session) -> Process:
        """The one that ran last."""
        return cls(session.cached, session.ended, session.log.parent, session.log.asked)

    def resumed(self, session: Session, *, tree: bool) -> None:
        """It goes on. Without `tree` its lines hang under whatever line came last."""
        session.cached, session.ended = self.cached, self.ended
        if tree:
            session.log.parent, session.log.asked = self.parent, self.asked


def two_processes(
    session: Session,
    *,
    tree: bool,
    growth: tuple[tuple[int, int], tuple[int, int]] = (EVEN, EVEN),
    older: int | None = None,
) -> tuple[list[Made], list[Made]]:
    """The session is open twice; the two take turns, and only the first goes on in the end.

    `growth`: tokens that a turn of each adds. `older`: tokens that the second goes on from, where it was opened at an
    earlier place. Returns the calls that begin a turn, of the first and of the second.
    """
    processes = [Process.of(session), Process.of(session)]
    processes[1].cached = session.cached if older is None else older
    switched: tuple[list[Made], list[Made]] = ([], [])
    for _ in range(session.rng.randint(2, 4)):
        for own in (0, 1):
            processes[own].resumed(session, tree=tree)
            session.pause(6, 40)
            session.prompt(session.rng.randint(2, 60))
            switched[own].append(session.call(tool=False, growth=session.rng.randint(*growth[own])))
            session.log.wait(6)
            session.turn(session.rng.randint(12, 60), session.rng.randint(1, 2))
            processes[own] = Process.of(session)
    processes[0].resumed(session, tree=tree)
    session.pause(6, 40)
    session.prompt(session.rng.randint(12, 60))
    switched[0].append(session.call(tool=False))
    return switched


def _two_processes(session: Session) -> None:
    two_processes(session, tree=True)


def _two_conversations(session: Session) -> None:
    """The same in a log without a tree of lines: the smaller one takes up just what it had left."""
    session.log.treeless = True
    _, second = two_processes(session, tree=False, growth=(LARGE, SMALL))
    session.log.treeless = False
    for made in second:
        session.innocent("two-conversations", made)


LOGGED: tuple[Callable[[Session], None], ...] = (
    _thinking_switched, _thinking_dropped, _midnight, _lifetime_switched, _resumed_by_sdk, _restated, _remote,
    _summary_anew, _relayed, _few, _long_answer, _retried_long_ago, _rounds, _summed, _two_processes,
    _two_conversations,
)  # fmt: skip
