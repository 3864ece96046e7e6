"""Other tools beside this program on the same public sets: their counts, their words and ours, cases read by hand."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from generator.curated.peers import Peer, PeerSet

OURS = "witnessmark"
RIGHT = {
    "ours": "ours",
    "theirs": "theirs",
    "both": "both, ours in more detail",
    "open": "the lines do not decide it",
    "neither": "neither is wrong",
}


@dataclass(frozen=True)
class SetRow:
    """One public set as a tool and this program count it; a count is None where the tool does not say."""

    set: str
    calls: tuple[int | None, int | None]  # theirs, ours
    output: tuple[int, int]
    causes: tuple[tuple[str, int], ...]
    named: int  # all causes of the tool
    breaks: int  # ours


@dataclass(frozen=True)
class WordRow:
    """What this ledger says of the steps to which a tool gives one word; None where the tool says nothing."""

    word: str | None
    means: str
    count: int
    ours: tuple[tuple[str | None, int], ...]


@dataclass(frozen=True)
class PeerView:
    """One tool as the page shows it."""

    peer: Peer
    rows: tuple[SetRow, ...]
    total: SetRow
    words: tuple[WordRow, ...]
    verdicts: tuple[tuple[str, int], ...]  # of the cases, most frequent first


def peer_views(peers: Sequence[Peer]) -> Iterator[PeerView]:
    """Each tool beside this program, in the order of the file; nothing where this program's own counts are missing."""
    own = next((peer for peer in peers if peer.id == OURS), None)
    if own is None:
        return
    mine = {row.set: row for row in own.sets}
    for peer in peers:
        rows = tuple(_row(row, mine[row.set]) for row in peer.sets if row.set in mine)
        if peer is not own and rows:
            verdicts = Counter(case.right for case in peer.cases)
            yield PeerView(
                peer,
                rows,
                _total(rows),
                tuple(_words(peer)),
                tuple((RIGHT[one], n) for one, n in verdicts.most_common()),
            )


def _row(theirs: PeerSet, ours: PeerSet) -> SetRow:
    return SetRow(
        set=theirs.set,
        calls=(theirs.calls, ours.calls),
        output=(theirs.output, ours.output),
        causes=tuple((one.word, one.count) for one in theirs.causes),
        named=sum(one.count for one in theirs.causes),
        breaks=sum(one.count for one in ours.causes),
    )


def _total(rows: Sequence[SetRow]) -> SetRow:
    causes: Counter[str] = Counter()
    for row in rows:
        causes.update(dict(row.causes))
    return SetRow(
        set="all sets",
        calls=(_sum([row.calls[0] for row in rows]), _sum([row.calls[1] for row in rows])),
        output=(sum(row.output[0] for row in rows), sum(row.output[1] for row in rows)),
        causes=tuple(causes.most_common()),
        named=causes.total(),
        breaks=sum(row.breaks for row in rows),
    )


def _sum(values: Sequence[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None


def _words(peer: Peer) -> Iterator[WordRow]:
    """Words in the order in which the tool explains them, then the breaks about which it says nothing."""
    found: defaultdict[str | None, list[tuple[str | None, int]]] = defaultdict(list)
    for pair in peer.crossed:
        found[pair.theirs].append((pair.ours, pair.count))
    means: dict[str | None, str] = {one.word: one.means for one in peer.words}
    for word in (*means, *([None] if None in found else [])):
        ours = tuple(sorted(found[word], key=lambda item: (-item[1], item[0] or "")))
        yield WordRow(word, means.get(word, ""), sum(count for _, count in ours), ours)
