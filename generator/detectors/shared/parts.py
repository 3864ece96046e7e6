"""What one detector says of some of the subjects, as a value that merges: workers, caches and clusters hold parts.

How to split. A thread, a meter and a running counter are one subject each and may be in any part, each in one. What
they are made of (`ledger.subjects.arranged`) splits by session: all calls and marks of a session belong together, as a
thread is shown the summaries of its session's other threads. A meter sees all calls and refusals of the evidence, and
the account is all threads: whoever judges those needs the whole (`ledger.shares` cuts subjects so).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

import msgspec
from msgspec.structs import replace

from generator.detectors.shared.base import Detector, finding_id
from generator.detectors.shared.judging import judge, sessions_of
from generator.ledger.subjects import Account, CounterSeries, Meter, Scope, Subject, Subjects
from generator.records.results import Finding, Outcome, Run
from generator.records.rows import Slug

Place = tuple[str, str]
"""Where a subject stands among all of its scope: they are in the order of these."""


class Found(msgspec.Struct, frozen=True, array_like=True):
    """The findings about one subject, in the order of its rule."""

    place: Place
    findings: tuple[Finding, ...]
    ints: tuple[tuple[int, ...], ...]  # of each finding: its quantities that are ints; decoding makes floats of them

    @classmethod
    def at(cls, place: Place, findings: tuple[Finding, ...]) -> Found:
        """The findings about the subject at this place."""
        return cls(place, findings, tuple(map(_ints, findings)))

    def restored(self) -> Iterator[Finding]:
        """The findings with their quantities as the rule gave them, so that they are printed alike."""
        for finding, ints in zip(self.findings, self.ints, strict=True):
            if ints == _ints(finding):  # it did not travel
                yield finding
            else:
                quantities = (
                    replace(quantity, value=int(quantity.value)) if number in ints else quantity
                    for number, quantity in enumerate(finding.quantities)
                )
                yield replace(finding, quantities=tuple(quantities))


def _ints(finding: Finding) -> tuple[int, ...]:
    return tuple(number for number, quantity in enumerate(finding.quantities) if isinstance(quantity.value, int))


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """What one detector says of some subjects. Parts of other subjects can be added in any order (`merged`)."""

    met: frozenset[Slug] = frozenset()  # needs that an input of these subjects meets
    examined: int = 0
    judged: int = 0  # subjects that the rule could judge
    not_measurable: int = 0
    naive: int = 0
    explained: dict[Slug, int] = {}
    looked: frozenset[str] = frozenset()  # sessions in which a unit was looked at
    hit: frozenset[str] = frozenset()  # those of them with a finding of this part
    found: tuple[Found, ...] = ()  # only subjects with a finding
    failed: tuple[Place, str] | None = None  # the first subject at which the rule failed, and the type of the error


def partial(detector: Detector, subjects: Subjects) -> Part:
    """What the detector says of these subjects. An exception of its rule becomes `failed`, and nothing else counts."""
    met = frozenset(need.id for need in detector.needs if need.met(subjects))
    counts: Counter[str] = Counter()
    explained: Counter[str] = Counter()
    sessions: dict[str, str] = {}
    found: list[Found] = []
    for subject in subjects.of(detector.scope):
        try:
            answer = judge(detector, subject)
            if answer.examined:
                sessions |= sessions_of(detector, subject)
        except Exception as error:  # noqa: BLE001  one broken rule must not hide the others
            return Part(met=met, failed=(place_of(subject), _public_type(error)))
        counts["judged" if answer.measurable else "not_measurable"] += 1
        counts["examined"] += answer.examined
        counts["naive"] += answer.naive
        explained.update(answer.explained)
        if answer.findings:
            found.append(Found.at(place_of(subject), answer.findings))
    return Part(
        met=met,
        examined=counts["examined"],
        judged=counts["judged"],
        not_measurable=counts["not_measurable"],
        naive=counts["naive"],
        explained=dict(sorted(explained.items())),
        looked=frozenset(sessions.values()),
        hit=frozenset(_hit(found, sessions)),
        found=tuple(found),
    )


def merged(detector: Detector, parts: Iterable[Part]) -> Run:
    """The run over the subjects of all parts, equal to the byte to one over all of them, whatever the parts."""
    parts = tuple(parts)
    failures = sorted(part.failed for part in parts if part.failed is not None)
    if failures:
        return _failed(detector, failures[0][1])
    found = sorted(chain.from_iterable(part.found for part in parts), key=lambda one: one.place)
    findings = [finding for one in found for finding in one.restored()]
    met = frozenset[str]().union(*(part.met for part in parts))
    missing = tuple(need.id for need in detector.needs if need.id not in met)
    explained: Counter[str] = Counter()
    for part in parts:
        explained.update(part.explained)
    quiet = Outcome.QUIET if any(part.judged for part in parts) and not missing else Outcome.NOT_MEASURABLE
    looked, hit = _counted(detector, parts, found)
    return Run(
        detector=detector.id,
        version=detector.version,
        outcome=Outcome.FOUND if findings else quiet,
        found=len(findings),
        examined=sum(part.examined for part in parts),
        not_measurable=sum(part.not_measurable for part in parts),
        missing=missing,
        naive=sum(part.naive for part in parts),
        explained=dict(sorted(explained.items())),
        sessions_examined=looked,
        sessions_found=hit,
        findings=tuple(sorted(_distinct(findings), key=lambda finding: (-finding.excess_tokens, finding.id))),
    )


def unmet(detector: Detector, subjects: Subjects) -> tuple[str, ...]:
    """Ids of the needs that no input of this evidence meets."""
    return tuple(need.id for need in detector.needs if not need.met(subjects))


def place_of(subject: Subject) -> Place:
    """Where it stands among the subjects of its scope."""
    if isinstance(subject, Meter):
        return subject.account, subject.window.value
    if isinstance(subject, CounterSeries):
        return subject.session, subject.counter.value
    return ("", "") if isinstance(subject, Account) else (subject.session, subject.agent)


def _hit(found: Iterable[Found], sessions: Mapping[str, str]) -> Iterator[str]:
    """Sessions with a finding, by what a finding names them with; one about no session that was looked at has none."""
    for finding in (finding for one in found for finding in one.findings):
        yield from (sessions[name] for name in (finding.session, *finding.requests) if name in sessions)


def _counted(detector: Detector, parts: Sequence[Part], found: Sequence[Found]) -> tuple[int | None, int | None]:
    """Sessions looked at and sessions with a finding; None where subjects are in no session.

    Threads of one session may be in several parts: one was looked at, a finding is about another.
    """
    if detector.sessions is None and detector.scope not in {Scope.THREAD, Scope.COUNTER}:
        return None, None
    looked = frozenset[str]().union(*(part.looked for part in parts))
    hit = {finding.session for one in found for finding in one.findings if finding.session in looked}
    return len(looked), len(hit.union(*(part.hit for part in parts)))


def _distinct(findings: Sequence[Finding]) -> Iterator[Finding]:
    """Findings with ids of their own: two of one day may have the same names."""
    seen: Counter[str] = Counter()
    for finding in findings:
        seen[finding.id] += 1
        again = seen[finding.id] - 1
        names = (finding.id, str(again))
        yield replace(finding, id=finding_id(finding.detector, finding.version, names)) if again else finding


def failed(detector: Detector, error: Exception) -> Run:
    """The answer of a detector whose rule raised this."""
    return _failed(detector, _public_type(error))


def _failed(detector: Detector, error: str) -> Run:
    return Run(detector=detector.id, version=detector.version, outcome=Outcome.FAILED, error=error)


def _public_type(error: Exception) -> str:
    """The nearest type of Python's own: the name of any other is known to no reader of a pack."""
    return next(kind.__name__.lower() for kind in type(error).__mro__ if kind.__module__ == "builtins")
