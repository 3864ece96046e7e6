"""How long a test waits for a process of its own before it says that the process hangs."""

HANGS = 1200
"""Seconds. Shared machines run the same command twenty times as slowly as quiet ones; only an end that never comes fails."""
