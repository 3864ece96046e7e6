"""How firm a grade is, in the words of a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from generator.grading import TITLES, ComputedGrade
from generator.pages.parts.evidence_view import Way, origin_words, ways

if TYPE_CHECKING:
    from generator.curated.claims import Claim
    from generator.dossier import Dossier


@dataclass(frozen=True)
class Leaving:
    """A grade without some of the evidence."""

    what: str
    items: int
    grade: ComputedGrade
    changes: bool


@dataclass(frozen=True)
class Deciding:
    """One document whose weight decides the grade."""

    said: str  # "changelog, medium; strong would make it unsupported"
    grade: ComputedGrade
    ways: tuple[Way, ...]


@dataclass(frozen=True)
class Firmness:
    """What a grade hangs on."""

    answer: str  # in one sentence
    classes: tuple[Leaving, ...]
    origins: tuple[Leaving, ...]
    deciding: tuple[Deciding, ...]


def firmness(dossier: Dossier, claim: Claim) -> Firmness:
    """What the grade of a claim hangs on, for its page."""
    verdict, found = dossier.verdicts[claim.id], dossier.sensitivities[claim.id]

    def leaving(what: str, items: int, grade: ComputedGrade) -> Leaving:
        return Leaving(what, items, grade, grade is not verdict.grade)

    origins = tuple(leaving(origin_words(one.what), one.items, one.grade) for one in found.origins)
    return Firmness(
        answer=_answer(origins, len(found.typings), counted=any(item.points for item in verdict.items)),
        classes=tuple(leaving(one.what, one.items, one.grade) for one in found.classes if one.items),
        origins=origins,
        deciding=tuple(
            Deciding(
                said=f"{TITLES[one.item.kind]}, {one.item.strength.name.lower()}; "
                f"{one.to.name.lower().replace('none', 'without it')} would give",
                grade=one.grade,
                ways=ways(dossier, one.item.written) if one.item.written else (),
            )
            for one in found.typings
        ),
    )


def _answer(origins: tuple[Leaving, ...], typings: int, *, counted: bool) -> str:
    if not counted:
        return "Nothing that counts is on record, so no single source decides it."
    if not origins and not typings:
        return "Firm: no single origin, and no other weight of a single source, would change this grade."
    parts = []
    if origins:
        named = ", ".join(one.what for one in origins[:3]) + (" and others" if len(origins) > 3 else "")  # noqa: PLR2004
        parts.append(f"Without {named} it would be another grade.")
    if typings:
        what = "one source" if typings == 1 else f"any of {typings} sources"
        parts.append(f"Weighing {what} a step more or less would change it.")
    return " ".join(parts)
