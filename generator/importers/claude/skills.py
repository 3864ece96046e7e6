"""Which skill each call of a transcript worked for. A name of the owner's, so no record and no pack holds it.

Clients from about 2.1.120 on write `attributionSkill` on the lines of an answer, and `attributionPlugin` beside it
where a plugin brought the skill (280 calls of public logs: on assistant lines only, one skill an answer).
The files are read a second time for it, and only where somebody asks for the table.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import msgspec

from generator.importers.base import Count, LogFile, lines
from generator.importers.json_lines import REFUSED, glued, mended
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
    """(1-based number of a line, name of its skill) of one open transcript.

    Each line that states one, and the first line of the call that it belongs to, by which a record names its place.
    """
    count = Count()
    first: dict[str, int] = {}
    names: dict[int, str] = {}
    for raw in lines(stream, count):
        for line in _read(raw):
            id = line.message.id if line.message else None
            if not id:
                continue
            first.setdefault(id, count.line)
            if line.attribution_skill:
                names[count.line] = _name(line)
                names.setdefault(first[id], names[count.line])
    yield from names.items()


def _read(raw: bytes) -> Iterator[_Line]:
    """The objects of a line, mended where the decoder wants it; none where it is no line of an answer."""
    if b'"usage"' not in raw and SPELLED not in raw:
        return
    try:
        yield _decode(raw)
    except REFUSED:
        pass
    else:
        return
    for part in glued(raw) or [raw]:
        with suppress(*REFUSED):
            yield _decode(mended(part))


def _name(line: _Line) -> str:
    skill, plugin = line.attribution_skill or "", line.attribution_plugin or ""
    return skill if not plugin or skill.startswith(plugin + PLUGIN) else f"{plugin}{PLUGIN}{skill}"
