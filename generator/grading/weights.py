"""How much each kind of evidence weighs, by its source and never by the grade wanted."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from generator.curated.models import ClaimEvidence, EvidenceKind, Stance


class Strength(IntEnum):
    """Weight of one piece of evidence."""

    NONE = 0
    WEAK = 1
    MEDIUM = 2
    STRONG = 3


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
    EvidenceKind.OWN_FINDING: "finding in own logs",
    EvidenceKind.OTHERS_FINDING: "finding of others",
}
WEIGHTS = (
    KindWeight(
        EvidenceKind.OFFICIAL_DOCUMENT, Strength.STRONG, "What the product is or was, in its maker's own record."
    ),
    KindWeight(EvidenceKind.CHANGELOG, Strength.STRONG, "Dated with the release; the released files can be compared."),
    KindWeight(EvidenceKind.OPEN_MEASUREMENT, Strength.STRONG, "Data or code are public: anybody can run it again."),
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
        "What its staff say or write; nobody outside has checked it.",
    ),
    KindWeight(EvidenceKind.PRESS, Strength.MEDIUM, "An editor stands behind it; what it rests on is seldom shown."),
    KindWeight(EvidenceKind.NARRATIVE_ISSUE, Strength.WEAK, "One user's story without figures from a log."),
    KindWeight(EvidenceKind.BLOG, Strength.WEAK, "One person's account."),
    KindWeight(EvidenceKind.SOCIAL, Strength.WEAK, "A post, as relayed by somebody else."),
    KindWeight(EvidenceKind.MACHINE_SUMMARY, Strength.NONE, "A machine's text repeats what it was fed."),
)
# Whatever the vendor writes about itself has one origin, however its pieces are grouped.
OF_THE_VENDOR = frozenset({EvidenceKind.OFFICIAL_DOCUMENT, EvidenceKind.OFFICIAL_STATEMENT, EvidenceKind.CHANGELOG})
VENDOR = "vendor"
TITLES = {weight.kind: weight.title for weight in WEIGHTS}
STRENGTHS = {weight.kind: weight.strength for weight in WEIGHTS}


@dataclass(frozen=True)
class Piece:
    """One piece of evidence with its weight; `uncounted` says why it does not count."""

    kind: EvidenceKind
    stance: Stance
    shows: str
    group: str
    strength: Strength
    written: ClaimEvidence | None = None  # None: computed from a pack of the author
    pack: str = ""
    detector: str = ""
    uncounted: str = ""

    @property
    def origin(self) -> str:
        """What it shares with the pieces that it counts once with."""
        return VENDOR if self.kind in OF_THE_VENDOR else self.group


def weigh(piece: ClaimEvidence, echoes: frozenset[str]) -> Piece:
    """The weight of a written piece; `echoes` are ids and addresses of reports that only repeat others."""
    echo = piece.report in echoes if piece.report else str(piece.url) in echoes
    strength = Strength.NONE if echo else STRENGTHS[piece.kind]
    uncounted = ""
    if piece.stance is not Stance.CONTEXT and strength is Strength.NONE:
        uncounted = "echo of another report" if echo else "machine-made text"
    return Piece(piece.kind, piece.stance, piece.shows, piece.group, strength, written=piece, uncounted=uncounted)
