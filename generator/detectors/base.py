"""What a detector is: a value with its question and its innocent explanations, and one pure rule.

A rule sees one chain and yields a verdict for each candidate: a finding, or the name of the innocent explanation
that took it. The runner counts what was examined, what was explained and what was found.
"""

from __future__ import annotations

import hashlib
from base64 import b32encode
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from generator.ledger import UNDECIDABLE, Chain, Step
from generator.pricing import cost, excess_cost
from generator.records import MissReason
from generator.results import Finding, FindingGrade, Outcome, Quantity, Run, Severity, Unit

LOW_TOKENS = 20_000  # below: "info" whatever the share (research/detectors.md 4.0)
HIGH_TOKENS = 5_000_000


@dataclass(frozen=True)
class Benign:
    """An innocent explanation. `decidable` = the log shows whether it holds."""

    id: str
    text: str
    decidable: bool = True


@dataclass(frozen=True)
class Parameter:
    """A threshold with its unit and where it comes from."""

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
    unit: str  # what one unit of the denominator is, in the plural: "steps", "human prompts"
    rule_text: str
    formula: str
    naive_text: str  # what other tools report instead
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
    symptoms: tuple[str, ...] = ()  # ids of content/symptoms.yml that it speaks to

    @property
    def undecidable(self) -> tuple[str, ...]:
        """Ids of the explanations that no log of this kind can exclude."""
        return tuple(benign.id for benign in self.benign if not benign.decidable)

    @property
    def decidable(self) -> tuple[str, ...]:
        """Ids of the explanations that the rule tries."""
        return tuple(benign.id for benign in self.benign if benign.decidable)


UNSEEN = tuple(Benign(id, text, decidable=False) for id, text in UNDECIDABLE)
"""Explanations that no transcript can exclude; every detector on the cache identity lists them."""


def finding_id(detector: str, version: str, requests: Sequence[str]) -> str:
    """Fingerprint of detector, major version and pseudonyms (the idea of SARIF partialFingerprints).

    Pseudonyms are keyed, so this digest of them gives nothing of the log away.
    """
    major = version.split(".", 1)[0]
    digest = hashlib.sha256("\x1f".join((detector, major, *requests)).encode()).digest()
    return "F-" + b32encode(digest).decode()[:8]


def finding(
    detector: Detector,
    chain: Chain,
    requests: tuple[str, ...],
    *,
    at: datetime,
    grade: FindingGrade,
    quantities: tuple[Quantity, ...],
    excess_tokens: int,
    excess_usd: float | None,
    expected: int | None = None,
    observed: int | None = None,
    stated: MissReason | None = None,
) -> Finding:
    """A finding about these requests of the chain; its severity is measured by the excess alone."""
    return Finding(
        id=finding_id(detector.id, detector.version, requests),
        detector=detector.id,
        version=detector.version,
        session=chain.session,
        agent=chain.agent,
        at=at,
        requests=requests,
        quantities=quantities,
        expected_tokens=expected,
        observed_tokens=observed,
        excess_tokens=excess_tokens,
        excess_usd=excess_usd,
        grade=grade,
        severity=severity(excess_tokens, excess_usd, chain_cost(chain)),
        ruled_out=detector.decidable,
        not_ruled_out=detector.undecidable,
        stated_reason=stated,
    )


def step_finding(detector: Detector, chain: Chain, step: Step, grade: FindingGrade, *extra: Quantity) -> Finding:
    """Finding about one step: expected against read, excess against the stated counterfactual."""
    return finding(
        detector,
        chain,
        (step.before.id, step.after.id),
        at=step.after.first_seen,
        grade=grade,
        quantities=(
            Quantity("expected-read", step.expected, Unit.TOKENS),
            Quantity("observed-read", step.after.cache_read_tokens, Unit.TOKENS),
            Quantity("written-again", step.after.cache_write_tokens, Unit.TOKENS),
            Quantity("pause", round(step.age, 1), Unit.SECONDS),
            *extra,
        ),
        excess_tokens=step.excess_tokens,
        excess_usd=excess_cost(step),
        expected=step.expected,
        observed=step.after.cache_read_tokens,
        stated=step.after.miss_reason,
    )


def chain_cost(chain: Chain) -> float:
    """List price of a chain in USD, requests without a known price left out."""
    return sum(cost(request) or 0.0 for request in chain.requests)


def severity(tokens: int, usd: float | None, session_usd: float) -> Severity:
    """How much it matters: share of the chain's list price, or tokens alone where there is no price."""
    if tokens >= HIGH_TOKENS:
        return Severity.HIGH
    share = (usd or 0.0) / session_usd if session_usd else 0.0
    if tokens < LOW_TOKENS or share < 0.01:  # noqa: PLR2004  steps of research/detectors.md 4.0
        return Severity.INFO
    if share < 0.05:  # noqa: PLR2004
        return Severity.LOW
    return Severity.MEDIUM if share <= 0.20 else Severity.HIGH  # noqa: PLR2004


def run(detector: Detector, chains: Iterable[Chain]) -> Run:
    """Run one detector over all chains. An exception becomes the outcome "failed", with its type and no text."""
    findings: list[Finding] = []
    explained: Counter[str] = Counter()
    examined = unmeasured = naive = 0
    measured_any = False
    try:
        for chain in chains:
            if not detector.measurable(chain):
                unmeasured += 1
                continue
            measured_any = True
            examined += detector.examined(chain)
            naive += detector.naive(chain)
            for verdict in detector.rule(chain):
                if isinstance(verdict, Explained):
                    explained[verdict.benign] += 1
                else:
                    findings.append(verdict)
    except Exception as error:  # noqa: BLE001  one broken rule must not hide the others
        return Run(
            detector=detector.id,
            version=detector.version,
            outcome=Outcome.FAILED,
            error=type(error).__name__.lower(),
        )
    quiet = Outcome.QUIET if measured_any and examined else Outcome.NOT_MEASURABLE
    outcome = Outcome.FOUND if findings else quiet
    return Run(
        detector=detector.id,
        version=detector.version,
        outcome=outcome,
        found=len(findings),
        examined=examined,
        not_measurable=unmeasured,
        naive=naive,
        explained=dict(sorted(explained.items())),
        findings=tuple(sorted(findings, key=lambda finding: (-finding.excess_tokens, finding.id))),
    )
