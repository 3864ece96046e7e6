"""Level `aggregate`: which figures may be told, and how far they are rounded.

A figure may be told where at least FEWEST_CALLS calls (or other events) of FEWEST_SESSIONS sessions are behind it. Of a
sum no call may be more than half, and no session more than three quarters: the (n,k)-dominance rule of official
statistics with n = 1 (Hundepool et al. 2012, Statistical Disclosure Control, section 4.2.2). Where one is more, the sum
is told as if it were as large as the rule allows, so that it tells nothing of its size. Counts are then rounded to
fives, sums to TOKEN_GRID or DOLLAR_GRID.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

FEWEST_CALLS = 5  # the threshold of official statistics is 3 to 10
FEWEST_SESSIONS = 2  # one session alone would be told as it was
LARGEST_CALL = 1 / 2  # share of a sum
LARGEST_SESSION = 3 / 4  # share of a sum
TOKEN_GRID = 1_000
DOLLAR_GRID = 0.1


@dataclass(frozen=True, slots=True)
class Part:
    """What one call or event adds to sums."""

    session: str
    amounts: tuple[float, ...] = ()


def is_enough(sessions: Iterable[str]) -> bool:
    """Are events of these sessions, one entry an event, enough to be told as one figure?"""
    each = list(sessions)
    return len(each) >= FEWEST_CALLS and len(set(each)) >= FEWEST_SESSIONS


def is_safe(parts: Sequence[Part]) -> bool:
    """May these be told as one count and one sum of each amount, none of them mostly of one call or session?"""
    return is_enough(part.session for part in parts) and not any(
        _is_dominated(amounts, LARGEST_CALL) or _is_dominated(of_sessions, LARGEST_SESSION)
        for amounts, of_sessions in _columns(parts)
    )


def told_sums(parts: Sequence[Part]) -> tuple[float, ...]:
    """Sums of the amounts, each as if its largest calls and sessions were no larger than the rule allows."""
    return tuple(
        min(
            _capped(amounts, LARGEST_CALL, FEWEST_CALLS),
            _capped(of_sessions, LARGEST_SESSION, FEWEST_SESSIONS),
            key=abs,
        )
        for amounts, of_sessions in _columns(parts)
    )


def groups_told(blocks: Iterable[Sequence[Part]]) -> Iterator[list[Part]]:
    """What comes in block by block, told in groups that are enough each; what is left at the end waits.

    Decided from the left only: with more blocks, more groups are told, and none of them changes.
    """
    waiting: list[Part] = []
    for block in blocks:
        waiting.extend(block)
        if is_enough(part.session for part in waiting):
            yield waiting
            waiting = []


def few(count: int) -> int:
    """A count, rounded down to fives."""
    return count - count % FEWEST_CALLS


def nearest(value: float, grid: float) -> float:
    """The nearest multiple of the grid, half of it up."""
    return (value + grid / 2) // grid * grid


def _columns(parts: Sequence[Part]) -> Iterator[tuple[list[float], list[float]]]:
    """For each amount: that of every call, and that of every session."""
    for amounts in zip(*(part.amounts for part in parts), strict=True):
        sessions: defaultdict[str, float] = defaultdict(float)
        for part, amount in zip(parts, amounts, strict=True):
            sessions[part.session] += amount
        yield list(amounts), list(sessions.values())


def _is_dominated(amounts: Sequence[float], share: float) -> bool:
    sizes = [abs(amount) for amount in amounts]
    return max(sizes, default=0) > share * sum(sizes)


def _capped(amounts: Sequence[float], share: float, fewest: int) -> float:
    """The sum, with the largest counted as its greatest share of what the others may be told as; 0 where few remain."""
    ordered = sorted(amounts, key=abs, reverse=True)
    times = 1.0
    while _is_dominated(ordered, share):
        ordered = ordered[1:]
        times /= 1 - share
        if len(ordered) < fewest:
            return 0.0
    return times * sum(ordered)
