"""Packs that were read before: the rows of a pack whose bytes were found sound need not be taken apart again.

An entry is named by the digest of the program and of every byte of the pack's folder, so that whatever is changed,
damaged or added is read and judged as if there were no memory. Only packs without a mistake are kept.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable
from pathlib import Path

import msgspec

from generator.base.kept import Store
from generator.base.problems import PackError
from generator.base.program import reader_digest
from generator.packs.files import MOST_TABLE_BYTES, read_regular
from generator.packs.pack import read_pack
from generator.records.results import Pack
from generator.records.vendor import vendors

MOST_BYTES = 128 * 2**20  # of one entry


def remembered(cache: Path | None) -> Callable[[Path], Pack]:
    """A reader of one pack that keeps what it read below `cache`. It raises PackError as `read_pack` does."""
    if cache is None:
        return read_pack
    store = Store(cache / "packs", ".pack", MOST_BYTES)

    def read(folder: Path) -> Pack:
        name = _name(folder)
        if name is None:
            return read_pack(folder)
        kept = store.get(name)
        if kept is not None:
            return msgspec.msgpack.decode(kept, type=Pack)
        pack = read_pack(folder)
        if _name(folder) == name:  # nobody wrote meanwhile
            store.put(name, msgspec.msgpack.encode(pack))
        return pack

    return read


def _name(folder: Path) -> str | None:
    """The digest of all that a reading of the folder depends on; None where something is no ordinary file."""
    made_by = f"{reader_digest()}\n{msgspec.__version__}\n{''.join(one.digest for one in vendors())}\n"
    digest = hashlib.sha256(f"{made_by}{folder.resolve().name}\n".encode())
    try:
        for path in sorted(folder.iterdir()):
            if not stat.S_ISREG(path.lstat().st_mode):
                return None
            data = read_regular(path, MOST_TABLE_BYTES)
            name = os.fsencode(path.name)
            digest.update(f"{len(name)} {len(data)}\n".encode() + name + data)
    except (OSError, PackError):
        return None
    return digest.hexdigest()
