"""Computed grades of claims: typed evidence in, one grade out, with the rule that gave it.

Nobody types these grades. Pieces of one origin count once; echoes and machine-made texts count for nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from generator.curated.counting import is_independent
from generator.curated.kinds import Library
from generator.curated.models import Claim, Report, Stance
from generator.grading.own_logs import OWN_LOGS, own_pieces
from generator.grading.rules import RULES, Balance, ComputedGrade, Rule, decide, lowering, raising
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
    "KindWeight",
    "Piece",
    "Rule",
    "Strength",
    "Verdict",
    "decide",
    "echoes_among",
    "grade",
    "grades",
    "own_pieces",
]


@dataclass(frozen=True)
class Verdict:
    """A computed grade and everything that explains it."""

    grade: ComputedGrade
    rule: Rule
    why: str  # what counts on each side, in one sentence
    raises: tuple[str, ...]
    lowers: tuple[str, ...]
    pieces: tuple[Piece, ...]

    def side(self, stance: Stance) -> tuple[Piece, ...]:
        """Pieces of one stance: the strongest first, what does not count last."""
        mine = (piece for piece in self.pieces if piece.stance is stance)
        return tuple(sorted(mine, key=lambda piece: (bool(piece.uncounted), -piece.strength)))


def grades(library: Library, packs: Sequence[Pack]) -> dict[str, Verdict]:
    """Verdict of each claim, by its id; a repeat has that of the claim it repeats."""
    claims = {claim.id: claim for claim in library.claims}
    echoes = echoes_among(library.reports)
    firsts = {id: _first(claim, claims) for id, claim in claims.items()}
    found = {
        claim.id: grade(claim, own_pieces(claim, packs, library.case.author_packs), echoes)
        for claim in claims.values()
        if claim.same_as is None
    }
    return {id: found[first.id] for id, first in firsts.items()}


def echoes_among(reports: Iterable[Report]) -> frozenset[str]:
    """Ids and addresses of reports that only repeat others; an address with one first-hand report is none."""
    ids, urls, first_hand = set[str](), set[str](), set[str]()
    for report in reports:
        if is_independent(report):
            first_hand.add(str(report.url))
        else:
            ids.add(report.id)
            urls.add(str(report.url))
    return frozenset(ids | (urls - first_hand))


def grade(claim: Claim, own: tuple[Piece, ...] = (), echoes: frozenset[str] = frozenset()) -> Verdict:
    """Verdict on a claim's evidence and on `own` outcomes; `echoes` are ids and addresses of repeating reports."""
    pieces = _once((*(weigh(piece, echoes) for piece in claim.evidence), *own))
    balance = Balance(
        supports=_side(pieces, Stance.FOR),
        opposes=_side(pieces, Stance.AGAINST),
        context=any(piece.stance is Stance.CONTEXT for piece in pieces),
        private=claim.private or bool(claim.tested_by),
        testable=bool(claim.tested_by),
        looked=claim.looked is not None,
        withdrawn=claim.withdrawn is not None,
    )
    rule = decide(balance)
    untested = replace(balance, testable=balance.testable and not own)  # what was tested is no longer a "would"
    return Verdict(
        grade=rule.grade,
        rule=rule,
        why=f"Weighed for it: {_counted(balance.supports)}; against it: {_counted(balance.opposes)}.",
        raises=raising(untested),
        lowers=lowering(untested),
        pieces=pieces,
    )


def _first(claim: Claim, claims: dict[str, Claim]) -> Claim:
    while claim.same_as is not None:
        claim = claims[claim.same_as]
    return claim


def _once(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """The first of an origin's strongest pieces on a side speaks for it; the others say so."""
    speaks: dict[tuple[str, Stance], Piece] = {}
    for piece in pieces:
        key = (piece.origin, piece.stance)
        if key not in speaks or piece.strength > speaks[key].strength:
            speaks[key] = piece
    return tuple(
        piece
        if piece.uncounted or piece.stance is Stance.CONTEXT or speaks[piece.origin, piece.stance] is piece
        else replace(piece, uncounted="same origin as another piece")
        for piece in pieces
    )


def _side(pieces: tuple[Piece, ...], stance: Stance) -> tuple[Strength, ...]:
    counted = (piece.strength for piece in pieces if piece.stance is stance and not piece.uncounted)
    return tuple(sorted(counted, reverse=True))


def _counted(side: tuple[Strength, ...]) -> str:
    levels = (Strength.STRONG, Strength.MEDIUM, Strength.WEAK)
    parts = [f"{side.count(level)} {level.name.lower()}" for level in levels if level in side]
    return ", ".join(parts) or "nothing"
