"""The calls as they were simulated, and what follows from the planted ones for each detector."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import NamedTuple

from generator.simulator.transcript import Usage
from generator.simulator.truth import Fault

ORDINARY = ""
UNEXPLAINED = "unexplained"  # cause of a call that lost its cache for no reason that a log could give
RESUMED = "resumed"  # cause of a call that lost it because a resumed session is faulty
UNREAD = "unread-last-write"  # cause of a call that came before the newest entry could be read
HOUR = 3600.0
GAP, SPIKE = 300.0, 20_000  # seconds, tokens (research/detectors.md 4.1)
SHORT, LARGE = 10, 50_000  # words, tokens
THRICE = 3
STRIPPED_IN = ((2, 1, 85), (2, 1, 100))


class Made(NamedTuple):
    """One simulated call. `words` of the prompt it answers; `cause` of its loss; `cached` before it."""

    message: str
    session: str
    agent: str
    version: str
    model: str
    began: datetime
    first: datetime
    ended: datetime
    usage: Usage
    words: int | None
    cause: str
    cached: int
    age: float  # seconds since the answer before
    lived: str  # lifetime of what is cached
    lines: int
    usd: float
    prompt: int  # tokens of the longest prompt of its rounds

    @property
    def missed(self) -> int:
        """Tokens paid again although the prefix before held them."""
        return max(0, min(self.cached - self.usage.read, self.usage.written + self.usage.uncached))

    @property
    def kept(self) -> float:
        """Share of the expected read that was read."""
        return self.usage.read / self.cached if self.cached else 1.0


def consequences(calls: Sequence[Made]) -> Iterator[Fault]:
    """What detectors must find of the planted losses of one thread."""
    for call in calls:
        yield from _alone(call)
    yield from _cycles(calls)
    for run in pins(calls):
        yield _fault("prefix-pin", run)
    yield from _stripped(calls)


def _alone(call: Made) -> Iterator[Fault]:
    if call.cause == RESUMED:
        yield _fault("resume-miss", [call])
    if call.cause != UNEXPLAINED:
        return
    paid = call.usage.written + call.usage.uncached
    yield _fault("cache-break", [call])
    if not call.usage.read:
        yield _fault("premature-expiry", [call])
    if call.age >= GAP and paid >= SPIKE:
        yield _fault("gap-then-spike", [call])
    if call.words is not None and call.words <= SHORT and paid >= LARGE:
        yield _fault("short-prompt-overbilled", [call])


def _cycles(calls: Sequence[Made]) -> Iterator[Fault]:
    """Three losses of half the cache within an hour; no loss counts twice."""
    losses = [call for call in calls if call.cause == UNEXPLAINED and call.kept <= 0.5]  # noqa: PLR2004  half
    while losses:
        window = [call for call in losses if call.first <= losses[0].first + timedelta(seconds=HOUR)]
        if len(window) >= THRICE:
            yield _fault("expiry-cycling", window)
            losses = losses[len(window) :]
        else:
            losses = losses[1:]


def pins(calls: Sequence[Made]) -> Iterator[list[Made]]:
    """Three or more neighbours that stop reading at the same token."""
    for broken, run in groupby(calls, key=_is_pinned):
        pinned: list[Made] = []
        for call in run if broken else ():
            if pinned and abs(call.usage.read / pinned[0].usage.read - 1) > 0.02:  # noqa: PLR2004  of the first read
                if len(pinned) >= THRICE:
                    yield pinned
                pinned = []
            pinned.append(call)
        if len(pinned) >= THRICE:
            yield pinned


def _is_pinned(call: Made) -> bool:
    return call.cause == UNEXPLAINED and call.usage.read > 0 and call.kept < 0.6  # noqa: PLR2004


def _stripped(calls: Sequence[Made]) -> Iterator[Fault]:
    """After a pause of over an hour, three of the next five calls lose a part."""
    pauses = [place for place, call in enumerate(calls) if call.age > HOUR]
    for place, end in zip(pauses, [*pauses[1:], len(calls)], strict=False):
        partial = [
            call for call in calls[place + 1 : min(end, place + 6)] if call.cause == UNEXPLAINED and call.usage.read
        ]
        low, high = STRIPPED_IN
        affected = [call for call in partial if low <= tuple(map(int, call.version.split("."))) <= high]
        if len(affected) >= THRICE:
            yield _fault("thinking-stripped", affected)


def late_entries(calls: Sequence[Made]) -> Iterator[Fault]:
    """One fault of the account: calls that did not read the newest entry."""
    if len(calls) >= 2:  # noqa: PLR2004  a single one may be anything
        found = _fault(UNREAD, calls)
        yield Fault(UNREAD, "", found.messages, found.excess_tokens, start=found.start, end=found.end)


def _fault(detector: str, calls: Sequence[Made]) -> Fault:
    return Fault(
        detector=detector,
        session=calls[0].session,
        messages=tuple(call.message for call in calls),
        excess_tokens=sum(call.missed for call in calls),
        start=calls[0].first,
        end=calls[-1].ended,
    )
