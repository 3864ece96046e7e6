"""What a pack tells of many users at once: shares with intervals, none of few users. Types only."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from generator.records.rows import Slug, Version


class Group(StrEnum):
    """Whose share a line is."""

    VERSION = "version"  # of one client version
    OTHERS = "others"  # of all versions that are too few users each
    TOLD = "told"  # of all that stand in lines of the two other kinds


class Part(StrEnum):
    """Time that a line is about; without a part, all of it."""

    ALL = "all"
    BEFORE = "before"
    DURING = "during"
    AFTER = "after"


class Counted(StrEnum):
    """What the trials of a line are."""

    SESSIONS = "sessions"
    USERS = "users"
    REQUESTS = "requests"
    SUB_AGENTS = "sub-agents"


class FleetRate(msgspec.Struct, frozen=True, kw_only=True):
    """`hits` of `trials` among `users` people, with the 95 % interval of the share as far as users differ.

    `low` and `high` are None where no interval can be given. All shares 0-1.
    """

    subject: Slug  # id of a detector, or of an experiment (packs/fleet.py)
    counted: Counted
    part: Part = Part.ALL
    group: Group
    version: Version = ""  # of the client, where `group` is `version`
    users: int
    hits: int
    trials: int
    low: float | None = None
    high: float | None = None


class Fleet(msgspec.Struct, frozen=True, kw_only=True):
    """Shares among many users. No line is of fewer than `fewest` of them; `suppressed` lines were, and are not here.

    `users`: all whose logs were read. `whole`: users of whom every call was read, and not only an older pack's rows.
    """

    fewest: int
    users: int
    suppressed: int = 0
    suppressed_days: int = 0  # days of one model
    rates: tuple[FleetRate, ...] = ()
