"""Single findings: as objects of `scan --json`, and as lines for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from generator.base.wording import n, plural, words
from generator.cli.terminal.next_steps import change, next_steps
from generator.cli.terminal.tables import filled
from generator.cli.terminal.view import View
from generator.cli.terminal.words import GRADES, money, say, title_of
from generator.detectors.shared.attribution import LEANINGS
from generator.records.results import Finding

if TYPE_CHECKING:
    from rich.console import Console

INDENT = 4


def findings_json(view: View) -> list[dict[str, Any]]:
    """Every finding of the span, the dearest first. Ids and pseudonyms are those of a pack of the same key."""
    return [_object(view, finding) for finding in view.findings]


def _object(view: View, finding: Finding) -> dict[str, Any]:
    place = view.place(finding)
    return {
        "id": finding.id,
        "detector": finding.detector,
        "title": title_of(finding.detector),
        "at": _stamp(finding.at),
        "until": _stamp(finding.until),
        "grade": finding.grade.value,
        "grade_means": GRADES[finding.grade],
        "severity": finding.severity.value,
        "excess_tokens": finding.excess_tokens,
        "list_price_usd": None if finding.excess_usd is None else round(finding.excess_usd, 4),
        "thread": {"session": finding.session, "agent": finding.agent} if finding.session else None,
        "client": finding.client,
        "source": None if place is None else {"label": place[0], "line": place[1]},
        "lean": finding.lean.value,
        "lean_reason": LEANINGS[finding.lean_reason].text if finding.lean_reason in LEANINGS else "",
        "not_ruled_out": list(finding.not_ruled_out),
        "next_steps": [
            {"id": step.id, "text": step.text, **({"command": step.command} if step.command else {})}
            for step in next_steps(view, finding)
        ],
    }


def _stamp(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat().replace("+00:00", "Z")


def print_short(console: Console, view: View, findings: Sequence[Finding], shown: int) -> None:
    """The dearest findings, each with its price or its tokens, and how many more there are."""
    more = len(findings) - shown
    for place, finding in enumerate(findings[:shown], 1):
        tail = [f"and {n(more)} more"] if more > 0 and place == shown else []
        for line in filled([*parts(view, finding, tokens=finding.excess_usd is None), *tail], console.width - INDENT):
            say(console, line, indent=INDENT)


def print_whole(console: Console, view: View, finding: Finding) -> None:
    """Everything about one finding."""
    head = [f"{finding.id}  {title_of(finding.detector)}", *parts(view, finding)[1:]]
    for line in filled(head, console.width):
        say(console, line)
    leaning = LEANINGS.get(finding.lean_reason)
    say(console, f"Leans to: {finding.lean.value}. {leaning.text if leaning else ''}", indent=2)
    if finding.not_ruled_out:
        say(console, f"Not ruled out: {', '.join(map(words, finding.not_ruled_out))}.", indent=2)
    say(console, f"To change: {change(view, finding)}", indent=2)


def parts(view: View, finding: Finding, *, tokens: bool = True) -> list[str]:
    """Id, time, cost, place and grade."""
    place = view.place(finding)
    return [
        finding.id,
        f"{view.span.local(finding.at):%Y-%m-%d %H:%M}",
        *([plural(finding.excess_tokens, "token")] if tokens and finding.excess_tokens else []),
        *([money(finding.excess_usd)] if finding.excess_tokens or finding.excess_usd else []),
        *([f"{place[0]} line {place[1]}"] if place else []),
        f"grade {finding.grade.value}",
    ]
