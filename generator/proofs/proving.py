"""Making proofs on the owner's machine, from the logs read again and the pack that was published of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from generator.base.problems import PackError, Problem
from generator.proofs.commitments import LogTree, Placed
from generator.proofs.fields import DEFAULT_FIELDS, MINUTE, NAMED_BY, field_names, times
from generator.proofs.prooffile import FilePart, FindingPart, FindingProof, Header, Opened, RecordPart
from generator.proofs.publication import files_tree, findings_of, findings_tree, root_of, statement
from generator.records.results import Commitments, FileTree, Finding, Level, Pack

Place = tuple[int, int]  # file of the pack, record in it
COLLECT_AGAIN = "collect the pack again with `witnessmark collect`"
TIMELESS = "the pack shows when it was, to the minute; only a pack at level full can be proved to the time"
NO_FINDING = (
    "on one machine `scan` and `collect` give the same ids: where `scan` shows this one, "
    f"{COLLECT_AGAIN} of the same logs"
)


def prove_finding(evidence: Pack, id: str, logs: Sequence[LogTree], show: tuple[str, ...] = ()) -> FindingProof:
    """Proof of a finding that opens the fields `show`, else those of DEFAULT_FIELDS. Raises PackError.

    The logs may have grown since the pack was made; what stood in them then must still be their beginning. No time is
    opened where the pack shows its times on a clock that was put back (`packs/redact.py`): what is committed to are
    the times of the log, and each minute of them would narrow down by how much.
    """
    timeless = evidence.level is not Level.FULL
    if timeless and (asked := sorted(name for name in set(show) if any(name in times(kind) for kind in NAMED_BY))):
        raise PackError(_problem(evidence, "W-proof-time", f"opens no time: {', '.join(asked)}", TIMELESS))
    published = commitments_of(evidence)
    found = findings_of(evidence)
    place = next((place for place, finding in enumerate(found) if finding.id == id), None)
    if place is None:
        raise PackError(_problem(evidence, "W-proof-finding", f"holds no finding {id}", NO_FINDING))
    now = matches(published.files, logs)
    cited = list(_cited(found[place], now, logs))
    if not cited:
        raise PackError(_problem(evidence, "W-proof-finding", f"{id} cites no record, so there is nothing to open"))
    files = files_tree(published.files)
    findings = findings_tree(evidence)
    return FindingProof(
        proof="finding-1",
        root=published.root,
        pack=_header(evidence, published),
        finding=FindingPart(index=place, statement=statement(found[place]), path=_hex(findings.inclusion(place))),
        files=tuple(
            FilePart(
                file=file,
                size=published.files[file].size,
                root=published.files[file].root,
                path=_hex(files.inclusion(file)),
            )
            for file in sorted({file for file, _ in cited})
        ),
        records=tuple(
            _record_part(
                at, logs[now[at[0]] or 0], published.files[at[0]].size, show, first=at == cited[0], timeless=timeless
            )
            for at in cited
        ),
    )


def matches(files: Sequence[FileTree], logs: Sequence[LogTree]) -> tuple[int | None, ...]:
    """For each published file the log that begins with its records, each log once; None where none does."""
    whole: dict[tuple[int, str], list[int]] = {}
    for place, log in reversed(list(enumerate(logs))):
        whole.setdefault((len(log.tree), log.tree.root.hex()), []).append(place)
    found = [stack.pop() if (stack := whole.get((file.size, file.root), [])) else None for file in files]
    free = [place for place in range(len(logs)) if place not in set(found)]
    for index, file in enumerate(files):
        if found[index] is not None:
            continue
        longer = (place for place in free if len(logs[place].tree) > file.size)
        match = next((place for place in longer if logs[place].tree.prefix(file.size).hex() == file.root), None)
        if match is not None:
            free.remove(match)
        found[index] = match
    return tuple(found)


def commitments_of(evidence: Pack) -> Commitments:
    """Commitments of a pack whose root is that of what it lists. Raises PackError."""
    if evidence.commitments is None:
        raise PackError(_problem(evidence, "W-proof-none", "was made without commitments"))
    if root_of(evidence) != evidence.commitments.root:
        raise PackError(_problem(evidence, "W-proof-root", "states a root that is not that of its own findings"))
    return evidence.commitments


def _cited(finding: Finding, now: Sequence[int | None], logs: Sequence[LogTree]) -> Iterator[Place]:
    """Places of the cited records, requests in their order. Raises PackError where one is not in the logs."""
    wanted = set(finding.requests)
    at: dict[str, Place] = {}
    for file, place in enumerate(now):
        for index, row in enumerate(logs[place].records if place is not None else ()):
            if row.kind == "request" and row.record.id in wanted:
                at[row.record.id] = (file, index)
    if set(at) != wanted:
        raise PackError(_lacking(finding))
    yield from dict.fromkeys(at[request] for request in finding.requests)
    for source in finding.readings:
        place = now[source.file]
        at_line = [
            (index, row)
            for index, row in enumerate(logs[place].records if place is not None else ())
            if row.kind in {"meter", "counter"} and row.record.source.line == source.line
        ]
        rows = [index for index, row in at_line if _is_meant(finding, row)]
        if not rows:
            raise PackError(_lacking(finding))
        yield from ((source.file, index) for index in rows)


def _is_meant(finding: Finding, row: Placed) -> bool:
    """Is it of the meter or the session that the finding is about? One line may give readings of several."""
    if row.kind == "meter":
        return finding.window is row.record.window
    return finding.window is None and finding.session in {"", row.record.session}


def _record_part(
    at: Place, log: LogTree, size: int, show: tuple[str, ...], *, first: bool, timeless: bool
) -> RecordPart:
    file, index = at
    kind = log.records[index].kind
    chosen = {*NAMED_BY[kind], *(show or DEFAULT_FIELDS[kind])}
    if not show and first:
        chosen.update(name for name in field_names(kind) if name == f"first_seen{MINUTE}")
    if timeless:
        chosen -= times(kind)
    return RecordPart(
        file=file,
        index=index,
        kind=kind,
        fields=tuple(
            Opened(name=one.name, text=one.text, salt=one.salt.hex()) if one.name in chosen else one.commitment.hex()
            for one in log.salted(index)
        ),
        path=_hex(log.tree.inclusion(index, size)),
    )


def _header(evidence: Pack, published: Commitments) -> Header:
    return Header(
        evidence=evidence.id,
        files=len(published.files),
        files_root=files_tree(published.files).root.hex(),
        findings=published.findings,
        findings_root=published.findings_root,
    )


def _hex(path: Sequence[bytes]) -> tuple[str, ...]:
    return tuple(step.hex() for step in path)


def _lacking(finding: Finding) -> Problem:
    message = f"{finding.id}: a record that it cites is not in these logs as it was when the pack was made"
    return Problem(finding.id, 0, 0, "W-proof-logs", message, "name all logs of the pack, and use the same key")


def _problem(evidence: Pack, code: str, message: str, hint: str = COLLECT_AGAIN) -> Problem:
    return Problem(f"evidence/{evidence.id}", 0, 0, code, message, hint)
