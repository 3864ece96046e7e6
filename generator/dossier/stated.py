"""What content says of grades, held against the grades: a text that contradicts its grade stops the build."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from generator.base.problems import ContentError, Problem
from generator.curated.yamlfile import read
from generator.grading import ComputedGrade

if TYPE_CHECKING:
    from generator.dossier import Dossier

COLUMNS: tuple[tuple[str, frozenset[ComputedGrade]], ...] = (
    ("What is established or supported", frozenset({ComputedGrade.ESTABLISHED, ComputedGrade.SUPPORTED})),
    ("What is plausible", frozenset({ComputedGrade.PLAUSIBLE})),
    (
        "What is not supported, or contradicted",
        frozenset({ComputedGrade.UNSUPPORTED, ComputedGrade.CONTRADICTED, ComputedGrade.WITHDRAWN}),
    ),
)
"""The three answers of the case, and the grades that may be in each."""


def held_to_grades(dossier: Dossier, root: Path) -> Dossier:
    """The dossier itself. Raises ContentError with every answer that names a claim of another grade."""
    path = root / "content" / "case.yml"
    if problems := (*_misplaced(dossier, path), *_misquoted(dossier, path)):
        raise ContentError(*problems)
    return dossier


_QUOTED = re.compile(r"graded ([a-z ]+) \((C-[0-9]{3})\)")


def _misquoted(dossier: Dossier, path: Path) -> Iterator[Problem]:
    """The answer may name a grade, "graded plausible (C-101)", and it is then the one that the rules give."""
    case = dossier.library.case
    for field, text in (("answer", case.answer), ("besides", case.besides)):
        for said, claim in _QUOTED.findall(text or ""):
            verdict = dossier.verdicts.get(claim)
            grade = verdict.grade.value.replace("_", " ") if verdict else "no claim"
            if grade != said:
                message = f"{claim} is {grade} by the rules, not {said}"
                yield read(path, "content/case.yml").problem(
                    (field,), "W-grade", message, "write the grade of its page"
                )


def _misplaced(dossier: Dossier, path: Path) -> Iterator[Problem]:
    if dossier.library.case.own:  # no article, no answers
        return
    wrong = [
        (place, index, claim)
        for place, (answer, (_, grades)) in enumerate(zip(dossier.library.case.answers, COLUMNS, strict=True))
        for index, claim in enumerate(answer.claims)
        if dossier.verdicts[claim].grade not in grades
    ]
    if not wrong:
        return
    document = read(path, "content/case.yml")
    for place, index, claim in wrong:
        grade = dossier.verdicts[claim].grade
        home = next((title for title, grades in COLUMNS if grade in grades), "no column")
        message = f'{claim} is {grade.value.replace("_", " ")} by the rules, not under "{COLUMNS[place][0]}"'
        yield document.problem(("answers", place, "claims", index), "W-grade", message, f"its place is: {home}")
