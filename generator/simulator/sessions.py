"""One simulated session: a chain that obeys the cache identity, with confounders and planted faults between."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from generator.simulator.transcript import PROJECT, Transcript, Usage
from generator.simulator.truth import Confounder, Fault, FaultRates, Truth

FOLDER = "projects/" + "".join(letter if letter.isalnum() else "-" for letter in PROJECT)
MODELS = ("claude-opus-4-6", "claude-sonnet-4-6")
VERSIONS = ("2.1.39", "2.1.76", "2.1.104", "2.1.130", "2.1.220")
NEWEST = "2.1.221"
EFFORT_SINCE = (2, 1, 212)  # log-formats 1.2
MISS_REASON_SINCE = (2, 1, 126)  # log-formats 1.4
MIRRORED_BEFORE = (2, 1, 76)
LIFETIME = {"5m": 300, "1h": 3600}
SYNTHETIC = ("No response requested.", "You've hit your session limit (simulated)")
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


def _elapsed(session: Session) -> None:
    session.log.wait(LIFETIME[session.lifetime] + session.rng.uniform(60, 4000))
    session.broken("lifetime-elapsed", COLD)


def _ambiguous(session: Session) -> None:
    gone = (session.log.clock - session.ended).total_seconds() if session.ended else 0.0
    session.log.wait(LIFETIME[session.lifetime] + session.rng.uniform(-10, 20) - gone)
    session.broken("lifetime-ambiguous", COLD)


def _model(session: Session) -> None:
    session.model = next(model for model in MODELS if model != session.model)
    session.broken("model-switch", COLD)


def _version(session: Session) -> None:
    if session.log.version != NEWEST:
        session.log.version = NEWEST
        session.broken("version-change", COLD)


def _effort(session: Session) -> None:
    session.effort = "high" if session.effort == "medium" else "medium"
    if session.log.since(EFFORT_SINCE):
        session.broken("settings-change")


def _command(session: Session) -> None:
    session.log.user_text("<command-name>/mcp</command-name>")
    session.broken("command")


def _skill(session: Session) -> None:
    session.log.user_text("Base directory for this skill: /simulated", isMeta=True)
    session.broken("skill")


def _interrupt(session: Session) -> None:
    session.log.blocks({"type": "text", "text": "[Request interrupted by user]"})
    session.broken("interrupt")


def _image(session: Session) -> None:
    session.log.blocks({"type": "image", "source": {"type": "base64", "data": ""}})
    session.broken("image")


def _tools(session: Session) -> None:
    session.log.attachment("deferred_tools_delta")
    session.broken("tools-change")


def _resume(session: Session) -> None:
    session.log.hook(session.rng.choice(("SessionStart:resume", "SessionStart:clear")), "SessionStart")
    session.broken("resume")


def _microcompaction(session: Session) -> None:
    session.log.system("microcompact_boundary", content="simulated")
    session.broken("microcompaction")


def _retry(session: Session) -> None:
    for attempt in range(1, session.rng.randint(2, 4)):
        session.log.system("api_error", error={"status": 529}, retryInMs=500, retryAttempt=attempt, maxRetries=10)
        session.truth.counts.retries += 1
        session.log.wait(1)
    session.broken("retry")
    # Leave the 15 minutes in which the ladder blames the refusal; a five-minute cache is gone by then.
    session.log.wait(16 * 60)
    if session.lifetime == "5m":
        session.broken("lifetime-elapsed", COLD)


def _stated(session: Session) -> None:
    if session.log.since(MISS_REASON_SINCE):
        session.broken("stated-change", miss="tools_changed")


def _trimmed(session: Session) -> None:
    """A rewind: an older, shorter prefix is read, and something shorter than before is written."""
    if session.cached < 3 * session.prefix:
        return
    session.log.prompt(20)
    session.cached = int(session.cached * 0.6)
    message = session.call(tool=False)
    session.truth.confounders.append(Confounder("trimmed", session.log.session, message))


def _compaction(session: Session) -> None:
    compact(session, "manual")
    session.broken("compaction")


CONFOUNDERS: tuple[Callable[[Session], None], ...] = (
    _elapsed, _ambiguous, _model, _version, _effort, _command, _skill, _interrupt,
    _image, _tools, _resume, _microcompaction, _retry, _stated, _trimmed, _compaction,
)  # fmt: skip


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


def simulate_session(
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
        _sub_agent(session, f"a{rng.getrandbits(28):07x}")
    return {f"{FOLDER}/{name}.jsonl": log.data(unended=number % 7 == 0)} | session.aside


def _sub_agent(session: Session, agent: str) -> None:
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
