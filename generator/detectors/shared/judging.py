"""What one detector says of one subject, and which sessions a subject is of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from generator.detectors.shared.base import Detector, Explained
from generator.ledger.subjects import CounterSeries, Subject, Subjects
from generator.ledger.threads import Thread
from generator.records.results import Finding


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
        yield subject, judge(detector, subject)


def judge(detector: Detector, subject: Subject) -> Judged:
    """What the detector says of one subject of its scope. Raises whatever its rule raises."""
    if not detector.measurable(subject):
        return Judged(measurable=False)
    findings: list[Finding] = []
    explained: Counter[str] = Counter()
    for verdict in detector.rule(subject):
        if isinstance(verdict, Explained):
            explained[verdict.benign] += 1
        else:
            findings.append(verdict)
    return Judged(
        measurable=True,
        examined=detector.examined(subject),
        naive=detector.naive(subject),
        explained=explained,
        findings=tuple(findings),
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
