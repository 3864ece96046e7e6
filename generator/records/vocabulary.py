"""Words that records may hold: enums of public names, and checked patterns for the few strings that are none.

Nothing here can carry a sentence of a log (`tests/test_records.py` walks every field).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

Pseudonym = Annotated[str, msgspec.Meta(pattern=r"\A([a-z2-7]{16})?\Z")]
"""Keyed pseudonym (16 letters of base32, 80 bits); "" where there is nothing to name."""
VERSION = r"[0-9]\.(?:0|[1-9][0-9]?)\.(?:0|[1-9][0-9]{0,2})"
Version = Annotated[str, msgspec.Meta(pattern=rf"\A(?:{VERSION})?\Z")]
"""Client version as major.minor.patch; "" where the log does not say."""
FAMILIES = (
    "gpt|chatgpt|text|embed|whisper|tts|dall-e|codex|o[134]|gemini|gemma|palm|llama|mistral|mixtral|ministral|codestral"
    "|magistral|devstral|deepseek|qwen|qwq|grok|command|cohere|nova|titan|kimi|moonshot|glm|chatglm|minimax|abab|phi"
    "|nemotron|sonar|jamba|rerank|davinci|doubao|step|trinity|seed|hunyuan|ernie|mimo|longcat|hermes|granite"
)
"""How the public names of other makers' models begin."""
ModelId = Annotated[str, msgspec.Meta(pattern=r"\A[a-z][a-z0-9.-]{1,47}\Z")]
"""Public id of a model, of any vendor, or "other" (gateways put company names there).

Which of them are public names `models.public_model` decides, also of those in a pack (`packs/ids.py`)."""
Slug = Annotated[str, msgspec.Meta(pattern=r"\A[a-z0-9][a-z0-9-]{0,63}\Z")]
"""Identifier from this repository's own vocabulary: a detector, a benign reason, a quantity."""


class Surface(StrEnum):
    """The doors of the building; ids equal those of content/surfaces.yml."""

    CLAUDE_AI = "claude-ai"
    API = "api"
    CLAUDE_CODE = "claude-code"
    COWORK = "cowork"
    ENTERPRISE = "enterprise"


class StopReason(StrEnum):
    """`message.stop_reason`; before client 2.1.97 most transcripts hold none at all."""

    END_TURN = "end_turn"
    TOOL_USE = "tool_use"
    MAX_TOKENS = "max_tokens"
    STOP_SEQUENCE = "stop_sequence"
    REFUSAL = "refusal"
    PAUSE_TURN = "pause_turn"
    OTHER = "other"


class MissReason(StrEnum):
    """Cause of a cache miss as the API itself states it (`message.diagnostics.cache_miss_reason`)."""

    MESSAGES_CHANGED = "messages_changed"
    TOOLS_CHANGED = "tools_changed"
    SYSTEM_CHANGED = "system_changed"
    MODEL_CHANGED = "model_changed"
    PREVIOUS_MESSAGE_NOT_FOUND = "previous_message_not_found"
    UNAVAILABLE = "unavailable"
    OTHER = "other"


class Speed(StrEnum):
    """`usage.speed`."""

    STANDARD = "standard"
    FAST = "fast"
    OTHER = "other"


class ServiceTier(StrEnum):
    """`usage.service_tier`."""

    STANDARD = "standard"
    PRIORITY = "priority"
    BATCH = "batch"
    OTHER = "other"


class Region(StrEnum):
    """`usage.inference_geo`: where the service was asked to compute; "us" costs a tenth more."""

    US = "us"
    GLOBAL = "global"
    OTHER = "other"


class Role(StrEnum):
    """What a call is for that is not an answer in a conversation."""

    ADVISOR = "advisor"  # a second model that the answering one asked
    COMPACTION = "compaction"  # a summary of the conversation
    DECLINED = "declined"  # an attempt of the model that was asked, before another one answered


class Entrypoint(StrEnum):
    """How the client was started; headless clients (`sdk-*`) idle and compact differently."""

    CLI = "cli"
    SDK_PY = "sdk-py"
    SDK_TS = "sdk-ts"
    SDK_CLI = "sdk-cli"
    VSCODE = "claude-vscode"
    OTHER = "other"


class MarkKind(StrEnum):
    """Things that happen between requests."""

    PROMPT = "prompt"
    AUTOMATIC_PROMPT = "automatic-prompt"  # text in the user's place that nobody typed: notices, local output
    COMPACTION = "compaction"
    COMPACT_SUMMARY = "compact-summary"
    MICROCOMPACTION = "microcompaction"
    CONTEXT_EDIT = "context-edit"
    START = "start"
    RESUME = "resume"
    CLEAR = "clear"
    COMMAND = "command"
    SKILL = "skill"
    INTERRUPT = "interrupt"
    IMAGE = "image"
    MODEL_SWITCH = "model-switch"
    VERSION_CHANGE = "version-change"
    EFFORT_CHANGE = "effort-change"
    SPEED_CHANGE = "speed-change"
    RETRY = "retry"
    API_ERROR = "api-error"
    LIMIT_REFUSAL = "limit-refusal"
    NO_RESPONSE = "no-response"
    SCHEDULED_TASK = "scheduled-task"
    TOOLS_CHANGE = "tools-change"
    REMOTE_CONTROL = "remote-control"  # another device took the session over, or gave it back
    RESTART = "restart"  # lines as a new process writes them; no line says so itself
    RESULT_CLEARED = "result-cleared"  # a tool result that holds only the marker of its removal
    OTHER = "other"


class Trigger(StrEnum):
    """What set a mark off. Slash commands outside this list become OTHER: they carry private names."""

    NONE = ""
    AUTO = "auto"
    MANUAL = "manual"
    MODEL = "model"
    EFFORT = "effort"
    FAST = "fast"
    MCP = "mcp"
    PLUGIN = "plugin"
    LOGIN = "login"
    REWIND = "rewind"
    BRANCH = "branch"
    CLEAR = "clear"
    COMPACT = "compact"
    RESUME = "resume"
    CUSTOM = "custom"
    OTHER = "other"


class SkipReason(StrEnum):
    """Why an input line was not used. A closed set: an error text could repeat the line."""

    NOT_UTF8 = "not-utf8"
    NOT_JSON = "not-json"
    NOT_OBJECT = "not-object"
    BAD_FIELD = "bad-field"
    NO_TIME = "no-time"
    NAIVE_TIME = "naive-time"
    NO_ID = "no-id"
    TOO_LONG = "too-long"
    NEGATIVE_COUNT = "negative-count"
    INCOMPLETE = "incomplete"  # the document ends before the record does
    UNSAFE = "unsafe"  # an archive member that would unpack to more than it may, or lies about its size
