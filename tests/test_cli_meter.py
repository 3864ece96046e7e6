"""`witnessmark meter`: one line in one write, nothing private in it, never a failing status line, and read back exactly."""

from __future__ import annotations

import json
import math
import os
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from patience import HANGS
from test_cli import ROOT, witnessmark

from generator.base.problems import Exit, LogError
from generator.cli import cli, meter
from generator.cli.context import default_logs
from generator.cli.terminal.series import series
from generator.importers import discover, read
from generator.importers.meters.columns import PLAIN, TABLES
from generator.importers.meters.polls import KEYS, lines, percent
from generator.importers.values import account
from generator.importers.windows import SCOPED
from generator.ledger.subjects import Interval
from generator.records.pseudonyms import pseudonym
from generator.records.rows import Counter, MeterReading, SourceRef, Window

pytestmark = pytest.mark.slow

SAMPLES = Path(__file__).parent / "samples"
KEY = b"key of a test"
SESSION = "00000000-0000-4000-8000-000000000001"
START = datetime(2026, 3, 2, 10, tzinfo=UTC)
RESET = 1772463600  # 15:00 UTC


def status(five=42.4, **fields) -> dict:
    """What the client hands over, with much that is private."""
    return {
        "session_id": SESSION,
        "transcript_path": "/home/canary/.claude/projects/canary/x.jsonl",
        "cwd": "/home/canary",
        "version": "2.1.90",
        "model": {"id": "claude-opus-4-6", "display_name": "canary"},
        "workspace": {"current_dir": "/home/canary", "project_dir": "/home/canary"},
        "rate_limits": {
            "five_hour": {"used_percentage": five, "resets_at": RESET},
            "seven_day": {"used_percentage": 18},
        },
        "context_window": {"total_input_tokens": 15, "total_output_tokens": 4, "canary": "canary"},
        "cost": {"total_cost_usd": 1.25, "total_duration_ms": 61000, "total_lines_added": 7},
        **fields,
    }


@pytest.fixture
def state(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("CLAUDE_CONFIG_DIR", raising=False)
    at(monkeypatch, START)
    return tmp_path / "state" / "witnessmark" / "meter"


def short() -> str:
    """On the clock of this machine, whose zone tests may change."""
    return f"5h 42 % until {datetime.fromtimestamp(RESET, UTC).astimezone():%H:%M} | 7d 18 %\n"


def at(monkeypatch, moment: datetime) -> None:
    monkeypatch.setattr(meter, "now", lambda: moment)


def run(*arguments, given=""):
    return CliRunner().invoke(cli, ["meter", *map(str, arguments)], input=given, catch_exceptions=False)


def recorded(state: Path) -> list[dict]:
    return [json.loads(line) for line in (state / "statusline.jsonl").read_text().splitlines()]


# record


def test_record_keeps_figures_and_no_text(state):
    run("record", given=json.dumps(status()))
    assert recorded(state) == [
        {
            "timestamp": "2026-03-02T10:00:00.000+00:00",
            "session_id": SESSION,
            "version": "2.1.90",
            "model": {"id": "claude-opus-4-6"},
            "rate_limits": {
                "five_hour": {"used_percentage": 42.4, "resets_at": RESET},
                "seven_day": {"used_percentage": 18},
            },
            "context_window": {"total_input_tokens": 15, "total_output_tokens": 4},
            "cost": {"total_cost_usd": 1.25, "total_duration_ms": 61000},
        }
    ]


def test_names_in_the_place_of_ids_do_not_leave(state):
    run("record", given=json.dumps(status(session_id="a canary", version="canary", model={"id": "claude-canary"})))
    assert "canary" not in (state / "statusline.jsonl").read_text()
    assert recorded(state)[0]["model"] == {"id": "other"}


@pytest.mark.skipif(sys.platform == "win32", reason="no modes there")
def test_nobody_else_may_read_the_record(state):
    run("record", given=json.dumps(status()))
    assert stat.S_IMODE((state / "statusline.jsonl").stat().st_mode) == 0o600
    assert stat.S_IMODE(state.stat().st_mode) == stat.S_IMODE(state.parent.stat().st_mode) == 0o700


def test_the_status_is_short(state):
    assert run("record", given=json.dumps(status())).output == short()
    assert run("record", "--quiet", given=json.dumps(status())).output == ""


@pytest.mark.parametrize(
    "given",
    [
        *("", "garbage", "[]", "null", "{", "[" * 100_000, "\x00", '{"rate_limits":[]}'),
        *('{"rate_limits":{"five_hour":5}}', '{"cost":{"total_cost_usd":NaN}}', '{"cost":{"total_cost_usd":true}}'),
    ],
)
def test_what_cannot_be_read_is_no_error_and_no_line(state, given):
    done = run("record", given=given)
    assert (done.exit_code, done.output, state.exists()) == (0, "\n", False)


def test_a_disk_that_refuses_is_no_error(state, tmp_path):
    (tmp_path / "file").write_text("")
    done = run("record", "--into", tmp_path / "file" / "below", given=json.dumps(status()))
    assert (done.exit_code, done.output) == (0, short())


def test_a_repeat_within_a_minute_is_not_written_again(state, monkeypatch):
    """The time that the session ran is no news; any other figure is, and so is another session."""
    run("record", given=json.dumps(status()))
    at(monkeypatch, START + timedelta(seconds=59))
    run("record", given=json.dumps(status(cost={"total_cost_usd": 1.25, "total_duration_ms": 120000})))
    assert len(recorded(state)) == 1
    run("record", given=json.dumps(status(cost={"total_cost_usd": 1.5, "total_duration_ms": 120000})))
    run("record", given=json.dumps(status(session_id="00000000-0000-4000-8000-000000000002")))
    assert len(recorded(state)) == 3
    at(monkeypatch, START + timedelta(seconds=60))
    run("record", given=json.dumps(status()))
    assert len(recorded(state)) == 4


def test_a_torn_line_does_not_spoil_the_next(state):
    state.mkdir(parents=True)
    (state / "statusline.jsonl").write_bytes(b'{"timestamp":"2026-')
    run("record", given=json.dumps(status()))
    assert json.loads((state / "statusline.jsonl").read_text().splitlines()[1])["session_id"] == SESSION


def test_sessions_that_write_at_once_do_not_tear_lines(tmp_path):
    """Four processes append forty lines each to one file, as fast as they can. Blank lines may stand between."""
    code = (
        "import sys\nfrom datetime import UTC, datetime\nfrom pathlib import Path\nfrom generator.cli import meter\n"
        "for n in range(40):\n"
        "    kept = {'session_id': sys.argv[2], 'cost': {'total_cost_usd': n}, 'model': {'id': 'x' * 3000}}\n"
        "    meter.append(Path(sys.argv[1]), kept, datetime(2026, 3, 2, tzinfo=UTC))\n"
    )
    path = tmp_path / "made" / "here" / "record.jsonl"
    started = [subprocess.Popen([sys.executable, "-c", code, str(path), f"s{number}"]) for number in range(4)]
    assert [process.wait() for process in started] == [0] * 4
    rows = [json.loads(line) for line in path.read_bytes().splitlines() if line]
    assert {(row["session_id"], row["cost"]["total_cost_usd"]) for row in rows} == {
        (f"s{number}", n) for number in range(4) for n in range(40)
    }
    assert len(rows) == 160


def test_record_loads_nothing_heavy(tmp_path):
    code = (
        "import sys\nsys.argv = ['witnessmark', 'meter', 'record']\nfrom generator.cli import main\nmain()\n"
        "heavy = {'numpy', 'arro3', 'rich', 'altair', 'pydantic', 'yaml', 'scipy', 'generator.importers'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    environment = {**os.environ, "XDG_STATE_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=json.dumps(status()).encode(),
        env=environment,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert (tmp_path / "witnessmark" / "meter" / "statusline.jsonl").is_file()


def test_the_help_shows_how_to_install_it(state):
    help_text = run("record", "--help").output
    assert '"statusLine": { "type": "command", "command": "witnessmark meter record" }' in help_text


# What was recorded is read


def test_what_was_recorded_is_read_back_with_the_same_values(state, monkeypatch):
    run("record", given=json.dumps(status(42.4)))
    at(monkeypatch, START + timedelta(minutes=5))
    run("record", given=json.dumps(status(43)))
    found = discover([state])
    assert [file.importer.id for file in found.claimed] == ["statusline"]
    reading = read(found.claimed, key=KEY)
    assert [(row.window, row.used, row.at) for row in reading.meters] == [
        (Window.FIVE_HOUR, 0.424, START),
        (Window.SEVEN_DAY, 0.18, START),
        (Window.FIVE_HOUR, 0.43, START + timedelta(minutes=5)),
        (Window.SEVEN_DAY, 0.18, START + timedelta(minutes=5)),
    ]
    assert reading.meters[0].resets_at == datetime(2026, 3, 2, 15, tzinfo=UTC)
    cost = next(row for row in reading.counters if row.counter is Counter.COST)
    assert (cost.value, cost.uptime, cost.version, cost.model) == (1.25, 61.0, "2.1.90", "claude-opus-4-6")
    assert cost.session == pseudonym("session", SESSION, KEY)  # as in the transcript


@pytest.mark.parametrize(
    "kept",
    [
        {"rate_limits": {"five_hour": {"used_percentage": 1, "resets_at": RESET}}},
        {"five_hour": {"used_percentage": 1, "resets_at": RESET}, "seven_day": None},
        {"data": {"five_hour": {"used_percentage": 1, "resets_at": RESET}}},
    ],
)
def test_a_file_that_holds_only_the_limits_is_claimed(tmp_path, kept):
    (tmp_path / "x.jsonl").write_text(json.dumps({"timestamp": "2026-03-02T10:00:00Z", **kept}) + "\n")
    found = discover([tmp_path])
    assert [file.importer.id for file in found.claimed] == ["statusline"]
    assert [row.used for row in read(found.claimed, key=KEY).meters] == [0.01]


def test_scan_reads_the_record_by_default(state, tmp_path):
    with pytest.raises(LogError):
        default_logs()
    run("record", given=json.dumps(status()))
    assert default_logs() == (state,)
    (tmp_path / ".claude" / "projects").mkdir(parents=True)
    assert default_logs() == (tmp_path / ".claude" / "projects", state)


# import


def values(readings) -> list[tuple]:
    order = {name: number for number, name in enumerate(dict.fromkeys(row.account for row in readings))}
    return sorted((row.at, row.window, row.used, row.resets_at, order[row.account]) for row in readings)


def by_account(readings) -> list[list[tuple]]:
    """Readings of each account, whatever its name."""
    found: dict[str, list[tuple]] = {}
    for row in readings:
        found.setdefault(row.account, []).append((row.at, row.window, row.used, str(row.resets_at)))
    return sorted(sorted(rows) for rows in found.values())


@pytest.mark.parametrize("name", ["statusline", "usage-endpoint", "meter-snapshots"])
def test_what_is_imported_reads_back_as_the_same_readings(state, tmp_path, name):
    out = tmp_path / "out.jsonl"
    run("import", SAMPLES / name, "--into", out)
    found = discover([out])
    assert [file.importer.id for file in found.claimed] == ["usage-endpoint"]
    again = read(found.claimed, key=KEY)
    first = read(discover([SAMPLES / name]).claimed, key=KEY)
    assert by_account(again.meters) == by_account(first.meters) != []
    own = account(None, KEY)
    assert values(row for row in again.meters if row.account == own) == values(
        row for row in first.meters if row.account == own
    )


def test_what_is_imported_twice_counts_once(state):
    source = SAMPLES / "meter-snapshots" / "usage-history.json"
    run("import", source)
    once = read(discover([state]).claimed, key=KEY).meters
    run("import", source)
    assert values(read(discover([state]).claimed, key=KEY).meters) == values(once)
    assert len((state / "imported.jsonl").read_text().splitlines()) == 4


def test_the_help_of_import_says_what_is_taken():
    told = CliRunner().invoke(cli, ["meter", "import", "--help"]).output
    assert not [name for name in (*PLAIN.names, *KEYS.values(), *TABLES) if name not in told]


def test_no_name_of_an_account_is_imported(state):
    run("import", SAMPLES / "meter-snapshots", SAMPLES / "usage-endpoint")
    text = (state / "imported.jsonl").read_text()
    assert not [word for word in ("canary", "acme", "00000000-0000") if word in text]


@given(st.floats(0, 3))
def test_a_share_is_written_as_the_percentage_that_reads_back(used):
    """Where no number does, the nearest is off by less than one part in 10^15."""
    near = (used * 100, math.nextafter(used * 100, math.inf), math.nextafter(used * 100, 0))
    assert percent(used) / 100 == pytest.approx(used, rel=1e-15, abs=1e-300)
    assert percent(used) / 100 == used or all(value / 100 != used for value in near)


def test_a_percentage_is_written_short():
    assert [percent(used) for used in (0.07, 0.305, 0.424, 1.04)] == [7.0, 30.5, 42.4, 104.0]


@given(st.integers(0, 30_000))
def test_a_share_that_was_percent_reads_back_exactly(hundredths):
    used = hundredths / 100 / 100
    assert percent(used) / 100 == used


def test_two_values_of_one_time_are_two_lines():
    rows = [meter_row(0, 0.1), meter_row(0, 0.2)]
    assert len(list(lines(rows, ""))) == 2


# show


def meter_row(minutes: int, used: float, reset: int | None = 300) -> MeterReading:
    return MeterReading(
        account="",
        window=Window.FIVE_HOUR,
        at=START + timedelta(minutes=minutes),
        used=used,
        resets_at=None if reset is None else START + timedelta(minutes=reset),
        source=SourceRef(0, 1),
    )


def test_a_fall_is_a_reset_only_where_the_stated_time_moved():
    (found,) = series([meter_row(0, 0.5), meter_row(5, 0.4), meter_row(10, 0.1, 600), meter_row(15, 0.0, None)])
    assert (found.resets, found.falls, found.readings) == (1, 2, 4)


def test_a_meter_that_stands_lower_after_its_stated_reset_was_reset_and_did_not_fall():
    """10, 33, then 0 ten minutes after the reset with no new one, then 2: one reset."""
    rows = [meter_row(0, 0.1, 69), meter_row(66, 0.33, 69), meter_row(76, 0.0, None), meter_row(80, 0.02, 380)]
    (found,) = series(rows)
    assert (found.resets, found.falls) == (1, 0)
    assert [interval.same_window for interval in map(Interval, rows, rows[1:])] == [
        True,
        False,
        True,
    ]  # detectors agree


def test_the_way_back_from_values_that_a_waiting_session_repeats_is_no_second_reset():
    rows = [meter_row(0, 0.5, 60), meter_row(61, 0.02, 360), meter_row(62, 0.5, 60), meter_row(63, 0.03, 360)]
    (found,) = series(rows)
    assert (found.resets, found.falls) == (1, 0)


def test_a_meter_that_does_not_fall_is_reset_when_its_time_moves_on_by_more_than_jitter():
    (found,) = series([meter_row(0, 0.0, 60), meter_row(30, 0.0, 61), meter_row(70, 0.0, 360)])
    assert (found.resets, found.falls) == (1, 0)


def test_more_than_half_an_hour_without_a_reading_is_a_gap():
    (found,) = series([meter_row(0, 0.1), meter_row(30, 0.1), meter_row(61, 0.1)])
    assert found.gaps == (timedelta(minutes=31),)


def test_show_prints_the_own_record_or_says_how_to_begin(state):
    with pytest.raises(LogError, match="no meter was recorded yet"):
        run("show")
    run("record", given=json.dumps(status()))
    shown = run("show").output
    assert "five-hour" in shown
    assert "42.4%" in shown


# Import: nothing is dropped in silence, nothing is waited for


def test_import_says_which_rows_gave_no_reading(tmp_path):
    rows = [
        "time,window,used_percent",
        "2026-03-02T10:00:00Z,five_hour,1",
        "9999-12-31T00:00:00Z,five_hour,2",
        ",five_hour,3",
    ]
    (tmp_path / "a.csv").write_text("\n".join(rows) + "\n")
    done = witnessmark("meter", "import", tmp_path / "a.csv", "--into", tmp_path / "own.jsonl", home=tmp_path)
    assert (done.returncode, done.stderr) == (Exit.OK, "")
    assert "Appended 1 reading" in done.stdout
    assert "Rows that were skipped: 1 bad-field, 1 no-time." in done.stdout
    (tmp_path / "b.csv").write_text("time,window,used_percent\n,five_hour,3\n")
    none = witnessmark("meter", "import", tmp_path / "b.csv", "--into", tmp_path / "own.jsonl", home=tmp_path)
    assert (none.returncode, "W-nothing" in none.stderr) == (Exit.PARTIAL, True)


@pytest.mark.parametrize("command", [["record"], ["import", "a.csv"]])
def test_a_pipe_or_device_in_place_of_the_file_is_not_waited_for(tmp_path, command):
    (tmp_path / "a.csv").write_text("time,window,used_percent\n2026-03-02T10:00:00Z,five_hour,1\n")
    os.mkfifo(tmp_path / "pipe")
    status = json.dumps({"rate_limits": {"five_hour": {"used_percentage": 1, "resets_at": RESET}}})
    done = subprocess.run(
        [sys.executable, "-m", "generator", "meter", *command, "--into", str(tmp_path / "pipe")],
        input=status,
        capture_output=True,
        text=True,
        timeout=HANGS,
        check=False,
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == (Exit.OK if command == ["record"] else Exit.IO)
    assert "Traceback" not in done.stderr
    assert ("is not an ordinary file" in done.stderr) == (command != ["record"])


def test_record_keeps_the_weekly_meters_of_single_models(state):
    windows = {name: {"used_percentage": 7, "resets_at": RESET} for name in ("five_hour", "seven_day_fable", "iguana")}
    kept = meter._kept({"rate_limits": windows})["rate_limits"]
    assert set(kept) == {"five_hour", "seven_day_fable"}
    assert {f"seven_day_{family}" for family in SCOPED} < set(meter.SCOPED)
