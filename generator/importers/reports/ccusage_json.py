"""Reports of ccusage: what many people have left of months whose transcripts are gone.

Where
    The output of `ccusage daily|weekly|monthly|session|blocks --json`, saved as a file, or several of them, one a line.
Which records
    Buckets by model. They are sums of transcripts that were there when ccusage ran: compared with calls, never added.
    Rows of other vendors' models, and gaps between blocks, are counted by name. From version 20 on a row of any report
    but blocks has its day, week, month or session under `period`, and says under `agent` whose calls it sums: rows of
    other programs (codex, opencode, ...) are counted by name, of a row of `all` with `agents` the part of claude is
    taken, and of one without, sums that may hold calls of other programs are grouped apart.
Units
    Tokens; `inputTokens` leaves cached ones out, as transcripts do. Blocks and the ends of a session are UTC. A day,
    week or month is of the zone that ccusage ran in, which the file does not say (docs, --timezone): the bucket
    takes the UTC day of the same date, and its grouping says `local`.
Never read
    Names of projects and sessions leave as pseudonyms. Dollars, which ccusage computes from a price list.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import BinaryIO, NamedTuple

from generator.importers import tables
from generator.importers.base import HEAD_BYTES, LONGEST_LINE, Importer, SkipLineError
from generator.importers.fold import Extract
from generator.importers.gateways.counts import summed
from generator.importers.gateways.models import gateway_model
from generator.importers.gateways.rows import OTHER_VENDOR, spells
from generator.importers.guide import Guide, Verified
from generator.importers.json_lines import BOM, REFUSED, glued, has_later_object, mended, refusal
from generator.importers.reports.ccusage_rows import ALL, Row, Sums, decode, decode_document, of_claude, spelled_out
from generator.importers.rows import UNKNOWN, RowReader, RowResult
from generator.importers.values import iso_time
from generator.records.models import OTHER
from generator.records.pseudonyms import SEPARATOR, pseudonym
from generator.records.rows import ModelId, SkipReason, SourceRef, Surface, UsageBucket

GAP, MIXED, OTHER_PROGRAM = "gap", "mixed-vendors", "other-program"
WEEK = timedelta(days=7)
LAST = timedelta(seconds=1)  # a session's last moment belongs to it


class Span(NamedTuple):
    """What a row is a row of: `name` for the tally, `group` for what it is split by besides the model."""

    name: str
    start: datetime
    end: datetime
    grouping: str
    group: str


class Share(NamedTuple):
    """What one model has of a row: its public id, None for another vendor's, and its name as written."""

    model: ModelId | None
    name: str
    sums: Sums


def take(raw: bytes, source: SourceRef, *, report: str, project: str, key: bytes) -> RowResult:
    """The buckets of one row."""
    row = decode(raw)
    if row.is_gap:
        return RowResult(GAP)
    own = of_claude(spelled_out(row, report))
    if own is None:
        return RowResult(OTHER_PROGRAM)
    row = own
    span = _span(row, project)
    if span is None:
        return RowResult(UNKNOWN)
    parts = list(_parts(row))
    ours = [part for part in parts if part.model is not None]
    if not ours:
        return RowResult(OTHER_VENDOR if parts else MIXED)
    return RowResult(span.name, buckets=tuple(_bucket(span, part, source, key) for part in ours))


def _span(row: Row, project: str) -> Span | None:
    """Raises SkipLineError for a time that cannot be used."""
    by_project = "-project" if project else "-programs" if row.agent == ALL else ""
    if row.date:
        start, end = tables.day(row.date)
        return Span("daily", start, end, f"local-day{by_project}-model", project)
    if row.week:
        start, _ = tables.day(row.week)
        return Span("weekly", start, start + WEEK, f"local-week{by_project}-model", project)
    if row.month:
        start, _ = tables.day(f"{row.month[:7]}-01")
        end, _ = tables.day(f"{start.year + start.month // 12:04d}-{start.month % 12 + 1:02d}-01")
        return Span("monthly", start, end, f"local-month{by_project}-model", project)
    begin, end_text = row.start_time or row.block_start, row.end_time or row.block_end
    if begin and end_text:
        return Span("block", *_ordered(begin, end_text), "block", "")
    session = row.session_id or row.session
    if session:
        if not row.first_activity or not row.last_activity:
            raise SkipLineError(SkipReason.NO_TIME)
        start, last = _ordered(row.first_activity, row.last_activity)
        return Span("session", start, last + LAST, "session-model", f"{row.project_path or project}/{session}")
    return None


def _ordered(first: str, last: str) -> tuple[datetime, datetime]:
    start, end = iso_time(first), iso_time(last)
    if end < start:
        raise SkipLineError(SkipReason.BAD_FIELD)
    return start, end


def _parts(row: Row) -> Iterator[Share]:
    """What each model has of the row; nothing where vendors cannot be told apart."""
    if row.model_breakdowns:
        yield from (Share(gateway_model(name), name, part) for part in row.model_breakdowns if (name := part.name))
        return
    if row.breakdown:
        yield from (Share(gateway_model(name), name, part) for name, part in row.breakdown.items())
        return
    names = row.models_used or row.models or []
    models = {gateway_model(name) for name in names}
    sums = row.token_counts or row
    if len(models) == 1:
        yield Share(models.pop(), "", sums)
    elif None not in models:
        yield Share(OTHER, "", sums)


def _bucket(span: Span, share: Share, source: SourceRef, key: bytes) -> UsageBucket:
    sums, written, read = share.sums, share.sums.cache_creation_tokens, share.sums.cache_read_tokens
    return UsageBucket(
        report=CCUSAGE_JSON.id,
        start=span.start,
        end=span.end,
        surface=Surface.CLAUDE_CODE,
        model=share.model or OTHER,
        group=pseudonym("group", SEPARATOR.join((span.group, share.name)), key),
        grouping=span.grouping,
        input_tokens=summed(sums.input_tokens),
        cache_write_tokens=summed(sums.cache_creation_input_tokens if written is None else written),
        cache_read_tokens=summed(sums.cache_read_input_tokens if read is None else read),
        output_tokens=summed(sums.output_tokens),
        source=source,
    )


def sniff(_path: Path, head: bytes) -> bool:
    """Is it a report of ccusage?"""
    if not head.removeprefix(BOM).lstrip().startswith(b"{"):
        return False
    is_sum = spells(head, "totalTokens") and (spells(head, "cacheCreationTokens") or spells(head, "modelBreakdowns"))
    return is_sum or spells(head, "blocks", "tokenCounts")


def read(stream: BinaryIO, _path: Path, index: int, key: bytes) -> Extract:
    """Read one open file, the `index`-th of its evidence. An output is small; a file above 32 MiB is not read."""
    rows, text = RowReader(index, CCUSAGE_JSON.id), stream.read(LONGEST_LINE + 1)
    rows.count.bytes = len(text)
    if len(text) > LONGEST_LINE:
        rows.count.read += 1
        rows.count.skip(SkipReason.TOO_LONG)
        rows.count.bytes += sum(map(len, iter(lambda: stream.read(LONGEST_LINE), b"")))
        return rows.extract()
    for given in _documents(text):
        for document in glued(given) or (given,):
            _read_document(document, rows, key)
    return rows.extract()


def _documents(text: bytes) -> Iterable[bytes]:
    """The whole text, or its lines where each is an output of its own."""
    first = text.removeprefix(BOM).lstrip().split(b"\n", 1)[0]
    try:
        decode_document(first)
    except REFUSED:
        if not has_later_object(text[:HEAD_BYTES]):
            return (text,) if text.strip() else ()
    return (line for line in text.split(b"\n") if line.strip())


def _read_document(text: bytes, rows: RowReader, key: bytes) -> None:
    try:
        found = list(decode_document(mended(text)).rows())
    except REFUSED:
        rows.count.read += 1
        rows.count.skip(refusal(mended(text)))
        return
    if not found:
        rows.count.read += 1
        rows.count.other += 1
        rows.count.types["no-rows"] += 1
    for row, report, project in found:
        rows.count.read += 1
        rows.json(bytes(row), partial(take, report=report, project=project, key=key))


CCUSAGE_JSON = Importer(
    id="ccusage-json",
    title="Reports of ccusage",
    how="The output of ccusage with --json, saved as a file: ccusage daily --json > daily.json.",
    surface=Surface.CLAUDE_CODE,
    sniff=sniff,
    read=read,
    guide=Guide(
        where="Where you or a script saved it. The tool reads the transcripts on your computer and keeps nothing.",
        get=(
            "Run: npx ccusage daily --json --timezone UTC > daily.json. The zone makes its days the same as here.",
            "For spans of five hours: npx ccusage blocks --json > blocks.json.",
            "If you have older outputs from months whose transcripts were deleted since, take them as they are.",
        ),
        shows=(
            "Tokens of each day, week, month, session or block, and by model where the report splits them, also of "
            "months of which nothing else is left.",
        ),
        hides=(
            "Its sums come from the same transcripts: they are compared with calls and never added to them.",
            "Older versions counted copies of a call more than once, and clients before 2.1.97 wrote placeholders "
            "for output tokens: a difference to another log may be one of these.",
            "A day is of the time zone that ccusage ran in, and the file does not say which. A session without its "
            "first moment has no span and is not read.",
            "Versions from 20 on add up the calls of all programs on the computer. Run ccusage claude daily --json, or "
            "add --by-agent, so that those of Claude Code can be told apart.",
            "Blocks are computed from the transcripts and are not the windows of the service's meter. Dollars are list "
            "prices and nobody's bill; they are not read.",
        ),
        private="Names of projects and sessions; they leave as pseudonyms.",
        verified=Verified.THIRD_PARTY,
        sources=(
            "https://ccusage.com/guide/json-output",
            "https://ccusage.com/guide/blocks-reports",
            "https://github.com/ryoppippi/ccusage",
        ),
    ),
    gives=frozenset(),
    reports=True,
    spelling=(b'"modelBreakdowns"', b'"cacheCreationTokens"', b'"totalCost"', b'"totalTokens"', b'"modelsUsed"'),
    authority=40,
)
