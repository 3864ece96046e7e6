"""The sample logs with a canary in one field at a time, for every field of every kind of record that holds a text."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

SAMPLES = Path(__file__).parent / "samples"
CANARY = "Quokka zinnia vellum 7731 <marmöt>"


def fields(path):
    """(field, way to put a text into it) of all fields of the file that hold a text."""
    text = path.read_text("utf-8", "replace")
    if path.suffix == ".csv":
        return _columns(text)
    lines = text.splitlines()
    values = [(place, _json(line.removeprefix("data: ").strip())) for place, line in enumerate(lines)]
    if not any(isinstance(value, dict | list) for _, value in values) and isinstance(whole := _json(text), dict | list):
        return {name: (lambda new, name=name: json.dumps(_put(whole, name, new))) for name in _names(whole)}
    known = {}
    for place, value in values:
        if not isinstance(value, dict | list):
            continue
        kind = str(value.get("type", "")) if isinstance(value, dict) else ""
        for name in _names(value):
            known.setdefault((kind, *name), _in_line(lines, place, value, name))
    return known


def _in_line(lines, place, value, name):
    head = "data: " if lines[place].startswith("data: ") else ""
    return lambda new: (
        "\n".join([*lines[:place], head + json.dumps(_put(value, name, new)), *lines[place + 1 :]]) + "\n"
    )


def _json(text):
    try:
        return json.loads(text)
    except ValueError:
        return None


def _names(value, above=()):
    """Paths of all texts in the value; places in a list count as one, the first is taken."""
    if isinstance(value, str):
        return {above: None}
    items = (
        value.items()
        if isinstance(value, dict)
        else [("[]", item) for item in value]
        if isinstance(value, list)
        else []
    )
    return {name: None for key, item in items for name in _names(item, (*above, key))}


def _put(value, name, new):
    """The value with `new` at every place of that name."""
    if not name:
        return new if isinstance(value, str) else value
    if isinstance(value, dict):
        return {key: _put(item, name[1:], new) if key == name[0] else item for key, item in value.items()}
    if isinstance(value, list) and name[0] == "[]":
        return [_put(item, name[1:], new) for item in value]
    return value


def _columns(text):
    rows = list(csv.reader(io.StringIO(text)))
    if len(rows) < 2:
        return {}

    def put(column):
        def made(new):
            out = io.StringIO()
            csv.writer(out).writerows([rows[0], *([*row[:column], new, *row[column + 1 :]] for row in rows[1:])])
            return out.getvalue()

        return made

    return {("csv", name): put(place) for place, name in enumerate(rows[0])}


def samples():
    """Sample files that are text, with the importer they are written for."""
    for path in sorted(SAMPLES.rglob("*")):
        if path.suffix in {".json", ".jsonl", ".ndjson", ".har", ".csv", ".txt"} and path.is_file():
            yield path.relative_to(SAMPLES).parts[0], path


DIGITS = (
    "claude-20991231-20123456-49.17-30.55",
    "claude-47-11-08-15-42",
    "claude-opus-4-6-49170555",
    "claude-opus-4917-0555",
    "claude-3-5-sonnet-20241022-49170555",
    "gpt-49170555-47118815",
    "gpt-4-4917-0555-4711",
    "gemini-2.5-pro-491705-55120",
    "0049.0170.55512",
    "49.170.55512",
    "2.1.49170",
    "+49-170-55512047",
    "49170555120-47118815",
)
"""Digits in the shapes of models and versions that there are not: an account, a phone number, a day of birth."""
PLACES = ("model", "version")


def numbers_shown(canary, text):
    """Are the digits of the canary in the text, as they were written or without what parts them?"""
    parts = [part for part in _runs(canary) if len(part) >= 3 and part not in PUBLIC_DIGITS]
    return canary in text or any(f'"{part}' in text or f"-{part}" in text or f".{part}" in text for part in parts)


PUBLIC_DIGITS = {"20241022"}


def _runs(text):
    return "".join(letter if letter.isdigit() else " " for letter in text).split()
