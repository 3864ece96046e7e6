"""ZIP archives of strangers: known members as streams, with every size counted while it is read.

What a hostile archive does (bombs, overlapping entries, lying sizes, names that lead out of a folder) and what a
reader should hold against it: https://www.bamsoftware.com/hacks/zipbomb/ and CPython issue 77102. Nothing is ever
unpacked to disk, and an archive inside an archive is not opened.
"""

from __future__ import annotations

import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

MAGIC = b"PK\x03\x04"
MOST_MEMBERS = 10_000
LARGEST_DIRECTORY = 2 * 1024 * 1024  # bytes of the list of members, which is read whole
LARGEST_MEMBER = 2 * 1024**3  # bytes unpacked
LARGEST_TOTAL = 4 * 1024**3
LARGEST_RATIO = 200  # deflate reaches 1032 on zeros; text of conversations stays below 30
FREE_BYTES = 1024 * 1024  # unpacked; below it no ratio is asked for
LOCAL_HEADER = 30  # bytes, the name and what follows it not counted (APPNOTE 4.3.7)
READABLE = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # the others unpack without a bound
ENCRYPTED = 0x1
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError, OverflowError)
"""What zipfile raises for damage. Its texts quote member names: never show them."""

_DRIVE = re.compile(r"^[A-Za-z]:")


class UnsafeArchiveError(Exception):
    """The archive, or one member, asks for more than it may have; carries nothing of it."""


class _Narrow:
    """The file as zipfile sees it: no single read is large, so that the list of members stays small."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream

    def read(self, size: int = -1) -> bytes:
        data = self.stream.read(LARGEST_DIRECTORY + 1 if size < 0 else min(size, LARGEST_DIRECTORY + 1))
        if len(data) > LARGEST_DIRECTORY:
            raise UnsafeArchiveError
        return data

    def seek(self, offset: int, whence: int = 0) -> int:
        return self.stream.seek(offset, whence)

    def tell(self) -> int:
        return self.stream.tell()

    def seekable(self) -> bool:
        return True


@dataclass
class Archive:
    """An open archive whose list of members was found harmless."""

    zip: zipfile.ZipFile
    members: tuple[zipfile.ZipInfo, ...]
    unpacked: int = 0

    @contextmanager
    def open(self, member: zipfile.ZipInfo) -> Iterator[Member]:
        """One member as a stream. Raises UnsafeArchiveError, also while it is read, or one of `BROKEN`."""
        if not is_readable(member):
            raise UnsafeArchiveError
        with self.zip.open(member) as stream:
            yield Member(self, member, stream)


class Member:
    """Bytes of one member, counted as they come."""

    def __init__(self, archive: Archive, info: zipfile.ZipInfo, stream: object) -> None:
        self.archive, self.packed, self.stream, self.unpacked = archive, info.compress_size, stream, 0

    def read(self, size: int) -> bytes:
        """The next bytes. Raises UnsafeArchiveError beyond a cap, whatever size the archive states."""
        data: bytes = self.stream.read(size)  # type: ignore[attr-defined]
        self.unpacked += len(data)
        self.archive.unpacked += len(data)
        if self.unpacked > LARGEST_MEMBER or self.archive.unpacked > LARGEST_TOTAL:
            raise UnsafeArchiveError
        if self.unpacked > FREE_BYTES and self.unpacked > LARGEST_RATIO * self.packed:
            raise UnsafeArchiveError
        return data


def opened(stream: BinaryIO) -> Archive:
    """The archive. Raises UnsafeArchiveError, or one of `BROKEN` where it is none."""
    archive = zipfile.ZipFile(_Narrow(stream))
    members = tuple(archive.infolist())
    if len(members) > MOST_MEMBERS or _overlap(members):
        raise UnsafeArchiveError
    return Archive(archive, members)


def _overlap(members: tuple[zipfile.ZipInfo, ...]) -> bool:
    """Do two members share bytes? Bombs without nesting do that, honest archives never."""
    end = 0
    for member in sorted(members, key=lambda member: member.header_offset):
        if member.header_offset < end:
            return True
        end = member.header_offset + LOCAL_HEADER + len(member.orig_filename) + member.compress_size
    return False


def base_name(member: zipfile.ZipInfo) -> str:
    """The last part of the member's name; "" where the name leads out of the archive, or is a folder."""
    parts = member.filename.replace("\\", "/").split("/")
    outside = ".." in parts or not parts[0] or _DRIVE.match(parts[0])
    return "" if outside else parts[-1]


def is_readable(member: zipfile.ZipInfo) -> bool:
    """Is it a plain file in a plain packing: no link, no secret, no method that unpacks without a bound?"""
    mode = member.external_attr >> 16
    plain = stat.S_IFMT(mode) in (0, stat.S_IFREG)
    return plain and not member.flag_bits & ENCRYPTED and member.compress_type in READABLE
