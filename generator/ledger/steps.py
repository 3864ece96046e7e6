"""Requests of one thread, the cache identity between neighbours, and the first innocent reason for a break.

In one thread `read[i] = read[i-1] + write[i-1]` while the cache lives (research: exact within 0.5 % in 97.6-100 %
of pairs; the exceptions are bimodal, so the cut at 0.98 is not delicate). A break is a departure from it, and
the ladder names the first explanation that holds. What no log can decide is listed in `UNDECIDABLE`.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property
from itertools import pairwise

import msgspec

from generator.ledger.prices import Rates, cost, rates
from generator.records.rows import Mark, MarkKind, MissReason, Request

MIN_EXPECTED = 4096  # tokens; the smallest cacheable prefix of the 4.5/4.6 models (Anthropic docs, prompt caching)
BREAK_BELOW = 0.98  # share of the expected read
BAND_BEFORE = 15.0  # seconds before the lifetime ends from which expiry is possible (clock skew, queueing)
BAND_AFTER = 30.0  # seconds after it within which a hit was still seen in real logs
TRIMMED_BELOW = 0.97  # of the previous prompt size: the conversation was cut, not continued
RETRY_WINDOW = timedelta(minutes=15)
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


class Lifetime(StrEnum):
    """Cache lifetime that a thread last wrote with, read from usage.cache_creation.ephemeral_*."""

    FIVE_MINUTES = "5m"
    ONE_HOUR = "1h"
    UNKNOWN = "unknown"

    @property
    def seconds(self) -> tuple[float, float]:
        """(shortest, longest) lifetime that the log leaves open."""
        return {"5m": (300.0, 300.0), "1h": (3600.0, 3600.0), "unknown": (300.0, 3600.0)}[self.value]


@dataclass(frozen=True)
class Explanation:
    """One innocent explanation of a break, in the order they are tried."""

    id: str
    text: str
    holds: Callable[[Step], bool]


@dataclass(frozen=True, slots=True)
class Step:
    """Two consecutive requests of one thread, and what lay between them."""

    before: Request
    after: Request
    marks: tuple[Mark, ...]  # after `before` began, up to the first line of `after`
    recent_retry: bool  # an API error or retry within 15 minutes before `after`
    lifetime: Lifetime
    reason: str | None = None  # None = no break; else the id of an explanation, or "unexplained"

    @property
    def expected(self) -> int:
        """Tokens that should be read from cache: read plus written one request before."""
        return self.before.cache_read_tokens + self.before.cache_write_tokens

    @property
    def continuity(self) -> float:
        """Q = read / expected; 1.0 where nothing was expected."""
        return self.after.cache_read_tokens / self.expected if self.expected else 1.0

    @property
    def age(self) -> float:
        """Seconds from the end of the previous answer to the start of this request (never below 0)."""
        return max(0.0, (self.began - self.before.ended).total_seconds())

    @property
    def began(self) -> datetime:
        """Start of the request: its parent line, or its own first line where no parent is known."""
        return self.after.started or self.after.first_seen

    @property
    def testable(self) -> bool:
        """Is enough expected for the identity to say anything?"""
        return self.expected >= MIN_EXPECTED

    @property
    def is_break(self) -> bool:
        """Does the identity fail?"""
        return self.reason is not None

    @property
    def excess_tokens(self) -> int:
        """Tokens paid again although the previous prefix held them: min(expected - read, written + uncached)."""
        if self.reason is None:
            return 0
        missed = self.expected - self.after.cache_read_tokens
        return max(0, min(missed, self.after.cache_write_tokens + self.after.input_tokens))

    @property
    def within_lifetime(self) -> bool:
        """Was the cache surely alive: age below the shortest possible lifetime less the band?"""
        return self.age < self.lifetime.seconds[0] - BAND_BEFORE


@dataclass(frozen=True)
class Thread:
    """All requests of one (session, agent), oldest first, with the steps between neighbours."""

    session: str
    agent: str
    requests: tuple[Request, ...]
    steps: tuple[Step, ...]
    marks: tuple[Mark, ...]

    @cached_property
    def testable_steps(self) -> int:
        """Steps on which the identity can fail; several detectors ask for it."""
        return sum(step.testable for step in self.steps)

    @cached_property
    def list_price(self) -> float:
        """List price in USD of all its calls with a known price; each finding is measured by it."""
        return sum(cost(request) or 0.0 for request in self.requests)


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


def threads_of(requests: Iterable[Request], marks: Iterable[Mark]) -> tuple[Thread, ...]:
    """Threads of the requests, by session and agent; each request gets its position in its thread.

    Requests that already carry a position (rows of a partial pack) keep it, and a step is made only between
    neighbours in the original thread.
    """
    grouped: defaultdict[tuple[str, str], list[Request]] = defaultdict(list)
    for request in requests:
        grouped[request.thread].append(request)
    marked: defaultdict[tuple[str, str], list[Mark]] = defaultdict(list)
    for mark in marks:
        marked[mark.thread].append(mark)
    return tuple(_thread(key, grouped[key], marked.get(key, [])) for key in sorted(grouped))


def _thread(key: tuple[str, str], requests: list[Request], marks: list[Mark]) -> Thread:
    if any(request.position is None for request in requests):
        requests.sort(key=lambda request: (request.first_seen, request.source))
        requests = [msgspec.structs.replace(request, position=i) for i, request in enumerate(requests)]
    else:
        requests.sort(key=lambda request: request.position or 0)
    marks.sort(key=lambda mark: (mark.at, mark.source))
    return Thread(
        session=key[0],
        agent=key[1],
        requests=tuple(requests),
        steps=tuple(_steps(requests, marks)),
        marks=tuple(marks),
    )


def _steps(requests: Sequence[Request], marks: Sequence[Mark]) -> Iterable[Step]:
    times = [mark.at for mark in marks]
    lifetime = Lifetime.UNKNOWN
    for before, after in pairwise(requests):
        lifetime = _lifetime(before, lifetime)
        if before.position is None or after.position != before.position + 1:
            continue
        low, high = bisect_right(times, before.first_seen), bisect_right(times, after.first_seen)
        step = Step(before, after, tuple(marks[low:high]), recent_retry=False, lifetime=lifetime)
        if step.testable and step.continuity < BREAK_BELOW:
            since = bisect_left(times, after.first_seen - RETRY_WINDOW)
            step = _judged(replace(step, recent_retry=_retried(marks[since:high])))
        yield step


def _judged(step: Step) -> Step:
    """A break with its reason: the first explanation that holds."""
    return replace(step, reason=first_reason(step))


def first_reason(step: Step, without: frozenset[str] = frozenset()) -> str:
    """Id of the first explanation that holds, those in `without` left out; "unexplained" where none does."""
    return next(
        (explanation.id for explanation in EXPLANATIONS if explanation.id not in without and explanation.holds(step)),
        UNEXPLAINED,
    )


def _lifetime(request: Request, known: Lifetime) -> Lifetime:
    if request.cache_write_1h_tokens:
        return Lifetime.ONE_HOUR
    if request.cache_write_5m_tokens:
        return Lifetime.FIVE_MINUTES
    return known


def _retried(marks: Sequence[Mark]) -> bool:
    return any(mark.kind in {MarkKind.RETRY, MarkKind.API_ERROR} for mark in marks)


def human_prompts(thread: Thread) -> tuple[Step, ...]:
    """Steps whose request answers a prompt that a person typed."""
    return tuple(step for step in thread.steps if step.after.prompt_words is not None)


def in_tool_loop(step: Step) -> bool:
    """Does the request answer a tool, so that no turn began in between?"""
    begins = {MarkKind.PROMPT, MarkKind.AUTOMATIC_PROMPT, MarkKind.SCHEDULED_TASK}
    return step.after.prompt_words is None and not any(mark.kind in begins for mark in step.marks)


def excess_cost(step: Step) -> float | None:
    """USD paid over the counterfactual "the same request with the previous prefix read from cache".

    The excess tokens are taken from what was written first (at the rate of its lifetime), the rest from uncached
    input; each is charged at its own rate less the cache-read rate (research/detectors.md 4.0).
    """
    price = rates(step.after)
    if price is None:
        return None
    written = min(step.excess_tokens, step.after.cache_write_tokens)
    uncached = step.excess_tokens - written
    return written * (_write_rate(step, price) - price.cache_read) + uncached * (price.input - price.cache_read)


def _write_rate(step: Step, price: Rates) -> float:
    after = step.after
    if after.cache_write_tokens and after.cache_write_1h_tokens is not None:
        share = after.cache_write_1h_tokens / after.cache_write_tokens
        return share * price.cache_write_1h + (1 - share) * price.cache_write_5m
    return price.cache_write_1h if step.lifetime is Lifetime.ONE_HOUR else price.cache_write_5m
