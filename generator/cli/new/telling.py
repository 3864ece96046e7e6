"""What `new` says of mistakes that are in no file yet, and of what to do next."""

from __future__ import annotations

import shlex
from pathlib import Path

from generator.base.problems import Problem
from generator.curated.case import Case
from generator.curated.drafting import Draft
from generator.curated.entries import sound
from generator.curated.proposed import Reading


def told(problem: Problem, name: str = "") -> str:
    """A mistake with the option or the argument of its field, where it has no line yet."""
    hint = f" ({problem.hint})" if problem.hint else ""
    place = name or problem.path
    return f"{place}: {problem.code} {problem.message}{hint}" if name or place.startswith("--") else str(problem)


def next_steps(root: Path, reading: Reading, draft: Draft) -> str:
    """The commands that follow, from the folder in which somebody works."""
    case = next((case.id for _, case in sound(reading.records.of_word("case"), Case)), "")
    at = "" if root.resolve() == Path.cwd() else f" --root {shlex.quote(str(root))}"
    page = f"/{case}/{draft.place}/" if draft.place else f"/{case}/corrections/"
    steps = [
        (f"witnessmark check{at}", "the whole of content/, also what depends on grades"),
        *([(f"witnessmark lock{at}", "its id is kept for ever")] if draft.place else []),
        (f"witnessmark serve{at}", f"and look at {page}"),
        (f"git add {shlex.quote(str(root / 'content'))}", "then commit, and open a pull request with it"),
    ]
    width = max(len(command) for command, _ in steps)
    return "Next:\n" + "".join(f"  {command:<{width}}  {what}\n" for command, what in steps)
