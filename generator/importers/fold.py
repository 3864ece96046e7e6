"""Each call once: copies of a call or a mark, in one file or in many, become one record.

One answer stands on several transcript lines, and resumes, forks, sub-agent files and progress lines copy it.
Which copy owns it, and which one tells its final usage, are two total orders, so the result depends neither on
the order of files nor on how they are dealt to processes (research/log-formats.md 1.7).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from generator.records.rows import (
    CounterReading,
    Mark,
    MarkKind,
    MeterReading,
    Pseudonym,
    Request,
    SourceRef,
    Tally,
    UsageBucket,
)


class RequestCopy(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What one file says of one call."""

    request: Request
    sidechain: bool  # read in a sub-agent's thread
    named: bool  # the file's name equals the session id: the session's own transcript, not a fork's
    began: datetime  # first line of this copy; merging moves `request.first_seen`, but must not move the rank
    format: str = "claude-code"  # id of the importer
    message: bool = True  # is `request.id` made of the API's message id? Else of a weaker name
    request_id: Pseudonym = ""  # of the `request-id` header, where the format has it
    rounds: tuple[Request, ...] = ()  # rounds of the answer that its counts leave out
    alias: Pseudonym = ""  # of the message id alone, where `request.id` is made of more: a relay's may name many calls

    @property
    def rank(self) -> tuple[bool, bool, bool, datetime, int, int]:
        """Smallest owns the call: direct lines, then main thread, then the session's own file, then earliest."""
        source = self.request.source
        return (self.request.nested, self.sidechain, not self.named, self.began, source.file, source.line)


class MarkCopy(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What one file says of one mark. `id` is a pseudonym of the line's id; "" cannot be recognised again."""

    id: str
    mark: Mark
    named: bool
    format: str = "claude-code"

    @property
    def rank(self) -> tuple[bool, datetime, int, int]:
        """Smallest is kept."""
        return (not self.named, self.mark.at, self.mark.source.file, self.mark.source.line)


class Extract(msgspec.Struct):
    """What one or more files gave. `repeated` counts mark copies that were dropped.

    Keys of `calls` name a call within one format: `request.id` for transcripts, with the format before it for others.
    """

    calls: dict[str, RequestCopy] = {}
    marks: list[MarkCopy] = []
    meters: list[MeterReading] = []
    buckets: list[UsageBucket] = []
    counters: list[CounterReading] = []
    tallies: dict[int, Tally] = {}
    repeated: dict[MarkKind, int] = {}


def fold(extracts: Iterable[Extract]) -> Extract:
    """All extracts as one, with every call, every mark and every reading once."""
    calls: dict[str, RequestCopy] = {}
    marks: dict[tuple[str, MarkKind], MarkCopy] = {}
    meters: dict[tuple[object, ...], MeterReading] = {}
    counters: dict[tuple[object, ...], CounterReading] = {}
    folded = Extract(calls=calls)
    for extract in extracts:
        for call_id, copy in extract.calls.items():
            known = calls.get(call_id)
            calls[call_id] = copy if known is None else merged(known, copy)
        for mark in extract.marks:
            _keep(mark, marks, folded)
        for kind, dropped in extract.repeated.items():
            folded.repeated[kind] = folded.repeated.get(kind, 0) + dropped
        for meter in extract.meters:
            same = (meter.account, meter.window, meter.at, meter.used)
            meters[same] = min(meter, meters.get(same, meter), key=_meter_rank)
        for counter in extract.counters:
            as_known = (counter.session, counter.counter, counter.at, counter.value)
            counters[as_known] = min(counter, counters.get(as_known, counter), key=_counter_rank)
        folded.buckets += extract.buckets
        folded.tallies.update(extract.tallies)
    folded.marks += marks.values()
    folded.meters += meters.values()
    folded.counters += counters.values()
    return folded


def _meter_rank(reading: MeterReading) -> tuple[bool, SourceRef]:
    """Smallest is kept of equal readings: one that knows its reset, then the first that was read."""
    return (reading.resets_at is None, reading.source)


def _counter_rank(reading: CounterReading) -> SourceRef:
    return reading.source


def _keep(copy: MarkCopy, marks: dict[tuple[str, MarkKind], MarkCopy], folded: Extract) -> None:
    if not copy.id:
        folded.marks.append(copy)
        return
    key = (copy.id, copy.mark.kind)
    known = marks.setdefault(key, copy)
    if known is copy:
        return
    folded.repeated[copy.mark.kind] = folded.repeated.get(copy.mark.kind, 0) + 1
    if copy.rank < known.rank:
        marks[key] = copy


def merged(one: RequestCopy, two: RequestCopy) -> RequestCopy:
    """Both copies of a call as one: place and parent from the owner, usage from the most final answer."""
    owner, other = (one, two) if one.rank <= two.rank else (two, one)
    here, there = owner.request, other.request
    final = max(here, there, key=finality)
    missed = max(here, there, key=lambda request: (request.missed_tokens or 0, request.miss_reason or ""))
    request = msgspec.structs.replace(
        here,
        model=final.model,
        gateway=here.gateway and there.gateway,
        opening_read_tokens=final.opening_read_tokens,
        opening_prompt_tokens=final.opening_prompt_tokens,
        left_tokens=final.left_tokens,
        context_tokens=final.context_tokens,
        compacted=final.compacted,
        web_searches=_larger(here.web_searches, there.web_searches),
        thought=here.thought or there.thought,
        first_seen=min(here.first_seen, there.first_seen),
        ended=max(here.ended, there.ended),
        input_tokens=final.input_tokens,
        cache_read_tokens=final.cache_read_tokens,
        cache_write_tokens=final.cache_write_tokens,
        cache_write_5m_tokens=final.cache_write_5m_tokens,
        cache_write_1h_tokens=final.cache_write_1h_tokens,
        output_tokens=final.output_tokens,
        output_reliable=final.output_reliable,
        service_tier=final.service_tier,
        speed=final.speed,
        stop_reason=final.stop_reason,
        miss_reason=missed.miss_reason,
        missed_tokens=missed.missed_tokens,
        region=final.region,
        file_reads=_larger(here.file_reads, there.file_reads),
        file_edits=_larger(here.file_edits, there.file_edits),
        lines=here.lines + there.lines,
    )
    rounds = max(one.rounds, two.rounds, key=_rounds_rank)
    return msgspec.structs.replace(
        owner, request=request, request_id=max(one.request_id, two.request_id), rounds=rounds
    )


def _rounds_rank(rounds: tuple[Request, ...]) -> tuple[int, int, tuple[int, int]]:
    """Largest is kept: most rounds, most tokens; the place only makes the order total."""
    place = rounds[0].source if rounds else SourceRef(0, 0)
    return (len(rounds), sum(one.total_tokens + one.output_tokens for one in rounds), (-place.file, -place.line))


def _larger(one: int | None, two: int | None) -> int | None:
    """The larger of two counts; one that is not known counts for nothing."""
    return one if two is None or (one is not None and one > two) else two


def finality(request: Request) -> tuple[bool, bool, int, int, int, int, int, int, str, str, str, str, str]:
    """Order of usage: a final answer beats one with a stop reason, that a streaming placeholder, then larger output.

    The rest only makes the order total, so that damaged copies fold to the same record in any order.
    """
    return (
        request.output_reliable,
        request.stop_reason is not None,
        request.output_tokens,
        request.input_tokens,
        request.cache_read_tokens,
        request.cache_write_tokens,
        -1 if request.cache_write_5m_tokens is None else request.cache_write_5m_tokens,
        -1 if request.cache_write_1h_tokens is None else request.cache_write_1h_tokens,
        request.stop_reason or "",
        request.service_tier or "",
        request.speed or "",
        request.region or "",
        request.model,
    )
