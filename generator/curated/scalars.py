"""What one scalar of YAML means by the 1.2 core schema, and which characters no text may hold."""

from __future__ import annotations

import math
import re

MAX_DIGITS = 18  # beyond this not every reader keeps an integer exact

# Controls but newline, marks that change direction, what no reader can see, and code points that are no characters.
HIDDEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\U000e0000-\U000e0fff]"
)
_INTEGER = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_DISPUTED = re.compile(
    r"[-+]?(?:0[0-9_]+|0[oO][0-7_]+|0[xX][0-9a-fA-F_]+|0[bB][01_]+|\.(?:inf|Inf|INF))|\.(?:nan|NaN|NAN)"
)
_WORDS: dict[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip


def plain_value(text: str) -> str | int | float | bool | None:
    """The value of a scalar without quotes; a number that `is_disputed` stays text."""
    if text in _WORDS:
        return _WORDS[text]
    if is_disputed(text):
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


def hidden_in_words(character: str) -> tuple[str, str]:
    """Message and hint for a character that `HIDDEN` found."""
    if character == "\t":
        return "a tab", "use spaces"
    return (
        f"character U+{ord(character):04X} is not allowed",
        "remove it; it cannot be seen or changes what is seen",
    )
