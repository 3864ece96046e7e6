"""Sums that the client keeps for its /stats view: tokens by day and model, and totals by model.

Where
    `stats-cache.json` below `~/.claude` (or `$CLAUDE_CONFIG_DIR`), versions 1 to 5. Its shape is not documented; third
    parties describe it from their own files.
Which records
    `dailyModelTokens`: one number for each day and model, of kinds that cannot be told apart, so it stands in
    `mixed_tokens`: input and output without cache, or from `dailyModelTokensVersion` 5 on all four kinds. A later
    version may count something else and is not read. `modelUsage`: running totals by model, as one span from
    `firstSessionDate` to the end of `lastComputedDate`. Both are sums of the same calls that transcripts hold.
    `dailyActivity` counts messages, which are no requests.
Units
    Tokens. Days are UTC days; before client 2.1.181 they may be off by one west of Greenwich. Names of one model with
    and without a context suffix are added up. Versions 1 and 2 count a call once for each line of its transcript, 1.8
    to 3.7 times in the public files that were compared; of later ones it is not known. The client rebuilds the file: a
    later one replaces an earlier one even where it is lower, and a total that falls adds nothing; neither is a refund.
    `costUSD` is 0 where the client computed none and then not stated.
Never read
    Ids of sessions.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import BinaryIO

import msgspec
from msgspec import Raw, Struct, field

from generator.importers.base import LARGEST_COUNT, Importer, SkipLineError
from generator.importers.documents import whole
from generator.importers.fold import Extract
from generator.importers.guide import Guide, Verified
from generator.importers.json_lines import BOM, REFUSED, mended, refusal
from generator.importers.rows import UNKNOWN, RowReader, RowResult, Take
from generator.importers.values import ABSENT, amount, is_object, iso_time
from generator.records.models import public_model
from generator.records.rows import SkipReason, SourceRef, Surface, UsageBucket

LONGEST = 16 * 1024 * 1024  # bytes; twenty years of days are a tenth of it
DAY = timedelta(days=1)
INPUT_AND_OUTPUT = "model-input-output"
ALL_KINDS = "model-all-kinds"
LAST_KNOWN = 5  # `dailyModelTokensVersion`; the first that counts all kinds
_DATE = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}")
_DAYS = re.compile(rb'"(?:dailyActivity|dailyModelTokens)"\s*:')
_COMPUTED = re.compile(rb'"lastComputedDate"\s*:')


class Document(Struct, gc=False, frozen=True, rename="camel"):
    """The file."""

    last_computed_date: str | None = None
    first_session_date: str | None = None
    daily_activity: list[Raw] | None = None
    daily_model_tokens: list[Raw] | None = None
    daily_model_tokens_version: int | None = None
    model_usage: Raw = ABSENT


class Day(Struct, gc=False, frozen=True, rename="camel"):
    """One element of `dailyModelTokens`."""

    date: str
    tokens_by_model: dict[str, int]


class Totals(Struct, gc=False, frozen=True, rename="camel"):
    """One value of `modelUsage`."""

    input_tokens: int
    output_tokens: int
    cache_read_input_tokens: int = 0
    cache_creation_input_tokens: int = 0
    cost: float = field(name="costUSD", default=0.0)


_decode = msgspec.json.Decoder(Document).decode
_decode_day = msgspec.json.Decoder(Day).decode
_decode_totals = msgspec.json.Decoder(dict[str, Totals]).decode


def sniff(_path: Path, head: bytes) -> bool:
    """Is it an object with the cache's own keys? Lists of days may run past the head."""
    start = head.removeprefix(BOM).lstrip()
    return start.startswith(b"{") and _COMPUTED.search(start) is not None and _DAYS.search(start) is not None


def take_day(raw: bytes, source: SourceRef, *, kinds: str, as_of: datetime | None) -> RowResult:
    """The buckets of one day, one a model."""
    day = _decode_day(raw)
    start = _midnight(day.date)
    by_model: defaultdict[str, int] = defaultdict(int)
    for name, tokens in day.tokens_by_model.items():
        by_model[public_model(name)] += _count(tokens)
    buckets = tuple(
        UsageBucket(
            report=STATS_CACHE.id,
            start=start,
            end=start + DAY,
            surface=Surface.CLAUDE_CODE,
            model=model,
            grouping=kinds,
            as_of=as_of,
            mixed_tokens=tokens,
            source=source,
        )
        for model, tokens in sorted(by_model.items())
    )
    return RowResult("day", buckets=buckets)


def take_totals(raw: bytes, source: SourceRef, *, start: str | None, end: datetime | None) -> RowResult:
    """The running totals, one bucket a model."""
    by_model: defaultdict[str, list[Totals]] = defaultdict(list)
    for name, totals in _decode_totals(raw).items():
        by_model[public_model(name)].append(totals)
    if end is None or start is None:
        raise SkipLineError(SkipReason.NO_TIME)
    began = _midnight(start) if _DATE.fullmatch(start) else iso_time(start)
    if began >= end:
        raise SkipLineError(SkipReason.BAD_FIELD)
    buckets = tuple(
        UsageBucket(
            report=STATS_CACHE.id,
            start=began,
            end=end,
            surface=Surface.CLAUDE_CODE,
            model=model,
            grouping="model",
            as_of=end,
            cumulative=True,
            input_tokens=sum(_count(one.input_tokens) for one in same),
            cache_read_tokens=sum(_count(one.cache_read_input_tokens) for one in same),
            cache_write_tokens=sum(_count(one.cache_creation_input_tokens) for one in same),
            output_tokens=sum(_count(one.output_tokens) for one in same),
            cost_usd=sum(amount(one.cost) for one in same) or None,
            source=source,
        )
        for model, same in sorted(by_model.items())
    )
    return RowResult("totals", buckets=buckets)


def _midnight(date: str) -> datetime:
    if not _DATE.fullmatch(date):
        raise SkipLineError(SkipReason.BAD_FIELD)
    try:
        return datetime.fromisoformat(date).replace(tzinfo=UTC)
    except ValueError:
        raise SkipLineError(SkipReason.BAD_FIELD) from None


def _count(tokens: int) -> int:
    if tokens < 0:
        raise SkipLineError(SkipReason.NEGATIVE_COUNT)
    if tokens > LARGEST_COUNT:
        raise SkipLineError(SkipReason.BAD_FIELD)
    return tokens


def _computed(date: str | None) -> datetime | None:
    """The end of the last day that the file holds."""
    try:
        return _midnight(date[:10]) + DAY if date else None
    except SkipLineError:
        return None


def read(stream: BinaryIO, _path: Path, index: int, _key: bytes) -> Extract:
    """Read one open file, the `index`-th of its evidence: a row for each day, and one for the totals."""
    rows = RowReader(index, STATS_CACHE.id)
    raw = whole(stream, rows.count, longest=LONGEST)
    if not raw:
        return rows.extract()
    try:
        document = _decode(mended(raw))
    except REFUSED:
        rows.count.skip(refusal(mended(raw)))
        return rows.extract()
    rows.count.read = 0  # the document is understood; its rows are its days and its totals
    for part, take in _parts(document):
        rows.count.read += 1
        rows.json(part, take)
    return rows.extract()


def _parts(document: Document) -> Iterator[tuple[bytes, Take]]:
    """Every row of the document, with what takes it."""
    as_of = _computed(document.last_computed_date)
    version = document.daily_model_tokens_version or 0
    for day in document.daily_activity or ():
        yield bytes(day), partial(_counted, kind="day-activity")
    for day in document.daily_model_tokens or ():
        known = version <= LAST_KNOWN
        kinds = ALL_KINDS if version == LAST_KNOWN else INPUT_AND_OUTPUT
        yield bytes(day), partial(take_day, kinds=kinds, as_of=as_of) if known else partial(_counted, kind=UNKNOWN)
    if is_object(document.model_usage):
        yield bytes(document.model_usage), partial(take_totals, start=document.first_session_date, end=as_of)


def _counted(_raw: bytes, _source: SourceRef, *, kind: str) -> RowResult:
    return RowResult(kind)


STATS_CACHE = Importer(
    id="stats-cache",
    title="Statistics cache of Claude Code",
    how="Claude Code writes it by itself: stats-cache.json in the folder .claude of your home folder. The view /stats "
    "shows it and brings it up to date.",
    surface=Surface.CLAUDE_CODE,
    sniff=sniff,
    read=read,
    guide=Guide(
        where="On the computer where you work, the file stats-cache.json in the folder .claude of your home folder, or "
        "in the folder that the variable CLAUDE_CONFIG_DIR names.",
        get=(
            "Type /stats in Claude Code once: the client then brings the file up to the day before.",
            "Copy the file and put it beside the transcripts.",
            "Keep a copy from time to time: the client overwrites it, and two copies show what changed.",
        ),
        shows=(
            "Tokens of each day and model, also of days whose transcripts are deleted.",
            "Running totals of input, output and cache tokens by model.",
        ),
        hides=(
            "In versions 1 and 2 a call counts once for each line that the transcript has of it, with all of its "
            "tokens: the numbers, and those that /stats shows, are 1.8 to 3.7 times too high in the files that were "
            "compared. More tokens here do not mean that the transcripts lack calls.",
            "A day's number mixes kinds of tokens: input and output in older files, all four in newer ones. The two "
            "cannot be compared.",
            "The totals are running ones: adding up two copies doubles them.",
            "After a change of its format the client builds the file anew from the transcripts that are left, so it "
            "can fall. That is not a refund.",
            "Older clients leave sub-agents out (before 2.1.89), which makes it lower.",
            "It may be weeks behind: the date of its last day is in it, not the date of the file.",
        ),
        private="Ids of sessions. None of it is kept.",
        verified=Verified.REAL_FILES,
        tried="6 files of 6 public repositories, versions 1 to 3, of December 2025 to May 2026: every row was read.",
        sources=(
            "https://code.claude.com/docs/en/claude-directory",
            "https://github.com/ryoppippi/ccusage/discussions/754",
        ),
    ),
    reports=True,
    spelling=(b'"lastComputedDate"', b'"dailyActivity"', b'"dailyModelTokens"', b'"modelUsage"', b'"totalSessions"'),
)
