"""Lines as writers really leave them: without a last line end, and two objects on one line. In every format of lines."""

from __future__ import annotations

import pytest
from test_reader_robustness import SAVED_ONCE, Sample, counts_lines, holds, live_formats

from generator.importers import read_bytes
from generator.records.rows import SkipReason

KEY = b"key of a test"
ONE_A_LINE = [sample for sample in live_formats() if counts_lines(sample)]

each_format = pytest.mark.parametrize("sample", live_formats(), ids=lambda sample: sample.importer.id)


def test_there_are_formats_of_lines_to_try():
    assert len(live_formats()) > 15
    assert len(ONE_A_LINE) > 10


@each_format
def test_a_last_line_counts_with_or_without_its_end(sample):
    """Cases log-1 and real-09: 175 whole lines of a public set were lost as pending."""
    telling = [n for n, line in enumerate(sample.lines) if sample.extract(line + b"\n").tallies[0].types]
    upto = b"\n".join(sample.lines[: telling[-1] + 1])
    ended, bare = sample.extract(upto + b"\n"), sample.extract(upto)
    assert (holds(bare), bare.marks) == (holds(ended), ended.marks)
    assert bare.tallies[0].balances
    assert (bare.tallies[0].read, bare.tallies[0].pending) == (ended.tallies[0].read, ended.tallies[0].pending)


@each_format
def test_every_beginning_of_a_last_line_is_pending_or_skipped_and_tells_nothing(sample):
    if sample.importer.id in {*SAVED_ONCE, "ccusage-json"}:  # documents: their whole rows are read
        return
    line = max(sample.lines, key=len)
    for end in range(1, len(line), max(1, len(line) // 40)):
        extract = sample.extract(line[:end])
        assert (holds(extract), extract.tallies[0].balances) == ({}, True)


def test_objects_on_one_line_are_rows_each_and_places_stay_those_of_the_lines():
    """Case report-26: two writers, or one that was killed between a line and its end."""
    tried = 0
    for sample in ONE_A_LINE:
        first, second, *rest = [line for line in sample.lines if is_plain(sample, line)][:4]
        apart = sample.extract(b"\n".join([first, second, *rest]) + b"\n")
        glued = sample.extract(b"\n".join([first + second, *rest]) + b"\n")
        assert holds(glued) == holds(apart), sample.importer.id
        assert glued.tallies[0].balances
        assert glued.tallies[0].read == 2 + len(rest), sample.importer.id
        lines = {place(record) for record in (*glued.meters, *glued.marks, *glued.buckets)}
        assert lines <= set(range(1, 2 + len(rest))), sample.importer.id
        tried += bool(holds(apart))
    assert tried > 8


def is_plain(sample: Sample, line: bytes) -> bool:
    tally = sample.extract(line + b"\n").tallies[0]
    return line.startswith(b"{") and line.endswith(b"}") and not tally.skipped and not tally.recovered


def place(record) -> int:
    return getattr(record, "mark", record).source.line


def test_a_torn_object_behind_a_whole_one_costs_itself_only():
    sample = next(one for one in ONE_A_LINE if one.importer.id == "proxy-ndjson")
    line = next(one for one in sample.lines if holds(sample.extract(one + b"\n")))
    torn = sample.extract(line + line[: len(line) // 2] + b"\n")
    assert holds(torn) == holds(sample.extract(line + b"\n"))
    assert (torn.tallies[0].read, torn.tallies[0].skipped) == (2, {SkipReason.NOT_JSON: 1})


TRANSCRIPT = b"""{"parentUuid":null,"isSidechain":false,"sessionId":"s","version":"2.1.150","type":"user","uuid":"u1",\
"timestamp":"2026-05-04T10:00:05.000Z","message":{"role":"user","content":"a {} b"}}\
{"parentUuid":"u1","isSidechain":false,"sessionId":"s","version":"2.1.150","type":"assistant","uuid":"u2",\
"timestamp":"2026-05-04T10:00:09.000Z","message":{"model":"claude-opus-4-6","id":"msg_1","content":[],\
"stop_reason":"end_turn","usage":{"input_tokens":3,"cache_read_input_tokens":7,"output_tokens":50}},"requestId":"r"}"""


def test_a_transcript_of_one_glued_line_without_its_end_is_claimed_and_read():
    reading = read_bytes({"a.jsonl": TRANSCRIPT}, key=KEY)
    (call,) = reading.requests
    assert (call.input_tokens, call.cache_read_tokens, call.prompt_words) == (3, 7, 3)
    (tally,) = reading.tallies
    assert (tally.read, tally.used, tally.pending) == (2, 2, 0)


def test_outputs_of_ccusage_that_were_joined_are_all_read():
    row = (
        '{"daily": [{"date": "2026-08-1%d", "inputTokens": 4, "outputTokens": 2, "cacheCreationTokens": 0, '
        '"cacheReadTokens": 1, "totalTokens": 7, "totalCost": 0.9, "modelsUsed": [], "modelBreakdowns": []}]}'
    )
    for joined in (row % 1 + row % 2, row % 1 + "\n" + row % 2, f"{row % 1}\n{row % 2}\n".replace("[{", "[\n  {")):
        reading = read_bytes({"daily.json": joined.encode()}, key=KEY)
        assert sorted(bucket.start.day for bucket in reading.buckets) == [11, 12]
        assert reading.tallies[0].balances
