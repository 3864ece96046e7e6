"""The rules that grade a claim, as values in their order: the first that holds decides.

What would raise or lower a grade is not written down but found by trying: one more piece on a side, or one less.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum

from generator.grading.weights import Strength

STRONG, MEDIUM, WEAK = Strength.STRONG, Strength.MEDIUM, Strength.WEAK
ENOUGH_WEAK = 3


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


@dataclass(frozen=True)
class Balance:
    """What counts on each side, strongest first: one strength a group, that of its strongest piece."""

    supports: tuple[Strength, ...] = ()
    opposes: tuple[Strength, ...] = ()
    context: bool = False
    private: bool = False  # known to the author alone
    testable: bool = False  # the author's own logs would decide it
    looked: bool = False
    withdrawn: bool = False

    def pro(self, strength: Strength) -> int:
        """Independent pieces for the claim of at least this strength."""
        return sum(one >= strength for one in self.supports)

    def con(self, strength: Strength) -> int:
        """Independent pieces against it of at least this strength."""
        return sum(one >= strength for one in self.opposes)


@dataclass(frozen=True)
class Rule:
    """A grade and when it is given."""

    id: str
    grade: ComputedGrade
    text: str
    holds: Callable[[Balance], bool] = field(repr=False)


RULES = (
    Rule("withdrawn", ComputedGrade.WITHDRAWN, "Whoever made the claim took it back.", lambda it: it.withdrawn),
    Rule(
        "strong-against",
        ComputedGrade.CONTRADICTED,
        "A strong piece stands against it and no strong piece for it.",
        lambda it: it.con(STRONG) > 0 and it.pro(STRONG) == 0,
    ),
    Rule(
        "two-medium-against",
        ComputedGrade.CONTRADICTED,
        "Two independent medium pieces stand against it and nothing of medium weight or more for it.",
        lambda it: it.con(MEDIUM) > 1 and it.pro(MEDIUM) == 0,
    ),
    Rule(
        "strong-and-second",
        ComputedGrade.ESTABLISHED,
        "A strong piece and a second, independent one of medium weight or more stand for it, and nothing of medium "
        "weight or more against it.",
        lambda it: it.pro(STRONG) > 0 and it.pro(MEDIUM) > 1 and it.con(MEDIUM) == 0,
    ),
    Rule(
        "strong-for",
        ComputedGrade.SUPPORTED,
        "A strong piece stands for it and no strong piece against it.",
        lambda it: it.pro(STRONG) > 0 and it.con(STRONG) == 0,
    ),
    Rule(
        "two-medium-for",
        ComputedGrade.SUPPORTED,
        "Two independent medium pieces stand for it, more than against it, and no strong piece against it.",
        lambda it: it.pro(MEDIUM) > max(1, it.con(MEDIUM)) and it.con(STRONG) == 0,
    ),
    Rule(
        "contested",
        ComputedGrade.PLAUSIBLE,
        "Strong pieces stand on both sides.",
        lambda it: it.pro(STRONG) > 0 and it.con(STRONG) > 0,
    ),
    Rule(
        "medium-for",
        ComputedGrade.PLAUSIBLE,
        "A medium piece stands for it, and not more of them against it than for it.",
        lambda it: it.pro(MEDIUM) > 0 and it.pro(MEDIUM) >= it.con(MEDIUM),
    ),
    Rule(
        "three-weak-for",
        ComputedGrade.PLAUSIBLE,
        "Three independent weak pieces stand for it and nothing of medium weight or more against it.",
        lambda it: it.pro(WEAK) >= ENOUGH_WEAK and it.con(MEDIUM) == 0,
    ),
    Rule(
        "too-little",
        ComputedGrade.UNSUPPORTED,
        "Evidence is on record, but less for it than any rule above asks for.",
        lambda it: bool(it.supports or it.opposes),
    ),
    Rule(
        "private",
        ComputedGrade.NOT_CHECKABLE,
        "Nothing that counts stands on either side, and only the author's own logs or memory can tell.",
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
        "Nothing that counts stands on either side; what is on record is context.",
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
    ((WEAK,), "One more independent piece, even a weak one,"),
    ((MEDIUM,), "One more independent piece of medium weight"),
    ((MEDIUM, MEDIUM), "Two more independent pieces of medium weight"),
    ((STRONG,), "One strong piece of independent origin"),
    ((STRONG, MEDIUM), "A strong piece and a medium one of other origin"),
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
    if balance.testable:
        tested = decide(_with(balance, supports=(STRONG,))).grade
        if RANK[tested] > RANK[here]:
            yield f"A finding of grade A or B in the author's own logs would make it {words(tested)}."
    for added, what in _ADDITIONS:
        there = decide(_with(balance, supports=added)).grade
        if RANK[there] > RANK[here]:
            yield f"{what} for it would make it {words(there)}."
            break
    there = decide(replace(balance, opposes=balance.opposes[1:])).grade
    if RANK[there] > RANK[here]:
        yield f"If the strongest source against it fell away, it would be {words(there)}."


def _lowering(balance: Balance) -> Iterator[str]:
    here = decide(balance).grade
    if balance.testable:
        tested = decide(_with(balance, opposes=(MEDIUM,))).grade
        if tested is not here and RANK[tested] <= RANK[here]:
            yield f"A quiet run of its detectors on the author's own logs would make it {words(tested)}."
    for added, what in _ADDITIONS:
        there = decide(_with(balance, opposes=added)).grade
        if RANK[there] < RANK[here]:
            yield f"{what} against it would make it {words(there)}."
            break
    there = decide(replace(balance, supports=balance.supports[1:])).grade
    if RANK[there] < RANK[here]:
        yield f"If the strongest source for it fell away, it would be {words(there)}."


def _with(balance: Balance, supports: tuple[Strength, ...] = (), opposes: tuple[Strength, ...] = ()) -> Balance:
    return replace(
        balance,
        supports=tuple(sorted((*balance.supports, *supports), reverse=True)),
        opposes=tuple(sorted((*balance.opposes, *opposes), reverse=True)),
    )


def words(grade: ComputedGrade) -> str:
    """A grade in running text."""
    return grade.value.replace("_", " ")
