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

SIGN = "5167" * 16
"""Stands for the digest of the records in a kept page: as long, and as little of a word."""
_PART = 8  # letters of a digest between two places where its line may be broken


def forms(digest: str) -> tuple[bytes, ...]:
    """How a page writes a digest: whole, and with places where its line may be broken."""
    parts = (digest[at : at + _PART] for at in range(0, len(digest), _PART))
    return digest.encode(), "<wbr>".join(parts).encode()


class Kept:
    """Pages of earlier builds, by what they were made from."""

    def __init__(self, folder: Path, shared: str, records: str) -> None:
        """`shared` is the digest of what all pages share, `records` the text that is kept as a sign; "" = none."""
        self._store = Store(folder, ".page")
        self._shared = shared
        self._forms = tuple(zip(forms(records), forms(SIGN), strict=True)) if records else ()
        self.made: list[tuple[str, Path]] = []

    def name(self, path: str, text: bytes) -> str | None:
        """The name of a page by its path and text; None of one that cannot be kept, as it holds the sign itself."""
        plain = self._signed(text)
        return None if plain is None else hashlib.sha256(f"{self._shared}\n{path}\n".encode() + plain).hexdigest()

    def _signed(self, text: bytes) -> bytes | None:
        """With signs in the place of the records; None where that could not be undone."""
        if any(sign in text for sign in forms(SIGN)):
            return None
        for form, sign in self._forms:
            text = text.replace(form, sign)
        return text

    def page(self, name: str) -> bytes | None:
        """The page as MkDocs would make it now; None where it has to."""
        packed = self._store.get(name)
        if packed is None:
            return None
        page = zlib.decompress(packed)
        for form, sign in self._forms:
            page = page.replace(sign, form)
        return page

    def keep(self) -> None:
        """Keep the pages that were made, once nothing is wrong with any."""
        for name, path in self.made:
            plain = self._signed(path.read_bytes())
            if plain is not None:
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
