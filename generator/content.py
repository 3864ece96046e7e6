"""All of content/, read, checked, and joined with its packs: what `check` says and what a build starts from.

Nothing of pages, charts or the site is loaded here but what names inputs, so that a check is quick.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from generator.base.problems import ContentError, Problem, attempt
from generator.curated.keeping import Kept
from generator.curated.known_vendors import use_vendors_in
from generator.curated.library import load
from generator.curated.outside import outside
from generator.detectors import DETECTORS
from generator.dossier import Dossier
from generator.dossier.edition import Edition
from generator.dossier.joining import joined
from generator.dossier.rows import without_origin
from generator.dossier.stated import held_to_grades
from generator.packs.pack import read_packs
from generator.packs.remembered import remembered
from generator.records.results import Pack
from generator.site.address import site_url
from generator.site.manifest import hash_inputs


@dataclass
class Before:
    """What a reading leaves for the next one of the same process: only what changed is read again."""

    files: Kept = field(default_factory=Kept)
    packs: tuple[Pack, ...] = ()
    seen: frozenset[tuple[str, int, int]] | None = None  # of the packs

    def packs_of(self, folder: Path, cache: Path | None = None) -> tuple[Pack, ...]:
        """The packs of a folder. Raises PackError."""
        files = [(str(file), file.stat()) for file in sorted(folder.rglob("*"))]
        seen = frozenset((name, status.st_size, status.st_mtime_ns) for name, status in files)
        if seen != self.seen:
            self.packs, self.seen = read_packs(folder, remembered(cache)), seen
        return self.packs


def read_content(
    root: Path, extra: tuple[Pack, ...] = (), *, now: datetime, version: str, cache: Path | None = None,
    before: Before | None = None,
) -> Dossier:  # fmt: skip
    """All of content/, checked, joined with its packs and `extra`. Raises ContentError with every problem.

    What was read before is kept in `before` for this process, and below `cache` for the next one.
    """
    content = root / "content"
    problems: list[Problem] = []
    before = before or Before(Kept(cache, content))
    known = attempt(lambda: use_vendors_in(content / "vendors"), [])
    # Without its vendors' files a pack names models that nobody knows; loading says what is wrong with them.
    packs = attempt(lambda: (*extra, *before.packs_of(content / "evidence", cache)), problems) if known else None
    library = attempt(lambda: load(content, outside(DETECTORS, packs, now.date()), before.files), problems)
    before.files.save()
    problems.extend(without_origin(packs or (), library.origins if library else None))
    if packs is None or library is None or problems:
        raise ContentError(*problems)
    edition = Edition.of(site_url(root / "mkdocs.yml"), hash_inputs(root))
    made = joined(library, packs, DETECTORS, now=now, version=version, cache=cache, own=len(extra), edition=edition)
    return held_to_grades(made, root)
