"""Known faults: those of client versions, from the list that `known-bad-version` asks of a log, and those with days.

The detector's list has the versions and what a fault does; events of the timeline have its days. They meet where an
event is the release that mended the fault, or tells of its beginning.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from generator.curated.address import is_below
from generator.detectors.known_bad_version import FAULTS, KNOWN_BAD_VERSION, Fault
from generator.dossier.applying.base import Applying, Kind, sentence, surfaces_of, version_of
from generator.dossier.applying.dated import days_of
from generator.ledger.subjects import version_key

if TYPE_CHECKING:
    from generator.curated.kinds import Library
    from generator.curated.measurements import Applied, Published
    from generator.curated.models import Event

CLIENT = ("claude-code",)


def faults(library: Library, *, clients: bool) -> Iterator[Applying]:
    """Faults with versions, then regressions on record that no version is known of."""
    told = set[str]()
    for fault in FAULTS if clients else ():
        began, mended = _began(fault, library), _mended(fault, library)
        told.update(event.id for event in (began,) if event)
        yield _fault(fault, began, mended, library)
    for event in library.events:
        if event.id not in told and (event.kind == "regression" or _is_admitted(event, library)):
            yield _regression(event, library)
    for one in library.published:
        if one.applied:
            yield _measured(one, one.applied, library)


def _fault(fault: Fault, began: Event | None, mended: Event | None, library: Library) -> Applying:
    thread = _only([event for event in library.events if str(event.url) == fault.source.url])
    told = tuple(event for event in (began, thread) if event)
    telling = told or (
        (mended,) if mended else ()
    )  # a release mends much else, so it speaks only where nothing else does
    best = telling[0] if telling else None
    named = [scope for event in telling for scope in event.surfaces]
    since = _release(fault.first, library) or began
    return Applying(
        id=f"fault-{fault.id}",
        kind=Kind.FAULT,
        says=fault.says,
        path=f"e/{best.id}/" if best else f"d/{KNOWN_BAD_VERSION.id}/",
        first=days_of(since, library)[0] if since else None,
        versions=(fault.first, fault.last),
        surfaces=surfaces_of(named or CLIENT, library),
        official=_is_vendors(fault.source.url, library),
        confidence=best.confidence if best else None,
        events=tuple(event.id for event in telling),
        note=f"Mended in {version_of(mended)}." if mended else "",
    )


def _regression(event: Event, library: Library) -> Applying:
    first, last = days_of(event, library)
    return Applying(
        id=event.id,
        kind=Kind.FAULT,
        says=sentence(event.title),
        path=f"e/{event.id}/",
        first=first,
        last=last,
        surfaces=surfaces_of(event.surfaces, library),
        plans=event.plans,
        official=event.official,
        confidence=event.confidence,
        events=(event.id,),
        note="Which client versions is not on record." if set(CLIENT) & set(event.surfaces) else "",
    )


def _is_admitted(event: Event, library: Library) -> bool:
    """Reported by users, and at an end by the vendor's own word."""
    return event.kind == "user_report" and any(one.official for one in library.events if one.id == event.ended_by)


def _measured(one: Published, applied: Applied, library: Library) -> Applying:
    return Applying(
        id=f"measured-{one.id}",
        kind=Kind.FAULT if applied.fault else Kind.CHANGE,
        says=applied.says,
        path=f"m/{one.id}/",
        first=applied.first,
        last=applied.last,
        surfaces=surfaces_of(one.surfaces, library) if one.surfaces else (),
        note=_measured_by(one, applied),
    )


def _measured_by(one: Published, applied: Applied) -> str:
    if not one.ours:
        return "Measured by others."
    return f"Measured on our side; {'whose fault it was' if applied.fault else 'what it does not show'} is on its page."


def _mended(fault: Fault, library: Library) -> Event | None:
    """The first release on record after the last version that has the fault."""
    later = [event for event in library.events if version_key(version_of(event)) > version_key(fault.last)]
    return min(later, key=lambda event: version_key(version_of(event)), default=None)


def _began(fault: Fault, library: Library) -> Event | None:
    """The regression that is this fault: it is the release of its first version, or its end names the mending one."""
    mended = _mended(fault, library)
    ends = {event.id: event.title for event in library.events}
    for event in library.events:
        if event.kind != "regression":
            continue
        ending = ends.get(event.ended_by or "", "").split()
        if event is _release(fault.first, library) or (mended and version_of(mended) in ending):
            return event
    return None


def _release(version: str, library: Library) -> Event | None:
    """The event that is the release of this version; none of "", which is no version."""
    return next((event for event in library.events if version and version_of(event) == version), None)


def _only(events: list[Event]) -> Event | None:
    """An address that many events have, as the changelog, tells of none of them."""
    return events[0] if len(events) == 1 else None


def _is_vendors(url: str, library: Library) -> bool:
    return any(is_below(url, str(one.address)) for one in library.case.vendor_addresses)
