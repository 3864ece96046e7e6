"""Innocent breaks of the identity: one a rung of the ladder, written as the client writes them."""

from __future__ import annotations

from collections.abc import Callable

from generator.simulator.sessions import COLD, EFFORT_SINCE, Session, compact
from generator.simulator.truth import Confounder

MODELS = ("claude-opus-4-6", "claude-sonnet-4-6")
NEWEST = "2.1.221"
MISS_REASON_SINCE = (2, 1, 126)  # log-formats 1.4
LIFETIME = {"5m": 300, "1h": 3600}


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
