"""Innocent explanations of a break, in the order in which they are tried: the first that holds is the reason.

What no log can decide is listed in `UNDECIDABLE`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from generator.ledger.steps import BAND_AFTER, BAND_BEFORE, TRIMMED_BELOW, Lifetime, Step
from generator.ledger.turns import forgets_thinking
from generator.records.rows import MarkKind, MissReason, Role

UNEXPLAINED = "unexplained"
STATED_CHANGES = frozenset(
    {
        MissReason.MESSAGES_CHANGED,
        MissReason.TOOLS_CHANGED,
        MissReason.SYSTEM_CHANGED,
        MissReason.MODEL_CHANGED,
    }
)
"""Reasons by which the API says that what was sent had changed; they override inference."""


@dataclass(frozen=True)
class Explanation:
    """One innocent explanation of a break, in the order they are tried."""

    id: str
    text: str
    holds: Callable[[Step], bool]


def _marked(*kinds: MarkKind) -> Callable[[Step], bool]:
    wanted = frozenset(kinds)
    return lambda step: any(mark.kind in wanted for mark in step.marks)


def _stated(step: Step) -> bool:
    return step.after.miss_reason in STATED_CHANGES


def _settings_changed(step: Step) -> bool:
    before, after = step.before, step.after
    return (before.effort is not None and after.effort is not None and before.effort != after.effort) or (
        before.speed is not None and after.speed is not None and before.speed != after.speed
    )


def _longer_lived(step: Step) -> bool:
    return step.lifetime is Lifetime.FIVE_MINUTES and bool(step.after.cache_write_1h_tokens)


def _another_day(step: Step) -> bool:
    return step.before.first_seen.date() != step.began.date()


def _forgets_thinking(step: Step) -> bool:
    return step.thinking is not None and step.thinking.dropped and forgets_thinking(step.after.model)


EXPLANATIONS: tuple[Explanation, ...] = (
    Explanation("stated-change", "The API itself stated that the prompt's start had changed.", _stated),
    Explanation(
        "lifetime-elapsed",
        "The pause was longer than the cache lives (lifetime measured from this thread's own writes, plus 30 s).",
        lambda step: step.age > step.lives[1] + BAND_AFTER,
    ),
    Explanation(
        "model-switch",
        "Caches are kept per model, and the model changed between the two requests.",
        lambda step: step.before.model != step.after.model,
    ),
    Explanation(
        "version-change",
        "The client was upgraded in between; a new version sends another system prompt and tool list.",
        lambda step: bool(step.before.version and step.after.version) and step.before.version != step.after.version,
    ),
    Explanation("settings-change", "Effort or fast mode changed; both are part of the cache key.", _settings_changed),
    Explanation(
        "compaction",
        "The conversation was compacted; a short summary replaced the cached history.",
        lambda step: step.after.compacted or _marked(MarkKind.COMPACTION, MarkKind.COMPACT_SUMMARY)(step),
    ),
    Explanation(
        "compaction-call",
        "The request is the one that asks for a summary of the conversation; it is put together anew.",
        lambda step: step.after.role is Role.COMPACTION,
    ),
    Explanation(
        "microcompaction",
        "Old tool results were cleared from the context, so the prefix differs from that point on.",
        _marked(MarkKind.MICROCOMPACTION, MarkKind.CONTEXT_EDIT),
    ),
    Explanation(
        "resume",
        "The session was started again (resume, clear or a new process); its start is built anew.",
        _marked(MarkKind.RESUME, MarkKind.CLEAR, MarkKind.START),
    ),
    Explanation(
        "restart",
        "In between are lines as a new process of the client writes them; its start may have been built anew.",
        _marked(MarkKind.RESTART),
    ),
    Explanation(
        "thinking-changed",
        "One of the two turns thinks and the other does not; switching it rebuilds the messages part of the cache.",
        lambda step: step.thinking is not None and step.thinking.changed,
    ),
    Explanation(
        "command",
        "A slash command ran in between; several of them change the prompt's start.",
        _marked(MarkKind.COMMAND),
    ),
    Explanation(
        "thinking-dropped",
        "A new prompt makes older models drop the thinking of the turn before, so the messages differ from there on.",
        _forgets_thinking,
    ),
    Explanation(
        "remote-control",
        "Another device connected to the session in between, which changes its tools.",
        _marked(MarkKind.REMOTE_CONTROL),
    ),
    Explanation("skill", "A skill was loaded in between.", _marked(MarkKind.SKILL)),
    Explanation(
        "interrupt",
        "The user interrupted the answer, so it never became part of the prefix.",
        _marked(MarkKind.INTERRUPT),
    ),
    Explanation(
        "lifetime-switch",
        "The client went from five-minute to one-hour writes; entries of the shorter life do not serve the longer one.",
        _longer_lived,
    ),
    Explanation(
        "lifetime-ambiguous",
        "The pause ended so near the lifetime's end, the answer took so long, or the lifetime is so uncertain, that "
        "expiry is possible.",
        lambda step: step.oldest >= step.lives[0] - BAND_BEFORE,
    ),
    Explanation(
        "date-change",
        "The date changed between the two requests (UTC); clients put it into the prompt.",
        _another_day,
    ),
    Explanation(
        "tools-change",
        "Tools were announced, loaded or withdrawn in between. A mere announcement mostly leaves the cache as it was.",
        _marked(MarkKind.TOOLS_CHANGE),
    ),
    Explanation(
        "gateway-ids",
        "The calls carry ids that this vendor does not give: a gateway is in between, and keeps a cache of its own.",
        lambda step: step.before.gateway or step.after.gateway,
    ),
    Explanation(
        "server-rounds",
        "The answer before took several rounds of server tools; its line states their sum, and the prompt is back at "
        "one of them.",
        lambda step: step.after_rounds,
    ),
    Explanation(
        "two-conversations",
        "A smaller prompt goes on from an older request of the thread, and a later one from the request before it: the "
        "session was open twice.",
        lambda step: step.interleaved,
    ),
    Explanation(
        "trimmed",
        "The prompt became shorter (rewind, fork or a silent trim): the history was cut, not continued.",
        lambda step: step.after.prompt_tokens < TRIMMED_BELOW * step.before.context,
    ),
    Explanation(
        "image",
        "An image was added or removed, which rebuilds the messages part of the cache.",
        _marked(MarkKind.IMAGE),
    ),
    Explanation(
        "retry",
        "The service had refused or failed a call just before, so that what it had cached may be gone; or the client "
        "fell back from a stream to an answer in one part, which it asks for with other settings.",
        lambda step: step.retried or step.fell_back,
    ),
    Explanation(
        "concurrent",
        "The request began before the previous answer had ended; a cache entry is usable only after that.",
        lambda step: step.began < step.before.ended,
    ),
    Explanation(
        "unread-last-write",
        "All was read but what the request before had written, seconds after its answer: the newest entry was not yet "
        "there to be read. A question of its own counts these.",
        lambda step: step.last_write_unread,
    ),
    Explanation(
        "few-tokens",
        "Fewer than 1,024 tokens were paid again, less than the smallest block that is cached.",
        lambda step: step.missed < step.cache.smallest_block,
    ),
)
"""First match wins; research/detectors.md section 4.0 gives each explanation's source."""

UNDECIDABLE: tuple[tuple[str, str], ...] = (
    ("prefix-changed", "The client changed the start of the prompt (tool list, MCP server, local date, settings)."),
    ("many-blocks", "More than twenty blocks came since the last mark of the cache, beyond which it does not look."),
    ("other-device", "Another device or client of the same account took part."),
    ("gateway", "A proxy or gateway between client and service rewrote the request."),
)
"""What no transcript can exclude; every finding says so."""


def first_reason(step: Step, without: frozenset[str] = frozenset()) -> str:
    """Id of the first explanation that holds, those in `without` left out; "unexplained" where none does."""
    return next(
        (explanation.id for explanation in EXPLANATIONS if explanation.id not in without and explanation.holds(step)),
        UNEXPLAINED,
    )
