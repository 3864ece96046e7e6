"""Sentences and facts as pages show them: each claim with its computed grade, each source with where it leads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from generator.pages.parts.evidence_view import Way, ways

if TYPE_CHECKING:
    from generator.curated.analysis import Fact, Reference, Sentence
    from generator.curated.claims import Claim
    from generator.dossier import Dossier
    from generator.grading import ComputedGrade


@dataclass(frozen=True)
class Cited:
    """A claim as a sentence links it."""

    claim: Claim
    grade: ComputedGrade


@dataclass(frozen=True)
class Told:
    """A sentence or a fact."""

    text: str
    claims: tuple[Cited, ...]
    ways: tuple[Way, ...] = ()


def cited(dossier: Dossier, claims: Iterable[str]) -> tuple[Cited, ...]:
    """Claims with their grades by rules, in the order given."""
    return tuple(Cited(dossier.claims[id], dossier.verdicts[id].grade) for id in claims)


def leads(dossier: Dossier, sources: Iterable[Reference]) -> tuple[Way, ...]:
    """Where the sources lead, each place once."""
    return tuple({way: None for source in sources for way in ways(dossier, source)})


def told(dossier: Dossier, sentence: Sentence) -> Told:
    """A sentence with its claims."""
    return Told(sentence.text, cited(dossier, sentence.claims))


def fact_told(dossier: Dossier, fact: Fact) -> Told:
    """A fact with its claims and sources."""
    return Told(fact.text, cited(dossier, fact.claims), leads(dossier, fact.sources))
