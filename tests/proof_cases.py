"""Packs, honest proofs and changed ones for tests: everything from a seed."""

from __future__ import annotations

import json
import random
from datetime import timedelta

from builders import START, request

from generator.base.problems import ContentError
from generator.proofs.checking import faults
from generator.proofs.commitments import identities, log_trees
from generator.proofs.fields import field_names
from generator.proofs.prooffile import parse_proof, written
from generator.proofs.proving import prove_finding
from generator.proofs.publication import committed, findings_of
from generator.records.pseudonyms import pseudonym
from generator.records.results import Finding, FindingGrade, Level, Outcome, Pack, Run, Severity, Totals
from generator.records.rows import LogData, MeterReading, SourceRef, Window

KEY = b"the owner's key, 32 bytes long!!"
UNORDERED = {"files", "records"}  # of a proof of a finding: another order says the same


def reading(seed, files=4, longest=40, grow=0):
    """Random calls and meter readings; with `grow`, the same and up to so many more at the end of each file."""
    rolls = random.Random(seed)
    sizes = [rolls.randint(0, longest) for _ in range(files)]
    more = [rolls.randint(0, grow) for _ in range(files)]
    requests, meters = [], []
    for file in range(files):
        own = random.Random(f"{seed} {file}")
        for line in range(1, sizes[file] + more[file] + 1):
            source = SourceRef(file, line)
            at = own.randint(0, 10**6)
            if own.random() < 0.8:
                number = file * 10_000 + line
                requests.append(request(number, at, own.randint(0, 10**6), own.randint(0, 10**5), source=source))
                continue
            account = pseudonym("account", "a", KEY)
            for window in (Window.FIVE_HOUR, Window.SEVEN_DAY)[: own.randint(1, 2)]:
                used = own.randint(0, 100) / 100
                meters.append(
                    MeterReading(
                        account=account, window=window, at=START + timedelta(seconds=at), used=used, source=source
                    )
                )
    return LogData(requests=tuple(requests), meters=tuple(meters))


def finding(number, *, requests=(), readings=(), window=None):
    """A finding that cites these."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    return Finding(
        id=f"F-{''.join(letters[number // 32**place % 32] for place in range(6))}",
        detector="cache-break",
        version="1.0.0",
        window=window,
        at=START,
        requests=tuple(one.id for one in requests),
        readings=readings,
        quantities=(),
        expected_tokens=number,
        excess_tokens=number * 7,
        grade=FindingGrade.A,
        severity=Severity.LOW,
        ruled_out=(),
        not_ruled_out=(),
    )


def pack(records, seed, findings=12, level=Level.FULL):
    """Evidence with commitments, and the trees it was made from."""
    rolls = random.Random(f"findings {seed}")
    found = []
    for number in range(findings):
        if records.meters and rolls.random() < 0.3:
            meter = rolls.choice(records.meters)
            found.append(finding(number, readings=(meter.source,), window=meter.window))
        elif records.requests:
            cited = rolls.sample(records.requests, min(len(records.requests), rolls.randint(1, 4)))
            found.append(finding(number, requests=cited))
    run = Run(detector="cache-break", version="1.0.0", outcome=Outcome.FOUND, findings=tuple(found))
    evidence = Pack(
        id="tried", simulated=True, level=level, tool_version="0.1.0", tallies=(), totals=Totals(), days=(),
        marks_by_kind={}, breaks=(), runs=(run,), requests=records.requests, meters=records.meters,
    )  # fmt: skip
    files = 1 + max((one.source.file for one in (*records.requests, *records.meters)), default=0)
    logs = log_trees(records, identities([(f"{n}.jsonl", b"") for n in range(files)]), KEY)
    return committed(evidence, logs), logs


def honest(seed):
    """Endless honest proofs, from logs that have grown since the pack was made."""
    while True:
        before, after = reading(seed), reading(seed, grow=9)
        if before.requests:
            evidence, _ = pack(before, seed)
            _, later = pack(after, seed)
            for one in findings_of(evidence):
                show = () if one.readings else random.Random(f"{seed} {one.id}").choice(((), ("model", "ended_minute")))
                yield prove_finding(evidence, one.id, later, show)
        seed += 1


def holds(data, root):
    """Would somebody who knows the published root accept this file?"""
    try:
        proof = parse_proof(data, "proof.json")
    except ContentError:
        return False
    return proof.root == root and not faults(proof)


def places(node, way=()):
    """Ways to every value and every list of a decoded proof."""
    if isinstance(node, dict):
        for name, part in node.items():
            yield from places(part, (*way, name))
    elif isinstance(node, list):
        if node:
            yield way
        for index, part in enumerate(node):
            yield from places(part, (*way, index))
    else:
        yield way


def tampered(proof, rolls):
    """The proof with one change at random: a bit, a sign, a number, an element less, more or out of place."""
    plain = json.loads(written(proof))
    way = rolls.choice(list(places(plain)))
    return changed(plain, way, rolls)


def changed(plain, way, rolls):
    """One change at this place; the file as bytes."""
    node = plain
    for step in way[:-1]:
        node = node[step]
    node[way[-1]] = _other(node[way[-1]], rolls, ordered=not (len(way) == 1 and way[0] in UNORDERED))
    return json.dumps(plain).encode()


def _other(value, rolls, *, ordered):
    if value is None:
        return 0
    if isinstance(value, int):
        return value ^ (1 << rolls.randrange(20))
    if isinstance(value, str):
        if not value:
            return "a"
        at = rolls.randrange(len(value))
        return value[:at] + chr(ord(value[at]) ^ (1 << rolls.randrange(7))) + value[at + 1 :]
    kind = rolls.choice(("drop", "twice", "swap") if ordered else ("drop", "twice"))
    at = rolls.randrange(len(value))
    if kind == "swap" and value[at] != value[at - 1]:
        return [
            value[at - 1] if n == at else value[at] if n == (at - 1) % len(value) else one
            for n, one in enumerate(value)
        ]
    return value[:at] + value[at + 1 :] if kind == "drop" else [*value[:at], value[at], *value[at:]]


def kinds():
    """Names of fields as the page hands them to its script."""
    return {kind: list(field_names(kind)) for kind in ("request", "meter", "counter")}
