"""The rules that grade a claim, as values in their order: the first that holds decides.

What would raise or lower a grade is not written down but found by trying: one more item on a side, or one less.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import NamedTuple

from generator.grading.weights import POINTS, Strength

STRONG, MEDIUM, WEAK = Strength.STRONG, Strength.MEDIUM, Strength.WEAK
_GRADES = {STRONG: "A or B", MEDIUM: "C", WEAK: "D"}  # of findings, by what they weigh
ENOUGH = 3  # origins, so that one angry thread contradicts nothing
TWICE = 2


class ComputedGrade(StrEnum):
    """What the evidence on record says of a claim."""

    ESTABLISHED = "established"
    SUPPORTED = "supported"
    PLAUSIBLE = "plausible"
    UNSUPPORTED = "unsupported"
    CONTRADICTED = "contradicted"
    NOT_CHECKABLE = "not_checkable"
    WITHDRAWN = "withdrawn"


RANK = {
    ComputedGrade.ESTABLISHED: 4,
    ComputedGrade.SUPPORTED: 3,
    ComputedGrade.PLAUSIBLE: 2,
    ComputedGrade.UNSUPPORTED: 1,
    ComputedGrade.NOT_CHECKABLE: 1,
    ComputedGrade.CONTRADICTED: 0,
    ComputedGrade.WITHDRAWN: 0,
}


class Weight(NamedTuple):
    """What one origin adds to a side."""

    strength: Strength
    direct: Strength  # of its heaviest item that speaks to the statement as it is worded, and not to a part of it

    @property
    def points(self) -> int:
        """Weak 1, medium 3, strong 6."""
        return POINTS[self.strength]


@dataclass(frozen=True)
class Balance:
    """What counts on each side, heaviest first: one weight an origin, that of its heaviest item."""

    supports: tuple[Weight, ...] = ()
    opposes: tuple[Weight, ...] = ()
    context: bool = False
    private: bool = False  # known to the author alone
    found: Strength = Strength.NONE  # what the surest finding in the author's own logs would weigh
    quiet: Strength = Strength.NONE  # what a quiet run on them would weigh
    looked: bool = False
    withdrawn: bool = False

    @property
    def pro(self) -> int:
        """Points for the claim."""
        return sum(one.points for one in self.supports)

    @property
    def con(self) -> int:
        """Points against it."""
        return sum(one.points for one in self.opposes)


def firm(side: Iterable[Weight]) -> bool:
    """Is there direct evidence of a strong origin, or of two medium ones?"""
    return sum(POINTS[one.direct] for one in side if one.direct >= MEDIUM) >= POINTS[STRONG]


def direct(side: Iterable[Weight]) -> int:
    """Origins that speak to the statement as it is worded."""
    return sum(one.direct > Strength.NONE for one in side)


def seconded(side: Iterable[Weight]) -> bool:
    """Is there direct evidence of a strong origin and of another one of medium weight or more?"""
    heard = [one.direct for one in side]
    return STRONG in heard and sum(one >= MEDIUM for one in heard) > 1


@dataclass(frozen=True)
class Rule:
    """A grade and when it is given."""

    id: str
    grade: ComputedGrade
    text: str
    holds: Callable[[Balance], bool] = field(repr=False)


RULES = (
    Rule("withdrawn", ComputedGrade.WITHDRAWN, "The author of the claim took it back.", lambda it: it.withdrawn),
    Rule(
        "firmly-against",
        ComputedGrade.CONTRADICTED,
        "Firm evidence is against it, and at least twice as much as for it.",
        lambda it: firm(it.opposes) and it.con >= TWICE * it.pro,
    ),
    Rule(
        "only-against",
        ComputedGrade.CONTRADICTED,
        "Three independent origins deny it directly, and nothing speaks for it.",
        lambda it: direct(it.opposes) >= ENOUGH and not it.supports,
    ),
    Rule(
        "firm-and-seconded",
        ComputedGrade.ESTABLISHED,
        "Strong evidence and a second origin of medium weight or more speak for it directly, and less than one medium "
        "origin against it.",
        lambda it: seconded(it.supports) and it.con < POINTS[MEDIUM],
    ),
    Rule(
        "firmly-for",
        ComputedGrade.SUPPORTED,
        "Firm evidence is for it, and at least twice as much as against it.",
        lambda it: firm(it.supports) and it.pro >= TWICE * it.con,
    ),
    Rule(
        "more-for",
        ComputedGrade.PLAUSIBLE,
        "Two independent origins speak for it directly, or the weight of a medium one; no more is against it.",
        lambda it: (direct(it.supports) > 1 or it.pro >= POINTS[MEDIUM]) and it.pro >= it.con,
    ),
    Rule(
        "contested",
        ComputedGrade.PLAUSIBLE,
        "For it there is the weight of a medium origin, and against it more, but less than twice as much.",
        lambda it: it.pro >= POINTS[MEDIUM] and it.con < TWICE * it.pro,
    ),
    Rule(
        "too-little",
        ComputedGrade.UNSUPPORTED,
        "There is evidence, but less for it than any rule above asks for.",
        lambda it: bool(it.supports or it.opposes),
    ),
    Rule(
        "private",
        ComputedGrade.NOT_CHECKABLE,
        "Only the author's own logs or memory could settle this, and they are not public.",
        lambda it: it.private,
    ),
    Rule(
        "nothing-found",
        ComputedGrade.UNSUPPORTED,
        "A public matter: it was looked for, and nothing that counts was found on either side.",
        lambda it: it.looked,
    ),
    Rule(
        "only-context",
        ComputedGrade.NOT_CHECKABLE,
        "Nothing that counts speaks for or against it; there is only context.",
        lambda it: it.context,
    ),
    Rule(
        "not-looked",
        ComputedGrade.NOT_CHECKABLE,
        "No evidence is on record yet, and nobody has said where they looked.",
        lambda _: True,
    ),
)

# From the least to the most that could be asked for.
_ADDITIONS: tuple[tuple[tuple[Strength, ...], str], ...] = (
    ((WEAK,), "Evidence of one more origin, even weak,"),
    ((MEDIUM,), "Direct evidence of medium weight, of one more origin,"),
    ((MEDIUM, MEDIUM), "Direct evidence of medium weight, of two more origins,"),
    ((STRONG,), "Direct and strong evidence of one more origin"),
    ((STRONG, MEDIUM), "Direct and strong evidence of one more origin, and of medium weight of another,"),
    ((STRONG, STRONG), "Direct and strong evidence of two more origins"),
)


def decide(balance: Balance) -> Rule:
    """The first rule that holds; the last one always does."""
    return next(rule for rule in RULES if rule.holds(balance))


def raising(balance: Balance) -> tuple[str, ...]:
    """What would lift the grade, in sentences; empty at the top and for what was withdrawn."""
    return tuple(_raising(balance)) if not balance.withdrawn else ()


def lowering(balance: Balance) -> tuple[str, ...]:
    """What would bring the grade down, in sentences; empty at the bottom."""
    return tuple(_lowering(balance)) if not balance.withdrawn else ()


def _raising(balance: Balance) -> Iterator[str]:
    here = decide(balance).grade
    if balance.found:
        tested = decide(_with(balance, supports=(balance.found,))).grade
        if RANK[tested] > RANK[here]:
            yield f"A finding of grade {_GRADES[balance.found]} in the author's own logs would make it {words(tested)}."
    for added, what in _ADDITIONS:
        there = decide(_with(balance, supports=added)).grade
        if RANK[there] > RANK[here]:
            yield f"{what} for it would make it {words(there)}."
            break
    there = decide(replace(balance, opposes=balance.opposes[1:])).grade
    if RANK[there] > RANK[here]:
        yield f"Without the strongest source against it, the grade would be {words(there)}."


def _lowering(balance: Balance) -> Iterator[str]:
    here = decide(balance).grade
    if balance.quiet:
        tested = decide(_with(balance, opposes=(balance.quiet,))).grade
        if tested is not here and RANK[tested] <= RANK[here]:
            yield f"A quiet run of its detectors on the author's own logs would make it {words(tested)}."
    for added, what in _ADDITIONS:
        there = decide(_with(balance, opposes=added)).grade
        if RANK[there] < RANK[here]:
            yield f"{what} against it would make it {words(there)}."
            break
    there = decide(replace(balance, supports=balance.supports[1:])).grade
    if RANK[there] < RANK[here]:
        yield f"Without the strongest source for it, the grade would be {words(there)}."


def _with(balance: Balance, supports: tuple[Strength, ...] = (), opposes: tuple[Strength, ...] = ()) -> Balance:
    return replace(
        balance,
        supports=tuple(sorted((*balance.supports, *(Weight(one, one) for one in supports)), reverse=True)),
        opposes=tuple(sorted((*balance.opposes, *(Weight(one, one) for one in opposes)), reverse=True)),
    )


def words(grade: ComputedGrade) -> str:
    """A grade in running text."""
    return grade.value.replace("_", " ")
