"""Did any detector find something in more sessions of the article's week than of other weeks? All detectors at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from generator.base.wording import plural
from generator.dossier.computed.base import Computed
from generator.dossier.computed.breaks_by_week import A_WEEK, WEEK
from generator.dossier.computed.fired import Fired, Looked, fired, weeks_of
from generator.dossier.computed.fired_tables import as_one, by_week, untested, within_sets
from generator.dossier.computed.fired_tests import Compared, controlled, needed
from generator.dossier.computed.public import nothing, public_sets
from generator.statistics.estimate import figure
from generator.statistics.multiplicity import false_discoveries
from generator.statistics.strata import common_odds

if TYPE_CHECKING:
    from generator.curated.measurements import Published
    from generator.records.results import Pack

FUNCTION = "generator.dossier.computed.detectors_by_week:detectors_by_week"


def detectors_by_week(_: Published, packs: tuple[Pack, ...]) -> Computed:
    """Sessions of the week beside those of the other weeks of the same sets, one exact test a detector."""
    sets = public_sets(packs)
    found = fired(sets)
    looked = [one for one in found if one.looked]
    if not sets:
        return nothing(FUNCTION)
    if not any(one.by_set(WEEK) for one in looked):
        return Computed(FUNCTION, f"No public set holds sessions of {A_WEEK} and of other weeks.", (), ())
    hit = [one for one in looked if one.found]
    compared = controlled(hit, lambda one: one.by_set(WEEK))
    added = controlled(hit, lambda one: one.added_up(WEEK))
    able = [one for one in compared if one.could_differ]
    return Computed(
        FUNCTION,
        _answer(len(found), able),
        tuple(
            (f"{one.one.detector.title}: odds that week against other weeks", common_odds(one.strata, "sessions"))
            for one in able
        ),
        (
            within_sets(compared),
            *((by_week(able, WEEK),) if able else ()),
            as_one(added),
            untested([one for one in found if not one.found], WEEK),
        ),
        (_sets(sets), *_power(able), _family(looked, compared), _added(added)),
    )


def _answer(detectors: int, able: Sequence[Compared]) -> str:
    differ = [one for one in able if one.differs]
    if differ:
        words = (f"{_counts(one)}, which is {'more' if one.rises else 'fewer'}" for one in differ)
        return f"Of {plural(detectors, 'detector')}, {len(differ)} can be told apart in {A_WEEK}: {'; '.join(words)}."
    if not able:
        asked = plural(detectors, "detector")
        return f"None of {asked} found enough in the same sets to compare {A_WEEK} with other weeks."
    nearest = min(able, key=lambda one: one.p)
    return (
        f"Only {len(able)} of {plural(detectors, 'detector')} found enough in the same sets to compare {A_WEEK} with "
        f"other weeks, and none of these more than chance explains; the nearest is {_counts(nearest)}."
    )


def _counts(one: Compared) -> str:
    (hits, trials), (base_hits, base_trials) = one.week, one.others
    adjusted = "" if one.adjusted is None else f", {_p(one.adjusted)} after control"
    sessions = f"found in {hits} of {trials} sessions that week and {base_hits} of {base_trials} in other weeks"
    return f'"{one.one.detector.title}", {sessions} (p {_p(one.p)}{adjusted})'


def _p(p: float) -> str:
    return "under 0.001" if p < 0.001 else figure(p, 2)  # noqa: PLR2004  no test here says more


def _sets(sets: Sequence[Pack]) -> str:
    every = [Looked(pack.id, weeks_of(pack), {}) for pack in sets]
    sides = {one.set: one.against(WEEK) for one in every}
    both = {name: one for name, one in sides.items() if one.trials and one.base_trials}
    parts = (f"{name} ({one.trials} and {one.base_trials})" for name, one in both.items())
    alone = sum(one.trials for name, one in sides.items() if name not in both)
    twice = sum(WEEK in weeks and len(weeks) > 1 for one in every for weeks in one.sessions.values())
    return (
        f"{len(both)} of {plural(len(sides), 'set')} can be compared, with sessions of {A_WEEK} and of other weeks: "
        f"{', '.join(parts)}. Sessions of that week in sets without another week, which are left out: {alone}. "
        f"Sessions with calls in that week and in others, which count once on each side: {twice}."
    )


def _power(able: Sequence[Compared]) -> Iterator[str]:
    for one in able:
        if one.differs:
            continue
        fewest = needed(one, able)
        (hits, trials), (base_hits, _) = one.week, one.others
        least = "no share" if fewest is None else f"only {fewest} or more"
        yield (
            f'Of the {plural(hits + base_hits, "session")} in which "{one.one.detector.title}" found something, {hits} '
            f"are of that week; {least} of them, among its {trials}, would have been told apart after control."
        )


def _family(looked: Sequence[Fired], compared: Sequence[Compared]) -> str:
    able = [one.p for one in compared if one.could_differ]
    silent = len(looked) - len(compared)
    p = _p(min(false_discoveries([*(one.p for one in compared), *([1.0] * silent)]), default=1.0))
    return (
        f"The control is over {plural(len(able), 'detector')}. Of the other {len(looked) - len(able)} that ask about "
        f"sessions, {len(compared) - len(able)} found something, but in these sets too rarely for any result to count, "
        f"and {silent} found nothing anywhere: no test of these can tell weeks apart. With all {len(looked)} in the "
        f"control, the smallest adjusted p would be {p}."
    )


def _added(added: Sequence[Compared]) -> str:
    differ = [one for one in added if one.differs]
    if not differ:
        return "With all sets added up, none is told apart either."
    return (
        f"With all sets added up, {len(differ)} would be told apart: {'; '.join(map(_counts, differ))}. That compares "
        "sets as much as weeks: most sessions of other weeks are of other users, months and clients."
    )
