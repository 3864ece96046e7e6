"""Formats side by side: a mixed folder is sorted whole, and the same calls in four exports are counted once."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from generator.base.problems import Exit
from generator.cli import cli
from generator.cli.terminal.sources import explained
from generator.importers import IMPORTERS, read_bytes
from generator.packs.examine import examine
from generator.records.results import Level, Pack
from generator.records.rows import Difference, MatchKey

SAMPLES = Path(__file__).parent / "samples"
START = datetime(2026, 3, 23, 10, tzinfo=UTC)
SESSION = "00000000-0000-4000-8000-000000000001"
MODEL = "claude-opus-4-6"
CALLS = [(5 + n, 1000 + 10 * n, 40_000 + 1000 * n, 300 + n) for n in range(6)]
"""Input, cache write, cache read and final output of each call that the user sees."""
OWN = [(320, 0, 0, 12), (280, 0, 0, 9)]
"""Calls that the client makes for itself: a title and a permission check. No transcript has them."""


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """All samples of all formats below one folder, with two files that are no logs."""
    for folder in sorted(SAMPLES.iterdir()):
        shutil.copytree(folder, tmp_path / folder.name)
    (tmp_path / "picture.png").write_bytes(b"no log")
    return tmp_path


NOTHING = {
    "client-2.0.10.jsonl",
    "events-only.txt",
    "index.jsonl",
    "no-times-2.0.14.jsonl",
    "renamed.csv",
    "req_01SampleV.response.json",
    "req_01SampleW.response.json",
}
"""Samples of damage, or of files without times or ids."""


def test_files_that_gave_nothing_are_named_and_no_others(mixed):
    result = CliRunner().invoke(cli, ["scan", str(mixed), "--json"])
    named = {Path(line.split(":0:0: W-nothing")[0]).name for line in result.stderr.splitlines() if "W-nothing" in line}
    assert named == NOTHING


def scan(folder: Path) -> tuple[int, dict]:
    result = CliRunner().invoke(cli, ["scan", str(folder), "--json"])
    return result.exit_code, json.loads(result.stdout)


def test_a_mixed_folder_is_sorted_by_content(mixed):
    code, said = scan(mixed)
    assert code == Exit.PARTIAL  # samples of files that cannot be used
    assert set(said["files_by_format"]) == {importer.id for importer in IMPORTERS}
    assert len(said["files_by_format"]) >= 20
    for importer in IMPORTERS:
        entry, guide = said["files_by_format"][importer.id], importer.guide
        told = (entry["verified"], entry["reader"], entry["tried"])
        assert told == (guide.verified.value, guide.verified.words, guide.tried)
    assert said["tally"]["balances"]
    assert said["tally"]["unclaimed_files"] == 0


def test_the_terminal_says_of_every_format_what_its_reader_was_checked_against(mixed):
    plain = CliRunner().invoke(cli, ["scan", str(mixed), "--all"], env={"COLUMNS": "200"}).stdout
    table = plain.split("What the files were taken for")[1].split("\n\n")[0]
    for importer in IMPORTERS:
        (row,) = [line for line in table.splitlines() if f"({importer.id})" in line]
        assert row.rstrip().endswith(importer.guide.verified.words)


def test_every_file_of_a_mixed_folder_is_accounted_for(mixed):
    (mixed / "odd.json").write_text('{"five_hour": 1, "resets_at": 2}')
    result = CliRunner().invoke(cli, ["scan", str(mixed), "--json"])
    said = json.loads(result.stdout)
    files = [path for path in mixed.rglob("*") if path.is_file() and path.suffix not in {".md", ".png"}]
    assert sum(entry["files"] for entry in said["files_by_format"].values()) + 1 == len(files)
    assert result.exit_code == 3
    assert "odd.json:0:0: W-unclaimed" in result.stderr
    assert "nearest: usage-endpoint" in result.stderr
    assert ".png" in result.stderr


def lines(*rows: object) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def at(place: int) -> datetime:
    """Every three minutes; the client's own calls between those of the user."""
    turn, own = place % len(CALLS), place // len(CALLS)
    return START + timedelta(minutes=3 * turn + own)


def stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def transcript() -> bytes:
    """An old client: two lines an answer, with a placeholder for the output."""
    rows = [
        {
            "type": "assistant",
            "uuid": f"u{place}-{block}",
            "parentUuid": f"p{place}",
            "sessionId": SESSION,
            "isSidechain": False,
            "version": "2.1.20",
            "timestamp": stamp(at(place)),
            "requestId": f"req_01Sample{place}",
            "message": {
                "id": f"msg_01Sample{place}",
                "model": MODEL,
                "stop_reason": None,
                "usage": {
                    "input_tokens": given,
                    "cache_creation_input_tokens": written,
                    "cache_read_input_tokens": read,
                    "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": written},
                    "output_tokens": 1,
                },
            },
        }
        for place, (given, written, read, _) in enumerate(CALLS)
        for block in range(2)
    ]
    return lines(*rows)


def attribute(key: str, value: object) -> dict:
    kind = "intValue" if isinstance(value, int) else "stringValue"
    return {"key": key, "value": {kind: str(value)}}


def telemetry() -> bytes:
    """Each call as an event, the client's own ones too, one to a line."""
    found = []
    for place, (given, written, read, output) in enumerate(CALLS + OWN):
        attributes = {
            "session.id": SESSION,
            "event.name": "api_request",
            "event.timestamp": stamp(at(place)),
            "event.sequence": place,
            "model": MODEL,
            "request_id": f"req_01Sample{place}",
            "duration_ms": 4000,
            "input_tokens": given,
            "cache_creation_tokens": written,
            "cache_read_tokens": read,
            "output_tokens": output,
        }
        record = {
            "timeUnixNano": str(int(at(place).timestamp() * 1e9)),
            "body": {"stringValue": "claude_code.api_request"},
            "attributes": [attribute(key, value) for key, value in attributes.items()],
        }
        found.append(
            {
                "resourceLogs": [
                    {
                        "resource": {
                            "attributes": [
                                attribute("service.name", "claude-code"),
                                attribute("service.version", "2.1.20"),
                            ]
                        },
                        "scopeLogs": [{"scope": {"name": "com.anthropic.claude_code.events"}, "logRecords": [record]}],
                    }
                ]
            }
        )
    return lines(*found)


def gateway() -> bytes:
    """A gateway that gives its own names to calls and knows neither message nor request ids."""
    rows = [
        {
            "request_id": f"own-{place}",
            "call_type": "anthropic_messages",
            "model": f"anthropic/{MODEL}",
            "custom_llm_provider": "anthropic",
            "startTime": stamp(at(place) - timedelta(seconds=4)),
            "endTime": stamp(at(place) + timedelta(seconds=1)),
            "cache_hit": "False",
            "status": "success",
            "prompt_tokens": given + written + read,
            "completion_tokens": output,
            "total_tokens": given + written + read + output,
            "metadata": {
                "usage_object": {
                    "prompt_tokens": given + written + read,
                    "completion_tokens": output,
                    "total_tokens": given + written + read + output,
                    "cache_creation_input_tokens": written,
                    "cache_read_input_tokens": read,
                }
            },
        }
        for place, (given, written, read, output) in enumerate(CALLS + OWN)
    ]
    return lines(*rows)


def bucket() -> bytes:
    """What the organisation's report says of the day: everything that was billed."""
    given, written, read, output = (sum(column) for column in zip(*CALLS, *OWN, strict=True))
    result = {
        "uncached_input_tokens": given,
        "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": written},
        "cache_read_input_tokens": read,
        "output_tokens": output,
        "model": MODEL,
        "api_key_id": None,
        "workspace_id": None,
        "service_tier": None,
        "context_window": None,
    }
    page = {"starting_at": "2026-03-23T00:00:00Z", "ending_at": "2026-03-24T00:00:00Z", "results": [result]}
    return json.dumps({"data": [page], "has_more": False, "next_page": None}).encode()


FILES = {
    f"projects/one/{SESSION}.jsonl": transcript(),
    "otel/events.jsonl": telemetry(),
    "gateway/spend.jsonl": gateway(),
    "report/usage.json": bucket(),
}


def evidence(files: dict[str, bytes]) -> Pack:
    reading = read_bytes(files, key=b"key")
    assert len(reading.tallies) == len(files)
    return examine(reading, id="together", simulated=False, level=Level.FULL, tool_version="")


@pytest.fixture(scope="module")
def together() -> Pack:
    return evidence(FILES)


def test_the_same_calls_in_four_exports_are_counted_once(together):
    given, written, read, output = (sum(column) for column in zip(*CALLS, *OWN, strict=True))
    totals = together.totals
    assert totals.requests == len(CALLS) + len(OWN)
    assert (totals.input_tokens, totals.cache_write_tokens, totals.cache_read_tokens, totals.output_tokens) == (
        given,
        written,
        read,
        output,
    )
    naive = sum(account.calls for account in together.formats)
    assert naive == 6 + 8 + 8  # before the report, which a naive reader would add as well


def test_each_difference_between_the_exports_is_told_line_by_line(together):
    said = {account.importer: account for account in together.formats}
    old, events, proxy = said["claude-code"], said["otel-events"], said["litellm-spend"]
    assert (old.calls, old.lacking, old.differences) == (6, 2, {Difference.PLACEHOLDER_OUTPUT: 6})
    assert (events.matched, events.differences) == ({MatchKey.REQUEST_ID: 6}, {})
    assert (proxy.matched, proxy.differences) == ({MatchKey.COUNTS_AND_TIME: 8}, {})
    assert [account.only_here for account in together.formats] == [0, 0, 0]
    (line,) = together.reconciliation.lines
    assert line.report == "admin-usage"
    logged = line.logged
    assert (line.input_tokens, line.cache_write_tokens, line.cache_read_tokens, line.output_tokens) == (
        logged.input_tokens,
        logged.cache_write_tokens,
        logged.cache_read_tokens,
        logged.output_tokens,
    )
    sentences = [sentence for account in together.formats for sentence in explained(account)]
    assert any("placeholder" in sentence for sentence in sentences)
    assert any("only in other formats" in sentence for sentence in sentences)


def test_the_lifetime_split_of_the_transcript_survives_beside_telemetry_that_has_none(together):
    assert sum(request.cache_write_1h_tokens or 0 for request in together.requests) == sum(call[1] for call in CALLS)


def test_what_the_report_holds_more_than_the_logs_is_what_the_transcript_lacks():
    alone = evidence({name: data for name, data in FILES.items() if "otel" not in name and "gateway" not in name})
    (line,) = alone.reconciliation.lines
    assert (line.input_tokens or 0) - line.logged.input_tokens == sum(call[0] for call in OWN)
    assert line.cache_read_tokens == line.logged.cache_read_tokens


def test_the_order_and_number_of_exports_change_no_call():
    names = sorted(FILES, reverse=True)
    renamed = {f"{place}-{name}": FILES[name] for place, name in enumerate(names) if "projects" not in name}
    renamed |= {name: FILES[name] for name in names if "projects" in name}
    assert evidence(renamed).totals == evidence(FILES).totals
    without = {name: data for name, data in FILES.items() if "otel" not in name}
    assert evidence(without).totals.requests == len(CALLS) + len(OWN)
