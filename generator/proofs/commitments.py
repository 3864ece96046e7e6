"""Commitments: a salted hash per field, a leaf per record in the order of (file, line), a tree per log file.

A salt is HMAC-SHA256 of the owner's key over place, field and value: the owner makes it again from the logs and the
key, nobody else can, and a field that changed between two publications has another salt in each.
"""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from generator.proofs.fields import KINDS, field_names, field_texts, records_of
from generator.proofs.tree import Tree, leaf_hash
from generator.records.results import Pack
from generator.records.rows import LogData

FIELD = b"\x02"  # beside 0x00 of leaves and 0x01 of nodes
SEPARATOR = "\x1f"
PURPOSE = b"witnessmark commitments 1"  # so that salts and pseudonyms share no key
FIRST_LINE_BYTES = 4096


class Salted(msgspec.Struct, frozen=True, gc=False):
    """One field of a record with the salt that hides it."""

    name: str
    text: str
    salt: bytes

    @property
    def commitment(self) -> bytes:
        """What stands in the tree instead of the value."""
        return field_commitment(self.name, self.text, self.salt)


@dataclass(frozen=True, slots=True)
class Placed:
    """A record with its kind and, where one line gave several of a kind, its number among them."""

    kind: str
    nth: int
    record: Any


@dataclass(frozen=True)
class LogTree:
    """All records of one log file, and the tree over them."""

    secret: bytes  # never leaves the machine
    records: tuple[Placed, ...]
    tree: Tree

    def salted(self, index: int) -> tuple[Salted, ...]:
        """Fields of a record with their salts."""
        return tuple(_salted(self.secret, self.records[index]))


def field_commitment(name: str, text: str, salt: bytes) -> bytes:
    """Hash of 0x02, salt, name, 0x1f and value."""
    return hashlib.sha256(FIELD + salt + f"{name}{SEPARATOR}{text}".encode()).digest()


def record_leaf(kind: str, commitments: Iterable[bytes]) -> bytes:
    """Leaf hash of a record: its kind and the commitments of all its fields."""
    return leaf_hash(f"record{SEPARATOR}{kind}{SEPARATOR}".encode() + b"".join(commitments))


def identities(files: Sequence[tuple[str, bytes]]) -> tuple[bytes, ...]:
    """What a file is known by from (name, head): its name and first line, which stay when it grows or moves.

    Files alike in both are numbered in their order. Private: it is used under the key only.
    """
    seen: Counter[tuple[str, bytes]] = Counter()
    known = []
    for name, head in files:
        alike = (name, head[:FIRST_LINE_BYTES].split(b"\n", 1)[0])
        plain = SEPARATOR.join((name, str(seen[alike]), "")).encode("utf-8", "surrogatepass")
        known.append(plain + alike[1])
        seen[alike] += 1
    return tuple(known)


def log_trees(reading: LogData, known: Sequence[bytes], key: bytes) -> tuple[LogTree, ...]:
    """A tree for each file of the reading, in their order; `known` as `identities` gives it."""
    master = hmac.digest(key, PURPOSE, "sha256")
    return secret_trees(reading, {file: hmac.digest(master, one, "sha256") for file, one in enumerate(known)})


def secret_trees(reading: LogData | Pack, secrets: Mapping[int, bytes]) -> tuple[LogTree, ...]:
    """A tree for each file that a secret is given for, in their order."""
    placed: dict[int, list[Placed]] = {file: [] for file in secrets}
    for kind, records in records_of(reading).items():
        seen: Counter[tuple[int, int]] = Counter()
        for record in records:
            place = (record.source.file, record.source.line)
            if place[0] in placed:
                placed[place[0]].append(Placed(kind, seen[place], record))
                seen[place] += 1
    order = {kind: place for place, kind in enumerate(KINDS)}
    return tuple(
        _log_tree(secrets[file], sorted(rows, key=lambda row: (row.record.source.line, order[row.kind], row.nth)))
        for file, rows in placed.items()
    )


def _log_tree(secret: bytes, rows: Sequence[Placed]) -> LogTree:
    leaves = (record_leaf(row.kind, (one.commitment for one in _salted(secret, row))) for row in rows)
    return LogTree(secret, tuple(rows), Tree(leaves))


def _salted(secret: bytes, row: Placed) -> Iterator[Salted]:
    place = f"{row.record.source.line}{SEPARATOR}{row.kind}{SEPARATOR}{row.nth}"
    for name, text in zip(field_names(row.kind), field_texts(row.kind, row.record), strict=True):
        message = SEPARATOR.join((place, name, text)).encode()
        yield Salted(name, text, hmac.digest(secret, message, "sha256"))
