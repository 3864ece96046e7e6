"""A report of many users in a pack: which shares it may hold, and what cannot be."""

from __future__ import annotations

import re
from collections.abc import Iterator

from generator.records.fleet import Fleet, FleetRate, Group, Part
from generator.records.results import Level, Pack
from generator.records.vocabulary import VERSION

SESSIONS = "sessions"  # all sessions of known users, by client version
UNREAD = "last-write-unread-in-five-seconds"
SUB_AGENTS_HOUR = "sub-agents-for-an-hour"
MAIN_HOUR = "main-threads-for-an-hour"
EXPERIMENTS = (UNREAD, SUB_AGENTS_HOUR, MAIN_HOUR)
FEWEST_USERS = 2
"""What a report may be asked for at the least: one user alone would be told as they are."""
_VERSION = re.compile(VERSION)

Flaw = tuple[str, str]


def fleet_flaws(evidence: Pack, detectors: frozenset[str]) -> Iterator[Flaw]:
    """Place of everything in the report of many users that cannot be, and what is wrong with it."""
    fleet = evidence.fleet
    if not isinstance(fleet, Fleet):
        return
    if evidence.level is not Level.AGGREGATE:
        yield "evidence.level", "is not that of a report of many users, which shows no row"
    if fleet.fewest < FEWEST_USERS:
        yield "evidence.fleet.fewest", "is fewer than two users"
    subjects = {*detectors, SESSIONS, *EXPERIMENTS}
    for index, rate in enumerate(fleet.rates):
        where = f"evidence.fleet.rates[{index}]"
        if rate.subject not in subjects:
            yield f"{where}.subject", "is neither a detector nor an experiment that this program knows"
        yield from _rate(rate, fleet, where)


def _rate(rate: FleetRate, fleet: Fleet, where: str) -> Iterator[Flaw]:
    if not fleet.fewest <= rate.users <= fleet.users:
        yield f"{where}.users", "are fewer than the report allows, or more than its users"
    if rate.hits > rate.trials:
        yield f"{where}.hits", "are more than its trials"
    if (rate.low is None) != (rate.high is None):
        yield where, "has one end of an interval without the other"
    elif rate.low is not None and rate.high is not None and not 0 <= rate.low <= rate.high <= 1:
        yield where, "has an interval that cannot be"
    if bool(rate.version) != (rate.group is Group.VERSION) or (rate.version and not _VERSION.fullmatch(rate.version)):
        yield f"{where}.version", "is not the version that such a line has"
    if rate.part is not Part.ALL and rate.subject not in EXPERIMENTS:
        yield f"{where}.part", "is a part of the time, which only experiments have"
