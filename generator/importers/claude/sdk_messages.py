"""Messages of the Agent SDK as logs hold them: only what is declared here ever becomes a Python object.

Shapes: Claude Code docs (Agent SDK, TypeScript reference; headless mode). What Cowork adds to each (`_audit_*`) is
described by third parties only. Of `rateLimitType`, `overage` is left out: no source says what its share is of.
`utilization` of a `rate_limit_event` is a fraction 0-1: the docs do not say so, but every captured event does (0.37 at
a warning of the week, beside `surpassedThreshold` 0.75).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec
from msgspec import Raw, Struct, field

from generator.importers.claude.lines import Line, Message
from generator.importers.json_lines import REFUSED
from generator.importers.values import (
    ABSENT,
    EPOCH_MILLISECONDS,
    EPOCH_SECONDS,
    Stamped,
    account,
    amount,
    is_stated,
    to_minute,
)
from generator.importers.windows import KEYS, unknown
from generator.records.rows import MeterReading, SourceRef

LARGEST_SHARE = 1000.0
TYPES = frozenset({
    "assistant", "auth_status", "control_request", "control_response", "keep_alive", "rate_limit_event", "result",
    "stream_event", "system", "tool_progress", "tool_use_summary", "user",
})  # fmt: skip
"""Public names of message types; any other counts as "unknown"."""


class SdkLine(Stamped, gc=False, frozen=True):
    """One message. What varies between its types stays raw."""

    type: str = ""
    subtype: str | None = None
    uuid: str | None = None
    session_id: str | None = None
    parent_tool_use_id: str | None = None
    message: Raw = ABSENT
    error: Raw = ABSENT
    is_replay: bool | None = field(name="isReplay", default=None)
    is_synthetic: bool | None = field(name="isSynthetic", default=None)
    is_meta: bool | None = field(name="isMeta", default=None)
    origin: Raw = ABSENT
    request_id: Raw = ABSENT
    request_id_camel: Raw = field(name="requestId", default=ABSENT)
    compact_metadata: Raw = ABSENT
    rate_limit_info: Raw = ABSENT
    total_cost_usd: Raw = ABSENT
    version: Raw = field(name="claude_code_version", default=ABSENT)
    attempt: Raw = ABSENT
    audited: Raw = field(name="_audit_timestamp", default=ABSENT)
    signed: Raw = field(name="_audit_hmac", default=ABSENT)


class Identity(Struct, gc=False, frozen=True):
    """What tells a message from other JSON lines."""

    type: str = ""
    subtype: str = ""
    session_id: str | None = None
    of_transcript: Raw = field(name="sessionId", default=ABSENT)
    cost: Raw = field(name="total_cost_usd", default=ABSENT)
    turns: Raw = field(name="num_turns", default=ABSENT)
    audited: Raw = field(name="_audit_timestamp", default=ABSENT)
    signed: Raw = field(name="_audit_hmac", default=ABSENT)

    @property
    def is_audited(self) -> bool:
        """Did Cowork write it into its audit?"""
        return self.type in TYPES and (is_stated(self.audited) or is_stated(self.signed))

    @property
    def is_streamed(self) -> bool:
        """Is it a message of a session's own output?"""
        if self.type not in TYPES or not self.session_id or is_stated(self.of_transcript) or self.is_audited:
            return False
        return self.type != "result" or is_stated(self.cost) or is_stated(self.turns)


class Limit(Struct, gc=False, frozen=True):
    """One window of `unifiedWindows`."""

    utilization: float | None = None
    resets_at: float | None = field(name="resetsAt", default=None)


class LimitInfo(Struct, gc=False, frozen=True, rename="camel"):
    """`rate_limit_info`."""

    status: str | None = None
    resets_at: float | None = None
    rate_limit_type: str | None = None
    utilization: float | None = None
    is_using_overage: bool | None = None
    unified_windows: dict[str, Limit | None] | None = None

    @property
    def refuses(self) -> bool:
        """Was the call turned down? With extra usage the window stays "rejected" while calls go on."""
        return self.status == "rejected" and not self.is_using_overage


decode = msgspec.json.Decoder(SdkLine).decode
decode_identity = msgspec.json.Decoder(Identity).decode
decode_message = msgspec.json.Decoder(Message | None).decode
decode_limits = msgspec.json.Decoder(LimitInfo | None).decode
decode_amount = msgspec.json.Decoder(float | None).decode
decode_number = msgspec.json.Decoder(int | None).decode
decode_text = msgspec.json.Decoder(str | None).decode


def public_type(message_type: str) -> str:
    """The message type if its name is public, with hyphens."""
    return message_type.replace("_", "-") if message_type in TYPES else "unknown"


def as_transcript_line(line: SdkLine, message: Message | None = None) -> Line:
    """The message as the transcript would spell it, for the readers of marks."""
    return Line(
        type=line.type,
        subtype=line.subtype,
        message=message,
        is_meta=line.is_meta or line.is_synthetic,
        origin=line.origin,
        compact_metadata=line.compact_metadata,
        is_api_error=True if is_stated(line.error) else None,
    )


def first_session(head: bytes) -> str:
    """Raw id of the session that the first message of the client itself names; "" for none."""
    for raw in head.split(b"\n"):
        try:
            line = decode_identity(raw)
        except REFUSED:
            continue
        if line.type != "user" and line.session_id:
            return line.session_id
    return ""


def meters(info: LimitInfo, at: datetime, source: SourceRef, key: bytes) -> Iterator[MeterReading]:
    """Every window of which the event states a share. Raises SkipLineError for one that can be none."""
    found = {KEYS[name]: limit for name, limit in (info.unified_windows or {}).items() if name in KEYS and limit}
    named = KEYS.get(info.rate_limit_type or "")
    if named is not None and (info.utilization is not None or named not in found):
        found[named] = Limit(info.utilization, info.resets_at)
    for window, limit in sorted(found.items()):
        if limit.utilization is not None:
            yield MeterReading(
                account=account(None, key),
                window=window,
                at=at,
                used=amount(limit.utilization, LARGEST_SHARE),
                resets_at=_reset(limit.resets_at),
                source=source,
            )


def unknown_windows(info: LimitInfo) -> int:
    """How many windows with a share have no name here."""
    several = {name for name, limit in (info.unified_windows or {}).items() if limit and limit.utilization is not None}
    return unknown(several | {info.rate_limit_type or ""} if info.utilization is not None else several)


def _reset(stated: float | None) -> datetime | None:
    """Seconds since 1970 in captures, milliseconds in some descriptions; the two spans do not touch."""
    if stated is None:
        return None
    if EPOCH_MILLISECONDS[0] <= stated < EPOCH_MILLISECONDS[1]:
        stated /= 1000
    if not EPOCH_SECONDS[0] <= stated < EPOCH_SECONDS[1]:
        return None
    return to_minute(datetime.fromtimestamp(stated, UTC))
