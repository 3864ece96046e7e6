"""Claims by section and grade, a square a claim; and the two grades of each claim as a table of counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING

from generator.base.drawing import Draw, Drawing, draw
from generator.base.wording import plural
from generator.charts.base import NARROW, WIDTH, Chart
from generator.charts.squares import (
    ALARM,
    DOUBTED,
    EMPTY,
    FAINT,
    GONE,
    LETTER,
    MARKED,
    OPEN,
    PLAIN,
    STRONG,
    WARM,
    Look,
    Square,
    Words,
    picture,
)
from generator.curated.claims import Grade
from generator.grading import ComputedGrade

if TYPE_CHECKING:
    from generator.grading.agreement import CrossRow

LOOKS: Mapping[ComputedGrade, Look] = {
    ComputedGrade.ESTABLISHED: STRONG,
    ComputedGrade.SUPPORTED: FAINT,
    ComputedGrade.PLAUSIBLE: OPEN,
    ComputedGrade.UNSUPPORTED: DOUBTED,
    ComputedGrade.CONTRADICTED: ALARM,
    ComputedGrade.NOT_CHECKABLE: PLAIN,
    ComputedGrade.WITHDRAWN: GONE,
}
_GAP, _AIR = 3, 10  # px between squares, and between a label and what it names
_KEY, _LINE = 24, 26  # px: a square of the key, and a line of it
_ROW, _PHONE_ROW = 30, 52  # px a section; on phones its title is above its squares
_MOST = 26  # px a square at most
_CELL, _HEAD, _UPRIGHT = 38, 66, 150  # px: a row of the table, and its head, where words run upwards on phones
_TITLE = 22  # px: a line of the head
_ALL = 0.6  # of a column: that of the sums

Sections = Sequence[tuple[str, Mapping[ComputedGrade, int]]]


def grades_chart(sections: Sections, chart_id: str = "grades-by-section", *, drawn: Draw = draw) -> Chart:
    """Sections in the order given, with their counts by grade. Raises ValueError where there is no claim."""
    filled = [(title, counts) for title, counts in sections if sum(counts.values())]
    if not filled:
        raise ValueError("no claim, no chart")
    totals = Counter[ComputedGrade]()
    for _, counts in filled:
        totals.update(counts)
    grades = [grade for grade in ComputedGrade if totals[grade]]
    svg, width, height = _sections(filled, grades, phone=False, drawn=drawn)
    return Chart(
        id=chart_id,
        title="Claims of each section, by grade",
        sentence=_sentence(filled, totals, grades),
        width=width,
        height=height,
        columns=("Section", *(_word(grade) for grade in grades), "All"),
        rows=tuple(
            (title, *(counts.get(grade, 0) for grade in grades), sum(counts.values())) for title, counts in filled
        ),
        svg=svg,
        note="A square is a claim; its letter, its look and its place in the row say its grade. Repeats are left out.",
        narrow=_sections(filled, grades, phone=True, drawn=drawn),
    )


def agreement_chart(crossed: Sequence[CrossRow], chart_id: str = "rules-and-reviewer", *, drawn: Draw = draw) -> Chart:
    """Counts of the grade by rules against the reviewer's. Raises ValueError where there is no claim."""
    rows = [row for row in crossed if sum(row.counts)]
    total = sum(sum(row.counts) for row in rows)
    if not total:
        raise ValueError("no claim, no chart")
    agreeing = sum(count for row in rows for count, same in zip(row.counts, row.agreeing, strict=True) if same)
    svg, width, height = _table(rows, phone=False, drawn=drawn)
    return Chart(
        id=chart_id,
        title="Grade by rules against the reviewer's grade",
        sentence=_agreement(rows, agreeing, total),
        width=width,
        height=height,
        columns=("By rules", *(_word(grade) for grade in Grade), "All"),
        rows=tuple((_word(row.computed), *row.counts, sum(row.counts)) for row in rows),
        svg=svg,
        note=(
            "Framed and bold: read as the same. The reviewer's grade was drafted from the same evidence, "
            "so that the two agree does not show that either is right."
        ),
        narrow=_table(rows, phone=True, drawn=drawn),
    )


def _word(grade: ComputedGrade | Grade) -> str:
    return grade.value.replace("_", " ").capitalize()


def _sentence(filled: Sections, totals: Mapping[ComputedGrade, int], grades: Sequence[ComputedGrade]) -> str:
    parts = [f"{totals[grade]} {_word(grade).lower()}" for grade in grades]
    listed = ", ".join(parts[:-1]) + " and " + parts[-1] if len(parts) > 1 else parts[0]
    said = f"{plural(sum(totals.values()), 'claim')}: {listed}."
    title, counts = max(filled, key=lambda section: section[1].get(ComputedGrade.NOT_CHECKABLE, 0))
    unchecked = counts.get(ComputedGrade.NOT_CHECKABLE, 0)
    if not unchecked:
        return said
    return (
        f"{said} The section with most that nobody outside can check is \u201c{title}\u201d: {unchecked} of "
        f"{sum(counts.values())}."
    )


def _agreement(rows: Sequence[CrossRow], agreeing: int, total: int) -> str:
    said = f"Rules and reviewer agree on {agreeing} of {plural(total, 'claim')}"
    apart = [
        (count, row.computed, grade)
        for row in rows
        for count, same, grade in zip(row.counts, row.agreeing, Grade, strict=True)
        if count and not same
    ]
    if not apart:
        return f"{said}."
    listed = ", ".join(
        f"{count} {_word(computed).lower()} by rules and {_word(grade).lower()} by the reviewer"
        for count, computed, grade in sorted(apart, key=lambda one: -one[0])
    )
    return f"{said}. They differ on {total - agreeing}: {listed}."


def _sections(filled: Sections, grades: Sequence[ComputedGrade], *, phone: bool, drawn: Draw) -> Drawing:
    width = NARROW if phone else WIDTH
    squares, words, top = _key(grades, width)
    left = 0.0 if phone else max(len(title) for title, _ in filled) * LETTER + _AIR
    most = max(sum(counts.values()) for _, counts in filled)
    size = min(_MOST, (width - left) / most - _GAP)
    step = _PHONE_ROW if phone else _ROW
    for place, (title, counts) in enumerate(filled):
        row = top + place * step
        begin = row + (_TITLE if phone else (step - size) / 2)
        at = Words(0, row + _AIR, title) if phone else Words(left - _AIR, row + step / 2, title, "right")
        words.append(at)
        ordered = [grade for grade in grades for _ in range(counts.get(grade, 0))]
        squares += [
            Square(left + number * (size + _GAP), begin, size, size, LOOKS[grade], _word(grade)[0])
            for number, grade in enumerate(ordered)
        ]
    return picture(squares, words, width, top + len(filled) * step + _GAP, drawn)


def _key(grades: Sequence[ComputedGrade], width: float) -> tuple[list[Square], list[Words], float]:
    """Squares with their words, as many in a line as fit, and where the picture goes on."""
    squares, words = list[Square](), list[Words]()
    x, y = 0.0, 1.0
    for grade in grades:
        need = _KEY + _AIR / 2 + len(_word(grade)) * LETTER + 1.5 * _AIR
        if x and x + need > width + 1.5 * _AIR:
            x, y = 0.0, y + _LINE + _GAP
        squares.append(Square(x, y, _KEY, _KEY, LOOKS[grade], _word(grade)[0]))
        words.append(Words(x + _KEY + _AIR / 2, y + _KEY / 2, _word(grade)))
        x += need
    return squares, words, y + _LINE + _AIR


def _table(rows: Sequence[CrossRow], *, phone: bool, drawn: Draw) -> Drawing:
    width, head = (NARROW, _UPRIGHT) if phone else (WIDTH, _HEAD)
    left = max(len(_word(row.computed)) for row in rows) * LETTER + _AIR
    wide = (width - left) / (len(Grade) + _ALL)
    edges = list(accumulate([wide] * len(Grade), initial=left))
    last = edges[-1] + _ALL * wide / 2  # middle of the sums
    words = [
        Words(left, _TITLE / 2, "By the reviewer", soft=True),
        Words(left - _AIR, head - _TITLE / 2, "By rules", "right", soft=True),
        Words(last, head - _AIR if phone else head - _TITLE / 2, "All", "center", upright=phone, soft=True),
    ]
    for edge, grade in zip(edges, Grade, strict=False):
        x = edge + wide / 2
        if phone:
            words.append(Words(x, head - _AIR, _word(grade), upright=True))
        else:
            lines = _word(grade).split(" ")
            words += [
                Words(x, head - _TITLE * (len(lines) - place - 0.5), line, "center") for place, line in enumerate(lines)
            ]
    squares = []
    for number, row in enumerate(rows):
        y = head + number * _CELL
        words.append(Words(left - _AIR, y + _CELL / 2, _word(row.computed), "right"))
        words.append(Words(last, y + _CELL / 2, str(sum(row.counts)), "center", soft=True))
        for x, count, same in zip(edges, row.counts, row.agreeing, strict=False):
            look = MARKED if same else WARM if count else EMPTY
            squares.append(Square(x + 1, y + 1, wide - 2, _CELL - 2, look, str(count), bold=same))
    foot = head + len(rows) * _CELL + _CELL / 2
    words.append(Words(left - _AIR, foot, "All", "right"))
    for place in range(len(Grade)):
        count = sum(row.counts[place] for row in rows)
        words.append(Words(edges[place] + wide / 2, foot, str(count), "center", soft=True))
    return picture(squares, words, width, foot + _CELL / 2, drawn)
