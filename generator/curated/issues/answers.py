"""The text of an issue taken apart into answers; what is not plainly a filled form is refused, never guessed at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from generator.base.problems import ContentError, Problem
from generator.curated.issues.event import Issue
from generator.curated.issues.forms import FORMS, NO_ANSWER, Form
from generator.curated.scalars import flaws

_MOST = 20  # problems of one issue


@dataclass(frozen=True)
class Answers:
    """A filled form: the answer to each question that has one, by its id, and the lines at which they begin."""

    form: Form
    text: Mapping[str, str]
    lines: Mapping[str, int]  # 1-based, in the text of the issue


def answers_of(issue: Issue) -> Answers:
    """The answers. Raises ContentError where the headings are not those of one form, or a character is not allowed."""
    lines = issue.body.split("\n")
    form, places = _form_of(issue, lines)
    ends = [*(place for place in places[1:]), len(lines)]
    found, begins = {}, {}
    for question, place, end in zip(form.questions, places, ends, strict=True):
        text = "\n".join(lines[place + 1 : end]).strip()
        begins[question.id] = place + 1
        if text and text != NO_ANSWER:
            found[question.id] = text
    problems = [*_characters(issue), *_unanswered(issue, form, found, begins)]
    if problems:
        raise ContentError(*problems[:_MOST])
    return Answers(form, found, begins)


def _form_of(issue: Issue, lines: list[str]) -> tuple[Form, list[int]]:
    """The form whose headings are all there, once each and in their order, and where they are. Raises ContentError."""
    at = {form: [_places(lines, question.label) for question in form.questions] for form in FORMS}
    form = max(FORMS, key=lambda one: sum(map(bool, at[one])))
    missing = [question.label for question, places in zip(form.questions, at[form], strict=True) if not places]
    if missing:
        hint = f'of the form "{form.name}" there is no heading "{missing[0]}"; open the form again and fill it in'
        raise ContentError(_problem(issue, 0, "W-answers", "is not a filled form of this site", hint))
    for question, places in zip(form.questions, at[form], strict=True):
        if len(places) > 1:
            words = (
                f'the heading "### {question.label}" is there {len(places)} times, so the answers cannot be told apart'
            )
            raise ContentError(
                _problem(issue, places[1] + 1, "W-answers", words, "write it in another way in your text")
            )
    order = [places[0] for places in at[form]]
    if order != sorted(order) or any(line.strip() for line in lines[: order[0]]):
        words = "the headings of the form are in another order, or a text is above them"
        raise ContentError(_problem(issue, order[0] + 1, "W-answers", words, "open the form again and fill it in"))
    return form, order


def _places(lines: list[str], label: str) -> list[int]:
    return [number for number, line in enumerate(lines) if line.rstrip() == f"### {label}"]


def _characters(issue: Issue) -> list[Problem]:
    """Control characters and what steers how text looks: the same that no file of content may hold."""
    problems = []
    for place, message, hint in flaws(issue.body):
        before = issue.body[:place]
        line, column = before.count("\n") + 1, place - (before.rfind("\n") + 1) + 1
        problems.append(Problem(f"issue {issue.number}", line, column, "W-char", message, hint))
        if len(problems) == _MOST:
            break
    return problems


def _unanswered(issue: Issue, form: Form, found: Mapping[str, str], lines: Mapping[str, int]) -> list[Problem]:
    return [
        _problem(issue, lines[question.id], "W-missing", f'"{question.label}" has no answer')
        for question in form.questions
        if question.required and question.id not in found
    ]


def _problem(issue: Issue, line: int, code: str, message: str, hint: str = "") -> Problem:
    return Problem(f"issue {issue.number}", line, 1 if line else 0, code, message, hint)
