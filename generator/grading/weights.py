"""How much each kind of evidence weighs, by its source and never by the grade wanted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from generator.curated.claims import Bears, Claim, ClaimEvidence, Stance
from generator.curated.models import EvidenceKind
from generator.curated.rules import RECORDS
from generator.grading.documents import STATUS_PAGE, VENDOR, Document


class Strength(IntEnum):
    """Weight of one item of evidence."""

    NONE = 0
    WEAK = 1
    MEDIUM = 2
    STRONG = 3


POINTS: Mapping[Strength, int] = {Strength.NONE: 0, Strength.WEAK: 1, Strength.MEDIUM: 3, Strength.STRONG: 6}
"""Three weak ones weigh as much as a medium one, two medium ones as much as a strong one."""


@dataclass(frozen=True)
class KindWeight:
    """How much a kind of evidence weighs, and why."""

    kind: EvidenceKind
    strength: Strength
    why: str

    @property
    def title(self) -> str:
        """The kind in running text."""
        return _TITLES.get(self.kind, self.kind.value.replace("-", " "))


_TITLES = {
    EvidenceKind.OFFICIAL_STATEMENT: "vendor's statement on itself",
    EvidenceKind.ADMISSION: "vendor's admission of a fault",
    EvidenceKind.OWN_FINDING: "finding in own logs",
    EvidenceKind.OTHERS_FINDING: "finding of others",
}
WEIGHTS = (
    KindWeight(
        EvidenceKind.OFFICIAL_DOCUMENT, Strength.STRONG, "What the product is or was, in its maker's own record."
    ),
    KindWeight(
        EvidenceKind.ADMISSION,
        Strength.STRONG,
        "The vendor admits a fault of its own, for example on its status page; it gains nothing by inventing one.",
    ),
    KindWeight(EvidenceKind.CHANGELOG, Strength.STRONG, "Dated with the release; the released files can be compared."),
    KindWeight(EvidenceKind.OPEN_MEASUREMENT, Strength.STRONG, "Data or code are public: anybody can run it again."),
    KindWeight(EvidenceKind.ARITHMETIC, Strength.STRONG, "Anybody can work it out again from records of this site."),
    KindWeight(
        EvidenceKind.OWN_FINDING,
        Strength.MEDIUM,
        "A finding in the author's logs: strong with grade A or B, weak with D, else medium. A quiet run is medium.",
    ),
    KindWeight(EvidenceKind.OTHERS_FINDING, Strength.MEDIUM, "Rule and figures are named; the logs are not public."),
    KindWeight(EvidenceKind.CLOSED_MEASUREMENT, Strength.MEDIUM, "Numbers without the data behind them."),
    KindWeight(EvidenceKind.ISSUE_WITH_LOGS, Strength.MEDIUM, "Token counts, request ids or log lines of one user."),
    KindWeight(
        EvidenceKind.OFFICIAL_STATEMENT,
        Strength.MEDIUM,
        "What its staff say or write in its favour, or without stake; nobody outside has checked it.",
    ),
    KindWeight(EvidenceKind.PRESS, Strength.MEDIUM, "Edited, but its sources are seldom shown."),
    KindWeight(
        EvidenceKind.READINGS_TOLD,
        Strength.WEAK,
        "Percentages, balances or times that one user read off, or estimates; no line of a log.",
    ),
    KindWeight(EvidenceKind.NARRATIVE_ISSUE, Strength.WEAK, "One user's story without figures from a log."),
    KindWeight(EvidenceKind.BLOG, Strength.WEAK, "One person's account."),
    KindWeight(EvidenceKind.SOCIAL, Strength.WEAK, "A post, as passed on by somebody else."),
    KindWeight(EvidenceKind.MACHINE_SUMMARY, Strength.NONE, "A machine's text repeats what it was fed."),
)
TITLES = {weight.kind: weight.title for weight in WEIGHTS}
STRENGTHS = {weight.kind: weight.strength for weight in WEIGHTS}
_LOWERED = {"medium": Strength.MEDIUM, "weak": Strength.WEAK, "none": Strength.NONE}


@dataclass(frozen=True)
class Item:
    """One item of evidence with its weight; `uncounted` says why it does not count."""

    kind: EvidenceKind
    stance: Stance
    shows: str
    origin: str  # what it shares with the items that it counts once with
    strength: Strength
    direct: bool = True  # it speaks to the statement as it is worded
    notes: tuple[str, ...] = ()  # why it weighs less than its kind
    written: ClaimEvidence | None = None  # None: computed from a pack of the author
    document: Document | None = None
    pack: str = ""
    detector: str = ""
    uncounted: str = ""

    @property
    def points(self) -> int:
        """What it adds to its side."""
        return 0 if self.uncounted else POINTS[self.strength]


def weigh(item: ClaimEvidence, claim: Claim, known: Mapping[str, Document]) -> Item:
    """The weight of a written item. Raises KeyError for a record that is not known, which the loader refuses."""
    document = known[named(item)]
    relayed = document.relays or item.relays
    strength, origin = STRENGTHS[document.kind], document.origin
    notes: list[str] = []
    if relayed and document.kind is not EvidenceKind.MACHINE_SUMMARY:
        passed_on, theirs = _relayed(relayed, known)
        strength = min(strength, passed_on)  # what passes on weighs no more than either
        notes.append("passes on words of the vendor" if theirs == VENDOR else "passes on what another says")
        if document.relays or not _beside(item, claim, known):
            origin = theirs
    first_hand = document.first_hand and document.kind is not EvidenceKind.MACHINE_SUMMARY
    if claim.kind == "report" and first_hand and item.stance is Stance.FOR and not relayed:
        strength = Strength.STRONG
        notes.append("the report itself is what the claim speaks of")
    strength, why = _nearer(item, strength)
    notes += [why] if why else []
    if item.lowered and _LOWERED[item.lowered.to] < strength:
        strength = _LOWERED[item.lowered.to]
        notes.append(item.lowered.why)
    uncounted = ""
    if document.echo:
        strength, uncounted = Strength.NONE, "echo of another report"
    elif strength is Strength.NONE:
        uncounted = (
            "machine-made text" if document.kind is EvidenceKind.MACHINE_SUMMARY else "nothing of its weight left"
        )
    return Item(
        kind=document.kind,
        stance=item.stance,
        shows=item.shows,
        origin=origin,
        strength=strength,
        direct=item.bears is Bears.DIRECT,
        notes=tuple(notes),
        written=item,
        document=document,
        uncounted="" if item.stance is Stance.CONTEXT else uncounted,
    )


def _beside(item: ClaimEvidence, claim: Claim, known: Mapping[str, Document]) -> bool:
    """Has the claim another item of the same origin? Then what an item alone says of its words cannot part the two."""
    own = known[named(item)]
    others = (known[named(one)] for one in claim.evidence if one is not item)
    return any(one.origin == own.origin and one.key != own.key for one in others)


def named(item: ClaimEvidence) -> str:
    """Key of the record that an item names; the loader has seen to it that it is one."""
    return next(f"{word}:{id}" for word in RECORDS if (id := getattr(item, word)))


def _relayed(name: str, known: Mapping[str, Document]) -> tuple[Strength, str]:
    """Weight and origin of what is passed on: the vendor's word, or a record of this site."""
    passed: set[str] = set()
    while name not in {VENDOR, STATUS_PAGE}:  # what passes on what passes on
        document = known.get(f"report:{name}") or known[f"source:{name}"]
        if document.echo or name in passed:  # an echo, or a ring, has nobody's words
            return Strength.NONE, document.origin
        if not document.relays:
            return STRENGTHS[document.kind], document.origin
        passed.add(name)
        name = document.relays
    kind = EvidenceKind.ADMISSION if name == STATUS_PAGE else EvidenceKind.OFFICIAL_STATEMENT
    return STRENGTHS[kind], VENDOR


def _nearer(item: ClaimEvidence, strength: Strength) -> tuple[Strength, str]:
    """For a part of the statement nothing weighs more than medium, and from other dates nothing more than weak."""
    if item.bears is Bears.PART:
        return min(strength, Strength.MEDIUM), "for a part of the statement"
    if item.bears is Bears.OTHER_DATES:
        return min(strength, Strength.WEAK), "from other dates"
    return strength, ""
