"""The headline tests of the plan, with their p alone and with Holm's correction over all of them."""

from __future__ import annotations

from collections.abc import Mapping

from generator.base.wording import plural
from generator.curated.registered import Registered, Tested
from generator.dossier.special.base import Verdict
from generator.dossier.special.complaints import ComplaintsFound
from generator.dossier.special.dates import DatesFound
from generator.dossier.special.incidents import IncidentsFound
from generator.statistics.estimate import figure
from generator.statistics.event_study import Longest, Shifted
from generator.statistics.multiplicity import holm
from generator.statistics.ratios import Ratio

ALONE = 0.05
QUESTIONS = {
    Tested.WEEK_INCIDENTS: "Other numbers of incidents in the article's week?",
    Tested.WEEK_COMPLAINTS: "Other numbers of complaints in the article's week?",
    Tested.CREST_COMPLAINTS: "Other numbers of complaints in the fortnight of the crest?",
    Tested.STEP: "Did the number of incidents change at all?",
    Tested.SECOND_STEP: "Did it change a second time?",
    Tested.DATES_INCIDENTS: "More incidents after the five releases?",
    Tested.DATES_COMPLAINTS: "More complaints after the five releases?",
    Tested.NEARNESS: "Are the article's dates of failures near its releases?",
}
EFFECTS = {
    Tested.WEEK_INCIDENTS: "incidents of the article's week",
    Tested.WEEK_COMPLAINTS: "complaints of the article's week",
    Tested.CREST_COMPLAINTS: "complaints in the fortnight of the crest",
    Tested.STEP: "the change in the number of incidents",
    Tested.SECOND_STEP: "a second change in the number of incidents",
    Tested.DATES_INCIDENTS: "incidents after the five releases",
    Tested.DATES_COMPLAINTS: "complaints after the five releases",
    Tested.NEARNESS: "the article's dates, which are near its releases",
}
"""What it is that a test has found."""


def verdicts_of(
    plan: Registered, incidents: IncidentsFound, complaints: ComplaintsFound | None, dates: DatesFound
) -> tuple[Verdict, ...]:
    """The headline tests that could be made, in the order of the plan, corrected over all of them."""
    results = _results(incidents, complaints, dates)
    made = [test for test in plan.headline if test in results]
    adjusted = holm([results[test][1] for test in made])
    return tuple(
        Verdict(test, QUESTIONS[test], *results[test], after) for test, after in zip(made, adjusted, strict=True)
    )


def _results(
    incidents: IncidentsFound, complaints: ComplaintsFound | None, dates: DatesFound
) -> Mapping[Tested, tuple[str, float]]:
    every, near = incidents.every, dates.near
    change = f"{every.before.value:.1f} to {every.after.value:.1f} a week from {every.week}"
    steps = f"changes found: {every.found}"
    days = f"{near.observed:.0f} days since the last release in sum; moved dates have {near.expected:.0f}"
    found: dict[Tested, tuple[str, float]] = {
        Tested.WEEK_INCIDENTS: _ratio(incidents.week),
        Tested.STEP: (change, every.p),
        Tested.SECOND_STEP: (steps, every.second_p),
        Tested.DATES_INCIDENTS: _moved(dates.incidents, dates.incidents_at_any),
        Tested.NEARNESS: (days, near.p),
    }
    if complaints:
        found[Tested.WEEK_COMPLAINTS] = _ratio(complaints.week)
        found[Tested.CREST_COMPLAINTS] = _ratio(complaints.crest)
    if dates.complaints and dates.complaints_at_any:
        found[Tested.DATES_COMPLAINTS] = _moved(dates.complaints, dates.complaints_at_any)
    return found


def _ratio(one: Ratio) -> tuple[str, float]:
    told = f"{figure(one.value, 2)} times as many ({figure(one.low, 2)} to {figure(one.high, 2)})"
    return told, 1.0 if one.p is None else one.p


def _moved(one: Shifted, longest: Longest) -> tuple[str, float]:
    told = (
        f"{one.observed:.0f}; moved dates have {one.expected:.1f}. The most telling time: {plural(longest.lag, 'day')}"
    )
    return told, longest.p
