"""JSON documents as streams: the elements of one list, each as the bytes it stands in, without the rest in memory.

A recording of a browser or an export of a gateway is one document of hundreds of megabytes, with whole conversations
in it. The libraries that stream JSON (ijson, json-stream) hold each string whole and build Python objects; here an
element that is too long is passed over without being held, and nesting costs no memory. What comes out is decoded by
the same typed decoder as a line.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from io import BytesIO
from typing import BinaryIO

import msgspec

from generator.importers.base import LONGEST_LINE, Count, lines
from generator.importers.json_lines import BOM, has_later_object
from generator.records.rows import SkipReason

CHUNK = 256 * 1024
DEEPEST = 64  # containers around the list that is wanted; a deeper one is none of ours

_TOKEN = re.compile(rb'["\[\]{},:]')
_STRING_END = re.compile(rb'["\\]')
_decode_key = msgspec.json.Decoder(str).decode
_decode_members = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode

Path = tuple[str, ...]


def rows(stream: BinaryIO, count: Count, *paths: Path, longest: int = LONGEST_LINE) -> Iterator[bytes]:
    """JSON lines, or the elements of a document's list, whichever the file holds.

    A file is a document if it begins with `[`, or with `{` and one of the lists is spelled in its first object,
    unless a later line is an object of its own.
    """
    head = _head(stream)
    begins = head.startswith(b"[") or (head.startswith(b"{") and _is_document(head, paths))
    if begins and not has_later_object(head):
        return elements(stream, count, *paths, longest=longest)
    return lines(stream, count, longest=longest)


def objects(stream: BinaryIO, count: Count) -> Iterator[bytes]:
    """The rows of a file that a script wrote: its lines, the elements of its list, or the one object that it is."""
    head = _head(stream)
    first, ended, _ = head.partition(b"\n")
    if has_later_object(head):
        return lines(stream, count)
    if head.startswith(b"["):
        return elements(stream, count, ())
    if not ended or first.strip() != b"{":  # a document that is laid out over lines has nothing else on its first
        return lines(stream, count)
    return iter([document] if (document := whole(stream, count)) else [])


def heads(head: bytes) -> Iterator[bytes]:
    """Rows in the head of such a file, as far as it shows them whole; other parts of it too, which are no objects."""
    start = head.removeprefix(BOM)
    yield from (line for line in start.split(b"\n") if line)
    if start.lstrip().startswith(b"["):
        yield from elements(BytesIO(head), Count(), ())
    elif start.partition(b"\n")[0].strip() == b"{":
        yield start


def whole(stream: BinaryIO, count: Count, *, longest: int = LONGEST_LINE) -> bytes:
    """A document that is small as a whole; empty where it is blank, or longer than `longest` and so skipped."""
    document = stream.read(longest + 1)
    count.bytes += len(document)
    if not document:
        return b""
    count.read += 1
    if len(document) > longest:
        count.skip(SkipReason.TOO_LONG)
        for rest in iter(lambda: stream.read(CHUNK), b""):
            count.bytes += len(rest)
        return b""
    if document.isspace():
        count.blank += 1
        return b""
    return document


def _head(stream: BinaryIO, size: int = 64 * 1024) -> bytes:
    start = stream.tell()
    head = stream.read(size)
    stream.seek(start)
    return head.removeprefix(BOM).lstrip()


def _is_document(head: bytes, paths: tuple[Path, ...]) -> bool:
    first, _, rest = head.partition(b"\n")
    members = _members(first)
    if members is None:  # laid out over several lines, longer than the head, or damaged
        spelled = any(f'"{path[0]}"'.encode() in head for path in paths if path)
        return spelled and _members(rest.partition(b"\n")[0]) is None
    return any(path[0] in members for path in paths if path)


def _members(line: bytes) -> dict[str, msgspec.Raw] | None:
    """Members of a whole object; None for anything else."""
    try:
        return _decode_members(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def elements(stream: BinaryIO, count: Count, *paths: Path, longest: int = LONGEST_LINE) -> Iterator[bytes]:
    """Elements of the list at one of `paths` (keys from the outermost object; `()` is a list at the top).

    `count.read` is the 1-based number of the element just given. One that is longer than `longest` is skipped, one that
    the document ends within is pending. Values that are no object or list are given too. A document without any such
    list gives nothing.
    """
    scanner = _Scanner(stream, count, frozenset(paths), longest)
    yield from scanner.elements()


class _Scanner:
    """One pass over the document's structure: strings are passed over, containers counted, a list cut at its commas."""

    def __init__(self, stream: BinaryIO, count: Count, paths: frozenset[Path], longest: int) -> None:
        self.stream, self.count, self.paths, self.longest = stream, count, paths, longest
        self.buffer = bytearray()
        self.place = 0  # next byte of the buffer to look at
        self.kept: int | None = None  # bytes from here on are wanted whole
        self.too_long = False

    def elements(self) -> Iterator[bytes]:
        """Elements of the wanted lists. Raises nothing: a document that is none gives no element."""
        opened: list[bytes] = []
        names: list[str] = []  # keys that lead to the container that was opened last
        name, name_comes = "", False
        ended = True
        while token := self._token():
            if token == b'"':
                name = self._name() if name_comes else self._passed()
                name_comes = False
            elif token in b"[{":
                if opened:
                    names.append(name if opened[-1] == b"{" else "")
                opened.append(token)
                name_comes = token == b"{"
                if token == b"[" and tuple(names) in self.paths:
                    ended = yield from self._cut()
                    opened.pop()
                    del names[-1:]
            elif token in b"]}":
                del opened[-1:], names[-1:]
                name_comes = False
            else:
                name_comes = token == b"," and opened[-1:] == [b"{"]
            if len(opened) > DEEPEST:
                self._refuse()
                return
        if opened and ended:  # else the list is pending already
            self.count.read += 1
            self.count.pending += 1

    def _cut(self) -> Generator[bytes, None, bool]:
        """Elements of the list that was just opened, up to its end; is there one?"""
        depth, self.kept, self.too_long = 0, self.place, False
        while token := self._token():
            if token == b'"':
                self._passed()
            elif token in b"[{":
                depth += 1
            elif token in b"]}" and depth:
                depth -= 1
            elif token in b",]}" and not depth:
                yield from self._element(self.place - 1)
                if token != b",":
                    self.kept = None
                    return True
                self.kept, self.too_long = self.place, False
        self.kept = None
        self.count.read += 1
        self.count.pending += 1
        return False

    def _element(self, end: int) -> Iterator[bytes]:
        element = bytes(self.buffer[self.kept : end])
        if self.too_long:
            self.count.read += 1
            self.count.skip(SkipReason.TOO_LONG)
        elif element.strip():
            self.count.read += 1
            yield element

    def _refuse(self) -> None:
        self.count.read += 1
        self.count.skip(SkipReason.NOT_JSON)
        for rest in iter(lambda: self.stream.read(CHUNK), b""):
            self.count.bytes += len(rest)

    def _token(self) -> bytes:
        """The next structural character; empty at the end."""
        while True:
            found = _TOKEN.search(self.buffer, self.place)
            if found:
                self.place = found.end()
                return found.group()
            self.place = len(self.buffer)
            if not self._fill():
                return b""

    def _passed(self) -> str:
        """Go on behind the string that was just opened."""
        while True:
            found = _STRING_END.search(self.buffer, self.place)
            character, end = (found.group(), found.end()) if found else (b"", len(self.buffer))
            del found  # a match holds the buffer, which then could not grow
            if character == b'"':
                self.place = end
                return ""
            escaped = character == b"\\"
            if escaped and end < len(self.buffer):
                self.place = end + 1
                continue
            self.place = end - escaped
            if not self._fill():
                self.place = len(self.buffer)
                return ""

    def _name(self) -> str:
        """The string that was just opened; "" for one that is no name."""
        self.kept = self.place - 1
        self._passed()
        raw, self.kept = bytes(self.buffer[self.kept : self.place]), None
        try:
            return _decode_key(raw) if not self.too_long else ""
        except (msgspec.DecodeError, UnicodeDecodeError):
            return ""

    def _fill(self) -> bool:
        """Add a chunk behind what is still wanted; False at the end of the file."""
        chunk = self.stream.read(CHUNK)
        if not chunk:
            return False
        self.count.bytes += len(chunk)
        if self.kept is not None and self.place - self.kept > self.longest:
            self.too_long, self.kept = True, self.place
        start = self.place if self.kept is None else self.kept
        del self.buffer[:start]
        self.place -= start
        self.kept = None if self.kept is None else 0
        self.buffer += chunk
        return True
