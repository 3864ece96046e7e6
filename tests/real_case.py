"""The content of this repository, read once a process; tests only look at it. Reading it is seconds of work."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from generator.build import read_content

if TYPE_CHECKING:
    from generator.curated.models import Library
    from generator.dossier import Dossier

ROOT = Path(__file__).parent.parent


@cache
def dossier() -> Dossier:
    """Everything that a build reads, with the packs of content/evidence. Raises ContentError with every mistake."""
    return read_content(ROOT, now=datetime(2026, 11, 24, 12, tzinfo=UTC), version="0.1.0")


def library() -> Library:
    """Claims, reports, events and the rest."""
    return dossier().library
