"""How somebody checks their own logs: where they lie, one command, how to read the answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from generator.pages.base import Page, PageKind

if TYPE_CHECKING:
    from generator.detectors import Detector
    from generator.dossier import Dossier

FOLDERS = (
    ("macOS", ("~/.claude/projects",), "in Finder: Go, Go to Folder"),
    ("Linux", ("~/.claude/projects", "~/.config/claude/projects"), "a folder whose name begins with a dot is hidden"),
    ("Windows", ("%USERPROFILE%\\.claude\\projects",), "paste it into the address bar of Explorer"),
)
"""Where Claude Code keeps transcripts unless CLAUDE_CONFIG_DIR is set (research/log-formats.md)."""

HEALTHY = {
    "cache-break": "quiet, or a few in 1,000 steps: unexplained breaks also occur where nothing is wrong",
    "premature-expiry": "quiet",
    "short-prompt-overbilled": "quiet; the explained ones are pauses longer than the cache lives",
    "doubled-call": "quiet",
    "compaction-storm": "quiet, or not measurable where nothing was ever compacted",
}


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
    rows: tuple[CheckRow, ...]


def pages(dossier: Dossier) -> Iterator[Page]:
    """One page."""
    case = dossier.library.case
    yield Page(
        path=f"{case.id}/check/",
        template="check.md.j2",
        title="Check your own logs",
        description="Read your own transcripts on your own machine with one command; nothing leaves it.",
        context=CheckContext(
            repository=str(case.repository) if case.repository else None,
            folders=FOLDERS,
            rows=tuple(CheckRow(detector, HEALTHY.get(detector.id, "quiet")) for detector in dossier.detectors),
        ),
        boost=2,
    )


KIND = PageKind("check", pages)
