"""Importers turn logs into records. A new format is one module and one entry in `IMPORTERS`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from generator.importers.base import Importer, LogFile
from generator.importers.discovery import Discovery, discover_with
from generator.importers.formats.claude_code import CLAUDE_CODE
from generator.importers.formats.otel_events import OTEL_EVENTS
from generator.importers.formats.otel_metrics import OTEL_METRICS
from generator.importers.formats.raw_bodies import RAW_BODIES
from generator.importers.formats.statusline import STATUSLINE
from generator.importers.formats.usage_endpoint import USAGE_ENDPOINT
from generator.importers.reading import read, read_in_memory
from generator.records import Reading

__all__ = ["IMPORTERS", "Discovery", "Importer", "LogFile", "discover", "read", "read_bytes"]

IMPORTERS: tuple[Importer, ...] = (
    CLAUDE_CODE,
    STATUSLINE,
    USAGE_ENDPOINT,
    OTEL_EVENTS,
    OTEL_METRICS,
    RAW_BODIES,
)
"""Asked in this order; the first whose `sniff` agrees claims the file."""


def discover(paths: Sequence[Path]) -> Discovery:
    """All logs below `paths` with the importer of each, and the `*.jsonl` files that nobody claims."""
    return discover_with(IMPORTERS, paths)


def read_bytes(files: Mapping[str, bytes], *, key: bytes) -> Reading:
    """Everything in these files, given as bytes by their path."""
    return read_in_memory(IMPORTERS, files, key=key)
