"""Counts in the reports of `scan`: the whole text, the JSON object and the block to share."""

from __future__ import annotations

import json
import re
from io import StringIO

import msgspec
from builders import mark, request, steady
from counts_read import faults_of_json, faults_of_text
from rich.console import Console
from test_cli_scan_parts import broken, view, with_evidence

from generator.cli.terminal import print_all, scan_json, shared
from generator.cli.terminal.scan import headline
from generator.ledger.usage import By
from generator.records.results import Outcome


def many():
    """Breaks, a storm of ten error lines, two refusals that the client wrote, and runs of uncached requests."""
    rows = broken(90, read=10_000, first=0)
    rows += [
        request(1000 + number, 9000 + number * 20, *((0, 0) if number % 3 else (20_000, 100)), session_name="t",
                input_tokens=40_000 if number % 3 else 0)
        for number in range(9)
    ]  # fmt: skip
    marks = [mark("api-error", 100 + number, line=900 + number) for number in range(10)]
    marks += [mark("limit-refusal", 500 + number, line=950 + number) for number in range(2)]
    return view(rows, marks)


def text_of(shown):
    out = Console(file=StringIO(), width=400, highlight=False)
    print_all(out, shown)
    return out.file.getvalue()


def test_the_whole_report_says_no_share_over_all_and_nothing_of_nothing():
    text = text_of(many())
    assert list(faults_of_text(text)) == []
    assert "1 finding in 10 error lines, in 1 of 1 session; it covers 10 of them" in text
    assert re.search(r"4 findings in 202 steps, 2\.0 % \(95 % interval 0\.54 to 5\.0 %\), in 2 of 2 sessions", text)
    assert re.search(r"found: 3 findings in 209 requests, in 1 of 2 sessions; they cover 6 of them", text)


def test_the_object_holds_null_where_nothing_may_be_said():
    said = json.loads(msgspec.json.encode(scan_json(many(), 0, By.DAY, ())))
    assert list(faults_of_json(said)) == []
    rows = said["detectors"]
    assert {name for name, row in rows.items() if row["high_95"] is not None} >= {"cache-break", "premature-expiry"}
    for row in rows.values():
        assert (row["share"] is None) == (row["low_95"] is None) == (row["high_95"] is None)
        assert row["share"] is None or row["examined"] >= 20
    assert rows["retry-storm"]["covered"] == 10
    assert rows["retry-storm"]["share"] is None
    assert rows["retry-storm"]["sessions_found"] == 1
    assert rows["retry-storm"]["naive_unit"] == "threads"


def test_simulated_logs_have_no_interval():
    shown = with_evidence(many(), simulated=True)
    assert "95 %" not in text_of(shown)
    assert all(row["share"] is None for row in scan_json(shown, 0, By.DAY, ())["detectors"].values())


def test_a_naive_rule_that_counts_fewer_says_what_it_counts():
    shown = many()
    runs = [
        msgspec.structs.replace(run, naive=1) if run.detector == "uncached-input" else run
        for run in shown.evidence.runs
    ]
    text = text_of(with_evidence(shown, runs=tuple(runs)))
    assert (
        "Other tools would report 1 (fewer: it counts requests that neither read nor write; findings are runs of"
        in text
    )


def test_the_headline_of_findings_that_span_units_names_no_part_of_them():
    shown = many()
    said = {run.detector: headline(shown, run, found) for run, found in shown.found}
    assert said["retry-storm"].startswith("Retry storm: 1 in 10 error lines, covering 10")
    assert said["cache-break"].startswith("Unexplained cache break: 4 of 202 steps")


def test_the_block_to_share_has_the_share_of_units_that_findings_cover():
    shown = many()
    block = shared(shown)
    assert "  retry-storm: 100 %" in block
    assert "  uncached-input: 2.9 %" in block
    assert list(faults_of_text(block)) == []
    without = [
        msgspec.structs.replace(run, found=900, findings=()) if run.outcome is Outcome.FOUND else run
        for run in shown.evidence.runs
    ]
    assert not re.search(r"\d{3,} %", shared(with_evidence(shown, runs=tuple(without))).replace("100 %", ""))


def test_one_of_each_is_singular_in_the_short_report():
    text = text_of(view(steady(1)))
    assert list(faults_of_text(text)) == []
    assert "1 call in 1 session" in text
