"""Witnessmark: every statement leads down to its evidence."""

__version__ = "0.1.0"
