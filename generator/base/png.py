"""A smaller file of the same picture: a palette in place of four bytes a pixel (https://www.w3.org/TR/png-3/)."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

_HEAD = b"\x89PNG\r\n\x1a\n"
_RGBA = (8, 6, 0, 0, 0)  # depth, colour type, and the only compression, filter and interlace methods
_PALETTE = (8, 3, 0, 0, 0)
_MOST_COLOURS = 256
_SUB = 1  # each byte is the difference to the one of the pixel before it


def slimmed(png: bytes) -> bytes:
    """The same pixels, where the picture is opaque, of few colours and written as vl-convert does; else as it was."""
    import numpy as np

    chunks = list(_chunks(png))
    width, height, *kind = struct.unpack(">IIBBBBB", chunks[0][1])
    if tuple(kind) != _RGBA:
        return png
    data = zlib.decompress(b"".join(body for name, body in chunks if name == b"IDAT"))
    rows = np.frombuffer(data, np.uint8).reshape(height, 1 + 4 * width)
    if (rows[:, 0] != _SUB).any():
        return png
    pixels = np.cumsum(rows[:, 1:].reshape(height, width, 4), axis=1, dtype=np.uint8)
    flat = np.ascontiguousarray(pixels).view(np.uint32).reshape(-1)
    drawn = np.flatnonzero(flat != flat[0])  # most pixels are paper, as the first one is: the others alone are sorted
    others, places = np.unique(flat[drawn], return_inverse=True)
    colours = np.concatenate((flat[:1], others))
    table = colours.view(np.uint8).reshape(-1, 4)
    if len(colours) > _MOST_COLOURS or (table[:, 3] != 0xFF).any():  # noqa: PLR2004  opaque
        return png
    lines = np.zeros((height, 1 + width), np.uint8)  # a first byte of 0: no filter
    index = np.zeros(flat.shape, np.uint8)
    index[drawn] = places + 1
    lines[:, 1:] = index.reshape(height, width)
    made = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, *_PALETTE)),
        (b"PLTE", table[:, :3].tobytes()),
        (b"IDAT", zlib.compress(lines.tobytes(), 6)),
        (b"IEND", b""),
    )
    return _HEAD + b"".join(_chunk(name, body) for name, body in made)


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = len(_HEAD)
    while place < len(png):
        (length,) = struct.unpack(">I", png[place : place + 4])
        yield png[place + 4 : place + 8], png[place + 8 : place + 8 + length]
        place += length + 12


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
