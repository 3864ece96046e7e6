"""From usage lines to calls: the lines of one answer in one file become one request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple, TypeVar

import msgspec

from generator.importers.base import SkipLineError
from generator.importers.claude_lines import REFUSED, Message, Usage, decode_diagnostics
from generator.importers.fold import CallCopy
from generator.privacy import known_model, known_version
from generator.records import (
    Entrypoint,
    MissReason,
    Request,
    ServiceTier,
    SkipReason,
    SourceRef,
    Speed,
    StopReason,
)

T = TypeVar("T")

LARGEST_COUNT = 10**12  # tokens; beyond it a number is damage, not a count
FINAL_USAGE_SINCE = (2, 1, 97)  # "per-block entries now carry the final token usage" (Claude Code changelog)
EFFORTS = frozenset({"low", "medium", "high", "xhigh", "max"})

_STOPS = {str(reason): reason for reason in StopReason}
_MISSES = {str(reason): reason for reason in MissReason}
_TIERS = {str(tier): tier for tier in ServiceTier}
_SPEEDS = {str(speed): speed for speed in Speed}
_ENTRYPOINTS = {str(entrypoint): entrypoint for entrypoint in Entrypoint}


class Place(NamedTuple):
    """Where and when a line stands. Strings are raw ids; they stay inside the reader of one file."""

    session: str
    agent: str
    at: datetime
    number: int
    sidechain: bool


class Call(msgspec.Struct, gc=False):
    """One call while its file is read."""

    place: Place  # of its first line
    message: Message  # the most final so far, without texts
    ended: datetime
    first_seen: datetime
    parent: str
    started: datetime | None
    words: int | None
    version: str
    entrypoint: str | None
    effort: str | None
    nested: bool
    lines: int = 1
    miss: tuple[int, str] | None = None  # (missed tokens, reason), the largest stated


def utc(at: datetime | None) -> datetime:
    """The time in UTC. Raises SkipLineError where there is none or its zone is not stated."""
    if at is None:
        raise SkipLineError(SkipReason.NO_TIME)
    if at.tzinfo is UTC:
        return at
    if at.tzinfo is None:
        raise SkipLineError(SkipReason.NAIVE_TIME)
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise SkipLineError(SkipReason.BAD_FIELD) from None


def checked(message: Message, usage: Usage) -> str:
    """Id of a real call whose counts can be counts. Raises SkipLineError."""
    if not message.id:
        raise SkipLineError(SkipReason.NO_ID)
    _check(usage.input_tokens)
    _check(usage.output_tokens)
    _check(usage.cache_read_tokens)
    _check(usage.cache_write_tokens)
    if usage.cache_creation is not None:
        _check(usage.cache_creation.five_minutes)
        _check(usage.cache_creation.one_hour)
    return message.id


def _check(tokens: int | None) -> None:
    if tokens is None or 0 <= tokens <= LARGEST_COUNT:
        return
    raise SkipLineError(SkipReason.NEGATIVE_COUNT if tokens < 0 else SkipReason.BAD_FIELD)


def is_count(value: int | None) -> bool:
    """Can the number be a count of anything?"""
    return value is not None and 0 <= value <= LARGEST_COUNT


def opened(
    message: Message,
    place: Place,
    *,
    parent: str,
    started: datetime | None,
    words: int | None,
    client: tuple[str, str | None, str | None],
    nested: bool,
) -> Call:
    """The call as its first line tells it. `client` is (version, entrypoint, effort)."""
    version, entrypoint, effort = client
    return Call(
        place=place,
        message=_without_text(message),
        first_seen=place.at,
        ended=place.at,
        parent=parent,
        started=started,
        words=words,
        version=version,
        entrypoint=entrypoint,
        effort=effort,
        nested=nested,
        miss=_stated_miss(message),
    )


def extend(call: Call, message: Message, at: datetime) -> None:
    """Add one more line of the same answer."""
    call.lines += 1
    call.first_seen = min(call.first_seen, at)
    call.ended = max(call.ended, at)
    if _finality(message) > _finality(call.message):
        call.message = _without_text(message)
    miss = _stated_miss(message)
    if miss is not None and (call.miss is None or miss > call.miss):
        call.miss = miss


def closed(call_id: str, call: Call, *, file: int, stem: str, name: Callable[[str, str], str]) -> CallCopy:
    """The call as a record: ids pseudonymised by `name(kind, raw)`, names compared with public lists."""
    usage = call.message.usage
    assert usage is not None, "only lines with usage open a call"
    split = usage.cache_creation
    version = known_version(call.version)
    stop = call.message.stop_reason
    missed, reason = call.miss or (None, None)
    place = call.place
    request = Request(
        id=name("message", call_id),
        session=name("session", place.session),
        agent=name("agent", place.agent),
        parent=name("line", call.parent),
        version=version,
        entrypoint=_named(_ENTRYPOINTS, call.entrypoint, Entrypoint.OTHER),
        model=known_model(call.message.model or ""),
        started=call.started,
        first_seen=call.first_seen,
        ended=call.ended,
        input_tokens=usage.input_tokens,
        cache_read_tokens=usage.cache_read_tokens or 0,
        cache_write_tokens=usage.cache_write_tokens or 0,
        cache_write_5m_tokens=split.five_minutes if split else None,
        cache_write_1h_tokens=split.one_hour if split else None,
        output_tokens=usage.output_tokens,
        output_reliable=stop is not None and _final_usage(version),
        service_tier=_named(_TIERS, usage.service_tier, ServiceTier.OTHER),
        speed=_named(_SPEEDS, usage.speed, Speed.OTHER),
        stop_reason=_named(_STOPS, stop, StopReason.OTHER),
        prompt_words=call.words,
        miss_reason=_named(_MISSES, reason, MissReason.OTHER),
        missed_tokens=missed or None,
        effort=call.effort and (call.effort if call.effort in EFFORTS else "other"),
        nested=call.nested,
        lines=call.lines,
        source=SourceRef(file, place.number),
    )
    return CallCopy(request, place.sidechain, stem == place.session, call.first_seen)


def _named(names: Mapping[str, T], raw: str | None, other: T) -> T | None:
    """The member of a public list that the log names; `other` for a name outside it."""
    return names.get(raw, other) if raw else None


@lru_cache(maxsize=256)
def _final_usage(version: str) -> bool:
    return bool(version) and tuple(int(part) for part in version.split(".")) >= FINAL_USAGE_SINCE


def _finality(message: Message) -> tuple[bool, int]:
    return (message.stop_reason is not None, message.usage.output_tokens if message.usage else 0)


def _without_text(message: Message) -> Message:
    return Message(model=message.model, id=message.id, stop_reason=message.stop_reason, usage=message.usage)


def _stated_miss(message: Message) -> tuple[int, str] | None:
    if bytes(message.diagnostics) == b"null":
        return None
    try:
        diagnostics = decode_diagnostics(message.diagnostics)
    except REFUSED:
        return None
    miss = diagnostics.cache_miss_reason if diagnostics else None
    if miss is None:
        return None
    return (miss.missed or 0 if is_count(miss.missed) else 0, miss.type)
