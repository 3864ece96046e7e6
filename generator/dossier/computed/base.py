"""What a measurement that was worked out gives its page."""

from __future__ import annotations

from dataclasses import dataclass

from generator.curated.measurements import PublishedTable
from generator.statistics.estimate import Estimate


@dataclass(frozen=True)
class Computed:
    """Figures and tables of one measurement; all that its page says in numbers comes from here."""

    function: str  # where to read how, as module:function
    answer: str  # what was found, in one sentence with the number that carries most and its size
    estimates: tuple[tuple[str, Estimate], ...]  # what each number is, in words, with the number
    tables: tuple[PublishedTable, ...]  # drawn where they have a plot
    cautions: tuple[str, ...] = ()  # what the numbers cannot tell, as far as the numbers themselves show it
