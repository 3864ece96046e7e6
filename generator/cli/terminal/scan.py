"""The report of `witnessmark scan`: as one JSON object, and as text for a terminal. It never holds text of a log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generator.base.problems import printable
from generator.base.statistics import finding_rate
from generator.cli.terminal.sources import print_sources, sources_json
from generator.cli.terminal.tables import table
from generator.detectors import DETECTORS
from generator.detectors.shared.needs import NEEDS
from generator.detectors.shared.running import how_to_measure
from generator.ledger.explanations import EXPLANATIONS, UNEXPLAINED
from generator.records.results import Finding, Outcome, Pack, Run
from generator.records.rows import Request, SkipReason, Tally

if TYPE_CHECKING:
    from rich.console import Console

    from generator.detectors import Detector

SHOWN = 10  # findings in the terminal; --json and the site have all
PATH_PARTS = 3  # of a log's path, enough to find the file
NOT_A_BILL = "List prices: what the API would charge. A subscription is not billed by them."


def scan_json(evidence: Pack, unclaimed: int) -> dict[str, Any]:
    """The object that `scan --json` prints."""
    totals = evidence.totals
    tally = _sum(evidence.tallies)
    return {
        "schema": 1,
        "tally": {
            **tally,
            "files": len(evidence.tallies),
            "unclaimed_files": unclaimed,
            "balances": _balances(evidence),
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
        },
        "marks": {kind.value: count for kind, count in evidence.marks_by_kind.items()},
        "breaks": {entry.reason: entry.count for entry in evidence.breaks},
        "break_excess": {
            entry.reason: {"tokens": entry.excess_tokens, "list_price_usd": round(entry.excess_usd, 4)}
            for entry in evidence.breaks
        },
        "detectors": {
            run.detector: {
                "outcome": run.outcome.value,
                "findings": run.found,
                "examined": run.examined,
                "explained": dict(run.explained),
                "naive_rule": run.naive,
                "missing": [{"input": need.text, "how": need.how} for need in how_to_measure(run)],
            }
            for run in evidence.runs
        },
    }


def _sum(tallies: Sequence[Tally]) -> dict[str, Any]:
    skipped: Counter[SkipReason] = Counter()
    for tally in tallies:
        skipped.update(tally.skipped)
    return {
        "read": sum(tally.read for tally in tallies),
        "used": sum(tally.used for tally in tallies),
        "other": sum(tally.other for tally in tallies),
        "recovered": sum(tally.recovered for tally in tallies),
        "skipped": {reason.value: count for reason, count in sorted(skipped.items())},
        "pending": sum(tally.pending for tally in tallies),
        "blank": sum(tally.blank for tally in tallies),
        "usage_lines": sum(tally.usage_lines for tally in tallies),
        "bytes": sum(tally.bytes for tally in tallies),
    }


def _balances(evidence: Pack) -> bool:
    return all(tally.balances for tally in evidence.tallies)


def print_scan(console: Console, evidence: Pack, paths: Sequence[Path]) -> None:
    """Print the whole report. `paths` are the log files in the order of the tallies, for their owner's eyes."""
    _print_reading(console, evidence)
    print_sources(console, evidence)
    _print_detectors(console, evidence)
    _print_breaks(console, evidence)
    _print_findings(console, evidence, paths)


def _print_reading(console: Console, evidence: Pack) -> None:
    tally, totals = _sum(evidence.tallies), evidence.totals
    console.print(
        f"[bold]Read[/] {tally['read']:,} lines of {len(evidence.tallies):,} files ({tally['bytes'] / 1e6:,.1f} MB)"
    )
    lost = sum(tally["skipped"].values())
    reasons = ", ".join(f"{count:,} {reason}" for reason, count in tally["skipped"].items())
    console.print(
        f"     {tally['used']:,} used, {tally['other']:,} other records, {tally['recovered']:,} recovered, "
        f"{lost:,} skipped{f' ({reasons})' if reasons else ''}, {tally['pending']:,} pending, {tally['blank']:,} blank"
        f": {'every line is accounted for' if _balances(evidence) else '[red]THE ACCOUNT DOES NOT BALANCE[/]'}"
    )
    days = [day.day for day in evidence.days]
    span = f", {min(days)} to {max(days)} UTC" if days else ""
    console.print(
        f"[bold]Calls[/] {totals.requests:,} in {totals.sessions:,} sessions{span} "
        f"(written on {tally['usage_lines']:,} lines; {totals.nested_requests:,} known only from a parent's log; "
        f"{totals.unthreaded:,} of no known session)"
    )
    console.print(
        f"      input {totals.input_tokens:,}  cache writes {totals.cache_write_tokens:,}  "
        f"cache reads {totals.cache_read_tokens:,}  output {totals.output_tokens:,} tokens"
    )
    unpriced = f"; {totals.unpriced:,} calls without a known price" if totals.unpriced else ""
    console.print(f"      ${totals.cost_usd:,.2f} at list price{unpriced}. {NOT_A_BILL}")


def _print_detectors(console: Console, evidence: Pack) -> None:
    made = table("Question", "Outcome", "Findings", "Examined", "Rate (95 %)", "Naive rule", title="\nWas it me?")
    questions = {detector.id: detector for detector in DETECTORS}
    colours = {Outcome.FOUND: "yellow", Outcome.QUIET: "green", Outcome.FAILED: "red", Outcome.NOT_MEASURABLE: "dim"}
    for run in evidence.runs:
        detector = questions.get(run.detector)
        rate = finding_rate(run.found, run.examined, share=detector is not None and detector.one_a_unit)
        interval = f"{rate.value:.2%} ({rate.low:.2%}-{rate.high:.2%})" if run.examined else "-"
        measured = run.outcome in {Outcome.FOUND, Outcome.QUIET}
        made.add_row(
            detector.question if detector else run.detector,
            f"[{colours[run.outcome]}]{run.outcome.value}[/]",
            f"{run.found:,}" if measured else "-",
            f"{run.examined:,} {detector.unit if detector else ''}" if measured else "-",
            interval,
            f"{run.naive:,}" if measured else "-",
        )
    console.print(made)
    _print_missing(console, evidence, questions)


def _print_missing(console: Console, evidence: Pack, detectors: dict[str, Detector]) -> None:
    """What could not be measured, by the input that is missing, and how to get it. That is no all-clear."""
    unmeasured = [run for run in evidence.runs if run.outcome is Outcome.NOT_MEASURABLE]
    by_need: dict[str, list[str]] = {}
    for run in unmeasured:
        for need in run.missing:
            by_need.setdefault(need, []).append(_title(run, detectors))
    for missing, titles in by_need.items():
        console.print(f"\n[bold]Not measurable without {NEEDS[missing].text}[/]: {', '.join(titles)}.")
        console.print(f"  How to get it: {NEEDS[missing].how}", style="dim")
    rest = [_title(run, detectors) for run in unmeasured if not run.missing]
    if rest:
        console.print(f"\n[bold]Not measurable, the inputs are there but too few[/]: {', '.join(rest)}.")


def _title(run: Run, detectors: dict[str, Detector]) -> str:
    return detectors[run.detector].title if run.detector in detectors else run.detector


def _print_breaks(console: Console, evidence: Pack) -> None:
    total = sum(entry.count for entry in evidence.breaks)
    if not total:
        console.print("No break of the cache identity in any step.")
        return
    texts = {explanation.id: explanation.text for explanation in EXPLANATIONS} | {
        UNEXPLAINED: "No explanation in the log."
    }
    steps = evidence.totals.steps
    made = table(
        "Why the cache broke",
        "Breaks",
        "Share",
        "Tokens paid again",
        "List price",
        title=f"\nCache breaks: {total:,} of {steps:,} steps",
    )
    for entry in evidence.breaks:
        made.add_row(
            f"[bold]{entry.reason}[/] {texts.get(entry.reason, '')}",
            f"{entry.count:,}",
            f"{entry.count / total:.1%}",
            f"{entry.excess_tokens:,}",
            f"${entry.excess_usd:,.2f}",
        )
    console.print(made)


def _print_findings(console: Console, evidence: Pack, paths: Sequence[Path]) -> None:
    findings = [finding for run in evidence.runs for finding in run.findings]
    if not findings:
        return
    by_id = {request.id: request for request in evidence.requests}
    made = table(
        "Finding",
        "When (UTC)",
        "Grade",
        "Tokens",
        "List price",
        "Where",
        title=f"\nFindings, largest first ({min(SHOWN, len(findings))} of {len(findings)})",
    )
    for finding in sorted(findings, key=lambda one: -one.excess_tokens)[:SHOWN]:
        made.add_row(
            f"{finding.id} {finding.detector}",
            f"{finding.at:%Y-%m-%d %H:%M}",
            finding.grade.value,
            f"{finding.excess_tokens:,}",
            "no price" if finding.excess_usd is None else f"${finding.excess_usd:,.2f}",
            _place(finding, by_id, paths),
        )
    console.print(made)
    console.print("Unexplained is not the same as faulty; `witnessmark build --logs` makes a page for each finding.")


def _place(finding: Finding, by_id: dict[str, Request], paths: Sequence[Path]) -> str:
    from rich.markup import escape

    request = by_id.get(finding.requests[-1])
    if request is None:
        return "-"
    where = f"{printable(Path(*paths[request.source.file].parts[-PATH_PARTS:]))}:{request.source.line}"
    return escape(where)  # a name is no markup
