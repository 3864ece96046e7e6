"""What a page is: a path, a template and a frozen context; a page kind makes pages from the dossier."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from generator.charts.files import Download

if TYPE_CHECKING:
    from generator.charts import Chart
    from generator.dossier import Dossier
    from generator.pages.parts.notes import Notes

__all__ = ["Citation", "Download", "Page", "PageKind"]


@dataclass(frozen=True)
class Citation:
    """How a page is cited: the line that it shows, those of its figures by their id, and the files beside it."""

    text: str
    figures: Mapping[str, str]
    downloads: tuple[Download, ...]
    title: str
    sentence: str  # the one that is cited; the title where the page has none
    grade: str  # in words; "" where it has none
    kind: str
    charts: tuple[Chart, ...] = ()
    places: Mapping[str, str] = field(default_factory=dict)  # of each figure by its id: the page that it has

    def at_home(self, path: str) -> Iterator[Chart]:
        """Figures whose own page is the one at `path`."""
        return (chart for chart in self.charts if self.places.get(chart.id) == path)


@dataclass(frozen=True)
class Page:
    """One page before rendering. `path` is the URL without a leading slash, ending in "/": 2026-03/c/C-007/."""

    path: str
    template: str  # name of the .md.j2 in templates/
    title: str  # plain text; render.py makes it safe for <title> and front matter
    description: str  # one plain sentence for search engines and link previews
    context: Any  # a frozen dataclass; its fields are exactly the variables of the template
    downloads: tuple[Download, ...] = ()
    tags: tuple[str, ...] = ()
    searchable: bool = True
    asked: tuple[str, ...] = ()  # what else a reader types who looks for exactly this page: a version, a question
    simulated: bool = False  # shows simulated data somewhere
    instead: str = ""  # the page that search engines should show in its place; itself for one that is only gone
    notes: Notes | None = None  # None = a page that nobody can reply to by itself
    citation: Citation | None = None
    written_in: str = ""  # file or folder of the repository that the record of the page is in; "" = no page of a record
    card: str = ""  # SVG of the picture for previews of links to it; "" = that of the site

    @property
    def files(self) -> tuple[Download, ...]:
        """All that is beside the page, but for its card."""
        return (*(self.citation.downloads if self.citation else ()), *self.downloads)


@dataclass(frozen=True)
class PageKind:
    """A kind of page: the function that makes all pages of the kind."""

    id: str
    pages: Callable[[Dossier], Iterator[Page]] = field(repr=False)
