"""One set of public logs has one number: that of its evidence pack, where the site has the pack whole."""

from __future__ import annotations

from datetime import date

import pytest
from msgspec.structs import replace
from test_grading import pack as bare_pack

from generator.curated.base_rates import Measurement
from generator.dossier.base_rates import from_packs
from generator.records.results import Level, Outcome, Run

KNOWN = Measurement(
    id="made", title="A set", url="https://example.org/set", licence="MIT", requests=1, steps=1, sessions=1,
    sessions_with=0, measured=date(2026, 1, 1), command="witnessmark base-rates SETS",
)  # fmt: skip
RUN = Run(
    detector="short-prompt-overbilled", version="1.0.0", outcome=Outcome.FOUND, found=1, examined=152,
    not_measurable=0, missing=(), naive=15,
)  # fmt: skip


def pack(**more):
    made = bare_pack(id="made")
    return replace(made, **{"level": Level.FULL, "origin": ("0" * 64,), "runs": (RUN,), **more})


def test_the_figures_are_those_of_the_pack():
    (found,) = from_packs((KNOWN,), (pack(),))
    assert [(one.examined, one.findings, one.naive) for one in found.detectors] == [(152, 1, 15)]
    assert (found.measured, found.title) == (KNOWN.measured, KNOWN.title)


@pytest.mark.parametrize(
    "more",
    [{"id": "other"}, {"origin": ()}, {"level": Level.FINDINGS}, {"simulated": True}],
    ids=lambda more: str([*more]),
)
def test_another_log_or_a_part_of_it_changes_nothing(more):
    assert from_packs((KNOWN,), (pack(**more),)) == (KNOWN,)
