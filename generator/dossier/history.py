"""What a page says of its own past: since when it is public, and when and why its grade last changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from generator.curated.kinds import Library
from generator.curated.locked import rows_of
from generator.dossier.changes import NOW, Period, What


@dataclass(frozen=True)
class History:
    """Of one record."""

    first: date | None  # on which it was first seen; None = it is not in the list of ids yet
    first_title: str  # where it was another one
    graded: str  # about the last change of the grade; "" for what has none


def histories(library: Library, periods: Sequence[Period]) -> dict[str, History]:
    """By place, of every record in the list of ids."""
    titles = {f"c/{claim.id}": claim.statement for claim in library.claims}
    titles |= {f"r/{report.id}": report.title for report in library.reports}
    titles |= {f"e/{event.id}": event.title for event in library.events}
    titles |= {f"i/{incident.id}": incident.title for incident in library.incidents}
    titles |= {f"m/{one.id}": one.title for one in library.published}
    rows = rows_of(library.locked)
    return {
        place: History(
            first=row.first,
            first_title=row.title if titles.get(place, row.title) != row.title else "",
            graded=_graded(place, periods, row.first) if row.kind == "claim" else "",
        )
        for place, row in rows.items()
    }


def _graded(place: str, periods: Sequence[Period], first: date) -> str:
    if not periods:
        return f"This grade is as first recorded on {first}."
    for period in reversed(periods):
        for change in period.about(place):
            if change.what is What.REGRADED:
                when = "since the newest snapshot" if period.id == NOW else f"in snapshot {period.id}"
                old, new = change.before.replace("_", " "), change.after.replace("_", " ")
                return f"The grade last changed {when}: from {old} to {new}. {change.why}"
    came = next((period.id for period in periods for one in period.about(place) if one.what is What.ADDED), None)
    if came == NOW:
        return "The claim is in no snapshot yet."
    return f"The grade has not changed since snapshot {came or periods[0].id}."
