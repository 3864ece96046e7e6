"""Windows of the usage meter by the names that the service and its clients give them.

One window has four spellings: `seven_day_opus` in answers of the usage endpoint, statuslines and events, `7d_opus` in
response headers, `weekly_scoped` with a model's display name in the list `limits`, and a plain one in tables. New ones
came about every half year, under names that nobody documents. One that is not known here is counted, without its
name, since it may be what a refusal comes from.

Sources: Claude Code issues 73770, 88137 and 92080 (names in clients 2.1.199 to 2.1.260), askalf/dario issue 1262
(`7d_oi` is seven_day_overage_included).
"""

from __future__ import annotations

import re
from collections.abc import Collection

from generator.records.rows import Window

UNKNOWN_WINDOW = "unknown-window"  # in the account of rows: meters that no reading was made of
SCOPED = {
    "opus": Window.SEVEN_DAY_OPUS,
    "sonnet": Window.SEVEN_DAY_SONNET,
    "haiku": Window.SEVEN_DAY_HAIKU,
    "fable": Window.SEVEN_DAY_FABLE,
    "mythos": Window.SEVEN_DAY_MYTHOS,
}
"""Weekly windows by the family of models that they count."""
KEYS = {
    "five_hour": Window.FIVE_HOUR,
    "seven_day": Window.SEVEN_DAY,
    **{f"seven_day_{family}": window for family, window in SCOPED.items()},
    "seven_day_overage_included": Window.SEVEN_DAY_OVERAGE_INCLUDED,
}
"""Windows by the keys of answers, statuslines and events."""
HEADERS = {
    "5h": Window.FIVE_HOUR,
    "7d": Window.SEVEN_DAY,
    **{f"7d_{family}": window for family, window in SCOPED.items()},
    "7d_oi": Window.SEVEN_DAY_OVERAGE_INCLUDED,
}
"""Windows by their part of a header's name."""
_KEY = re.compile(r"(?:five_hour|seven_day|weekly|daily|monthly|[0-9]{1,3}[hd])(?:_[a-z0-9_]{1,60})?")


def is_window(name: str) -> bool:
    """Is a key or a part of a header's name, known or not, that of a window?"""
    return _KEY.fullmatch(name) is not None


def unknown(names: Collection[str]) -> int:
    """How many of the names are windows that are not known here."""
    return sum(is_window(name) and name not in KEYS and name not in HEADERS for name in names)


def of_model(name: str) -> Window | None:
    """The weekly window of a model, by any spelling of its name; None for a family that is not known here."""
    lowered = name.lower()
    return next((window for family, window in SCOPED.items() if family in lowered), None)
