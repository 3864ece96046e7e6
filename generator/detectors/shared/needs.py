"""What a detector needs of the input, and how somebody without it gets it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from generator.ledger.subjects import Subjects
from generator.records.rows import MarkKind

TRANSCRIPTS = (
    "Claude Code keeps transcripts in ~/.claude/projects for about 30 days; copy the folder before it is cleaned, "
    "or set cleanupPeriodDays higher in the client's settings."
)
RECORD = "Let the statusline setting of Claude Code run the command witnessmark meter record"
METER_HOW = (
    f"{RECORD} (client 2.1.80 or later), or keep polls of the usage endpoint, or name what a usage tracker recorded; "
    "every few minutes, also while nobody works."
)


BARE = frozenset({MarkKind.API_ERROR, MarkKind.LIMIT_REFUSAL, MarkKind.OTHER})
"""Marks that a gateway has too; a log that holds no others does not tell what happened between calls."""


@dataclass(frozen=True)
class Need:
    """One input. `met` tells whether this evidence has it; `how` tells where to get it."""

    id: str
    text: str
    how: str
    met: Callable[[Subjects], bool] = field(repr=False)


def _calls(subjects: Subjects, holds: Callable[..., bool]) -> bool:
    return any(holds(request) for thread in subjects.threads for request in thread.requests)


TOKENS = Need(
    "token-counts",
    "input, cache-read, cache-write and output tokens of each call",
    TRANSCRIPTS,
    lambda subjects: any(thread.requests for thread in subjects.threads),
)
THREADS = Need(
    "threads",
    "which calls belong to one conversation",
    "Transcripts tell it, and recordings of requests that name a session; most gateways do not. " + TRANSCRIPTS,
    lambda subjects: any(len(thread.requests) > 1 for thread in subjects.threads),
)
LIFETIME = Need(
    "lifetime-split",
    "cache writes split into five minutes and one hour",
    "The split is in transcripts since about client 1.0.90 and in API responses; a gateway may drop it.",
    lambda subjects: _calls(
        subjects, lambda call: call.cache_write_1h_tokens is not None or call.cache_write_5m_tokens is not None
    ),
)
PROMPTS = Need(
    "human-prompts",
    "which calls answer a prompt that a person typed, and its number of words",
    "Only transcripts of interactive sessions have them; automated sessions do not. " + TRANSCRIPTS,
    lambda subjects: _calls(subjects, lambda call: call.prompt_words is not None),
)
PARENTS = Need(
    "parents",
    "which line of the conversation each call answers",
    TRANSCRIPTS,
    lambda subjects: _calls(subjects, lambda call: bool(call.parent) and not call.nested),
)
MARKS = Need(
    "marks",
    "what happened between calls: compactions, resumes, commands, retries",
    TRANSCRIPTS,
    lambda subjects: (
        _calls(subjects, lambda call: bool(call.parent))
        or any(mark.kind not in BARE for thread in subjects.threads for mark in thread.marks)
        or any(counter.marks for counter in subjects.counters)
    ),
)
REFUSALS = Need(
    "refusals",
    "which calls were refused because a limit was reached",
    TRANSCRIPTS,
    lambda subjects: MARKS.met(subjects) or any(meter.refusals for meter in subjects.meters),
)
VERSIONS = Need(
    "client-versions",
    "the client version of each call",
    TRANSCRIPTS,
    lambda subjects: _calls(subjects, lambda call: bool(call.version)),
)
FIRST_LINES = Need(
    "first-lines",
    "the output count on the first line of each answer",
    TRANSCRIPTS,
    lambda subjects: _calls(subjects, lambda call: call.first_output_tokens is not None),
)
TOOL_RESULTS = Need(
    "tool-results",
    "the size of the tool result that each call answers",
    TRANSCRIPTS,
    lambda subjects: _calls(subjects, lambda call: call.result_bytes is not None),
)
TOOL_USES = Need(
    "tool-uses",
    "how often files are read and changed",
    TRANSCRIPTS,
    lambda subjects: _calls(subjects, lambda call: call.file_reads is not None or call.file_edits is not None),
)
REQUESTED_MODEL = Need(
    "requested-model",
    "the model that was asked for, beside the one that answered",
    "A transcript holds only the model that answered. A recorded request holds the other: a HAR file, a log of "
    "claude-trace or of a gateway, or the raw bodies of the client's telemetry.",
    lambda subjects: _calls(subjects, lambda call: call.requested_model is not None),
)
METER = Need("meter", "readings of the usage meter over time", METER_HOW, lambda subjects: bool(subjects.meters))
COUNTERS = Need(
    "counters",
    "readings of the client's running token counters over time",
    f"{RECORD}.",
    lambda subjects: bool(subjects.counters),
)

NEEDS: dict[str, Need] = {
    need.id: need
    for need in (
        TOKENS, THREADS, LIFETIME, PROMPTS, PARENTS, MARKS, REFUSALS, VERSIONS, FIRST_LINES, TOOL_RESULTS, TOOL_USES,
        REQUESTED_MODEL, METER, COUNTERS,
    )
}  # fmt: skip
