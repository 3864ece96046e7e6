"""The chain model: calls that obey the cache identity, unless one is told to lose its cache."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime

from generator.simulator.transcript import PROJECT, Transcript, Usage
from generator.simulator.truth import Confounder, Fault, Truth

FOLDER = "projects/" + "".join(letter if letter.isalnum() else "-" for letter in PROJECT)
EFFORT_SINCE = (2, 1, 212)  # log-formats 1.2
MIRRORED_BEFORE = (2, 1, 76)
COLD, PARTIAL = "cold", "partial"


@dataclass
class Session:
    """A session while it is simulated."""

    rng: random.Random
    log: Transcript
    truth: Truth
    model: str
    lifetime: str
    prefix: int  # tokens of system prompt and tools, shared by every call
    cached: int = 0  # what the next call should read
    effort: str = "medium"
    ended: datetime | None = None  # end of the last call
    last: Usage | None = None  # of the last call
    aside: dict[str, bytes] = field(default_factory=dict)  # files of sub-agents

    def grow(self) -> int:
        """New tokens of an ordinary call (research/detectors.md section 6)."""
        return self.rng.randint(150, 2500)

    def call(self, *, tool: bool, loss: str | None = None, growth: int | None = None, miss: str | None = None) -> str:
        """One call. `loss`: COLD reads nothing, PARTIAL only the system prompt; the rest is written again."""
        grown = self.grow() if growth is None else growth
        read = {None: self.cached, COLD: 0, PARTIAL: min(self.prefix, self.cached)}[loss]
        usage = Usage(
            read, self.cached - read + grown, self.rng.randint(1, 10), self.rng.randint(20, 900), self.lifetime
        )
        effort = self.effort if self.log.since(EFFORT_SINCE) else None
        message = self.log.call(self.model, usage, tool=tool, effort=effort, miss=miss)
        self.cached = usage.read + usage.written
        self.ended, self.last = self.log.clock, usage
        count(self.truth, usage)
        return message

    def turn(self, words: int, calls: int) -> None:
        """A prompt, a tool loop, an answer."""
        self.log.prompt(words)
        self.loop(calls)

    def loop(self, calls: int) -> None:
        """Calls that answer tool results, the last one in words."""
        for number in range(calls):
            self.call(tool=number < calls - 1)
            if number < calls - 1:
                self.log.wait(self.rng.expovariate(1 / 4) + 0.5)
                self.log.tool_result()

    def pause(self, low: float = 20, high: float = 150) -> None:
        """A person reads and types; always well within either lifetime."""
        self.log.wait(self.rng.uniform(low, high))

    def broken(self, reason: str, loss: str = PARTIAL, *, miss: str | None = None) -> None:
        """A prompt whose call breaks the identity for an innocent reason."""
        self.log.prompt(self.rng.randint(12, 60))
        message = self.call(tool=False, loss=loss, miss=miss)
        self.truth.confounders.append(Confounder(reason, self.log.session, message))

    def fault(self, detector: str, loss: str) -> None:
        """A call in a tool loop that breaks the identity for no reason at all."""
        self.turn(self.rng.randint(12, 60), 2)
        self.log.wait(2)
        self.log.tool_result()
        before = self.cached
        message = self.call(tool=False, loss=loss)
        excess = before - (0 if loss == COLD else min(self.prefix, before))
        self.truth.faults.append(Fault(detector, self.log.session, message, excess))


def count(truth: Truth, usage: Usage) -> None:
    """Add one call to the true sums."""
    counts = truth.counts
    counts.requests += 1
    counts.input_tokens += usage.uncached
    counts.cache_write_tokens += usage.written
    counts.cache_read_tokens += usage.read
    counts.output_tokens += usage.output


def compact(session: Session, trigger: str) -> None:
    """A compaction boundary and its summary; the cached prefix shrinks to a summary."""
    log = session.log
    log.system(
        "compact_boundary", chained=False, content="Conversation compacted",
        compactMetadata={"trigger": trigger, "preTokens": session.cached},
    )  # fmt: skip
    _summarise(session)
    session.truth.counts.compactions += 1
    log.user_text("simulated summary", isCompactSummary=True, isVisibleInTranscriptOnly=True)
    session.cached = session.prefix + session.rng.randint(6000, 9000)


def _summarise(session: Session) -> None:
    """The call that writes the summary: a thread of its own that reads the parent's prefix."""
    parent, agent = session.log, f"acompact-{session.rng.getrandbits(24):06x}"
    log = Transcript(session.rng, parent.session, parent.version, parent.clock, agent=agent, bulk=parent.bulk)
    log.user_text("simulated request for a summary")
    usage = Usage(session.cached, session.rng.randint(400, 900), 3, session.rng.randint(900, 2500), session.lifetime)
    log.call(session.model, usage, tool=False)
    count(session.truth, usage)
    session.aside[f"{FOLDER}/{parent.session}/subagents/agent-{agent}.jsonl"] = log.data()


def sub_agent(session: Session, agent: str) -> None:
    """A sub-agent: a chain of its own with the five-minute lifetime. Old clients mirror it, some keep no file of it."""
    parent = session.log
    log = Transcript(session.rng, parent.session, parent.version, parent.clock, agent=agent, bulk=parent.bulk)
    child = Session(session.rng, log, session.truth, session.model, "5m", session.rng.randint(8_000, 14_000))
    log.user_text("simulated task")
    child.call(tool=True, growth=child.prefix + 1_500)
    log.wait(3)
    log.tool_result()
    child.loop(session.rng.randint(2, 6))
    mirrored = not log.since(MIRRORED_BEFORE)
    if mirrored:
        parent.mirror(log)
    if not mirrored or session.rng.random() < 0.5:  # noqa: PLR2004
        session.aside[f"{FOLDER}/{parent.session}/subagents/agent-{agent}.jsonl"] = log.data()
