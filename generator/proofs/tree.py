"""Merkle trees of RFC 6962: root, audit path of a leaf, and the path that shows an older tree as a prefix of a newer.

Paths are checked as RFC 9162 2.1.3.2 and 2.1.4.2 say it, without the tree.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

LEAF, NODE = b"\x00", b"\x01"  # RFC 6962 2.1: so that no node can be taken for a leaf
EMPTY = hashlib.sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """Hash of a leaf's data."""
    return hashlib.sha256(LEAF + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node."""
    return hashlib.sha256(NODE + left + right).digest()


class Tree:
    """A tree over leaf hashes. Whole blocks of 2^k leaves are hashed once, so that every path is quick."""

    def __init__(self, leaves: Iterable[bytes]) -> None:
        self._levels: list[list[bytes]] = [list(leaves)]
        while len(below := self._levels[-1]) > 1:
            self._levels.append([node_hash(*below[at : at + 2]) for at in range(0, len(below) - 1, 2)])

    def __len__(self) -> int:
        return len(self._levels[0])

    @property
    def root(self) -> bytes:
        """Hash of the whole tree."""
        return self.prefix(len(self))

    def prefix(self, size: int) -> bytes:
        """Root that the tree had when it held its first `size` leaves."""
        return self._span(0, size) if size else EMPTY

    def inclusion(self, index: int, size: int | None = None) -> tuple[bytes, ...]:
        """Audit path of a leaf in the tree of the first `size` leaves, lowest hash first."""
        return tuple(self._path(index, 0, len(self) if size is None else size))

    def _span(self, start: int, count: int) -> bytes:
        """Hash of `count` leaves from `start`. RFC 6962 splits so that blocks of 2^k begin at a multiple of 2^k."""
        if count & (count - 1) == 0:
            level = count.bit_length() - 1
            return self._levels[level][start >> level]
        left = _split(count)
        return node_hash(self._span(start, left), self._span(start + left, count - left))

    def _path(self, index: int, start: int, count: int) -> list[bytes]:
        if count <= 1:
            return []
        left = _split(count)
        if index < left:
            return [*self._path(index, start, left), self._span(start + left, count - left)]
        return [*self._path(index - left, start + left, count - left), self._span(start, left)]


def _split(count: int) -> int:
    """Largest power of two below `count`."""
    return int(1 << ((count - 1).bit_length() - 1))


def root_by_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """Root that a leaf hash and its audit path lead to; None where the path cannot be one of that place."""
    if not 0 <= index < size:
        return None
    node, last, result = index, size - 1, leaf
    for step in path:
        if last == 0:
            return None
        if node & 1 or node == last:
            result = node_hash(step, result)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            result = node_hash(result, step)
        node, last = node >> 1, last >> 1
    return result if last == 0 else None
