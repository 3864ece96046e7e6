"""What one scalar of YAML means by the 1.2 core schema, and which characters no text may hold."""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from collections.abc import Iterator

from pydantic import AwareDatetime, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

MAX_DIGITS = 18  # beyond this not every reader keeps an integer exact

LEAST_SEARCHED = 3
"""Letters and digits of a phrase that readers look for."""
MOST_MARKS = 4
"""Combining marks on one letter. Vietnamese needs two, pointed Hebrew and Tibetan up to four; more climb out of their
line.
"""

# Last two code points of each plane above the first (Unicode 17, section 23.7: "noncharacters").
_PLANE_ENDS = "".join(chr(plane << 16 | 0xFFFE) + chr(plane << 16 | 0xFFFF) for plane in range(1, 17))
# Controls but newline, marks that change direction, what no reader can see (of shorthand, music and hieroglyphs what
# only steers their layout), and code points that are no characters.
HIDDEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ud800-\udfff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\U00013430-\U0001345f"
    f"\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a\U000e0000-\U000e0fff{_PLANE_ENDS}]"
)
_FOREIGN = re.compile(rf"[^\x00-\x7f]{{{MOST_MARKS + 1},}}")  # every combining mark is in such a run
_EMPTY = "\u2800"  # a Braille cell without a dot: a sign, but nothing is seen of it
_AWARE = TypeAdapter(AwareDatetime)
_SECONDS = re.compile(r"[-+]?[0-9.]+")
_INTEGER = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_DISPUTED = re.compile(
    r"[-+]?(?:0[0-9_]+|0[oO][0-7_]+|0[xX][0-9a-fA-F_]+|0[bB][01_]+|\.(?:inf|Inf|INF))|\.(?:nan|NaN|NAN)"
)
_FIRST_OF_NUMBERS = frozenset("-+.0123456789")
_WORDS: dict[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip


def like_a_number(text: str) -> bool:
    """Does it begin as every number does, also one that `is_disputed`?"""
    return text[:1] in _FIRST_OF_NUMBERS


def plain_value(text: str) -> str | int | float | bool | None:
    """The value of a scalar without quotes; a number that `is_disputed` stays text."""
    if text in _WORDS:
        return _WORDS[text]
    if not like_a_number(text) or is_disputed(text):
        return text
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text


def is_disputed(text: str) -> bool:
    """True for a number that YAML 1.1 and 1.2 read differently, or that is too long or too large to be exact."""
    if _DISPUTED.fullmatch(text):
        return True
    if _INTEGER.fullmatch(text):
        return len(text.lstrip("+-")) > MAX_DIGITS
    return bool(_FLOAT.fullmatch(text)) and (len(text) > MAX_DIGITS + 2 or math.isinf(float(text)))


def flaws(text: str) -> Iterator[tuple[int, str, str]]:
    """Offset, message and hint for every character that no text may hold, and every letter under too many marks."""
    yield from ((match.start(), *hidden_in_words(match[0])) for match in HIDDEN.finditer(text))
    for run in _FOREIGN.finditer(text):
        marks = 0
        for place, character in enumerate(run[0], run.start()):
            marks = marks + 1 if unicodedata.category(character)[0] == "M" else 0
            if marks == MOST_MARKS + 1:
                yield place, f"more than {MOST_MARKS} combining marks in a row", "they cover other lines; remove some"


def visible(text: str) -> str:
    """The text, or an error of type blank where a reader sees nothing of it. Marks alone are no text either."""
    for character in text:
        if not (character == _EMPTY or character.isspace() or unicodedata.category(character)[0] in "CM"):
            return text
    raise PydanticCustomError("blank", "must hold something that can be seen")


def moment_in(value: object) -> object:
    """The moment that a text says, or an error of type datetime; what is no text is left to the model.

    A bare number is none: pydantic takes 20260503 for seconds since 1970
    (https://docs.pydantic.dev/latest/api/standard_library_types/). Nor is what has no year of four digits in UTC.
    """
    if not isinstance(value, str):
        return value
    try:
        if not _SECONDS.fullmatch(value.strip()):
            moment = _AWARE.validate_strings(value, strict=True)
            moment.astimezone(dt.UTC)
            return moment
    except (ValidationError, OverflowError):
        pass
    raise PydanticCustomError("datetime_parsing", "must be a moment of the calendar")


def searched(text: str) -> str:
    """The phrase, or an error of type short where it has too few letters and digits to look for."""
    if sum(map(str.isalnum, text)) < LEAST_SEARCHED:
        raise PydanticCustomError("short", "must have {least} letters or digits", {"least": LEAST_SEARCHED})
    return text


def no_twins(texts: tuple[str, ...]) -> tuple[str, ...]:
    """The texts, or an error of type twice where two differ by no more than spaces and capital letters."""
    if len({" ".join(text.casefold().split()) for text in texts}) < len(texts):
        raise PydanticCustomError("twice", "must not say the same twice")
    return texts


def hidden_in_words(character: str) -> tuple[str, str]:
    """Message and hint for a character that `HIDDEN` found."""
    if character == "\t":
        return "a tab", "use spaces"
    return (
        f"character U+{ord(character):04X} is not allowed",
        "remove it; it cannot be seen or changes what is seen",
    )
