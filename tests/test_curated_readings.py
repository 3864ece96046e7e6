"""What a report's figures are: counts of a log, or what somebody read off a meter, a balance or a clock."""

from __future__ import annotations

import pytest
import real_case
from test_curated_library import change, content
from test_curated_trust import told

from generator.curated.counting import kind_of
from generator.curated.models import EvidenceKind, Figure
from generator.grading import STRENGTHS
from generator.grading.weights import Strength

__all__ = ["content"]  # a fixture
READ_OFF = [
    "%",
    "% of session",
    "% points",
    "USD",
    "USD of 20",
    "AUD",
    "usd",
    "min",
    "h (more than)",
    "minutes",
    "s",
    "days",
    "share",
    None,
]
COUNTED = ["tokens", "tokens (more than)", "count", "chars", "x", "ratio", "of 280", "API calls"]


@pytest.fixture(scope="module")
def report():
    """A report of a user with figures, opened."""
    return next(one for one in real_case.library().reports if one.id == "cc-38910")


def figures(*units):
    return tuple(Figure(metric="seen", value="1", unit=unit) for unit in units)


@pytest.mark.parametrize("unit", READ_OFF)
def test_what_is_read_off_is_no_log(report, unit):
    assert kind_of(report.model_copy(update={"figures": figures(unit, "%")})) is EvidenceKind.READINGS_TOLD


@pytest.mark.parametrize("unit", COUNTED)
def test_one_count_of_a_log_is_enough(report, unit):
    assert kind_of(report.model_copy(update={"figures": figures("%", unit)})) is EvidenceKind.ISSUE_WITH_LOGS


def test_logs_that_are_shown_are_logs_and_what_a_record_says_of_itself_decides(report):
    read = report.model_copy(update={"figures": figures("%")})
    assert kind_of(read.model_copy(update={"detail": "logs"})) is EvidenceKind.ISSUE_WITH_LOGS
    assert kind_of(read.model_copy(update={"kind": EvidenceKind.ISSUE_WITH_LOGS})) is EvidenceKind.ISSUE_WITH_LOGS
    assert kind_of(read.model_copy(update={"opened": False})) is EvidenceKind.NARRATIVE_ISSUE
    assert kind_of(read.model_copy(update={"figures": ()})) is EvidenceKind.READINGS_TOLD


def test_readings_weigh_little_in_every_claim():
    assert STRENGTHS[EvidenceKind.READINGS_TOLD] is Strength.WEAK
    kinds = {one.id: kind_of(one) for one in real_case.library().reports}
    for id in ("cc-37881", "cc-38910", "cc-44198", "cc-43677", "cc-32544", "cc-29741"):
        assert kinds[id] is EvidenceKind.READINGS_TOLD, id
    assert kinds["cc-34629"] is EvidenceKind.ISSUE_WITH_LOGS


def test_readings_that_nobody_opened_are_none(content):
    change(content, "reports/aa-2.yml", "opened: true", "opened: false\nkind: readings-told")
    assert told(content) == [("reports/aa-2.yml", 15, 7, "W-source")]


@pytest.mark.parametrize(
    ("stated", "read_off"),
    [
        ({"value": "80%"}, True), ({"value": "5 h"}, True), ({"start": "100%", "end": "0%"}, True), ({"value": "a lot"}, True),
        ({"value": "5 USD"}, True), ({"value": "80", "unit": "percent"}, True), ({"value": "3", "unit": "hours"}, True),
        ({"value": "79k tokens"}, False), ({"value": "12 calls"}, False), ({"value": "12", "unit": "API calls"}, False),
        ({"value": "12", "unit": "calls"}, False), ({"value": "79000"}, True),
    ],
)  # fmt: skip
def test_the_unit_may_be_in_the_value_as_forms_and_options_write_it(report, stated, read_off):
    told = report.model_copy(update={"figures": (Figure(metric="used", **stated),)})
    assert (kind_of(told) is EvidenceKind.READINGS_TOLD) is read_off
