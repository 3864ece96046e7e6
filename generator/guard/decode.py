"""A file of the site as whoever reads it could read it: HTML, URL and JSON coding undone, base64 and hex decoded."""

from __future__ import annotations

import base64
import binascii
import html
import re
import unicodedata
import zlib
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import unquote

BREAK = "\x00"
"""Stands between blocks of a page: no phrase runs across it."""
ROUNDS = 3  # codings within codings that are undone
SHORTEST_RUN = 16  # letters of base64 or hex
MOST_RUNS = 20_000
"""Runs that are remembered: a page of a site says most that the page before it says."""

GZIP = b"\x1f\x8b"
LARGEST_UNPACKED = 64 * 1024 * 1024  # bytes

_ASCII = re.compile(rb"[\t\n\r\x20-\x7e]{6,}")
_EDGE = re.compile(r'[<>]|="')
_BLOCK = re.compile(
    r"</?(?:address|article|aside|blockquote|br|button|caption|dd|details|div|dl|dt|fieldset|figcaption|figure|footer"
    r"|form|h[1-6]|head|header|hr|label|legend|li|link|main|meta|nav|ol|option|p|pre|script|section|select|style"
    r"|summary|table|tbody|td|template|text|tfoot|th|thead|title|tr|tspan|ul)\b[^<>]*>",
    re.IGNORECASE,
)
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")
_ESCAPE = re.compile(r"\\+(?:u\{([0-9A-Fa-f]{1,6})\}|u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|([nrtbf])|([\"'/]))")
_SURROGATES = re.compile(r"[\ud800-\udbff][\udc00-\udfff]")
_BASE64 = re.compile(rf"[A-Za-z0-9+/]{{{SHORTEST_RUN},}}|[A-Za-z0-9_-]{{{SHORTEST_RUN},}}")
_HEX = re.compile(rf"[0-9A-Fa-f]{{{SHORTEST_RUN},}}")
_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")


def views(data: bytes) -> Iterator[str]:
    """The text as it is, uncoded, without tags, and everything that was base64 or hex in it, uncoded in turn."""
    waiting = [text_of(data)]
    for _ in range(ROUNDS):
        inner = []
        for text in waiting:
            plain = uncoded(text)
            yield cells(text)
            if plain != text:
                yield cells(plain)
            if "<" in plain:
                yield without_tags(plain)
            inner += [piece for piece in {decoded(text), decoded(plain)} if piece]
        waiting = inner


def text_of(data: bytes) -> str:
    """The bytes as text: gzip unpacked, and of anything else that is no UTF-8 the runs of letters."""
    if data.startswith(GZIP):
        data = zlib.decompressobj(wbits=31).decompress(data, LARGEST_UNPACKED)
    try:
        return data.decode()
    except UnicodeDecodeError:
        return "\n".join(run.decode() for run in _ASCII.findall(data))


def cells(text: str) -> str:
    """Markup with its tags and attributes apart from each other; other text as it is."""
    return _EDGE.sub(BREAK, text) if "<" in text else text


def uncoded(text: str) -> str:
    """Entities, percent signs and backslashes undone, as often as they were put on, up to ROUNDS."""
    for _ in range(ROUNDS):
        before = text
        if "&" in text:
            text = html.unescape(text)
        if _PERCENT.search(text):
            text = unquote(text, errors="replace")
        if "\\" in text:
            text = unescaped(text)
        if text == before:
            break
    return text


def unescaped(text: str) -> str:
    """Escapes of JSON and JavaScript undone, however many backslashes stand before them."""
    text = _ESCAPE.sub(_character, text)
    return _SURROGATES.sub(lambda pair: pair[0].encode("utf-16", "surrogatepass").decode("utf-16"), text)


def _character(match: re.Match[str]) -> str:
    code = match[1] or match[2] or match[3]
    if code:
        return chr(min(int(code, 16), 0x10FFFF))
    return match[5] or "\n"


def without_tags(text: str) -> str:
    """What a page shows: blocks apart from each other, inline tags gone."""
    return _TAG.sub("", _BLOCK.sub(BREAK, text))


def decoded(text: str) -> str:
    """Everything in the text that is base64 or hex of readable text, one a line."""
    found = [piece for match in _BASE64.finditer(text) for piece in _from_base64_run(match[0])]
    found += [piece for match in _HEX.finditer(text) for piece in _from_hex_run(match[0])]
    return "\n".join(found)


@lru_cache(maxsize=MOST_RUNS)
def _from_base64_run(run: str) -> tuple[str, ...]:
    return tuple(piece for start in range(4) if (piece := _from_base64(run[start:])))


@lru_cache(maxsize=MOST_RUNS)
def _from_hex_run(run: str) -> tuple[str, ...]:
    return tuple(piece for start in range(2) if (piece := _from_hex(run[start:])))


def _from_base64(run: str) -> str:
    try:
        data = base64.b64decode(run[: len(run) - (len(run) % 4 == 1)].replace("-", "+").replace("_", "/") + "===")
    except (binascii.Error, ValueError):
        return ""
    return _readable(data)


def _from_hex(run: str) -> str:
    return _readable(bytes.fromhex(run[: len(run) & ~1]))


def _readable(data: bytes) -> str:
    """The text of the bytes; "" where they are none. A cut last character is forgiven."""
    for end in range(len(data), max(0, len(data) - 4), -1):
        try:
            text = data[:end].decode()
        except UnicodeDecodeError:
            continue
        return text if text.replace("\n", " ").replace("\r", " ").replace("\t", " ").isprintable() else ""
    return ""


def folded(text: str) -> str:
    """Compatibility forms made one (NFKC), invisible characters gone, letters small."""
    if not text.isascii():
        text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    return text.casefold()
