"""What can have applied to somebody: faults of client versions, promotions and limits, incidents, releases, causes.

The page "Was it me?" lists all of it and filters it; nothing here is typed a second time.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from generator.dossier.applying.base import Applying
from generator.dossier.applying.causes import causes
from generator.dossier.applying.dated import incidents, policies, releases
from generator.dossier.applying.faults import faults

if TYPE_CHECKING:
    from generator.curated.kinds import Library


def applying(library: Library, *, clients: bool) -> tuple[Applying, ...]:
    """Every record that touches the days which the case studies: by kind, then by first day.

    `clients`: also faults of the clients whose logs are read, which are of one vendor and in no record of the case.
    """
    first, last = library.case.window_start, library.case.window_end
    found = [one for one in _all(library, clients=clients) if _touches(one, first, last)]
    return tuple(sorted(found, key=lambda one: (one.kind.place, one.first or date.min, one.id)))


def _all(library: Library, *, clients: bool) -> Iterator[Applying]:
    yield from faults(library, clients=clients)
    yield from policies(library)
    yield from causes(library)
    yield from incidents(library)
    yield from releases(library)


def _touches(one: Applying, first: date, last: date) -> bool:
    return (one.first or first) <= last and first <= (one.last or last)
