"""Running a detector: what it examined, what an innocent explanation took, what it found, or that it failed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from generator.detectors.shared.base import Detector, Explained, finding_id
from generator.detectors.shared.needs import NEEDS, Need
from generator.ledger.subjects import CounterSeries, Scope, Subject, Subjects
from generator.ledger.threads import Thread
from generator.records.results import Finding, Outcome, Run


def _distinct(findings: Sequence[Finding]) -> Iterator[Finding]:
    """Findings with ids of their own: two of one day may have the same names."""
    seen: Counter[str] = Counter()
    for finding in findings:
        seen[finding.id] += 1
        again = seen[finding.id] - 1
        names = (finding.id, str(again))
        yield replace(finding, id=finding_id(finding.detector, finding.version, names)) if again else finding


def _public_type(error: Exception) -> str:
    """The nearest type of Python's own: the name of any other is known to no reader of a pack."""
    return next(kind.__name__.lower() for kind in type(error).__mro__ if kind.__module__ == "builtins")


@dataclass(frozen=True)
class Judged:
    """What one detector says of one subject; nothing but `measurable` where it could not judge it."""

    measurable: bool
    examined: int = 0
    naive: int = 0
    explained: Mapping[str, int] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


def judged(detector: Detector, subjects: Subjects) -> Iterator[tuple[Subject, Judged]]:
    """What the detector says of each of its subjects. Raises whatever its rule raises."""
    for subject in subjects.of(detector.scope):
        if not detector.measurable(subject):
            yield subject, Judged(measurable=False)
            continue
        findings: list[Finding] = []
        explained: Counter[str] = Counter()
        for verdict in detector.rule(subject):
            if isinstance(verdict, Explained):
                explained[verdict.benign] += 1
            else:
                findings.append(verdict)
        yield (
            subject,
            Judged(
                measurable=True,
                examined=detector.examined(subject),
                naive=detector.naive(subject),
                explained=explained,
                findings=tuple(findings),
            ),
        )


def unmet(detector: Detector, subjects: Subjects) -> tuple[str, ...]:
    """Ids of the needs that no input of this evidence meets."""
    return tuple(need.id for need in detector.needs if not need.met(subjects))


def failed(detector: Detector, error: Exception) -> Run:
    """The answer of a detector whose rule raised this."""
    return Run(detector=detector.id, version=detector.version, outcome=Outcome.FAILED, error=_public_type(error))


def run(detector: Detector, subjects: Subjects) -> Run:
    """Run one detector over its subjects. An exception becomes the outcome "failed", with its type and no text.

    "Quiet" needs every input and at least one subject that the rule could judge; else it is "not measurable", and
    `missing` names the inputs that were not there. What was found stays found.
    """
    missing = unmet(detector, subjects)
    explained: Counter[str] = Counter()
    sessions: dict[str, str] = {}
    answers: list[Judged] = []
    try:
        for subject, answer in judged(detector, subjects):
            answers.append(answer)
            explained.update(answer.explained)
            if answer.examined:
                sessions |= sessions_of(detector, subject)
    except Exception as error:  # noqa: BLE001  one broken rule must not hide the others
        return failed(detector, error)
    findings = [finding for answer in answers for finding in answer.findings]
    looked, hit = _counted(detector, sessions, findings)
    measured_any = any(answer.measurable for answer in answers)
    quiet = Outcome.QUIET if measured_any and not missing else Outcome.NOT_MEASURABLE
    return Run(
        detector=detector.id,
        version=detector.version,
        outcome=Outcome.FOUND if findings else quiet,
        found=len(findings),
        examined=sum(answer.examined for answer in answers),
        not_measurable=sum(not answer.measurable for answer in answers),
        missing=missing,
        naive=sum(answer.naive for answer in answers),
        explained=dict(sorted(explained.items())),
        sessions_examined=looked,
        sessions_found=hit,
        findings=tuple(sorted(_distinct(findings), key=lambda finding: (-finding.excess_tokens, finding.id))),
    )


def sessions_of(detector: Detector, subject: Subject) -> Mapping[str, str]:
    """Sessions of one subject by what a finding names them with: a request, or the session itself.

    A call of no known session has its own id there (`threads.py`), and belongs to none.
    """
    if detector.sessions is not None:
        return detector.sessions(subject)
    if isinstance(subject, CounterSeries):
        return {subject.session: subject.session}
    if isinstance(subject, Thread) and not any(request.id == subject.session for request in subject.requests[:1]):
        return {subject.session: subject.session}
    return {}


def _counted(
    detector: Detector, sessions: Mapping[str, str], findings: Sequence[Finding]
) -> tuple[int | None, int | None]:
    """Sessions looked at and sessions with a finding; None where subjects are in no session."""
    if detector.sessions is None and detector.scope not in {Scope.THREAD, Scope.COUNTER}:
        return None, None
    named = (name for finding in findings for name in (finding.session, *finding.requests))
    return len(set(sessions.values())), len({sessions[name] for name in named if name in sessions})


def how_to_measure(run: Run) -> tuple[Need, ...]:
    """The inputs that were missing, with how to get them."""
    return tuple(NEEDS[id] for id in run.missing if id in NEEDS)
