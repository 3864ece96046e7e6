"""What was found against what was planted."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from generator.curated.calibration import ELSE
from generator.records.pseudonyms import pseudonym
from generator.records.results import Finding, Run
from generator.simulator.truth import Fault, Truth
from generator.simulator.unlogged import BY_ID as UNLOGGED
from generator.simulator.unlogged import OTHER_DEVICE


@dataclass(frozen=True)
class Score:
    """One detector on one simulation. Excess is in tokens."""

    planted: int = 0
    found: int = 0
    hits: int = 0  # findings that match a planted fault
    recalled: int = 0  # planted faults that a finding matches, each once
    excess_planted: int = 0  # of the faults recalled
    excess_found: int = 0  # of the findings that match
    causes: Mapping[str, int] = field(default_factory=dict)  # of the findings that match nothing, by what caused them


@dataclass(frozen=True)
class _Wanted:
    """A fault under the names that a finding gives things."""

    fault: Fault
    session: str
    messages: frozenset[str]

    def matches(self, finding: Finding) -> bool:
        if self.messages:
            return not self.messages.isdisjoint(finding.requests[1:] or finding.requests)
        agrees = _agree(self.session, finding.session) and _agree(self.fault.client, finding.client)
        return agrees and self._overlaps(finding)

    def _overlaps(self, finding: Finding) -> bool:
        start, end = self.fault.start, self.fault.end
        until = finding.until or finding.at
        return (end is None or finding.at <= end) and (start is None or until >= start)


def _agree(planted: str, found: str) -> bool:
    """Equal, or one of the two says nothing."""
    return not planted or not found or planted == found


def score(runs: Iterable[Run], truth: Truth, key: bytes) -> dict[str, Score]:
    """Each detector's findings matched with the faults that truth lists for it."""
    planted: defaultdict[str, list[_Wanted]] = defaultdict(list)
    for fault in truth.faults:
        messages = frozenset(pseudonym("message", message, key) for message in fault.messages)
        planted[fault.detector].append(_Wanted(fault, pseudonym("session", fault.session, key), messages))
    changed = _Changed.of(truth, key)
    return {run.detector: _scored(planted[run.detector], run, changed) for run in runs}


@dataclass(frozen=True)
class _Changed:
    """What happened innocently: its kind by call, and the kinds of each session that no line tells."""

    by_call: Mapping[str, str]
    by_session: Mapping[str, str]

    @classmethod
    def of(cls, truth: Truth, key: bytes) -> _Changed:
        unlogged = [one for one in truth.confounders if one.reason in UNLOGGED]
        return cls(
            {pseudonym("message", one.message, key): one.reason for one in truth.confounders},
            {pseudonym("session", one.session, key): one.reason for one in unlogged},
        )

    def cause(self, finding: Finding) -> str:
        """Kind of the change that a finding takes for a fault: of one of its calls, else of its session."""
        kinds = [self.by_call[id] for id in (*finding.requests[1:], *finding.requests[:1]) if id in self.by_call]
        unlogged = [kind for kind in kinds if kind in UNLOGGED]
        if unlogged or finding.session in self.by_session:
            return unlogged[0] if unlogged else self.by_session[finding.session]
        return OTHER_DEVICE if not finding.session and not finding.requests and not finding.client else ELSE


def _scored(planted: Sequence[_Wanted], run: Run, changed: _Changed) -> Score:
    pairs = [
        (place, number)
        for place, wanted in enumerate(planted)
        for number, finding in enumerate(run.findings)
        if wanted.matches(finding)
    ]
    recalled, hits = {place for place, _ in pairs}, {number for _, number in pairs}
    return Score(
        planted=len(planted),
        found=run.found,
        hits=len(hits),
        recalled=len(recalled),
        excess_planted=sum(planted[place].fault.excess_tokens for place in recalled),
        excess_found=sum(run.findings[number].excess_tokens for number in hits),
        causes=Counter(changed.cause(finding) for number, finding in enumerate(run.findings) if number not in hits),
    )
