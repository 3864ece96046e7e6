"""Weeks and days of charts and tables: where a week begins, and how a day is written."""

from __future__ import annotations

from datetime import date, timedelta

from generator.curated.case import Case

WEEK = timedelta(days=7)
DAY = timedelta(days=1)


def monday(day: date) -> date:
    """First day of the week of a day."""
    return day - timedelta(days=day.weekday())


def weeks(first: date, last: date) -> tuple[date, ...]:
    """Mondays of all weeks that hold a day from `first` to `last`."""
    start = monday(first)
    return tuple(start + WEEK * place for place in range((monday(last) - start) // WEEK + 1))


def touches_article(week: date, case: Case) -> bool:
    """Does the week that begins on this day share a day with the window of the article?"""
    return week <= case.article_window_end and week + WEEK > case.article_window_start


def short_day(day: date) -> str:
    """Day and month without a year: 2 Mar."""
    return f"{day.day} {day:%b}"


def day_range(first: date, last: date) -> str:
    """A range of days: 17 to 23 March 2026, 5 February to 31 March 2026; of one day the day alone."""
    if first == last:
        return f"{last.day} {last:%B} {last.year}"
    begin = f"{first.day}" if (first.year, first.month) == (last.year, last.month) else f"{first.day} {first:%B}"
    if first.year != last.year:
        begin += f" {first.year}"
    return f"{begin} to {last.day} {last:%B} {last.year}"
