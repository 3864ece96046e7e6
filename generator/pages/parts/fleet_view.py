"""What a pack tells of many users, as tables: one a question, a line each version, period and sum."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from generator.base.wording import n, plural
from generator.detectors import DETECTORS
from generator.packs.fleet import MAIN_HOUR, SESSIONS, SUB_AGENTS_HOUR, UNREAD
from generator.records.fleet import Fleet, FleetRate, Group, Part
from generator.records.results import Pack
from generator.statistics.estimate import figure

EXPERIMENTS = {
    UNREAD: (
        "Natural experiment: entries not read within five seconds",
        "Requests within five seconds of the answer before, and those of them that did not read what had just been "
        "written to the cache; before 13 March 2026, to 6 May, and after.",
    ),
    SUB_AGENTS_HOUR: (
        "Natural experiment: sub-agents that wrote for an hour",
        "Sub-agents beside a main thread that wrote to the cache for an hour, and those of them that did so too; until "
        "4 March 2026, and after.",
    ),
    MAIN_HOUR: (
        "Beside it: main threads that wrote for an hour",
        "Sessions whose main thread wrote to the cache, and those that wrote anything for an hour; until 4 March 2026, "
        "and after. A change of sub-agents alone does not show here.",
    ),
}
PARTS = {Part.ALL: "", Part.BEFORE: "before", Part.DURING: "in the period", Part.AFTER: "after"}


@dataclass(frozen=True)
class FleetLine:
    """One share in words."""

    label: str
    users: int
    hits: int
    trials: int
    percent: str
    interval: str  # "" where none can be given


@dataclass(frozen=True)
class FleetTable:
    """All shares of one question."""

    id: str
    title: str
    text: str
    counted: str  # what the trials are, in the plural
    lines: tuple[FleetLine, ...]
    detector: str  # id; "" for an experiment


@dataclass(frozen=True)
class FleetView:
    """The report of many users."""

    sentence: str
    left_out: str
    tables: tuple[FleetTable, ...]


def fleet_view(evidence: Pack) -> FleetView | None:
    """The report that the pack holds; None where it holds none."""
    fleet = evidence.fleet
    if not isinstance(fleet, Fleet):
        return None
    return FleetView(
        sentence=f"{plural(fleet.users, 'user')}; every figure rests on at least {n(fleet.fewest)} of them, and none "
        "mostly on one.",
        left_out=f"{plural(fleet.suppressed, 'share')} and {plural(fleet.suppressed_days, 'day')} of a model are left "
        "out for that. Sums are of what is told, so that nothing is left over when one line is taken from them.",
        tables=tuple(_tables(fleet)),
    )


def _tables(fleet: Fleet) -> Iterator[FleetTable]:
    order = {name: place for place, name in enumerate((*EXPERIMENTS, *(one.id for one in DETECTORS)))}
    titles = {one.id: one for one in DETECTORS}
    told = sorted((one for one in fleet.rates if one.subject != SESSIONS), key=lambda one: order[one.subject])
    for subject, rates in groupby(told, key=lambda one: one.subject):
        every = tuple(rates)
        counted = every[0].counted.value
        detector = titles.get(subject)
        title, text = (detector.title, "") if detector else EXPERIMENTS[subject]
        yield FleetTable(
            id=f"fleet-{subject}",
            title=title,
            text=text or f"{counted.capitalize()} that the detector looked at, and those with a finding.",
            counted=counted.replace("-", " "),
            lines=tuple(map(_line, every)),
            detector=detector.id if detector else "",
        )


def _line(rate: FleetRate) -> FleetLine:
    part = PARTS[rate.part]
    who = {Group.VERSION: rate.version, Group.OTHERS: "other versions, or none named", Group.TOLD: "all that are told"}
    interval = "" if rate.low is None or rate.high is None else f"{figure(100 * rate.low)} to {figure(100 * rate.high)}"
    return FleetLine(
        label=", ".join(filter(None, (part, who[rate.group]))),
        users=rate.users,
        hits=rate.hits,
        trials=rate.trials,
        percent=figure(100 * rate.hits / rate.trials),
        interval=interval,
    )
