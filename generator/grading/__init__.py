"""Computed grades of claims: typed evidence in, one grade out, with the rule that gave it.

Nobody types these grades. Pieces of one origin count once; echoes and machine-made texts count for nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from generator.curated.claims import Claim, Stance
from generator.curated.kinds import Library
from generator.grading.documents import Document, documents
from generator.grading.own_logs import OWN_LOGS, could_say, own_pieces
from generator.grading.rules import RULES, Balance, ComputedGrade, Rule, Weight, decide, lowering, raising
from generator.grading.weights import STRENGTHS, TITLES, WEIGHTS, KindWeight, Piece, Strength, weigh
from generator.records.results import Pack

__all__ = [
    "OWN_LOGS",
    "RULES",
    "STRENGTHS",
    "TITLES",
    "WEIGHTS",
    "Balance",
    "ComputedGrade",
    "Document",
    "KindWeight",
    "Piece",
    "Rule",
    "Strength",
    "Verdict",
    "Weight",
    "balance_of",
    "decide",
    "documents",
    "grade",
    "grades",
    "own_pieces",
]


SAME_ORIGIN = "same origin as another"
SAME_DOCUMENT = "same document as another"


@dataclass(frozen=True)
class Verdict:
    """A computed grade and everything that explains it."""

    grade: ComputedGrade
    rule: Rule
    why: str  # what counts on each side, in one sentence
    raises: tuple[str, ...]
    lowers: tuple[str, ...]
    pieces: tuple[Piece, ...]
    balance: Balance

    def side(self, stance: Stance) -> tuple[Piece, ...]:
        """Pieces of one stance: the strongest first, what does not count last."""
        mine = (piece for piece in self.pieces if piece.stance is stance)
        return tuple(sorted(mine, key=lambda piece: (bool(piece.uncounted), -piece.strength, not piece.direct)))


def grades(library: Library, packs: Sequence[Pack]) -> dict[str, Verdict]:
    """Verdict of each claim, by its id; a repeat has that of the claim it repeats."""
    claims = {claim.id: claim for claim in library.claims}
    known = documents(library)
    firsts = {id: _first(claim, claims) for id, claim in claims.items()}
    found = {
        claim.id: grade(claim, known, own_pieces(claim, packs, library.case.author_packs))
        for claim in claims.values()
        if claim.same_as is None
    }
    return {id: found[first.id] for id, first in firsts.items()}


def grade(claim: Claim, known: Mapping[str, Document], own: tuple[Piece, ...] = ()) -> Verdict:
    """Verdict on a claim's evidence and on `own` outcomes; `known` are the records that evidence may name."""
    pieces = _once((*(weigh(item, claim, known) for item in claim.evidence), *own))
    balance = balance_of(claim, pieces)
    rule = decide(balance)
    untested = (
        replace(balance, found=Strength.NONE, quiet=Strength.NONE) if own else balance
    )  # what was tested is no longer a "would"
    return Verdict(
        grade=rule.grade,
        rule=rule,
        why=f"For it: {_counted(balance.supports)}. Against it: {_counted(balance.opposes)}.",
        raises=raising(untested),
        lowers=lowering(untested),
        pieces=pieces,
        balance=balance,
    )


def balance_of(claim: Claim, pieces: Iterable[Piece]) -> Balance:
    """What counts on each side of a claim; of one origin, the heaviest item."""
    pieces, heard = _once(tuple(pieces)), could_say(claim)
    return Balance(
        supports=_side(pieces, Stance.FOR),
        opposes=_side(pieces, Stance.AGAINST),
        context=any(piece.stance is Stance.CONTEXT for piece in pieces),
        private=claim.private or (bool(claim.tested_by) and claim.kind != "inference"),
        found=heard.found,
        quiet=heard.quiet,
        looked=claim.looked is not None,
        withdrawn=claim.withdrawn is not None,
    )


def _first(claim: Claim, claims: dict[str, Claim]) -> Claim:
    while claim.same_as is not None:
        claim = claims[claim.same_as]
    return claim


def _once(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """The first of an origin's heaviest items on a side speaks for it; the others say so."""
    pieces = _one_origin_each(pieces)
    speaks: dict[tuple[str, Stance], Piece] = {}
    for piece in pieces:
        key = (piece.origin, piece.stance)
        if key not in speaks or (piece.points, piece.direct) > (speaks[key].points, speaks[key].direct):
            speaks[key] = piece
    return tuple(
        piece
        if piece.uncounted or piece.stance is Stance.CONTEXT or speaks[piece.origin, piece.stance] is piece
        else replace(piece, uncounted=SAME_ORIGIN)
        for piece in pieces
    )


def _one_origin_each(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """A document named several times on a side, as passing on one and another, has the origin of its heaviest item."""
    heaviest: dict[tuple[str, Stance], Piece] = {}
    for piece in pieces:
        key = (piece.document.key if piece.document else "", piece.stance)
        if piece.document and (key not in heaviest or piece.points > heaviest[key].points):
            heaviest[key] = piece
    return tuple(
        replace(piece, uncounted=SAME_DOCUMENT)
        if piece.document
        and not piece.uncounted
        and piece.stance is not Stance.CONTEXT
        and heaviest[piece.document.key, piece.stance].origin != piece.origin
        else piece
        for piece in pieces
    )


def _side(pieces: Iterable[Piece], stance: Stance) -> tuple[Weight, ...]:
    """One weight an origin: its heaviest item, and its heaviest direct one, which may be another."""
    heard: dict[str, tuple[Strength, Strength]] = {}
    for one in pieces:
        if one.stance is stance and one.uncounted in {"", SAME_ORIGIN}:
            most, direct = heard.get(one.origin, (Strength.NONE, Strength.NONE))
            heard[one.origin] = max(most, one.strength), max(direct, one.strength if one.direct else Strength.NONE)
    return tuple(sorted((Weight(*both) for both in heard.values()), reverse=True))


def _counted(side: tuple[Weight, ...]) -> str:
    said = []
    for direct, note in ((True, ""), (False, " of a part or of other dates")):
        levels = [one.strength for one in side if (one.direct is one.strength) is direct]
        parts = [f"{levels.count(level)} {level.name.lower()}" for level in reversed(Strength) if level in levels]
        said += [", ".join(parts) + note] if parts else []
    return "; ".join(said) or "nothing"
