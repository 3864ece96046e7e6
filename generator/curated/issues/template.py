"""A form as the tracker wants it: the files of .github/ISSUE_TEMPLATE/, with the vocabulary of the case."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from generator.curated.issues.forms import FORMS, Form, Question

if TYPE_CHECKING:
    from generator.curated.kinds import Library

FOLDER = ".github/ISSUE_TEMPLATE"
_HEAD = "# Written by `witnessmark issue-forms`; the questions are in generator/curated/issues/forms.py.\n"


def template_files(library: Library) -> dict[str, str]:
    """Text of each file by its path from the root."""
    files = {f"{FOLDER}/{form.file}": _HEAD + "\n".join(_lines(form, library)) + "\n" for form in FORMS}
    return files | {f"{FOLDER}/config.yml": f"{_HEAD}blank_issues_enabled: true\n"}


def _lines(form: Form, library: Library) -> Iterator[str]:
    yield f"name: {_text(form.name)}"
    yield f"description: {_text(form.about)}"
    yield f"title: {_text(form.title)}"
    yield "body:"
    yield "  - type: markdown"
    yield "    attributes:"
    yield f"      value: {_text(form.before)}"
    for question in form.questions:
        yield from _question(question, library)


def _question(question: Question, library: Library) -> Iterator[str]:
    yield f"  - type: {question.widget}"
    yield f"    id: {question.id}"
    yield "    attributes:"
    yield f"      label: {_text(question.label)}"
    yield f"      description: {_text(question.help)}"
    if question.example:
        yield f"      placeholder: {_text(question.example)}"
    if question.vocabulary:
        yield "      multiple: true"
    if options := shown(question, library):
        yield "      options:"
        yield from (f"        - {_text(option)}" for option in options)
    if question.required:
        yield "    validations:"
        yield "      required: true"


def shown(question: Question, library: Library) -> tuple[str, ...]:
    """What a reader can choose; the words of a vocabulary are ids, which hold no comma."""
    if question.vocabulary:
        return tuple(one.id for one in getattr(library, question.vocabulary))
    return tuple(choice.shown for choice in question.choices)


def _text(words: str) -> str:
    """In quotes: the tracker refuses `yes` and numbers without them. JSON is YAML."""
    return json.dumps(words, ensure_ascii=False)
