"""What the site counts: one meaning of "a report" for every grade, chart, table and sentence."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from generator.curated.case import Case
from generator.curated.models import Detail, EvidenceClass, EvidenceKind, Figure, Report

if TYPE_CHECKING:
    from generator.curated.measurements import Published


def is_independent(report: Report) -> bool:
    """A report of its own, whoever wrote it: no echo of another."""
    return report.echo_of is None


def is_user_report(report: Report) -> bool:
    """First-hand, no echo, and found by the questions that were asked for every month: what every count here counts."""
    first_hand = report.evidence_class is EvidenceClass.USER_REPORT and is_independent(report)
    return first_hand and not report.targeted


def states_a_number(report: Report) -> bool:
    """An independent report with a number: a user report that was opened and states at least one figure."""
    return is_user_report(report) and report.opened and bool(report.figures)


def in_window(day: date, case: Case) -> bool:
    """Is the day in the window of the case, both ends included?"""
    return case.window_start <= day <= case.window_end


_OF_REPORTS = {
    "official": EvidenceKind.OFFICIAL_STATEMENT,
    "press": EvidenceKind.PRESS,
    "blog": EvidenceKind.BLOG,
    "social-as-reported": EvidenceKind.SOCIAL,
}
_OF_MEASUREMENTS = {
    "public": EvidenceKind.OPEN_MEASUREMENT,
    "partly": EvidenceKind.OTHERS_FINDING,
    "no": EvidenceKind.CLOSED_MEASUREMENT,
}


def kind_of(report: Report) -> EvidenceKind:
    """What a report is: as its record says, else by where it is and by what it shows; unopened, it is a story.

    Figures of which none counts what a log holds are readings, as told: a percentage, a balance or a time that somebody
    read off shows a stranger nothing to check.
    """
    if report.kind is not None:
        return report.kind
    if report.evidence_class is EvidenceClass.OFFICIAL_STATUS:
        return EvidenceKind.ADMISSION
    if report.evidence_class is EvidenceClass.OFFICIAL_STATEMENT:
        return EvidenceKind.OFFICIAL_STATEMENT
    if report.source_type != "issue":
        return _OF_REPORTS[report.source_type]
    if not report.opened or report.detail not in {Detail.LOGS, Detail.MEASUREMENTS}:
        return EvidenceKind.NARRATIVE_ISSUE
    told = report.detail is Detail.MEASUREMENTS and all(map(_is_read_off, report.figures))
    return EvidenceKind.READINGS_TOLD if told else EvidenceKind.ISSUE_WITH_LOGS


_COUNTED = re.compile(
    r"^(count|ratio|x|dates|of [0-9]+)( |$)|\b(tokens?|calls?|requests?|messages?|lines?|sessions?|chars|[KMG]B)\b",
    re.IGNORECASE,
)
"""Units of what a log holds. Any other is of a meter, a balance or a clock, or of nothing that can be counted."""
_NUMBER = re.compile(r"[-+~<>\u2248]*[0-9.,]+[kM]?")


def _is_read_off(figure: Figure) -> bool:
    """Is it no count of what a log holds, by its unit, by what follows its numbers ("80%"), or by what it measures?"""
    stated = [one for one in (figure.value, figure.start, figure.end) if one]
    rest = [_NUMBER.sub("", one, count=1).strip() for one in stated]
    told = [figure.unit] if figure.unit else [one for one in rest if one] or [figure.metric]
    return not any(_COUNTED.search(one) and "%" not in one for one in told)


def kind_of_measurement(one: Published) -> EvidenceKind:
    """What a measurement is: as its record says, else by whether anybody can do it again."""
    return one.kind or _OF_MEASUREMENTS[one.raw]
