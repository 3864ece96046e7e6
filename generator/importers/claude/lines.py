"""Typed shapes of Claude Code transcript lines: only what is declared here ever becomes a Python object.

Fields of which we need little, or whose shape changed between versions, stay `Raw` (a view of the line) and are
decoded where they are wanted. Source of every field: research/log-formats.md 1.2-1.6.
"""

from __future__ import annotations

from datetime import datetime

import msgspec
from msgspec import Raw, Struct, field

from generator.importers import json_lines
from generator.records.rows import SkipReason

ABSENT = Raw(b"null")


class CacheCreation(Struct, gc=False, frozen=True):
    """`usage.cache_creation`: what was written, by lifetime."""

    five_minutes: int | None = field(name="ephemeral_5m_input_tokens", default=None)
    one_hour: int | None = field(name="ephemeral_1h_input_tokens", default=None)


class Usage(Struct, gc=False, frozen=True):
    """`message.usage`. Where the answer took several rounds (`iterations`), the counts are sums (see `rounds`)."""

    input_tokens: int
    cache_write_tokens: int | None = field(name="cache_creation_input_tokens", default=None)
    cache_read_tokens: int | None = field(name="cache_read_input_tokens", default=None)
    cache_creation: CacheCreation | None = None
    output_tokens: int = 0
    service_tier: str | None = None
    inference_geo: str | None = None
    speed: str | None = None
    iterations: Raw = ABSENT
    server_tool_use: Raw = ABSENT

    @property
    def prompt(self) -> int:
        """Prompt in tokens: uncached, read and written."""
        return self.input_tokens + (self.cache_read_tokens or 0) + (self.cache_write_tokens or 0)


class ServerTools(Struct, gc=False, frozen=True):
    """`usage.server_tool_use`."""

    web_search_requests: int | None = None


class Message(Struct, gc=False, frozen=True):
    """`message` of an assistant or a user line."""

    model: str | None = None
    id: str | None = None
    content: Raw = ABSENT
    stop_reason: str | None = None
    usage: Usage | None = None
    diagnostics: Raw = ABSENT
    context_management: Raw = ABSENT


class Data(Struct, gc=False, frozen=True):
    """`data` of a progress line (2.1.12 to about 2.1.4x)."""

    message: Raw = ABSENT
    type: str = ""
    hook_name: str | None = field(name="hookName", default=None)
    agent_id: str | None = field(name="agentId", default=None)


class Attachment(Struct, gc=False, frozen=True):
    """`attachment` of an attachment line (from about 2.1.104)."""

    type: str = ""
    hook_name: str | None = field(name="hookName", default=None)
    tool_use_id: str | None = field(name="toolUseID", default=None)
    is_initial: bool | None = field(name="isInitial", default=None)
    command_mode: str | None = field(name="commandMode", default=None)
    prompt: Raw = ABSENT
    origin: Raw = ABSENT


class Line(Struct, gc=False, frozen=True, rename="camel"):
    """One transcript line; field order follows the files, which is what the decoder likes."""

    parent_uuid: str | None = None
    is_sidechain: bool | None = None
    session_id: str | None = None
    version: str | None = None
    agent_id: str | None = None
    type: str = ""
    subtype: str | None = None
    message: Message | None = None
    data: Data | None = None
    attachment: Attachment | None = None
    content: Raw = ABSENT
    is_meta: bool | None = None
    uuid: str | None = None
    timestamp: datetime | None = None
    tool_use_id: str | None = field(name="toolUseID", default=None)
    source_tool_use_id: str | None = field(name="sourceToolUseID", default=None)
    is_compact_summary: bool | None = None
    compact_metadata: Raw = ABSENT
    compact_metadata_sdk: Raw = field(name="compact_metadata", default=ABSENT)
    microcompact_metadata: Raw = ABSENT
    origin: Raw = ABSENT
    thinking_metadata: Raw = ABSENT
    retry_attempt: int | None = None
    api_error_status: int | None = None
    is_api_error: bool | None = field(name="isApiErrorMessage", default=None)
    entrypoint: str | None = None
    effort: str | None = None
    session_id_sdk: str | None = field(name="session_id", default=None)
    request_id: str | None = None


class Nested(Struct, gc=False, frozen=True):
    """`data.message` of an agent_progress line: a whole line of the sub-agent."""

    type: str = ""
    message: Message | None = None
    timestamp: datetime | None = None
    request_id: str | None = field(name="requestId", default=None)


class Block(Struct, gc=False, frozen=True):
    """One content block; `content` is a tool's result."""

    type: str = ""
    text: str | None = None
    content: Raw = ABSENT


class ToolUse(Struct, gc=False, frozen=True):
    """One block of an answer; `name` only where it is a tool use."""

    type: str = ""
    id: str = ""
    name: str = ""


class Kind(Struct, gc=False, frozen=True):
    """Only the type of a line or block, where more is not needed or not readable."""

    type: str = ""


class CompactMetadata(Struct, gc=False, frozen=True, rename="camel"):
    """`compactMetadata`; the Agent SDK writes `pre_tokens`."""

    trigger: str | None = None
    pre_tokens: int | None = None
    pre_tokens_sdk: int | None = field(name="pre_tokens", default=None)


class Origin(Struct, gc=False, frozen=True):
    """`origin` of a user line (seen in 2026): human, peer, task-notification, ..."""

    kind: str | None = None


class CacheMiss(Struct, gc=False, frozen=True):
    """`diagnostics.cache_miss_reason`."""

    type: str = ""
    missed: int | None = field(name="cache_missed_input_tokens", default=None)


class Diagnostics(Struct, gc=False, frozen=True):
    """`message.diagnostics`."""

    cache_miss_reason: CacheMiss | None = None


class ContextManagement(Struct, gc=False, frozen=True):
    """`message.context_management`."""

    applied_edits: list[Raw] | None = None


class Identity(Struct, gc=False, frozen=True, rename="camel"):
    """What tells a transcript from other JSON lines."""

    type: str = ""
    session_id: str | None = None
    uuid: str | None = None
    leaf_uuid: str | None = None
    message_id: str | None = None


decode = msgspec.json.Decoder(Line).decode
decode_nested = msgspec.json.Decoder(Nested | None).decode
decode_blocks = msgspec.json.Decoder(list[Block] | str | None).decode
decode_tools = msgspec.json.Decoder(list[ToolUse]).decode
decode_kinds = msgspec.json.Decoder(list[Kind]).decode
decode_compact = msgspec.json.Decoder(CompactMetadata | None).decode
decode_diagnostics = msgspec.json.Decoder(Diagnostics | None).decode
decode_edits = msgspec.json.Decoder(ContextManagement | None).decode
decode_server_tools = msgspec.json.Decoder(ServerTools | None).decode
decode_origin = msgspec.json.Decoder(Origin | None).decode
decode_identity = msgspec.json.Decoder(Identity).decode
_decode_kind = msgspec.json.Decoder(Kind).decode
_decode_text = msgspec.json.Decoder(str).decode

CARRIERS = frozenset({"assistant", "user", "system", "progress", "attachment"})
"""Record types that can give a request or a mark."""

KNOWN_TYPES = CARRIERS | {
    "agent-name", "ai-title", "bridge-session", "custom-title", "file-history-delta", "file-history-snapshot",
    "last-prompt", "mode", "permission-mode", "pr-link", "queue-operation", "result", "summary",
}  # fmt: skip
"""Public names of record types; any other name counts as "unknown"."""


def text_of(raw: Raw) -> str:
    """A JSON string, or "" where another value stands."""
    return _decode_text(raw) if bytes(raw).startswith(b'"') else ""


def refusal(line: bytes) -> SkipReason | str:
    """Why the decoder refused a mended line; the record type if it is of a kind that carries nothing anyway."""
    reason = json_lines.refusal(line)
    if reason is not SkipReason.BAD_FIELD:
        return reason
    try:
        kind = _decode_kind(line).type
    except json_lines.REFUSED:
        return reason
    return reason if kind in CARRIERS else public_type(kind)


def public_type(record_type: str) -> str:
    """The record type if its name is public."""
    return record_type if record_type in KNOWN_TYPES else "unknown"
