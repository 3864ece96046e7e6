"""The account of every line that was read: in words, and as part of `scan --json`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from generator.base.wording import n, plural
from generator.cli.terminal.words import money, say
from generator.records.results import Pack, Totals
from generator.records.rows import SkipReason, Tally

if TYPE_CHECKING:
    from rich.console import Console


def summed(tallies: Sequence[Tally]) -> dict[str, Any]:
    """The accounts of all files as one."""
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


def balances(evidence: Pack) -> bool:
    """Is every line of every file accounted for?"""
    return all(tally.balances for tally in evidence.tallies)


def account_line(evidence: Pack) -> str:
    """The account in one sentence."""
    tally = summed(evidence.tallies)
    lost = sum(tally["skipped"].values())
    skipped = f", {n(lost)} skipped (--all says why)" if lost else ""
    return (
        f"Read {plural(tally['read'], 'line')} of {plural(len(evidence.tallies), 'file')}{skipped}: {_whole(evidence)}."
    )


def _whole(evidence: Pack) -> str:
    return "every line is accounted for" if balances(evidence) else "THE ACCOUNT DOES NOT BALANCE"


def print_account(console: Console, evidence: Pack) -> None:
    """What was read, what became of each line, and how calls were counted."""
    tally, totals = summed(evidence.tallies), evidence.totals
    lost = sum(tally["skipped"].values())
    reasons = ", ".join(f"{n(count)} {reason}" for reason, count in tally["skipped"].items())
    say(
        console,
        f"\nRead {plural(tally['read'], 'line')} of {plural(len(evidence.tallies), 'file')} "
        f"({tally['bytes'] / 1e6:,.1f} MB): {n(tally['used'])} used, {plural(tally['other'], 'other record')}, "
        f"{n(tally['recovered'])} recovered, {n(lost)} skipped{f' ({reasons})' if reasons else ''}, "
        f"{n(tally['pending'])} pending, {n(tally['blank'])} blank: {_whole(evidence)}.",
    )
    say(
        console,
        f"{plural(totals.requests, 'call')} on {plural(tally['usage_lines'], 'line')}; "
        f"known only from a parent's log {n(totals.nested_requests)}, of no known session {n(totals.unthreaded)}.",
    )
    for sentence in beside(totals):
        say(console, sentence)
    if evidence.vendors:
        say(
            console,
            f"Judged by the rules of: {', '.join(f'{id} ({digest[:12]})' for id, digest in evidence.vendors.items())}.",
        )


def beside(totals: Totals) -> list[str]:
    """What is counted otherwise than the calls, and what the list price leaves out; nothing of what did not occur."""
    said = []
    if totals.other_makers:
        said.append(f"{plural(totals.other_makers, 'call')} of other makers' models: counted, not judged.")
        said.append("A file of their vendor in content/vendors/, or --vendors, has them judged by its rules.")
    if totals.rounds_apart:
        rounds = plural(totals.rounds_apart, "round")
        said.append(f"{rounds} of advisors and compactions: in the price ({money(totals.rounds_usd)}), not the tokens.")
    if totals.declined:
        attempts = plural(totals.declined, "attempt")
        said.append(f"Not in the price: {attempts} before another model answered ({money(totals.declined_usd)}).")
    if totals.web_searches:
        searches = plural(totals.web_searches, "web search", "web searches")
        said.append(f"Not in the price: {searches}, charged apart.")
    return said
