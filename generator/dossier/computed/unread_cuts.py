"""The same count under other cuts, with what may be no linear step left out, and with a placebo in its place."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from generator.curated.measurements import PublishedTable
from generator.dossier.computed.public import percent
from generator.dossier.computed.unread_steps import PERIODS, Soon, counts, within
from generator.ledger.steps import UNREAD_SAME, in_tool_loop
from generator.ledger.threads import Thread

Spans = dict[tuple[str, str], list[tuple[str, datetime, datetime]]]
"""By session: agent, begin and end of each call."""


def cuts(rows: Sequence[Soon], threads: Iterable[tuple[str, Thread]]) -> PublishedTable:
    """One row a way of counting."""
    soon = within(rows)
    followers = Counter((row.set, row.step.before.id) for row in rows)
    spans = _spans(threads)
    found = [_row(f"within {seconds:g} s", within(rows, seconds)) for seconds in (1.0, 2.0, 5.0, 10.0)]
    found += [
        _row(f"within 5 s, {words}", soon, lambda row, most=most: row.off <= most)  # type: ignore[misc]
        for words, most in (("missing to the token", 0.0), ("within 1 %", 0.01), ("within 5 %", 0.05))
    ]
    linear = [row for row in soon if _is_linear(row) and followers[row.set, row.step.before.id] == 1]
    found += [
        _row("the tree of lines names the answer before, and only one request goes on from it", linear),
        _row("no other call of the session was open meanwhile", [row for row in soon if not _overlaps(row, spans)]),
        _row("same model and version, no fall back from a stream", [row for row in soon if _is_same(row)]),
        _row("answers to tools only", [row for row in soon if in_tool_loop(row.step)]),
        _row("placebo: the write before the last is missing instead", soon, lambda row: row.other),
    ]
    columns = ("Rule", *SIDES, "Percent, 13 March to 6 May")
    note = f"Where nothing else is said: within 5 s and {UNREAD_SAME:.0%}."
    return PublishedTable(
        id="cuts", title="The same count by other rules, and a placebo", columns=columns, rows=tuple(found), note=note
    )


SIDES = (
    *("Not read before 13 March", "Of requests before"),
    *("Not read to 6 May", "Of requests to 6 May"),
    *("Not read after", "Of requests after"),
)


def _row(
    name: str, rows: Sequence[Soon], is_hit: Callable[[Soon], bool] = lambda row: row.unread
) -> tuple[str | int | float | None, ...]:
    parts = [counts([row for row in rows if row.period == period], is_hit) for period in PERIODS]
    hits, trials = parts[1]
    return (name, *(number for part in parts for number in part), percent(hits / trials) if trials else None)


def _is_linear(row: Soon) -> bool:
    before, after = row.step.before, row.step.after
    return after.follows == before.id and row.step.began >= before.ended


def _is_same(row: Soon) -> bool:
    before, after = row.step.before, row.step.after
    return before.model == after.model and before.version == after.version and not row.step.fell_back


def _spans(threads: Iterable[tuple[str, Thread]]) -> Spans:
    found: Spans = defaultdict(list)
    for name, thread in threads:
        for call in thread.requests:
            found[name, thread.session].append((thread.agent, call.started or call.first_seen, call.ended))
    return {session: calls for session, calls in found.items() if len({agent for agent, *_ in calls}) > 1}


def _overlaps(row: Soon, spans: Spans) -> bool:
    begin, end = row.step.before.started or row.step.before.first_seen, row.step.after.ended
    calls = spans.get(row.cluster, ())
    return any(agent != row.agent and first <= end and begin <= last for agent, first, last in calls)
