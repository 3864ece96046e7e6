"""The commands `meter record`, `meter show` and `meter import`: a meter that is not read now cannot be read later.

`record` is run by Claude Code many times a minute, by several sessions at once, and its output is what the user sees:
it loads little, writes one line in one call, and ends well whatever it was given.
"""

from __future__ import annotations

import errno
import json
import os
import re
import stat
import sys
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from generator.base.problems import Exit
from generator.base.wording import plural, printable
from generator.cli.context import console, discover, meter_folder, now, state_folder, track, warn_silent, warn_unclaimed

if TYPE_CHECKING:
    from generator.importers import Discovery
    from generator.records.rows import LogData

RECORD = "statusline.jsonl"
IMPORTED = "imported.jsonl"
LARGEST_INPUT = 1024 * 1024  # bytes of one object of the client
TAIL = 16 * 1024  # bytes at the record's end that are looked at for the same line
NOT_A_FILE = "is not an ordinary file"
REPEAT = timedelta(seconds=60)
WINDOWS = {"five_hour": "5h", "seven_day": "7d"}
SCOPED = tuple(f"seven_day_{name}" for name in ("opus", "sonnet", "haiku", "fable", "mythos", "overage_included"))
INTO = click.option(
    "--into", type=click.Path(path_type=Path, dir_okay=False), help="File to append to. [default: in your state folder]"
)
_SESSION = re.compile(r"[0-9A-Za-z-]{1,64}")

SETTINGS = """\b
Claude Code runs it after each answer, from ~/.claude/settings.json:
  {
    "statusLine": { "type": "command", "command": "witnessmark meter record" }
  }
If you have a status line of your own, hand the input on to both:
  input=$(cat); printf '%s' "$input" | witnessmark meter record --quiet
"""


@click.group()
def meter() -> None:
    """Record your usage meter from now on, and look at what was recorded."""


@meter.command(epilog=SETTINGS)
@INTO
@click.option("--quiet", is_flag=True, help="Print nothing.")
def record(into: Path | None, quiet: bool) -> None:  # noqa: FBT001  click passes flags so
    """Append what Claude Code hands to a status line command, and print a short status.

    Reads one JSON object from standard input. Keeps the meters, the running counters, the session's id, the client's
    version and the model, with the time: no path, no name. A line that repeats all of it within a minute is not
    written again. Input that cannot be read, or a disk that is full, is no error: a status line must not fail.
    """
    status = _given(sys.stdin.buffer.read(LARGEST_INPUT + 1))
    kept = _kept(status)
    if kept:
        with suppress(OSError):  # the status is shown all the same
            append(into or meter_folder() / RECORD, kept, now())
    if not quiet:
        click.echo(_short(kept.get("rate_limits", {})))


def _given(data: bytes) -> dict[str, Any]:
    """The client's object; empty for anything else."""
    try:
        given = json.loads(data) if len(data) <= LARGEST_INPUT else None
    except (ValueError, RecursionError):
        return {}
    return given if isinstance(given, dict) else {}


def _kept(status: dict[str, Any]) -> dict[str, Any]:
    """The figures that are kept, with what they belong to; empty where there is no figure."""
    limits = _part(status, "rate_limits")
    windows = {name: _numbers(_part(limits, name), "used_percentage", "resets_at") for name in (*WINDOWS, *SCOPED)}
    figures = {
        "rate_limits": {name: window for name, window in windows.items() if "used_percentage" in window},
        "context_window": _numbers(_part(status, "context_window"), "total_input_tokens", "total_output_tokens"),
        "cost": _numbers(_part(status, "cost"), "total_cost_usd", "total_duration_ms"),
    }
    stated = {name: figure for name, figure in figures.items() if figure}
    return {**_names(status), **stated} if stated else {}


def _names(status: dict[str, Any]) -> dict[str, Any]:
    from generator.records.models import public_model
    from generator.records.pseudonyms import known_version

    session, version, model = status.get("session_id"), status.get("version"), _part(status, "model").get("id")
    names: dict[str, Any] = {}
    if isinstance(session, str) and _SESSION.fullmatch(session):
        names["session_id"] = session
    if isinstance(version, str) and known_version(version):
        names["version"] = version
    if isinstance(model, str):
        names["model"] = {"id": public_model(model)}
    return names


def _part(status: dict[str, Any], name: str) -> dict[str, Any]:
    part = status.get(name)
    return part if isinstance(part, dict) else {}


def _numbers(part: dict[str, Any], *names: str) -> dict[str, float]:
    return {name: part[name] for name in names if type(part.get(name)) in (int, float) and abs(part[name]) < 10**15}


def append(path: Path, kept: dict[str, Any], at: datetime) -> None:
    """One line in one call, so that sessions that write at once do not tear each other's."""
    _make_folder(path)
    tail = _tail(path)
    if any(_repeats(line, kept, at) for line in tail.splitlines()[-64:]):
        return
    line = json.dumps({"timestamp": at.isoformat(timespec="milliseconds"), **kept}, separators=(",", ":"))
    torn = bool(tail) and not tail.endswith(b"\n")  # by a disk that was full; or another is just being written
    _write(path, (b"\n" if torn else b"") + line.encode() + b"\n")


def _make_folder(path: Path) -> None:
    """The folder of the file, which nobody else may look into if it is made here."""
    if not path.parent.is_dir():
        path.parent.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.parent.mkdir(exist_ok=True, mode=0o700)


def _write(path: Path, data: bytes) -> None:
    """Append. Raises OSError, also where it is not an ordinary file: a pipe would wait for a reader."""
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, NOT_A_FILE, str(path))
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
    handle = os.open(path, flags, 0o600)
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, NOT_A_FILE, str(path))
        os.write(handle, data)
    finally:
        os.close(handle)


def _tail(path: Path) -> bytes:
    if not path.is_file():
        return b""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - TAIL))
        return file.read(TAIL)


def _repeats(line: bytes, kept: dict[str, Any], at: datetime) -> bool:
    """Does the line say the same, less than a minute ago? The time that a session has run is no news."""
    before = _given(line)
    try:
        age = at - datetime.fromisoformat(before.pop("timestamp"))
    except (KeyError, OverflowError, TypeError, ValueError):
        return False
    return timedelta(0) <= age < REPEAT and _news(before) == _news(kept)


def _news(kept: dict[str, Any]) -> dict[str, Any]:
    cost = {name: value for name, value in _part(kept, "cost").items() if name != "total_duration_ms"}
    return {**kept, "cost": cost}


def _short(limits: dict[str, Any]) -> str:
    """As `5h 42 % until 15:00 | 7d 18 %`, in the time of this machine; empty before the first answer."""
    parts = []
    for name, short in WINDOWS.items():
        if name in limits:
            until = _clock(limits[name].get("resets_at")) if name == "five_hour" else ""
            parts.append(f"{short} {limits[name]['used_percentage']:.0f} %{until}")
    return " | ".join(parts)


def _clock(seconds: float | None) -> str:
    try:
        return f" until {datetime.fromtimestamp(seconds, UTC).astimezone():%H:%M}" if seconds else ""
    except (ValueError, OverflowError, OSError):
        return ""


FILES = click.argument("files", nargs=-1, type=click.Path(path_type=Path, exists=True))


@meter.command()
@FILES
def show(files: tuple[Path, ...]) -> None:
    """Print each meter's series: readings, first and last, resets, falls that are none, and gaps.

    FILES: whatever holds meter readings, in any format that is read here. Without FILES, your own record.

    \b
    Examples:
      witnessmark meter show
      witnessmark meter show ~/tracker/usage.db
    """
    import secrets

    from generator.cli.terminal import print_series

    print_series(console(), _read(files or _own_record(), secrets.token_bytes(32))[1].meters)


@meter.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@INTO
def import_(files: tuple[Path, ...], into: Path | None) -> None:
    """Append meter readings that others recorded, as lines of JSON in the form of the usage endpoint.

    FILES: any format that is read here; everything but meter readings is left out. A tracker's database is taken if
    it is known by its tables (usage_history, usage_snapshots). Readings of any other origin are taken as a CSV file
    with the columns time, window, used_percent and, where you have them, resets_at and account: a row for each window,
    named five_hour, seven_day, seven_day_opus, seven_day_sonnet, seven_day_haiku, seven_day_fable, seven_day_mythos,
    seven_day_overage_included or extra_usage. Names of accounts become pseudonyms.
    A reading that is imported twice counts once.

    \b
    Examples:
      witnessmark meter import ~/tracker/usage.db
      witnessmark meter import readings.csv
      witnessmark meter import exports/ --into meter.jsonl
    """
    from generator.importers.meters.polls import lines
    from generator.importers.values import account
    from generator.packs.key import load_key

    key = load_key(state_folder() / "key")
    found, data, silent = _read(files, key)
    readings = data.meters
    path = into or meter_folder() / IMPORTED
    _make_folder(path)
    text = "".join(f"{line}\n" for line in lines(readings, account(None, key)))
    if text:
        _write(path, text.encode())
    click.echo(
        f"Appended {plural(len(readings), 'reading')} as {plural(text.count(chr(10)), 'line')} "
        f"to {printable(path)}. {_left_out(data)}"
    )
    if silent or found.unclaimed:
        sys.exit(Exit.PARTIAL)


def _left_out(data: LogData) -> str:
    """How many rows gave no reading, and why."""
    skipped: dict[str, int] = {}
    for tally in data.tallies:
        for reason, count in tally.skipped.items():
            skipped[reason.value] = skipped.get(reason.value, 0) + count
        if tally.pending:
            skipped["pending"] = skipped.get("pending", 0) + tally.pending
    if not skipped:
        return "No row was skipped."
    rows = ", ".join(f"{count:,} {reason}" for reason, count in sorted(skipped.items()))
    return f"Rows that were skipped: {rows}."


def _own_record() -> tuple[Path, ...]:
    from generator.base.problems import LogError, Problem

    if not meter_folder().is_dir():
        hint = "set it up as `witnessmark meter record --help` shows"
        raise LogError(Problem(str(meter_folder()), 0, 0, "W-no-logs", "no meter was recorded yet", hint))
    return (meter_folder(),)


def _read(files: tuple[Path, ...], key: bytes) -> tuple[Discovery, LogData, bool]:
    """The files, what they hold, and whether one of them gave nothing; what is left out is said."""
    from generator.importers import read

    found = discover(files)
    data = read(found.claimed, key=key, track=track())
    warn_unclaimed(found)
    return found, data, warn_silent(found, data.tallies)
