"""How firm a grade is: what becomes of it without an origin or a class of sources, or if one is typed otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from generator.curated.claims import Bears, Claim, Stance
from generator.curated.models import EvidenceKind
from generator.grading import SAME_ORIGIN, ComputedGrade, Piece, Verdict, balance_of, decide
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

    piece: Piece
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
    pieces = [replace(piece, uncounted=_alone(piece)) for piece in verdict.pieces]

    def without(what: str, leave: Callable[[Piece], bool]) -> Without:
        kept = [piece for piece in pieces if not leave(piece)]
        return Without(what, len(pieces) - len(kept), decide(balance_of(claim, kept)).grade)

    origins = sorted({piece.origin for piece in pieces if piece.points and piece.stance is not Stance.CONTEXT})
    each = (without(origin, lambda piece, origin=origin: piece.origin == origin) for origin in origins)  # type: ignore[misc]
    return Sensitivity(
        classes=(
            without("the vendor's own words", lambda piece: piece.origin == VENDOR),
            without("the largest investigator", lambda piece: piece.origin == largest),
            without("press and blogs", lambda piece: piece.kind in {EvidenceKind.PRESS, EvidenceKind.BLOG}),
            without("what nobody here has opened", lambda piece: bool(piece.document and not piece.document.opened)),
            without("measurements of this site", _is_ours),
        ),
        origins=tuple(one for one in each if one.grade is not verdict.grade),
        typings=tuple(_typings(claim, verdict, pieces)),
    )


def largest_investigator(verdicts: Iterable[Verdict]) -> str:
    """The author, not the vendor or this site, who counts in most claims; by name among equals; "" for none."""
    counted: dict[str, int] = {}
    for verdict in verdicts:
        for origin in {one.origin for one in verdict.pieces if one.points and _is_of_somebody(one)}:
            counted[origin] = counted.get(origin, 0) + 1
    return max(sorted(counted), key=counted.__getitem__, default="")


def _typings(claim: Claim, verdict: Verdict, pieces: list[Piece]) -> Iterator[Typing]:
    for place, piece in enumerate(pieces):
        if piece.stance is Stance.CONTEXT or not piece.points:
            continue
        for to in (Strength(piece.strength - 1), Strength(min(piece.strength + 1, _most(piece)))):
            changed = replace(piece, strength=to, uncounted="" if to else "left away")
            grade = decide(balance_of(claim, (*pieces[:place], changed, *pieces[place + 1 :]))).grade
            if to is not piece.strength and grade is not verdict.grade:
                yield Typing(piece, to, grade)


def _most(piece: Piece) -> Strength:
    """The heaviest that its bearing allows."""
    bears = piece.written.bears if piece.written else Bears.DIRECT
    capped = {Bears.PART: Strength.MEDIUM, Bears.OTHER_DATES: Strength.WEAK}.get(bears, Strength.STRONG)
    return max(capped, piece.strength)


def _is_of_somebody(piece: Piece) -> bool:
    """Is it evidence, for or against, of an author on record who is neither the vendor nor this site?"""
    counts = piece.stance is not Stance.CONTEXT and piece.document is not None
    return counts and piece.origin.startswith("by:") and not _is_ours(piece)


def _is_ours(piece: Piece) -> bool:
    return bool(piece.document and piece.document.ours)


def _alone(piece: Piece) -> str:
    """Why it does not count, other than beside the rest of its origin."""
    return "" if piece.uncounted == SAME_ORIGIN else piece.uncounted
