"""Words of the reports of `scan`: money, grades, what a question is called, and a paragraph that is never cut."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator.detectors import DETECTORS
from generator.records.results import FindingGrade

if TYPE_CHECKING:
    from rich.console import Console

    from generator.detectors import Detector

BY_ID: dict[str, Detector] = {detector.id: detector for detector in DETECTORS}
GRADES = {
    FindingGrade.A: "it follows from the log alone",
    FindingGrade.B: "it rests on one thing that the log does not show",
    FindingGrade.C: "it needs a second source to be sure",
    FindingGrade.D: "this log cannot decide it",
}
"""What a grade says of a finding: how sure the observation is, and nothing of whose fault it was."""
LESS = "less"  # after a price: what happened was cheaper than what it is compared with
NOT_A_BILL = "List prices are what the API would charge; a subscription is not billed by them."


def money(usd: float | None) -> str:
    """US dollars at list price: $1.24, under $0.01, $2.45 less (than what it is compared with), no price."""
    if usd is None:
        return "no price"
    amount = f"${abs(usd):,.2f}"
    if round(abs(usd), 2) == 0:
        return "under $0.01" if usd else "$0.00"
    return f"{amount} {LESS}" if usd < 0 else amount


def title_of(detector: str) -> str:
    """What a detector is called; its id where this program does not know it."""
    return BY_ID[detector].title if detector in BY_ID else detector


def unit_of(detector: str) -> str:
    """What its denominator counts, in the plural."""
    return BY_ID[detector].unit if detector in BY_ID else "units"


def say(console: Console, text: str, *, indent: int = 0, style: str = "") -> None:
    """A paragraph, broken at blanks and indented on every line. The text is no markup."""
    from rich.text import Text

    for paragraph in text.split("\n"):
        for line in Text(paragraph, style=style).wrap(console, console.width - indent, overflow="fold"):
            line.rstrip()
            console.print(Text(" " * indent) + line, soft_wrap=True)
