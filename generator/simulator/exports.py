"""Other records of the simulated calls: telemetry of the client, and the organisation's usage report of each day.

Both are made of the transcripts' lines, with what transcripts do not have: in each session the client asks for a title,
which telemetry and report hold. They let the joining of formats be seen and tested.
"""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

HAIKU = "claude-haiku-4-5"
COUNTS = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens")
EVENT_COUNTS = ("input_tokens", "cache_creation_tokens", "cache_read_tokens", "output_tokens")
TELEMETRY = "telemetry/events-simulated.jsonl"
REPORT = "reports/usage-simulated.json"


@dataclass(frozen=True)
class _Call:
    """One call as other records tell it. `counts`: uncached input, cache writes, cache reads, output."""

    at: datetime
    session: str
    request_id: str
    model: str
    version: str
    source: str
    counts: tuple[int, int, int, int]
    long_lived: int


def exported(files: Mapping[str, bytes], seed: int) -> dict[str, bytes]:
    """Telemetry and report of the transcripts among `files`, by path; the same arguments give the same bytes."""
    calls = sorted(_calls(files, random.Random(seed)), key=lambda call: (call.at, call.request_id))  # noqa: S311
    return {TELEMETRY: b"".join(_event(place, call) for place, call in enumerate(calls)), REPORT: _report(calls)}


def _calls(files: Mapping[str, bytes], rng: random.Random) -> Iterator[_Call]:
    """Each call by the last of its lines, and a title for each session of which a main thread is there."""
    last: dict[str, tuple[dict[str, Any], str]] = {}
    mirrored: dict[str, tuple[dict[str, Any], str]] = {}  # of sub-agents whose files may be gone; they were billed
    opened: dict[str, dict[str, Any]] = {}
    for name, data in sorted(files.items()):
        for raw in data.splitlines() if name.startswith("projects/") else ():
            line = _line(raw)
            if line is None:
                continue
            if line["type"] == "progress":
                mirrored[line["message"]["id"]] = (line, "agent")
                continue
            source = "agent" if line.get("isSidechain") else "repl_main_thread"
            known = last.get(line["message"]["id"])
            if known is None or known[0]["sessionId"] == line["sessionId"]:  # else a fork's copy: sent by the first one
                last[line["message"]["id"]] = (line, source)
            opened.setdefault(line["sessionId"], line)
    for line, source in (mirrored | last).values():
        yield _call(line, source)
    for session, line in sorted(opened.items()):
        yield _title(session, line, rng)


def _line(raw: bytes) -> dict[str, Any] | None:
    """A line that carries usage of a call; the simulator damages some lines on purpose."""
    try:
        line = json.loads(raw)
    except ValueError:
        return None
    if not isinstance(line, dict):
        return None
    if line.get("type") == "progress" and line["data"].get("type") == "agent_progress":
        line |= {"message": line["data"]["message"].get("message") or {}}
    elif line.get("type") != "assistant":
        return None
    message = line.get("message") or {}
    return line if message.get("usage") and message["model"].startswith("claude") else None


def _call(line: dict[str, Any], source: str) -> _Call:
    usage = line["message"]["usage"]
    return _Call(
        at=datetime.fromisoformat(line["timestamp"]),
        session=line["sessionId"],
        request_id=line.get("requestId") or line["message"]["id"].replace("msg", "req"),
        model=line["message"]["model"],
        version=line["version"],
        source=source,
        counts=(usage[COUNTS[0]], usage[COUNTS[1]], usage[COUNTS[2]], usage[COUNTS[3]]),
        long_lived=(usage.get("cache_creation") or {}).get("ephemeral_1h_input_tokens", 0),
    )


def _title(session: str, line: dict[str, Any], rng: random.Random) -> _Call:
    return _Call(
        at=datetime.fromisoformat(line["timestamp"]) + timedelta(seconds=2),
        session=session,
        request_id=f"req_{rng.getrandbits(96):024x}",
        model=HAIKU,
        version=line["version"],
        source="generate_session_title",
        counts=(rng.randint(200, 600), 0, 0, rng.randint(5, 20)),
        long_lived=0,
    )


def _event(place: int, call: _Call) -> bytes:
    """One line of the collector's file exporter (OTLP/JSON)."""
    attributes: dict[str, str | int] = {
        "session.id": call.session,
        "event.name": "api_request",
        "event.timestamp": call.at.isoformat(),
        "event.sequence": place,
        "model": call.model,
        "request_id": call.request_id,
        "query_source": call.source,
        "duration_ms": 3000,
        **dict(zip(EVENT_COUNTS, call.counts, strict=True)),
    }
    record = {
        "timeUnixNano": str(round(call.at.timestamp() * 1000) * 1_000_000),
        "body": {"stringValue": "claude_code.api_request"},
        "attributes": [_attribute(key, value) for key, value in attributes.items()],
    }
    resource = {"service.name": "claude-code", "service.version": call.version, "note": "simulated"}
    batch = {
        "resource": {"attributes": [_attribute(key, value) for key, value in resource.items()]},
        "scopeLogs": [{"scope": {"name": "com.anthropic.claude_code.events"}, "logRecords": [record]}],
    }
    return json.dumps({"resourceLogs": [batch]}, separators=(",", ":")).encode() + b"\n"


def _attribute(key: str, value: str | int) -> dict[str, Any]:
    return {"key": key, "value": {"intValue": str(value)} if isinstance(value, int) else {"stringValue": value}}


def _report(calls: list[_Call]) -> bytes:
    """One page of the Admin API's usage report, by day and model."""
    cells: defaultdict[tuple[str, str], list[int]] = defaultdict(lambda: [0] * 5)
    for call in calls:
        cell = cells[call.at.date().isoformat(), call.model]
        for place, count in enumerate((*call.counts, call.long_lived)):
            cell[place] += count
    days: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for (day, model), (given, written, read, output, long_lived) in sorted(cells.items()):
        days[day].append(
            {
                "uncached_input_tokens": given,
                "cache_creation": {
                    "ephemeral_5m_input_tokens": written - long_lived,
                    "ephemeral_1h_input_tokens": long_lived,
                },
                "cache_read_input_tokens": read,
                "output_tokens": output,
                "server_tool_use": {"web_search_requests": 0},
                "api_key_id": None,
                "workspace_id": None,
                "model": model,
                "service_tier": None,
                "context_window": None,
            }
        )
    data = [
        {"starting_at": f"{day}T00:00:00Z", "ending_at": f"{_next(day)}T00:00:00Z", "results": results}
        for day, results in sorted(days.items())
    ]
    page = {"data": data, "has_more": False, "next_page": None, "note": "simulated"}
    return json.dumps(page, separators=(",", ":")).encode() + b"\n"


def _next(day: str) -> str:
    return (datetime.fromisoformat(day) + timedelta(days=1)).date().isoformat()
