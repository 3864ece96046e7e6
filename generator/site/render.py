"""Page -> Markdown: front matter, template, frozen context.

Nothing is written here. A template sees the fields of its context, `page`, `site`, and three functions:
`ref("c/C-007/")` gives the relative address of a page of the case, `url("2026-03/")` that of any page of the site;
`v("sentence")` is a value of the page's JSON that names its place there.
"""

from __future__ import annotations

import dataclasses
import json
import posixpath
import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from generator.base.wording import FILTERS
from generator.charts.files import Download
from generator.detectors.shared.answers import naive_note, naive_sentence
from generator.pages.parts.stated import record_of, stated
from generator.site.context import CARD, SiteContext
from generator.site.correct import correction
from generator.site.feeds import ATOM
from generator.site.head import head_fields
from generator.site.living import living
from generator.site.search import sought
from generator.site.twin import stamped
from generator.site.untrusted import breakable, host, plain_title, render_untrusted, txt, web_url

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from generator.base.cards import DrawCard
    from generator.pages.parts.base import Page

__all__ = ["RenderedFile", "SiteContext", "render", "template_environment"]

_SEGMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{kind}{i}" for kind in ("com", "lpt") for i in range(1, 10))})
_HTML_LINE = re.compile(r"^[ \t]+(?=<[a-z/!])")
_FENCE = re.compile(r" {0,3}(```|~~~)")
BOOKKEEPING = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
"""Characters between which MkDocs keeps what it has put aside."""


class ControlCharacterError(ValueError):
    """A control character reached a page."""


@dataclass(frozen=True, order=True)
class RenderedFile:
    """A file of the docs folder; `path` is relative to it, with forward slashes."""

    path: str
    content: bytes
    is_stub: bool = False  # a page of what moved or is gone, which is in no menu


def render(
    pages: Iterable[Page],
    *,
    templates: Path,
    site_context: SiteContext,
    draw_card: DrawCard | None = None,
    others: AbstractSet[str] = frozenset(),
) -> tuple[RenderedFile, ...]:
    """All pages and what is beside them, sorted by path; cards only where something draws them.

    `others`: paths of pages of the site that are not among `pages`.

    Raises ValueError for a bad or double path.
    """
    environment = template_environment(templates)
    files: dict[str, RenderedFile] = {}
    planned = tuple(pages)
    alive = frozenset(others) | {page.path for page in planned} if site_context.lacking else None
    for page in planned:
        for file in _render_page(page, environment, site_context, draw_card, alive):
            key = file.path.casefold()  # two names that differ in case alone are one file on many disks
            if key in files:
                raise ValueError(f"two pages make the file {file.path}")
            files[key] = file
    return tuple(sorted(files.values()))


def is_path(path: str) -> bool:
    """Is each part a plain name that every file system takes?"""
    return all(
        _SEGMENT.fullmatch(part) and not part.endswith(".") and part.split(".")[0].casefold() not in _DEVICES
        for part in path.split("/")
    )


def checked_path(path: str) -> str:
    """The path itself. Raises ValueError unless it is one of a site."""
    if not is_path(path):
        raise ValueError(f"not a path of a site: {path!r}")
    return path


def relative_url(source: str, target: str) -> str:
    """Address of page or file `target` as seen from page `source`; both relative to the root of the site."""
    path, mark, fragment = target.partition("#")
    address = posixpath.relpath("/" + path, "/" + source)
    slash = "/" if path.endswith("/") or not path else ""
    return f"{address}{slash}{mark}{fragment}"


class _Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, which asks the same of every attribute on every page: its answer hangs on the type alone."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._safe: dict[tuple[type, str], bool] = {}

    def is_safe_attribute(self, obj: object, attr: str, value: object) -> bool:
        """May a template read it?"""
        key = (type(obj), attr)
        if key not in self._safe:
            self._safe[key] = super().is_safe_attribute(obj, attr, value)
        return self._safe[key]


def template_environment(templates: Path) -> ImmutableSandboxedEnvironment:
    """Templates with every filter they may use; they can call nothing that changes a value."""
    environment = _Sandbox(
        loader=FileSystemLoader(templates),
        auto_reload=False,
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= FILTERS
    environment.filters |= {"estimate": lambda one: one.text}
    environment.filters |= {"naive_note": naive_note, "naive_sentence": naive_sentence}
    environment.filters |= {
        "txt": txt,
        "breakable": breakable,
        "untrusted": render_untrusted,
        "host": host,
        "web_url": web_url,
    }
    return environment


def _render_page(
    page: Page,
    environment: ImmutableSandboxedEnvironment,
    site: SiteContext,
    draw_card: DrawCard | None,
    alive: frozenset[str] | None,
) -> list[RenderedFile]:
    folder = checked_path(page.path.removesuffix("/")) + "/" if page.path else ""
    body = environment.get_template(page.template).render(
        {field.name: getattr(page.context, field.name) for field in dataclasses.fields(page.context)},
        page=page,
        history=site.histories.get(page.path.removeprefix(f"{site.id}/").removesuffix("/")),
        site=site,
        correct=correction(page, site),
        v=partial(stated, record_of(page.downloads)),
        url=partial(relative_url, page.path),
        ref=lambda target: relative_url(page.path, f"{site.id}/{target}" if target or not site.own else ""),
    )
    body = body if alive is None else living(body, page.path, alive)
    text = f"{front_matter(page, site)}\n{flush_html_left(body)}"
    if BOOKKEEPING.search(text):
        raise ControlCharacterError(f"{page.path}: a control character reached the page")
    beside = [stamped(file, site, page.path) for file in page.files]
    if page.card and draw_card:
        beside.append(Download(CARD, draw_card(page.card)))
    if draw_card and page.citation:
        beside += [Download(one.png, draw_card(one.on_paper)) for one in page.citation.at_home(page.path)]
    downloads = [RenderedFile(checked_path(folder + file.name), file.content) for file in beside]
    return [RenderedFile(f"{folder}index.md", text.encode(), is_stub=bool(page.instead)), *downloads]


def front_matter(page: Page, site: SiteContext) -> str:
    """The lines that MkDocs reads above a page, with what stands in <head>."""
    fields: dict[str, Any] = {
        "title": plain_title(page.title),
        "description": plain_title(page.description),
        "snapshot": site.built.isoformat(),
        "version": site.version,
    }
    if site.notice:
        fields["notice"] = plain_title(site.notice)
    if site.frozen:
        fields["frozen"] = site.frozen
    if page.path in site.fed:
        fields["feed"] = relative_url(page.path, site.fed[page.path] + ATOM)
    if page.instead:
        fields["instead"] = f"{site.stated}{page.instead}"
    if page.simulated:
        fields["simulated"] = True
    if page.tags:
        fields["tags"] = [plain_title(tag) for tag in page.tags]
    fields |= sought(page, site.grades)
    if any(file.name == "index.json" for file in page.downloads):
        fields["json"] = "index.json"
    fields |= head_fields(page, site)
    lines = (
        f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in fields.items()
    )  # JSON is YAML, and leaves no guess
    return "\n".join(("---", *lines, "---", ""))


def flush_html_left(markdown: str) -> str:
    """Lines that begin with a tag, moved to the left margin: four spaces before a tag would make it a code block."""
    lines = []
    fence = ""
    verbatim = False
    for line in markdown.split("\n"):
        mark = _FENCE.match(line)
        if mark and (not fence or mark[1] == fence):
            fence = "" if fence else mark[1]
        verbatim = verbatim or "<pre" in line
        lines.append(line if fence or verbatim else _HTML_LINE.sub("", line, count=1) if line[:1] in " \t" else line)
        verbatim = verbatim and "</pre>" not in line
    return "\n".join(lines)
