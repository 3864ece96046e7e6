"""The thread model: calls that obey the cache identity, unless one is told to lose its cache."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from generator.simulator.account import Account
from generator.simulator.made import ORDINARY, UNEXPLAINED, UNREAD, Made
from generator.simulator.transcript import PLAIN, PROJECT, TOOLS, Form, Transcript, Usage
from generator.simulator.truth import Confounder, Fault, Truth

FOLDER = "projects/" + "".join(letter if letter.isalnum() else "-" for letter in PROJECT)
EFFORT_SINCE = (2, 1, 212)  # log-formats 1.2
MIRRORED_BEFORE = (2, 1, 76)
COLD, PARTIAL = "cold", "partial"
NO_RESPONSE = "No response requested."  # the client's own words
LIFETIMES = {"5m": 300, "1h": 3600}  # seconds
UNREAD_WITHIN = 4.9  # seconds after an answer, in which its write may still be missing
UNREAD_LEAST = 200  # tokens that were written


@dataclass
class Session:
    """A session while it is simulated."""

    rng: random.Random
    log: Transcript
    truth: Truth
    account: Account
    model: str
    prefix: int  # tokens of system prompt and tools, shared by every call
    fixed: str = ""  # lifetime that no setting of the account changes: sub-agents, API keys
    lifetime: str = "1h"  # that the last call wrote with
    cached: int = 0  # what the next call should read
    effort: str = "medium"
    speed: str = "standard"
    ended: datetime | None = None  # end of the last call
    words: int | None = None  # of the prompt that the next call answers
    cut: datetime | None = None  # last compaction
    calls: list[Made] = field(default_factory=list)  # of the main thread
    side: list[Made] = field(default_factory=list)  # of sub-agents
    restarts: list[datetime] = field(default_factory=list)  # of the client's process and its counters
    resumes: list[datetime] = field(default_factory=list)
    cuts: list[datetime] = field(default_factory=list)  # automatic compactions
    counters_lost: list[datetime] = field(default_factory=list)
    aside: dict[str, bytes] = field(default_factory=dict)  # files of sub-agents
    mirrored: set[str] = field(default_factory=set)  # sub-agents whose calls the parent's file repeats
    twice: set[str] = field(default_factory=set)  # sub-agents that stand there and in a file of their own
    copied: bool = False  # by a fork

    @property
    def last(self) -> Made:
        """The last call of the thread."""
        return self.calls[-1]

    def grow(self) -> int:
        """New tokens of an ordinary call (research/detectors.md section 6)."""
        return self.rng.randint(150, 2500)

    def prompt(self, words: int, *, thinks: bool = False) -> None:
        """A person types."""
        self.log.prompt(words, thinks=thinks)
        self.words = words

    def call(
        self,
        *,
        tool: bool,
        loss: str | None = None,
        growth: int | None = None,
        cause: str = ORDINARY,
        miss: str | None = None,
        read: int | None = None,
        form: Form = PLAIN,
    ) -> Made:
        """One call. `loss`: COLD reads nothing, PARTIAL only the system prompt; the rest is written again."""
        grown = self.grow() if growth is None else growth
        kept = {None: self.cached, COLD: 0, PARTIAL: min(self.prefix, self.cached)}[loss] if read is None else read
        return self.send(kept, self.cached - kept + grown, tool=tool, cause=cause, miss=miss, form=form)

    def send(
        self,
        read: int,
        written: int,
        *,
        uncached: int | None = None,
        tool: bool = False,
        cause: str = ORDINARY,
        miss: str | None = None,
        model: str | None = None,
        tier: str = "standard",
        during: Callable[[], None] | None = None,
        name: str = "",
        form: Form = PLAIN,
        left: int | None = None,
    ) -> Made:
        """One call with these counts. `left` in the cache, where they are a sum over rounds."""
        lived, self.lifetime = self.lifetime, self.fixed or self.account.lifetime(self.log.clock)
        few = self.rng.randint(1, 10)
        usage = Usage(read, written, few if uncached is None else uncached, self.rng.randint(40, 900), self.lifetime)
        model = model or self.model
        speed = self.speed if model == self.model else "standard"
        sent = self.log.call(
            model, usage, tool=(name or self.rng.choice(TOOLS)) if tool else "", miss=miss, speed=speed, tier=tier,
            effort=self.effort if self.log.since(EFFORT_SINCE) else None, during=during, form=form,
        )  # fmt: skip
        prompt = max((one.whole for one in form.rounds), default=usage.whole)
        usd = self.account.spend(self.log.clock, model, usage, speed, prompt=prompt, batch=tier == "batch")
        before = self.ended
        made = Made(
            message=sent.message, session=self.log.session, agent=self.log.agent or "", version=self.log.version,
            model=model, began=sent.began, first=sent.first, ended=self.log.clock, usage=usage, words=self.words,
            cause=cause, cached=self.cached, age=max(0.0, (sent.began - before).total_seconds()) if before else 0.0,
            lived=lived, lines=sent.lines, usd=usd, prompt=prompt,
        )  # fmt: skip
        self.calls.append(made)
        self.words = None
        self.ended = self.log.clock
        if model == self.model:
            self.cached = read + written if left is None else left
        return made

    def turn(self, words: int, calls: int) -> None:
        """A prompt, a tool loop, an answer."""
        self.prompt(words)
        self.loop(calls)

    def loop(self, calls: int) -> None:
        """Calls that answer tool results, the last one in words."""
        for number in range(calls):
            self._answer(tool=number < calls - 1)
            if number < calls - 1:
                self.log.wait(self.rng.expovariate(1 / 4) + 0.5)
                self.log.tool_result()

    def _answer(self, *, tool: bool) -> None:
        """A call of a tool loop; while the newest entry is late, some read all but what the call before wrote."""
        if not self.account.is_late(self.log.clock, self.rng) or not self.calls:
            self.call(tool=tool)
            return
        before, soon = self.last.usage, (self.log.clock - self.last.ended).total_seconds() <= UNREAD_WITHIN
        told = self.cached == before.read + before.written and before.read and before.written >= UNREAD_LEAST
        if not soon or not told or self.last.cause or self.words is not None:
            self.call(tool=tool)
            return
        self.account.unread.append(self.call(tool=tool, read=before.read, cause=UNREAD))

    def chat(self) -> None:
        """A person types something longer, and a short tool loop follows."""
        self.turn(self.rng.randint(12, 60), self.rng.randint(2, 7))

    def pause(self, low: float = 20, high: float = 120) -> None:
        """A person reads and types; two pauses in a row lie within either lifetime."""
        self.log.wait(self.rng.uniform(low, high))

    def in_loop(self) -> None:
        """Come to the point in a tool loop at which the next call answers a result."""
        self.prompt(self.rng.randint(12, 60))
        self.call(tool=True)
        self.log.wait(2)
        self.log.tool_result()

    def fill(self, tokens: int) -> None:
        """Read files until so much is cached."""
        if self.cached >= tokens:
            return
        self.prompt(20)
        while True:
            self.call(tool=self.cached + 25_000 < tokens, growth=self.rng.randint(20_000, 25_000))
            if self.cached >= tokens:
                return
            self.log.wait(2)
            self.log.tool_result()

    def broken(self, reason: str, loss: str = PARTIAL, *, miss: str | None = None) -> None:
        """A prompt whose call breaks the identity for an innocent reason."""
        self.prompt(self.rng.randint(12, 60))
        self.innocent(reason, self.call(tool=False, loss=loss, miss=miss, cause=reason))

    def innocent(self, reason: str, made: Made) -> None:
        """Enter a call that broke the identity for an innocent reason."""
        self.truth.confounders.append(Confounder(reason, self.log.session, made.message))

    def fault(self, loss: str) -> None:
        """A call in a tool loop that breaks the identity for no reason at all."""
        self.in_loop()
        self.call(tool=False, loss=loss, cause=UNEXPLAINED)

    def restart(self, source: str) -> None:
        """The client starts anew: "resume" or "clear", or "sdk", of which no hook tells."""
        if source == "sdk":
            self.log.bare("queue-operation", operation="enqueue", content="simulated")
            self.log.synthetic(NO_RESPONSE, error=False)
        else:
            self.log.hook(f"SessionStart:{source}", "SessionStart")
        self.restarts.append(self.log.clock)
        if source in {"resume", "sdk"}:
            self.resumes.append(self.log.clock)

    def settle(self) -> None:
        """Leave the two steps in which a refused call explains a break."""
        self.pause()
        self.chat()

    def enter(self, detector: str, *made: Made, excess: int) -> None:
        """Enter a planted fault that concerns one detector only."""
        messages = tuple(call.message for call in made)
        self.truth.faults.append(
            Fault(detector, self.log.session, messages, excess, start=made[0].first, end=made[-1].ended)
        )

    def enter_span(self, detector: str, start: datetime, *, excess: int = 0) -> None:
        """Enter a planted fault of this session that lasted from `start` until now."""
        self.truth.faults.append(Fault(detector, self.log.session, (), excess, start=start, end=self.log.clock))


def compact(session: Session, trigger: str) -> None:
    """A compaction boundary and its summary; the cached prefix shrinks to a summary."""
    log = session.log
    log.system(
        "compact_boundary", chained=False, content="Conversation compacted",
        compactMetadata={"trigger": trigger, "preTokens": session.cached},
    )  # fmt: skip
    if trigger == "auto":
        session.cuts.append(log.clock)
    _summarise(session)
    session.truth.counts.compactions += 1
    session.cut = log.clock
    log.user_text("simulated summary", isCompactSummary=True, isVisibleInTranscriptOnly=True)
    session.cached = session.prefix + session.rng.randint(6000, 9000)


def _child(session: Session, agent: str, prefix: int, lifetime: str) -> Session:
    parent = session.log
    log = Transcript(session.rng, parent.session, parent.version, parent.clock, agent=agent, bulk=parent.bulk)
    return Session(session.rng, log, session.truth, session.account, session.model, prefix, fixed=lifetime)


def _keep(session: Session, child: Session) -> None:
    """Keep the file of a sub-agent beside its parent's."""
    session.aside[_place(session, child)] = child.log.data()
    session.side += child.calls


def _place(session: Session, child: Session) -> str:
    return f"{FOLDER}/{session.log.session}/subagents/agent-{child.log.agent}.jsonl"


def _summarise(session: Session) -> Session:
    """The call that writes the summary: a thread of its own that reads the parent's prefix."""
    agent = f"acompact-{session.rng.getrandbits(24):06x}"
    child = _child(session, agent, session.prefix, session.lifetime)
    child.log.user_text("simulated request for a summary")
    child.send(session.cached, session.rng.randint(400, 900))
    _keep(session, child)
    return child


def summary_anew(session: Session) -> Made:
    """A summary that is asked for twice; returns the second request, which reads no more than the start."""
    child = _summarise(session)
    child.log.wait(6)
    child.log.user_text("simulated request for a summary")
    made = child.call(tool=False, loss=PARTIAL, cause="compaction-call")
    session.side.append(made)
    session.aside[_place(session, child)] = child.log.data()
    session.log.clock = max(session.log.clock, child.log.clock) + timedelta(seconds=2)
    return made


def sub_agent(session: Session, agent: str) -> None:
    """A sub-agent: a thread of its own, kept for five minutes. Old clients mirror it, some keep no file of it."""
    child = _child(session, agent, session.rng.randint(8_000, 14_000), "5m")
    child.log.user_text("simulated task")
    child.call(tool=True, growth=child.prefix + 1_500)
    child.log.wait(3)
    child.log.tool_result()
    child.loop(session.rng.randint(2, 6))
    mirrored = not child.log.since(MIRRORED_BEFORE)
    if mirrored:
        session.log.mirror(child.log)
        session.mirrored.add(agent)
    if not mirrored or session.rng.random() < 0.5:  # noqa: PLR2004
        _keep(session, child)
        session.twice |= {agent} if mirrored else set()
    else:
        session.side += child.calls
    session.log.clock = max(session.log.clock, child.log.clock) + timedelta(seconds=2)
