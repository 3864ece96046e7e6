"""What each log gave when it was last read, as bytes: an index, and segments that it points into.

A file is known again by its path, device, inode, size and both times. The system sets the last of these (ctime) at
every change, whatever a program does to the other. Times have steps, so a file that changed just before it was looked
at may change again without a trace: such a file is not kept (the "racy" case of git's index).

Entries hold digests, numbers and ids of formats. Segments never change; a run adds one, and the index is replaced in
one step. So a run that is killed loses its own entries and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from generator.base.listing import Seen
from generator.index.sealed import Sealed, SpoiledError

if TYPE_CHECKING:
    import os
    from pathlib import Path

INDEX = "index"
SEGMENT = "segment-"
RACY_NS = 2_000_000_000  # nanoseconds; the coarsest step of a file's time in use (FAT)
MOST_SEGMENTS = 8  # then, or when more of them is dead than alive, they become one
LONGEST_UNUSED = 30  # days


class State(NamedTuple):
    """What tells that a file is still the same."""

    device: int
    inode: int
    bytes: int
    modified_ns: int
    changed_ns: int


class Entry(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What is kept of one file: who read it, at which place among the files, and where its bytes are."""

    state: State
    importer: str
    place: int
    segment: str
    start: int
    length: int
    day: int  # since 1970, on which it was last used


class Fresh(NamedTuple):
    """A file that was read just now, and what it gave."""

    file: Seen
    importer: str
    place: int
    packed: bytes


def state_of(status: os.stat_result) -> State:
    """The state in a form that can be compared."""
    return State(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def is_settled(status: os.stat_result, began_ns: int) -> bool:
    """Was the file at rest when the run began (nanoseconds since 1970)?"""
    return max(status.st_mtime_ns, status.st_ctime_ns) < began_ns - RACY_NS


class Known:
    """Entries of the files of one run that have not changed, and their bytes."""

    def __init__(self, entries: Mapping[Path, Entry], segments: Mapping[str, bytes]) -> None:
        self.entries = {path: entry for path, entry in entries.items() if entry.segment in segments}
        self._segments = segments

    def packed(self, entry: Entry) -> bytes:
        """What the file gave."""
        return self._segments[entry.segment][entry.start : entry.start + entry.length]


def load(sealed: Sealed, files: Sequence[Seen]) -> Known:
    """What is kept of these files. Raises SpoiledError."""
    entries = _entries(sealed)
    found = {}
    for file in files if entries else ():
        entry = entries.get(_tag(sealed, file))
        if entry is not None and entry.state == state_of(file.status):
            found[file.path] = entry
    wanted = sorted({entry.segment for entry in found.values()})
    contents = {name: content for name in wanted if (content := sealed.read(name)) is not None}
    return Known(found, contents)


def save(sealed: Sealed, used: Iterable[Seen], fresh: Iterable[Fresh], began_ns: int) -> None:
    """Keep what was read, beside what other runs kept meanwhile. Raises OSError, SpoiledError."""
    today = began_ns // 86_400_000_000_000
    entries = _entries(sealed)
    settled = [one for one in fresh if is_settled(one.file.status, began_ns)]
    for file in used:
        if (entry := entries.get(_tag(sealed, file))) is not None and entry.day != today:
            entries[_tag(sealed, file)] = msgspec.structs.replace(entry, day=today)
    entries = {tag: entry for tag, entry in entries.items() if abs(today - entry.day) <= LONGEST_UNUSED}
    content = b"".join(one.packed for one in settled)
    name = _segment_name(sealed, content)
    start = 0
    for one in settled:
        state = state_of(one.file.status)
        entries[_tag(sealed, one.file)] = Entry(state, one.importer, one.place, name, start, len(one.packed), today)
        start += len(one.packed)
    if content:
        sealed.write(name, content)
    entries = _compacted(sealed, entries)
    sealed.write(INDEX, msgspec.msgpack.encode(entries))
    alive = {entry.segment for entry in entries.values()}
    sealed.remove(*(other for other in sealed.names() if other.startswith((SEGMENT, ".")) and other not in alive))


def _compacted(sealed: Sealed, entries: dict[bytes, Entry]) -> dict[bytes, Entry]:
    """The entries, in one segment where there are many, or much of them is dead."""
    sizes = {name: status.st_size for name, status in sealed.names().items() if name.startswith(SEGMENT)}
    alive = sum(entry.length for entry in entries.values())
    if len(sizes) <= MOST_SEGMENTS and sum(sizes.values()) <= 2 * alive + 4096 * len(sizes):
        return entries
    old = {name: sealed.read(name) or b"" for name in {entry.segment for entry in entries.values()}}
    parts = [(tag, one, old[one.segment][one.start : one.start + one.length]) for tag, one in sorted(entries.items())]
    parts = [(tag, one, part) for tag, one, part in parts if len(part) == one.length]
    content = b"".join(part for _, _, part in parts)
    name = _segment_name(sealed, content)
    moved, start = {}, 0
    for tag, one, part in parts:
        moved[tag] = msgspec.structs.replace(one, segment=name, start=start)
        start += len(part)
    if content:
        sealed.write(name, content)
    return moved


def _entries(sealed: Sealed) -> dict[bytes, Entry]:
    content = sealed.read(INDEX)
    if content is None:
        return {}
    try:
        return msgspec.msgpack.decode(content, type=dict[bytes, Entry])
    except msgspec.DecodeError:
        raise SpoiledError("is broken") from None


def _tag(sealed: Sealed, file: Seen) -> bytes:
    return sealed.digest(b"path", str(file.path).encode("utf-8", "surrogatepass"), bytes([file.named]))[:16]


def _segment_name(sealed: Sealed, content: bytes) -> str:
    return SEGMENT + sealed.digest(b"segment", content).hex()[:16]
