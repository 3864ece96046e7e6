"""Files that lie beside logs and hold no usage of their own."""

from __future__ import annotations

from pathlib import Path


def companion(path: Path, _head: bytes) -> str | None:
    """Public name of the kind of file; None where it may be a log."""
    return "agent-description" if path.name.endswith(".meta.json") else None
