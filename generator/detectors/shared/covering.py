"""How many of the units that were examined one finding is about, where it spans several and says how many."""

from __future__ import annotations

from collections.abc import Callable

from generator.records.results import Finding


def counted(quantity: str) -> Callable[[Finding], int | None]:
    """The number that the finding states under this name; None for a finding that states none."""

    def covers(finding: Finding) -> int | None:
        return next((round(one.value) for one in finding.quantities if one.name == quantity), None)

    return covers


def readings_apart(finding: Finding) -> int | None:
    """Intervals between the readings that it cites."""
    return len(finding.readings) - 1 if finding.readings else None
