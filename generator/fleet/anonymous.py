"""Which counts of many users may be told: none of fewer than k people, and none that is mostly one person's.

Samarati and Sweeney 1998, Protecting privacy when disclosing information: k-anonymity. A version with too few users is
told with all other such versions, and where they are too few together, not at all. The sum that is told is of what is
told, so that nothing is left over when one line is taken from it. No user may be more than three quarters of the trials
of a line: the same rule of dominance that packs of level `aggregate` keep (packs/safety.py). Lines of different
questions are not held against each other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import fsum
from typing import NamedTuple

from generator.fleet.answers import Amount, DayUse
from generator.packs.safety import LARGEST_SESSION
from generator.records.fleet import Counted, FleetRate, Group, Part
from generator.statistics.clusters import Cluster, cluster_share

LARGEST_USER = LARGEST_SESSION
PLACES = 6

Users = Mapping[str, Cluster]
"""Hits and trials by user."""
Question = tuple[str, Part, Counted]
"""What lines are about: subject, time, and what the trials are."""


class Told(NamedTuple):
    """What may be told, and how many lines may not."""

    rates: tuple[FleetRate, ...]
    suppressed: int


def may_be_told(trials: Sequence[float], fewest: int) -> bool:
    """Are these counts, one a user, of enough users, none of whom is most of the sum?"""
    some = [one for one in trials if one]
    return len(some) >= fewest and max(some) <= LARGEST_USER * sum(some)


def told(amounts: Iterable[tuple[str, Amount]], fewest: int) -> Told:
    """The lines of all subjects; `amounts` come with their user."""
    cells: defaultdict[Question, defaultdict[str, list[tuple[str, Amount]]]] = defaultdict(lambda: defaultdict(list))
    for user, one in amounts:
        cells[one.subject, one.part, one.counted][one.version].append((user, one))
    rates: list[FleetRate] = []
    suppressed = 0
    for question, versions in sorted(cells.items()):
        found, left_out = _told(question, {name: _users(rows) for name, rows in versions.items()}, fewest)
        rates += found
        suppressed += left_out
    return Told(tuple(rates), suppressed)


def _told(question: Question, versions: Mapping[str, Users], fewest: int) -> tuple[list[FleetRate], int]:
    able = {name: users for name, users in versions.items() if name and _may(users, fewest)}
    others = _added(users for name, users in versions.items() if name not in able)
    left_out = 0
    groups = [(Group.VERSION, name, users) for name, users in sorted(able.items(), key=_in_order)]
    if others and _may(others, fewest):
        groups.append((Group.OTHERS, "", others))
    elif others:
        left_out = len(versions) - len(able)
    whole = _added(users for _, _, users in groups)
    if whole:
        groups.append((Group.TOLD, "", whole))
    return [_rate(question, *group) for group in groups], left_out


def _in_order(item: tuple[str, Users]) -> tuple[int, ...]:
    return tuple(map(int, item[0].split(".")))


def _may(users: Users, fewest: int) -> bool:
    return may_be_told([one.trials for one in users.values()], fewest)


def _users(rows: Sequence[tuple[str, Amount]]) -> Users:
    added = _added({user: Cluster(one.hits, one.trials)} for user, one in rows)
    if rows[0][1].counted is not Counted.USERS:
        return added
    return {user: Cluster(min(one.hits, 1), 1) for user, one in added.items()}  # one with several bodies is one


def _added(parts: Iterable[Users]) -> Users:
    """Users of all parts, each once."""
    found: dict[str, Cluster] = {}
    for part in parts:
        for user, one in part.items():
            known = found.get(user, Cluster(0, 0))
            found[user] = Cluster(known.hits + one.hits, known.trials + one.trials)
    return found


def _rate(question: Question, group: Group, version: str, users: Users) -> FleetRate:
    subject, part, counted = question
    clusters = sorted((one for one in users.values() if one.trials), key=lambda one: (one.hits, one.trials))
    share = cluster_share(clusters, counted.value)
    return FleetRate(
        subject=subject,
        counted=counted,
        part=part,
        group=group,
        version=version,
        users=len(clusters),
        hits=sum(one.hits for one in clusters),
        trials=sum(one.trials for one in clusters),
        low=None if share.low is None else round(share.low, PLACES),
        high=None if share.high is None else round(share.high, PLACES),
    )


class Days(NamedTuple):
    """Days that may be told, all others as one where that may be told, and how many those are."""

    told: tuple[DayUse, ...]
    rest: DayUse | None
    suppressed: int


Uses = Sequence[tuple[str, DayUse]]
"""Calls of days, with their user."""


def told_days(uses: Iterable[tuple[str, DayUse]], fewest: int) -> Days:
    """Each day and model added up over users."""
    cells: defaultdict[tuple[str, str], list[tuple[str, DayUse]]] = defaultdict(list)
    for user, one in uses:
        cells[one.day, one.model].append((user, one))
    told = [key for key in sorted(cells) if _is_of_enough(cells[key], fewest)]
    left = [row for key in sorted(cells) if key not in told for row in cells[key]]
    return Days(
        tuple(_sum(*key, cells[key]) for key in told),
        _sum("", "", left) if left and _is_of_enough(left, fewest) else None,
        len(cells) - len(told),
    )


def _is_of_enough(rows: Uses, fewest: int) -> bool:
    requests, *tokens = ([float(one) for one in column] for column in _by_user(rows))
    dominated = any(sum(column) and max(column) > LARGEST_USER * sum(column) for column in tokens)
    return not dominated and may_be_told(requests, fewest)


def _sum(day: str, model: str, rows: Uses) -> DayUse:
    uses = [one for _, one in rows]
    return DayUse(
        day,
        model,
        sum(one.requests for one in uses),
        sum(one.input_tokens for one in uses),
        sum(one.cache_write_tokens for one in uses),
        sum(one.cache_read_tokens for one in uses),
        sum(one.output_tokens for one in uses),
        fsum(one.usd for one in uses),
    )


def _by_user(rows: Uses) -> Iterator[tuple[int, ...]]:
    """Calls, and tokens of each kind, of every user: a column each."""
    found: defaultdict[str, list[tuple[int, ...]]] = defaultdict(list)
    for user, one in rows:
        counts = (one.requests, one.input_tokens, one.cache_write_tokens, one.cache_read_tokens, one.output_tokens)
        found[user].append(counts)
    sums = [tuple(map(sum, zip(*counts, strict=True))) for counts in found.values()]
    return zip(*sums, strict=True)
