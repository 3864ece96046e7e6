"""`scan --all`: the short report first, then everything else: days, files, each question, each reason, each finding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator.base.wording import n, pct, plural
from generator.cli.terminal.account import print_account
from generator.cli.terminal.findings import print_whole
from generator.cli.terminal.scan import print_scan
from generator.cli.terminal.sources import print_sources
from generator.cli.terminal.usage import print_usage
from generator.cli.terminal.view import View
from generator.cli.terminal.words import BY_ID, money, say, title_of, unit_of
from generator.detectors.shared.answers import counts_of_run, naive_note
from generator.detectors.shared.needs import NEEDS
from generator.ledger.explanations import EXPLANATIONS, UNEXPLAINED
from generator.ledger.usage import By, namer, usage_by
from generator.records.results import Outcome, Run

if TYPE_CHECKING:
    from rich.console import Console

STYLES = {Outcome.FOUND: "yellow", Outcome.QUIET: "green", Outcome.FAILED: "red", Outcome.NOT_MEASURABLE: "dim"}
OUTCOMES = {
    Outcome.FOUND: "found",
    Outcome.QUIET: "not found",
    Outcome.NOT_MEASURABLE: "not measurable",
    Outcome.FAILED: "the rule failed",
}


def print_all(console: Console, view: View) -> None:
    """The whole report."""
    print_scan(console, view)
    print_account(console, view.evidence)
    print_sources(console, view.evidence)
    print_usage(
        console, view, By.DAY, usage_by(view.requests, namer(By.DAY, view.span), in_time=True, beside=view.rounds)
    )
    _print_questions(console, view)
    _print_missing(console, view)
    _print_breaks(console, view)
    _print_findings(console, view)


def _print_questions(console: Console, view: View) -> None:
    say(console, "\nWas it me? Every question, of all calls", style="bold")
    for run in view.evidence.runs:
        detector = BY_ID.get(run.detector)
        say(console, detector.question if detector else run.detector)
        say(
            console,
            f"{OUTCOMES[run.outcome]}{_counts(run, simulated=view.evidence.simulated)}",
            indent=2,
            style=STYLES[run.outcome],
        )
        if detector and run.naive and run.naive != run.found and run.examined:
            note = naive_note(detector, run.naive, run.found)
            why = f" (fewer: {note})" if note else ""
            said = f"Other tools would report {n(run.naive)}{why} by this rule: {detector.naive_text}"
            say(console, said, indent=2, style="dim")


def _counts(run: Run, *, simulated: bool) -> str:
    """How many in how many, and what else may be said of it."""
    if run.outcome not in {Outcome.FOUND, Outcome.QUIET}:
        return ""
    if not run.examined:
        return f": these logs hold none of the {unit_of(run.detector)} that it looks at"
    detector = BY_ID.get(run.detector)
    return f": {counts_of_run(detector, run, simulated=simulated).text}"


def _print_missing(console: Console, view: View) -> None:
    """What could not be measured, by the input that is missing, and how to get it. That is no all-clear."""
    unmeasured = view.with_outcome(Outcome.NOT_MEASURABLE)
    by_need: dict[str, list[str]] = {}
    for run in unmeasured:
        for need in run.missing:
            by_need.setdefault(need, []).append(title_of(run.detector))
    for missing, titles in by_need.items():
        say(console, f"\nNot measurable without {NEEDS[missing].text}: {'; '.join(titles)}.")
        say(console, f"How to get it: {NEEDS[missing].how}", indent=2, style="dim")
    rest = [title_of(run.detector) for run in unmeasured if not run.missing]
    if rest:
        say(console, f"\nNot measurable, the inputs are there but too few: {'; '.join(rest)}.")


def _print_breaks(console: Console, view: View) -> None:
    total = sum(entry.count for entry in view.breaks)
    if not total:
        say(console, "\nNo step lost its cache.", style="bold")
        return
    texts = {explanation.id: explanation.text for explanation in EXPLANATIONS}
    texts[UNEXPLAINED] = "No explanation in the log."
    say(console, f"\nWhy caches were lost: {n(total)} of {plural(view.steps, 'step')}", style="bold")
    for entry in view.breaks:
        paid = f"{plural(entry.excess_tokens, 'token')} paid again, {money(entry.excess_usd)}"
        say(console, f"{entry.reason}: {n(entry.count)} ({pct(entry.count / total)}), {paid}")
        say(console, texts.get(entry.reason, ""), indent=2, style="dim")


def _print_findings(console: Console, view: View) -> None:
    if not view.findings:
        return
    say(console, f"\nEvery finding, what cost most first ({n(len(view.findings))}; times: {view.zone})", style="bold")
    for finding in view.findings:
        print_whole(console, view, finding)
    say(console, "Unexplained is not the same as faulty; `witnessmark build --logs LOGS` makes a page for each.")
