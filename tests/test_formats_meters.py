"""One simulated meter written in every format that holds one: the rules say the same of each."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from generator.detectors import DETECTORS, run
from generator.importers import discover, read, read_bytes
from generator.ledger.subjects import Scope, subjects
from generator.records.results import Finding, Outcome
from generator.records.rows import LogData, MeterReading, Window
from generator.simulator import FaultRates, simulate

KEY = b"key"
SHOWN = {Window.FIVE_HOUR: "five_hour", Window.SEVEN_DAY: "seven_day"}
METER_RULES = tuple(detector for detector in DETECTORS if detector.scope is Scope.METER)
Poll = tuple[datetime, dict[Window, MeterReading]]


@pytest.fixture(scope="module")
def simulated() -> tuple[dict[str, bytes], tuple[Poll, ...]]:
    """Transcripts of a simulation with planted faults, and the polls of its meter."""
    made = simulate(11, sessions=24, start=datetime(2026, 3, 2, tzinfo=UTC), faults=FaultRates.specimen())
    transcripts = {name: data for name, data in made.files.items() if name.startswith("projects/")}
    endpoint = {name: data for name, data in made.files.items() if "usage-simulated" in name}
    polls: defaultdict[datetime, dict[Window, MeterReading]] = defaultdict(dict)
    for reading in read_bytes(endpoint, key=KEY).meters:
        if reading.window in SHOWN:
            polls[reading.at][reading.window] = reading
    return transcripts, tuple(sorted(polls.items()))


def lines(*rows: object) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def percent(reading: MeterReading) -> float:
    return round(reading.used * 100, 6)


def epoch(reading: MeterReading) -> int | None:
    return int(reading.resets_at.timestamp()) if reading.resets_at else None


def iso(reading: MeterReading) -> str | None:
    return reading.resets_at.isoformat() if reading.resets_at else None


def stamp(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")


def answer(windows: dict[Window, MeterReading]) -> dict[str, object]:
    return {
        SHOWN[window]: {"utilization": percent(reading), "resets_at": iso(reading)}
        for window, reading in windows.items()
    }


def as_endpoint(folder: Path, polls: tuple[Poll, ...]) -> None:
    (folder / "usage.jsonl").write_bytes(lines(*({"timestamp": stamp(at)} | answer(rows) for at, rows in polls)))


def as_statusline(folder: Path, polls: tuple[Poll, ...]) -> None:
    rows = (
        {
            "timestamp": stamp(at),
            "session_id": "00000000-0000-4000-8000-000000000001",
            "version": "2.1.90",
            "rate_limits": {
                SHOWN[window]: {"used_percentage": percent(reading), "resets_at": epoch(reading)}
                for window, reading in windows.items()
            },
        }
        for at, windows in polls
    )
    (folder / "statusline.jsonl").write_bytes(lines(*rows))


def as_headers(folder: Path, polls: tuple[Poll, ...]) -> None:
    short = {Window.FIVE_HOUR: "5h", Window.SEVEN_DAY: "7d"}
    rows = []
    for at, windows in polls:
        headers: dict[str, str] = {"request-id": f"req_{at.timestamp():.3f}"}
        for window, reading in windows.items():
            name = f"anthropic-ratelimit-unified-{short[window]}"
            headers[f"{name}-utilization"] = f"{reading.used:.4f}"
            if reading.resets_at:
                headers[f"{name}-reset"] = str(epoch(reading))
        rows.append({"timestamp": stamp(at), "headers": headers})
    (folder / "headers.jsonl").write_bytes(lines(*rows))


def as_recording(folder: Path, polls: tuple[Poll, ...]) -> None:
    entries = [
        {
            "startedDateTime": stamp(at),
            "time": 0,
            "request": {"method": "GET", "url": "https://api.anthropic.com/api/oauth/usage", "headers": []},
            "response": {
                "status": 200,
                "headers": [],
                "content": {"mimeType": "application/json", "text": json.dumps(answer(windows))},
            },
        }
        for at, windows in polls
    ]
    whole = {"log": {"version": "1.2", "creator": {"name": "simulated", "version": "1"}, "entries": entries}}
    (folder / "recording.har").write_text(json.dumps(whole))


def as_table(folder: Path, polls: tuple[Poll, ...]) -> None:
    rows = (
        f"{stamp(at)},{SHOWN[window]},{percent(reading)},{iso(reading) or ''}"
        for at, windows in polls
        for window, reading in windows.items()
    )
    (folder / "snapshots.csv").write_text("\n".join(["time,window,used_percent,resets_at", *rows]) + "\n")


COLUMNS = (
    "timestamp", "five_hour_utilization", "five_hour_resets_at", "seven_day_utilization", "seven_day_resets_at",
    "opus_utilization", "opus_resets_at", "sonnet_utilization", "sonnet_resets_at",
)  # fmt: skip


def cells(at: datetime, windows: dict[Window, MeterReading]) -> list[object]:
    found: list[object] = [stamp(at)]
    for window in SHOWN:
        reading = windows.get(window)
        found += [percent(reading), iso(reading)] if reading else [None, None]
    return found


def as_database(folder: Path, polls: tuple[Poll, ...]) -> None:
    with sqlite3.connect(folder / "tracker.db") as database:
        database.execute(f"CREATE TABLE usage_history ({', '.join(COLUMNS)})")
        database.executemany(
            "INSERT INTO usage_history VALUES (?,?,?,?,?,NULL,NULL,NULL,NULL)", [cells(at, rows) for at, rows in polls]
        )
    database.close()


WRITERS: dict[str, tuple[str, Callable[[Path, tuple[Poll, ...]], None]]] = {
    "usage-endpoint": ("usage-endpoint", as_endpoint),
    "statusline": ("statusline", as_statusline),
    "response headers": ("rate-limit-headers", as_headers),
    "browser recording": ("har", as_recording),
    "table": ("meter-snapshots", as_table),
    "database": ("meter-snapshots", as_database),
}


def written(folder: Path, transcripts: dict[str, bytes], polls: tuple[Poll, ...], name: str) -> tuple[str, LogData]:
    """Importer of the meter's file, and everything read."""
    for path, data in transcripts.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    WRITERS[name][1](folder, polls)
    found = discover([folder])
    assert not found.unclaimed
    reading = read(found.claimed, key=KEY)
    (importer,) = {tally.importer for tally in reading.tallies} - {"claude-code"}
    return importer, reading


def said(reading: LogData) -> dict[str, tuple[Outcome, int, int, list[Finding]]]:
    """What every rule on meters says; places in files differ between formats and are left out."""
    shown = subjects(reading)
    answers = {}
    for detector in METER_RULES:
        told = run(detector, shown)
        findings = [msgspec.structs.replace(finding, readings=()) for finding in told.findings]
        answers[detector.id] = (told.outcome, told.examined, told.naive, findings)
    return answers


@pytest.fixture(scope="module")
def expected(tmp_path_factory, simulated):
    _, reading = written(tmp_path_factory.mktemp("endpoint"), *simulated, "usage-endpoint")
    return said(reading)


def test_the_simulated_meter_gives_findings_to_agree_on(expected):
    assert sum(len(findings) for *_, findings in expected.values()) >= 3
    assert all(outcome is not Outcome.NOT_MEASURABLE for outcome, *_ in expected.values())


@pytest.mark.parametrize("name", sorted(set(WRITERS) - {"usage-endpoint"}))
def test_the_same_meter_gives_the_same_findings_in_every_format(tmp_path, simulated, expected, name):
    importer, reading = written(tmp_path, *simulated, name)
    assert importer == WRITERS[name][0]
    assert said(reading) == expected


def test_two_formats_of_one_meter_together_give_the_findings_of_one(tmp_path, simulated, expected):
    as_statusline(tmp_path, simulated[1])
    _, reading = written(tmp_path / "rest", *simulated, "usage-endpoint")
    both = read([*discover([tmp_path / "rest"]).claimed, *discover([tmp_path / "statusline.jsonl"]).claimed], key=KEY)
    assert len(both.meters) == len(reading.meters)
    assert said(both) == expected
