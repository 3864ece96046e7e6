"""Innocent breaks of the identity, one or more for each explanation, and what looks like a fault and is not one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from generator.simulator.account import updated
from generator.simulator.sessions import COLD, EFFORT_SINCE, LIFETIMES, Session, compact
from generator.simulator.transcript import SPEED_SINCE

MODELS = ("claude-opus-4-6", "claude-sonnet-4-6")
SIDE_MODEL = "claude-haiku-4-5"
MISS_REASON_SINCE = (2, 1, 126)  # log-formats 1.4
LONG_PROMPT = 200_000  # tokens


def _elapsed(session: Session) -> None:
    session.log.wait(LIFETIMES[session.lifetime] + session.rng.uniform(60, 4000))
    session.broken("lifetime-elapsed", COLD)


def _ambiguous(session: Session) -> None:
    gone = (session.log.clock - session.ended).total_seconds() if session.ended else 0.0
    session.log.wait(LIFETIMES[session.lifetime] + session.rng.uniform(-10, 20) - gone)
    session.broken("lifetime-ambiguous", COLD)


def _model(session: Session) -> None:
    session.model = next(model for model in MODELS if model != session.model)
    session.broken("model-switch", COLD)


def _side_call(session: Session) -> None:
    """A small call to a small model in the middle of the thread; it reads nothing and leaves no cache."""
    session.prompt(session.rng.randint(12, 60))
    made = session.send(0, 0, uncached=session.rng.randint(600, 3000), model=SIDE_MODEL, cause="model-switch")
    session.innocent("model-switch", made)
    session.pause()
    session.chat()


def _version(session: Session) -> None:
    newer = updated(session.log.version)
    if session.log.version != newer:
        session.log.version = newer
        session.broken("version-change", COLD)


def _effort(session: Session) -> None:
    session.effort = "high" if session.effort == "medium" else "medium"
    if session.log.since(EFFORT_SINCE):
        session.broken("settings-change")


def _speed(session: Session) -> None:
    """Fast mode for a while; both switches are part of the cache key."""
    if session.log.since(SPEED_SINCE) and session.model == MODELS[0]:
        session.speed = "fast"
        session.broken("settings-change")
        session.pause()
        session.speed = "standard"
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


def _interrupted_rewind(session: Session) -> None:
    """Interrupted, rewound far, asked anew: the thread is short again."""
    session.fill(100_000)
    session.pause()
    session.log.blocks({"type": "text", "text": "[Request interrupted by user]"})
    session.prompt(session.rng.randint(12, 60))
    session.cached = session.prefix + 5_000
    session.innocent("interrupt", session.call(tool=False, cause="interrupt"))


def _image(session: Session) -> None:
    session.log.blocks({"type": "image", "source": {"type": "base64", "data": "simulated"}})
    session.broken("image")


def _tools(session: Session) -> None:
    session.log.attachment("deferred_tools_delta")
    session.broken("tools-change")


def cleared(session: Session) -> None:
    """The user clears the conversation: a new start, and new counters."""
    session.restart("clear")
    session.cached = session.prefix
    session.broken("resume", COLD)


def _resume(session: Session) -> None:
    """Resumed: while the cache lives it is read in full; after a long pause nothing is left to read."""
    late = session.rng.random() < 0.5  # noqa: PLR2004
    if late:
        session.log.wait(LIFETIMES[session.lifetime] + session.rng.uniform(60, 4000))
    session.restart("resume")
    if late:
        session.broken("lifetime-elapsed", COLD)
    else:
        session.chat()


def _microcompaction(session: Session) -> None:
    session.log.system("microcompact_boundary", content="simulated")
    session.cut = session.log.clock
    session.broken("microcompaction")


def _retry(session: Session) -> None:
    for attempt in range(1, session.rng.randint(2, 3)):
        fail(session, attempt)
        session.log.wait(1)
    session.broken("retry")
    session.settle()


def fail(session: Session, attempt: int) -> None:
    """The service is overloaded; the client tries again."""
    session.log.system("api_error", error={"status": 529}, retryInMs=500, retryAttempt=attempt, maxRetries=10)
    session.truth.counts.retries += 1


def _stated(session: Session) -> None:
    if session.log.since(MISS_REASON_SINCE):
        session.broken("stated-change", miss="tools_changed")


def _trimmed(session: Session) -> None:
    """A rewind: an older, shorter prefix is read, and something shorter than before is written."""
    session.fill(3 * session.prefix)
    session.pause()
    session.prompt(20)
    session.cached = int(session.cached * 0.6)
    session.innocent("trimmed", session.call(tool=False, cause="trimmed"))


def _compaction(session: Session) -> None:
    compact(session, "manual")
    session.broken("compaction")


def _concurrent(session: Session) -> None:
    """A second prompt is sent while the first is still answered; its cache entry cannot be used yet."""
    begun = session.cached
    grown = max(3_000, begun // 8)
    session.prompt(session.rng.randint(12, 60))

    queued: list[tuple[str | None, datetime | None]] = []

    def second_prompt() -> None:
        session.log.prompt(14)
        queued.append((session.log.parent, session.log.asked))
        session.log.wait(session.rng.uniform(1, 4))

    session.send(begun, grown, during=second_prompt)
    session.log.parent, session.log.asked = queued[0]
    session.words = 14
    made = session.send(begun, grown + session.grow(), cause="concurrent")
    session.innocent("concurrent", made)


def _paste(session: Session) -> None:
    """A short prompt with a large file: all that is written is new."""
    session.prompt(session.rng.randint(3, 9))
    session.call(tool=False, growth=session.rng.randint(50_000, 70_000))


def _long(session: Session) -> None:
    """The context grows beyond 200,000 tokens."""
    session.fill(LONG_PROMPT)
    session.pause()
    session.chat()


def _skew(session: Session) -> None:
    """The clock is set back by some seconds."""
    session.log.wait(-session.rng.uniform(1, 6))
    session.chat()


def _schedule(session: Session) -> None:
    """A prompt that a schedule fires."""
    session.log.system("scheduled_task_fire", content="simulated")
    session.call(tool=False)


CONFOUNDERS: tuple[Callable[[Session], None], ...] = (
    _elapsed, _ambiguous, _model, _version, _effort, _command, _skill, _interrupt,
    _image, _tools, _resume, _microcompaction, _retry, _stated, _trimmed, _compaction,
    _concurrent, _side_call, _speed, _interrupted_rewind, cleared, _paste, _long, _skew, _schedule,
)  # fmt: skip


def batch(session: Session) -> None:
    """A headless job that sends one prompt after another in the batch tier, without any cache."""
    for _ in range(session.rng.randint(12, 20)):
        session.prompt(session.rng.randint(12, 60))
        session.send(0, 0, uncached=session.rng.randint(5_000, 12_000), tier="batch")
        session.log.wait(session.rng.uniform(30, 300))
