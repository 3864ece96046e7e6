"""What a detector is: a value with its question and its innocent explanations, and one pure rule.

A rule sees one chain and yields candidates; whether a candidate is explained is decided by the benign
ladder and said by name. The runner counts what was examined, what was explained, and what was found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from generator.ledger import Chain
from generator.records import Finding, Quantity


@dataclass(frozen=True)
class Benign:
    """An innocent explanation. `decidable` = the log shows whether it holds."""

    id: str
    text: str
    decidable: bool = True


@dataclass(frozen=True)
class Parameter:
    """A threshold with its unit and where it comes from."""

    name: str
    quantity: Quantity
    source: str


@dataclass(frozen=True)
class Reference:
    """A document that the rule leans on."""

    title: str
    url: str


@dataclass(frozen=True)
class Explained:
    """A candidate that an innocent explanation took."""

    benign: str


Verdict = Finding | Explained


@dataclass(frozen=True)
class Detector:
    """One question to a log. Ids name what is observed, not the suspicion."""

    id: str
    version: str
    title: str
    question: str
    unit: str  # what one unit of the denominator is: "steps", "human prompts", "requests", "compactions"
    rule_text: str  # the rule in words, for its page
    formula: str
    naive_text: str  # what other tools do instead
    counterfactual: str
    needs: tuple[str, ...]
    benign: tuple[Benign, ...]
    limits: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    references: tuple[Reference, ...]
    rule: Callable[[Chain], Iterator[Verdict]] = field(repr=False)
    measurable: Callable[[Chain], bool] = field(repr=False)
    examined: Callable[[Chain], int] = field(repr=False)
    naive: Callable[[Chain], int] = field(repr=False)
    symptoms: tuple[str, ...] = ()

    def check(self, chains: Sequence[Chain]) -> None:
        """Placeholder so that the type is complete; `run` lives below."""
