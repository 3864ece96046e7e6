"""Innocent explanations of a break, in the order in which they are tried: the first that holds is the reason.

What no log can decide is listed in `UNDECIDABLE`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from generator.ledger.steps import BAND_AFTER, BAND_BEFORE, TRIMMED_BELOW, Step
from generator.records.rows import MarkKind, MissReason

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


def _commanded(step: Step) -> bool:
    return any(mark.kind is MarkKind.COMMAND for mark in step.marks)


def _stated(step: Step) -> bool:
    return step.after.miss_reason in STATED_CHANGES


def _settings_changed(step: Step) -> bool:
    before, after = step.before, step.after
    return (before.effort is not None and after.effort is not None and before.effort != after.effort) or (
        before.speed is not None and after.speed is not None and before.speed != after.speed
    )


EXPLANATIONS: tuple[Explanation, ...] = (
    Explanation("stated-change", "The API itself stated that the prompt's start had changed.", _stated),
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
        _marked(MarkKind.COMPACTION, MarkKind.COMPACT_SUMMARY),
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
    Explanation("command", "A slash command ran in between; several of them change the prompt's start.", _commanded),
    Explanation("tools-change", "Tools were announced or withdrawn in between.", _marked(MarkKind.TOOLS_CHANGE)),
    Explanation("skill", "A skill was loaded in between.", _marked(MarkKind.SKILL)),
    Explanation(
        "interrupt",
        "The user interrupted the answer, so it never became part of the prefix.",
        _marked(MarkKind.INTERRUPT),
    ),
    Explanation(
        "lifetime-elapsed",
        "The pause was longer than the cache lives (lifetime measured from this thread's own writes, plus 30 s).",
        lambda step: step.age > step.lifetime.seconds[1] + BAND_AFTER,
    ),
    Explanation(
        "lifetime-ambiguous",
        "The pause ended so near the lifetime's end, or the lifetime is so uncertain, that expiry is possible.",
        lambda step: step.age >= step.lifetime.seconds[0] - BAND_BEFORE,
    ),
    Explanation(
        "trimmed",
        "The prompt became shorter (rewind, fork or a silent trim): the history was cut, not continued.",
        lambda step: step.after.total_tokens < TRIMMED_BELOW * step.before.total_tokens,
    ),
    Explanation(
        "image",
        "An image was added or removed, which rebuilds the messages part of the cache.",
        _marked(MarkKind.IMAGE),
    ),
    Explanation(
        "retry",
        "The service had refused or failed a call within the last 15 minutes.",
        lambda step: step.recent_retry,
    ),
    Explanation(
        "concurrent",
        "The request began before the previous answer had ended; a cache entry is usable only after that.",
        lambda step: step.began < step.before.ended,
    ),
)
"""First match wins; research/detectors.md section 4.0 gives each explanation's source."""

UNDECIDABLE: tuple[tuple[str, str], ...] = (
    ("prefix-changed", "The client changed the start of the prompt (tool list, MCP server, date, settings)."),
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
