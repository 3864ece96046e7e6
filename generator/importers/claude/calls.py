"""From usage lines to calls: the lines of one answer in one file become one request."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache, partial

import msgspec
from msgspec import Raw

from generator.importers.base import LARGEST_COUNT, SkipLineError
from generator.importers.claude import answers
from generator.importers.claude.lines import (
    ABSENT,
    Message,
    Usage,
    decode_diagnostics,
)
from generator.importers.claude.naming import is_resold, message_of
from generator.importers.claude.rounds import NONE, Round, rounds_of
from generator.importers.fold import RequestCopy
from generator.importers.json_lines import REFUSED
from generator.records.models import public_model
from generator.records.pseudonyms import known_version, pseudonym
from generator.records.rows import (
    Entrypoint,
    MissReason,
    Region,
    Request,
    Role,
    ServiceTier,
    SkipReason,
    SourceRef,
    Speed,
    StopReason,
    Surface,
)

NO_MISS = (0, "")  # (missed tokens, reason)

FINAL_USAGE_SINCE = (2, 1, 97)  # "per-block entries now carry the final token usage" (Claude Code changelog)
EFFORTS = frozenset({"low", "medium", "high", "xhigh", "max"})

COMPACTS = "acompact"  # how the client names the agent that writes a summary of the conversation
_UNNAMED: dict[str | None, None] = {None: None, "": None}
_STOPS = {str(reason): reason for reason in StopReason} | _UNNAMED
_MISSES = {str(reason): reason for reason in MissReason} | _UNNAMED
_TIERS = {str(tier): tier for tier in ServiceTier} | _UNNAMED
_REGIONS = {str(region): region for region in Region} | {"not_available": None} | _UNNAMED
_SPEEDS = {str(speed): speed for speed in Speed} | _UNNAMED
_ENTRYPOINTS = {str(entrypoint): entrypoint for entrypoint in Entrypoint} | _UNNAMED
"""Members of public lists by the name in a log; a name outside of its list is OTHER."""


class Place(msgspec.Struct, frozen=True, gc=False):
    """Where and when a line stands. Strings are raw ids; they stay inside the reader of one file."""

    session: str
    agent: str
    at: datetime
    number: int
    sidechain: bool


class Cause(msgspec.Struct, frozen=True, gc=False):
    """What lies between an answer and the call before it, as the format knows it. Strings are raw ids."""

    parent: str = ""  # line it hangs under
    follows: str = ""  # name of the call above it in the tree of lines
    started: datetime | None = None
    words: int | None = None
    result_bytes: int | None = None
    blocks: int | None = None  # blocks of content since the first line of the call before
    thinking: bool = False  # the prompt's line says that thinking was on


class Call(msgspec.Struct, gc=False):
    """One call while its file is read."""

    place: Place  # of its first line
    model: str  # of the usage
    usage: Usage  # the most final so far, with its stop reason
    stop_reason: str | None
    ended: datetime
    first_seen: datetime
    cause: Cause
    first_output: int
    version: str
    entrypoint: str | None
    effort: str | None
    nested: bool
    request_id: str = ""
    lines: int = 1
    miss: tuple[int, str] = NO_MISS  # the largest stated
    tools: dict[str, str] | None = None  # tool uses by their id, so that a copied line counts once
    thought: bool = False
    whole: bool = False


def checked(message: Message, usage: Usage) -> str:
    """Id of a real call whose counts can be counts. Raises SkipLineError."""
    if not message.id:
        raise SkipLineError(SkipReason.NO_ID)
    split = usage.cache_creation
    if (
        0 <= usage.input_tokens <= LARGEST_COUNT
        and 0 <= usage.output_tokens <= LARGEST_COUNT
        and 0 <= (usage.cache_read_tokens or 0) <= LARGEST_COUNT
        and 0 <= (usage.cache_write_tokens or 0) <= LARGEST_COUNT
        and (split is None or 0 <= (split.five_minutes or 0) <= LARGEST_COUNT)
        and (split is None or 0 <= (split.one_hour or 0) <= LARGEST_COUNT)
    ):
        return message.id
    counts = [usage.input_tokens, usage.output_tokens, usage.cache_read_tokens, usage.cache_write_tokens]
    counts += [split.five_minutes, split.one_hour] if split else []
    negative = any(tokens is not None and tokens < 0 for tokens in counts)
    raise SkipLineError(SkipReason.NEGATIVE_COUNT if negative else SkipReason.BAD_FIELD)


def is_count(value: int | None) -> bool:
    """Can the number be a count of anything?"""
    return value is not None and 0 <= value <= LARGEST_COUNT


def opened(
    message: Message,
    usage: Usage,
    place: Place,
    cause: Cause,
    *,
    client: tuple[str, str | None, str | None],
    nested: bool,
    request_id: str = "",
) -> Call:
    """The call as its first line tells it. `client` is (version, entrypoint, effort)."""
    version, entrypoint, effort = client
    return Call(
        place=place,
        model=message.model or "",
        usage=usage,
        stop_reason=message.stop_reason,
        first_seen=place.at,
        ended=place.at,
        cause=cause,
        first_output=usage.output_tokens,
        version=version,
        entrypoint=entrypoint,
        effort=effort,
        nested=nested,
        request_id=request_id,
        miss=NO_MISS if message.diagnostics is ABSENT else _stated_miss(message.diagnostics),
        tools=answers.tools_of(message.content),
        thought=answers.holds_thinking(message.content),
        whole=answers.holds_several(message.content),
    )


def extend(call: Call, message: Message, usage: Usage, at: datetime) -> None:
    """Add one more line of the same answer."""
    call.lines += 1
    if at > call.ended:
        call.ended = at
    elif at < call.first_seen:
        call.first_seen = at
    final, output = message.stop_reason is not None, usage.output_tokens
    if (final, output) > (call.stop_reason is not None, call.usage.output_tokens):
        call.usage, call.stop_reason, call.model = usage, message.stop_reason, message.model or call.model
    call.thought = call.thought or answers.holds_thinking(message.content)
    if message.diagnostics is not ABSENT:
        call.miss = max(call.miss, _stated_miss(message.diagnostics))
    tools = answers.tools_of(message.content)
    if tools is not None:
        call.tools = tools if call.tools is None else call.tools | tools


def closed(
    call_id: str,
    call: Call,
    thread: tuple[str, str],
    *,
    file: int,
    stem: str,
    key: bytes,
    surface: Surface = Surface.CLAUDE_CODE,
) -> RequestCopy:
    """The call as a record. `thread` holds the pseudonyms of session and agent.

    Ids are pseudonymised, names compared with public lists.
    """
    usage = call.usage
    split = usage.cache_creation
    version = known_version(call.version)
    stop = call.stop_reason
    missed, reason = call.miss
    place = call.place
    cause = call.cause
    model = public_model(call.model)
    rounds = NONE if usage.iterations is ABSENT else rounds_of(usage.iterations, call.model)
    request = Request(
        id=_message(call_id, key),
        session=thread[0],
        agent=thread[1],
        parent=pseudonym("line", cause.parent, key),
        follows=_message(cause.follows, key),
        gateway=is_resold(call_id, call.request_id),
        role=Role.COMPACTION if place.agent.startswith(COMPACTS) else None,
        surface=surface,
        version=version,
        entrypoint=_ENTRYPOINTS.get(call.entrypoint, Entrypoint.OTHER),
        model=model,
        started=cause.started,
        first_seen=call.first_seen,
        ended=call.ended,
        input_tokens=usage.input_tokens,
        cache_read_tokens=usage.cache_read_tokens or 0,
        cache_write_tokens=usage.cache_write_tokens or 0,
        cache_write_5m_tokens=split.five_minutes if split else None,
        cache_write_1h_tokens=split.one_hour if split else None,
        output_tokens=usage.output_tokens,
        output_reliable=stop is not None and _final_usage(version),
        service_tier=_TIERS.get(usage.service_tier, ServiceTier.OTHER),
        speed=_SPEEDS.get(usage.speed, Speed.OTHER),
        stop_reason=_STOPS.get(stop, StopReason.OTHER),
        prompt_words=cause.words,
        miss_reason=_MISSES.get(reason, MissReason.OTHER),
        missed_tokens=missed or None,
        effort=call.effort and (call.effort if call.effort in EFFORTS else "other"),
        region=_REGIONS.get(usage.inference_geo, Region.OTHER),
        first_output_tokens=call.first_output,
        result_bytes=cause.result_bytes,
        file_reads=answers.uses(call.tools, answers.READERS),
        file_edits=answers.uses(call.tools, answers.EDITORS),
        opening_read_tokens=None if rounds.first is None else rounds.first.read or 0,
        opening_prompt_tokens=None if rounds.first is None else rounds.first.prompt,
        left_tokens=None if rounds.last is None else rounds.last.left,
        context_tokens=None if rounds.last is None else rounds.last.prompt,
        compacted=bool(rounds.outside) and any(role is Role.COMPACTION for role, _ in rounds.outside),
        web_searches=answers.searches(usage),
        thought=call.thought,
        whole=call.whole,
        thinking_asked=cause.thinking,
        added_blocks=cause.blocks,
        nested=call.nested,
        lines=call.lines,
        source=SourceRef(file, place.number),
    )
    return RequestCopy(
        request,
        place.sidechain,
        stem == place.session,
        call.first_seen,
        request_id=pseudonym("request", call.request_id, key),
        rounds=()
        if not rounds.outside
        else tuple(
            _apart(request, role, one, pseudonym("round", f"{call_id}/{number}", key))
            for number, (role, one) in enumerate(rounds.outside, 1)
        ),
        alias=pseudonym("message", message_of(call_id), key),
    )


_message = lru_cache(maxsize=256)(partial(pseudonym, "message"))
"""Pseudonym of a call's name. A call is named twice: where it is told, and by the one that follows it."""


def _apart(call: Request, role: Role, one: Round, name: str) -> Request:
    """A round of the call that its counts leave out, as a record of its own."""
    split = one.cache_creation
    return Request(
        id=name,
        session=call.session,
        agent=call.agent,
        follows=call.id,
        role=role,
        surface=call.surface,
        version=call.version,
        model=public_model(one.model) if one.model else call.model,
        first_seen=call.first_seen,
        ended=call.ended,
        input_tokens=one.input_tokens,
        cache_read_tokens=one.read or 0,
        cache_write_tokens=one.written or 0,
        cache_write_5m_tokens=split.five_minutes if split else None,
        cache_write_1h_tokens=split.one_hour if split else None,
        output_tokens=one.output_tokens,
        output_reliable=call.output_reliable,
        service_tier=call.service_tier,
        speed=call.speed,
        region=call.region,
        source=call.source,
    )


@lru_cache(maxsize=256)
def _final_usage(version: str) -> bool:
    return bool(version) and tuple(int(part) for part in version.split(".")) >= FINAL_USAGE_SINCE


def _stated_miss(diagnostics: Raw) -> tuple[int, str]:
    try:
        stated = decode_diagnostics(diagnostics)
    except REFUSED:
        return NO_MISS
    miss = stated.cache_miss_reason if stated else None
    if miss is None:
        return NO_MISS
    return (miss.missed or 0 if is_count(miss.missed) else 0, miss.type)
