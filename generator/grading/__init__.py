"""Computed grades of claims: typed evidence in, one grade out, with the rule that gave it.

Nobody types these grades. Items of one origin count once; echoes and machine-made texts count for nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from generator.curated.claims import Claim, Stance
from generator.curated.kinds import Library
from generator.grading.documents import Document, documents
from generator.grading.own_logs import OWN_LOGS, could_say, own_items
from generator.grading.rules import RULES, Balance, ComputedGrade, Rule, Weight, decide, lowering, raising
from generator.grading.weights import STRENGTHS, TITLES, WEIGHTS, Item, KindWeight, Strength, weigh
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
    "Item",
    "KindWeight",
    "Rule",
    "Strength",
    "Verdict",
    "Weight",
    "balance_of",
    "decide",
    "documents",
    "grade",
    "grades",
    "own_items",
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
    items: tuple[Item, ...]
    balance: Balance

    def side(self, stance: Stance) -> tuple[Item, ...]:
        """Items of one stance: the strongest first, what does not count last."""
        mine = (item for item in self.items if item.stance is stance)
        return tuple(sorted(mine, key=lambda item: (bool(item.uncounted), -item.strength, not item.direct)))


def grades(library: Library, packs: Sequence[Pack]) -> dict[str, Verdict]:
    """Verdict of each claim, by its id; a repeat has that of the claim it repeats."""
    claims = {claim.id: claim for claim in library.claims}
    known = documents(library)
    firsts = {id: _first(claim, claims) for id, claim in claims.items()}
    found = {
        claim.id: grade(claim, known, own_items(claim, packs, library.case.author_packs))
        for claim in claims.values()
        if claim.same_as is None
    }
    return {id: found[first.id] for id, first in firsts.items()}


def grade(claim: Claim, known: Mapping[str, Document], own: tuple[Item, ...] = ()) -> Verdict:
    """Verdict on a claim's evidence and on `own` outcomes; `known` are the records that evidence may name."""
    items = _once((*(weigh(item, claim, known) for item in claim.evidence), *own))
    balance = balance_of(claim, items)
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
        items=items,
        balance=balance,
    )


def balance_of(claim: Claim, items: Iterable[Item]) -> Balance:
    """What counts on each side of a claim; of one origin, the heaviest item."""
    items, heard = _once(tuple(items)), could_say(claim)
    return Balance(
        supports=_side(items, Stance.FOR),
        opposes=_side(items, Stance.AGAINST),
        context=any(item.stance is Stance.CONTEXT for item in items),
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


def _once(items: tuple[Item, ...]) -> tuple[Item, ...]:
    """The first of an origin's heaviest items on a side speaks for it; the others say so."""
    items = _one_origin_each(items)
    speaks: dict[tuple[str, Stance], Item] = {}
    for item in items:
        key = (item.origin, item.stance)
        if key not in speaks or (item.points, item.direct) > (speaks[key].points, speaks[key].direct):
            speaks[key] = item
    return tuple(
        item
        if item.uncounted or item.stance is Stance.CONTEXT or speaks[item.origin, item.stance] is item
        else replace(item, uncounted=SAME_ORIGIN)
        for item in items
    )


def _one_origin_each(items: tuple[Item, ...]) -> tuple[Item, ...]:
    """A document named several times on a side, as passing on one and another, has the origin of its heaviest item."""
    heaviest: dict[tuple[str, Stance], Item] = {}
    for item in items:
        key = (item.document.key if item.document else "", item.stance)
        if item.document and (key not in heaviest or item.points > heaviest[key].points):
            heaviest[key] = item
    return tuple(
        replace(item, uncounted=SAME_DOCUMENT)
        if item.document
        and not item.uncounted
        and item.stance is not Stance.CONTEXT
        and heaviest[item.document.key, item.stance].origin != item.origin
        else item
        for item in items
    )


def _side(items: Iterable[Item], stance: Stance) -> tuple[Weight, ...]:
    """One weight an origin: its heaviest item, and its heaviest direct one, which may be another."""
    heard: dict[str, tuple[Strength, Strength]] = {}
    for one in items:
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
