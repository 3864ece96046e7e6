"""A text of the case that contradicts its grade stops the build."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
import real_case

from generator.base.problems import ContentError
from generator.dossier.stated import held_to_grades


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ("Not shown; graded plausible (C-101).", None),
        ("Not shown; graded supported (C-101).", "C-101 is plausible by the rules, not supported"),
        ("Graded not checkable (C-001), and graded plausible (C-100).", None),
        ("It is graded plausible (C-999).", "C-999 is no claim by the rules, not plausible"),
    ],
)
def test_a_grade_that_the_answer_names_is_that_of_the_rules(answer, told):
    dossier = real_case.dossier()
    case = dossier.library.case.model_copy(update={"answer": answer})
    said = replace(dossier, library=dossier.library.model_copy(update={"case": case}))
    if told is None:
        assert held_to_grades(said, real_case.ROOT) is said
        return
    with pytest.raises(ContentError, match=re.escape(told)):
        held_to_grades(said, real_case.ROOT)
