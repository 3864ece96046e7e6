"""Which kinds of pages a case has: one without content of its own is not made, and is in no menu.

Links to it become text (`site/living.py`). What explains how to take part stays, also where nobody did yet.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from generator.dossier import Dossier

HAVING: dict[str, Callable[[Dossier], bool]] = {
    "reports": lambda dossier: bool(dossier.library.reports),
    "measurements": lambda dossier: bool(dossier.library.published or dossier.library.measurements),
    "incidents": lambda dossier: bool(dossier.library.incidents),
    "timeline": lambda dossier: bool(
        dossier.library.events or dossier.library.incidents or dossier.library.reports or dossier.findings
    ),
    "sources": lambda dossier: bool(dossier.library.sources),
    "findings": lambda dossier: bool(dossier.packs) or dossier.library.case.own,
    "evidence": lambda dossier: bool(dossier.packs) or dossier.library.case.own,
    "promises": lambda dossier: bool(dossier.library.promises),
    "other_tools": lambda dossier: bool(dossier.packs or dossier.library.peers),
    "prices": lambda dossier: bool(dossier.library.prices),
    # Of what this program reads and asks of logs: nothing where no vendor of the case is known to it.
    "detectors": lambda dossier: bool(dossier.vendors),
    "calibration": lambda dossier: bool(dossier.vendors),
    "check": lambda dossier: bool(dossier.vendors),
    "logs": lambda dossier: bool(dossier.vendors),
    "verify": lambda dossier: bool(dossier.vendors),
}
"""By the id of a kind: is there anything for its pages? A kind that is not here decides for itself."""


def has(kind: str, dossier: Dossier) -> bool:
    """Are pages of this kind made?"""
    return kind not in HAVING or HAVING[kind](dossier)
