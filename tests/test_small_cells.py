"""At level `aggregate` nothing published tells of few calls, alone or by subtraction."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from itertools import combinations, product

import pytest
from builders import START, mark, request, steady
from hypothesis import given, settings
from hypothesis import strategies as st
from promises import record
from shares import drawn

from generator.packs.blocks import blocks, spans
from generator.packs.examine import examine
from generator.packs.safety import FEWEST_CALLS, FEWEST_SESSIONS, Part, few, is_enough, is_safe, nearest, told_sums
from generator.records.results import Level
from generator.records.rows import LogData, Surface, Tally

pytestmark = pytest.mark.slow

DAY = 86_400
MODELS = ("claude-opus-4-6", "claude-sonnet-4-6", "claude-haiku-4-5")
SURFACES = (Surface.CLAUDE_CODE, Surface.API)
KEYS = list(product(range(3), MODELS[:2], SURFACES))  # (day, model, surface)


def calls(cells):
    """Calls for `{(day, model, surface): (calls, sessions)}`."""
    rows = []
    for (day, model, surface), (count, sessions) in cells.items():
        rows += [
            request(
                len(rows) + place, day * DAY + place, 0, 100, model=model, surface=surface,
                session_name=f"{day}{model}{surface}{place % max(1, sessions)}",
            )
            for place in range(count)
        ]  # fmt: skip
    return rows


def closed(rows):
    """The same days, with a call of another session long after them that closes them and is told of nowhere."""
    return [*rows, request(9_999, 30 * DAY, 0, 100, session_name="later")]


def told_blocks(rows):
    return blocks(spans(closed(rows)))


def published(rows):
    """Every published cell of calls as the set of calls that it sums: days by model, days by surface, and the total."""
    told = told_blocks(rows)
    days, surfaces = defaultdict(set), defaultdict(set)
    for block in told:
        ids = {call.id for call in block.requests}
        days[block.day, block.model] |= ids
        if block.surface is not None:
            surfaces[block.day, block.surface] |= ids
    total = [{call.id for block in told for call in block.requests}] if told else []
    return [*days.values(), *surfaces.values(), *total]


def in_span(rows, target):
    """Is the vector a linear combination of the rows? Exact, by elimination."""
    basis = []
    for row in [*rows, target]:
        left = [Fraction(value) for value in row]
        for pivot, other in basis:
            if left[pivot]:
                factor = left[pivot] / other[pivot]
                left = [a - factor * b for a, b in zip(left, other, strict=True)]
        pivot = next((place for place, value in enumerate(left) if value), None)
        if row is target:
            return pivot is None
        if pivot is not None:
            basis.append((pivot, left))
    raise AssertionError


def small_and_told(rows):
    """Sets of calls that some combination of published cells isolates, though they are few. Brute force.

    Calls that stand in the same cells can only be told together, so it is enough to try sets of whole groups of them.
    """
    cells = published(rows)
    groups = defaultdict(set)
    for call in rows:
        groups[tuple(call.id in cell for cell in cells)].add(call.id)
    atoms = list(groups.values())
    matrix = [[int(atom <= cell) for atom in atoms] for cell in cells]
    by_id = {call.id: call for call in rows}
    found, tried = [], 0
    for size in range(1, len(atoms) + 1):
        for chosen in combinations(range(len(atoms)), size):
            ids = set().union(*(atoms[place] for place in chosen))
            if is_enough(by_id[id].session for id in ids):
                continue
            tried += 1
            if in_span(matrix, [int(place in chosen) for place in range(len(atoms))]):
                found.append(ids)
    return found, tried


counts = st.tuples(st.integers(0, 9), st.integers(1, 3))
tables = st.dictionaries(st.sampled_from(KEYS), counts, max_size=9)


@settings(max_examples=drawn(300))
@given(tables)
def test_no_published_cell_is_small(cells):
    rows = calls(cells)
    by_id = {call.id: call for call in rows}
    for cell in published(rows):
        assert is_enough(by_id[id].session for id in cell)


@settings(max_examples=drawn(300))
@given(tables)
def test_no_few_calls_come_out_by_adding_and_subtracting(cells):
    assert small_and_told(calls(cells))[0] == []


def test_the_brute_force_sees_a_leak_where_small_cells_are_only_left_out(monkeypatch):
    """The usual mistake: the small cell is left out, and the total gives it back."""
    rows = calls({(0, MODELS[0], SURFACES[0]): (8, 2), (0, MODELS[1], SURFACES[0]): (3, 2)})
    assert small_and_told(rows)[0] == []
    cells = [{call.id for call in rows if call.model == MODELS[0]}, {call.id for call in rows}]
    monkeypatch.setitem(globals(), "published", lambda _: cells)
    assert [len(ids) for ids in small_and_told(rows)[0]] == [3]


SIZES = {"fast": (0, 3, 4, 5), "full": tuple(range(8))}


@pytest.mark.parametrize(
    "form", ["fast", pytest.param("full", marks=pytest.mark.full)]
)  # every table of one day, two models and two surfaces with these counts
def test_every_small_table_by_brute_force(form):
    failures, trials, lone = 0, 0, 0
    for sizes in product(SIZES[form], repeat=4):
        for sessions in (1, 2):
            cells = {key: (size, sessions) for key, size in zip(KEYS[:4], sizes, strict=True) if size}
            found, tried = small_and_told(calls(cells))
            failures += bool(found)
            lone += tried
            trials += 1
    record("small-cells", trials=trials, failures=failures, note="whole tables, all differences of published cells")
    assert trials == 2 * len(SIZES[form]) ** 4
    assert failures == 0


@pytest.mark.parametrize(
    "keys",
    [KEYS[:1] + [(0, model, SURFACES[0]) for model in MODELS[1:]], [(day, MODELS[0], SURFACES[0]) for day in range(3)]],
    ids=["models", "days"],
)
def test_what_is_published_never_pins_a_small_cell_to_one_value(keys):
    """For whoever knows the rule as well: any small count has another one that gives the same output."""
    seen = defaultdict(set)
    for sizes in product(range(16), repeat=3):
        rows = calls({key: (size, 2) for key, size in zip(keys, sizes, strict=True) if size})
        told = tuple(sorted((block.day, block.model, len(block.requests)) for block in told_blocks(rows)))
        seen[told].add(sizes)
    pinned = [
        (told, place)
        for told, ways in seen.items()
        for place in range(3)
        if sum(next(iter(ways))) < 16  # beyond it, other ways lie outside the range that was tried
        and len({way[place] for way in ways}) == 1
        and 0 < next(iter(ways))[place] < FEWEST_CALLS
    ]
    assert pinned == []


def test_a_small_day_is_told_with_the_next_and_never_with_the_one_before():
    cell = (MODELS[0], SURFACES[0])
    rows = calls({(0, *cell): (2, 2), (1, *cell): (6, 2), (2, *cell): (1, 1)})
    (block,) = told_blocks(rows)
    assert block.day == (START.date().replace(day=START.day + 1)).isoformat()
    assert len(block.requests) == 8  # the call of the third day waits


def test_few_calls_in_all_or_one_session_in_all_are_not_told():
    assert told_blocks(steady(FEWEST_CALLS - 1)) == ()
    assert told_blocks(steady(50)) == ()  # one session
    assert FEWEST_SESSIONS == 2


@pytest.mark.parametrize(("after", "told"), [(DAY - 34_000, False), (DAY - 32_400 + 1_800, False), (DAY, True)])
def test_a_day_is_told_once_a_call_began_an_hour_after_it(after, told):
    """START is at nine, so the day has ended 54,000 seconds later; answers that began before midnight may last."""
    rows = [*calls({(0, MODELS[0], SURFACES[0]): (6, 2)}), request(99, after + 0.0, 0, 100, session_name="u")]
    assert bool(spans(rows)) == (after >= 54_000 + 3_600 and told)


def test_one_call_that_is_most_of_a_sum_cannot_be_read_from_it():
    """Four calls of one token and one of 183,244, of two sessions: the sum was off by 0.002 %."""
    sizes = (1, 1, 1, 1, 183_244)
    parts = [Part("ab"[place % 2], (size,)) for place, size in enumerate(sizes)]
    assert not is_safe(parts)
    assert told_sums(parts) == (0.0,)
    wider = [*parts, *(Part("abc"[place % 3], (1_000,)) for place in range(20))]
    assert told_sums(wider) == (2 * 20_004,)  # as if it were as large as all the others together


def test_two_large_calls_cannot_be_read_either():
    """Without the largest, the second would be most of what is left."""
    parts = [Part("abc"[place % 3], (size,)) for place, size in enumerate((900_000, 200_000, *(10,) * 10))]
    assert told_sums(parts) == (0.0,)  # two of the three sessions
    many = [Part(str(place), (size,)) for place, size in enumerate((900_000, 200_000, *(10,) * 10))]
    assert told_sums(many) == (2 * 2 * 100,)


def test_one_session_that_is_most_of_a_sum_cannot_be_read_from_it():
    alone = [*(Part("a", (100_000,)) for _ in range(20)), *(Part("b", (10,)) for _ in range(20))]
    assert told_sums(alone) == (0.0,)  # what is left is of one session
    three = [*alone, *(Part("c", (20,)) for _ in range(20))]
    assert told_sums(three) == (4 * 600,)


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.integers(1, 10**6)), min_size=5, max_size=30), st.integers(2, 9))
def test_a_sum_tells_nothing_of_the_size_of_a_call_that_is_most_of_it(given_parts, times):
    parts = [Part(session, (size,)) for session, size in given_parts]
    place = max(range(len(parts)), key=lambda at: parts[at].amounts)
    largest, others = parts[place], [part for at, part in enumerate(parts) if at != place]
    above = sum(size for _, size in given_parts) * 4
    told = {told_sums([*others, Part(largest.session, (above * factor,))]) for factor in (1, times)}
    assert len(told) == 1
    assert max(told)[0] < above


def test_a_call_without_which_a_day_would_be_small_waits_a_week_for_others():
    """One call of half a million tokens: the first days wait, then it is told as less than it is."""
    rows = calls({(day, MODELS[0], SURFACES[0]): (8, 2) for day in range(9)})
    rows[0] = request(0, 0, 500_000, 100, session_name=f"0{MODELS[0]}{SURFACES[0]}0")
    first, *rest = spans(closed(rows))
    assert (first.last - START.date()).days == 7
    assert len(rest) == 1
    assert sum(told_sums([Part(call.session, (call.cache_read_tokens,)) for call in first.requests])) == 0


@given(st.integers(0, 10**7))
def test_sums_are_rounded_to_the_grid(value):
    assert nearest(value, 1_000) % 1_000 == 0
    assert abs(nearest(value, 1_000) - value) <= 500


def body(level):
    rows = [
        *steady(12),
        *steady(9, first=100, session_name="t", model=MODELS[1]),
        *steady(2, first=200, session_name="u", model=MODELS[2]),
    ]
    tallies = tuple(
        Tally(
            label=f"log-{n:04}",
            importer="claude-code",
            bytes=12_345,
            read=12,
            used=9,
            other=2,
            skipped={},
            blank=1,
            types={"user": 2},
        )
        for n in (1, 2, 3)
    )
    marks = (
        *(mark("prompt", place, session_name="st"[place % 2]) for place in range(7)),
        *(mark("retry", at) for at in range(7)),
        *(mark("resume", at, session_name="st"[at % 2]) for at in range(4)),
    )
    return examine(
        LogData(requests=tuple(closed(rows)), marks=marks, tallies=tallies),
        id="mine",
        simulated=False,
        level=level,
        tool_version="0.1.0",
    )


def counts_of(value):
    """Every integer of a count in the evidence that is no token sum."""
    return [
        *value.marks_by_kind.values(),
        *(row.count for row in value.breaks),
        *(number for run in value.runs for number in (run.found, run.examined, run.not_measurable, run.naive, *run.explained.values())),
        *(number for tally in value.tallies for number in (tally.read, tally.used, tally.other, tally.blank, tally.usage_lines, *tally.types.values())),
        *(getattr(value.totals, name) for name in ("nested_requests", "unpriced", "unthreaded", "threads", "steps")),
    ]  # fmt: skip


def test_every_other_count_is_a_multiple_of_five_at_level_aggregate():
    assert any(count % FEWEST_CALLS for count in counts_of(body(Level.FULL)))
    assert [count for count in counts_of(body(Level.AGGREGATE)) if count % FEWEST_CALLS] == []


def test_of_the_account_of_lines_only_those_of_told_calls_leave():
    (tally,) = body(Level.AGGREGATE).tallies
    assert tally.balances
    assert (tally.label, tally.used, tally.read, tally.bytes, tally.types) == ("all-files", 20, 20, 0, {})


def test_days_sum_to_the_total_in_fives_and_thousands():
    evidence = body(Level.AGGREGATE)
    assert sum(day.requests for day in evidence.days) == evidence.totals.requests == 25  # 23 calls
    assert sum(day.cache_read_tokens for day in evidence.days) == evidence.totals.cache_read_tokens
    assert evidence.totals.cache_read_tokens % 1_000 == 0
    assert {day.model for day in evidence.days} == {"other"}  # each model is one session


def test_marks_of_one_session_or_few_are_not_told():
    assert body(Level.AGGREGATE).marks_by_kind == {"prompt": 5}


def test_formats_and_report_lines_stay_at_home():
    evidence = body(Level.AGGREGATE)
    assert (evidence.formats, evidence.reconciliation.lines, evidence.reconciliation.windows) == ((), (), ())
    rows = (evidence.requests, evidence.rounds, evidence.marks, evidence.meters, evidence.buckets, evidence.counters)
    assert rows == ((),) * 6


def test_every_field_of_the_evidence_was_thought_of():
    """A new field must be decided on in `aggregate` before it can leave."""
    assert set(body(Level.FULL).__struct_fields__) == {
        "id", "simulated", "level", "tool_version", "tallies", "totals", "days", "marks_by_kind", "breaks", "runs",
        "formats", "reconciliation", "requests", "rounds", "marks", "meters", "buckets", "counters", "commitments", "vendors", "fleet",
        "origin", "lines",  # of public logs, which are told in full
    }  # fmt: skip


@given(st.integers(0, 30))
def test_rounding_a_count_never_tells_more_than_its_five(count):
    assert few(count) <= count < few(count) + FEWEST_CALLS
