"""Answers of the Messages API that a program of one's own logs, and results of the Message Batches API.

Where
    Wherever the program writes them: JSON lines, or one JSON array.
Which records
    The answer object (`id`, `type` of message, `model`, `usage`) at the top of a row, or under `response`, `body`,
    `message`, `result` or `output`, up to two deep. The time stands beside it or around it, as `timestamp`,
    `created_at`, `captured_at`, `ts`, `time`, `date` or `logged_at`; the request id as `request_id` or `_request_id`
    (so the SDKs call it). `request` may hold the request's body, `headers` those of the answer. An error object is a
    mark. A batch result (`custom_id`, `result`) is billed only if it succeeded; it holds no time, so it is counted and
    skipped unless the program added one.
Units
    Times as in all snapshots, with a zone. Tokens as the API states them: input without cache. Results of a batch are
    of the tier `batch`, whatever the field says.
Never read
    Content, and rows that other tools write around such an object: those have formats of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO

import msgspec
from msgspec import Raw, Struct

from generator.importers.base import HEAD_BYTES, Importer
from generator.importers.captures import messages_api
from generator.importers.captures.headers import header, unified_meters, unknown_windows, wanted
from generator.importers.captures.http_exchange import FAILURE, failure
from generator.importers.claude.lines import Message
from generator.importers.fold import Extract
from generator.importers.guide import Guide, Verified
from generator.importers.json_lines import BOM, REFUSED
from generator.importers.rows import COUNTING, UNKNOWN, RowResult, is_counting, read_objects
from generator.importers.values import ABSENT, Stamped, captured, claims_any, is_object, is_stated
from generator.records.rows import ServiceTier, SourceRef, Surface

RESPONSE, BATCH_RESULT, NOT_BILLED = "messages", "batch-result", "batch-not-billed"
DEEPEST = 3  # the row, what it wraps, and what that wraps
_SIGNS = tuple(
    re.compile(sign)
    for sign in (rb'"id"\s*:\s*"msg_', rb'"model"\s*:\s*"claude', rb'"(?:timestamp|created_at|ts|time|custom_id)"\s*:')
)
_OTHERS = re.compile(
    rb'"(?:sessionId|session_id|uuid|url|call_type|trace_id|traceId|startTime|request_created_at)"\s*:'
)
"""In a first row that is longer than the head: signs of a logged answer, and keys of other tools."""
FOREIGN = (".request.json", ".response.json")  # of the client's own folder of raw bodies


class Layer(Stamped, gc=False, frozen=True):
    """A row, or an object inside it."""

    created_at: Raw = ABSENT
    date: Raw = ABSENT
    logged_at: Raw = ABSENT
    id: Raw = ABSENT
    type: Raw = ABSENT
    model: Raw = ABSENT
    usage: Raw = ABSENT
    error: Raw = ABSENT
    custom_id: Raw = ABSENT
    request_id: Raw = ABSENT
    underscored_request_id: Raw = msgspec.field(name="_request_id", default=ABSENT)
    request: Raw = ABSENT
    headers: Raw = ABSENT
    response_headers: Raw = ABSENT
    response: Raw = ABSENT
    body: Raw = ABSENT
    message: Raw = ABSENT
    result: Raw = ABSENT
    output: Raw = ABSENT
    url: Raw = ABSENT
    path: Raw = ABSENT
    endpoint: Raw = ABSENT

    @property
    def addresses(self) -> tuple[Raw, Raw, Raw]:
        """What was called, where the program wrote it down."""
        return (self.url, self.path, self.endpoint)


class _Usage(Struct, gc=False, frozen=True):
    input_tokens: int
    output_tokens: int


class _Foreign(Struct, gc=False, frozen=True):
    """Keys of tools that wrap the same object, each with a format of its own."""

    uuid: Raw = ABSENT
    session_id: Raw = ABSENT
    camel_session_id: Raw = msgspec.field(name="sessionId", default=ABSENT)
    call_type: Raw = ABSENT
    spend: Raw = ABSENT
    trace_id: Raw = ABSENT
    camel_trace_id: Raw = msgspec.field(name="traceId", default=ABSENT)
    upstream_status: Raw = ABSENT
    q5h: Raw = ABSENT
    request_created_at: Raw = ABSENT
    start_time: Raw = msgspec.field(name="startTime", default=ABSENT)
    audited: Raw = msgspec.field(name="_audit_timestamp", default=ABSENT)


class _Requested(Struct, gc=False, frozen=True):
    url: Raw = ABSENT


_decode = msgspec.json.Decoder(Layer).decode
_decode_usage = msgspec.json.Decoder(_Usage).decode
_decode_message = msgspec.json.Decoder(Message).decode
_decode_foreign = msgspec.json.Decoder(_Foreign).decode
_decode_requested = msgspec.json.Decoder(_Requested).decode
_decode_headers = msgspec.json.Decoder(dict[str, Raw]).decode
_decode_text = msgspec.json.Decoder(str).decode


def sniff(path: Path, head: bytes) -> bool:
    """Is any row of the head an answer with usage, and not inside what another tool writes?"""
    if path.name.endswith(FOREIGN):
        return False
    text = head.removeprefix(BOM).lstrip()
    if text.startswith(b"{") and b"\n" not in text and len(head) >= HEAD_BYTES:
        return all(sign.search(text) for sign in _SIGNS) and _OTHERS.search(text) is None
    return claims_any(text, _is_mine)


def _is_mine(row: bytes) -> bool:
    given = _decode_foreign(row)
    if any(is_stated(getattr(given, name)) for name in given.__struct_fields__):
        return False
    layers = tuple(layer for _, layer in _layers(row))
    request = layers[0].request
    if is_object(request) and is_stated(_decode_requested(request).url):
        return False
    return any(_is_answer(layer) for layer in layers)


def _is_answer(layer: Layer) -> bool:
    """An answer names itself a message, by its type or its id; other services have `usage` too."""
    if not is_object(layer.usage):
        return False
    named = bytes(layer.type) == b'"message"' or bytes(layer.id).startswith(b'"msg_')
    try:
        _decode_usage(layer.usage)
    except REFUSED:
        return False
    return named


def _layers(row: bytes) -> Iterator[tuple[bytes, Layer]]:
    """The row, then the objects inside it, outermost first, each with its bytes."""
    outer: list[bytes] = [row]
    for _ in range(DEEPEST):
        inner: list[bytes] = []
        for raw in outer:
            layer = _decode(raw)
            yield raw, layer
            nested = (layer.response, layer.body, layer.message, layer.result, layer.output)
            inner += [bytes(one) for one in nested if is_object(one)]
        outer = inner


def take(raw: bytes, source: SourceRef, *, key: bytes) -> RowResult:
    """What one row gives."""
    found = tuple(_layers(raw))
    layers = tuple(layer for _, layer in found)
    if any(is_counting(*layer.addresses) for layer in layers):
        return RowResult(COUNTING)
    answer = next((row for row, layer in found if is_object(layer.usage)), None)
    batch = is_stated(layers[0].custom_id)
    if answer is None:
        return _without_usage(layers, source, key=key, batch=batch)
    at = captured(*(stamp for layer in layers for stamp in _stamps(layer)))
    headers = _headers(layers)
    request = next((layer.request for layer in layers if is_object(layer.request)), ABSENT)
    asked = messages_api.asked(bytes(request))
    call = messages_api.call(
        messages_api.Answer(_message(answer, batch=batch), is_final=True),
        format=API_RESPONSES.id,
        surface=Surface.CLAUDE_CODE if asked.session else Surface.API,
        source=source,
        key=key,
        began=None,
        ended=at,
        session=asked.session,
        agent=asked.agent,
        request_id=_request_id(layers, headers),
        requested=asked.model,
    )
    return RowResult(
        BATCH_RESULT if batch else RESPONSE,
        unified_meters(headers, at, source, key),
        calls=(call,),
        unknown_windows=unknown_windows(headers),
    )


def _message(answer: bytes, *, batch: bool) -> Message:
    """The answer, of the tier it was billed by; an id that is not the API's own names no message."""
    message = _decode_message(answer)
    if not (message.id or "").startswith("msg_"):
        message = msgspec.structs.replace(message, id=None)
    if batch and message.usage is not None:
        usage = msgspec.structs.replace(message.usage, service_tier=ServiceTier.BATCH.value)
        message = msgspec.structs.replace(message, usage=usage)
    return message


def _without_usage(layers: tuple[Layer, ...], source: SourceRef, *, key: bytes, batch: bool) -> RowResult:
    """An error is a mark, if it has a time; a result of a batch that did not succeed was not billed."""
    if batch:
        return RowResult(NOT_BILLED)
    fault = next((layer for layer in layers if bytes(layer.type) == b'"error"' and is_object(layer.error)), None)
    if fault is None:
        return RowResult(UNKNOWN)
    status = messages_api.fault(b'{"type":"error","error":' + bytes(fault.error) + b"}")
    at = captured(*(stamp for layer in layers for stamp in _stamps(layer)))
    raw_id = _request_id(layers, _headers(layers))
    mark = failure(status or 0, at, source, format=API_RESPONSES.id, raw_id=raw_id, key=key)
    return RowResult(FAILURE, marks=(mark,))


def _stamps(layer: Layer) -> Iterator[Stamped]:
    yield Stamped(layer.timestamp, layer.captured_at, layer.ts, layer.time)
    yield Stamped(layer.created_at, layer.date, layer.logged_at)


def _headers(layers: tuple[Layer, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for raw in (raw for layer in layers for raw in (layer.headers, layer.response_headers) if is_object(raw)):
        found |= wanted(_decode_headers(raw).items())
    return found


def _request_id(layers: tuple[Layer, ...], headers: dict[str, str]) -> str:
    stated = (_text(raw) for layer in layers for raw in (layer.request_id, layer.underscored_request_id))
    return next((one for one in stated if one.startswith("req_")), "") or header(headers, "request-id")


def _text(raw: Raw) -> str:
    return _decode_text(raw) if bytes(raw).startswith(b'"') else ""


def read(stream: BinaryIO, _path: Path, index: int, key: bytes) -> Extract:
    """Read one open file, the `index`-th of its evidence."""
    return read_objects(stream, index, API_RESPONSES.id, partial(take, key=key))


API_RESPONSES = Importer(
    id="api-responses",
    title="Answers of the API that a program logged",
    how="Let your program append each answer of the Messages API as one line of JSON, with the time under the key "
    "timestamp: json.dumps({'timestamp': now, 'response': message.model_dump()}).",
    surface=Surface.API,
    sniff=sniff,
    read=read,
    guide=Guide(
        where="Where your own program writes it. The API keeps no log of single answers that you can read later.",
        get=(
            "Append each answer as one line of JSON with the current time in UTC under timestamp, for instance in "
            "Python: datetime.now(UTC).isoformat().",
            "Keep the request id too: the SDKs hold it in the answer as _request_id.",
            "The content is not needed. The keys id, type, model, stop_reason and usage are enough.",
            "Results of a batch: download the JSONL file of the batch, and add the time at which it ended to each row.",
        ),
        shows=(
            "Each call with its tokens, the lifetimes of cache writes, and the tier.",
            "With the request's body under request, the model that was asked for.",
        ),
        hides=(
            "A row without a time is counted and skipped; so is a time without a zone.",
            "An attempt that was refused and repeated by the SDK does not reach your program, and has no tokens.",
            "A result of a batch that failed, expired or was cancelled was not billed.",
            "Rows that were logged twice count once, by the id of the message.",
        ),
        private="Whatever you log. Leave the content out.",
        verified=Verified.REAL_FILES,
        tried="144 single answers in recordings of pydantic/pydantic-ai, traceloop/openllmetry and "
        "simonw/llm-anthropic: none could be used, since none states a time.",
        sources=(
            "https://platform.claude.com/docs/en/api/messages",
            "https://platform.claude.com/docs/en/build-with-claude/batch-processing",
        ),
    ),
    gives=frozenset({"lifetime-split", "meter", "requested-model", "token-counts"}),
    spelling=(b'"usage"', b'"input_tokens"', b'"output_tokens"', b'"stop_reason"', b'"msg_', b'"custom_id"'),
    authority=20,
)
