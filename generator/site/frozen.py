"""Frozen snapshots: a copy of the built site, kept beside it and shown below /v/<number>/ of every later site.

Every page of a copy says what it is, asks search engines to leave it out, and names the page of today. Its links are
relative and so stay inside; only those to other snapshots are made to lead out. A copy has a manifest of its own.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from generator.base.problems import Problem, PublishRefusedError
from generator.curated import snapshots
from generator.site import manifest
from generator.site.hosting import HEADERS_FILE, REDIRECTS_FILE

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = "snapshots"
"""Beside the published site; too large for a repository, so whoever publishes keeps it."""
BELOW = manifest.FROZEN
_LEFT_OUT = frozenset(
    {
        ".gitignore",
        ".nojekyll",
        "404.html",
        "CNAME",
        HEADERS_FILE,
        REDIRECTS_FILE,
        "robots.txt",
        "sitemap.xml",
        "sitemap.xml.gz",
    }
)
_NUMBER = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}\.[1-9][0-9]{0,2}")
_ROBOTS = re.compile(r'<meta name="robots"[^>]*>')
_ANNOUNCE = '<div data-md-component="announce">'
_OUT = re.compile(rf'(href=")(?:\./)?((?:\.\./)*)({BELOW}/20[0-9]{{2}}-)')
_BANNER = (
    '<aside class="md-banner" aria-label="Snapshot"><div class="md-banner__inner md-grid md-typeset">'
    "You read snapshot {id}, this site as it was on {day}. "
    '<a href="{today}">The page of today</a> may say something else.</div></aside>'
)


@dataclass(frozen=True)
class Frozen:
    """The copies that are here."""

    root: Path

    @property
    def folder(self) -> Path:
        """Where they are kept."""
        return self.root / FOLDER

    @property
    def ids(self) -> tuple[str, ...]:
        """Their numbers."""
        if self.folder.is_symlink() or not self.folder.is_dir():
            return ()
        found = (one for one in self.folder.iterdir() if _NUMBER.fullmatch(one.name))
        return tuple(sorted(one.name for one in found if one.is_dir() and not one.is_symlink()))


def freeze(site: Path, root: Path, id: str) -> Path:
    """Copy a site to snapshots/<id>/. Raises PublishRefusedError for one of private logs, and for a taken number."""
    target = Frozen(root).folder / id
    made = json.loads((site / manifest.NAME).read_bytes())
    if made["parameters"].get("own_logs"):
        hint = "build without --logs first"
        raise PublishRefusedError(Problem("site", 0, 0, "S221", "shows findings of your own logs", hint))
    if target.exists() or target.is_symlink():
        raise PublishRefusedError(Problem(f"{FOLDER}/{id}", 0, 0, "S221", "is there already", "it is never replaced"))
    part = target.with_name(f".{id}")
    shutil.rmtree(part, ignore_errors=True)
    try:
        for path in _files(site):
            name = path.relative_to(site).as_posix()
            copy = part / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            if path.suffix == ".html":
                copy.write_text(marked(path.read_text("utf-8"), name, id), "utf-8", newline="")
            else:
                shutil.copyfile(path, copy)
        made["outputs"] = manifest.hash_outputs(part)
        (part / manifest.NAME).write_bytes((json.dumps(made, indent=1, sort_keys=True) + "\n").encode())
        part.rename(target)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return target


def marked(page: str, name: str, id: str) -> str:
    """A page of a copy: `name` is its path in the site."""
    depth = name.count("/")
    today = "../" * (depth + 2) + name.removesuffix("index.html")
    banner = _BANNER.format(id=id, day=id.partition(".")[0], today=escape(today))
    page = _OUT.sub(r"\1../../\2\3", _ROBOTS.sub("", page))
    page = page.replace("</head>", '<meta name="robots" content="noindex"></head>', 1)
    return page.replace(_ANNOUNCE, _ANNOUNCE + banner, 1)


def _files(site: Path) -> Iterator[Path]:
    for base, folders, files in os.walk(site):
        inside = os.path.relpath(base, site)
        folders[:] = sorted(one for one in folders if inside != "." or one != BELOW)
        yield from (site / inside / one for one in sorted(files) if inside != "." or one not in _LEFT_OUT)


def place(root: Path, built: Path) -> None:
    """Put all copies below /v/ of a built site. Raises PublishRefusedError where one is not as it was frozen.

    Files are linked and not copied where the disk can do that: they never change.
    """
    frozen = Frozen(root)
    problems = [
        Problem(f"{FOLDER}/{id}/{one.path}", 0, 0, "S222", f"the frozen copy is not whole: {one.message}", "restore it")
        for id in frozen.ids
        for one in manifest.differences(frozen.folder / id)
    ]
    if problems:
        raise PublishRefusedError(*problems)
    for id in frozen.ids:
        place_one(frozen.folder / id, built / BELOW / id)


def place_one(copy: Path, target: Path) -> None:
    """Put one copy there, as links to the same files where the disk can do that."""
    shutil.copytree(copy, target, copy_function=_linked)


def _linked(source: str, target: str) -> str:
    with suppress(OSError):
        os.link(source, target)
        return target
    return shutil.copyfile(source, target)


def without_copies(root: Path) -> tuple[str, ...]:
    """Snapshots that were taken and whose copies are not here, so that /v/ lacks them."""
    here = set(Frozen(root).ids)
    return tuple(id for id in taken(root) if id not in here)


def taken(root: Path) -> tuple[str, ...]:
    """The numbers of all snapshots that were taken, the oldest first."""
    found = (path.stem for path in (root / "content" / snapshots.FOLDER).glob("*.json"))
    return tuple(sorted(found, key=_in_order))


def _in_order(id: str) -> tuple[str, int]:
    day, _, number = id.partition(".")
    return day, int(number) if number.isdecimal() else 0
