"""Pages made one at a time by MkDocs' own parts, the same bytes as `mkdocs build` gives: for a preview, and to make
again only what changed.

`mkdocs build` reads all pages, then writes all pages (https://www.mkdocs.org/dev-guide/plugins/#events); nothing of a
page hangs on the text of another one. `tests/test_workshop.py` holds both ways to the same bytes.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from generator.site.csp import guarded
from generator.site.menu import fitting
from generator.site.scan import scan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generator.site.swap import Layout


class _Config(io.BytesIO):
    """A text in the place of mkdocs.yml: paths in it are seen from there."""

    def __init__(self, text: str, name: str) -> None:
        super().__init__(text.encode())
        self.name = name


class Workshop:
    """What MkDocs knows before it makes a page: settings, theme, menu, files. Pages are made from it in any order."""

    def __init__(self, layout: Layout, stubs: Sequence[str] = ()) -> None:
        """Everything is read from `layout` now; pages that change later are given with their text."""
        from mkdocs.config import load_config
        from mkdocs.structure.files import get_files
        from mkdocs.structure.nav import get_navigation

        text = fitting(layout.config.read_text("utf-8"), layout.docs, stubs)
        paths = {"docs_dir": str(layout.docs), "site_dir": str(layout.built)}
        self._config: Any = load_config(_Config(text, str(layout.config)), **paths)
        self._env: Any = self._config.theme.get_env()
        self._files: Any = get_files(self._config)
        self._files.add_files_from_theme(self._env, self._config)
        self._nav: Any = get_navigation(self._files, self._config)
        self._documents: Any = self._files.documentation_pages()

    def page(self, path: str, markdown: bytes) -> str:
        """The finished page of the file `path` of docs, were this its text. Raises what MkDocs raises."""
        from mkdocs.commands.build import get_context
        from mkdocs.structure.files import File
        from mkdocs.structure.pages import Page

        config = self._config
        file = self._files.get_file_from_path(path)
        if file is None:
            file = File.generated(config, path, content=markdown)
            self._files.append(file)
        file.content_bytes = markdown
        page = file.page or Page(None, file, config)
        page.read_source(config)
        page.render(config, self._files)
        page.active = True
        try:
            template = self._env.get_template(page.meta.get("template", "main.html"))
            html = template.render(get_context(self._nav, self._documents, config, page))
        finally:
            page.active = False
        return str(html)


def with_policy(html: str) -> str:
    """The page as it is published: with its content security policy."""
    return guarded(html, scan(html).script_texts)
