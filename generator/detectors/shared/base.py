"""What a detector is: a value with its question and its innocent explanations, and one pure rule.

A rule sees one subject (a thread, a meter, a running counter, or the account) and yields a verdict for each candidate:
a finding, or the name of the innocent explanation that took it. The runner counts what was examined, what was
explained and what was found.
"""

from __future__ import annotations

import hashlib
from base64 import b32encode
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from generator.detectors.shared.attribution import LEANINGS, step_lean
from generator.detectors.shared.needs import Need
from generator.detectors.shared.not_checked import untried
from generator.ledger.explanations import UNDECIDABLE
from generator.ledger.steps import Step, excess_cost
from generator.ledger.subjects import Interval, Meter, Scope
from generator.ledger.threads import Thread
from generator.records.results import DayShare, Finding, FindingGrade, Quantity, Severity, Unit
from generator.records.rows import MissReason

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


Judgement = Finding | Explained
"""What a rule says of one candidate."""


@dataclass(frozen=True)
class Detector:
    """One question to a log. Ids name what is observed, not the suspicion. Its four functions take one subject.

    `measurable` tells of one subject whether the log holds what the rule needs; `examined` is the subject's part of
    the denominator; `naive` counts what the usual rule of other tools would report in it.
    """

    id: str
    version: str
    title: str
    question: str
    scope: Scope
    unit: str  # what one unit of the denominator is, in the plural: "steps", "human prompts"
    rule_text: str
    formula: str
    naive_text: str  # what other tools report instead
    counterfactual: str
    needs: tuple[Need, ...]
    benign: tuple[Benign, ...]
    limits: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    references: tuple[Reference, ...]
    rule: Callable[[Any], Iterator[Judgement]] = field(repr=False)
    measurable: Callable[[Any], bool] = field(repr=False)
    examined: Callable[[Any], int] = field(repr=False)
    naive: Callable[[Any], int] = field(repr=False)
    one_a_unit: bool = True  # a finding is one of the units examined; else it spans several, and the ratio is no share
    unit_one: str = ""  # one unit, where the plural does not tell
    finding_unit: str = ""  # what a finding is, in the plural; "" where it is one of the units
    naive_unit: str = ""  # what the naive rule counts, in the plural
    covers: Callable[[Finding], int | None] | None = field(default=None, repr=False)  # units that a finding is about
    sessions: Callable[[Any], Mapping[str, str]] | None = field(default=None, repr=False)
    """Sessions by the requests looked at, where a subject is more than one session; None: see `running.py`."""
    symptoms: tuple[str, ...] = ()  # ids of content/symptoms.yml that it speaks to
    proxy_for: str = ""  # what it can only approach; "" where the log decides the question
    decided_by: str = ""  # what would decide it, where the log does not
    surest: FindingGrade = FindingGrade.A  # the best grade that its rule can give

    @property
    def undecidable(self) -> tuple[str, ...]:
        """Ids of the explanations that no log of this kind can exclude."""
        return tuple(benign.id for benign in self.benign if not benign.decidable)

    @property
    def decidable(self) -> tuple[str, ...]:
        """Ids of the explanations that the rule tries; a finding says which of them its log could not answer."""
        return tuple(benign.id for benign in self.benign if benign.decidable)


UNSEEN = tuple(Benign(id, text, decidable=False) for id, text in UNDECIDABLE)
"""Explanations that no transcript can exclude; every detector on the cache identity lists them."""


def day(at: datetime) -> str:
    """The UTC day of a time, the most that an id may hold of it."""
    return at.strftime("%Y-%m-%d")


def finding_id(detector: str, version: str, names: Sequence[str]) -> str:
    """Fingerprint of detector, major version and names (the idea of SARIF partialFingerprints).

    Names are keyed pseudonyms, or what a published row shows anyway: the digest has no key, so whoever guesses a name
    can try it. Times go in as `day`: a pack shows its minutes on a clock that was put back (`packs/redact.py`), and a
    minute of the log's own clock beside them would tell by how much.
    """
    major = version.split(".", 1)[0]
    digest = hashlib.sha256("\x1f".join((detector, major, *names)).encode()).digest()
    return "F-" + b32encode(digest).decode()[:8]


def finding(
    detector: Detector,
    requests: tuple[str, ...],
    *,
    at: datetime,
    grade: FindingGrade,
    quantities: tuple[Quantity, ...],
    lean: str,
    thread: Thread | None = None,
    until: datetime | None = None,
    key: tuple[str, ...] = (),
    client: str = "",
    excess_tokens: int = 0,
    excess_usd: float | None = 0.0,
    of_usd: float | None = None,
    expected: int | None = None,
    observed: int | None = None,
    stated: MissReason | None = None,
    days: tuple[DayShare, ...] = (),
    unasked: Collection[str] = (),
    decided: Collection[str] = (),
) -> Finding:
    """A finding about these requests; its severity is measured by the excess alone.

    Its id is made of the requests, or of `key` where it is not about single requests. `lean` is a key of LEANINGS.
    `of_usd` is the list price that the excess is a share of; a thread's own cost where a thread is given.
    `unasked` are explanations of which this log holds nothing, so that they are not ruled out; `decided` those that no
    log can rule out, but this one does.
    """
    whole = of_usd if of_usd is not None else thread.list_price if thread else 0.0
    return Finding(
        id=finding_id(detector.id, detector.version, key or requests),
        detector=detector.id,
        version=detector.version,
        session=thread.session if thread else "",
        agent=thread.agent if thread else "",
        client=client,
        at=at,
        until=until,
        requests=requests,
        days=days,
        quantities=quantities,
        expected_tokens=expected,
        observed_tokens=observed,
        excess_tokens=excess_tokens,
        excess_usd=excess_usd,
        grade=grade,
        severity=severity(excess_tokens, excess_usd, whole),
        ruled_out=(
            *(id for id in detector.decidable if id not in unasked),
            *(id for id in detector.undecidable if id in decided),
        ),
        not_ruled_out=(
            *(id for id in detector.decidable if id in unasked),
            *(id for id in detector.undecidable if id not in decided),
        ),
        stated_reason=stated,
        lean=LEANINGS[lean].lean,
        lean_reason=lean,
    )


def step_finding(
    detector: Detector,
    thread: Thread,
    step: Step,
    grade: FindingGrade,
    *extra: Quantity,
    unasked: Collection[str] = (),
) -> Finding:
    """Finding about one step: expected against read, excess against the stated counterfactual."""
    return finding(
        detector,
        (step.before.id, step.after.id),
        thread=thread,
        at=step.after.first_seen,
        grade=grade,
        quantities=(
            Quantity("expected-read", step.expected, Unit.TOKENS),
            Quantity("observed-read", step.read, Unit.TOKENS),
            Quantity("written-again", step.after.cache_write_tokens, Unit.TOKENS),
            Quantity("pause", round(step.age, 1), Unit.SECONDS),
            *extra,
        ),
        lean=step_lean(step),
        excess_tokens=step.excess_tokens,
        excess_usd=excess_cost(step),
        expected=step.expected,
        observed=step.read,
        stated=step.after.miss_reason,
        unasked={*untried(step), *unasked},
        decided=decided(step),
    )


def decided(step: Step) -> Collection[str]:
    """What no log can rule out in general, and this step does: a prefix that is read again later had not changed."""
    blocks = step.after.added_blocks
    few = blocks is not None and blocks <= step.cache.looked_back
    return (*(("prefix-changed",) if step.reread else ()), *(("many-blocks",) if few else ()))


def steps_finding(
    detector: Detector,
    thread: Thread,
    steps: Sequence[Step],
    grade: FindingGrade,
    *extra: Quantity,
    lean: str | None = None,
    unasked: Collection[str] = (),
) -> Finding:
    """Finding about several broken steps of one thread, with the sum of their excess; every broken call is cited."""
    prices = [excess_cost(step) for step in steps]
    known = [price for price in prices if price is not None]
    return finding(
        detector,
        (steps[0].before.id, *(step.after.id for step in steps)),
        thread=thread,
        at=steps[0].after.first_seen,
        until=steps[-1].after.first_seen,
        grade=grade,
        quantities=(
            Quantity("broken-steps", len(steps), Unit.REQUESTS),
            Quantity("span", (steps[-1].after.first_seen - steps[0].after.first_seen).total_seconds(), Unit.SECONDS),
            *extra,
        ),
        lean=lean or step_lean(steps[-1]),
        excess_tokens=sum(step.excess_tokens for step in steps),
        excess_usd=sum(known) if len(known) == len(prices) else None,
        expected=sum(step.expected for step in steps),
        observed=sum(step.read for step in steps),
        unasked={*(id for step in steps for id in untried(step)), *unasked},
    )


def meter_finding(
    detector: Detector,
    meter: Meter,
    intervals: Sequence[Interval],
    grade: FindingGrade,
    *quantities: Quantity,
    lean: str = "meter-only",
    unasked: Collection[str] = (),
) -> Finding:
    """Finding about neighbouring readings of a meter. It cites readings, and no tokens: a meter has none."""
    first, last = intervals[0].before, intervals[-1].after
    made = finding(
        detector,
        (),
        key=(meter.account, meter.window.value, day(first.at), str(first.used), day(last.at), str(last.used)),
        at=first.at,
        until=last.at,
        grade=grade,
        quantities=quantities,
        lean=lean,
        unasked=unasked,
    )
    cited = (first.source, *(interval.after.source for interval in intervals))
    return replace(made, account=meter.account, window=meter.window, readings=cited)


def severity(tokens: int, usd: float | None, session_usd: float) -> Severity:
    """How much it matters: share of the list price of what it is a part of, or tokens alone where there is no price."""
    if usd is not None and usd < 0:
        return Severity.INFO  # what happened was the cheaper way
    if tokens >= HIGH_TOKENS:
        return Severity.HIGH
    share = (usd or 0.0) / session_usd if session_usd else 0.0
    few = tokens < LOW_TOKENS if tokens else not usd  # a surcharge costs dollars without a token more
    if few or share < 0.01:  # noqa: PLR2004  steps of research/detectors.md 4.0
        return Severity.INFO
    if share < 0.05:  # noqa: PLR2004
        return Severity.LOW
    return Severity.MEDIUM if share <= 0.20 else Severity.HIGH  # noqa: PLR2004
