"""Lines of JSON: what decoders refuse, what can be mended, and why the rest is not used."""

from __future__ import annotations

import re
from itertools import pairwise

import msgspec
from msgspec import Raw

from generator.records.rows import SkipReason

REFUSED = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What the decoder raises. Its texts quote the line: never show them, never thread them."""

BOM = b"\xef\xbb\xbf"
_SURROGATES = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[dD][89a-fA-F][0-9a-fA-F]{2}|\\[^u]"
)
_SEAM = re.compile(rb'\}\s*(?:\xef\xbb\xbf)?\{\s*["}]')  # of two objects on one line
_STRUCTURE = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[{}]', re.DOTALL)  # a string that is never closed ends the line
_decode_raw = msgspec.json.Decoder(Raw).decode


def mended(line: bytes) -> bytes:
    r"""The line with lone surrogate escapes replaced and a byte order mark taken off.

    JavaScript writes half an emoji as a lone `\ud83d`. JSON's grammar allows it (RFC 8259, section 8.2) and
    Python's json reads it; the fast decoder does not.
    """
    return _SURROGATES.sub(_whole_pair, line.removeprefix(BOM))


def _whole_pair(match: re.Match[bytes]) -> bytes:
    found = match.group()
    lone = len(found) == len(rb"\ud83d") and found[1:2] == b"u"
    return rb"\ufffd" if lone else found


def has_later_object(head: bytes) -> bool:
    """Is a line after the first an object of its own? Then the file holds lines, however damaged the first one is.

    In a document that is laid out over lines, an element is followed by a comma or by the end of its list.
    """
    later = head.split(b"\n")[1:]
    return any(
        line.startswith(b"{") and not after.lstrip().startswith((b"]", b",")) and _is_object(line)
        for line, after in pairwise(later)  # the last one has no end, or is cut by the head
    )


def _is_object(line: bytes) -> bool:
    try:
        return bytes(_decode_raw(line)).startswith(b"{")
    except REFUSED:
        return bool(glued(line))


def is_whole_object(line: bytes) -> bool:
    """Is it one object from end to end, or several? No beginning of an object is one, so no line end is needed."""
    parts = glued(line)
    return _is_single(parts[-1] if parts else line)


def glued(line: bytes) -> list[bytes]:
    """The objects of a line on which two writers, or one that was killed, left several without an end between them.

    [] for any other line. All but the last are whole; the last is what follows them, whole or not. Text that several
    documents were joined into is taken apart in the same way.
    """
    if _SEAM.search(line) is None:
        return []
    parts, start, depth = [], 0, 0
    for match in _STRUCTURE.finditer(line):
        found = match.group()
        depth += (found == b"{") - (found == b"}")
        if found == b"}" and not depth and _SEAM.match(line, match.start()):
            parts.append(line[start : match.end()])
            start = match.end()
    return [*parts, line[start:]] if parts and all(_is_single(part) for part in parts) else []


def _is_single(part: bytes) -> bool:
    try:
        return bytes(_decode_raw(mended(part))).startswith(b"{")
    except REFUSED:
        return False


def is_utf8(line: bytes) -> bool:
    """Is the whole line UTF-8, the parts that are never decoded included?"""
    if line.isascii():
        return True
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def refusal(line: bytes) -> SkipReason:
    """Why a decoder refused a mended line."""
    try:
        value = bytes(_decode_raw(line))
    except REFUSED:
        return SkipReason.NOT_JSON
    return SkipReason.BAD_FIELD if value.startswith(b"{") else SkipReason.NOT_OBJECT
