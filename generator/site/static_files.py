"""All files of the site: pages, and what is not a page: the theme's assets and what crawlers read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from generator.site.context import VEGA, SiteContext
from generator.site.feeds import feed_files
from generator.site.living import lacks_hub
from generator.site.render import RenderedFile, checked_path, is_path, render

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from generator.dossier import Dossier
    from generator.pages.parts.base import Page

_ASSET_TYPES = {".css", ".js", ".svg", ".png", ".ico", ".woff2", ".txt"}


class NotAnAssetError(ValueError):
    """What lies among the assets is not published: a link, a pipe, a file of another type, or of an odd name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"not an asset: {name}")
        self.name = name


def render_site(dossier: Dossier, pages: Sequence[Page], templates: Path, url: str = "") -> tuple[RenderedFile, ...]:
    """All files of the site, published at `url`: pages, what is beside them, and the static ones."""
    site = SiteContext.of(dossier)
    if lacks_hub(site.id, {page.path for page in pages}):
        site = replace(site, lacking=True)
    rendered = render(pages, templates=templates, site_context=site, draw_card=dossier.draw_card)
    fed = (RenderedFile(path, content) for path, content in feed_files(dossier))
    live = any(shown.live for page in pages if page.citation for shown in page.citation.charts)
    vega = [RenderedFile(VEGA, dossier.bundle().encode())] if live else []
    return (*rendered, *fed, *vega, *static_files(templates, url))


def static_files(templates: Path, site_url: str = "") -> tuple[RenderedFile, ...]:
    """All files of templates/assets and robots.txt. Raises NotAnAssetError for what is no file of a known type."""
    folder = templates / "assets"
    files = [
        _asset(path, f"assets/{path.relative_to(folder).as_posix()}")
        for path in sorted(folder.rglob("*"))
        if path.is_symlink() or not path.is_dir()
    ]
    lines = ["User-agent: *", "Allow: /", *([f"Sitemap: {site_url.rstrip('/')}/sitemap.xml"] if site_url else [])]
    return (*files, RenderedFile("robots.txt", "\n".join([*lines, ""]).encode()))


def _asset(path: Path, name: str) -> RenderedFile:
    if path.is_symlink() or not path.is_file() or path.suffix not in _ASSET_TYPES or not is_path(name):
        raise NotAnAssetError(name)
    return RenderedFile(checked_path(name), path.read_bytes())
