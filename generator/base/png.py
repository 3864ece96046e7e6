"""A smaller file of the same picture: a palette in place of four bytes a pixel (https://www.w3.org/TR/png-3/)."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import Any

_HEAD = b"\x89PNG\r\n\x1a\n"
_RGBA = (8, 6, 0, 0, 0)  # depth, colour type, and the only compression, filter and interlace methods
_PALETTE = (8, 3, 0, 0, 0)
_MOST_COLOURS = 256
_LOT = 64  # colours that are compared with all kept ones at once
_SUB = 1  # each byte is the difference to the one of the pixel before it


def slimmed(png: bytes) -> bytes:
    """The same pixels, where the picture is opaque and written as vl-convert does; else as it was.

    Of more than 256 colours the rare ones, which are edges of letters and lines, become the nearest of the others.
    """
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
    others, places, counts = np.unique(flat[drawn], return_inverse=True, return_counts=True)
    if (others.view(np.uint8).reshape(-1, 4)[:, 3] != 0xFF).any() or flat[:1].view(np.uint8)[3] != 0xFF:  # noqa: PLR2004
        return png
    if len(others) >= _MOST_COLOURS:
        kept = np.sort(np.argsort(-counts, kind="stable")[: _MOST_COLOURS - 1])
        places, others = _nearest(others, kept)[places], others[kept]
    table = np.concatenate((flat[:1], others)).view(np.uint8).reshape(-1, 4)
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


def _nearest(colours: Any, kept: Any) -> Any:
    """For each colour the place among the `kept` ones of that which is nearest to it."""
    import numpy as np

    points = colours.view(np.uint8).reshape(-1, 4)[:, :3].astype(np.int32)
    lots = (points[start : start + _LOT, None] for start in range(0, len(points), _LOT))
    return np.concatenate([((points[kept] - lot) ** 2).sum(axis=2).argmin(axis=1) for lot in lots])


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = len(_HEAD)
    while place < len(png):
        (length,) = struct.unpack(">I", png[place : place + 4])
        yield png[place + 4 : place + 8], png[place + 8 : place + 8 + length]
        place += length + 12


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
