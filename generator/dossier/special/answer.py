"""The answer in words. Every number in it comes from a test, and every “no” from a p."""

from __future__ import annotations

from collections.abc import Sequence

from generator.curated.registered import Registered, Stretch, Tested
from generator.dossier.special.base import Section, Verdict, day_told, lowered, told
from generator.dossier.special.complaints import ComplaintsFound
from generator.dossier.special.dates import DatesFound
from generator.dossier.special.incidents import IncidentsFound
from generator.dossier.special.verdicts import ALONE, EFFECTS
from generator.statistics.estimate import figure
from generator.statistics.ratios import Ratio

CANNOT = (
    "Whose fault a rise is. Counts of incidents and of complaints look the same for a fault of the service, of a "
    "client, "
    "of a meter and of a changed rule.",
    "When a trouble began. A report has the day on which it was filed; many tell of days or weeks before.",
    "What users of claude.ai, Cowork or Enterprise saw: they have no public tracker.",
    "Whether the vendor announces incidents in the same way all the time.",
    "Anything about one account. Its own logs can tell more than all counts here.",
)
HUNDRED = 100


def answer(
    article: Stretch, incidents: IncidentsFound, complaints: ComplaintsFound | None, verdicts: Sequence[Verdict]
) -> str:
    """One sentence that could be printed."""
    raised = {one.test for one in verdicts if one.found}
    more = incidents.week.value > 1 and Tested.WEEK_INCIDENTS in raised
    louder = bool(complaints and complaints.week.value > 1 and Tested.WEEK_COMPLAINTS in raised)
    week = f"the week of {article.first.day} to {article.last.day} {article.last:%B %Y}"
    counts = f"{incidents.week_hits} incidents where {incidents.week_usual:.1f} are usual"
    if more or louder:
        what = [counts] * more + ["more complaints about usage than other weeks"] * louder
        return f"Yes, in part: {week} had {told(what)}; what that says about the cause is another question."
    silent = f" and {_silent(complaints.week)}" if complaints else ""
    return (
        f"It is not shown by public counts: {week} had {counts}{silent}, and only large rises could have been seen; "
        f"{_spring(incidents, verdicts)}."
    )


def _silent(one: Ratio) -> str:
    if one.value <= 1:
        return "in proportion to all issues filed, no more complaints about usage than other weeks"
    return f"{figure(one.value, 2)} times as many complaints about usage as other weeks, which chance can explain"


def _spring(incidents: IncidentsFound, verdicts: Sequence[Verdict]) -> str:
    every, step = incidents.every, next((one for one in verdicts if one.test is Tested.STEP), None)
    if step is None or step.p >= ALONE or every.after.value <= every.before.value:
        return "no change over the months is shown either"
    part = ("early", "mid", "late")[min(2, (every.week.day - 1) // 10)]
    rise = f"from {part} {every.week:%B} on the vendor announced more incidents than before"
    return rise if step.found else f"{rise}, which can be chance where {len(verdicts)} things are tested"


def sentences(
    plan: Registered,
    found: tuple[IncidentsFound, ComplaintsFound | None, DatesFound],
    power: Section,
    verdicts: Sequence[Verdict],
) -> tuple[str, ...]:
    """Five sentences for a reader who reads no further; four where complaints cannot be counted."""
    incidents, complaints, dates = found
    return tuple(
        filter(
            None,
            (
                _step(plan, incidents, verdicts),
                _week(incidents),
                _complaints(plan, complaints) if complaints else "",
                _after_releases(plan, dates),
                _together(power, verdicts),
            ),
        )
    )


def _step(plan: Registered, incidents: IncidentsFound, verdicts: Sequence[Verdict]) -> str:
    every = incidents.every
    alike = ", on claude.ai, the API and Claude Code alike" if incidents.alike else ""
    older = ", so it can be older than Opus 4.6" if every.first < plan.rollout.first else ""
    second = "no further change is visible" if every.second_p >= ALONE else "there is a second change"
    unsure = next((_unsure(one, len(verdicts)) for one in verdicts if one.test is Tested.STEP), "")
    return (
        f"The vendor's status page announced {every.before.value:.1f} incidents a week until the week of "
        f"{day_told(every.week)} "
        f"and {every.after.value:.1f} a week from then to the end of {plan.listed.last:%B}{alike}; the change may "
        "be as early "
        f"as the week of {day_told(every.first)} or as late as that of {day_told(every.last)}{older}, "
        f"and {second}.{unsure}"
    )


def _unsure(step: Verdict, tests: int) -> str:
    """How far the change could be chance; nothing where it could not."""
    if step.found:
        return ""
    return (
        f" By chance alone weeks that resemble their neighbours show such a change in {_of_a_thousand(step.p)}; as "
        f"{tests} things were tested, one like it turns up in {_of_a_thousand(step.adjusted)}: likely, not shown."
    )


def _of_a_thousand(p: float) -> str:
    """A small chance as cases that can be imagined."""
    return f"{1000 * p:.0f} of 1,000 cases"


def _week(incidents: IncidentsFound) -> str:
    return (
        f"The article's week had {incidents.week_hits} incidents where {incidents.week_usual:.1f} are usual, "
        f"{_times(incidents.week)}; its calendar week had {incidents.serious_hits} major or critical ones, and the "
        "worst "
        f"of {incidents.serious_weeks} weeks that are all alike has as many by chance alone in "
        f"{HUNDRED * incidents.serious_chance:.0f} of "
        f"{HUNDRED} cases."
    )


def _complaints(plan: Registered, complaints: ComplaintsFound) -> str:
    neutral = (
        f"; questions that name no month find {_times(complaints.neutral)} in March and April as in other months, and "
        f"{_times(complaints.neutral_march)} in March as in January and June"
        if complaints.neutral and complaints.neutral_march
        else ""
    )
    return (
        "For each 1,000 issues filed in the tracker of Claude Code, there were "
        f"{_times(complaints.crest)} complaints about usage from {day_told(plan.crest.first)} to "
        f"{day_told(plan.crest.last)} as in the rest of these months, and {_times(complaints.week)} in the article's "
        f"week{neutral}."
    )


def _after_releases(plan: Registered, dates: DatesFound) -> str:
    one, other = dates.incidents, dates.complaints
    complaints = f", and {other.observed:.0f} complaints where they have {other.expected:.0f}" if other else ""
    more = [dates.incidents_at_any.p, dates.complaints_at_any.p if dates.complaints_at_any else 1.0]
    return (
        f"From the day of each of the five releases to {plan.lag} days after it there were {one.observed:.0f} "
        "incidents where "
        f"the same dates shifted at random have {one.expected:.0f}{complaints}: "
        + ("more than chance, before other tests are counted in." if min(more) < ALONE else "no more than chance.")
    )


def _together(power: Section, verdicts: Sequence[Verdict]) -> str:
    found = [EFFECTS[one.test] for one in verdicts if one.found]
    finds = f"{len(found)} of the {len(verdicts)} tests {'finds' if len(found) == 1 else 'find'} something"
    some = f"{finds}: {told(found)}" if found else f"none of the {len(verdicts)} tests finds anything"
    seen = [
        f"{HUNDRED * float(row[2]):.0f} for {lowered(row[0])}" for row in power.tables[0].rows if row[2] is not None
    ]
    return (
        f"Taken together, {some}; of 100 such months with a doubling the tests would have seen {told(seen)}, "
        "so an effect of that size can be there unseen."
    )


def _times(one: Ratio) -> str:
    return f"{figure(one.value, 2)} times as many (95 % interval {figure(one.low, 2)} to {figure(one.high, 2)})"
