"""Logs of many users for tests of the fleet: simulated folders, and OpenTelemetry events as lines and as a table."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from generator.simulator import FaultRates, exported, simulate

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
START = datetime(2026, 3, 10, 8, tzinfo=UTC)
FOLDERS = 3  # simulated users of a folder


def users(folder: Path, count: int = FOLDERS, *, sessions: int = 3, others: bool = False) -> Path:
    """A folder of `count` simulated users; `others`: with their meters, telemetry and reports."""
    for seed in range(count):
        made = simulate(seed, sessions=sessions, start=START, faults=FaultRates.specimen(), every=timedelta(hours=5))
        transcripts = {name: data for name, data in made.files.items() if name.startswith("projects/")}
        files = made.files | exported(made.files, seed) if others else transcripts
        for name, data in files.items():
            path = folder / f"user-{seed}" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    return folder


def events(user: str, calls: int = 12) -> Iterator[dict[str, Any]]:
    """A session of one user as events: growing reads, and one call that reads nothing for no reason."""
    context = 30_000
    for place in range(calls):
        at = START + timedelta(seconds=40 * place)
        lost = place == calls // 2
        yield {
            "time": int((at - EPOCH).total_seconds()) * 10**9,
            "attributes": {
                "event.name": "api_request",
                "event.timestamp": at.isoformat(),
                "event.sequence": str(place),
                "session.id": f"session-of-{user}",
                "user.account_uuid": user,
                "request_id": f"req_{user}_{place}",
                "model": "claude-opus-4-6",
                "input_tokens": "5",
                "output_tokens": "200",
                "cache_read_tokens": "0" if lost or not place else str(context),
                "cache_creation_tokens": str(context) if lost or not place else "1500",
                "duration_ms": "3000",
                "app.version": "2.1.76",
            },
        }
        context += 1500


def otlp_lines(given: Iterable[dict[str, Any]]) -> bytes:
    """The events as the collector's file exporter writes them."""
    lines = []
    for event in given:
        attributes = [{"key": key, "value": {"stringValue": value}} for key, value in event["attributes"].items()]
        record = {
            "timeUnixNano": str(event["time"]),
            "body": {"stringValue": "claude_code.api_request"},
            "attributes": attributes,
        }
        scope = {"scope": {"name": "com.anthropic.claude_code.events"}, "logRecords": [record]}
        resource = {"attributes": [{"key": "service.name", "value": {"stringValue": "claude-code"}}]}
        lines.append(json.dumps({"resourceLogs": [{"resource": resource, "scopeLogs": [scope]}]}))
    return "".join(f"{line}\n" for line in lines).encode()


def row(event: dict[str, Any]) -> dict[str, Any]:
    """The event as a row of the table otel_logs."""
    return {
        "Timestamp": event["time"],
        "ServiceName": "claude-code",
        "Body": "claude_code.api_request",
        "ResourceAttributes": {"service.name": "claude-code"},
        "ScopeName": "com.anthropic.claude_code.events",
        "LogAttributes": event["attributes"],
    }


def write_table(path: Path, rows: Iterable[dict[str, Any]], unit: str = "ns") -> None:
    """The rows as Parquet, as ClickHouse exports them: nanoseconds, maps of texts."""
    import pyarrow as pa
    from pyarrow import parquet

    texts = pa.map_(pa.string(), pa.string())
    rows = list(rows)
    per = {"ns": 1, "us": 1000}[unit]
    table = pa.table(
        {
            "Timestamp": pa.array([one["Timestamp"] // per for one in rows], pa.timestamp(unit, tz="UTC")),
            **{
                name: pa.array([one[name] for one in rows], pa.string())
                for name in ("ServiceName", "Body", "ScopeName")
            },
            **{
                name: pa.array([list(one[name].items()) for one in rows], texts)
                for name in ("ResourceAttributes", "LogAttributes")
            },
        }
    )
    parquet.write_table(table, path)
