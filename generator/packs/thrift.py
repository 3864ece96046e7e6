"""As much of Thrift's compact protocol as Parquet uses, over bytes that nobody vouches for.

Source: https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
"""

from __future__ import annotations

from typing import Any

MOST_DEPTH = 10  # of structs and lists; a footer has 7: groups, columns, statistics
MOST_VARINT = 10  # bytes of a 64-bit number

_TRUE, _FALSE, _BYTE, _I16, _I32, _I64, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = range(1, 13)
_LONG_LIST = 15  # in place of a size: the size follows


class ThriftError(ValueError):
    """Bytes that are not of this protocol."""


class Compact:
    """A reader from `place` up to `end`."""

    def __init__(self, data: bytes, place: int, end: int) -> None:
        self.data, self.place, self.end = data, place, end

    def struct(self, depth: int = 0) -> dict[int, Any]:
        """Values of a struct by field id. Raises ThriftError."""
        fields: dict[int, Any] = {}
        last = 0
        while head := self._byte():
            last = last + (head >> 4) if head >> 4 else self._signed()
            fields[last] = self._field(head & 0x0F, depth + 1)
        return fields

    def _field(self, kind: int, depth: int) -> Any:
        """A flag of a struct is told by its kind; elsewhere it takes a byte."""
        return kind == _TRUE if kind in {_TRUE, _FALSE} else self._value(kind, depth)

    def _value(self, kind: int, depth: int) -> Any:
        if depth > MOST_DEPTH:
            raise ThriftError("nested too deep")
        if kind in {_I16, _I32, _I64}:
            return self._signed()
        if kind in {_TRUE, _FALSE, _BYTE}:
            return self._byte()
        if kind == _DOUBLE:
            return self._bytes(8)
        if kind == _BINARY:
            return self._bytes(self._number())
        if kind == _STRUCT:
            return self.struct(depth)
        if kind in {_LIST, _SET}:
            head = self._byte()
            size = self._number() if head >> 4 == _LONG_LIST else head >> 4
            if size > self.end - self.place:  # each element takes a byte at least
                raise ThriftError("a list longer than its bytes")
            return [self._value(head & 0x0F, depth + 1) for _ in range(size)]
        raise ThriftError("a value of a strange kind")

    def _byte(self) -> int:
        if self.place >= self.end:
            raise ThriftError("cut off")
        self.place += 1
        return self.data[self.place - 1]

    def _bytes(self, length: int) -> bytes:
        start = self.place
        if length > self.end - start:
            raise ThriftError("cut off")
        self.place = start + length
        return self.data[start : self.place]

    def _number(self) -> int:
        value = 0
        for index in range(MOST_VARINT):
            byte = self._byte()
            value |= (byte & 0x7F) << (7 * index)
            if byte < 0x80:  # noqa: PLR2004  the last byte has no top bit
                return value
        raise ThriftError("a number without end")

    def _signed(self) -> int:
        value = self._number()
        return (value >> 1) ^ -(value & 1)
