"""Explanations that a rule tries in general, and that this log cannot answer for this step."""

from __future__ import annotations

from generator.ledger.steps import Step
from generator.ledger.subjects import version_key

CLEARING_WRITTEN = ((2, 1, 12), (2, 1, 22))
"""Client versions in whose public logs a clearing of tool results has a line; others clear without one."""


def untried(step: Step) -> tuple[str, ...]:
    """Explanations that found nothing because the log holds nothing for them."""
    before, after = step.before, step.after
    silent = {
        "version-change": not (before.version and after.version),
        "settings-change": None in {before.effort, after.effort, before.speed, after.speed},
        "microcompaction": not _writes_clearings(after.version),
    }
    return tuple(id for id, unknown in silent.items() if unknown)


def _writes_clearings(version: str) -> bool:
    first, last = CLEARING_WRITTEN
    return first <= version_key(version) <= last
