"""What usage can be summed by. Apart from the sums, so that the help of a command names it and loads nothing."""

from __future__ import annotations

from enum import StrEnum


class By(StrEnum):
    """What the rows of a table are. The last two are names that only the owner's files tell."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    MODEL = "model"
    SESSION = "session"
    AGENT = "agent"
    PROJECT = "project"
    SKILL = "skill"


IN_TIME = frozenset({By.DAY, By.WEEK, By.MONTH})
"""Tables in the order of time; the others begin with what cost most."""
