"""How somebody checks their own logs: where they lie, one command, how to read the answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from generator.detectors.shared.needs import METER
from generator.importers import IMPORTERS, Importer
from generator.pages.parts.base import Page, PageKind
from generator.pages.parts.coverage import giving
from generator.pages.parts.public_sets import public_total

if TYPE_CHECKING:
    from generator.detectors import Detector
    from generator.dossier import Dossier

FOLDERS = (
    ("macOS", ("~/.claude/projects",), "in Finder: Go, Go to Folder"),
    ("Linux", ("~/.claude/projects", "~/.config/claude/projects"), "a folder whose name begins with a dot is hidden"),
    ("Windows", ("%USERPROFILE%\\.claude\\projects",), "paste it into the address bar of Explorer"),
)
"""Where Claude Code keeps transcripts unless CLAUDE_CONFIG_DIR is set (research/log-formats.md)."""


@dataclass(frozen=True)
class CheckRow:
    """One detector as a question to one's own logs."""

    detector: Detector
    healthy: str


@dataclass(frozen=True)
class CheckContext:
    """Variables of check.md.j2."""

    repository: str | None
    folders: tuple[tuple[str, tuple[str, ...], str], ...]
    days: tuple[date, date]
    """A week to choose in an example: that in which the window begins."""
    rows: tuple[CheckRow, ...]
    with_meter: tuple[Detector, ...]
    formats: int
    meters: tuple[Importer, ...]
    """Logs that hold the meter."""


def pages(dossier: Dossier) -> Iterator[Page]:
    """One page."""
    case = dossier.library.case
    first = case.window_start if case.own else case.article_window_start
    monday = first - timedelta(days=first.weekday())
    yield Page(
        path=f"{case.id}/check/",
        template="check.md.j2",
        title="Check your logs",
        description="Read your own transcripts on your own machine with one command; nothing leaves it.",
        context=CheckContext(
            repository=str(case.repository) if case.repository else None,
            folders=FOLDERS,
            days=(monday, monday + timedelta(days=6)),
            rows=tuple(CheckRow(detector, _public(dossier, detector)) for detector in dossier.detectors),
            with_meter=tuple(detector for detector in dossier.detectors if METER in detector.needs),
            formats=len(IMPORTERS),
            meters=giving(METER),
        ),
        asked=("check my logs",),
    )


def _public(dossier: Dossier, detector: Detector) -> str:
    """What the detector said of public logs, all sets together."""
    total = public_total(detector, dossier.library.measurements)
    if total is None:
        rows = [row for measured in dossier.library.measurements for row in measured.detectors if row.id == detector.id]
        return "not measured: public logs lack what it needs" if rows else "not measured"
    return total.rate.count_text


KIND = PageKind("check", pages)
