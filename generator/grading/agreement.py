"""Where the computed grade of a claim and the reviewer's differ, and what each rests on."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from generator.curated.claims import Claim, Grade
from generator.grading.rules import ComputedGrade

# A reviewer says how much of a statement holds, the rules how much stands behind it; these go together.
AGREES: Mapping[Grade, frozenset[ComputedGrade]] = {
    Grade.SUPPORTED: frozenset({ComputedGrade.ESTABLISHED, ComputedGrade.SUPPORTED}),
    Grade.PARTLY_SUPPORTED: frozenset({ComputedGrade.PLAUSIBLE}),
    Grade.UNSUPPORTED: frozenset({ComputedGrade.UNSUPPORTED}),
    Grade.CONTRADICTED: frozenset({ComputedGrade.CONTRADICTED}),
    Grade.NOT_CHECKABLE: frozenset({ComputedGrade.NOT_CHECKABLE}),
}
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z\"\u201c])")


@dataclass(frozen=True)
class CrossRow:
    """Claims of one computed grade, by the reviewer's grade in the order of `Grade`."""

    computed: ComputedGrade
    counts: tuple[int, ...]
    agreeing: tuple[bool, ...]  # whether that cell counts as agreement


def agree(computed: ComputedGrade, reviewed: Grade) -> bool:
    """Whether two grades say the same. A withdrawn claim is past agreeing."""
    return computed is ComputedGrade.WITHDRAWN or computed in AGREES[reviewed]


def cross_table(pairs: Iterable[tuple[ComputedGrade, Grade]]) -> tuple[CrossRow, ...]:
    """Counts of computed grade by reviewer's grade; every computed grade has its row."""
    counted = Counter(pairs)
    return tuple(
        CrossRow(
            computed=computed,
            counts=tuple(counted[computed, reviewed] for reviewed in Grade),
            agreeing=tuple(computed in AGREES[reviewed] for reviewed in Grade),
        )
        for computed in ComputedGrade
    )


def first_sentence(claim: Claim) -> str:
    """The first sentence of the reviewer's reason."""
    return _SENTENCE.split(claim.reason, maxsplit=1)[0].rstrip()
