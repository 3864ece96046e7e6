"""The object that `witnessmark scan --json` prints. It never holds text of a log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from generator.cli.terminal.account import balances, summed
from generator.cli.terminal.findings import findings_json
from generator.cli.terminal.sources import sources_json
from generator.cli.terminal.usage import usage_json
from generator.cli.terminal.verdict import verdict
from generator.cli.terminal.view import View
from generator.cli.terminal.words import BY_ID
from generator.detectors.shared.answers import counts_of_run
from generator.detectors.shared.running import how_to_measure
from generator.ledger.by import By
from generator.ledger.usage import Usage


def scan_json(view: View, unclaimed: int, by: By, rows: Sequence[Usage]) -> dict[str, Any]:
    """Verdict, breaks, `usage` and `findings` are those of the chosen days; everything else is of all calls."""
    evidence = view.evidence
    totals = evidence.totals
    said = verdict(view)
    return {
        "schema": 1,
        "verdict": {"worry": said.worry.name.lower(), "text": said.text},
        "tally": {
            **summed(evidence.tallies),
            "files": len(evidence.tallies),
            "unclaimed_files": unclaimed,
            "balances": balances(evidence),
        },
        **sources_json(evidence),
        "requests": {
            "count": totals.requests,
            "nested_only": totals.nested_requests,
            "input_tokens": totals.input_tokens,
            "cache_write_tokens": totals.cache_write_tokens,
            "cache_read_tokens": totals.cache_read_tokens,
            "output_tokens": totals.output_tokens,
            "list_price_usd": round(totals.cost_usd, 4),
            "without_price": totals.unpriced,
            "other_makers": totals.other_makers,
            "rounds_apart": totals.rounds_apart,
            "rounds_list_price_usd": round(totals.rounds_usd, 4),
            "declined": totals.declined,
            "declined_list_price_usd": round(totals.declined_usd, 4),
            "web_searches": totals.web_searches,
        },
        "vendors": evidence.vendors,
        "marks": {kind.value: count for kind, count in evidence.marks_by_kind.items()},
        "breaks": {entry.reason: entry.count for entry in view.breaks},
        "break_excess": {
            entry.reason: {"tokens": entry.excess_tokens, "list_price_usd": round(entry.excess_usd, 4)}
            for entry in view.breaks
        },
        "usage": usage_json(view, by, rows),
        "stable_ids": view.keyed,
        "findings": findings_json(view),
        "detectors": {
            run.detector: {
                "outcome": run.outcome.value,
                "findings": run.found,
                **counts_of_run(BY_ID.get(run.detector), run, simulated=evidence.simulated).json(),
                "explained": dict(run.explained),
                "naive_rule": run.naive,
                "naive_unit": BY_ID[run.detector].naive_unit if run.detector in BY_ID else "",
                "missing": [{"input": need.text, "how": need.how} for need in how_to_measure(run)],
            }
            for run in evidence.runs
        },
    }
