"""Sub-agents one by one, each beside what its session's main thread had last done when it began."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from generator.curated.measurements import PublishedTable
from generator.dossier.computed.life_writes import LAST_HOUR, Write


@dataclass(frozen=True, slots=True)
class SubAgent:
    """All writes of one sub-agent."""

    set: str
    day: date  # of its first write
    calls: int
    hour: int  # tokens
    tokens: int
    main_for_an_hour: bool | None  # did its main thread's last write before it live an hour? None: no such write

    @property
    def only_hour(self) -> bool:
        """Did all of its tokens live an hour?"""
        return self.hour == self.tokens


def sub_agents(writes: Sequence[Write]) -> tuple[SubAgent, ...]:
    """Every sub-agent, oldest first in each set. `writes` are in the order of time in each set."""
    last: dict[tuple[str, str], bool] = {}
    began: dict[tuple[str, str, str], bool | None] = {}
    found: dict[tuple[str, str, str], list[Write]] = {}
    for write in writes:
        session = (write.set, write.session)
        if not write.agent:
            last[session] = write.hour > 0
            continue
        key = (*session, write.agent)
        began.setdefault(key, last.get(session))
        found.setdefault(key, []).append(write)
    return tuple(
        SubAgent(
            key[0],
            some[0].day,
            len(some),
            sum(one.hour for one in some),
            sum(one.tokens for one in some),
            began[key],
        )
        for key, some in found.items()
    )


def beside_main(agents: Sequence[SubAgent]) -> PublishedTable:
    """Sub-agents by set and by what the main thread did, before and after."""
    rows = []
    for late, when in ((False, "until 4 March"), (True, "from 11 March")):
        for name in sorted({one.set for one in agents}):
            for main, words in ((True, "an hour"), (False, "five minutes")):
                chosen = [
                    one
                    for one in agents
                    if one.set == name and one.main_for_an_hour is main and (one.day > LAST_HOUR) is late
                ]
                if chosen:
                    hour, five = (sum(one.only_hour for one in chosen), sum(not one.hour for one in chosen))
                    rows.append((when, name, words, len(chosen), hour, five, sum(one.calls for one in chosen)))
    return PublishedTable(
        id="beside-main",
        title="Sub-agents beside the main thread of their session",
        columns=(
            "Begun",
            "Set",
            "Main thread writes for",
            "Sub-agents",
            "All for an hour",
            "All for five minutes",
            "Calls",
        ),
        rows=tuple(rows),
        note="The main thread's last write before the sub-agent's first. One that did both is in neither count.",
    )
