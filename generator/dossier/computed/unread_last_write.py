"""Requests seconds after an answer that read everything from cache but what that answer's request had just written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from generator.dossier.computed.base import Computed
from generator.dossier.computed.public import FIRST, LAST, nothing, percent, public_sets, threads_by_set
from generator.dossier.computed.unread_clients import by_day_and_version, by_version, newer_clients, old_client
from generator.dossier.computed.unread_cuts import cuts
from generator.dossier.computed.unread_steps import (
    AFTER,
    BEFORE,
    BEGIN,
    DURING,
    END,
    Soon,
    counts,
    sessions,
    soon_steps,
    within,
)
from generator.dossier.computed.unread_tables import (
    all_days,
    by_kind,
    by_seconds,
    change_days,
    days_drawn,
    in_periods,
)
from generator.ledger.steps import UNREAD_WITHIN
from generator.statistics.clusters import Cluster, cluster_share, estimated_ratio, exact_share
from generator.statistics.estimate import Estimate

if TYPE_CHECKING:
    from generator.curated.measurements import Published
    from generator.records.results import Pack

FUNCTION = "generator.dossier.computed.unread_last_write:unread_last_write"
Named = tuple[str, Estimate]
CAUTIONS = (
    "One set, cc-backend, carries the first days, and its client went from 2.1.72 to 2.1.74 on the same day.",
    "Begin and end were chosen after the counts by day had been seen; the change points find the same days.",
    "Of calls of sub-agents only progress lines are known, so their seconds count up to the first line of the answer.",
)


def unread_last_write(_: Published, packs: tuple[Pack, ...]) -> Computed:
    """What the public sets show; figures by session, exact intervals beside those by session."""
    threads = threads_by_set(packs)
    rows = soon_steps(threads)
    soon = within(rows)
    if not all(any(row.period == period for row in soon) for period in (BEFORE, DURING, AFTER)):
        return nothing(FUNCTION)
    missed, tokens = _tokens(soon, packs)
    parts = {period: [row for row in soon if row.period == period] for period in (BEFORE, DURING, AFTER)}
    hits, trials = counts(parts[DURING])
    early, late = counts(parts[BEFORE]), counts(parts[AFTER])
    share = missed / tokens
    answer = (
        f"From 13 March to 6 May 2026, {hits} of {trials:,} requests sent within five seconds of an answer "
        f"({percent(hits / trials, 1)} %) did not read the cache entry that had just been written, against {early[0]} "
        f"of {early[1]:,} before and {late[0]} of {late[1]:,} after; what was paid again is {percent(share)} % of "
        "all tokens, so it explains no runaway usage."
    )
    return Computed(
        FUNCTION,
        answer,
        tuple(_estimates(rows, parts, share, tokens)),
        (
            days_drawn(soon),
            all_days(soon),
            by_seconds(rows),
            in_periods(soon),
            change_days(rows),
            *by_kind(soon),
            by_version(soon),
            by_day_and_version(soon),
            cuts(rows, threads),
        ),
        CAUTIONS,
    )


def _tokens(soon: Sequence[Soon], packs: tuple[Pack, ...]) -> tuple[int, int]:
    """Tokens paid again in the period, and all that were read from cache or written to it in it."""
    missed = sum(row.step.missed for row in soon if row.unread and row.period == DURING)
    tokens = sum(
        call.cache_read_tokens + call.cache_write_tokens
        for pack in public_sets(packs)
        for call in pack.requests
        if BEGIN <= call.first_seen.date() <= END
    )
    return missed, tokens


def _estimates(rows: Sequence[Soon], parts: dict[str, list[Soon]], share: float, tokens: int) -> list[Named]:
    during = parts[DURING]
    clusters = sessions(during)
    later = [row for row in rows if row.period == DURING and row.step.age > UNREAD_WITHIN]
    week = sessions([row for row in during if FIRST <= row.day <= LAST])
    found: list[Named] = [
        ("13 March to 6 May, as far as sessions differ", _by_session(clusters)),
        *((f"{period}, exact", _percent(counts(some), "requests")) for period, some in parts.items()),
        (
            "Sessions with at least one, 13 March to 6 May",
            _percent((sum(one.hits > 0 for one in clusters), len(clusters)), "sessions"),
        ),
    ]
    if sum(one.trials for one in week):
        found.append(("The article's days, 17 to 23 March, as far as sessions differ", _by_session(week)))
    if later:
        found.append(("Five to sixty seconds after the answer", _percent(counts(later), "requests")))
    placebo = counts(during, lambda row: row.other)
    found.append(("Placebo in the period: the write before the last", _percent(placebo, "requests")))
    found.extend(_old_against_newer(during, parts[BEFORE]))
    found.append(
        (
            "Tokens paid again, of all read from cache or written",
            Estimate(share * 100, None, None, tokens, "tokens", "percent", "a count; no interval, it is all there is"),
        )
    )
    return found


def _old_against_newer(during: Sequence[Soon], before: Sequence[Soon]) -> list[Named]:
    old, newer = old_client(during), newer_clients(before)
    (hits, trials), (base_hits, base_trials) = counts(old), counts(newer)
    if not hits + base_hits or not trials or not base_trials:
        return []
    ratio = estimated_ratio(hits, trials, base_hits, base_trials, "requests")
    by_session = sessions(old)
    with_one = (sum(one.hits > 0 for one in by_session), len(by_session))
    return [
        ("Clients up to 2.1.62 in the period against 2.1.63 to 2.1.72 before it, times as often", ratio),
        ("Sessions with at least one, clients up to 2.1.62 in the period", _percent(with_one, "sessions")),
    ]


def _by_session(clusters: Sequence[Cluster]) -> Estimate:
    return cluster_share(clusters, "requests", unit="percent", scale=100)


def _percent(found: tuple[int, int], of: str) -> Estimate:
    return exact_share(*found, of, unit="percent", scale=100)
