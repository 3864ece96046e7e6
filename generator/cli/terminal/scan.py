"""The short report of `witnessmark scan`: the verdict, what was found and what it cost, and where the rest is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from generator.base.wording import n, noun, plural, words
from generator.cli.terminal.account import account_line, beside
from generator.cli.terminal.findings import print_short
from generator.cli.terminal.next_steps import COLLECT, PACK, change, prove_command
from generator.cli.terminal.verdict import STEP, Worry, verdict
from generator.cli.terminal.view import View, total_tokens, total_usd
from generator.cli.terminal.words import BY_ID, GRADES, LESS, NOT_A_BILL, money, say, title_of
from generator.detectors.shared.answers import counts_of_run
from generator.detectors.shared.needs import NEEDS
from generator.ledger.explanations import UNEXPLAINED
from generator.records.results import Finding, Outcome, Run

if TYPE_CHECKING:
    from rich.console import Console

SHOWN_QUESTIONS = 5  # with their findings; the others are named
SHOWN_FINDINGS = 1  # of each
SHOWN_REASONS = 4  # why caches broke
STYLES = {Worry.UNKNOWN: "bold", Worry.NONE: "bold green", Worry.SOME: "bold yellow", Worry.MUCH: "bold red"}


def print_scan(console: Console, view: View) -> None:
    """What was found first, then in a line each what was not, and how to see the rest."""
    print_verdict(console, view)
    _print_calls(console, view)
    _print_found(console, view)
    _print_not_found(console, view)
    _print_next(console, view)


def print_verdict(console: Console, view: View) -> None:
    """The first sentence of every report."""
    said = verdict(view)
    say(console, said.text, style=STYLES[said.worry])


def days_of(view: View) -> str:
    """First and last day with a call, once where they are one, and the zone: 2026-01-06 to 2026-01-31 (UTC)."""
    first, last = view.usage.first, view.usage.last
    if first is None or last is None:
        return f"no day ({view.zone})"
    days = dict.fromkeys(view.span.day(at).isoformat() for at in (first, last))
    return f"{' to '.join(days)} ({view.zone})"


def _print_calls(console: Console, view: View) -> None:
    usage = view.usage
    unpriced = (
        f"; {plural(usage.unpriced, 'call')} {noun(usage.unpriced, 'has', 'have')} no known price"
        if usage.unpriced
        else ""
    )
    say(
        console,
        f"{plural(usage.calls, 'call')} in {plural(view.sessions, 'session')}, {days_of(view)}: "
        f"{n(usage.input_tokens)} input, {n(usage.cache_write_tokens)} cache-write, "
        f"{n(usage.cache_read_tokens)} cache-read and {n(usage.output_tokens)} output tokens, "
        f"{money(usage.cost_usd)}{unpriced}. {NOT_A_BILL}",
    )
    broken = sum(entry.count for entry in view.breaks)
    if broken:
        lost = f"lost {noun(broken, 'its', 'their')} cache"
        say(console, f"{n(broken)} of {plural(view.steps, 'step')} {STEP} {lost}: {_reasons(view)}.")
    say(console, " ".join([account_line(view.evidence), *(beside(view.evidence.totals) if view.span.whole else ())]))
    if not view.span.whole:
        say(console, "Only findings of these days are shown; the questions were asked of all calls.", style="dim")


def _reasons(view: View) -> str:
    counted = [(words(entry.reason), entry.count) for entry in view.breaks if entry.reason != UNEXPLAINED]
    shown = [f"{reason} {n(count)}" for reason, count in counted[:SHOWN_REASONS]]
    rest = sum(count for _, count in counted[SHOWN_REASONS:])
    shown += [f"other reasons {n(rest)}"] if rest else []
    shown += [f"no reason in the log {n(view.unexplained.count)}"] if view.unexplained.count else []
    return ", ".join(shown)


def _print_found(console: Console, view: View) -> None:
    if not view.found:
        say(console, "\nFound: nothing.", style="bold")
        return
    say(console, f"\nFound, what cost most first (times: {view.zone})", style="bold")
    for run, findings in view.found[:SHOWN_QUESTIONS]:
        say(console, headline(view, run, findings), indent=2)
        if run.detector in BY_ID:
            say(console, BY_ID[run.detector].question, indent=4, style="dim")
        print_short(console, view, findings, SHOWN_FINDINGS)
    rest = view.found[SHOWN_QUESTIONS:]
    if rest:
        say(console, f"Also found: {_titles(rest)}.", indent=2)
    for line in _legend(view.findings):
        say(console, line, indent=2, style="dim")


def headline(view: View, run: Run, findings: Sequence[Finding]) -> str:
    """Unexplained cache break: 9 of 3,809 steps, 524,356 tokens, $3.55. A span has no denominator of its own."""
    count = _count(view, run) if view.span.whole else n(len(findings))
    tokens, usd = total_tokens(findings), total_usd(findings)
    cost = [plural(tokens, "token")] if tokens else []
    cost += [money(usd)] if usd else []
    return f"{title_of(run.detector)}: {', '.join([count, *cost])}"


def _count(view: View, run: Run) -> str:
    """A part of the units only where a finding is one of them."""
    detector = BY_ID.get(run.detector)
    told = counts_of_run(detector, run, simulated=view.evidence.simulated)
    if detector and detector.one_a_unit:
        return f"{n(run.found)} of {told.units}"
    return f"{n(run.found)} in {told.units}" + (f", covering {n(told.covered)}" if told.covered is not None else "")


def _titles(rows: Iterable[tuple[Run, Sequence[Finding]]]) -> str:
    return "; ".join(f"{title_of(run.detector)} ({n(len(findings))})" for run, findings in rows)


def _legend(findings: Sequence[Finding]) -> list[str]:
    """What the letters and the word "less" mean, where they occur."""
    grades = sorted({finding.grade for finding in findings})
    lines = ["Grade, how sure it is: " + "; ".join(f"{grade.value} = {GRADES[grade]}" for grade in grades) + "."]
    if any((finding.excess_usd or 0.0) < 0 for finding in findings):
        lines.append(f"{LESS.capitalize()}: it was cheaper than what it is compared with.")
    return lines


def _print_not_found(console: Console, view: View) -> None:
    quiet = [run for run in view.evidence.runs if run.outcome in {Outcome.FOUND, Outcome.QUIET} and not view.of(run)]
    looked = [run for run in quiet if run.examined]
    empty = [run for run in quiet if not run.examined]
    if looked:
        where = "" if view.span.whole else " in these days"
        say(console, f"\nNot found{where}: {'; '.join(title_of(run.detector) for run in looked)}.")
    if empty:
        say(console, f"Nothing of the kind in these logs: {'; '.join(title_of(run.detector) for run in empty)}.")
    unmeasured = view.with_outcome(Outcome.NOT_MEASURABLE)
    if unmeasured:
        missing = dict.fromkeys(NEEDS[need].text for run in unmeasured for need in run.missing if need in NEEDS)
        say(
            console,
            f"Not measurable, which does not mean that all is well: {plural(len(unmeasured), 'question')}"
            + (f". Missing: {'; '.join(missing)}" if missing else "")
            + ". With --all: which, and how to get it.",
        )
    for run in view.with_outcome(Outcome.FAILED):
        say(console, f"Failed: {title_of(run.detector)} ({run.error}). Please report it.", style="red")


def _print_next(console: Console, view: View) -> None:
    say(console, "\nNext", style="bold")
    if view.findings:
        first = view.found[0][1][0]
        say(console, f"To change ({first.id}): {change(view, first)}", indent=2)
        say(console, f"Publish: {COLLECT}  (PACK: {PACK})", indent=2)
        proved = next((finding for finding in view.findings if finding.requests), None)
        if proved is not None:
            say(console, f"Prove: {prove_command(proved.id)}", indent=2)
    say(console, "More: scan --all, --by day (or week, month, model, session, agent), --json, --share", indent=2)
    if not view.keyed:
        say(console, "The ids are of this run only: no key could be kept in your state folder.", indent=2)
