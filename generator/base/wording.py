"""Numbers, money, shares and times in the words that pages use. Pure; templates compute nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

MISSING = "not in the log"
_AFTER_A_NOUN = frozenset({"of", "in", "with", "within", "after", "whose", "that", "written", "on"})
_MINUTE = 60
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR


def n(value: float | None, digits: int = 0) -> str:
    """Number with thousands separators: 79,000; None means that the log does not say."""
    return MISSING if value is None else f"{value:,.{digits}f}"


def tokens(value: float | None) -> str:
    """Whole tokens: 79,000."""
    return n(value)


def usd(value: float | None) -> str:
    """US dollars; four places under one cent, so that small prices do not become zero."""
    if value is None:
        return MISSING
    amount = abs(value)
    digits = 4 if 0 < amount < 0.01 else 2  # noqa: PLR2004  one cent
    return f"{'-' if value < 0 else ''}${amount:,.{digits}f}"


def pct(share: float | None) -> str:
    """A share 0-1 as per cent: one place, two under 1 %, and never a 0 or 100 that is not exact."""
    if share is None:
        return MISSING
    value = share * 100
    if value in {0, 100}:
        return f"{value:.0f} %"
    if 0 < value < 0.01:  # noqa: PLR2004
        return "under 0.01 %"
    if 99.99 < value < 100:  # noqa: PLR2004
        return "over 99.99 %"
    digits = 2 if abs(value) < 1 or 99 < value < 100 else 1  # noqa: PLR2004
    return f"{value:.{digits}f} %"


def interval(value: Any, low: float | None = None, high: float | None = None, count: int | None = None) -> str:
    """Share with its 95 % interval and n. Takes four numbers, or one estimate with value, low, high and n."""
    if hasattr(value, "value"):
        low, high, count = value.low, value.high, value.n
        value = value.value
    if value is None or low is None or high is None:
        return MISSING if value is None else pct(value)
    size = f", n = {n(count)}" if count is not None else ""
    bounds = f"{pct(low).removesuffix(' %')} to {pct(high)}"
    return f"{pct(value)} (95 % interval {bounds}{size})"


def spread(value: float, low: float, high: float) -> str:
    """Share with its interval where the table's head says that it is one: 98.3 % (97.5 to 98.9)."""
    return f"{pct(value)} ({pct(low).removesuffix(' %')} to {pct(high).removesuffix(' %')})"


def day(value: date | None) -> str:
    """ISO day, of an aware time in UTC."""
    if value is None:
        return MISSING
    return (_in_utc(value) if isinstance(value, datetime) else value).strftime("%Y-%m-%d")


def utc(value: datetime | None) -> str:
    """Day and minute with the zone: 2026-03-17 14:05 UTC."""
    return MISSING if value is None else f"{_in_utc(value):%Y-%m-%d %H:%M} UTC"


def minute(value: datetime | None) -> str:
    """Time of day: 14:05."""
    return MISSING if value is None else f"{_in_utc(value):%H:%M}"


def in_words(value: date) -> str:
    """A day as prose writes it: 5 March 2026."""
    return f"{value.day} {value:%B %Y}"


def iso(value: date) -> str:
    """Machine form for `<time datetime>`."""
    return _in_utc(value).strftime("%Y-%m-%dT%H:%M:%SZ") if isinstance(value, datetime) else value.isoformat()


def duration(seconds: float | None) -> str:
    """Two largest units: 4 h 11 min, 2 d 3 h, 45 s."""
    if seconds is None:
        return MISSING
    if seconds < 0:
        return f"-{duration(-seconds)}"
    if 0 < seconds < 1:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    for size, unit, below, small in ((_DAY, "d", _HOUR, "h"), (_HOUR, "h", _MINUTE, "min"), (_MINUTE, "min", 1, "s")):
        if whole >= size:
            rest = whole % size // below
            return f"{whole // size} {unit}" + (f" {rest} {small}" if rest else "")
    return f"{whole} s"


def plural(count: float, one: str, many: str = "") -> str:
    """Count with its noun: 1 report, 1,204 reports; an irregular plural is given."""
    return f"{n(count)} {noun(count, one, many)}"


def noun(count: float, one: str, many: str = "") -> str:
    """The noun alone, where its count is set apart: report, reports."""
    return one if n(count) == "1" else many or one + "s"


def stat(count: float, one: str, many: str = "", *, after: str = "") -> tuple[str, str]:
    """A count and its label, set apart in a row of numbers: 1, finding in own logs."""
    return n(count), " ".join(filter(None, (noun(count, one, many), after)))


def singular(many: str) -> str:
    """One of a plural: steps within five seconds -> step within five seconds; resets of meters -> reset of meters.

    The noun is the last word before the first that belongs to what follows it.
    """
    words_ = many.split(" ")
    place = next((at for at, word in enumerate(words_) if word in _AFTER_A_NOUN), len(words_)) - 1
    return " ".join([*words_[:place], _one(words_[place]), *words_[place + 1 :]])


def _one(noun_: str) -> str:
    if noun_.endswith("ies"):
        return noun_.removesuffix("ies") + "y"
    if noun_.endswith(("ches", "shes", "sses", "xes")):
        return noun_.removesuffix("es")
    return noun_.removesuffix("s")


def short(pseudonym: str) -> str:
    """First eight letters of a pseudonym; a table has room for no more."""
    return pseudonym[:8]


def words(identifier: object) -> str:
    """An identifier as words: not-measurable -> not measurable."""
    return str(identifier).replace("-", " ").replace("_", " ")


def printable(text: object) -> str:
    """A name as one line of plain text: what moves a cursor, colours, turns or breaks lines is spelled out.

    Names of files are strangers' text: escape sequences, line ends, marks that reverse the direction of text (UAX 9),
    and bytes that are no text.
    """
    return "".join(
        one if one.isprintable() else one.encode("unicode_escape", "backslashreplace").decode() for one in str(text)
    )


def cell(value: object) -> str:
    """Value of a data table: integers with separators, other numbers to four digits, None as a dash."""
    if value is None:
        return "\u2013"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return n(value)
    if isinstance(value, float):
        return n(value) if value.is_integer() else f"{value:,.4g}"
    if isinstance(value, datetime):
        return utc(value)
    return str(value)


def is_number(value: object) -> bool:
    """Whether a cell is set flush right."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def numeric_columns(rows: Sequence[Sequence[object]]) -> frozenset[int]:
    """Columns whose stated values are all numbers; their gaps are set flush right with them."""
    stated = [[value for value in column if value is not None] for column in zip(*rows, strict=True)]
    return frozenset(i for i, column in enumerate(stated) if column and all(map(is_number, column)))


def _in_utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("a time without zone reached a page")
    return value.astimezone(UTC)


FILTERS: Mapping[str, Callable[..., Any]] = {
    function.__name__: function
    for function in (
        n,
        tokens,
        usd,
        pct,
        interval,
        spread,
        day,
        utc,
        minute,
        in_words,
        iso,
        duration,
        plural,
        noun,
        singular,
        short,
        words,
        cell,
        numeric_columns,
    )
}
