"""Two packs of a growing log at level `aggregate` tell of few calls no more than one of them does.

The attacker has both packs and all code. Calls come one by one; the pack is made again after each.
"""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import UTC, datetime
from itertools import pairwise, product
from pathlib import Path

import msgspec
import pytest
from builders import mark, request
from promises import record
from test_small_cells import DAY, MODELS, SURFACES, in_span

from generator.importers import read_bytes
from generator.packs import blocks as blocks_module
from generator.packs.blocks import blocks, spans
from generator.packs.examine import examine
from generator.packs.safety import FEWEST_CALLS, is_enough
from generator.records.results import Level
from generator.records.rows import LogData, Tally
from generator.simulator import FaultRates, simulate

pytestmark = pytest.mark.slow

CASES = Path(__file__).parents[2] / "shared" / "cases"
SUMS = ("input_tokens", "cache_write_tokens", "cache_read_tokens", "output_tokens")


def growing(seed):
    """A log that grows by a call at a time: (calls, marks) so far; sessions go on, days close, models appear."""
    rolls = random.Random(seed)
    at, rows, marks, prefix = 0, [], [], defaultdict(int)
    sessions = [f"s{number}" for number in range(rolls.randint(2, 6))]
    for number in range(rolls.randint(25, 60)):
        at += rolls.choice((30, 200, 900, 3_000, 20_000, 90_000))
        known = sessions[: 1 + number // 4]
        session = rolls.choice(known)
        model = rolls.choice(MODELS[: 1 + number // 12])
        broken = rolls.random() < 0.3
        read, written = (
            (0, prefix[session] + 60_000) if broken else (prefix[session] + 60_000, rolls.randint(500, 9_000))
        )
        prefix[session] += written if not broken else 0
        rows.append(
            request(
                number, at, read, written, session_name=session, model=model, surface=rolls.choice(SURFACES),
                input_tokens=rolls.choice((3, 3, 40, 9_000, 400_000)), output_tokens=rolls.randint(50, 60_000),
                web_searches=rolls.choice((None, None, 1, 7)), nested=rolls.random() < 0.1,
            )
        )  # fmt: skip
        if rolls.random() < 0.5:
            marks.append(mark(rolls.choice(("prompt", "retry", "compaction")), at, line=number, session_name=session))
        yield list(rows), list(marks)


def pack(rows, marks=()):
    tally = Tally(label="log-0001", importer="claude-code", bytes=9, read=len(rows), used=len(rows))
    reading = LogData(requests=tuple(rows), marks=tuple(marks), tallies=(tally,))
    return examine(reading, id="mine", simulated=False, level=Level.AGGREGATE, tool_version="0.1.0")


def figures(evidence):
    """Every published number by its place."""

    def walk(value, where):
        if isinstance(value, bool):
            yield where, int(value)
        elif isinstance(value, int | float):
            yield where, value
        elif isinstance(value, dict):
            for key, inner in value.items():
                yield from walk(inner, (*where, key))
        elif isinstance(value, list):
            for place, inner in enumerate(value):
                names = (
                    tuple(
                        inner[name]
                        for name in ("day", "model", "surface", "reason", "detector", "importer")
                        if name in inner
                    )
                    if isinstance(inner, dict)
                    else (place,)
                )
                yield from walk(inner, (*where, *names))

    return dict(walk(msgspec.to_builtins(evidence), ()))


def few_told(older, newer):
    """Calls or sessions that the attacker reads off: what a published figure moved by is nearly theirs."""
    new = newer[len(older) :]
    before, after = figures(pack(older)), figures(pack(newer))
    moved = {where: after.get(where, 0) - before.get(where, 0) for where in before.keys() | after.keys()}
    sums = {where: move for where, move in moved.items() if move and where[-1] in SUMS}
    return [
        (where, move)
        for where, move in sums.items()
        for size in (*(getattr(call, where[-1]) for call in new), *by_session(new, where[-1]))
        if size > 20_000 and abs(move - size) < size / 10
    ]


def by_session(rows, name):
    sizes = defaultdict(int)
    for row in rows:
        sizes[row.session] += getattr(row, name)
    return list(sizes.values())


def cells(rows):
    """Published cells of one pack as sets of calls, total with it."""
    told = blocks(spans(rows))
    found = defaultdict(set)
    for block in told:
        ids = {call.id for call in block.requests}
        found["day", block.day, block.model] |= ids
        found["total", "", ""] |= ids
        if block.surface is not None:
            found["surface", block.day, block.surface] |= ids
    return list(found.values())


def small_by_subtraction(older, newer):
    """Groups of calls that both packs together isolate, though they are few: each lone group of cells that agree."""
    published = [*cells(older), *cells(newer)]
    groups = defaultdict(set)
    for call in newer:
        if key := tuple(call.id in cell for cell in published):
            groups[key].add(call.id)
    groups.pop((False,) * len(published), None)
    atoms = list(groups.values())
    matrix = [[int(atom <= cell) for atom in atoms] for cell in published]
    sessions = {call.id: call.session for call in newer}
    return [
        atom
        for place, atom in enumerate(atoms)
        if not is_enough(sessions[id] for id in atom)
        and in_span(matrix, [int(other == place) for other in range(len(atoms))])
    ]


def moved_by_few(before, after):
    """Counts that moved by less than five, or are no fives."""
    counts, later = figures(before), figures(after)
    kinds = {*SUMS, "cost_usd", "excess_usd", "excess_tokens", "rounds_usd", "declined_usd"}
    return [
        where
        for where in counts.keys() | later.keys()
        if where[-1] not in kinds and (later.get(where, 0) - counts.get(where, 0)) % FEWEST_CALLS
    ]


LOGS = {"fast": 30, "full": 300}


@pytest.mark.parametrize("form", ["fast", pytest.param("full", marks=pytest.mark.full)])
def test_no_pair_of_publications_tells_of_few_calls(form):
    trials, failures, told = 0, [], 0
    for seed in range(LOGS[form]):
        states = list(growing(seed))
        packs = [pack(*state) for state in states]
        for (older, newer), (before, after) in zip(pairwise(states), pairwise(packs), strict=True):
            trials += 1
            told += before != after
            same = spans(older[0]) == spans(newer[0])
            few = small_by_subtraction(older[0], newer[0]) or moved_by_few(before, after)
            if few or (same and before != after) or (before != after and few_told(older[0], newer[0])):
                failures.append(seed)
    record("two-publications", trials=trials, failures=len(failures), note=f"{told} of the pairs differ at all")
    assert trials >= 1_000
    assert told > 30
    assert failures == []


def test_any_two_publications_of_one_log_differ_by_whole_blocks():
    for seed in range(10):
        states = [rows for rows, _ in growing(seed)]
        for older, newer in product(states[::7], states[::5]):
            if len(older) < len(newer):
                assert spans(newer)[: len(spans(older))] == spans(older)
                assert small_by_subtraction(older, newer) == []


def test_calls_of_days_that_are_open_change_nothing():
    """Whatever they are: nothing of them is in the pack, down to the last field."""
    for seed in range(12):
        *_, (rows, marks) = growing(seed)
        last = max(rows, key=lambda call: call.first_seen)
        other = [
            call
            if call.first_seen.date() < last.first_seen.date() or call.id == last.id
            else msgspec.structs.replace(call, input_tokens=7, output_tokens=9, model=MODELS[2], web_searches=50)
            for call in rows
        ]
        assert pack(rows, marks) == pack(other, marks)


def test_the_attack_sees_a_leak_where_the_open_day_is_told(monkeypatch):
    """As before: each day was told at once, and totals were exact."""
    monkeypatch.setattr(blocks_module, "GRACE", -100 * blocks_module.DAY)
    monkeypatch.setattr(blocks_module, "_is_told", lambda _span: True)
    states = [rows for rows, _ in growing(3)]
    assert any(small_by_subtraction(older, newer) for older, newer in pairwise(states))
    assert any(few_told(older, newer) for older, newer in pairwise(states))


def read(folder):
    files = {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
    return examine(read_bytes(files, key=b"k"), id="mine", simulated=False, level=Level.AGGREGATE, tool_version="0.1.0")


@pytest.mark.skipif(not CASES.is_dir(), reason="the cases lie beside the repository")
def test_the_last_call_of_a_grown_log_is_not_the_difference_of_two_packs():
    one, two = (read(CASES / "attack-growing" / "input" / name) for name in ("g1", "g2"))
    assert figures(one) == figures(two)


@pytest.mark.skipif(not CASES.is_dir(), reason="the cases lie beside the repository")
def test_nothing_of_a_single_session_is_told():
    evidence = read(CASES / "attack-one-session" / "input")
    assert (evidence.breaks, evidence.days, evidence.totals.requests, evidence.tallies) == ((), (), 0, ())
    assert {run.examined for run in evidence.runs} == {0}


def broken_days(days, sessions, excess=60_000):
    """`sessions` a day, each of five calls of which the last one breaks."""
    rows = []
    for day, session in product(range(days), range(sessions)):
        read, written = 0, excess
        for place in range(5):
            breaks = place == 4
            rows.append(
                request(
                    len(rows), day * DAY + session * 600 + place * 20,
                    0 if breaks else read, read + written if breaks else written, session_name=f"{day}-{session}",
                )
            )  # fmt: skip
            read, written = read + written, 500
    return [*rows, request(9_999, 30 * DAY, 0, 100, session_name="later")]


@pytest.mark.parametrize(("days", "sessions", "told"), [(1, 4, 0), (1, 5, 5), (2, 4, 5), (3, 6, 15)])
def test_breaks_are_told_by_the_rule_of_days(days, sessions, told):
    evidence = pack(broken_days(days, sessions))
    assert sum(row.count for row in evidence.breaks) == told
    assert all(row.excess_tokens % 1_000 == 0 for row in evidence.breaks)


def test_breaks_of_one_session_are_not_told_however_many():
    rows = [*broken_days(1, 1)[:-1]]
    for number in range(60):
        breaks = number % 5 == 0
        rows.append(
            request(500 + number, 3_000 + number * 20, 0 if breaks else 9_000 * number, 40_000, session_name="one")
        )
    quiet = [
        request(900 + number, 9_000 + number * 20, 60_000, 300, session_name=f"q{number % 3}") for number in range(90)
    ]
    later = request(9_999, 30 * DAY, 0, 100, session_name="later")
    whole = examine(
        LogData(requests=(*rows, later)), id="mine", simulated=False, level=Level.FULL, tool_version="0.1.0"
    )
    assert sum(row.count for row in whole.breaks) > 5
    assert pack([*rows, *quiet, later]).breaks == ()


def test_a_log_of_weeks_is_still_told():
    """The rules leave what the level is for: within a tenth of the truth, and the detectors' counts."""
    made = simulate(5, sessions=60, start=datetime(2026, 3, 2, tzinfo=UTC), faults=FaultRates.specimen())
    reading = read_bytes(made.files, key=b"key")
    whole, told = (
        examine(reading, id="mine", simulated=True, level=level, tool_version="0.1.0")
        for level in (Level.FULL, Level.AGGREGATE)
    )
    assert 0.8 < told.totals.cache_read_tokens / whole.totals.cache_read_tokens <= 1.01
    assert 0.8 < told.totals.requests / whole.totals.requests <= 1.01
    assert sum(run.examined > 0 for run in told.runs) > 5
    assert sum(run.found > 0 for run in told.runs) > 0
    assert told.breaks
