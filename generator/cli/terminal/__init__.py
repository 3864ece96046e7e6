"""What the command prints: as one JSON object, and as text for a terminal. It never holds text of a log."""

from __future__ import annotations

from generator.cli.terminal.calibration import print_calibration
from generator.cli.terminal.scan import print_scan, scan_json
from generator.cli.terminal.series import print_series

__all__ = ["print_calibration", "print_scan", "print_series", "scan_json"]
