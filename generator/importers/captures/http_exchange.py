"""One exchange with the service as a recording holds it, and what it gives: a call, a mark of a failure, meters.

An exchange is a call only if the Messages API of Anthropic itself answered it with usage. Preflights, redirects,
answers out of a browser's cache, other endpoints and other hosts are no calls (research/log-formats.md 3.2); of two
attempts of one call, the refused one is a mark and has no tokens.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from urllib.parse import urlsplit

from generator.importers.base import SkipLineError
from generator.importers.captures import messages_api, usage_answer
from generator.importers.captures.headers import (
    ORGANISATION,
    client,
    header,
    request_id,
    unified_meters,
    unknown_windows,
)
from generator.importers.fold import MarkCopy, RequestCopy
from generator.importers.json_lines import REFUSED, mended
from generator.importers.rows import RowResult
from generator.importers.values import account
from generator.records.pseudonyms import pseudonym
from generator.records.rows import Mark, MarkKind, Pseudonym, SkipReason, SourceRef, Surface

FAILED, REDIRECTED, REFUSED_BY_LIMIT = 400, 300, 429
HOSTS = ("anthropic.com", "claude.ai", "claude.com")
_ORGANISATION = re.compile(r"/api/organizations/([0-9a-fA-F-]{8,64})/usage")


class Kind(StrEnum):
    """What an exchange is about; also what the account of rows calls it."""

    MESSAGES = "messages"
    USAGE = "usage"
    COMPLETION = "completion"  # a chat on claude.ai: its stream states no usage
    OTHER = "other"


NO_USAGE, FAILURE, POLL_ERROR = "no-usage", "api-error", "poll-error"


class Exchange(NamedTuple):
    """One request and its answer. Headers hold wanted names only; times are UTC; `path` tells the organisation."""

    path: str
    status: int
    sent: Mapping[str, str]
    received: Mapping[str, str]
    request: bytes
    body: bytes
    began: datetime | None
    ended: datetime


def address(url: str) -> tuple[str, str]:
    """Host and path in lower case; empty where it is no address."""
    try:
        parts = urlsplit(url)
        return (parts.hostname or "").lower(), parts.path.lower()
    except ValueError:
        return "", ""


def kind(method: str, url: str) -> Kind:
    """What an exchange with this method and address is about."""
    host, path = address(url)
    if not any(host == own or host.endswith(f".{own}") for own in HOSTS):
        return Kind.OTHER
    match method.upper(), path.rstrip("/"):
        case "POST", "/v1/messages":
            return Kind.MESSAGES
        case "GET", "/api/oauth/usage":
            return Kind.USAGE
        case "GET", found if _ORGANISATION.fullmatch(found):
            return Kind.USAGE
        case "POST", found if found.endswith("/completion") and "/chat_conversations/" in found:
            return Kind.COMPLETION
    return Kind.OTHER


def unanswered(method: str, status: int, *, cached: bool = False) -> str:
    """Why an exchange cannot be a call by its outside alone, as the account calls it; "" if it may be one."""
    if method.upper() == "OPTIONS":
        return "preflight"
    if cached or status == 304:  # noqa: PLR2004  Not Modified: the answer came out of the cache
        return "cached"
    if REDIRECTED <= status < FAILED:
        return "redirect"
    return "unanswered" if not status else ""


def poll(exchange: Exchange, source: SourceRef, key: bytes) -> RowResult:
    """Meters that an answer of a usage endpoint states. Raises SkipLineError."""
    if exchange.status >= FAILED:
        return RowResult(POLL_ERROR)
    try:
        answer = usage_answer.decode(mended(exchange.body))
    except REFUSED:
        raise SkipLineError(SkipReason.BAD_FIELD) from None
    named = _ORGANISATION.fullmatch(exchange.path.rstrip("/"))
    owner = named.group(1).lower() if named else header(exchange.received, ORGANISATION).lower()
    if not answer.has_windows:
        return RowResult(NO_USAGE)
    return RowResult(
        Kind.USAGE.value,
        usage_answer.readings(answer, exchange.ended, account(owner, key), source),
        unknown_windows=usage_answer.unknown_windows(answer, mended(exchange.body)),
    )


def messages(exchange: Exchange, source: SourceRef, *, format: str, key: bytes) -> RowResult:
    """The call, or the failure of one, and the meters beside it. Raises SkipLineError."""
    meters = unified_meters(exchange.received, exchange.ended, source, key)
    unknown = unknown_windows(exchange.received)
    asked = messages_api.asked(exchange.request, exchange.sent)
    try:
        answer = _answer(exchange.body) if exchange.status < FAILED else None
        status = exchange.status if exchange.status >= FAILED else None if answer else messages_api.fault(exchange.body)
    except REFUSED:
        raise SkipLineError(SkipReason.BAD_FIELD) from None
    if status is not None:
        mark = _failure(exchange, status, asked, source, format=format, key=key)
        return RowResult(FAILURE, meters, marks=(mark,), unknown_windows=unknown)
    if answer is None:
        return RowResult(NO_USAGE, meters, unknown_windows=unknown)
    call = _call(exchange, answer, asked, source, format=format, key=key)
    return RowResult(Kind.MESSAGES.value, meters, calls=(call,), unknown_windows=unknown)


def _answer(body: bytes) -> messages_api.Answer | None:
    """The answer in the body; None for an empty one, which browsers save for streams."""
    if not body.strip():
        return None
    try:
        return messages_api.answer(body)
    except REFUSED:
        return messages_api.answer(mended(body))


def _call(
    exchange: Exchange,
    answer: messages_api.Answer,
    asked: messages_api.Asked,
    source: SourceRef,
    *,
    format: str,
    key: bytes,
) -> RequestCopy:
    who = client(exchange.sent)
    return messages_api.call(
        answer,
        format=format,
        surface=Surface.CLAUDE_CODE if asked.session or who.version else Surface.API,
        source=source,
        key=key,
        began=exchange.began,
        ended=exchange.ended,
        session=asked.session,
        agent=asked.agent,
        request_id=request_id(exchange.received),
        requested=asked.model,
        client=who,
    )


def _failure(
    exchange: Exchange, status: int, asked: messages_api.Asked, source: SourceRef, *, format: str, key: bytes
) -> MarkCopy:
    thread = (pseudonym("session", asked.session, key), pseudonym("agent", asked.agent, key))
    return failure(
        status, exchange.ended, source, thread=thread, format=format, raw_id=request_id(exchange.received), key=key
    )


def failure(
    status: int,
    at: datetime,
    source: SourceRef,
    *,
    format: str,
    raw_id: str,
    key: bytes,
    thread: tuple[Pseudonym, Pseudonym] = ("", ""),
) -> MarkCopy:
    """A refused attempt as a mark: it was not billed. `thread` holds the pseudonyms of session and agent."""
    kind = MarkKind.LIMIT_REFUSAL if status == REFUSED_BY_LIMIT else MarkKind.API_ERROR
    mark = Mark(kind=kind, session=thread[0], agent=thread[1], at=at, value=status, source=source)
    return MarkCopy(pseudonym("line", raw_id, key), mark, named=False, format=format)
