"""Answers of the Messages API as captures hold them: a body or a stream of events, and the request before it.

What a proxy log, a browser recording, a folder of raw bodies and a response log share. Shapes: Anthropic's API
reference (messages, streaming) and research/log-formats.md 3.1.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

import msgspec
from msgspec import Raw, Struct

from generator.importers.base import SkipLineError
from generator.importers.captures.headers import AGENT, NO_CLIENT, SESSION, Client, header
from generator.importers.claude import calls
from generator.importers.claude.lines import ABSENT, Message, Usage, decode_blocks
from generator.importers.fold import RequestCopy
from generator.importers.json_lines import REFUSED, mended
from generator.records.models import public_model
from generator.records.pseudonyms import pseudonym
from generator.records.rows import ModelId, SkipReason, SourceRef, Surface

SPAWNERS = frozenset({"Task", "Agent"})  # tools by which a main thread starts sub-agents; those have none of them
STATUSES = {
    "invalid_request_error": 400, "authentication_error": 401, "billing_error": 402, "permission_error": 403,
    "not_found_error": 404, "request_too_large": 413, "rate_limit_error": 429, "api_error": 500, "timeout_error": 504,
    "overloaded_error": 529,
}  # fmt: skip
"""HTTP status of each error type (Anthropic docs, errors)."""

_SESSION = re.compile(r"(?:_session_|\"session_id\"\s*:\s*\")([0-9a-fA-F-]{36})")


class Answer(NamedTuple):
    """One answer: its message with final usage, whether its end is there, and the placeholder it began with."""

    message: Message
    is_final: bool
    first_output: int | None = None


class Asked(NamedTuple):
    """What a request says: the model that was asked for, and raw names of session and thread ("" for none).

    `agent` is "" for the main thread too.
    """

    model: ModelId | None
    session: str
    agent: str = ""


class _Metadata(Struct, gc=False, frozen=True):
    user_id: str | None = None


class _Tool(Struct, gc=False, frozen=True):
    name: str = ""


class _Turn(Struct, gc=False, frozen=True):
    content: Raw = ABSENT


class _Body(Struct, gc=False, frozen=True):
    model: str | None = None
    metadata: _Metadata | None = None
    tools: Raw = ABSENT
    messages: Raw = ABSENT


class _Cause(Struct, gc=False, frozen=True):
    type: str = ""


class _Fault(Struct, gc=False, frozen=True):
    type: str = ""
    error: _Cause | None = None


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
    iterations: Raw = ABSENT
    server_tool_use: Raw = ABSENT


_decode_message = msgspec.json.Decoder(Message).decode
_decode_body = msgspec.json.Decoder(_Body).decode
_decode_tools = msgspec.json.Decoder(list[_Tool] | None).decode
_decode_turns = msgspec.json.Decoder(list[Raw] | None).decode
_decode_turn = msgspec.json.Decoder(_Turn).decode
_decode_fault = msgspec.json.Decoder(_Fault).decode
_decode_event = msgspec.json.Decoder(_Event).decode
_decode_delta = msgspec.json.Decoder(_Delta | None).decode
_decode_delta_usage = msgspec.json.Decoder(_DeltaUsage | None).decode


def asked(body: bytes, headers: Mapping[str, str] | None = None) -> Asked:
    """What a request says by its body and headers; nothing where the body cannot be read.

    Claude Code puts its session id into `metadata.user_id`, as `..._session_<uuid>` or inside a JSON string, and later
    clients into a header too; sub-agents have a header of their own (docs, llm-gateway-protocol).
    """
    sent = headers or {}
    session = header(sent, SESSION)
    try:
        request = _decode_body(mended(body))
    except REFUSED:
        return Asked(None, session, header(sent, AGENT) if session else "")
    user = request.metadata.user_id if request.metadata else None
    found = _SESSION.search(user or "")
    session = session or (found.group(1).lower() if found else "")
    agent = (header(sent, AGENT) or _thread(request)) if session else ""
    return Asked(public_model(request.model) if request.model else None, session, agent)


def _thread(request: _Body) -> str:
    """A name of the thread where no header states one: "" for the main thread, else its first message.

    Without it the calls of sub-agents would stand between those of the main thread, and each change would look like
    a lost cache.
    """
    try:
        tools, turns = _decode_tools(request.tools), _decode_turns(request.messages)
        if any(tool.name in SPAWNERS for tool in tools or ()) or not turns:
            return ""
        content = decode_blocks(_decode_turn(turns[0]).content)
    except REFUSED:
        return ""
    return content if isinstance(content, str) else "\n".join(block.text or "" for block in content or ())


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


def fault(body: bytes) -> int | None:
    """HTTP status of the error that a body states, in JSON or as an event of a stream; None where it states none.

    A stream that was opened with status 200 may still end in an error (Anthropic docs, errors).
    """
    for line in body.splitlines() if is_stream(body) else (body,):
        try:
            stated = _decode_fault(mended(line.removeprefix(b"data:").strip()))
        except REFUSED:
            continue
        if stated.type == "error" and stated.error is not None:
            return STATUSES.get(stated.error.type, STATUSES["api_error"])
    return None


def is_stream(body: bytes) -> bool:
    """Is the body the text of server-sent events?"""
    return body.lstrip()[:16].startswith((b"event:", b"data:", b":"))


def _updated(usage: Usage, delta: _DeltaUsage | None) -> Usage:
    if delta is None:
        return usage
    written, split = delta.cache_creation_input_tokens, usage.cache_creation
    if written is not None and split is not None and (split.five_minutes or 0) + (split.one_hour or 0) > written:
        usage = msgspec.structs.replace(usage, cache_creation=None)  # the split is that of the first count
    return msgspec.structs.replace(
        usage,
        input_tokens=usage.input_tokens if delta.input_tokens is None else delta.input_tokens,
        cache_write_tokens=usage.cache_write_tokens if written is None else written,
        cache_read_tokens=usage.cache_read_tokens
        if delta.cache_read_input_tokens is None
        else delta.cache_read_input_tokens,
        output_tokens=usage.output_tokens if delta.output_tokens is None else delta.output_tokens,
        iterations=usage.iterations if delta.iterations is ABSENT else delta.iterations,
        server_tool_use=usage.server_tool_use if delta.server_tool_use is ABSENT else delta.server_tool_use,
    )


def answer(body: bytes) -> Answer | None:
    """The answer in a body of either kind. Raises what the decoder raises."""
    return stream_answer(body) if is_stream(body) else body_answer(body)


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
    client: Client = NO_CLIENT,
    own_id: str = "",
) -> RequestCopy:
    """The call as one copy of it. `session`, `agent`, `request_id` and `own_id` are raw; times are UTC.

    `began` is when the request was sent, None where the capture does not say. `own_id` names the call within its format
    where the API's ids are unknown. Raises SkipLineError for usage that cannot be one, or an answer with no id at all.
    """
    message, usage = found.message, found.message.usage
    if usage is None:
        raise SkipLineError(SkipReason.BAD_FIELD)
    named = bool(message.id)
    name = message.id or request_id or (own_id and f"{format}/{own_id}")
    if not name:
        raise SkipLineError(SkipReason.NO_ID)
    calls.checked(msgspec.structs.replace(message, id=name), usage)
    place = calls.Place(session, agent, ended, source.line, sidechain=False)
    line = calls.opened(
        message,
        usage,
        place,
        calls.Cause(started=began),
        client=client,
        nested=False,
        request_id=request_id,
    )
    thread = (pseudonym("session", session, key), pseudonym("agent", agent, key))
    copy = calls.closed(name, line, thread, file=source.file, stem="", key=key)
    request = msgspec.structs.replace(
        copy.request,
        id=pseudonym("message" if named else "request" if request_id else "call", name, key),
        surface=surface,
        gateway=named and copy.request.gateway,
        output_reliable=found.is_final,
        first_output_tokens=found.first_output,
        requested_model=requested,
    )
    return msgspec.structs.replace(copy, request=request, format=format, message=named, named=False)
