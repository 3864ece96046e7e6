"""What the site counts: one meaning of "a report" for every grade, chart, table and sentence."""

from __future__ import annotations

from datetime import date

from generator.curated.models import Case, EvidenceClass, Report


def is_independent(report: Report) -> bool:
    """A report of its own, whoever wrote it: no echo of another."""
    return report.echo_of is None


def is_user_report(report: Report) -> bool:
    """First-hand and no echo: what every count of reports on this site counts."""
    return report.evidence_class is EvidenceClass.USER_REPORT and is_independent(report)


def states_a_number(report: Report) -> bool:
    """An independent report with a number: a user report that was opened and states at least one figure."""
    return is_user_report(report) and report.opened and bool(report.figures)


def in_window(day: date, case: Case) -> bool:
    """Is the day in the window of the case, both ends included?"""
    return case.window_start <= day <= case.window_end
