"""The page of one account on one axis: everything side by side, nothing added, and what is missing said."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime

import pytest
from rich.console import Console

from generator.cli.terminal.sources import print_sources
from generator.importers import read_bytes
from generator.ledger.reconciliation import BY_LINE, MISSING
from generator.packs.examine import examine
from generator.pages.reconciled import reconciled_context
from generator.records.results import Level, Pack
from generator.simulator import FaultRates, exported, simulate


@pytest.fixture(scope="module")
def evidence() -> Pack:
    """Simulated transcripts, meters, telemetry and a report of one account."""
    made = simulate(7, sessions=14, start=datetime(2026, 3, 2, tzinfo=UTC), faults=FaultRates.specimen())
    reading = read_bytes(made.files | exported(made.files, 7), key=b"key")
    return examine(reading, id="specimen", simulated=True, level=Level.FINDINGS, tool_version="")


@pytest.fixture(scope="module")
def page(evidence: Pack):
    return reconciled_context(evidence, "2026-03")


def test_the_figure_has_calls_meter_and_report_on_one_axis_and_says_simulated(page):
    figure = page[0].figure
    kinds = {row[0].split(",")[0] for row in figure.rows}
    assert kinds == {"Calls", "Meter", "Report"}
    assert figure.simulated
    assert figure.narrow is not None


def test_formats_are_counted_once_and_the_naive_sum_stands_beside(page, evidence):
    context = page[0]
    assert {row.account.importer for row in context.formats} == {"claude-code", "otel-events"}
    assert context.naive_calls > evidence.totals.requests
    (telemetry,) = (row for row in context.formats if row.account.importer == "otel-events")
    assert telemetry.account.only_here == len(evidence.reconciliation.surfaces) or telemetry.account.only_here > 0
    assert sum(count for _, count in telemetry.recognised) == telemetry.account.calls - telemetry.account.only_here


def test_the_report_differs_from_the_logs_by_nothing(page):
    """Telemetry holds the client's own calls too, so all that was billed is logged."""
    assert page[0].lines
    for row in page[0].lines:
        assert [difference for _, difference in row.cells] == [0, 0, 0, 0]


def test_remainders_are_of_predicted_windows_only(page):
    context = page[0]
    assert 0 < context.judged <= len(context.windows)
    for window in context.windows:
        if window.predicted is None:
            assert window.remainder is None
        else:
            assert window.low <= window.remainder + 1e-9 <= window.high + 2e-9


def test_what_is_missing_is_said_with_how_to_get_it(page, evidence):
    assert page[0].missing == tuple(MISSING[slug] for slug in evidence.reconciliation.missing)
    assert MISSING["no-report"] not in page[0].missing


def test_downloads_hold_every_window_and_line_and_say_simulated(page, evidence):
    files = {download.name: download.content for download in page[1]}
    windows = list(csv.DictReader(io.StringIO(files["windows.csv"].decode())))
    lines = list(csv.DictReader(io.StringIO(files["reports.csv"].decode())))
    assert len(windows) == len(evidence.reconciliation.windows)
    assert len(lines) == len(evidence.reconciliation.lines)
    assert {row["simulated"] for row in windows + lines} == {"True"}
    assert json.loads(files["index.json"])


# The client's own statistics


STATISTICS = {
    "version": 2,
    "lastComputedDate": "2026-03-10",
    "firstSessionDate": "2026-03-10T09:00:00Z",
    "dailyActivity": [],
    "dailyModelTokens": [],
    "modelUsage": {
        "claude-opus-4-6": {
            "inputTokens": 17,
            "outputTokens": 13,
            "cacheReadInputTokens": 493_321,
            "cacheCreationInputTokens": 293_294,
        }
    },
}


def test_statistics_of_the_client_are_not_read_as_calls_that_the_logs_lack():
    """They count a call once for each line of its transcript: 17, 13, 493,321 and 293,294 where calls hold 6, 5, ..."""
    reading = read_bytes({"stats-cache.json": json.dumps(STATISTICS).encode()}, key=b"key")
    counted = examine(reading, id="own", simulated=False, level=Level.FINDINGS, tool_version="")
    context, _ = reconciled_context(counted, "2026-03")
    (row,) = context.lines
    assert [cell for cell, _ in row.cells] == [17, 293_294, 493_321, 13]
    assert {difference for _, difference in row.cells} == {None}
    assert context.by_line == BY_LINE
    console = Console(record=True, width=160, file=io.StringIO())
    print_sources(console, counted)
    told = console.export_text()
    assert "493,321*" in told
    assert "(+" not in told
    assert "once for each line of its transcript" in " ".join(told.split())


def test_other_reports_have_their_differences_and_no_such_note(page, evidence):
    assert page[0].by_line == ""
    console = Console(record=True, width=160, file=io.StringIO())
    print_sources(console, evidence)
    assert "*" not in console.export_text()
