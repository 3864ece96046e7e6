"""Short ways to make records for tests: a request is (read, written) at a second."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from generator.records.pseudonyms import pseudonym
from generator.records.rows import Mark, MarkKind, Request, SourceRef, Trigger

KEY = b"test"
START = datetime(2026, 3, 17, 9, 0, 13, 250_000, tzinfo=UTC)


def request(number, at, read, written, **fields):
    """Request `number`, begun `at` seconds after START and answered in 4 s; cache writes live an hour."""
    began = START + timedelta(seconds=at)
    written_5m = fields.pop("written_5m", 0)
    defaults = {
        "id": pseudonym("message", f"m{number}", KEY),
        "session": pseudonym("session", fields.pop("session_name", "s"), KEY),
        "parent": pseudonym("line", f"p{number}", KEY),
        "version": "2.1.76",
        "model": "claude-opus-4-6",
        "started": began,
        "first_seen": began + timedelta(seconds=1),
        "ended": began + timedelta(seconds=4),
        "input_tokens": 5,
        "cache_read_tokens": read,
        "cache_write_tokens": written,
        "cache_write_5m_tokens": written_5m,
        "cache_write_1h_tokens": written - written_5m,
        "output_tokens": 100,
        "output_reliable": True,
        "source": SourceRef(0, number + 1),
    }
    return Request(**(defaults | fields))


def mark(kind, at, *, line=900, session_name="s", trigger=Trigger.NONE, value=None):
    """A mark `at` seconds after START."""
    return Mark(
        kind=MarkKind(kind),
        session=pseudonym("session", session_name, KEY),
        at=START + timedelta(seconds=at),
        trigger=trigger,
        value=value,
        source=SourceRef(0, line),
    )


def steady(count, *, first=0, gap=20, prefix=60_000, growth=500, **fields):
    """Requests that obey the identity: each reads all that was read and written before, and adds `growth`."""
    rows, read, written = [], 0, prefix
    for number in range(first, first + count):
        rows.append(request(number, number * gap, read, written, **fields))
        read, written = read + written, growth
    return rows
