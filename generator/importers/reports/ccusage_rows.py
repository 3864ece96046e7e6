"""Shapes of what ccusage prints as JSON, of its first versions and of 20, whose rows are brought to the older form.

Version 20 adds up the calls of all programs on a computer. Shapes: the tool's documentation (guide, JSON output) and
its source (rust/crates/ccusage-adapter-all/src/report.rs).
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec import Raw, Struct, field

CLAUDE, ALL = "claude", "all"


class Sums(Struct, frozen=True, rename="camel"):
    """Tokens, in the two spellings that reports use."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_creation_tokens: int | None = None
    cache_read_tokens: int | None = None
    cache_creation_input_tokens: int | None = None
    cache_read_input_tokens: int | None = None


class Part(Sums, frozen=True, rename="camel"):
    """One model of a row."""

    model_name: str | None = None
    model: str | None = None

    @property
    def name(self) -> str:
        """Its name as written."""
        return self.model_name or self.model or ""


class Metadata(Struct, frozen=True, rename="camel"):
    """`metadata` of version 20: of a session, or which programs a row of `all` sums."""

    agents: list[str] | None = None
    first_activity: str | None = None
    last_activity: str | None = None
    project_path: str | None = None


class Row(Sums, frozen=True, rename="camel"):
    """One row of any report."""

    period: str | None = None
    agent: str | None = None
    agents: list[Raw] | None = None
    metadata: Metadata | None = None
    date: str | None = None
    week: str | None = None
    month: str | None = None
    session_id: str | None = None
    session: str | None = None
    project_path: str | None = None
    first_activity: str | None = None
    last_activity: str | None = None
    start_time: str | None = None
    end_time: str | None = None
    block_start: str | None = None
    block_end: str | None = None
    is_gap: bool | None = None
    models_used: list[str] | None = None
    models: list[str] | None = None
    token_counts: Sums | None = None
    model_breakdowns: list[Part] | None = None
    breakdown: dict[str, Part] | None = None


class Document(Struct, frozen=True):
    """One output. `data` is how the documentation showed it at first."""

    daily: list[Raw] = field(default_factory=list)
    weekly: list[Raw] = field(default_factory=list)
    monthly: list[Raw] = field(default_factory=list)
    sessions: list[Raw] = field(default_factory=list)
    session: list[Raw] = field(default_factory=list)
    blocks: list[Raw] = field(default_factory=list)
    data: list[Raw] = field(default_factory=list)
    projects: dict[str, list[Raw]] = field(default_factory=dict)

    def rows(self) -> Iterator[tuple[Raw, str, str]]:
        """All rows, each with the name of its report and the project that it is of."""
        for name in ("daily", "weekly", "monthly", "sessions", "session", "blocks", "data"):
            yield from ((row, name, "") for row in getattr(self, name))
        for project, rows in self.projects.items():
            yield from ((row, "daily", project) for row in rows)


decode_document = msgspec.json.Decoder(Document).decode
decode = msgspec.json.Decoder(Row).decode


def spelled_out(row: Row, report: str) -> Row:
    """A row of version 20 as older versions wrote it: `period` is the day, week, month or session of its report."""
    if not row.period:
        return row
    stated = row.metadata or Metadata()
    names = {"weekly": "week", "monthly": "month", "sessions": "session_id", "session": "session_id"}
    return msgspec.structs.replace(
        row,
        **{names.get(report, "date"): row.period},
        first_activity=row.first_activity or stated.first_activity,
        last_activity=row.last_activity or stated.last_activity,
        project_path=row.project_path or stated.project_path,
    )


def of_claude(row: Row) -> Row | None:
    """What the row sums of Claude Code's own calls, with other programs' where they cannot be told apart."""
    if row.agent in {None, CLAUDE}:
        return row
    if row.agent != ALL:
        return None
    parts = [decode(part) for part in row.agents or ()]
    if parts:
        mine = next((part for part in parts if part.agent == CLAUDE), None)
        return mine and msgspec.structs.replace(
            row,
            agent=CLAUDE,
            models_used=mine.models_used,
            model_breakdowns=mine.model_breakdowns,
            input_tokens=mine.input_tokens,
            output_tokens=mine.output_tokens,
            cache_creation_tokens=mine.cache_creation_tokens,
            cache_read_tokens=mine.cache_read_tokens,
        )
    programs = row.metadata.agents if row.metadata else None
    if programs == [CLAUDE]:
        return msgspec.structs.replace(row, agent=CLAUDE)
    return row if programs is None or CLAUDE in programs else None
