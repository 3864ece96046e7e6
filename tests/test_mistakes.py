"""Typical mistakes of contributors: each is told once, where it was made, in words that say what to do."""

from __future__ import annotations

import re

import contributors_mistakes as table
import pytest

from generator.curated.codes import CODES
from generator.curated.library import load_kind
from generator.curated.mistakes import Mistake

JARGON = re.compile(
    r"expected <|Input should|validation|NoneType|pydantic|mapping|scalar|token|parse|pattern|tuple|enum\b|string|regex"
    r"|boolean|relative URL|document start|stream|stands\b",
    re.IGNORECASE,
)
"""Words of parsers and programs, which say nothing to somebody who fills in fields."""


@pytest.fixture(scope="module")
def told():
    return {mistake["id"]: (mistake, problems) for mistake, problems in table.told()}


@pytest.mark.parametrize("id", [mistake["id"] for mistake in table.mistakes()])
def test_it_is_told_once_where_it_was_made_with_what_to_do(told, id):
    mistake, problems = told[id]
    (problem,) = problems
    line, column = map(int, mistake["at"].split(":"))
    assert (problem.path, problem.line, problem.column, problem.code) == (
        f"content/{mistake['file']}", line, column, mistake["code"],
    ), str(problem)  # fmt: skip
    assert problem.code in CODES
    assert len(problem.hint) > 8, str(problem)
    assert not JARGON.search(f"{problem.message} {problem.hint}"), str(problem)
    assert len(problem.message) < 100
    assert len(problem.hint) < 180


def test_without_a_mistake_nothing_is_said(tmp_path):
    assert table.said(table.sound(tmp_path)) == ()


def test_there_are_thirty_or_more_of_many_kinds(told):
    assert len(told) == len(table.mistakes()) >= 30
    assert len({mistake["code"] for mistake, _ in told.values()}) >= 14


def test_the_list_of_the_guide_is_what_the_program_says(told):
    assert table.LIST.read_text("utf-8") == table.listed(list(told.values())), (
        "run python tests/contributors_mistakes.py"
    )
    kept = load_kind(table.ROOT / "content", Mistake)
    assert [one.id for one in kept] == list(told)
