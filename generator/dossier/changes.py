"""What changed between two snapshots, and since the newest: computed from what both say, never written by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise

from generator.curated.kinds import Library
from generator.curated.locked import Gone, Locked, rows_of
from generator.curated.snapshots import Fact, Snapshot
from generator.curated.voices import Correction
from generator.grading import RULES

NOW = "now"
_RULES = {rule.id: rule.text for rule in RULES}
MOST_NAMED = 8  # items of evidence in one sentence


class What(StrEnum):
    """Kinds of changes, in the order of the page."""

    WITHDRAWN = "withdrawn"
    CORRECTED = "corrected"
    REGRADED = "regraded"
    ADDED = "added"
    RENAMED = "renamed"
    REWORDED = "reworded"


@dataclass(frozen=True)
class Change:
    """One change of one record, or a correction that names no record."""

    what: What
    place: str  # c/C-064, or "" for a correction of no single page
    title: str
    day: date
    before: str = ""
    after: str = ""
    why: str = ""
    to: str = ""  # place of what took its place
    correction: str = ""  # its id
    link: bool = True  # is there a page

    @property
    def text(self) -> str:
        """The change in one sentence or two."""
        said = _SAID[self.what](self)
        return f"{said} {self.why}".strip()


_SAID: Mapping[What, Callable[[Change], str]] = {
    What.WITHDRAWN: lambda it: f"Withdrawn.{f' Its place is taken by {it.to}.' if it.to else ''}",
    What.CORRECTED: lambda it: f"Corrected. Before: {it.before} Now: {it.after} Why:",
    What.REGRADED: lambda it: f"Grade changed from {_words(it.before)} to {_words(it.after)}.",
    What.ADDED: lambda _: "New.",
    What.RENAMED: lambda it: f"Title changed. Before: {it.before}",
    What.REWORDED: lambda _: "The record changed in another way.",
}


def _words(grade: str) -> str:
    return grade.replace("_", " ")


@dataclass(frozen=True)
class Period:
    """From one snapshot to the next, or to now. The first snapshot has nothing before it, and so no changes."""

    id: str  # of the snapshot that ends it; "now"
    day: date  # on which it ends
    before: str | None  # the snapshot that it begins with
    records: int
    changes: tuple[Change, ...]

    def of(self, what: What) -> tuple[Change, ...]:
        """Changes of one kind."""
        return tuple(one for one in self.changes if one.what is what)

    def about(self, place: str) -> tuple[Change, ...]:
        """Changes of one record."""
        return tuple(one for one in self.changes if one.place == place)


@dataclass(frozen=True)
class _State:
    """What was said on one day."""

    id: str
    day: date
    facts: Mapping[str, Fact]
    corrections: frozenset[str]


def periods(library: Library, now: Callable[[], Iterable[Fact]], day: date) -> tuple[Period, ...]:
    """All periods, oldest first, the last one up to now; none before there is a snapshot."""
    if not library.snapshots:
        return ()
    states = [_State(one.id, one.day, one.facts, frozenset(one.corrections)) for one in library.snapshots]
    today = {fact.place: fact for fact in now()}
    states.append(_State(NOW, day, today, frozenset(one.id for one in library.corrections)))
    comparing = _Comparing(library)
    first = Period(states[0].id, states[0].day, None, len(states[0].facts), ())
    return (first, *(comparing.of(one, two) for one, two in pairwise(states)))


class _Comparing:
    """Two states side by side."""

    def __init__(self, library: Library) -> None:
        self.rows = rows_of(library.locked)
        self.corrections = {one.id: one for one in library.corrections}

    def of(self, old: _State, new: _State) -> Period:
        found = [*self._gone(old, new), *self._corrected(old, new)]
        for place, fact in new.facts.items():
            if place in old.facts:
                found += self._changed(old.facts[place], fact, new.day, corrected={one.place for one in found})
            else:
                found.append(Change(What.ADDED, place, fact.title, new.day))
        order = list(What)
        found.sort(key=lambda one: (order.index(one.what), one.place, one.correction))
        return Period(new.id, new.day, old.id, len(new.facts), tuple(found))

    def _gone(self, old: _State, new: _State) -> Iterator[Change]:
        for place, fact in old.facts.items():
            if place not in new.facts:
                row = self.rows.get(place)
                yield _withdrawn(place, fact.title, row.gone if row else None, new.day)
        for place, fact in new.facts.items():  # a claim that its author took back keeps its page
            if fact.withdrawn and place in old.facts and not old.facts[place].withdrawn:
                yield Change(What.WITHDRAWN, place, fact.title, new.day, why="Its author took it back.")

    def _corrected(self, old: _State, new: _State) -> Iterator[Change]:
        for id in sorted(new.corrections - old.corrections):
            if one := self.corrections.get(id):
                known = new.facts.get(one.page or "") or self.rows.get(one.page or "")
                yield corrected(one, known.title if known else one.page or "")

    def _changed(self, old: Fact, new: Fact, day: date, corrected: set[str]) -> Iterator[Change]:
        if old.grade != new.grade:
            yield Change(What.REGRADED, new.place, new.title, day, old.grade, new.grade, self._why(old, new))
        if old.title != new.title:
            yield Change(What.RENAMED, new.place, new.title, day, old.title, new.title)
        told = old.grade != new.grade or old.title != new.title or old.withdrawn != new.withdrawn
        if old.digest != new.digest and not told and new.place not in corrected:
            yield Change(What.REWORDED, new.place, new.title, day, why=self._evidence(old, new))

    def _why(self, old: Fact, new: Fact) -> str:
        rule = f"Rule {new.rule}: {_RULES[new.rule]}" if new.rule in _RULES else f"Rule {new.rule}."
        before = f"Before, {old.why[:1].lower()}{old.why[1:]}" if old.why != new.why else ""
        return " ".join(part for part in (rule, new.why, before, self._evidence(old, new)) if part)

    @staticmethod
    def _evidence(old: Fact, new: Fact) -> str:
        came = [item for item in new.evidence if item not in old.evidence]
        went = [item for item in old.evidence if item not in new.evidence]
        said = [f"Evidence added: {_listed(came)}." if came else "", f"Left out: {_listed(went)}." if went else ""]
        return " ".join(part for part in said if part)


def _listed(items: Sequence[str]) -> str:
    more = f" and {len(items) - MOST_NAMED} more" if len(items) > MOST_NAMED else ""
    return ", ".join(_item(item) for item in items[:MOST_NAMED]) + more


def _item(item: str) -> str:
    """In words: for report:cc-1."""
    stance, _, key = item.partition(" ")
    return f"{key.replace(':', ' ')} ({stance})"


def _withdrawn(place: str, title: str, gone: Gone | None, day: date) -> Change:
    if gone is None:  # an id that no list of ids knows: a snapshot taken by a hand
        return Change(What.WITHDRAWN, place, title, day, why="No reason is on record.", link=False)
    return Change(What.WITHDRAWN, place, title, gone.day, why=gone.reason, to=gone.to or "")


def buried(row: Locked) -> Change:
    """The change that a tombstone is. Raises ValueError for a row without one."""
    if row.gone is None:
        raise ValueError(f"{row.place} is not gone")
    return _withdrawn(row.place, row.title, row.gone, row.gone.day)


def corrected(one: Correction, title: str) -> Change:
    """The change that a correction is."""
    return Change(What.CORRECTED, one.page or "", title, one.date, one.was, one.now, one.why, correction=one.id)


def last_in(snapshots: Sequence[Snapshot], place: str) -> Snapshot | None:
    """The newest snapshot that has the record."""
    return next((one for one in reversed(snapshots) if place in one.facts), None)


def pinned(periods: Sequence[Period], snapshots: Sequence[Snapshot], place: str) -> str:
    """Number of the newest snapshot in which the record at the place is the same.

    "" where it changed, or where the page is not of a record: what else is on such a page is compared nowhere.
    """
    if not periods or place not in snapshots[-1].facts:
        return ""
    return "" if periods[-1].about(place) else snapshots[-1].id
