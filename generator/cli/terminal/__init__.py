"""What the command prints: as one JSON object, and as text for a terminal. It never holds text of a log."""

from __future__ import annotations

from generator.cli.terminal.calibration import print_calibration
from generator.cli.terminal.detail import print_all
from generator.cli.terminal.scan import print_scan, print_verdict
from generator.cli.terminal.scan_json import scan_json
from generator.cli.terminal.series import print_series
from generator.cli.terminal.share import shared
from generator.cli.terminal.usage import print_usage, usage_csv
from generator.cli.terminal.view import View, view_of

__all__ = [
    "View",
    "print_all",
    "print_calibration",
    "print_scan",
    "print_series",
    "print_usage",
    "print_verdict",
    "scan_json",
    "shared",
    "usage_csv",
    "view_of",
]
