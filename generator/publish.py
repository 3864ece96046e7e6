"""Files of the site that are no pages: the theme's assets and what crawlers read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator.render import RenderedFile, checked_path

if TYPE_CHECKING:
    from pathlib import Path

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
