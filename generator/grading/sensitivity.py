"""How firm a grade is: what becomes of it without an origin or a class of sources, or if one is typed otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from generator.curated.claims import Bears, Claim, Stance
from generator.curated.models import EvidenceKind
from generator.grading import SAME_ORIGIN, ComputedGrade, Item, Verdict, balance_of, decide
from generator.grading.documents import VENDOR
from generator.grading.weights import Strength


@dataclass(frozen=True)
class Without:
    """The grade if some of the evidence were not there."""

    what: str  # an origin, or a class of sources in words
    items: int  # that are left away
    grade: ComputedGrade


@dataclass(frozen=True)
class Typing:
    """One source whose typing decides the grade: a step lighter or heavier, and it is another."""

    item: Item
    to: Strength
    grade: ComputedGrade


@dataclass(frozen=True)
class Sensitivity:
    """What a claim's grade hangs on. Only what changes it is listed, but for the classes, which are always there."""

    classes: tuple[Without, ...]
    origins: tuple[Without, ...]
    typings: tuple[Typing, ...]

    @property
    def firm(self) -> bool:
        """Does no single origin and no single typing change the grade?"""
        return not self.origins and not self.typings


def sensitivity(claim: Claim, verdict: Verdict, largest: str) -> Sensitivity:
    """What the verdict hangs on; `largest` is the origin of the investigator with most evidence on the site."""
    items = [replace(item, uncounted=_alone(item)) for item in verdict.items]

    def without(what: str, leave: Callable[[Item], bool]) -> Without:
        kept = [item for item in items if not leave(item)]
        return Without(what, len(items) - len(kept), decide(balance_of(claim, kept)).grade)

    origins = sorted({item.origin for item in items if item.points and item.stance is not Stance.CONTEXT})
    each = (without(origin, lambda item, origin=origin: item.origin == origin) for origin in origins)  # type: ignore[misc]
    return Sensitivity(
        classes=(
            without("the vendor's own words", lambda item: item.origin == VENDOR),
            without("the largest investigator", lambda item: item.origin == largest),
            without("press and blogs", lambda item: item.kind in {EvidenceKind.PRESS, EvidenceKind.BLOG}),
            without("what nobody here has opened", lambda item: bool(item.document and not item.document.opened)),
            without("measurements of this site", _is_ours),
        ),
        origins=tuple(one for one in each if one.grade is not verdict.grade),
        typings=tuple(_typings(claim, verdict, items)),
    )


def largest_investigator(verdicts: Iterable[Verdict]) -> str:
    """The author, not the vendor or this site, who counts in most claims; by name among equals; "" for none."""
    counted: dict[str, int] = {}
    for verdict in verdicts:
        for origin in {one.origin for one in verdict.items if one.points and _is_of_somebody(one)}:
            counted[origin] = counted.get(origin, 0) + 1
    return max(sorted(counted), key=counted.__getitem__, default="")


def _typings(claim: Claim, verdict: Verdict, items: list[Item]) -> Iterator[Typing]:
    for place, item in enumerate(items):
        if item.stance is Stance.CONTEXT or not item.points:
            continue
        for to in (Strength(item.strength - 1), Strength(min(item.strength + 1, _most(item)))):
            changed = replace(item, strength=to, uncounted="" if to else "left away")
            grade = decide(balance_of(claim, (*items[:place], changed, *items[place + 1 :]))).grade
            if to is not item.strength and grade is not verdict.grade:
                yield Typing(item, to, grade)


def _most(item: Item) -> Strength:
    """The heaviest that its bearing allows."""
    bears = item.written.bears if item.written else Bears.DIRECT
    capped = {Bears.PART: Strength.MEDIUM, Bears.OTHER_DATES: Strength.WEAK}.get(bears, Strength.STRONG)
    return max(capped, item.strength)


def _is_of_somebody(item: Item) -> bool:
    """Is it evidence, for or against, of an author on record who is neither the vendor nor this site?"""
    counts = item.stance is not Stance.CONTEXT and item.document is not None
    return counts and item.origin.startswith("by:") and not _is_ours(item)


def _is_ours(item: Item) -> bool:
    return bool(item.document and item.document.ours)


def _alone(item: Item) -> str:
    """Why it does not count, other than beside the rest of its origin."""
    return "" if item.uncounted == SAME_ORIGIN else item.uncounted
