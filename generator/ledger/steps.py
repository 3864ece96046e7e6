"""A step: two consecutive requests of one thread, what the second should have read from cache, and what a break cost.

`read[i] = read[i-1] + write[i-1]` while the cache lives (exact within 0.5 % in 97.6-100 % of pairs of real logs).
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

import msgspec

from generator.ledger.prices import Rates, rates
from generator.records.rows import Mark, MarkKind, Request
from generator.records.vendor import first_vendor

_CACHE = first_vendor().cache
MIN_EXPECTED = _CACHE.smallest_prompt  # tokens
BREAK_BELOW = 0.98  # share of the expected read
TRIMMED_BELOW = 0.97  # of the previous prompt size: the conversation was cut, not continued
FEWEST_EXCESS = _CACHE.smallest_block  # tokens
UNREAD_WITHIN = 5.0  # seconds after an answer; in public logs its write was missing at most so long
UNREAD_SAME = 0.02  # of what is new in the last entry, by which the missing tokens may differ from it
UNREAD_LEAST = 200  # tokens; a smaller write is within what counts differ by
ROUNDS_READ = 1.9  # times what there was, from which on an answer's read is a sum over rounds
ROUNDS_SAME = 0.02  # by which what is missing after such an answer may differ from the rounds before its last
FALLBACK_KEEPS = (2, 1, 81)  # first client of public logs in which asking again without a stream breaks nothing
BAND_BEFORE = 15.0  # seconds before the lifetime ends from which expiry is possible (clock skew, queueing)
BAND_AFTER = 30.0  # seconds after it within which a hit was still seen in real logs


class Lifetime(StrEnum):
    """Cache lifetime that a thread last wrote with, read from usage.cache_creation.ephemeral_*."""

    FIVE_MINUTES = "5m"
    ONE_HOUR = "1h"
    UNKNOWN = "unknown"

    @property
    def seconds(self) -> tuple[float, float]:
        """(shortest, longest) lifetime that the log leaves open."""
        short, long = float(_CACHE.short_seconds), float(_CACHE.long_seconds)
        return {"5m": (short, short), "1h": (long, long), "unknown": (short, long)}[self.value]


class Thinking(NamedTuple):
    """How the turns around a broken step think; a turn is a prompt with the calls that answer it."""

    changed: bool  # one turn thinks as its prompt's line states, the other neither states it nor thinks
    dropped: bool  # the turn before thought; the request reads what an earlier one had left, or is shorter than before


class Step(msgspec.Struct, frozen=True, gc=False):
    """Two consecutive requests of one thread, and what lay between them (made by `step_between`)."""

    before: Request
    after: Request
    marks: tuple[Mark, ...]  # after `before` began, up to the first line of `after`
    retried: bool  # an error of the service or a retry in this step or in the one before it
    lifetime: Lifetime
    expected: int  # tokens that should be read from cache: read plus written one request before
    read: int  # tokens that were read from cache
    age: float  # seconds from the end of the previous answer to the start of this request (never below 0)
    thinking: Thinking | None = None  # of a broken step: how the turns around it think
    reread: bool = False  # the next request reads the old prefix again: it had not changed
    inherited: int = 0  # tokens that the request before `before` had left in the cache; 0 where there is none
    interleaved: bool = False  # of a broken step: it goes on from an older request, a later one from `before`
    reason: str | None = None  # None = no break; else the id of an explanation, or "unexplained"

    @property
    def continuity(self) -> float:
        """Q = read / expected; 1.0 where nothing was expected."""
        return self.read / self.expected if self.expected else 1.0

    @property
    def began(self) -> datetime:
        """Start of the request: its parent line, or its own first line where no parent is known."""
        return self.after.started or self.after.first_seen

    @property
    def since_began(self) -> float:
        """Seconds from the start of the request before to the start of this one."""
        return max(0.0, (self.began - (self.before.started or self.before.first_seen)).total_seconds())

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
        return self.missed

    @property
    def missed(self) -> int:
        """The same of any step, broken or not."""
        return max(0, min(self.expected - self.read, self.after.prompt_tokens - self.read))

    @property
    def reads_older_entry(self) -> bool:
        """Was just that read which the request before could read, and nothing of its own entry?

        A request that itself came too early writes old tokens again; they are no part of what is new in its entry.
        """
        older = self.inherited or self.before.cache_read_tokens
        newest = self.expected - older
        if self.before.left_tokens is not None or newest < UNREAD_LEAST or not self.read:
            return False
        return abs(self.read - older) <= UNREAD_SAME * newest

    @property
    def last_write_unread(self) -> bool:
        """The same within seconds of the answer before: the newest entry was not there yet."""
        return self.age <= UNREAD_WITHIN and self.reads_older_entry

    @property
    def after_rounds(self) -> bool:
        """Did the answer before read the conversation several times (rounds of server tools that its line does not
        list), and is this request back at one of them?

        Nothing else reads more than there was and is then followed by a request that misses just the rounds before
        the last one.
        """
        before, each = self.before, self.inherited
        if before.left_tokens is not None or each < MIN_EXPECTED or before.cache_read_tokens < ROUNDS_READ * each:
            return False
        further = round(before.cache_read_tokens / each) - 1
        low, high = further * each, further * (each + before.cache_write_tokens)
        return (1 - ROUNDS_SAME) * low <= self.expected - self.read <= (1 + ROUNDS_SAME) * high

    @property
    def oldest(self) -> float:
        """Most seconds that the entry can be old: it is written while the answer before is made, begun or whole."""
        return max(self.age, self.since_began)

    @property
    def fell_back(self) -> bool:
        """Did one of the two answers come whole and the other as a stream?

        After a failed stream the client asks again without one, with other settings, and the messages part of the
        cache is another. In clients 2.1.5 and 2.1.17 of two public sets each kind reads on from the last of its own
        kind, to the token; in clients from 2.1.81 on a change breaks nothing.
        """
        version = self.after.version
        late = bool(version) and tuple(int(part) for part in version.split(".")) >= FALLBACK_KEEPS
        return self.before.whole != self.after.whole and not late

    @property
    def within_lifetime(self) -> bool:
        """Was the cache surely alive: its entry younger than the shortest possible lifetime less the band?"""
        return self.oldest < self.lifetime.seconds[0] - BAND_BEFORE


def step_between(
    before: Request, after: Request, marks: tuple[Mark, ...], *, retried: bool, lifetime: Lifetime, inherited: int
) -> Step:
    """The step from a request to one that continues it, with the quantities that many rules ask for."""
    began = after.started or after.first_seen
    return Step(
        before=before,
        after=after,
        marks=marks,
        retried=retried,
        lifetime=lifetime,
        expected=before.left,
        read=after.first_read,
        age=max(0.0, (began - before.ended).total_seconds()),
        inherited=inherited,
    )


def in_tool_loop(step: Step) -> bool:
    """Does the request answer a tool, so that no turn began in between?"""
    begins = {MarkKind.PROMPT, MarkKind.AUTOMATIC_PROMPT, MarkKind.SCHEDULED_TASK}
    return step.after.prompt_words is None and not any(mark.kind in begins for mark in step.marks)


def excess_cost(step: Step) -> float | None:
    """USD paid over the counterfactual "the same request with the previous prefix read from cache".

    The excess tokens are taken from what was written first (at the rate of its lifetime), the rest from uncached
    input; each is charged at its own rate less the cache-read rate (research/detectors.md 4.0).
    """
    return repaid_cost(step, step.excess_tokens)


def repaid_cost(step: Step, tokens: int) -> float | None:
    """The same for this number of tokens of the step's request, whether it is a break or not."""
    price = rates(step.after)
    if price is None:
        return None
    written = min(tokens, step.after.cache_write_tokens)
    uncached = tokens - written
    return written * (_write_rate(step, price) - price.cache_read) + uncached * (price.input - price.cache_read)


def _write_rate(step: Step, price: Rates) -> float:
    after = step.after
    if after.cache_write_tokens and after.cache_write_1h_tokens is not None:
        share = after.cache_write_1h_tokens / after.cache_write_tokens
        return share * price.cache_write_1h + (1 - share) * price.cache_write_5m
    return price.cache_write_1h if step.lifetime is Lifetime.ONE_HOUR else price.cache_write_5m
