"""Shares of the subjects, for workers: each subject is in one of them, but the account, which is in none."""

from __future__ import annotations

from heapq import heapify, heapreplace

from generator.ledger.subjects import Subjects


def shares(subjects: Subjects, count: int) -> tuple[Subjects, ...]:
    """At most `count` shares with about as many calls each. Meters and counters are in the first of them.

    The same subjects are always dealt in the same way; within a share they keep their order.
    """
    sizes = [(len(thread.requests), place) for place, thread in enumerate(subjects.threads)]
    hands: list[list[int]] = [[] for _ in range(max(1, count))]
    loads = [(0, hand) for hand in range(len(hands))]
    heapify(loads)
    for size, place in sorted(sizes, reverse=True):
        load, hand = loads[0]
        hands[hand].append(place)
        heapreplace(loads, (load + size, hand))
    return tuple(
        Subjects(
            threads=tuple(subjects.threads[place] for place in sorted(hand)),
            meters=() if index else subjects.meters,
            counters=() if index else subjects.counters,
            whole=False,
        )
        for index, hand in enumerate(hands)
        if hand or not index
    )
