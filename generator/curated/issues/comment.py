"""What a reader is told whose answers make no record yet. Words of theirs that a message repeats are inert in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from generator.base.problems import Problem
from generator.base.wording import printable
from generator.curated.issues.forms import ACCEPTED, FORMS
from generator.curated.issues.record import Draft
from generator.curated.issues.written import Written

_MOST = 20  # mistakes that are told


def comment_on(problems: Iterable[Problem], draft: Draft | None, made: Written | None) -> str:
    """The comment, in Markdown. In a fenced block nobody is mentioned and nothing is linked or drawn."""
    lines = list(_lines(problems, draft, made))
    shown = "\n".join([*lines[:_MOST], *([f"and {len(lines) - _MOST} more"] if len(lines) > _MOST else [])])
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", shown)), 3)
    return (
        "No record could be made of these answers yet:\n\n"
        f"{fence}text\n{shown}\n{fence}\n\n"
        f"Edit the first text of this issue, then a maintainer sets the label `{ACCEPTED}` again. "
        "Nothing else has been written.\n"
    )


def _lines(problems: Iterable[Problem], draft: Draft | None, made: Written | None) -> Iterator[str]:
    for problem in problems:
        hint = f" ({problem.hint})" if problem.hint else ""
        yield printable(f"{_place(problem, draft, made)}: {problem.code} {problem.message}{hint}")


def _place(problem: Problem, draft: Draft | None, made: Written | None) -> str:
    """The question that was answered wrongly, or the place as it is."""
    if draft and made and problem.path == f"content/{made.path}" and (field := made.field_at(problem.line)):
        asked = draft.asked.get(field, "")
        label = next((one.label for form in FORMS for one in form.questions if one.id == asked), "")
        return f'Your answer to "{label}"' if label else f"Field {field} of the record"
    return f"{problem.path}:{problem.line}:{problem.column}"
