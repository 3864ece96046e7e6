"""Answers of the Messages API as captures hold them: a body, a stream of events, headers, and the request before.

What a proxy log, a browser recording, a folder of raw bodies and a response log share. Shapes: Anthropic's API
reference (messages, streaming, rate limits) and research/log-formats.md 3.1; the `unified` headers of subscriptions
are documented by third parties only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec
from msgspec import Raw, Struct

from generator.importers.base import SkipLineError
from generator.importers.claude_calls import Place, checked, closed, opened
from generator.importers.claude_lines import ABSENT, Message, Usage
from generator.importers.fold import CallCopy
from generator.importers.json_lines import REFUSED, mended
from generator.importers.snapshots import EPOCH_SECONDS, account, amount, to_minute
from generator.privacy import known_model, pseudonym
from generator.records import MeterReading, ModelId, Pseudonym, SkipReason, SourceRef, Surface, Window

LARGEST_SHARE = 1000.0
UNIFIED = {"5h": Window.FIVE_HOUR, "7d": Window.SEVEN_DAY}
_SESSION = re.compile(r"(?:_session_|\"session_id\"\s*:\s*\")([0-9a-fA-F-]{36})")


class Answer(NamedTuple):
    """One answer: its message with final usage, whether its end is there, and the placeholder it began with."""

    message: Message
    is_final: bool
    first_output: int | None = None


class Asked(NamedTuple):
    """What a request body says: the model that was asked for and the raw session id ("" where it names none)."""

    model: ModelId | None
    session: str


class _Metadata(Struct, gc=False, frozen=True):
    user_id: str | None = None


class _Body(Struct, gc=False, frozen=True):
    model: str | None = None
    metadata: _Metadata | None = None


class _Event(Struct, gc=False, frozen=True):
    type: str = ""
    message: Message | None = None
    usage: Raw = ABSENT
    delta: Raw = ABSENT


class _Delta(Struct, gc=False, frozen=True):
    stop_reason: str | None = None


class _DeltaUsage(Struct, gc=False, frozen=True):
    input_tokens: int | None = None
    cache_creation_input_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    output_tokens: int | None = None


_decode_message = msgspec.json.Decoder(Message).decode
_decode_body = msgspec.json.Decoder(_Body).decode
_decode_event = msgspec.json.Decoder(_Event).decode
_decode_delta = msgspec.json.Decoder(_Delta | None).decode
_decode_delta_usage = msgspec.json.Decoder(_DeltaUsage | None).decode


def asked(body: bytes) -> Asked:
    """What the body of a request says; nothing where it cannot be read.

    Claude Code puts its session id into `metadata.user_id`, as `..._session_<uuid>` or inside a JSON string.
    """
    try:
        request = _decode_body(mended(body))
    except REFUSED:
        return Asked(None, "")
    user = request.metadata.user_id if request.metadata else None
    found = _SESSION.search(user or "")
    return Asked(known_model(request.model) if request.model else None, found.group(1).lower() if found else "")


def body_answer(body: bytes) -> Answer | None:
    """The answer in a body that came whole; None where it holds no usage (an error, another endpoint).

    Raises what the decoder raises.
    """
    message = _decode_message(body)
    return Answer(message, is_final=True) if message.usage is not None else None


def stream_answer(text: bytes) -> Answer | None:
    """The answer in the text of server-sent events; None where no message begins in it.

    `message_start` states the input and a placeholder of the output; each `message_delta` states totals so far, so
    the last one wins and none is added (Anthropic docs, streaming). An event that cannot be read is passed over.
    """
    message: Message | None = None
    usage: Usage | None = None
    first, stop, final = None, None, False
    for line in text.splitlines():
        if not line.startswith(b"data:"):
            continue
        try:
            event = _decode_event(mended(line[len(b"data:") :].strip()))
            if event.type == "message_start" and event.message is not None and event.message.usage is not None:
                if message is not None:
                    break  # a second answer in one body: not a shape that any capture has
                message, usage = event.message, event.message.usage
                first = usage.output_tokens
            elif event.type == "message_delta" and usage is not None:
                usage, final = _updated(usage, _decode_delta_usage(event.usage)), True
                delta = _decode_delta(event.delta)
                stop = delta.stop_reason if delta and delta.stop_reason else stop
        except REFUSED:
            continue
    if message is None:
        return None
    whole = msgspec.structs.replace(message, usage=usage, stop_reason=stop or message.stop_reason)
    return Answer(whole, final, first)


def _updated(usage: Usage, delta: _DeltaUsage | None) -> Usage:
    if delta is None:
        return usage
    written = delta.cache_creation_input_tokens
    return msgspec.structs.replace(
        usage,
        input_tokens=usage.input_tokens if delta.input_tokens is None else delta.input_tokens,
        cache_write_tokens=usage.cache_write_tokens if written is None else written,
        cache_read_tokens=usage.cache_read_tokens
        if delta.cache_read_input_tokens is None
        else delta.cache_read_input_tokens,
        output_tokens=usage.output_tokens if delta.output_tokens is None else delta.output_tokens,
    )


def answer(body: bytes) -> Answer | None:
    """The answer in a body of either kind. Raises what the decoder raises."""
    start = body.lstrip()[:16]
    return stream_answer(body) if start.startswith((b"event:", b"data:", b":")) else body_answer(body)


def call(
    found: Answer,
    *,
    format: str,
    surface: Surface,
    source: SourceRef,
    key: bytes,
    began: datetime | None,
    ended: datetime,
    session: str = "",
    agent: str = "",
    request_id: str = "",
    requested: ModelId | None = None,
) -> CallCopy:
    """The call as one copy of it. `session`, `agent` and `request_id` are raw; times are UTC.

    `began` is when the request was sent, None where the capture does not say. Raises SkipLineError for usage that
    cannot be one, or an answer with no id at all.
    """
    message, usage = found.message, found.message.usage
    if usage is None:
        raise SkipLineError(SkipReason.BAD_FIELD)
    named = bool(message.id)
    name = message.id or request_id
    if not name:
        raise SkipLineError(SkipReason.NO_ID)
    checked(msgspec.structs.replace(message, id=name), usage)
    place = Place(session, agent, ended, source.line, sidechain=False)
    line = opened(
        message,
        usage,
        place,
        parent="",
        started=began,
        words=None,
        result_bytes=None,
        client=("", None, None),
        nested=False,
        request_id=request_id,
    )
    chain = (pseudonym("session", session, key), pseudonym("agent", agent, key))
    copy = closed(name, line, chain, file=source.file, stem="", key=key)
    request = msgspec.structs.replace(
        copy.request,
        id=pseudonym("message" if named else "request", name, key),
        surface=surface,
        output_reliable=found.is_final,
        first_output_tokens=found.first_output,
        requested_model=requested,
    )
    return msgspec.structs.replace(copy, request=request, format=format, message=named, named=False)


def header(headers: Mapping[str, str], *names: str) -> str:
    """The first header that is there, whatever the case of its name; "" for none."""
    lowered = {name.lower(): value for name, value in headers.items()}
    return next((lowered[name] for name in names if lowered.get(name)), "")


def request_id(headers: Mapping[str, str]) -> str:
    """The `request-id` of a response ("" for none): the name under which transcripts know the call too."""
    return header(headers, "request-id", "x-request-id")


def unified_meters(headers: Mapping[str, str], at: datetime, source: SourceRef, key: bytes) -> tuple[MeterReading, ...]:
    """Meters of a subscription that a response states: fractions 0-1, where the endpoint's twin is percent."""
    lowered = {name.lower(): value for name, value in headers.items()}
    owner: Pseudonym = account(None, key)
    found = []
    for short, window in UNIFIED.items():
        used = _number(lowered.get(f"anthropic-ratelimit-unified-{short}-utilization", ""))
        if used is not None:
            reset = _number(lowered.get(f"anthropic-ratelimit-unified-{short}-reset", ""))
            found.append(
                MeterReading(
                    account=owner,
                    window=window,
                    at=at,
                    used=amount(used, LARGEST_SHARE),
                    resets_at=to_minute(datetime.fromtimestamp(reset, UTC))
                    if reset is not None and EPOCH_SECONDS[0] <= reset < EPOCH_SECONDS[1]
                    else None,
                    source=source,
                )
            )
    return tuple(found)


def _number(text: str) -> float | None:
    return float(text) if re.fullmatch(r"[0-9]{1,12}(?:\.[0-9]{1,9})?", text) else None
