"""The card of a page: its sentence and grade in 1200 by 630 px, for a preview of a link to it.

No page loads its own card. The size is the one that https://ogp.me readers show whole.
"""

from __future__ import annotations

import textwrap
from html import escape
from typing import NamedTuple

from generator.charts.base import BAD, FAIR, GOOD, MUTE, WEAK

WIDTH, HEIGHT = 1200, 630
_MARGIN = 72
_MOST_LINES = 6


class _Size(NamedTuple):
    """Letters of this size fit a line of so many characters, in at most so many lines."""

    px: int
    characters: int
    lines: int


_SIZES = (_Size(56, 34, 4), _Size(46, 42, 5), _Size(38, 52, _MOST_LINES))
_GRADES = {
    "established": GOOD, "supported": GOOD, "partly supported": FAIR, "plausible": FAIR, "unsupported": WEAK,
    "contradicted": BAD, "not checkable": MUTE, "withdrawn": MUTE,
}  # fmt: skip


def card_svg(sentence: str, *, over: str, grade: str = "") -> str:
    """SVG of the card. `over`: what kind of page it is, above the sentence; `grade` in words, "" for none."""
    size, lines = _fitted(sentence)
    top = 190 + size.px
    said = "".join(
        f'<text x="{_MARGIN}" y="{top + place * round(size.px * 1.28)}" font-size="{size.px}">{_text(line)}</text>'
        for place, line in enumerate(lines)
    )
    colour = _GRADES.get(grade, "#333")
    badge = (
        f'<rect x="{_MARGIN}" y="528" width="24" height="24" fill="{colour}"/>'
        f'<text x="{_MARGIN + 40}" y="552" font-size="34" font-weight="bold" fill="{colour}">'
        f"{_text(grade[:1].upper() + grade[1:])}</text>"
        if grade
        else ""
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}"'
        ' font-family="Liberation Sans" fill="#1d1d1b">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fbfaf7"/><rect width="{WIDTH}" height="14" fill="#1d1d1b"/>'
        f'<text x="{_MARGIN}" y="100" font-size="34" font-weight="bold">Witnessmark</text>'
        f'<text x="{_MARGIN}" y="150" font-size="28" fill="#5a5a55">{_text(_shortened(over, 70))}</text>'
        f"{said}{badge}</svg>"
    )


def _fitted(sentence: str) -> tuple[_Size, list[str]]:
    """The largest size in which it fits, and its lines; what fits in none is cut at a word."""
    for size in _SIZES:
        lines = textwrap.wrap(sentence, size.characters)
        if len(lines) <= size.lines:
            return size, lines
    return size, textwrap.wrap(sentence, size.characters, max_lines=size.lines, placeholder=" \u2026")


def _shortened(text: str, most: int) -> str:
    return textwrap.shorten(text, most, placeholder=" \u2026")


def _text(line: str) -> str:
    return escape("".join(letter for letter in line if letter.isprintable()))
