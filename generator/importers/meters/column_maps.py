"""The file in which a user says what the columns of their own table mean: `<name>.columns.yml`, or `columns.yml`.

table: polls               # of a SQLite database
time: checked_at           # a column
zone: Europe/Berlin        # of times that state none; without it they are refused
unit: percent              # or fraction; never guessed
window: bucket             # a column, or one of five-hour, seven-day, seven-day-opus, ...
used: value                # a column; or a window to its column each, and then no `window`
resets_at: reset           # a column, optional
account: person            # a column, optional
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from generator.base.problems import LogError, Problem
from generator.importers.meters.columns import Columns, Gauge, Unit
from generator.records.rows import Window

LARGEST = 64 * 1024  # bytes
SHARED = "columns.yml"
KEYS = ("table", "time", "zone", "unit", "window", "used", "resets_at", "account")
REQUIRED = ("time", "unit", "used")
ROOT = ""
TABLE = "\ntable"  # no column: where the name of the table stands
_OURS = re.compile(rb"^(?:used|unit|resets_at)[ \t]*:", re.MULTILINE)  # other programs have files of this name too


@dataclass(frozen=True)
class Place:
    """A place in the file; both numbers are 1-based."""

    line: int
    column: int


@dataclass(frozen=True)
class ColumnMap:
    """One mapping with the place of each column that it names. `own`: it lies beside one file and is for that alone."""

    path: Path
    own: bool
    table: str
    columns: Columns
    places: Mapping[str, Place]

    def fits(self, names: Collection[str]) -> bool:
        """Has the table these columns? Raises LogError where it is meant and one is missing."""
        missing = [name for name in self.columns.names if name not in names]
        meant = self.own or any(gauge.used in names for gauge in self.columns.gauges)
        if missing and meant:
            hint = "columns of CSV files are named in small letters"
            raise LogError(
                *(_problem(self.path, self.places[name], "W-ref", "no column has this name", hint) for name in missing)
            )
        return not missing

    def fitting(self, tables: Mapping[str, Collection[str]]) -> list[str]:
        """Names of the tables of a database that this is for. Raises LogError where it is meant and there is none."""
        named = [name for name in tables if name == self.table]
        if self.own and not named:
            code, message = ("W-ref", "no table has this name") if self.table else ("W-missing", "table is missing")
            raise LogError(_problem(self.path, self.places.get(TABLE, Place(1, 1)), code, message))
        return [name for name in named if self.fits(tables[name])]


def beside(path: Path) -> ColumnMap | None:
    """The mapping for this file, None where there is none. Raises LogError with every mistake in it."""
    own = next((one for one in _own(path) if one.is_file()), None)
    if own is not None:
        return parse(own.open("rb").read(LARGEST + 1), own, own=True)
    shared = path.with_name(SHARED)
    if not shared.is_file():
        return None
    data = shared.open("rb").read(LARGEST + 1)
    return parse(data, shared, own=False) if _OURS.search(data) else None


def _own(path: Path) -> tuple[Path, ...]:
    return (path.with_name(f"{path.name}.{SHARED}"), path.with_name(f"{path.stem}.{SHARED}"))


def parse(data: bytes, path: Path, *, own: bool) -> ColumnMap:
    """The mapping in these bytes. Raises LogError with every mistake and its place."""
    reading = _Reading(path)
    if len(data) > LARGEST:
        raise LogError(_problem(path, Place(1, 1), "W-size", f"more than {LARGEST // 1024} KiB"))
    entries = reading.entries(data)
    columns = reading.columns(entries) if entries is not None else None
    if reading.problems or columns is None:
        raise LogError(*reading.problems)
    return ColumnMap(path, own, reading.table, columns, reading.places)


def _problem(path: Path, place: Place, code: str, message: str, hint: str = "") -> Problem:
    return Problem(str(path), place.line, place.column, code, message, hint)


class _Reading:
    """One pass over the nodes of one file; nothing of it is repeated in a problem."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems: list[Problem] = []
        self.places: dict[str, Place] = {}
        self.table = ""

    def entries(self, data: bytes) -> dict[str, Any] | None:
        """Nodes by key."""
        try:
            root = yaml.compose(data.decode("utf-8"), Loader=yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            self._report(mark, "W-syntax", "not YAML", "write one `key: value` a line")
            return None
        except (yaml.YAMLError, ValueError, RecursionError):
            self._report(None, "W-syntax", "not YAML")
            return None
        if not isinstance(root, yaml.MappingNode):
            self._report(getattr(root, "start_mark", None), "W-type", "no mapping of keys to columns")
            return None
        found = self._mapping(root, KEYS)
        for key in REQUIRED:
            if key not in found:
                self._report(root.start_mark, "W-missing", f"{key} is missing")
        return found

    def _mapping(self, node: Any, keys: Collection[str]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else ROOT
            if name not in keys:
                self._report(key.start_mark, "W-field", "no key of a mapping", f"there are: {', '.join(keys)}")
            elif name in found:
                self._report(key.start_mark, "W-twice", f"{name} is written twice")
            else:
                found[name] = value
        return found

    def columns(self, entries: Mapping[str, Any]) -> Columns | None:
        """The mapping as columns; None after a mistake."""
        unit, zone = self._choice(entries, "unit", tuple(Unit)), self._zone(entries)
        time, owner = self.text(entries, "time"), self.text(entries, "account")
        gauges = self._gauges(entries)
        if "table" in entries:
            self.table = self.text(entries, "table")
            self.places[TABLE] = _place(entries["table"].start_mark)
        for key in ("time", "account"):
            if key in entries:
                self._name(entries[key])
        if self.problems or not unit:
            return None
        return Columns(time, Unit(unit), gauges, account=owner, zone=zone)

    def _gauges(self, entries: Mapping[str, Any]) -> tuple[Gauge, ...]:
        used, resets = entries.get("used"), entries.get("resets_at")
        if isinstance(used, yaml.MappingNode):
            if "window" in entries:
                self._report(entries["window"].start_mark, "W-field", "`used` names the windows already")
            reset_of = self._mapping(resets, tuple(Window)) if isinstance(resets, yaml.MappingNode) else {}
            if resets is not None and not isinstance(resets, yaml.MappingNode):
                self._report(resets.start_mark, "W-type", "a window to its column each is needed, as in `used`")
            return tuple(
                Gauge(self._name(node), Window(window), resets_at=self._name(reset_of.get(window)))
                for window, node in self._mapping(used, tuple(Window)).items()
            )
        if used is None:
            return ()
        if "window" not in entries:
            self._report(used.start_mark, "W-missing", "window is missing", "a column, or one of the fixed names")
            return ()
        window = self.text(entries, "window")
        fixed = window in tuple(Window)
        return (
            Gauge(
                self._name(used),
                Window(window) if fixed else None,
                "" if fixed else self._name(entries["window"]),
                self._name(resets),
            ),
        )

    def _name(self, node: Any) -> str:
        """Name of the column at this node; its place is kept."""
        if node is None:
            return ""
        if not isinstance(node, yaml.ScalarNode) or not node.value:
            self._report(node.start_mark, "W-type", "the name of a column is needed")
            return ""
        self.places.setdefault(node.value, _place(node.start_mark))
        return str(node.value)

    def text(self, entries: Mapping[str, Any], key: str) -> str:
        """The text at a key, "" for none."""
        node = entries.get(key)
        if node is None:
            return ""
        if not isinstance(node, yaml.ScalarNode) or not node.value:
            self._report(node.start_mark, "W-type", f"{key} is a text")
            return ""
        return str(node.value)

    def _choice(self, entries: Mapping[str, Any], key: str, allowed: Collection[str]) -> str:
        value = self.text(entries, key)
        if value and value not in allowed:
            self._report(entries[key].start_mark, "W-value", f"{key} is one of: {', '.join(allowed)}")
        return value

    def _zone(self, entries: Mapping[str, Any]) -> ZoneInfo | None:
        name = self.text(entries, "zone")
        try:
            return ZoneInfo(name) if name else None
        except (KeyError, ValueError, OSError):
            self._report(entries["zone"].start_mark, "W-value", "no time zone", "as UTC or Europe/Berlin")
            return None

    def _report(self, mark: Any, code: str, message: str, hint: str = "") -> None:
        place = Place(1, 1) if mark is None else _place(mark)
        self.problems.append(_problem(self.path, place, code, message, hint))


def _place(mark: Any) -> Place:
    return Place(mark.line + 1, mark.column + 1)
