"""Headers of API traffic: the few that are read, who asked by them, and the meters that a response states.

Headers of limits: Anthropic's API reference (rate limits); the `unified` ones of subscriptions are described by third
parties only (research/log-formats.md 3.1). Headers of Claude Code: docs, llm-gateway-protocol.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec
from msgspec import Raw

from generator.importers.values import EPOCH_SECONDS, account, amount, to_minute
from generator.importers.windows import HEADERS, unknown
from generator.records.rows import MeterReading, Pseudonym, SourceRef

LARGEST_SHARE = 1000.0
ORGANISATION = "anthropic-organization-id"
SESSION, AGENT = "x-claude-code-session-id", "x-claude-code-agent-id"
WANTED = frozenset({"date", "request-id", "x-request-id", "user-agent", "cf-ray", ORGANISATION, SESSION, AGENT})
LIMITS = "anthropic-ratelimit-"
_UNIFIED = re.compile(r"anthropic-ratelimit-unified-([0-9a-z_]{1,60})-utilization")
_CLIENT = re.compile(r"claude-cli/([0-9.]{5,16})(?:[^(]{0,40}\((?:external|internal), ?([a-z-]{1,20}))?")
_PLAIN = re.compile(rb"[0-9]{1,12}(?:\.[0-9]{1,20})?")
_NUMBER = re.compile(_PLAIN.pattern.decode())

_decode_text = msgspec.json.Decoder(str).decode


class Client(NamedTuple):
    """Who asked, as `opened` wants it: version, entrypoint, effort. Other clients than Claude Code say nothing."""

    version: str = ""
    entrypoint: str | None = None
    effort: str | None = None


NO_CLIENT = Client()


def client(headers: Mapping[str, str]) -> Client:
    """Version and entrypoint from the user agent of a request, `claude-cli/2.1.90 (external, cli)`."""
    found = _CLIENT.match(header(headers, "user-agent"))
    return Client(found.group(1), found.group(2)) if found else Client()


def wanted(pairs: Iterable[tuple[str, Raw]]) -> dict[str, str]:
    """The few headers that are read, by name in lower case. Values of all others, cookies and keys among them, stay
    undecoded.
    """
    found: dict[str, str] = {}
    for name, raw in pairs:
        lowered = name.lower()
        if lowered in WANTED or lowered.startswith(LIMITS):
            value = bytes(raw)
            if value.startswith(b'"'):
                found[lowered] = _decode_text(raw)
            elif _PLAIN.fullmatch(value):
                found[lowered] = value.decode()
    return found


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
    owner: Pseudonym = account(lowered.get(ORGANISATION, "").lower(), key)
    found = []
    for short, window in HEADERS.items():
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


def unknown_windows(headers: Mapping[str, str]) -> int:
    """How many windows with a share have no name here. `overage` is none: no source says what its share is of."""
    return unknown([found.group(1) for name in headers if (found := _UNIFIED.fullmatch(name.lower()))])


def _number(text: str) -> float | None:
    return float(text) if _NUMBER.fullmatch(text) else None
