"""Pages of content that is not built yet, made one at a time when somebody looks at them.

The page itself is the one that a build will make; what else names its record follows with the build.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from generator.dossier import Dossier
from generator.pages import PAGE_KINDS
from generator.pages.parts.base import Page, PageKind
from generator.site.context import SiteContext
from generator.site.living import lacks_hub
from generator.site.render import RenderedFile, render
from generator.site.static_files import static_files
from generator.site.swap import Layout
from generator.site.templates import told
from generator.site.workshop import Workshop, with_policy

FOLDERS = {
    "c": ("claims",),
    "d": ("detectors",),
    "e": ("timeline",),
    "evidence": ("evidence", "reconciled"),
    "f": ("findings",),
    "i": ("incidents",),
    "m": ("measurements", "special"),
    "r": ("reports",),
    "s": ("sources",),
    "surface": ("surfaces",),
    "symptom": ("symptoms",),
}
"""The kinds of pages in folders that are not called as their kind."""
INDEX = "index.html"
_HEAD = 4_096  # bytes of a page in which its title stands


@dataclass
class Draft:
    """Content as it is now, from which pages are made."""

    layout: Layout
    dossier: Dossier
    workshop: Workshop | None  # None before the first build
    plans: dict[str, Mapping[str, Page]] = field(default_factory=dict)  # of each kind that was planned: pages by path
    _files: dict[str, bytes] = field(default_factory=dict)

    def with_templates(self, workshop: Workshop | None) -> Draft:
        """The same content by templates that changed."""
        return Draft(self.layout, self.dossier, workshop, self.plans)

    def file(self, path: str) -> bytes | None:
        """A file of the site by its path; None for one that the build has to make. Raises ContentError."""
        if path in self._files:
            return self._files[path]
        if self.workshop is None:
            return None
        with told(self.layout.root / "templates"):
            if path.startswith("assets/"):
                self._keep(static_files(self.layout.root / "templates"), self.workshop)
            elif (page := self._page(path.rpartition("/")[0])) is not None:
                context, others = SiteContext.of(self.dossier), self._others()
                context = replace(context, lacking=context.lacking or lacks_hub(context.id, others))
                templates = self.layout.root / "templates"
                files = render([page], templates=templates, site_context=context, others=others)
                self._keep(files, self.workshop)
        return self._files.get(path)

    def _others(self) -> frozenset[str]:
        """Paths of the pages of the site as it was built last."""
        site = self.layout.published
        found = (path.parent.relative_to(site).as_posix() for path in site.rglob(INDEX))
        return frozenset("" if one == "." else f"{one}/" for one in found)

    def _keep(self, files: tuple[RenderedFile, ...], workshop: Workshop) -> None:
        for file in files:
            if file.path.endswith("index.md"):
                name = file.path.removesuffix("index.md") + INDEX
                self._files[name] = with_policy(workshop.page(file.path, file.content)).encode()
            else:
                self._files[file.path] = file.content

    def _page(self, folder: str) -> Page | None:
        """The page of a folder. Of somebody's own logs a page hangs on all others, so that it waits for the build."""
        if self.dossier.library.case.own:
            return None
        path = f"{folder}/" if folder else ""
        for kind in kinds_of(path):
            if kind.id not in self.plans:
                self.plans[kind.id] = {page.path: page for page in kind.pages(self.dossier)}
            if page := self.plans[kind.id].get(path):
                return self._named(page)
        return None

    def _named(self, page: Page) -> Page:
        """With the id behind its title where the built page has it, as another page has this title too."""
        mark = f" ({page.path.split('/')[-2]})" if "/" in page.path else ""
        built = self.layout.docs / page.path / "index.md"
        head = built.read_bytes()[:_HEAD].decode("utf-8", "ignore") if built.is_file() else ""
        line = next((line for line in head.splitlines() if line.startswith("title: ")), "")
        return replace(page, title=page.title + mark) if mark and mark in line else page


def kinds_of(path: str) -> Iterator[PageKind]:
    """Kinds that may have a page at this path; none of an address that waits for the build, as that of a figure."""
    parts = path.strip("/").split("/")
    folder = parts[1] if len(parts) > 1 else "home"
    ids = FOLDERS.get(folder, (folder, folder.replace("-", "_")))
    return (kind for kind in PAGE_KINDS if kind.id in ids)
