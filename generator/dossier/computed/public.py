"""The public log sets that measurements are worked out from, and every step in them that can be tested."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeVar

from generator.dossier.computed.base import Computed
from generator.ledger.steps import Step
from generator.ledger.threads import Thread, threads_of
from generator.records.results import Level, Pack

FIRST, LAST = date(2026, 3, 17), date(2026, 3, 23)
"""Days of the article."""
NONE = "Nothing was worked out: this copy of the site holds no public log set in full."
Kind = TypeVar("Kind")


@dataclass(frozen=True, slots=True)
class Looked:
    """A step of a public set on which the cache identity can be tested."""

    set: str
    session: str
    agent: str  # "" = main thread
    step: Step
    day: date  # of the request's first line, UTC

    @property
    def version(self) -> str:
        """Client version of the request."""
        return self.step.after.version

    @property
    def cluster(self) -> tuple[str, str]:
        """The session, told apart from those of other sets."""
        return (self.set, self.session)


def public_sets(packs: Iterable[Pack]) -> tuple[Pack, ...]:
    """Packs of public logs that hold every call; logs of the site's owner are no part of a public measurement."""
    return tuple(pack for pack in packs if pack.origin and pack.level is Level.FULL and not pack.simulated)


def threads_by_set(packs: Iterable[Pack]) -> tuple[tuple[str, Thread], ...]:
    """Every thread of the public sets."""
    return tuple((pack.id, thread) for pack in public_sets(packs) for thread in threads_of(pack.requests, pack.marks))


def steps_of(threads: Iterable[tuple[str, Thread]]) -> Iterator[Looked]:
    """Their testable steps, calls that came through somebody else's hands left out."""
    for name, thread in threads:
        for step in thread.steps:
            if step.testable and not step.before.gateway and not step.after.gateway:
                yield Looked(name, thread.session, thread.agent, step, step.after.first_seen.date())


def by(rows: Iterable[Kind], key: Callable[[Kind], Any]) -> dict[Any, list[Kind]]:
    """The rows by a key, keys in their order."""
    found: dict[Any, list[Kind]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return dict(sorted(found.items()))


def week_of(day: date) -> date:
    """Monday of its ISO week."""
    return day - timedelta(days=day.weekday())


def percent(share: float, places: int = 2) -> float:
    """A share of one as percent, rounded for a table."""
    return round(100 * share, places)


def nothing(function: str) -> Computed:
    """What a measurement says where no public set is there."""
    return Computed(function, NONE, (), ())
