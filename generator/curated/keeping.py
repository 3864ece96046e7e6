"""What YAML files hold, kept from reading to reading: only a file whose bytes are others is taken apart again.

Kept by the digest of the bytes, never by name or time, so a reading with a memory and one without give the same. Only
values of files without a mistake are kept; places are found in the text when somebody asks.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import msgspec

from generator.base.kept import Store
from generator.base.program import reader_digest
from generator.curated.yamlfile import Document, parse

MOST_BYTES = 64 * 2**20


class Kept:
    """Values of files by the digest of their bytes, for one process, or below a folder of the user's."""

    def __init__(self, cache: Path | None = None, content: Path | None = None) -> None:
        """With `cache` and `content`: what an earlier process kept of this folder, if it can be read."""
        self._store = Store(cache / "content", ".values", MOST_BYTES) if cache else None
        self._name = ""
        self._known: dict[str, Any] = {}
        self._used: dict[str, Any] = {}
        if self._store:
            self._name = hashlib.sha256(f"{reader_digest()}\n{content}".encode()).hexdigest()
            self._known = _unpacked(self._store.get(self._name))

    def document(self, data: bytes, shown: str, times: int) -> Document:
        """As `parse` reads it. Raises ContentError."""
        digest = f"{times} {hashlib.sha256(data).hexdigest()}"
        if digest in self._known:
            self._used[digest] = self._known[digest]
            return Document(shown, self._known[digest], data.decode().replace("\r\n", "\n"))
        document = parse(data, shown, times)
        self._used[digest] = self._known[digest] = document.value
        return document

    def save(self) -> None:
        """Keep for the next process what was used since the last call, where that is something new."""
        used, self._used = self._used, {}
        if self._store and used.keys() - _unpacked(self._store.get(self._name)).keys():
            self._store.put(self._name, msgspec.msgpack.encode(used))
        self._known = used or self._known


def _unpacked(data: bytes | None) -> dict[str, Any]:
    if data is None:
        return {}
    try:
        return msgspec.msgpack.decode(data, type=dict[str, Any])
    except msgspec.MsgspecError:
        return {}
