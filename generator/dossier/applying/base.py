"""One thing that can have applied to a user, the choice that a user makes, and whether the one fits the other.

`templates/assets/was-it-me.js` says the same in the reader's browser; a test holds the two together.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from generator.curated.models import Confidence
from generator.ledger.subjects import version_key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from generator.curated.kinds import Library
    from generator.curated.models import Event

ELSEWHERE = "other"
"""Surface of a record that names only doors which the case does not study, such as the console."""
_NAMED = re.compile(r"Claude Code ([0-9]+(?:\.[0-9]+)+)\b")


class Kind(StrEnum):
    """What a record is to somebody who asks, in the order of the page."""

    FAULT = "fault"
    POLICY = "policy"
    PEAK = "peak-hours"
    CHANGE = "unannounced-change"
    CAUSE = "innocent-cause"
    INCIDENT = "incident"
    RELEASE = "release"

    @property
    def place(self) -> int:
        """Place in the order of the page."""
        return tuple(Kind).index(self)


@dataclass(frozen=True)
class Applying:
    """One record. Days are UTC and both included, None where that end is open; no surfaces or plans means all.

    `versions` are the first and the last client version that have it, "" where that end is not known; None where it
    is about no version.
    """

    id: str
    kind: Kind
    says: str
    path: str  # of its page, inside the case
    first: date | None = None
    last: date | None = None
    versions: tuple[str, str] | None = None
    surfaces: tuple[str, ...] = ()
    plans: tuple[str, ...] = ()
    hours: str = ""  # part of the day in which it holds
    official: bool | None = None  # is it the vendor's own word? None where we sum up
    confidence: Confidence | None = None
    events: tuple[str, ...] = ()  # ids of the events that tell it
    note: str = ""


@dataclass(frozen=True)
class Choice:
    """What somebody chose; empty means that it was left open."""

    version: str = ""
    surface: str = ""
    plan: str = ""
    first: date | None = None
    last: date | None = None


def applies(one: Applying, choice: Choice) -> bool:
    """Can the record have applied? A fault goes by the version where one is chosen, a release by days or version."""
    if choice.surface and one.surfaces and choice.surface not in one.surfaces:
        return False
    if choice.plan and one.plans and choice.plan not in one.plans:
        return False
    if choice.version and one.versions is not None:
        if _within(one.versions, choice.version):
            return True
        if one.kind is not Kind.RELEASE:
            return False
    return (one.first or date.min) <= (choice.last or date.max) and (choice.first or date.min) <= (one.last or date.max)


def _within(versions: tuple[str, str], version: str) -> bool:
    first, last = versions
    return version_key(first) <= version_key(version) and (not last or version_key(version) <= version_key(last))


def version_of(event: Event) -> str:
    """The client version that an event is the release of, by the first words of its title; "" where it is of none."""
    found = _NAMED.match(event.title)
    return found[1] if found else ""


def sentence(text: str) -> str:
    """The text with a full stop, unless it ends in one."""
    return text if text.endswith((".", "?", "!")) else f"{text}."


def surfaces_of(scopes: Iterable[str], library: Library) -> tuple[str, ...]:
    """The surfaces of the case among these scopes, variants folded into theirs; none where one of them is "all"."""
    wanted = set(scopes)
    if "all" in wanted:
        return ()
    found = [one.id for one in library.surfaces if wanted & {one.id, *(variant.id for variant in one.variants)}]
    return tuple(found) or (ELSEWHERE,)
