"""Tables of the newest cache entry that is not read, over the public log sets: `python tests/measurements/unread_last_write.py SETS`.

SETS is the folder into which `../shared/corpora/unpack.py` unpacks. A step counts where something was read and what is
missing equals the last write (within 2 %, at least 200 tokens), at most 5 s after the answer before. Other cuts move
one of these numbers; the placebo asks for the write before the last one instead. Intervals of steps are exact
(Clopper-Pearson), those of sessions draw whole sessions again (4,000 times, seed 7).
"""

from __future__ import annotations

import random
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from scipy.stats import binomtest

from generator.importers import discover, read
from generator.ledger.steps import Step
from generator.ledger.subjects import subjects

FIRST, LAST = datetime(2026, 3, 13, tzinfo=UTC), datetime(2026, 5, 7, tzinfo=UTC)
PERIODS = ("before 13 March", "13 March to 6 May", "after 6 May")
DRAWS = 4000


class Row(NamedTuple):
    """One testable step within ten seconds of the answer before, and what was written one call earlier still."""

    name: str
    session: str
    step: Step
    earlier: int | None

    @property
    def period(self) -> str:
        """Which of the three spans its call is in."""
        at = self.step.after.first_seen
        return PERIODS[(at >= FIRST) + (at >= LAST)]

    def is_missing(self, written: int | None, same: float = 0.02, least: int = 200) -> bool:
        """Is what was not read as much as this write?"""
        step = self.step
        if written is None or written < least or not step.read:
            return False
        return abs(step.expected - step.read - written) <= same * written


def rows(folder: Path) -> Iterable[Row]:
    """Steps of all sets; requests that began before the answer was whole, and branches, are no steps of a line."""
    for path in sorted(folder.iterdir()):
        found = subjects(read(discover([path]).claimed, key=b"measurement"))
        for thread in found.threads:
            by_after = {step.after.id: step for step in thread.steps}
            for step in thread.steps:
                if step.testable and step.age <= 60 and step.began >= step.before.ended:
                    prior = by_after.get(step.before.id)
                    yield Row(path.name, thread.session, step, prior.before.cache_write_tokens if prior else None)


def hit(row: Row) -> bool:
    """The rule of the detector."""
    return row.is_missing(row.step.before.cache_write_tokens)


def line(name: str, given: list[Row], rule: Callable[[Row], bool] = hit) -> str:
    """One row of a table: steps, cases, share with both intervals, sessions."""
    hits, steps = sum(map(rule, given)), len(given)
    if not steps:
        return f"| {name} | 0 | 0 | - | - | - |"
    exact = binomtest(hits, steps).proportion_ci()
    by_session: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row in given:
        by_session[row.session][0] += rule(row)
        by_session[row.session][1] += 1
    sessions = list(by_session.values())
    low, high = redrawn(sessions)
    return (
        f"| {name} | {steps:,} | {hits} | {hits / steps:.2%} ({exact.low:.2%}-{exact.high:.2%}) | {low:.2%}-{high:.2%} "
        f"| {sum(bool(found) for found, _ in sessions)} of {len(sessions)} |"
    )


def redrawn(sessions: list[list[int]]) -> tuple[float, float]:
    """Middle 95 % of the share when whole sessions are drawn again."""
    dice = random.Random(7)
    shares = []
    for _ in range(DRAWS):
        drawn = dice.choices(sessions, k=len(sessions))
        shares.append(sum(found for found, _ in drawn) / sum(steps for _, steps in drawn))
    shares.sort()
    return shares[DRAWS // 40], shares[-DRAWS // 40]


def table(title: str, given: list[Row], key: Callable[[Row], Hashable], rule: Callable[[Row], bool] = hit) -> None:
    """Print one table."""
    print(
        f"\n{title}\n\n| | steps | last write not read | share (steps) | share (sessions drawn) | sessions |\n|---|---|---|---|---|---|"
    )
    groups: defaultdict[Hashable, list[Row]] = defaultdict(list)
    for row in given:
        groups[key(row)].append(row)
    order = PERIODS.index if all(name in PERIODS for name in groups) else str
    for name in sorted(groups, key=order):  # type: ignore[arg-type]
        print(line(str(name), groups[name], rule))


def main() -> None:
    """Print all tables."""
    every = list(rows(Path(sys.argv[1])))
    soon = [row for row in every if row.step.age <= 5]
    inside = [row for row in soon if row.period == PERIODS[1]]
    table("By period", soon, lambda row: row.period)
    table("By period and set", soon, lambda row: f"{PERIODS.index(row.period)} {row.name}")
    table(
        "By seconds since the answer before, 13 March to 6 May",
        [row for row in every if row.period == PERIODS[1]],
        lambda row: (
            "0-1 s"
            if row.step.age <= 1
            else "1-2 s"
            if row.step.age <= 2
            else "2-5 s"
            if row.step.age <= 5
            else "5-60 s"
        ),
    )
    table("By model, 13 March to 6 May", inside, lambda row: row.step.after.model)
    table("By client version, 13 March to 6 May", inside, lambda row: row.step.after.version)
    table("By kind of thread, 13 March to 6 May", inside, lambda row: "sub-agent" if row.step.after.agent else "main")
    table(
        "By day, March and April sets",
        [
            row
            for row in soon
            if datetime(2026, 3, 1, tzinfo=UTC) <= row.step.after.first_seen < datetime(2026, 5, 20, tzinfo=UTC)
        ],
        lambda row: row.step.after.first_seen.date().isoformat(),
    )
    for seconds in (1, 10):
        table(f"Cut: within {seconds} s", [row for row in every if row.step.age <= seconds], lambda row: row.period)
    for same in (0.01, 0.05):
        table(
            f"Cut: within {same:.0%} of the write",
            soon,
            lambda row: row.period,
            lambda row, same=same: row.is_missing(row.step.before.cache_write_tokens, same),
        )
    table(
        "Placebo: the write before the last one", soon, lambda row: row.period, lambda row: row.is_missing(row.earlier)
    )
    tokens = sum(row.step.missed for row in inside if hit(row))
    print(f"\nTokens paid again, 13 March to 6 May: {tokens:,}")
    print("Sets:", dict(Counter(row.name for row in inside if hit(row))))


main()
