"""How anybody checks a number against a log that nobody shows: roots of the site, a checker, and its limits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from generator.pages.parts.base import Page, PageKind
from generator.proofs.fields import checked_fields
from generator.proofs.words import NOT_PROVED

if TYPE_CHECKING:
    from generator.dossier import Dossier
    from generator.records.results import Pack


@dataclass(frozen=True)
class VerifyContext:
    """Variables of verify.md.j2."""

    packs: tuple[Pack, ...]  # with commitments
    without: int  # packs that have none
    fields: str  # names of the fields of each kind of record, as JSON
    not_proved: tuple[str, ...]
    example: str  # a finding to try it on


def pages(dossier: Dossier) -> Iterator[Page]:
    """One page."""
    case = dossier.library.case
    packs = tuple(sorted(dossier.packs, key=lambda pack: (pack.simulated, pack.id)))
    committed = tuple(pack for pack in packs if pack.commitments is not None)
    found = [finding.id for pack in committed for run in pack.runs for finding in run.findings]
    yield Page(
        path=f"{case.id}/verify/",
        template="verify.md.j2",
        title="Verify a number",
        description="Check a published number against a log without seeing the log, in your browser or by a command.",
        context=VerifyContext(
            packs=committed,
            without=len(packs) - len(committed),
            fields=checked_fields(),
            not_proved=NOT_PROVED,
            example=found[0] if found else "F-AAAAAA",
        ),
    )


KIND = PageKind("verify", pages)
