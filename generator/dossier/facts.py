"""What each record says today, short enough to be kept and compared with what it says another day."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from generator.curated.claims import Claim
from generator.curated.kinds import Library
from generator.curated.locked import Locked
from generator.curated.models import Model, Report
from generator.curated.snapshots import Fact
from generator.dossier.rows import FindingView
from generator.grading import Verdict
from generator.grading.weights import named
from generator.proofs.public import Prove
from generator.records.results import Outcome, Pack, Run

LONGEST = 300  # characters of a title
_DIGEST = 16  # hexadecimal digits: enough to see a change, no proof of anything


def facts_of(library: Library, verdicts: Mapping[str, Verdict], findings: Iterable[FindingView]) -> tuple[Fact, ...]:
    """One fact a record that has a page, sorted by kind and id."""
    found = [
        *(_claim(claim, verdicts[claim.id]) for claim in library.claims),
        *(_plain("event", one) for one in library.events),
        *(_plain("incident", one) for one in library.incidents),
        *(_plain("measurement", one) for one in library.published),
        *(_plain("report", one) for one in library.reports),
        *(_plain("source", one) for one in library.sources),
        *(_finding(view) for view in findings),
    ]
    return tuple(sorted(found, key=lambda fact: (fact.kind, fact.id)))


def _claim(claim: Claim, verdict: Verdict) -> Fact:
    return Fact(
        kind="claim",
        id=claim.id,
        title=claim.statement,
        digest=_digest(claim.model_dump_json()),
        grade=verdict.grade.value,
        rule=verdict.rule.id,
        why=verdict.why,
        evidence=tuple(sorted({f"{item.stance.value} {named(item)}" for item in claim.evidence})),
        withdrawn=claim.withdrawn is not None,
    )


def _plain(kind: str, record: Model) -> Fact:
    title = getattr(record, "title", None) or str(getattr(record, "url", "")).partition("://")[2]
    made = {"kind": kind, "id": getattr(record, "id", ""), "title": title[:LONGEST]}
    return Fact.model_validate(made | {"digest": _digest(record.model_dump_json())})


def _finding(view: FindingView) -> Fact:
    title = f"{view.detector.title}, {view.when}"
    said = msgspec.json.encode(view.finding).decode()
    return Fact(kind="finding", id=view.finding.id, title=title[:LONGEST], digest=_digest(said))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGEST]


def unlocked(facts: Iterable[Fact], locked: Iterable[Locked]) -> Iterator[Fact]:
    """Records that are on pages and not yet in the list of ids."""
    known = {row.place for row in locked}
    return (fact for fact in facts if fact.place not in known)


def without_withdrawn(packs: Iterable[Pack], locked: Iterable[Locked]) -> tuple[Pack, ...]:
    """The packs without findings that have a tombstone: they are in no list, no count and no grade."""
    gone = frozenset(row.id for row in locked if row.kind == "finding" and row.gone)
    if not gone:
        return tuple(packs)
    return tuple(msgspec.structs.replace(pack, runs=tuple(_without(run, gone) for run in pack.runs)) for pack in packs)


def of_whole(prove: Prove, packs: Iterable[Pack]) -> Prove:
    """The same for packs without withdrawn findings: a root commits to all that a pack holds."""
    whole = {pack.id: pack for pack in packs}
    return lambda pack: prove(whole.get(pack.id, pack))


def _without(run: Run, gone: frozenset[str]) -> Run:
    left = tuple(one for one in run.findings if one.id not in gone)
    if len(left) == len(run.findings):
        return run
    found = run.found - len(run.findings) + len(left)
    outcome = Outcome.QUIET if run.outcome is Outcome.FOUND and not found else run.outcome
    return msgspec.structs.replace(run, findings=left, found=found, outcome=outcome)


def echoes_in(reports: Iterable[Report]) -> dict[str, tuple[Report, ...]]:
    """Reports that only repeat another one, by that one."""
    found: dict[str, tuple[Report, ...]] = {}
    for report in reports:
        if report.echo_of:
            found[report.echo_of] = (*found.get(report.echo_of, ()), report)
    return found
