"""`mkdocs build` that makes again only the pages whose text changed: a page made before is kept by its digest.

A page hangs on its own text and on what all pages share (theme, settings, menu, versions), and on no other page's text;
links are checked by the site checker on all pages, kept or not. The digest of all records stands on most pages and
changes with each record, so a page is kept with a sign in its place. Runs in the process of MkDocs, wrapping the two
functions that make a page; without a folder to keep pages in, `mkdocs build` runs as it is.
"""

from __future__ import annotations

import hashlib
import sys
import zlib
from pathlib import Path
from typing import Any

from generator.base.kept import Store

SIGN = b"5167" * 16
"""Stands for the digest of the records in a kept page: as long, and as little of a word."""


class Kept:
    """Pages of earlier builds, by what they were made from."""

    def __init__(self, folder: Path, shared: str, records: str) -> None:
        """`shared` is the digest of what all pages share, `records` the text that is kept as a sign; "" = none."""
        self._store = Store(folder, ".page")
        self._shared, self._records = shared, records.encode()
        self.made: list[tuple[str, Path]] = []

    def name(self, path: str, text: bytes) -> str | None:
        """The name of a page by its path and text; None of one that cannot be kept, as it holds the sign itself."""
        if SIGN in text:
            return None
        plain = text.replace(self._records, SIGN) if self._records else text
        return hashlib.sha256(f"{self._shared}\n{path}\n".encode() + plain).hexdigest()

    def page(self, name: str) -> bytes | None:
        """The page as MkDocs would make it now; None where it has to."""
        packed = self._store.get(name)
        if packed is None:
            return None
        page = zlib.decompress(packed)
        return page.replace(SIGN, self._records) if self._records else page

    def keep(self) -> None:
        """Keep the pages that were made, once nothing is wrong with any."""
        for name, path in self.made:
            page = path.read_bytes()
            if SIGN not in page:
                plain = page.replace(self._records, SIGN) if self._records else page
                self._store.put(name, zlib.compress(plain, 1))


def wrapped(engine: Any, kept: Kept) -> None:
    """Let MkDocs ask for kept pages before it reads and before it makes one."""
    found: dict[str, bytes] = {}
    names: dict[str, str | None] = {}
    populate, build = engine._populate_page, engine._build_page  # noqa: SLF001  of a version that is pinned

    def read(page: Any, *others: Any, **more: Any) -> None:
        path = page.file.src_uri
        name = names[path] = kept.name(path, page.file.content_bytes)
        if name and (known := kept.page(name)) is not None:
            found[path] = known
        else:
            populate(page, *others, **more)

    def make(page: Any, *others: Any, **more: Any) -> None:
        path, target = page.file.src_uri, Path(page.file.abs_dest_path)
        if path in found:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(found.pop(path))
            return
        build(page, *others, **more)
        if (name := names[path]) and target.is_file():
            kept.made.append((name, target))

    engine._populate_page, engine._build_page = read, make  # noqa: SLF001


def main() -> None:
    """Folder, digest and records, then the arguments of MkDocs."""
    from mkdocs.__main__ import cli
    from mkdocs.commands import build as engine

    folder, shared, records, *arguments = sys.argv[1:]
    kept = Kept(Path(folder), shared, records)
    wrapped(engine, kept)
    cli(arguments, prog_name="mkdocs", standalone_mode=False)
    kept.keep()
