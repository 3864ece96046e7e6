"""One scan as its reports see it: what falls into the chosen days, and where each finding stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from generator.importers.base import file_label
from generator.ledger.explanations import UNEXPLAINED
from generator.ledger.subjects import Subjects
from generator.ledger.sums import break_counts
from generator.ledger.usage import Span, Usage, billed_beside, used
from generator.records.results import BreakCount, Finding, Outcome, Pack, Run
from generator.records.rows import LogData, Request


@dataclass(frozen=True)
class View:
    """Everything a report of `scan` needs. `steps` and `breaks` are those whose later call is in the span.

    Detectors saw all of the logs, as a step needs its past; `findings` are those of the span, the dearest first.
    """

    evidence: Pack
    span: Span
    zone: str  # its name in words: UTC, Europe/Berlin, local
    requests: tuple[Request, ...]
    rounds: tuple[Request, ...]  # charged beside them
    steps: int
    breaks: tuple[BreakCount, ...]
    findings: tuple[Finding, ...]
    keyed: bool = True  # are ids made with the owner's key, and so the same in the next run and in a pack?

    @cached_property
    def usage(self) -> Usage:
        """Sums of all calls of the span; those of the evidence where it leaves out none, as prices take a second."""
        if not self.span.whole:
            return used(self.requests, beside=self.rounds)
        totals, times = self.evidence.totals, [request.first_seen for request in self.requests]
        return Usage(
            name="",
            calls=totals.requests,
            input_tokens=totals.input_tokens,
            cache_write_tokens=totals.cache_write_tokens,
            cache_read_tokens=totals.cache_read_tokens,
            output_tokens=totals.output_tokens,
            cost_usd=totals.cost_usd,
            unpriced=totals.unpriced,
            first=min(times, default=None),
            last=max(times, default=None),
        )

    @cached_property
    def unexplained(self) -> BreakCount:
        """Breaks for which the log shows no reason."""
        none = BreakCount(reason=UNEXPLAINED, count=0, excess_tokens=0, excess_usd=0.0)
        return next((entry for entry in self.breaks if entry.reason == UNEXPLAINED), none)

    @cached_property
    def sessions(self) -> int:
        """Known sessions among the calls; a call of no known session has its own id there."""
        return len({request.session for request in self.requests if request.session != request.id})

    def of(self, run: Run) -> tuple[Finding, ...]:
        """Findings of one detector in the span."""
        return tuple(finding for finding in self.findings if finding.detector == run.detector)

    @cached_property
    def found(self) -> tuple[tuple[Run, tuple[Finding, ...]], ...]:
        """Detectors with findings in the span, the dearest first."""
        rows = [(run, self.of(run)) for run in self.evidence.runs if self.of(run)]
        return tuple(sorted(rows, key=lambda row: (-total_usd(row[1]), -total_tokens(row[1]), row[0].detector)))

    def with_outcome(self, outcome: Outcome) -> tuple[Run, ...]:
        """Runs that ended so, in the order of the detectors."""
        return tuple(run for run in self.evidence.runs if run.outcome is outcome)

    @cached_property
    def _by_id(self) -> dict[str, Request]:
        return {request.id: request for request in self.evidence.requests}

    def last_request(self, finding: Finding) -> Request | None:
        """The call at which a finding shows; None where it is about none."""
        return self._by_id.get(finding.requests[-1]) if finding.requests else None

    def place(self, finding: Finding) -> tuple[str, int] | None:
        """(label of the log, line) at which a finding shows; None where it is about the account as a whole."""
        request = self.last_request(finding)
        source = request.source if request else finding.readings[-1] if finding.readings else None
        return None if source is None else (file_label(source.file), source.line)


def view_of(evidence: Pack, reading: LogData, shown: Subjects, span: Span, zone: str, *, keyed: bool = True) -> View:
    """What the reports say of the evidence, restricted to the span. `shown`: the subjects of the reading."""
    requests, rounds = reading.requests, billed_beside(reading.rounds)
    steps = [step for thread in shown.threads for step in thread.steps]
    if not span.whole:
        requests, rounds = (
            tuple(request for request in rows if span.holds(request.first_seen)) for rows in (requests, rounds)
        )
        steps = [step for step in steps if span.holds(step.after.first_seen)]
    findings = [finding for run in evidence.runs for finding in run.findings]
    return View(
        evidence=evidence,
        span=span,
        zone=zone,
        requests=requests,
        rounds=rounds,
        steps=sum(step.testable for step in steps),
        breaks=break_counts(steps),
        findings=tuple(
            sorted(
                (finding for finding in findings if span.whole or span.holds(finding.at, finding.until)),
                key=lambda finding: (-(finding.excess_usd or 0.0), -finding.excess_tokens, finding.id),
            )
        ),
        keyed=keyed,
    )


def total_usd(findings: Sequence[Finding]) -> float:
    """USD of the findings that have a price."""
    return sum(finding.excess_usd or 0.0 for finding in findings)


def total_tokens(findings: Sequence[Finding]) -> int:
    """Tokens of the findings."""
    return sum(finding.excess_tokens for finding in findings)
