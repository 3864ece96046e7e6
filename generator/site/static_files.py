"""Files of the site that are no pages: the theme's assets and what crawlers read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator.site.render import RenderedFile, checked_path

if TYPE_CHECKING:
    from pathlib import Path

_RUN_TOGETHER = "e=e+s+o.id}return e"
_APART = 'e=e+s+o.id+","}return e'
_ASSET_TYPES = {".css", ".js", ".svg", ".png", ".ico", ".woff2", ".txt"}


def static_files(templates: Path, site_url: str = "") -> tuple[RenderedFile, ...]:
    """All files of templates/assets and robots.txt. Raises ValueError for a symbolic link or an unknown type."""
    folder = templates / "assets"
    files = [
        _asset(path, f"assets/{path.relative_to(folder).as_posix()}")
        for path in sorted(folder.rglob("*"))
        if path.is_symlink() or not path.is_dir()
    ]
    lines = ["User-agent: *", "Allow: /", *([f"Sitemap: {site_url.rstrip('/')}/sitemap.xml"] if site_url else [])]
    return (*files, RenderedFile("robots.txt", "\n".join([*lines, ""]).encode()))


def _asset(path: Path, name: str) -> RenderedFile:
    if path.is_symlink() or path.suffix not in _ASSET_TYPES:
        raise ValueError(f"not an asset: {name}")
    return RenderedFile(checked_path(name), path.read_bytes())


def mended_search(worker: str) -> str:
    """The theme's search worker with the ids of its word graph kept apart. Raises ValueError for another worker.

    Its lunr names a node by labels and ids run together, so words with digits make two nodes look like one, and then
    every search of the site fails (olivernn/lunr.js, TokenSet.toString). More digits on pages means sooner.
    """
    if worker.count(_RUN_TOGETHER) != 1:
        raise ValueError("the theme's search worker is not the one that was read")
    return worker.replace(_RUN_TOGETHER, _APART)
