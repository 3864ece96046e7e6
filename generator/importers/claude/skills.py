"""Which skill each call of a transcript worked for. A name of the owner's, so no record and no pack holds it.

Clients from about 2.1.120 on write `attributionSkill` on the lines of an answer, and `attributionPlugin` beside it
where a plugin brought the skill (280 calls of public logs: on assistant lines only, one skill an answer).
The files are read a second time for it, and only where somebody asks for the table.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

from generator.importers.base import Count, LogFile, lines
from generator.importers.json_lines import REFUSED, mended
from generator.records.rows import SourceRef

FORMATS = frozenset({"claude-code"})  # ids of the importers whose files have it
SPELLED = b'"attributionSkill"'
PLUGIN = ":"  # as the client writes it: plugin:skill


class _Message(msgspec.Struct, gc=False, frozen=True):
    id: str | None = None


class _Line(msgspec.Struct, gc=False, frozen=True, rename="camel"):
    message: _Message | None = None
    attribution_skill: str | None = None
    attribution_plugin: str | None = None


_decode = msgspec.json.Decoder(_Line).decode


def skills(files: list[LogFile]) -> dict[SourceRef, str]:
    """Names of skills by the first line of each call that has one. A file that vanished raises OSError."""
    return {
        SourceRef(index, line): name
        for index, file in enumerate(files)
        if file.importer.id in FORMATS
        for line, name in _in_file(file.path)
    }


def _in_file(path: Path) -> Iterator[tuple[int, str]]:
    with path.open("rb") as stream:
        yield from in_stream(stream)


def in_stream(stream: BinaryIO) -> Iterator[tuple[int, str]]:
    """(1-based number of the call's first line, name of its skill) of one open transcript."""
    count = Count()
    first: dict[str, int] = {}
    names: dict[str, str] = {}
    for raw in lines(stream, count):
        line = _read(raw)
        if line is None or line.message is None or not line.message.id:
            continue
        first.setdefault(line.message.id, count.read)
        if line.attribution_skill:
            names.setdefault(line.message.id, _name(line))
    return iter([(first[id], name) for id, name in names.items()])


def _read(raw: bytes) -> _Line | None:
    """The line, mended where the decoder wants it; None where it is no line of an answer."""
    if b'"usage"' not in raw and SPELLED not in raw:
        return None
    try:
        return _decode(raw)
    except REFUSED:
        pass
    try:
        return _decode(mended(raw))
    except REFUSED:
        return None


def _name(line: _Line) -> str:
    skill, plugin = line.attribution_skill or "", line.attribution_plugin or ""
    return skill if not plugin or skill.startswith(plugin + PLUGIN) else f"{plugin}{PLUGIN}{skill}"
