"""No name, date or product of the first case in the program or its templates, but where a reason is given here.

Read are the strings and names of the code, and all text of templates. Comments and docstrings may cite a source.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TRACE = re.compile(
    r"anthropic|claude|\b(?:opus|sonnet|haiku)\b|cowork|2026-0[234]|"
    r"\b(?:february|march|april) 2026|(?<![a-z])march(?![a-z])|shared back end",
    re.IGNORECASE,
)
CITED = {"Reference", "Parameter"}
"""Calls whose words are a source: the public page that a threshold or a rule is taken from."""
_FORMATS = "reads or writes the log formats of one vendor"
_VOCABULARY = "the closed set of words that a log of those formats can hold; a pack is read by it"
_CLIENT = "finds the logs of the client whose format is read, or tells its user what to set"
_FAULTS = "a documented fault, policy or base rate with its days; it can be met in any log of that client"
_MEASURED = "works out one measurement that content names by its id; a case that names none has none of its words"
_FORM = "a date as an example of its form"
ALLOWED = {
    "generator/importers/": _FORMATS,
    "generator/simulator/": _FORMATS,
    "generator/records/models.py": _VOCABULARY,
    "generator/records/rows.py": _VOCABULARY,
    "generator/records/vocabulary.py": _VOCABULARY,
    "generator/ledger/subjects.py": _VOCABULARY,
    "generator/ledger/reconciliation.py": _VOCABULARY,
    "generator/ledger/turns.py": "which models of the vendor keep the thinking of earlier turns",
    "generator/guard/index.py": _VOCABULARY,
    "generator/guard/secrets.py": "the shape of one vendor's keys, beside those of others",
    "generator/curated/countable.py": _VOCABULARY,
    "generator/curated/examples.py": "the model of a worked example that names none",
    "generator/base/commands.py": _CLIENT,
    "generator/cli/context.py": _CLIENT,
    "generator/cli/labels.py": _CLIENT,
    "generator/cli/meter.py": _CLIENT,
    "generator/pages/check.py": _CLIENT,
    "generator/pages/logs.py": _CLIENT,
    "generator/fleet/splitting.py": _CLIENT,
    "generator/pages/parts/fleet_view.py": _MEASURED,
    "generator/pages/parts/read_share_figure.py": _VOCABULARY,
    "generator/pages/surfaces.py": _VOCABULARY,
    "generator/pages/was_it_me.py": _VOCABULARY,
    "generator/detectors/cache_break.py": _FAULTS,
    "generator/detectors/idle_advance.py": _FAULTS,
    "generator/detectors/known_bad_version.py": _FAULTS,
    "generator/detectors/long_context_premium.py": _FAULTS,
    "generator/detectors/meter_cost_gap.py": _FAULTS,
    "generator/detectors/shared/meters.py": _VOCABULARY,
    "generator/detectors/shared/needs.py": _CLIENT,
    "generator/detectors/thinking_stripped.py": _FAULTS,
    "generator/detectors/unread_last_write.py": _FAULTS,
    "generator/dossier/computed/": _MEASURED,
    "generator/dossier/special/": _MEASURED,
    "generator/dossier/applying/": _CLIENT,
    "generator/curated/computed_inputs.py": _MEASURED,
    "generator/cli/scan.py": _FORM,
    "generator/curated/checking.py": _FORM,
    "generator/curated/codes.py": _FORM,
    "generator/curated/crosscheck.py": _FORM,
    "generator/curated/folder.py": _FORM,
    "generator/curated/plots.py": _FORM,
    "generator/site/feeds.py": "the day in the tag of every feed; a tag never changes",
    "templates/check.md.j2": _CLIENT,
    "templates/logs.md.j2": _CLIENT,
    "templates/contribute.md.j2": _CLIENT,
    "templates/other_tools.md.j2": "the layout of logs that the other tools read",
    "templates/speed.md.j2": "the same",
}


def said_in_code(text):
    """Strings that are no docstring and no cited source, and names."""
    tree = ast.parse(text)
    left_out = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            left_out.add(node.value)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CITED:
            left_out |= set(ast.walk(node))
    for node in set(ast.walk(tree)) - left_out:
        for name in ("value", "id", "attr", "arg", "name"):
            if isinstance(value := getattr(node, name, None), str):
                yield value


def said_in_template(path):
    text = path.read_text("utf-8")
    text = re.sub(r"\{#.*?#\}", "", text, flags=re.DOTALL)
    if path.suffix == ".js":
        text = re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE)
    return [text]


def traces():
    """The files in which something is left, with what."""
    found = {}
    for path in sorted((ROOT / "generator").rglob("*.py")):
        found[path] = said_in_code(path.read_text("utf-8"))
    for path in sorted((ROOT / "templates").rglob("*")):
        if path.suffix in {".j2", ".html", ".js", ".css"}:
            found[path] = said_in_template(path)
    hits = {
        path.relative_to(ROOT).as_posix(): [hit for one in said for hit in TRACE.findall(one)]
        for path, said in found.items()
    }
    return {name: sorted(set(words)) for name, words in hits.items() if words}


def reason(name):
    return next(
        (why for place, why in ALLOWED.items() if name == place or (place[-1] == "/" and name.startswith(place))), None
    )


def test_no_word_of_the_first_case_is_left_without_a_reason():
    assert {name: words for name, words in traces().items() if reason(name) is None} == {}


def test_each_place_of_the_list_still_needs_its_reason():
    named = traces()
    assert [place for place in ALLOWED if not any(name == place or name.startswith(place) for name in named)] == []


@pytest.mark.parametrize(
    "text",
    [
        'TITLE = "What happened in March?"',
        'x = f"{n} calls of Claude"',
        "claude_only = 1",
        'def f(a="2026-03-17"): ...',
    ],
)
def test_a_word_in_code_is_found(text):
    assert any(TRACE.search(one) for one in said_in_code(text))


def test_a_source_and_a_comment_are_not():
    text = '"""Of Claude."""\nx = Reference("Anthropic documentation", "https://claude.com")  # as Claude does\n'
    assert not any(TRACE.search(one) for one in said_in_code(text))
